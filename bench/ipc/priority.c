/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The round trip of mach_rt between unequal threads, and with a third one of
 * lower priority that is always ready to run.
 */
#include <task/task.h>
#include <thread/thread.h>
#include "bench.h"

#define LOW 100
#define MIDDLE 128 /* what a task has unless it is told */
#define HIGH 140

static uint8_t stack[4096] __attribute__((aligned(16)));
static mach_port_t spinner;

static void
setup_with(int client, int server)
{
    mach_rt_setup();
    MUST(task_set_priority(peer_task(), server));
    MUST(thread_set_priority(mach_thread_self(), client));
}

static void
setup_client_high(void)
{
    setup_with(HIGH, MIDDLE);
}

static void
setup_server_high(void)
{
    setup_with(MIDDLE, HIGH);
}

static void
finish(void)
{
    MUST(thread_set_priority(mach_thread_self(), MIDDLE));
    mach_rt_finish();
}

static _Noreturn void
spin(void)
{
    for (;;) {
        __asm__ volatile("pause");
    }
}

static void
setup_low_ready(void)
{
    x86_thread_state64_t state = {
        .rip = (uint64_t)(uintptr_t)spin,
        .rsp = (uint64_t)(uintptr_t)(stack + sizeof(stack) - 8),
    };

    mach_rt_setup();
    MUST(thread_create(mach_task_self(), &spinner));
    MUST(thread_set_state(spinner, x86_THREAD_STATE64, (natural_t *)&state,
                          x86_THREAD_STATE64_COUNT));
    MUST(thread_set_priority(spinner, LOW));
    MUST(thread_resume(spinner));
}

static void
finish_low_ready(void)
{
    MUST(thread_terminate(spinner));
    MUST(mach_port_deallocate_trap(spinner));
    mach_rt_finish();
}

const struct row priority_rows[] = {
    { "prio_client_high", 500, setup_client_high, mach_rt_run, finish },
    { "prio_server_high", 500, setup_server_high, mach_rt_run, finish },
    { "prio_low_ready", 500, setup_low_ready, mach_rt_run,
      finish_low_ready },
    { NULL, 0, NULL, NULL, NULL },
};
