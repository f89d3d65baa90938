/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clocks and sleeping.
 */
#include <proc/proc.h>
#include <thread/thread.h>
#include <mach/task_info.h>
#include "syscall.h"

#define NS 1000000000

static int64_t
cpu_time(int who, int64_t *ns)
{
    posix_rusage_t u;
    int64_t error = error_of(proc_rusage(process_port(PORT_PROC), who,
                                         (void *)&u));

    *ns = (u.ru_utime_sec + u.ru_stime_sec) * NS +
          (u.ru_utime_usec + u.ru_stime_usec) * 1000;
    return error;
}

static int64_t
thread_time(int64_t *ns)
{
    uint64_t info[64];
    mach_msg_type_number_t count = 64;

    if (thread_info(mach_thread_self(), THREAD_BASIC_INFO, info, &count) !=
        KERN_SUCCESS) {
        return -EINVAL;
    }
    *ns = (int64_t)info[0];
    return 0;
}

/* Nanoseconds of a clock; -EINVAL for those that aren't there. */
static int64_t
clock_read(uint32_t clock, int64_t *ns)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        *ns = (int64_t)time_uptime() + time_realtime_offset();
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        *ns = (int64_t)time_uptime();
        return 0;
    case CLOCK_PROCESS_CPUTIME_ID:
        return cpu_time(0, ns);
    case CLOCK_THREAD_CPUTIME_ID:
        return thread_time(ns);
    default:
        return -EINVAL;
    }
}

int64_t
sys_clock_gettime(const uint64_t *a)
{
    struct linux_timespec ts;
    int64_t ns, error = clock_read((uint32_t)a[0], &ns);

    if (error < 0) {
        return error;
    }
    ts = (struct linux_timespec){ns / NS, ns % NS};
    return copyout(a[1], &ts, sizeof(ts));
}

int64_t
sys_clock_getres(const uint64_t *a)
{
    struct linux_timespec ts = {0, 1};

    if ((uint32_t)a[0] > CLOCK_BOOTTIME) {
        return -EINVAL;
    }
    return a[1] != 0 ? copyout(a[1], &ts, sizeof(ts)) : 0;
}

int64_t
sys_gettimeofday(const uint64_t *a)
{
    struct linux_timeval tv;
    int32_t zone[2] = {0, 0};
    int64_t ns;

    clock_read(CLOCK_REALTIME, &ns);
    tv = (struct linux_timeval){ns / NS, ns % NS / 1000};
    if (a[0] != 0 && copyout(a[0], &tv, sizeof(tv)) < 0) {
        return -EFAULT;
    }
    return a[1] != 0 ? copyout(a[1], zone, sizeof(zone)) : 0;
}

int64_t
sys_time(const uint64_t *a)
{
    int64_t ns, seconds;

    clock_read(CLOCK_REALTIME, &ns);
    seconds = ns / NS;
    if (a[0] != 0 && copyout(a[0], &seconds, 8) < 0) {
        return -EFAULT;
    }
    return seconds;
}

/* ---- sleeping --------------------------------------------------------------- */

/* 0, or -EINTR when a signal is to be handled. */
static int64_t
sleep_until(struct thread *t, uint64_t deadline)
{
    while (clock_sleep(deadline, CLOCK_SLEEP_INTERRUPTIBLE) ==
           KERN_INTERRUPTED) {
        t->kick = 1;
        if (signal_waiting(t)) {
            return -EINTR;
        }
    }
    return 0;
}

/* A relative sleep: tells what is left. */
static int64_t
sleep_relative(struct thread *t, uint64_t deadline, uint64_t left_at)
{
    struct linux_timespec left;

    if (sleep_until(t, deadline) == 0) {
        return 0;
    }
    if (left_at != 0) {
        time_left(deadline, &left);
        if (copyout(left_at, &left, sizeof(left)) < 0) {
            return -EFAULT;
        }
    }
    t->restart_call = 35;
    t->restart_deadline = deadline;
    t->restart_args[1] = left_at;
    return -ERESTART_BLOCK;
}

int64_t
time_sleep_again(struct thread *t)
{
    return sleep_relative(t, t->restart_deadline, t->restart_args[1]);
}

int64_t
sys_nanosleep(const uint64_t *a)
{
    struct linux_timespec ts;
    int64_t ns;

    if (copyin(&ts, a[0], sizeof(ts)) < 0) {
        return -EFAULT;
    }
    ns = timespec_ns(&ts);
    return ns < 0 ? -EINVAL
                  : sleep_relative(this_thread(), deadline_after((uint64_t)ns),
                                   a[1]);
}

int64_t
sys_clock_nanosleep(const uint64_t *a)
{
    struct linux_timespec ts;
    uint32_t clock = (uint32_t)a[0];
    int64_t ns;

    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC &&
        clock != CLOCK_BOOTTIME) {
        return clock <= CLOCK_BOOTTIME ? -EOPNOTSUPP : -EINVAL;
    }
    if (copyin(&ts, a[2], sizeof(ts)) < 0) {
        return -EFAULT;
    }
    ns = timespec_ns(&ts);
    if (ns < 0) {
        return -EINVAL;
    }
    if (!(a[1] & TIMER_ABSTIME)) {
        return sleep_relative(this_thread(), deadline_after((uint64_t)ns),
                              a[3]);
    }
    if (clock == CLOCK_REALTIME) {
        ns -= time_realtime_offset();
    }
    return sleep_until(this_thread(), ns > 0 ? (uint64_t)ns : 0) < 0
               ? -ERESTARTNOHAND
               : 0;
}
