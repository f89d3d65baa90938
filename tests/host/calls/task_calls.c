/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of task.defs and thread.defs that make or ask for something.
 */
#include <calls/call_names.h>
#include <mach/exception.h>
#include <mach/task_info.h>
#include <mach_port/mach_port.h>
#include <mach_vm/mach_vm.h>
#include <task/task.h>
#include <thread/thread.h>
#include "calls.h"

#define EXCEPTIONS 14

#define INFO 64

static mach_port_name_t port, child, thread, ledger;

/* A task with memory, exception ports and an emulator, to inherit from. */
static void
make_port(void)
{
    emulator_info_t emulator = {.base = 0x10000, .end = 0x20000,
                                .syscall_entry = 0x10000};
    vm_address_t at = 0;

    CHECK_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port));
    CHECK_OK(mach_port_insert_right(SELF, port, port,
                                    MACH_MSG_TYPE_MAKE_SEND));
    CHECK_OK(mach_vm_allocate(SELF, &at, 0x8000, VM_FLAGS_ANYWHERE));
    CHECK_OK(touch(at, true));
    CHECK_OK(touch(at + 0x3000, true));
    CHECK_OK(task_set_emulator(SELF, emulator));
}

static void
make_watched(void)
{
    make_port();
    CHECK_OK(task_set_exception_ports(SELF, 1u << EXC_BAD_ACCESS, port,
                                      EXCEPTION_DEFAULT));
}

static void
make_child(void)
{
    make_port();
    CHECK_OK(task_create(SELF, MACH_PORT_NULL, FALSE, &child));
    CHECK_OK(thread_create(child, &thread));
}

static kern_return_t
create_empty(void)
{
    mach_port_t got;

    return task_create(SELF, MACH_PORT_NULL, FALSE, &got);
}

static kern_return_t
create_inherit(void)
{
    mach_port_t got;

    return task_create(SELF, MACH_PORT_NULL, TRUE, &got);
}

static kern_return_t
create_thread(void)
{
    mach_port_t got;

    return thread_create(SELF, &got);
}

static kern_return_t
create_running(void)
{
    x86_thread_state64_t state = {0};
    mach_port_t got;

    return thread_create_running(child, x86_THREAD_STATE64, (void *)&state,
                                 sizeof(state) / sizeof(natural_t), &got);
}

static kern_return_t
threads(void)
{
    mach_port_t *list;
    mach_msg_type_number_t n;

    return task_threads(child, &list, &n);
}

static kern_return_t
terminate(void)
{
    return task_terminate(child);
}

static kern_return_t
set_special(void)
{
    return task_set_special_port(child, TASK_BOOTSTRAP_PORT, port);
}

static kern_return_t
get_special(void)
{
    mach_port_t got;

    return task_get_special_port(child, TASK_KERNEL_PORT, &got);
}

static kern_return_t
task_exceptions(void)
{
    return task_set_exception_ports(child, 1u << EXC_BAD_ACCESS, port,
                                    EXCEPTION_DEFAULT);
}

static kern_return_t
thread_exceptions(void)
{
    return thread_set_exception_ports(thread, 1u << EXC_BAD_ACCESS, port,
                                      EXCEPTION_DEFAULT);
}

static kern_return_t
get_exceptions(void)
{
    uint32_t masks[EXCEPTIONS];
    mach_port_t handlers[EXCEPTIONS];
    int behaviors[EXCEPTIONS], flavors[EXCEPTIONS];

    return task_get_exception_ports(SELF, ~0u & EXC_MASK_ALL, masks,
                                    handlers, behaviors, flavors);
}

static kern_return_t
swap_exceptions(void)
{
    uint32_t masks[EXCEPTIONS];
    mach_port_t handlers[EXCEPTIONS];
    int behaviors[EXCEPTIONS], flavors[EXCEPTIONS];

    return thread_swap_exception_ports(
        thread, 1u << EXC_BAD_ACCESS, port, EXCEPTION_DEFAULT, 0, masks,
        handlers, behaviors, flavors);
}

static kern_return_t
make_ledger(void)
{
    uint64_t limits[5] = {1u << 20, 100, 100, 10, 2};
    mach_port_t got;

    return ledger_create(SELF, limits, &got);
}

static kern_return_t
get_ledger(void)
{
    mach_port_t got;

    return task_get_ledger(child, &got);
}

static kern_return_t
set_name(void)
{
    return task_set_name(child, "child");
}

static kern_return_t
suspend(void)
{
    return task_suspend(child);
}

static void
make_suspended(void)
{
    make_child();
    CHECK_OK(task_suspend(child));
}

static kern_return_t
resume(void)
{
    return task_resume(child);
}

static kern_return_t
set_emulator(void)
{
    emulator_info_t emulator = {.base = 0x10000, .end = 0x20000,
                                .syscall_entry = 0x10000};

    return task_set_emulator(child, emulator);
}

static kern_return_t
set_tokens(void)
{
    security_token_t sender = {{1, 2}};
    audit_token_t audit = {{3}};

    return task_set_tokens(child, host_privileged(), sender, audit);
}

static kern_return_t
set_priority(void)
{
    return task_set_priority(child, 20);
}

static kern_return_t
priority(void)
{
    return task_priority(child, 20, TRUE);
}

static kern_return_t
max_priority(void)
{
    return task_max_priority(child, MACH_PORT_NULL, 20, TRUE);
}

static kern_return_t
set_essential(void)
{
    return task_set_essential(child, host_privileged(), FALSE);
}

static kern_return_t
info(void)
{
    uint64_t words[INFO];
    mach_msg_type_number_t n = INFO;

    return task_info(child, TASK_DEBUG_INFO, words, &n);
}

static kern_return_t
get_name(void)
{
    char name[64];

    return task_get_name(child, name);
}

static kern_return_t
swap_task_exceptions(void)
{
    uint32_t masks[EXCEPTIONS];
    mach_port_t handlers[EXCEPTIONS];
    int behaviors[EXCEPTIONS], flavors[EXCEPTIONS];

    return task_swap_exception_ports(
        child, 1u << EXC_BAD_ACCESS, port, EXCEPTION_DEFAULT, 0, masks,
        handlers, behaviors, flavors);
}

static void
make_with_ledger(void)
{
    uint64_t limits[5] = {1u << 20, 100, 100, 10, 2};

    make_port();
    CHECK_OK(ledger_create(SELF, limits, &ledger));
}

static kern_return_t
get_ledger_info(void)
{
    uint64_t used[5], limits[5];

    return ledger_info(ledger, used, limits);
}

static kern_return_t
get_ledger_statistics(void)
{
    uint64_t peak[5], reserve[5];

    return ledger_statistics(ledger, peak, reserve);
}

static kern_return_t
set_reserve(void)
{
    uint64_t reserve[5] = {1u << 12, 1, 1, 1, 1};

    return ledger_set_reserve(ledger, reserve);
}

static kern_return_t
create_with_ledger(void)
{
    mach_port_t got;

    return task_create(SELF, ledger, FALSE, &got);
}

const struct call_case task_cases[] = {
    {"task_create", make_watched, create_empty, false},
    {"task_create: inheriting", make_watched, create_inherit, false},
    {"thread_create", make_port, create_thread, false},
    {"thread_create: with exception ports", make_watched, create_thread, false},
    {"thread_create_running", make_child, create_running, false},
    {"task_threads", make_child, threads, false},
    {"task_terminate", make_child, terminate, false},
    {"task_set_special_port", make_child, set_special, false},
    {"task_get_special_port", make_child, get_special, false},
    {"task_set_exception_ports", make_child, task_exceptions, false},
    {"thread_set_exception_ports", make_child, thread_exceptions, false},
    {"task_get_exception_ports", make_watched, get_exceptions, false},
    {"thread_swap_exception_ports", make_child, swap_exceptions, false},
    {"ledger_create", make_port, make_ledger, false},
    {"task_get_ledger", make_child, get_ledger, false},
    {"task_set_name", make_child, set_name, false},
    {"task_suspend", make_child, suspend, false},
    {"task_resume", make_suspended, resume, false},
    {"task_set_emulator", make_child, set_emulator, false},
    {"task_set_tokens", make_child, set_tokens, false},
    {"task_set_priority", make_child, set_priority, false},
    {"task_priority", make_child, priority, false},
    {"task_max_priority", make_child, max_priority, false},
    {"task_set_essential", make_child, set_essential, false},
    {"task_info", make_child, info, false},
    {"task_get_name", make_child, get_name, false},
    {"task_swap_exception_ports", make_child, swap_task_exceptions, false},
    {"ledger_info", make_with_ledger, get_ledger_info, false},
    {"ledger_statistics", make_with_ledger, get_ledger_statistics, false},
    {"ledger_set_reserve", make_with_ledger, set_reserve, false},
    {"task_create: with a ledger", make_with_ledger, create_with_ledger, false},
    {.name = NULL},
};
