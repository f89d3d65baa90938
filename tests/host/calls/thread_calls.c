/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other calls of thread.defs, to a thread of a child.
 */
#include <calls/call_names.h>
#include <mach/exception.h>
#include <mach/task_info.h>
#include <mach/thread_status.h>
#include <mach_port/mach_port.h>
#include <task/task.h>
#include <thread/thread.h>
#include "calls.h"

#define EXCEPTIONS 14
#define INFO 64

static mach_port_name_t port, child, thread;

static void
make_thread(void)
{
    CHECK_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port));
    CHECK_OK(mach_port_insert_right(SELF, port, port,
                                    MACH_MSG_TYPE_MAKE_SEND));
    CHECK_OK(task_create(SELF, MACH_PORT_NULL, FALSE, &child));
    CHECK_OK(thread_create(child, &thread));
}

static kern_return_t
terminate(void)
{
    return thread_terminate(thread);
}

static kern_return_t
suspend(void)
{
    return thread_suspend(thread);
}

static kern_return_t
resume(void)
{
    return thread_resume(thread);
}

static kern_return_t
thread_aborted(void)
{
    return thread_abort(thread);
}

static kern_return_t
aborted_safely(void)
{
    return thread_abort_safely(thread);
}

static kern_return_t
kick(void)
{
    return thread_kick(thread);
}

static kern_return_t
kick_flag(void)
{
    return thread_set_kick_flag(thread, 0x10000);
}

static kern_return_t
get_state(void)
{
    x86_thread_state64_t state;
    mach_msg_type_number_t n = sizeof(state) / sizeof(natural_t);

    return thread_get_state(thread, x86_THREAD_STATE64, (void *)&state, &n);
}

static kern_return_t
set_state(void)
{
    x86_thread_state64_t state = {0};

    return thread_set_state(thread, x86_THREAD_STATE64, (void *)&state,
                            sizeof(state) / sizeof(natural_t));
}

/* The registers of the floating point unit come into being by it. */
static kern_return_t
set_float_state(void)
{
    natural_t state[512 / sizeof(natural_t)] = {0};

    return thread_set_state(thread, x86_FLOAT_STATE64, state,
                            sizeof(state) / sizeof(natural_t));
}

static kern_return_t
set_priority(void)
{
    return thread_set_priority(thread, 20);
}

static kern_return_t
max_priority(void)
{
    return thread_max_priority(thread, MACH_PORT_NULL, 20);
}

static kern_return_t
info(void)
{
    uint64_t words[INFO];
    mach_msg_type_number_t n = INFO;

    return thread_info(thread, THREAD_DEBUG_INFO, words, &n);
}

static kern_return_t
set_name(void)
{
    return thread_set_name(thread, "thread");
}

static kern_return_t
get_name(void)
{
    char name[64];

    return thread_get_name(thread, name);
}

static kern_return_t
get_exceptions(void)
{
    uint32_t masks[EXCEPTIONS];
    mach_port_t handlers[EXCEPTIONS];
    int behaviors[EXCEPTIONS], flavors[EXCEPTIONS];

    return thread_get_exception_ports(thread, EXC_MASK_ALL, masks, handlers,
                                      behaviors, flavors);
}

static kern_return_t
get_special(void)
{
    mach_port_t got;

    return thread_get_special_port(thread, THREAD_KERNEL_PORT, &got);
}

static kern_return_t
set_special(void)
{
    return thread_set_special_port(thread, THREAD_EXCEPTION_PORT, port);
}

static kern_return_t
terminate_release(void)
{
    return thread_terminate_release(thread, child, MACH_PORT_NULL,
                                    MACH_PORT_NULL, 0, 0);
}

const struct call_case thread_cases[] = {
    {"thread_terminate", make_thread, terminate, false},
    {"thread_suspend", make_thread, suspend, false},
    {"thread_resume", make_thread, resume, false},
    {"thread_abort", make_thread, thread_aborted, false},
    {"thread_abort_safely", make_thread, aborted_safely, false},
    {"thread_kick", make_thread, kick, false},
    {"thread_set_kick_flag", make_thread, kick_flag, false},
    {"thread_get_state", make_thread, get_state, false},
    {"thread_set_state", make_thread, set_state, false},
    {"thread_set_state: floating point", make_thread, set_float_state, false},
    {"thread_set_priority", make_thread, set_priority, false},
    {"thread_max_priority", make_thread, max_priority, false},
    {"thread_info", make_thread, info, false},
    {"thread_set_name", make_thread, set_name, false},
    {"thread_get_name", make_thread, get_name, false},
    {"thread_get_exception_ports", make_thread, get_exceptions, false},
    {"thread_get_special_port", make_thread, get_special, false},
    {"thread_set_special_port", make_thread, set_special, false},
    {"thread_terminate_release", make_thread, terminate_release, false},
    {.name = NULL},
};
