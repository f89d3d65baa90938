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

/* Nothing better is ready than th will be with the current thread's boost. */
static inline __attribute__((always_inline)) bool
sched_best_allows(const struct thread *prev, const struct thread *th)
{
    if (sched_now.sn_best == SCHED_NONE) {
        return true;
    }
    __asm__ volatile("" : : : "memory"); /* no register is kept for it */
    return sched_now.sn_best <= (int)(th->th_priority + prev->th_boost);
}

/* And th waits, for ever and undisturbed. */
static inline __attribute__((always_inline)) bool
sched_may_hand_over(const struct thread *prev, const struct thread *th)
{
    return (th->th_ast & ~AST_IRET) == 0 && sched_best_allows(prev, th);
}

/* And so would prev. */
static inline __attribute__((always_inline)) bool
sched_may_switch(const struct thread *prev, const struct thread *th)
{
    return (prev->th_ast | th->th_ast) == 0 && sched_best_allows(prev, th);
}

/* The same of a th that may not wait: looks at its th_state, too. */
static inline __attribute__((always_inline)) bool
sched_may_switch_back(const struct thread *prev, const struct thread *th)
{
    return (prev->th_ast | th->th_word) << THREAD_WORD_REST == 0 &&
           sched_best_allows(prev, th);
}

/* th is current then, and waits for nothing; it has been taken off its queue.  (It has a slice:
 * who waits in vain for the rest of one has been given a new one.) */
static inline __attribute__((always_inline)) void
sched_hand_over(struct thread *prev, struct thread *th)
{
    uint64_t now;

    th->th_waits = THREAD_WAITS(TH_RUNNING, 0u, 0u);
    now = machine_cycles();
    prev->th_cpu_time += now;
    th->th_cpu_time -= now;
    sched_now.sn_switched = now;
    th->th_boost = prev->th_boost; /* as sched_handoff() has it */
    th->th_switches++;
    machine_hand_over(prev, th);
}

#endif
