/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sleeping, and the time by trap.
 */
#include <kern/traps.h>
#include <sched/thread.h>
#include <sched/wait.h>
#include <machine/clock.h>

static kern_return_t
clock_sleep_continue(struct thread *th, kern_return_t result)
{
    (void)th;
    /* Nobody wakes a sleeper but the clock. */
    return result == KERN_OPERATION_TIMED_OUT ? KERN_SUCCESS : result;
}

kern_return_t
clock_sleep_trap(uint64_t deadline, uint64_t options)
{
    unsigned flags = WAIT_ABORTABLE;
    kern_return_t kr;

    if (options & ~(uint64_t)CLOCK_SLEEP_INTERRUPTIBLE) {
        return KERN_INVALID_ARGUMENT;
    }
    if (options & CLOCK_SLEEP_INTERRUPTIBLE) {
        flags |= WAIT_INTERRUPTIBLE;
    }
    kr = thread_wait(NULL, clock_sleep_continue, deadline, flags);
    return kr == KERN_BLOCKED ? kr : clock_sleep_continue(current_thread(), kr);
}

kern_return_t
clock_uptime_trap(void)
{
    return trap_result2(KERN_SUCCESS, clock_uptime());
}
