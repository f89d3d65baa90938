/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs first of those that one call wakes: the better priority, then who has
 * waited longest; and they all before a thread of their priority that was busy.
 */
#include <thread/thread.h>
#include "test.h"

#define WAITERS 4u
#define LAST WAITERS
#define LOW 100
#define HIGH 110

static uint32_t word;
static volatile uint32_t order, waiting;

static void
waiter(uint64_t digit)
{
    waiting++;
    futex_wait(&word, 0, DEADLINE_NEVER, 0);
    order = order * 10 + (uint32_t)digit;
}

/* One after the other; best: the last of them is better than the others. */
static uint32_t
wake_all(bool best)
{
    mach_port_t t[WAITERS], self = mach_thread_self();

    word = 0;
    order = 0;
    waiting = 0;
    for (uint32_t i = 0; i < WAITERS; i++) {
        t[i] = thread_spawn(waiter, i + 1);
        wait_for(&waiting, i + 1);
        pause_ms(1);
        thread_set_priority(t[i], best && i + 1 == LAST ? HIGH : LOW);
    }
    thread_set_priority(self, LOW); /* with nothing of its last wake-up */
    word = 1;
    futex_wake(&word, WAITERS, 0, NULL);
    order = order * 10 + 9;
    thread_set_priority(self, 128);
    for (unsigned i = 0; i < 100 && order < 10000; i++) {
        pause_ms(1);
    }
    for (unsigned i = 0; i < WAITERS; i++) {
        mach_port_deallocate_trap(t[i]);
    }
    return order;
}

/* Several times: on a busy host a slice may be over before its time. */
static void
expect(bool best, uint32_t wanted, const char *what)
{
    uint32_t got = 0;

    for (unsigned tries = 0; tries < 10 && got != wanted; tries++) {
        got = wake_all(best);
    }
    check(got == wanted, what, got);
}

void
test_wake_order(void)
{
    expect(false, 12349, "those that are woken run in the order of waiting");
    expect(true, 41239, "the best of them first, the others in order");
}
