/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes: the end, waiting, identities, limits.
 */
#include <proc/proc.h>
#include "futex.h"
#include "syscall.h"

#define PROC process_port(PORT_PROC)

int64_t
sys_exit(const uint64_t *a)
{
    struct thread *t = this_thread();
    int status = (int)(a[0] & 0xff) << 8;

    if (t->process->vfork_parent != NULL) {
        process_exit(t, status);
        return 0;
    }
    futex_robust_exit(t);
    thread_end(t, status);
}

int64_t
sys_exit_group(const uint64_t *a)
{
    process_exit(this_thread(), (int)(a[0] & 0xff) << 8);
    return 0;
}

/* ---- waiting ---------------------------------------------------------------- */

#define WNOHANG 1u
#define WUNTRACED 2u
#define WSTOPPED 2u
#define WEXITED 4u
#define WCONTINUED 8u
#define WNOWAIT 0x01000000u
#define WLINUX 0xe0000000u /* __WNOTHREAD, __WALL, __WCLONE */

static int64_t
wait_call(int pid, uint32_t options, int *status, posix_rusage_t *usage)
{
    struct thread *t = this_thread();
    mach_port_t proc = t->process->ports[PORT_PROC];
    uint64_t cookie = rpc_interruptible(t, CANCEL_PROC, proc);
    int found;
    int64_t error;

    error = interrupted(error_of(proc_wait(proc, cookie, pid, options,
                                           &found, status, (void *)usage)));
    return error < 0 ? error : found;
}

int64_t
sys_wait4(const uint64_t *a)
{
    posix_rusage_t usage;
    uint32_t options = (uint32_t)a[2];
    int status;
    int64_t pid;

    if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | WLINUX)) {
        return -EINVAL;
    }
    if ((int32_t)a[0] == INT32_MIN) {
        return -ESRCH;
    }
    pid = wait_call((int)a[0], (options & 0xff) | WEXITED, &status, &usage);
    if (pid <= 0) {
        return pid;
    }
    if (a[1] != 0 && copyout32(a[1], (uint32_t)status) < 0) {
        return -EFAULT;
    }
    if (a[3] != 0 && copyout(a[3], &usage, sizeof(usage)) < 0) {
        return -EFAULT;
    }
    return pid;
}

static void
child_info(int64_t pid, int status, struct linux_siginfo *info)
{
    int code, value;

    if ((status & 0xff) == 0x7f) {
        code = CLD_STOPPED;
        value = status >> 8 & 0xff;
    } else if (status == 0xffff) {
        code = CLD_CONTINUED;
        value = SIGCONT;
    } else if ((status & 0x7f) == 0) {
        code = CLD_EXITED;
        value = status >> 8 & 0xff;
    } else {
        code = status & 0x80 ? CLD_DUMPED : CLD_KILLED;
        value = status & 0x7f;
    }
    info->signo = SIGCHLD;
    info->code = code;
    info->u.kill.pid = (int32_t)pid;
    info->u.kill.uid = this_process()->ids.ruid;
    info->u.kill.value = (uint32_t)value;
}

int64_t
sys_waitid(const uint64_t *a)
{
    struct linux_siginfo info = {0};
    posix_rusage_t usage;
    uint32_t options = (uint32_t)a[3];
    int status, pid = (int)a[1];
    int64_t found;

    if ((options & ~(WNOHANG | WSTOPPED | WEXITED | WCONTINUED | WNOWAIT |
                     WLINUX)) ||
        !(options & (WEXITED | WSTOPPED | WCONTINUED))) {
        return -EINVAL;
    }
    switch ((uint32_t)a[0]) {
    case 0: /* P_ALL */
        pid = -1;
        break;
    case 1: /* P_PID */
        if (pid <= 0) {
            return -EINVAL;
        }
        break;
    case 2: /* P_PGID */
        if (pid < 0) {
            return -EINVAL;
        }
        pid = -pid;
        break;
    default:
        return -EINVAL;
    }
    found = wait_call(pid, options & ~WLINUX, &status, &usage);
    if (found < 0) {
        return found;
    }
    if (found > 0) {
        child_info(found, status, &info);
    }
    if (a[2] != 0 && copyout(a[2], &info, sizeof(info)) < 0) {
        return -EFAULT;
    }
    if (found > 0 && a[4] != 0 && copyout(a[4], &usage, sizeof(usage)) < 0) {
        return -EFAULT;
    }
    return 0;
}

/* ---- identities ------------------------------------------------------------- */

int64_t
sys_getpid(const uint64_t *a)
{
    (void)a;
    return this_process()->ids.pid;
}

int64_t
sys_gettid(const uint64_t *a)
{
    (void)a;
    return this_thread()->tid;
}

/* A parent can die: ask. */
int64_t
sys_getppid(const uint64_t *a)
{
    posix_ids_t ids;
    int64_t error = error_of(proc_get_ids(PROC, (void *)&ids));

    (void)a;
    return error < 0 ? error : ids.ppid;
}

int64_t
sys_getuid(const uint64_t *a)
{
    (void)a;
    return this_process()->ids.ruid;
}

int64_t
sys_geteuid(const uint64_t *a)
{
    (void)a;
    return this_process()->ids.euid;
}

int64_t
sys_getgid(const uint64_t *a)
{
    (void)a;
    return this_process()->ids.rgid;
}

int64_t
sys_getegid(const uint64_t *a)
{
    (void)a;
    return this_process()->ids.egid;
}

static int64_t
three_ids(const uint64_t *a, uint32_t r, uint32_t e, uint32_t s)
{
    if (copyout32(a[0], r) < 0 || copyout32(a[1], e) < 0 ||
        copyout32(a[2], s) < 0) {
        return -EFAULT;
    }
    return 0;
}

int64_t
sys_getresuid(const uint64_t *a)
{
    const posix_ids_t *i = &this_process()->ids;

    return three_ids(a, i->ruid, i->euid, i->suid);
}

int64_t
sys_getresgid(const uint64_t *a)
{
    const posix_ids_t *i = &this_process()->ids;

    return three_ids(a, i->rgid, i->egid, i->sgid);
}

/* which: as proc_setids has them. */
static int64_t
set_ids(int which, uint64_t x, uint64_t y, uint64_t z)
{
    return error_of(proc_setids(PROC, which, (uint32_t)x, (uint32_t)y,
                                (uint32_t)z,
                                (void *)&this_process()->ids));
}

int64_t
sys_setuid(const uint64_t *a)
{
    return set_ids(0, a[0], 0, 0);
}

int64_t
sys_setgid(const uint64_t *a)
{
    return set_ids(8, a[0], 0, 0);
}

int64_t
sys_setreuid(const uint64_t *a)
{
    return set_ids(1, a[0], a[1], 0);
}

int64_t
sys_setregid(const uint64_t *a)
{
    return set_ids(9, a[0], a[1], 0);
}

int64_t
sys_setresuid(const uint64_t *a)
{
    return set_ids(2, a[0], a[1], a[2]);
}

int64_t
sys_setresgid(const uint64_t *a)
{
    return set_ids(10, a[0], a[1], a[2]);
}

/* These two answer the old value, whatever happens. */
int64_t
sys_setfsuid(const uint64_t *a)
{
    uint32_t old = this_process()->ids.fsuid;

    set_ids(3, a[0], 0, 0);
    return old;
}

int64_t
sys_setfsgid(const uint64_t *a)
{
    uint32_t old = this_process()->ids.fsgid;

    set_ids(11, a[0], 0, 0);
    return old;
}

#define GROUPS_MAX 32u

int64_t
sys_getgroups(const uint64_t *a)
{
    uint32_t groups[GROUPS_MAX];
    mach_msg_type_number_t count = GROUPS_MAX;
    int64_t error;

    if ((int32_t)a[0] < 0) {
        return -EINVAL;
    }
    error = error_of(proc_get_groups(PROC, groups, &count));
    if (error < 0 || a[0] == 0) {
        return error < 0 ? error : (int64_t)count;
    }
    if (count > a[0]) {
        return -EINVAL;
    }
    return copyout(a[1], groups, count * 4u) < 0 ? -EFAULT : (int64_t)count;
}

int64_t
sys_setgroups(const uint64_t *a)
{
    uint32_t groups[GROUPS_MAX];

    if (a[0] > GROUPS_MAX) {
        return -EINVAL;
    }
    if (copyin(groups, a[1], a[0] * 4u) < 0) {
        return -EFAULT;
    }
    return error_of(proc_set_groups(PROC, groups,
                                    (mach_msg_type_number_t)a[0]));
}

/* ---- groups and sessions ---------------------------------------------------- */

int64_t
sys_setpgid(const uint64_t *a)
{
    if ((int32_t)a[1] < 0) {
        return -EINVAL;
    }
    return error_of(proc_setpgid(PROC, (int)a[0], (int)a[1]));
}

static int64_t
get_group(int pid, bool session)
{
    int pgid, sid;
    int64_t error = error_of(proc_getpgid(PROC, pid, &pgid, &sid));

    return error < 0 ? error : session ? sid : pgid;
}

int64_t
sys_getpgid(const uint64_t *a)
{
    return get_group((int)a[0], false);
}

int64_t
sys_getpgrp(const uint64_t *a)
{
    (void)a;
    return get_group(0, false);
}

int64_t
sys_getsid(const uint64_t *a)
{
    return get_group((int)a[0], true);
}

int64_t
sys_setsid(const uint64_t *a)
{
    int sid;
    int64_t error = error_of(proc_setsid(PROC, &sid));

    (void)a;
    return error < 0 ? error : sid;
}

/* ---- limits and usage ------------------------------------------------------- */

/* What proc has been told holds here, too. */
static void
take_limit(struct process *p, uint32_t which, const uint64_t limit[2])
{
    p->rlimits[which][0] = limit[0];
    p->rlimits[which][1] = limit[1];
    if (which == RLIMIT_NOFILE) {
        p->fds.limit = limit[0] < FD_MAX ? (uint32_t)limit[0] : FD_MAX;
    }
}

static int64_t
change_limit(int pid, uint32_t which, uint64_t new_at, uint64_t old_at)
{
    struct process *p = this_process();
    uint64_t old[2], new[2] = {0, 0};
    int64_t error;

    if (which >= RLIM_NLIMITS) {
        return -EINVAL;
    }
    if (new_at != 0 && copyin(new, new_at, sizeof(new)) < 0) {
        return -EFAULT;
    }
    old[0] = new[0];
    old[1] = new[1];
    error = error_of(proc_rlimit(PROC, pid, (int)which, new_at != 0, &old[0],
                                 &old[1])); /* in: new, out: old */
    if (error == 0 && new_at != 0 && (pid == 0 || pid == p->ids.pid)) {
        take_limit(p, which, new);
    }
    if (error == 0 && old_at != 0) {
        error = copyout(old_at, old, sizeof(old));
    }
    return error;
}

int64_t
sys_prlimit64(const uint64_t *a)
{
    return change_limit((int)a[0], (uint32_t)a[1], a[2], a[3]);
}

int64_t
sys_getrlimit(const uint64_t *a)
{
    return a[1] == 0 ? -EFAULT : change_limit(0, (uint32_t)a[0], 0, a[1]);
}

int64_t
sys_setrlimit(const uint64_t *a)
{
    return a[1] == 0 ? -EFAULT : change_limit(0, (uint32_t)a[0], a[1], 0);
}

int64_t
sys_getrusage(const uint64_t *a)
{
    posix_rusage_t usage;
    int who = (int)a[0];
    int64_t error;

    if (who < -1 || who > 1) {
        return -EINVAL;
    }
    error = error_of(proc_rusage(PROC, who, (void *)&usage));
    return error < 0 ? error : copyout(a[1], &usage, sizeof(usage));
}

static int64_t
ticks(int64_t sec, int64_t usec)
{
    return sec * 100 + usec / 10000;
}

int64_t
sys_times(const uint64_t *a)
{
    posix_rusage_t self, children;
    int64_t out[4], error;

    if (a[0] != 0) {
        error = error_of(proc_rusage(PROC, 0, (void *)&self));
        if (error == 0) {
            error = error_of(proc_rusage(PROC, -1, (void *)&children));
        }
        if (error < 0) {
            return error;
        }
        out[0] = ticks(self.ru_utime_sec, self.ru_utime_usec);
        out[1] = ticks(self.ru_stime_sec, self.ru_stime_usec);
        out[2] = ticks(children.ru_utime_sec, children.ru_utime_usec);
        out[3] = ticks(children.ru_stime_sec, children.ru_stime_usec);
        if (copyout(a[0], out, sizeof(out)) < 0) {
            return -EFAULT;
        }
    }
    return (int64_t)(time_uptime() / 10000000u);
}

int64_t
sys_getpriority(const uint64_t *a)
{
    int value = 0;
    int64_t error = error_of(proc_priority(PROC, (int)a[0], (int)a[1], FALSE,
                                           &value));

    return error < 0 ? error : 20 - value;
}

int64_t
sys_setpriority(const uint64_t *a)
{
    int value = (int)a[2];

    return error_of(proc_priority(PROC, (int)a[0], (int)a[1], TRUE, &value));
}
