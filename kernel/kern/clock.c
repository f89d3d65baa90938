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
clock_sleep_trap(struct thread *th, const uint64_t args[6])
{
    unsigned flags = WAIT_ABORTABLE;
    kern_return_t kr;

    if (args[1] & ~(uint64_t)CLOCK_SLEEP_INTERRUPTIBLE) {
        return KERN_INVALID_ARGUMENT;
    }
    if (args[1] & CLOCK_SLEEP_INTERRUPTIBLE) {
        flags |= WAIT_INTERRUPTIBLE;
    }
    kr = thread_wait(NULL, clock_sleep_continue, args[0], flags);
    return kr == KERN_BLOCKED ? kr : clock_sleep_continue(th, kr);
}

kern_return_t
clock_uptime_trap(struct thread *th, const uint64_t args[6])
{
    (void)args;
    regs_set_result2(&th->th_regs, clock_uptime());
    return KERN_SUCCESS;
}
