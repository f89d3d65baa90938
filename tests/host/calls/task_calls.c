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

static mach_port_name_t port, child, thread;

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

const struct call_case task_cases[] = {
    {"task_create", make_watched, create_empty},
    {"task_create: inheriting", make_watched, create_inherit},
    {"thread_create", make_port, create_thread},
    {"thread_create: with exception ports", make_watched, create_thread},
    {"thread_create_running", make_child, create_running},
    {"task_threads", make_child, threads},
    {"task_terminate", make_child, terminate},
    {"task_set_special_port", make_child, set_special},
    {"task_get_special_port", make_child, get_special},
    {"task_set_exception_ports", make_child, task_exceptions},
    {"thread_set_exception_ports", make_child, thread_exceptions},
    {"task_get_exception_ports", make_watched, get_exceptions},
    {"thread_swap_exception_ports", make_child, swap_exceptions},
    {"ledger_create", make_port, make_ledger},
    {"task_get_ledger", make_child, get_ledger},
    {"task_set_name", make_child, set_name},
    {"task_suspend", make_child, suspend},
    {NULL, NULL, NULL},
};
