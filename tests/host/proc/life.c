/* SPDX-License-Identifier: BSD-2-Clause */
/* fork, exit, wait, orphans, vfork. */
#include <task/task.h>

#include "tests.h"

static int found, status;
static posix_rusage_t usage;

static kern_return_t
wait_for(struct process *p, int pid, uint32_t options, mach_port_t reply)
{
    found = status = -1;
    answers[reply].given = false;
    return proc_S_proc_wait(p, reply, reply, pid, options, &found, &status,
                            &usage);
}

static void
leave(struct process *p, int code)
{
    OK(proc_S_proc_exit(p, code) == MIG_NO_REPLY);
    fake_deaths();
}

static void
waits(struct process *a)
{
    struct process *b = fork_of(a);
    int pid = b->pr_ids.pid;

    OK(b->pr_ids.ppid == a->pr_ids.pid && b->pr_ids.sid == a->pr_ids.sid);
    OK_ERR(wait_for(b, -1, L_WEXITED, 1), ECHILD);
    OK_ERR(wait_for(a, pid + 1, L_WEXITED, 1), ECHILD);
    OK_ERR(wait_for(a, pid, 0, 1), EINVAL);
    OK(wait_for(a, pid, L_WEXITED | L_WNOHANG, 1) == KERN_SUCCESS &&
       found == 0);
    OK(wait_for(a, -1, L_WEXITED, 1) == MIG_NO_REPLY);
    OK(proc_S_proc_cancel(a, 1) == KERN_SUCCESS && answers[1].given &&
       answers[1].code == ERR(EINTR));
    OK(wait_for(a, -1, L_WEXITED, 2) == MIG_NO_REPLY);
    OK(proc_S_proc_exit(b, 0x700) == MIG_NO_REPLY);
    OK(b->pr_state == PROCESS_DYING && !answers[2].given);
    fake_deaths();
    OK(answers[2].given && answers[2].pid == pid &&
       answers[2].status == 0x700 && process_find(pid) == NULL);
    OK_ERR(proc_S_proc_exit(b, 0), ESRCH);
    forget(b);
    OK(process_pending(a, L_SIGCHLD));
}

static void
zombies(struct process *a)
{
    struct process *b = fork_of(a);
    int pid = b->pr_ids.pid;

    /* The answer is lost: the zombie stays. */
    OK(wait_for(a, pid, L_WEXITED, 1) == MIG_NO_REPLY);
    replies_fail = true;
    leave(b, 0x100);
    replies_fail = false;
    OK(b->pr_state == PROCESS_ZOMBIE);
    OK(wait_for(a, pid, L_WEXITED | L_WNOWAIT, 1) == KERN_SUCCESS &&
       found == pid && status == 0x100);
    OK(wait_for(a, 0, L_WEXITED, 1) == KERN_SUCCESS && found == pid);
    OK_ERR(wait_for(a, pid, L_WEXITED, 1), ECHILD);
    forget(b);
    /* SIGCHLD ignored: none at all, and the wait ends when all are gone. */
    OK(proc_S_proc_set_sigchld(a, 1) == KERN_SUCCESS);
    b = fork_of(a);
    OK(wait_for(a, -1, L_WEXITED, 3) == MIG_NO_REPLY);
    leave(b, 0);
    OK(answers[3].given && answers[3].code == ERR(ECHILD));
    forget(b);
    OK(proc_S_proc_set_sigchld(a, 0) == KERN_SUCCESS);
    OK_ERR(proc_S_proc_set_sigchld(a, 4), EINVAL);
}

static void
orphans(struct process *a)
{
    struct process *b = fork_of(a), *c = fork_of(b), *z = fork_of(b);

    leave(z, 0);
    OK(z->pr_state == PROCESS_ZOMBIE);
    leave(b, 0);
    OK(c->pr_ids.ppid == 1 && z->pr_state == PROCESS_GONE);
    forget(z);
    OK_ERR(wait_for(a, c->pr_ids.pid, L_WEXITED, 1), ECHILD);
    leave(c, 0);
    OK(c->pr_state == PROCESS_GONE);
    forget(c);
    OK(wait_for(a, -1, L_WEXITED, 1) == KERN_SUCCESS);
    forget(b);
}

static struct process *
vfork_of(struct process *a)
{
    mach_port_t child, vfs, tty;
    int pid;

    OK(proc_S_proc_vfork(a, L_SIGCHLD, &pid, &child, &vfs, &tty) ==
       KERN_SUCCESS);
    return process_find(pid);
}

static void
vforks(struct process *a)
{
    struct process *b = vfork_of(a);
    struct process *parent;

    OK(b->pr_task == a->pr_task);
    OK(proc_S_proc_exit(b, 0x200) == KERN_SUCCESS); /* the parent goes on */
    OK(process_alive(a) && b->pr_state == PROCESS_ZOMBIE);
    OK(wait_for(a, -1, L_WEXITED, 1) == KERN_SUCCESS && status == 0x200);
    forget(b);
    /* The task that both use ends. */
    parent = fork_of(a);
    b = vfork_of(parent);
    process_exit(parent, L_SIGKILL);
    fake_deaths();
    OK(parent->pr_state == PROCESS_ZOMBIE && b->pr_state == PROCESS_GONE);
    OK(wait_for(a, -1, L_WEXITED, 1) == KERN_SUCCESS && status == L_SIGKILL);
    forget(b);
    forget(parent);
}

static void
task_dies(struct process *a)
{
    struct process *b = fork_of(a);

    (void)task_terminate(b->pr_task); /* not by proc */
    fake_deaths();
    OK(wait_for(a, -1, L_WEXITED, 1) == KERN_SUCCESS && status == L_SIGKILL);
    forget(b);
}

void
test_life(void)
{
    struct process *a = first_process();

    waits(a);
    zombies(a);
    orphans(a);
    vforks(a);
    task_dies(a);
    OK(process_count() == 1);
    end_all(a);
}
