/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exception handler: a thread that leads others out of a probe.
 */
#include <task/task.h>
#include "test.h"

static kern_return_t
lead_out(struct guest_exception *e)
{
    x86_thread_state64_t state;

    if (e->exception != EXC_BAD_ACCESS ||
        e->behavior != EXCEPTION_STATE_IDENTITY ||
        e->count != x86_THREAD_STATE64_COUNT) {
        return KERN_FAILURE;
    }
    memcpy(&state, e->state, sizeof(state));
    if (e->subcode != state.rdi || (state.rip != (uintptr_t)probe_read &&
                                    state.rip != (uintptr_t)probe_write)) {
        return KERN_FAILURE; /* nobody's but the test's: it ends here */
    }
    state.rax = e->code;
    state.rip = (uintptr_t)probe_failed;
    memcpy(e->state, &state, sizeof(state));
    return KERN_SUCCESS;
}

void
catch_start(void)
{
    mach_port_t handler = port_make();

    guest_exception = lead_out;
    guest_catch_thread(handler);
    task_set_exception_ports(mach_task_self(), EXC_MASK(EXC_BAD_ACCESS),
                             handler, EXCEPTION_STATE_IDENTITY);
}
