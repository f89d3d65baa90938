/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * External pagers (see README.md).
 */
#include <host/host.h>
#include <thread/thread.h>
#include "test.h"

#define STACK 32768

int main(const struct boot_info *info);

static unsigned tests, failures;

void
check(bool good, const char *what, uint64_t value)
{
    tests++;
    failures += !good;
    mach_printf("%sok %u - %s\n", good ? "" : "not ", tests, what);
    if (!good) {
        mach_printf("# value %lx\n", value);
    }
}

static void
thread_main(void (*fn)(uint64_t), uint64_t arg, vm_address_t stack)
{
    fn(arg);
    thread_exit_trap(stack, STACK, MACH_PORT_NULL, NULL);
}

mach_port_t
thread_spawn(void (*fn)(uint64_t), uint64_t arg)
{
    x86_thread_state64_t state = { 0 };
    mach_port_t thread = MACH_PORT_NULL;
    vm_address_t stack = 0;

    if (vm_allocate(&stack, STACK, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return MACH_PORT_NULL;
    }
    state.rip = (uintptr_t)thread_main;
    state.rsp = stack + STACK - 8;
    state.rdi = (uintptr_t)fn;
    state.rsi = arg;
    state.rdx = stack;
    if (thread_create_running(mach_task_self(), x86_THREAD_STATE64,
                              (natural_t *)&state, x86_THREAD_STATE64_COUNT,
                              &thread) != KERN_SUCCESS) {
        vm_deallocate(stack, STACK);
    }
    return thread;
}

void
pause_ms(unsigned ms)
{
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, ms);
}

bool
wait_for(volatile uint32_t *word, uint32_t value)
{
    uint64_t end = clock_uptime() + 2000000000;

    while (*word != value && clock_uptime() < end) {
        pause_ms(1);
    }
    return *word == value;
}

int
main(const struct boot_info *info)
{
    catch_start();
    pager_start();
    test_reads();
    test_writes();
    test_ends();
    mach_printf("1..%u\n", tests);
    host_reboot(info->bi_host_priv, 0, failures != 0);
    return 0;
}
