/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: life, suspension, abort, FPU state, futexes.
 */
#include <task/task.h>
#include <thread/thread.h>
#include "test.h"

uint64_t xmm_get(void);
void xmm_set(uint64_t v);

static volatile uint32_t counter, ready, stop, bad, gate;
static uint32_t futex_a, futex_b;
static volatile uint32_t woken;

static void
count_up(uint64_t arg)
{
    (void)arg;
    while (!stop) {
        counter++;
    }
    ready = 1;
}

static void
test_suspend(void)
{
    mach_port_t t;
    uint32_t seen;

    stop = 0;
    counter = 0;
    t = thread_spawn(count_up, 0);
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 20);
    check(counter != 0, "a new thread runs", counter);
    check(thread_suspend(t) == KERN_SUCCESS, "thread_suspend", 0);
    seen = counter;
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 30);
    check(counter == seen, "suspended, it does not", counter);
    check(thread_resume(t) == KERN_SUCCESS, "thread_resume", 0);
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 30);
    check(counter != seen, "resumed, it does", counter);
    check(thread_resume(t) == KERN_FAILURE, "a resume too many fails", 0);
    check(thread_terminate(t) == KERN_SUCCESS, "thread_terminate", 0);
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 5);
    seen = counter;
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 20);
    check(counter == seen, "terminated, it is gone", counter);
    check(thread_resume(t) == MACH_SEND_INVALID_DEST, "and its port is dead",
          0);
    mach_port_deallocate_trap(t);
}

static void
fpu_user(uint64_t value)
{
    xmm_set(value);
    __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
    while (!stop) {
        if (xmm_get() != value) {
            bad++;
        }
    }
    __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
}

static void
test_fpu(void)
{
    mach_port_t t[3];

    stop = 0;
    ready = 0;
    bad = 0;
    for (unsigned i = 0; i < 3; i++) {
        t[i] = thread_spawn(fpu_user, 1111u * (i + 1));
    }
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 200);
    stop = 1;
    check(wait_for(&ready, 6), "three threads with FPU state end", ready);
    check(bad == 0, "each keeps its own FPU registers", bad);
    for (unsigned i = 0; i < 3; i++) {
        mach_port_deallocate_trap(t[i]);
    }
}

static void
futex_waiter(uint64_t arg)
{
    (void)arg;
    __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
    if (futex_wait(&futex_a, 0, DEADLINE_NEVER, 0) == KERN_SUCCESS) {
        __atomic_fetch_add(&woken, 1, __ATOMIC_SEQ_CST);
    }
}

static void
test_futex(void)
{
    mach_port_t t[4];
    uint64_t n = 0, before = clock_uptime();
    kern_return_t kr;

    kr = futex_wait(&futex_a, 1, DEADLINE_NEVER, 0);
    check(kr == KERN_VALUE_CHANGED, "another value: no wait", (uint64_t)kr);
    kr = futex_wait(&futex_a, 0, before + 20000000, 0);
    check(kr == KERN_OPERATION_TIMED_OUT &&
              clock_uptime() >= before + 20000000,
          "a wait with a deadline", (uint64_t)kr);
    ready = 0;
    woken = 0;
    for (unsigned i = 0; i < 4; i++) {
        t[i] = thread_spawn(futex_waiter, 0);
    }
    wait_for(&ready, 4);
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 10);
    futex_wake(&futex_a, 1, 0, &n);
    check(n == 1 && wait_for(&woken, 1), "wake one of four", n);
    kr = futex_requeue(&futex_a, 1, 2, &futex_b, 0, 0, &n);
    check(kr == KERN_SUCCESS && n == 3 && wait_for(&woken, 2),
          "wake one, move two", n);
    futex_wake(&futex_a, 9, 0, &n);
    check(n == 0, "nobody is left on the first word", n);
    futex_wake(&futex_b, 9, 0, &n);
    check(n == 2 && wait_for(&woken, 4), "both are on the second", n);
    for (unsigned i = 0; i < 4; i++) {
        mach_port_deallocate_trap(t[i]);
    }
}

static void
sleeper(uint64_t arg)
{
    (void)arg;
    ready = 1;
    gate = (uint32_t)futex_wait(&futex_a, 0, DEADLINE_NEVER, 0);
    ready = 2;
}

static void
test_abort(void)
{
    mach_port_t t;

    ready = 0;
    t = thread_spawn(sleeper, 0);
    wait_for(&ready, 1);
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 5);
    thread_abort(t);
    check(wait_for(&ready, 2) && gate == KERN_ABORTED,
          "thread_abort ends a wait", gate);
    mach_port_deallocate_trap(t);
    ready = 0;
    t = thread_spawn(sleeper, 0);
    wait_for(&ready, 1);
    thread_terminate(t);
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 5);
    check(ready == 1, "a waiting thread is terminated", ready);
    mach_port_deallocate_trap(t);
}

void
test_threads(void)
{
    test_suspend();
    test_fpu();
    test_futex();
    test_abort();
}
