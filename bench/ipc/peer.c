/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other task of a row, and ports.
 */
#include <mach_port/mach_port.h>
#include <task/task.h>
#include <thread/thread.h>
#include "bench.h"

static uint8_t stack[65536] __attribute__((aligned(16)));
static mach_port_t task;

mach_port_t
port_make(void)
{
    mach_port_t port = MACH_PORT_NULL;

    MUST(mach_port_allocate_trap(MACH_PORT_RIGHT_RECEIVE, &port));
    MUST(mach_port_insert_right_trap(port, port, MACH_MSG_TYPE_MAKE_SEND));
    return port;
}

void
port_end(mach_port_t port)
{
    mach_port_destroy(mach_task_self(), port);
}

void
peer_start(void (*body)(void), const mach_port_t *ports, unsigned count)
{
    x86_thread_state64_t state = {
        .rip = (uint64_t)(uintptr_t)body,
        .rsp = (uint64_t)(uintptr_t)(stack + sizeof(stack) - 8),
    };
    mach_port_t thread = MACH_PORT_NULL;

    MUST(task_create(mach_task_self(), MACH_PORT_NULL, TRUE, &task));
    for (unsigned i = 0; i < count; i++) {
        MUST(mach_port_insert_right(task, ports[i], ports[i],
                                    MACH_MSG_TYPE_MOVE_RECEIVE));
    }
    MUST(thread_create_running(task, x86_THREAD_STATE64, (natural_t *)&state,
                               x86_THREAD_STATE64_COUNT, &thread));
    mach_port_deallocate_trap(thread);
}

void
peer_end(void)
{
    task_terminate(task);
    mach_port_deallocate_trap(task);
    task = MACH_PORT_NULL;
}

mach_port_t
peer_task(void)
{
    return task;
}
