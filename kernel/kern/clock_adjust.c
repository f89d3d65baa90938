/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slewing the wall clock (host_adjust_time): its distance from the uptime changes by
 * steps so small that it never goes backwards.
 */
#include <kern/clock.h>
#include <kern/host.h>
#include <mach/time_page.h>
#include <sched/timer.h>
#include <machine/clock.h>

#define PERIOD 10000000ull /* nanoseconds between two steps */
#define STEP 50000         /* nanoseconds at most in one: 0.5 % */

static struct timer timer;
static int64_t left; /* K */

static void
step(void *arg)
{
    int64_t now = left > STEP ? STEP : left < -STEP ? -STEP : left;

    (void)arg;
    left -= now;
    clock_set_realtime(the_host.ho_time,
                       the_host.ho_time->tp_realtime_offset + now);
    if (left != 0) {
        timer_set(&timer, clock_uptime() + PERIOD);
    }
}

void
clock_adjust_setup(void)
{
    timer_init(&timer, step, NULL);
}

void
clock_set(int64_t offset)
{
    left = 0;
    timer_unset(&timer);
    clock_set_realtime(the_host.ho_time, offset);
}

int64_t
clock_adjust(int64_t delta)
{
    int64_t old = left;

    left = delta;
    if (left == 0) {
        timer_unset(&timer);
    } else if (!timer.tm_set) {
        timer_set(&timer, clock_uptime() + PERIOD);
    }
    return old;
}
