/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: a function called once, in interrupt context, at or after a
 * deadline in nanoseconds of uptime.  Setting and cancelling never fail.
 */
#ifndef SCHED_TIMER_H
#define SCHED_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct timer {
    struct timer *tm_left, *tm_right, *tm_parent; /* K: in the heap */
    uint64_t tm_deadline;   /* K */
    uint32_t tm_rank;       /* K: down the right spine */
    bool tm_set;            /* K: in the heap */
    void (*tm_fn)(void *);  /* I */
    void *tm_arg;           /* I */
};

#define TIMER_NEVER (~0ull)

void timer_init(struct timer *t, void (*fn)(void *), void *arg);
/* A timer that is set already is moved. */
void timer_set(struct timer *t, uint64_t deadline);
void timer_unset(struct timer *t);
/* The earliest deadline, or TIMER_NEVER. */
uint64_t timer_first(void);
/* Call what is due.  At most `max` of them; true: there are more. */
bool timer_expire(uint64_t now, unsigned max);

#endif
