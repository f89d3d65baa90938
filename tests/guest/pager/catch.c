/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exception handler: a thread that serves exc.defs for this task.
 */
#include <exc/catch_exc_server.h>
#include <mach/exception.h>
#include <mach/mig_errors.h>
#include <mach/mig_server.h>
#include <task/task.h>
#include "test.h"

static mach_port_t handler;

kern_return_t
catch_exception_raise(mach_port_t port, mach_port_t thread, mach_port_t task,
                      int exception, const uint64_t *codes,
                      mach_msg_type_number_t count)
{
    (void)port;
    (void)thread;
    (void)task;
    (void)exception;
    (void)codes;
    (void)count;
    return KERN_NOT_SUPPORTED;
}

kern_return_t
catch_exception_raise_state(mach_port_t port, int exception,
                            const uint64_t *codes,
                            mach_msg_type_number_t count, int *flavor,
                            const natural_t *old,
                            mach_msg_type_number_t old_count, natural_t *new,
                            mach_msg_type_number_t *new_count)
{
    (void)port;
    (void)exception;
    (void)codes;
    (void)count;
    (void)flavor;
    (void)old;
    (void)old_count;
    (void)new;
    (void)new_count;
    return KERN_NOT_SUPPORTED;
}

kern_return_t
catch_exception_raise_state_identity(
    mach_port_t port, mach_port_t thread, mach_port_t task, int exception,
    const uint64_t *codes, mach_msg_type_number_t count, int *flavor,
    const natural_t *old, mach_msg_type_number_t old_count, natural_t *new,
    mach_msg_type_number_t *new_count)
{
    x86_thread_state64_t state;

    (void)port;
    (void)flavor;
    memcpy(&state, old, sizeof(state));
    if (exception != EXC_BAD_ACCESS || count != 2 ||
        old_count != x86_THREAD_STATE64_COUNT || codes[1] != state.rdi ||
        (state.rip != (uintptr_t)probe_read &&
         state.rip != (uintptr_t)probe_write)) {
        return KERN_FAILURE; /* nobody's but the test's: it ends here */
    }
    state.rax = codes[0];
    state.rip = (uintptr_t)probe_failed;
    memcpy(new, &state, sizeof(state));
    *new_count = old_count;
    mach_port_deallocate_trap(thread);
    mach_port_deallocate_trap(task);
    return KERN_SUCCESS;
}

static void
catch_main(uint64_t arg)
{
    static union {
        mach_msg_header_t head;
        uint8_t space[2048];
    } in, out;

    (void)arg;
    for (;;) {
        kern_return_t kr = mach_msg(
            &in.head,
            MACH_RCV_MSG | MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX), 0,
            sizeof(in), handler, 0, MACH_PORT_NULL);

        if (kr == KERN_SUCCESS && catch_exc_server(&in.head, &out.head)) {
            mach_msg(&out.head, MACH_SEND_MSG, out.head.msgh_size, 0,
                     MACH_PORT_NULL, 0, MACH_PORT_NULL);
        }
    }
}

void
catch_start(void)
{
    mach_port_allocate_trap(MACH_PORT_RIGHT_RECEIVE, &handler);
    mach_port_insert_right_trap(handler, handler, MACH_MSG_TYPE_MAKE_SEND);
    thread_spawn(catch_main, 0);
    task_set_exception_ports(mach_task_self(), EXC_MASK(EXC_BAD_ACCESS),
                             handler, EXCEPTION_STATE_IDENTITY);
}
