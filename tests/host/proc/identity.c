/* SPDX-License-Identifier: BSD-2-Clause */
/* The setuid family, limits, set-id programs, exceptions. */
#include <mach/exception.h>

#include "tests.h"

#define KEEP (~0u)

static posix_ids_t ids;

static bool
uids(uint32_t r, uint32_t e, uint32_t s)
{
    return ids.ruid == r && ids.euid == e && ids.suid == s && ids.fsuid == e;
}

static kern_return_t
set(struct process *p, int which, uint32_t a, uint32_t b, uint32_t c)
{
    kern_return_t kr = proc_S_proc_setids(p, which, a, b, c, &ids);

    ids = p->pr_ids;
    return kr;
}

static void
setuids(struct process *p)
{
    OK(set(p, 2, 1000, 2000, 3000) == KERN_SUCCESS && uids(1000, 2000, 3000));
    OK(fake_session_creds.uid == 2000);
    OK_ERR(set(p, 0, 0, 0, 0), EPERM);
    OK(uids(1000, 2000, 3000));
    OK(set(p, 0, 3000, 0, 0) == KERN_SUCCESS && uids(1000, 3000, 3000));
    OK_ERR(set(p, 2, KEEP, 2000, KEEP), EPERM);
    OK_ERR(set(p, 1, 2000, KEEP, 0), EPERM);
    OK(set(p, 1, 3000, 1000, 0) == KERN_SUCCESS && uids(3000, 1000, 1000));
    OK(set(p, 3, 3000, 0, 0) == KERN_SUCCESS && ids.fsuid == 3000 &&
       ids.euid == 1000);
    OK(fake_session_creds.uid == 3000);
    OK(set(p, 3, 5, 0, 0) == KERN_SUCCESS && ids.fsuid == 3000);
    OK_ERR(set(p, 4, 0, 0, 0), EINVAL);
    OK_ERR(set(p, 0, KEEP, 0, 0), EINVAL);
    OK_ERR(set(p, 8, 7, 0, 0), EPERM);
    OK_ERR(proc_S_proc_set_groups(p, &ids.ruid, 1), EPERM);
}

static void
limits(struct process *root, struct process *p)
{
    uint64_t soft = 5, hard = 6;
    int value = -5;

    OK(proc_S_proc_rlimit(p, 0, L_RLIMIT_NPROC, TRUE, &soft, &hard) ==
       KERN_SUCCESS && hard == 2000);
    soft = 5, hard = 7;
    OK_ERR(proc_S_proc_rlimit(p, 0, L_RLIMIT_NPROC, TRUE, &soft, &hard),
           EPERM);
    soft = 8, hard = 7;
    OK_ERR(proc_S_proc_rlimit(root, 0, 0, TRUE, &soft, &hard), EINVAL);
    OK_ERR(proc_S_proc_rlimit(p, 0, L_RLIM_NLIMITS, FALSE, &soft, &hard),
           EINVAL);
    OK_ERR(proc_S_proc_rlimit(p, root->pr_ids.pid, 0, FALSE, &soft, &hard),
           EPERM);
    OK_ERR(proc_S_proc_priority(p, 0, 0, TRUE, &value), EACCES);
    value = 5;
    OK(proc_S_proc_priority(p, 0, 0, TRUE, &value) == KERN_SUCCESS &&
       p->pr_nice == 5);
    OK_ERR(proc_S_proc_priority(p, 3, 0, FALSE, &value), EINVAL);
    OK_ERR(proc_S_proc_priority(p, 0, 99999, FALSE, &value), ESRCH);
}

static void
execs(struct process *p)
{
    static const uint32_t names[PORT_COUNT];
    struct exec_block b = {.magic = EXEC_BLOCK_MAGIC, .size = sizeof(b),
                           .fds = sizeof(b)};
    posix_ids_t before = p->pr_ids;

    b.magic++;
    OK_ERR(proc_S_proc_exec(p, names, (pointer_t)&b, sizeof(b)), EINVAL);
    b.magic--;
    OK_ERR(proc_S_proc_exec(p, names, (pointer_t)&b, sizeof(b) - 1), EINVAL);
    b.fd_count = 1;
    OK_ERR(proc_S_proc_exec(p, names, (pointer_t)&b, sizeof(b)), EINVAL);
    b.fd_count = 0;
    fake_file_uid = 77;
    fake_exec_fails = true;
    OK_ERR(proc_S_proc_exec(p, names, (pointer_t)&b, sizeof(b)), ENOMEM);
    OK(p->pr_ids.euid == before.euid && process_alive(p));
    fake_exec_fails = false;
    OK(proc_S_proc_exec(p, names, (pointer_t)&b, sizeof(b)) == MIG_NO_REPLY);
    OK(p->pr_ids.ruid == before.ruid && p->pr_ids.euid == 77 &&
       p->pr_ids.suid == 77 && p->pr_ids.fsuid == 77);
    OK(fake_block_ids.euid == 77 && fake_session_creds.uid == 77);
    fake_file_uid = ~0u;
    fake_deaths(); /* of the old task: that's not the process's end */
    OK(process_alive(p));
}

static void
exceptions(struct process *a, struct process *p)
{
    uint64_t codes[2] = {EXC_I386_INVOP, 0};
    posix_rusage_t usage;
    int found, status;

    OK(exception_signal(EXC_BAD_ACCESS, KERN_PROTECTION_FAILURE) ==
       L_SIGSEGV);
    OK(exception_signal(EXC_BAD_ACCESS, KERN_MEMORY_ERROR) == L_SIGBUS);
    OK(exception_signal(EXC_ARITHMETIC, 0) == L_SIGFPE);
    OK(exception_signal(EXC_RESOURCE, 0) == L_SIGKILL);
    OK(proc_S_exception_raise(0, 1, 12345, EXC_BAD_INSTRUCTION, codes, 2) ==
       KERN_FAILURE);
    OK(proc_S_exception_raise(0, 1, p->pr_task, EXC_BAD_INSTRUCTION, codes,
                              2) == KERN_SUCCESS);
    fake_deaths();
    OK(proc_S_proc_wait(a, 1, 1, -1, L_WEXITED, &found, &status, &usage) ==
       KERN_SUCCESS && found == p->pr_ids.pid && status == L_SIGILL);
}

void
test_identity(void)
{
    struct process *a = first_process(), *p = fork_of(a);

    setuids(p);
    limits(a, p);
    execs(p);
    exceptions(a, p);
    forget(p);
    end_all(a);
}
