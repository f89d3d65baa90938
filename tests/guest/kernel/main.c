/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel from a user's side (see README.md).
 */
#include <host/host.h>
#include <thread/thread.h>
#include "test.h"

#define STACK 32768

int main(const struct boot_info *info);

mach_port_t host_priv;
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

bool
wait_for(volatile uint32_t *word, uint32_t value)
{
    uint64_t end = clock_uptime() + 1000000000;

    while (*word != value && clock_uptime() < end) {
        thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1);
    }
    return *word == value;
}

int
main(const struct boot_info *info)
{
    host_priv = info->bi_host_priv;
    test_time();
    test_traps();
    test_exceptions();
    test_redirect();
    test_threads();
    test_ports();
    test_tasks();
    mach_printf("1..%u\n", tests);
    host_reboot(host_priv, 0, failures != 0);
    return 0;
}
