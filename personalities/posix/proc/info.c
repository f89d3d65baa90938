/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Limits, usage, priorities, and what sysinfo tells.
 */
#include <proc/proc_S_proc_server.h>

#include <host/host.h>
#include <init/init.h>
#include <mach/task_info.h>
#include <task/task.h>
#include <thread/thread.h>

#include "process.h"

#define MIB (1024ull * 1024)
#define PRIORITY_OF_NICE(n) (128 - (n))

enum { LIMIT_CPU, LIMIT_FSIZE, LIMIT_DATA, LIMIT_STACK, LIMIT_CORE, LIMIT_RSS,
       LIMIT_NPROC, LIMIT_NOFILE, LIMIT_MEMLOCK };

static void
limit(struct process *p, unsigned i, uint64_t soft, uint64_t hard)
{
    p->pr_rlimits[i][0] = soft;
    p->pr_rlimits[i][1] = hard;
}

void
process_default_limits(struct process *p)
{
    for (unsigned i = 0; i < L_RLIM_NLIMITS; i++) {
        limit(p, i, L_RLIM_INFINITY, L_RLIM_INFINITY);
    }
    limit(p, LIMIT_STACK, 8 * MIB, L_RLIM_INFINITY);
    limit(p, LIMIT_CORE, 0, L_RLIM_INFINITY);
    limit(p, LIMIT_NPROC, 1000, 2000);
    limit(p, LIMIT_NOFILE, 1024, 4096);
    limit(p, LIMIT_MEMLOCK, 8 * MIB, 8 * MIB);
}

kern_return_t
proc_S_proc_rlimit(proc_ref_t proc, int pid, int resource, boolean_t set,
                   uint64_t *soft, uint64_t *hard)
{
    struct process *p = pid == 0 ? proc : process_find(pid);
    uint64_t old[2];

    if (p == NULL) {
        return ERR(ESRCH);
    }
    if (resource < 0 || resource >= L_RLIM_NLIMITS) {
        return ERR(EINVAL);
    }
    if (p != proc && proc->pr_ids.euid != 0 &&
        proc->pr_ids.ruid != p->pr_ids.ruid) {
        return ERR(EPERM);
    }
    old[0] = p->pr_rlimits[resource][0];
    old[1] = p->pr_rlimits[resource][1];
    if (set) {
        if (*soft > *hard) {
            return ERR(EINVAL);
        }
        if (*hard > old[1] && proc->pr_ids.euid != 0) {
            return ERR(EPERM);
        }
        limit(p, (unsigned)resource, *soft, *hard);
    }
    *soft = old[0];
    *hard = old[1];
    return KERN_SUCCESS;
}

static void
set_time(posix_rusage_t *r, uint64_t nanoseconds)
{
    r->ru_utime_sec = (int64_t)(nanoseconds / 1000000000u);
    r->ru_utime_usec = (int64_t)(nanoseconds % 1000000000u / 1000u);
}

/* Processor time of the task so far: the kernel does not tell user from
 * system time, so all of it counts as the user's. */
void
process_collect_usage(struct process *p)
{
    uint64_t info[64];
    mach_msg_type_number_t count = 64;

    if (p->pr_task != MACH_PORT_NULL && p->pr_vfork_parent == NULL &&
        task_info(p->pr_task, TASK_BASIC_INFO, info, &count) ==
            KERN_SUCCESS &&
        count >= TASK_BASIC_INFO_COUNT) {
        set_time(&p->pr_usage, info[3] + info[4]);
        p->pr_usage.ru_rest[0] = (int64_t)(info[2] / 1024); /* maxrss */
    }
}

void
rusage_add(posix_rusage_t *to, const posix_rusage_t *from)
{
    to->ru_utime_sec += from->ru_utime_sec;
    to->ru_utime_usec += from->ru_utime_usec;
    if (to->ru_utime_usec >= 1000000) {
        to->ru_utime_usec -= 1000000;
        to->ru_utime_sec++;
    }
    if (from->ru_rest[0] > to->ru_rest[0]) {
        to->ru_rest[0] = from->ru_rest[0];
    }
}

kern_return_t
proc_S_proc_rusage(proc_ref_t proc, int who, posix_rusage_t *rusage)
{
    switch (who) {
    case -1: /* RUSAGE_CHILDREN */
        *rusage = proc->pr_child_usage;
        return KERN_SUCCESS;
    case 0: /* RUSAGE_SELF */
    case 1: /* RUSAGE_THREAD: not told apart */
        process_collect_usage(proc);
        *rusage = proc->pr_usage;
        return KERN_SUCCESS;
    default:
        return ERR(EINVAL);
    }
}

static void
apply_nice(struct process *p, int32_t nice)
{
    p->pr_nice = nice;
    if (p->pr_vfork_parent != NULL) {
        return;
    }
    (void)task_set_priority(p->pr_task, PRIORITY_OF_NICE(nice));
    for (struct proc_thread *t = p->pr_threads; t != NULL; t = t->next) {
        (void)thread_set_priority(t->port, PRIORITY_OF_NICE(nice));
    }
}

static bool
concerns(const struct process *p, int which, int who)
{
    switch (which) {
    case 0:
        return p->pr_ids.pid == who;
    case 1:
        return p->pr_ids.pgid == who;
    default:
        return p->pr_ids.ruid == (uint32_t)who;
    }
}

static kern_return_t
set_priority(struct process *caller, struct process *p, int32_t nice)
{
    if (caller->pr_ids.euid != 0 && caller->pr_ids.euid != p->pr_ids.ruid &&
        caller->pr_ids.euid != p->pr_ids.euid) {
        return ERR(EPERM);
    }
    if (nice < p->pr_nice && caller->pr_ids.euid != 0) {
        return ERR(EACCES);
    }
    apply_nice(p, nice);
    return KERN_SUCCESS;
}

static int
own_number(const struct process *p, int which)
{
    return which == 0 ? p->pr_ids.pid
           : which == 1 ? p->pr_ids.pgid : (int)p->pr_ids.ruid;
}

kern_return_t
proc_S_proc_priority(proc_ref_t proc, int which, int who, boolean_t set,
                     int *value)
{
    int32_t nice = *value < -20 ? -20 : *value > 19 ? 19 : *value;
    kern_return_t kr = ERR(ESRCH);
    int32_t best = 20;

    if (which < 0 || which > 2) {
        return ERR(EINVAL);
    }
    if (who == 0) {
        who = own_number(proc, which);
    }
    for (struct process *p = process_first(); p != NULL;
         p = process_next(p)) {
        if (!process_alive(p) || !concerns(p, which, who)) {
            continue;
        }
        kr = set ? set_priority(proc, p, nice) : KERN_SUCCESS;
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        best = p->pr_nice < best ? p->pr_nice : best;
    }
    *value = best;
    return kr;
}

kern_return_t
proc_S_proc_sysinfo(proc_ref_t proc, uint64_t *values,
                    mach_msg_type_number_t *count)
{
    vm_statistics_t stats;
    uint64_t threads = 0;
    kern_return_t kr;

    (void)proc;
    if (*count < 5) {
        return ERR(EINVAL);
    }
    kr = host_statistics(mach_host_self(), &stats);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    for (struct process *p = process_first(); p != NULL;
         p = process_next(p)) {
        for (struct proc_thread *t = p->pr_threads; t != NULL; t = t->next) {
            threads++;
        }
    }
    values[0] = process_count();
    values[1] = threads;
    values[2] = stats.total_count * MACH_PAGE_SIZE;
    values[3] = stats.free_count * MACH_PAGE_SIZE;
    values[4] = clock_uptime();
    *count = 5;
    return KERN_SUCCESS;
}

kern_return_t
proc_S_proc_set_sigchld(proc_ref_t proc, uint32_t flags)
{
    if ((flags & ~3u) != 0) {
        return ERR(EINVAL);
    }
    proc->pr_sigchld = flags;
    return KERN_SUCCESS;
}

/* To init, through the first process's notification port. */
kern_return_t
proc_S_proc_report(proc_ref_t proc, const char *line)
{
    (void)proc;
    for (struct process *p = process_first(); p != NULL;
         p = process_next(p)) {
        if (p->pr_exit_notify != MACH_PORT_NULL) {
            return init_report(p->pr_exit_notify, line);
        }
    }
    return KERN_SUCCESS;
}
