/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts about the system and the thread: uname, sysinfo, random bytes, prctl,
 * scheduling.
 */
#include <host/host.h>
#include <proc/proc.h>
#include "syscall.h"

#define UTS_LENGTH 65

struct linux_utsname {
    char sysname[UTS_LENGTH], nodename[UTS_LENGTH], release[UTS_LENGTH];
    char version[UTS_LENGTH], machine[UTS_LENGTH], domain[UTS_LENGTH];
};

int64_t
sys_uname(const uint64_t *a)
{
    struct linux_utsname u = {
        .sysname = "Linux",
        .nodename = "polymach",
        .release = "6.1.0-polymach",
        .version = "#1 Polymach",
        .machine = "x86_64",
        .domain = "(none)",
    };

    return copyout(a[0], &u, sizeof(u));
}

struct linux_sysinfo {
    int64_t uptime;
    uint64_t loads[3], total, free, shared, buffer, swap_total, swap_free;
    uint16_t procs, pad;
    uint32_t pad2;
    uint64_t high_total, high_free;
    uint32_t unit, pad3;
};
_Static_assert(sizeof(struct linux_sysinfo) == 112, "ABI");

int64_t
sys_sysinfo(const uint64_t *a)
{
    struct linux_sysinfo s = {.unit = 1};
    uint64_t values[16] = {0};
    mach_msg_type_number_t count = 16;
    vm_statistics_t stats;
    int64_t error = error_of(host_statistics(mach_host_self(),
                                             (void *)&stats));

    if (error == 0) {
        error = error_of(proc_sysinfo(process_port(PORT_PROC), values,
                                      &count));
    }
    if (error < 0) {
        return error;
    }
    s.uptime = (int64_t)(time_uptime() / 1000000000u);
    s.total = stats.total_count * stats.pagesize;
    s.free = stats.free_count * stats.pagesize;
    s.procs = (uint16_t)values[0];
    return copyout(a[0], &s, sizeof(s));
}

#define GRND_NONBLOCK 1u
#define GRND_RANDOM 2u
#define GRND_INSECURE 4u

int64_t
sys_getrandom(const uint64_t *a)
{
    uint64_t done = 0, size = a[1] < 0x1ffffff ? a[1] : 0x1ffffff;

    if ((a[2] & ~7ull) ||
        (a[2] & (GRND_RANDOM | GRND_INSECURE)) ==
            (GRND_RANDOM | GRND_INSECURE)) {
        return -EINVAL;
    }
    while (done < size) {
        uint8_t bytes[64];
        mach_msg_type_number_t count = sizeof(bytes);
        uint64_t piece;

        if (host_random(mach_host_self(), bytes, &count) != KERN_SUCCESS ||
            count == 0) {
            return done != 0 ? (int64_t)done : -EAGAIN;
        }
        piece = size - done < count ? size - done : count;
        if (copyout(a[0] + done, bytes, piece) < 0) {
            return done != 0 ? (int64_t)done : -EFAULT;
        }
        done += piece;
    }
    return (int64_t)done;
}

/* ---- prctl ------------------------------------------------------------------ */

#define PR_SET_PDEATHSIG 1
#define PR_GET_PDEATHSIG 2
#define PR_GET_DUMPABLE 3
#define PR_SET_DUMPABLE 4
#define PR_SET_NAME 15
#define PR_GET_NAME 16

int64_t
sys_prctl(const uint64_t *a)
{
    struct thread *t = this_thread();
    struct process *p = t->process;
    bool main = t->tid == p->ids.pid;
    char *name = main ? p->comm : t->name, text[17];
    int64_t n;

    switch ((int)a[0]) {
    case PR_SET_NAME:
        memset(text, 0, sizeof(text));
        n = copyin_string(text, a[1], 16);
        if (n < 0 && n != -ENAMETOOLONG) {
            return n;
        }
        text[15] = '\0';
        memcpy(name, text, 16);
        return 0;
    case PR_GET_NAME:
        return copyout(a[1], main || t->name[0] != '\0' ? name : p->comm,
                       16);
    case PR_GET_DUMPABLE:
        return 1;
    default:
        return -EINVAL;
    }
}

#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004

int64_t
sys_arch_prctl(const uint64_t *a)
{
    struct thread *t = this_thread();
    uint64_t zero = 0;

    switch ((int)a[0]) {
    case ARCH_SET_FS:
        if (a[1] >= VM_MAX_ADDRESS) {
            return -EPERM;
        }
        t->fs_base = a[1];
        thread_set_base_trap(0, a[1]);
        return 0;
    case ARCH_GET_FS:
        return copyout(a[1], &t->fs_base, 8);
    case ARCH_GET_GS:
        return copyout(a[1], &zero, 8);
    case ARCH_SET_GS:
        return -EPERM; /* GS is the emulator's */
    default:
        return -EINVAL;
    }
}

/* ---- scheduling -------------------------------------------------------------- */

int64_t
sys_sched_yield(const uint64_t *a)
{
    (void)a;
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_NONE, 0);
    return 0;
}

/* One processor, which every thread may use. */
int64_t
sys_sched_getaffinity(const uint64_t *a)
{
    uint64_t mask = 1;

    if (a[1] < 8 || a[1] % 8 != 0) {
        return -EINVAL;
    }
    return copyout(a[2], &mask, 8) < 0 ? -EFAULT : 8;
}

int64_t
sys_sched_setaffinity(const uint64_t *a)
{
    uint64_t mask = 0;

    if (copyin(&mask, a[2], a[1] < 8 ? a[1] : 8) < 0) {
        return -EFAULT;
    }
    return mask & 1 ? 0 : -EINVAL;
}

int64_t
sys_getcpu(const uint64_t *a)
{
    if ((a[0] != 0 && copyout32(a[0], 0) < 0) ||
        (a[1] != 0 && copyout32(a[1], 0) < 0)) {
        return -EFAULT;
    }
    return 0;
}

/* SCHED_OTHER is the only policy. */
int64_t
sys_sched_getscheduler(const uint64_t *a)
{
    return (int)a[0] < 0 ? -EINVAL : 0;
}

int64_t
sys_sched_setscheduler(const uint64_t *a)
{
    uint32_t priority;

    if (copyin32(&priority, a[2]) < 0) {
        return -EFAULT;
    }
    if ((int)a[0] < 0 || priority != 0) {
        return -EINVAL;
    }
    return (int)a[1] == 0 ? 0 : (int)a[1] <= 6 ? -EPERM : -EINVAL;
}

int64_t
sys_sched_getparam(const uint64_t *a)
{
    return (int)a[0] < 0 ? -EINVAL : copyout32(a[1], 0);
}

int64_t
sys_sched_setparam(const uint64_t *a)
{
    uint32_t priority;

    if (copyin32(&priority, a[1]) < 0) {
        return -EFAULT;
    }
    return (int)a[0] < 0 || priority != 0 ? -EINVAL : 0;
}

static int64_t
priority_limit(uint64_t policy, int64_t realtime)
{
    switch ((int)policy) {
    case 0:
    case 3:
    case 5:
    case 6:
        return 0;
    case 1:
    case 2:
        return realtime;
    default:
        return -EINVAL;
    }
}

int64_t
sys_sched_get_priority_max(const uint64_t *a)
{
    return priority_limit(a[0], 99);
}

int64_t
sys_sched_get_priority_min(const uint64_t *a)
{
    return priority_limit(a[0], 1);
}

/* With one processor, being in here is a barrier on all of them. */
int64_t
sys_membarrier(const uint64_t *a)
{
    if (a[1] != 0) {
        return -EINVAL;
    }
    switch ((int)a[0]) {
    case 0: /* QUERY: GLOBAL, PRIVATE_EXPEDITED and its registration */
        return 1 | 1 << 3 | 1 << 4;
    case 1:
    case 1 << 3:
    case 1 << 4:
        return 0;
    default:
        return -EINVAL;
    }
}
