/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: run queues, the choice of the next thread, ticks.
 *
 * 256 priorities, higher is better, round robin within one.  A thread that
 * is woken by an RPC and waits again never touches a run queue
 * (thread_wakeup_handoff).
 *
 * A thread that is woken and has used little of the processor lately stands one
 * priority above its own, until its slice is over (th_boost): however many
 * others are busy at its priority, it need not wait for a turn of them all.
 * A wake-up by RPC hands it on, as it does the slice.
 */
#ifndef SCHED_SCHED_H
#define SCHED_SCHED_H

#include <stdbool.h>
#include <stdint.h>

struct thread;

#define SCHED_TICK 10000000ull /* nanoseconds; ticks come only while somebody
                                  waits for the processor */
#define SCHED_SLICE 2u         /* ticks */

void sched_setup(void);
/* READY: put it on its queue, or park it when it is suspended. */
void sched_enqueue(struct thread *th);
/* Take a READY thread off its queue (no effect when it is on none). */
void sched_dequeue(struct thread *th);
/* The current thread gives up the processor but stays READY. */
void sched_yield(bool slice_over);
/*
 * The current thread is not RUNNING any more: choose another (idle until
 * there is one), load its address space and machine state, make it current.
 */
struct thread *sched_next(void);
/* The same if somebody better is ready than the current thread, which stays
 * READY, or as good when its slice is over; else it goes on. */
struct thread *sched_make_way(bool slice_over);
/* What direct switches look at (sched/hand_over.h). */
struct sched_now {
    int sn_best;          /* the best priority that is ready; SCHED_NONE;
                             SCHED_HANDOFF: somebody is to run next, or
                             direct switches are off */
    uint64_t sn_switched; /* cycles when the current thread began */
};
#define SCHED_NONE (-1)
#define SCHED_HANDOFF 1000
extern struct sched_now sched_now;
/* No direct switches any more: every message takes the general path. */
void sched_forbid_direct(void);
/* The timer's interrupt. */
void sched_tick(void);
/* An event is due at deadline: have the timer's interrupt come by then. */
void sched_arm(uint64_t deadline);
/* thread_wakeup_handoff()'s part here. */
void sched_handoff(struct thread *th);
uint64_t sched_idle_cycles(void);
/* What th has used so far, in cycles (clock_cycles_to_ns). */
uint64_t sched_cpu_time(const struct thread *th);
/* Threads queued, summed over all ticks since boot. */
uint64_t sched_waiting(void);
/* sched_yield(), and target runs next if nobody better is ready; false, and
 * nothing done, when it is not ready itself. */
bool sched_yield_to(struct thread *target);
/* target is the one to run next when the current one waits; no effect when
 * it is not ready. */
void sched_run_next(struct thread *target);
/* Would another thread run if the current one yielded? */
bool sched_others(void);

/* sched_load.c: runnable threads and free power, times LOAD_SCALE, on
 * average of the last 5, 30, 60 seconds. */
#define SCHED_LOADS 3
void sched_load(uint64_t average[SCHED_LOADS], uint64_t factor[SCHED_LOADS]);

#endif
