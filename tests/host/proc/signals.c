/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may signal whom, what is pending, stop and continue, groups. */
#include "tests.h"

static int found, status;
static posix_rusage_t usage;
static posix_signal_t got[64];

static unsigned
fetch(struct process *p)
{
    mach_msg_type_number_t size = sizeof(got);

    OK(proc_S_proc_signals(p, (uint8_t *)got, &size) == KERN_SUCCESS);
    return size / (unsigned)sizeof(got[0]);
}

static kern_return_t
send(struct process *from, int pid, int sig)
{
    return proc_S_proc_kill(from, pid, sig, 0, 7);
}

static kern_return_t
news(struct process *p, uint32_t options)
{
    return proc_S_proc_wait(p, 9, 9, -1, options | L_WNOHANG, &found, &status,
                            &usage);
}

static void
pending(struct process *a, struct process *b)
{
    int pid = b->pr_ids.pid;
    unsigned kicks = fake_kicks();

    OK(send(a, pid, 0) == KERN_SUCCESS && fake_kicks() == kicks);
    for (int i = 0; i < 3; i++) {
        OK(send(a, pid, L_SIGHUP) == KERN_SUCCESS);
        OK(send(a, pid, L_SIGRTMIN + 1) == KERN_SUCCESS);
    }
    OK(fake_kicks() > kicks);
    OK(fetch(b) == 4 && got[0].signo == L_SIGHUP &&
       got[0].pid == a->pr_ids.pid && got[1].value == 7);
    OK(fetch(b) == 0);
    for (int i = 0; i < PROC_RT_QUEUE_MAX; i++) {
        (void)send(a, pid, L_SIGRTMIN);
    }
    OK_ERR(send(a, pid, L_SIGRTMIN), EAGAIN);
    while (fetch(b) != 0) {
    }
    OK_ERR(send(a, pid, L_NSIG + 1), EINVAL);
    OK_ERR(send(a, pid, -1), EINVAL);
    OK_ERR(send(a, 99999, L_SIGHUP), ESRCH);
    OK_ERR(send(a, -99999, L_SIGHUP), ESRCH);
    OK_ERR(proc_S_proc_tgkill(a, pid, pid + 99, L_SIGHUP, 0, 0), ESRCH);
    OK(proc_S_proc_tgkill(a, pid, pid, L_SIGHUP, 0, 0) == KERN_SUCCESS);
    OK(fetch(b) == 1 && got[0].tid == pid);
}

static void
permission(struct process *a, struct process *b)
{
    posix_ids_t ids;

    OK(proc_S_proc_setids(b, 0, 1000, 0, 0, &ids) == KERN_SUCCESS);
    OK_ERR(send(b, a->pr_ids.pid, L_SIGHUP), EPERM);
    OK_ERR(send(b, a->pr_ids.pid, 0), EPERM);
    OK(send(b, a->pr_ids.pid, L_SIGCONT) == KERN_SUCCESS); /* session */
    OK(send(b, b->pr_ids.pid, L_SIGHUP) == KERN_SUCCESS);
    OK(send(b, 0, L_SIGHUP) == KERN_SUCCESS); /* reaches itself */
    OK(!process_pending(a, L_SIGHUP));
    (void)fetch(a);
    (void)fetch(b);
}

static void
stops(struct process *a, struct process *b)
{
    OK(proc_S_proc_setpgid(a, b->pr_ids.pid, 0) == KERN_SUCCESS);
    OK(proc_S_proc_stop(b, 5, L_SIGTSTP) == MIG_NO_REPLY);
    OK(b->pr_state == PROCESS_STOPPED && fake_suspended(b->pr_task));
    OK(fetch(a) == 1 && got[0].code == L_CLD_STOPPED &&
       got[0].status == L_SIGTSTP);
    OK(news(a, L_WEXITED) == KERN_SUCCESS && found == 0);
    OK(news(a, L_WUNTRACED | L_WNOWAIT) == KERN_SUCCESS &&
       status == (L_SIGTSTP << 8 | 0x7f));
    OK(news(a, L_WUNTRACED) == KERN_SUCCESS && found == b->pr_ids.pid);
    OK(news(a, L_WUNTRACED) == KERN_SUCCESS && found == 0);
    answers[5].given = false;
    OK(send(a, b->pr_ids.pid, L_SIGCONT) == KERN_SUCCESS);
    OK(answers[5].given && !fake_suspended(b->pr_task));
    OK(news(a, L_WCONTINUED) == KERN_SUCCESS && status == 0xffff);
    OK(news(a, L_WCONTINUED) == KERN_SUCCESS && found == 0);
    /* SIGCONT is pending: no stop; a stop signal takes it away. */
    OK(proc_S_proc_stop(b, 5, L_SIGSTOP) == KERN_SUCCESS);
    OK(send(a, b->pr_ids.pid, L_SIGTSTP) == KERN_SUCCESS);
    OK(!process_pending(b, L_SIGCONT));
    OK(send(a, b->pr_ids.pid, L_SIGCONT) == KERN_SUCCESS);
    OK(!process_pending(b, L_SIGTSTP));
    (void)fetch(b);
    /* a's own group is orphaned. */
    OK(proc_S_proc_stop(a, 6, L_SIGTSTP) == KERN_SUCCESS);
    OK(a->pr_state == PROCESS_RUNNING);
    OK(proc_S_proc_stop(a, 6, L_SIGSTOP) == MIG_NO_REPLY);
    process_continue(a);
    OK_ERR(proc_S_proc_stop(b, 5, 0), EINVAL);
    (void)fetch(a);
}

/* The shell of a stopped job ends. */
static void
hang_up(struct process *a)
{
    struct process *shell = fork_of(a), *job;
    int sid;

    OK(proc_S_proc_setsid(shell, &sid) == KERN_SUCCESS);
    OK_ERR(proc_S_proc_setsid(shell, &sid), EPERM);
    job = fork_of(shell);
    OK(proc_S_proc_setpgid(shell, job->pr_ids.pid, 0) == KERN_SUCCESS);
    OK_ERR(proc_S_proc_setpgid(a, job->pr_ids.pid, 0), ESRCH);
    OK_ERR(proc_S_proc_setpgid(a, shell->pr_ids.pid, a->pr_ids.pgid), EPERM);
    OK(proc_S_proc_stop(job, 7, L_SIGTSTP) == MIG_NO_REPLY);
    process_exit(shell, 0);
    fake_deaths();
    OK(job->pr_state == PROCESS_RUNNING && process_pending(job, L_SIGHUP) &&
       process_pending(job, L_SIGCONT));
    OK(send(a, job->pr_ids.pid, L_SIGKILL) == KERN_SUCCESS);
    fake_deaths();
    OK(job->pr_state == PROCESS_GONE);
    OK(news(a, L_WEXITED) == KERN_SUCCESS && found == sid);
    forget(job);
    forget(shell);
}

void
test_signals(void)
{
    struct process *a = first_process(), *b = fork_of(a);

    pending(a, b);
    stops(a, b);
    hang_up(a);
    permission(a, b);
    OK(proc_S_proc_stop(b, 5, L_SIGSTOP) == MIG_NO_REPLY);
    OK(send(a, b->pr_ids.pid, L_SIGKILL) == KERN_SUCCESS);
    fake_deaths();
    OK(news(a, L_WEXITED) == KERN_SUCCESS && status == L_SIGKILL);
    forget(b);
    OK(send(a, a->pr_ids.pid, L_SIGKILL) == MIG_NO_REPLY);
    end_all(a);
}
