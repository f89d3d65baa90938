/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct switch: straight from the current thread, which has begun to
 * wait, to one that waited, in the same trap and past the run queues.  What
 * sched_next() would have come to, in line.
 */
#ifndef SCHED_HAND_OVER_H
#define SCHED_HAND_OVER_H

#include <sched/sched.h>
#include <sched/thread.h>
#include <machine/cpu.h>
#include <machine/switch.h>

/* It waits, for ever and undisturbed, and nothing better is ready than it will
 * be with the current thread's boost. */
static inline __attribute__((always_inline)) bool
sched_may_hand_over(const struct thread *prev, const struct thread *th)
{
    return (th->th_ast & ~AST_IRET) == 0 &&
           (sched_now.sn_best < 0 ||
            sched_now.sn_best <= (int)(th->th_priority + prev->th_boost));
}

/* th is current then; it has been taken off its wait queue.  (It has a slice:
 * who waits in vain for the rest of one has been given a new one.) */
static inline __attribute__((always_inline)) void
sched_hand_over(struct thread *prev, struct thread *th)
{
    uint64_t now = machine_cycles();

    prev->th_cpu_time += now - sched_now.sn_switched;
    sched_now.sn_switched = now;
    th->th_boost = prev->th_boost; /* as sched_handoff() has it */
    th->th_switches++;
    th->th_state = TH_RUNNING;
    machine_hand_over(prev, th);
}

#endif
