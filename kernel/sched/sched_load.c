/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Load averages, reckoned when somebody asks: the time that the processor was
 * busy since the last question, and the threads that waited for it at each
 * tick, give a mean; the averages go towards it by as many steps of five
 * seconds as have passed.  So an idle machine needs no timer for them.
 */
#include <mach/host_info.h>
#include <sched/sched.h>
#include <machine/clock.h>

#define STEP 5000000000ull /* nanoseconds */
#define STEPS_MAX 720u     /* an hour: nothing is left of what was */

/* LOAD_SCALE * exp(-5 s / 5, 30, 60 s) */
static const uint64_t keeps[SCHED_LOADS] = { 368, 846, 920 };

static struct {
    uint64_t average[SCHED_LOADS]; /* K */
    uint64_t when, idle, waiting;  /* K: at the last step */
} load;

/* Runnable threads since then, times LOAD_SCALE. */
static uint64_t
mean(uint64_t now)
{
    uint64_t elapsed = now - load.when;
    uint64_t idle = clock_cycles_to_ns(sched_idle_cycles()) - load.idle;
    uint64_t busy = idle < elapsed ? elapsed - idle : 0;
    uint64_t waited = (sched_waiting() - load.waiting) * SCHED_TICK;

    return (busy + waited) / (elapsed / LOAD_SCALE + 1);
}

void
sched_load(uint64_t average[SCHED_LOADS], uint64_t factor[SCHED_LOADS])
{
    uint64_t now = clock_uptime(), value = mean(now);
    uint64_t steps = (now - load.when) / STEP;

    if (steps > STEPS_MAX) {
        steps = STEPS_MAX;
    }
    for (unsigned i = 0; i < SCHED_LOADS; i++) {
        uint64_t a = load.average[i];

        for (uint64_t n = 0; n < steps; n++) {
            a = (a * keeps[i] + value * (LOAD_SCALE - keeps[i])) / LOAD_SCALE;
        }
        load.average[i] = a;
        average[i] = a;
        factor[i] = a < LOAD_SCALE ? LOAD_SCALE - a
                                   : LOAD_SCALE * LOAD_SCALE /
                                         (a + LOAD_SCALE);
    }
    if (steps != 0) {
        load.when = now;
        load.idle = clock_cycles_to_ns(sched_idle_cycles());
        load.waiting = sched_waiting();
    }
}
