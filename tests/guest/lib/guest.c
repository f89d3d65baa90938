/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TAP, threads, tasks, pauses, censuses (see guest.h).
 */
#include <host/host.h>
#include <task/task.h>
#include <thread/thread.h>
#include "guest.h"

#define STACK 32768

mach_port_t host_priv;
const char *const census_names[CENSUS_COUNTS] = {
    "tasks", "threads", "ports", "messages", "objects", "pages", "bytes",
    "spaces"
};
static unsigned tests, failures;

void
guest_start(const struct boot_info *info)
{
    host_priv = info->bi_host_priv;
}

int
guest_end(void)
{
    mach_printf("1..%u\n", tests);
    host_reboot(host_priv, 0, failures != 0);
    return 0;
}

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

static void
task_main(void (*fn)(uint64_t), uint64_t arg)
{
    fn(arg);
    task_terminate(mach_task_self());
}

mach_port_t
task_make(mach_port_t ledger, void (*fn)(uint64_t), uint64_t arg,
          void *stack, vm_size_t size, mach_port_t *thread)
{
    mach_port_t task = MACH_PORT_NULL, th = MACH_PORT_NULL;
    x86_thread_state64_t state = {
        .rip = (uintptr_t)task_main,
        .rsp = ((uintptr_t)stack + size) / 16 * 16 - 8,
        .rdi = (uintptr_t)fn,
        .rsi = arg,
    };

    if (task_create(mach_task_self(), ledger, TRUE, &task) != KERN_SUCCESS) {
        return MACH_PORT_NULL;
    }
    if (task_suspend(task) != KERN_SUCCESS ||
        thread_create_running(task, x86_THREAD_STATE64, (natural_t *)&state,
                              x86_THREAD_STATE64_COUNT,
                              &th) != KERN_SUCCESS) {
        task_end(task, MACH_PORT_NULL);
        return MACH_PORT_NULL;
    }
    if (thread != NULL) {
        *thread = th;
    } else {
        mach_port_deallocate_trap(th);
    }
    return task;
}

mach_port_t
task_spawn(mach_port_t ledger, void (*fn)(uint64_t), uint64_t arg,
           void *stack, vm_size_t size, mach_port_t *thread)
{
    mach_port_t task = task_make(ledger, fn, arg, stack, size, thread);

    if (task != MACH_PORT_NULL) {
        task_resume(task);
    }
    return task;
}

void
task_end(mach_port_t task, mach_port_t thread)
{
    task_terminate(task);
    mach_port_deallocate_trap(task);
    if (thread != MACH_PORT_NULL) {
        mach_port_deallocate_trap(thread);
    }
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

mach_port_t
port_make(void)
{
    mach_port_t port = mach_reply_port();

    mach_port_insert_right_trap(port, port, MACH_MSG_TYPE_MAKE_SEND);
    return port;
}

void
port_end(mach_port_t port)
{
    mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_RECEIVE, -1);
    mach_port_deallocate_trap(port); /* the send right, a dead name now */
}

void
census(uint64_t counts[16])
{
    mach_msg_type_number_t n = 16;

    pause_ms(50);
    host_census(mach_host_self(), counts, &n);
}
