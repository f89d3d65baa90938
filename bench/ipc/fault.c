/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions as messages: a thread meets a breakpoint; another task gets its
 * registers (EXCEPTION_STATE), gives them back, and the thread goes on.
 */
#include <mach/exception.h>
#include <mach/thread_status.h>
#include <task/task.h>
#include "bench.h"

#define STATE_WORDS x86_THREAD_STATE64_COUNT
#define CODES 2

/* What exc.defs lays out for a state of this length. */
struct request {
    mach_msg_header_t header;
    NDR_record_t ndr;
    int exception;
    mach_msg_type_number_t codes_count;
    natural_t codes[2 * CODES];
    int flavor;
    mach_msg_type_number_t state_count;
    natural_t state[STATE_WORDS];
    mach_msg_trailer_t trailer;
};

struct answer {
    mach_msg_header_t header;
    NDR_record_t ndr;
    kern_return_t code;
    int flavor;
    mach_msg_type_number_t state_count;
    natural_t state[STATE_WORDS];
};

static mach_port_t handler;

static void
serve(void)
{
    static struct request in;
    static struct answer out;
    mach_msg_option_t option = MACH_RCV_MSG | MACH_RCV_OVERWRITE;
    mach_msg_return_t mr;

    for (;;) {
        mr = mach_msg_overwrite(&out.header, option, sizeof(out), sizeof(in),
                                handler, 0, MACH_PORT_NULL, &in.header);
        if (mr != MACH_MSG_SUCCESS || in.codes_count != CODES ||
            in.state_count != STATE_WORDS) {
            fail("exception server", mr);
        }
        out.header.msgh_bits =
            MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
        out.header.msgh_size = sizeof(out);
        out.header.msgh_remote_port = in.header.msgh_remote_port;
        out.header.msgh_id = in.header.msgh_id + 100;
        out.ndr = in.ndr;
        out.code = KERN_SUCCESS;
        out.flavor = in.flavor;
        out.state_count = STATE_WORDS;
        memcpy(out.state, in.state, sizeof(in.state));
        option |= MACH_SEND_MSG;
    }
}

static void
setup(void)
{
    handler = port_make();
    peer_start(serve, &handler, 1);
    MUST(task_set_exception_ports(mach_task_self(),
                                  EXC_MASK(EXC_BREAKPOINT), handler,
                                  EXCEPTION_STATE));
}

static void
run(unsigned n)
{
    while (n-- > 0) {
        __asm__ volatile("int3");
    }
}

static void
finish(void)
{
    MUST(task_set_exception_ports(mach_task_self(),
                                  EXC_MASK(EXC_BREAKPOINT), MACH_PORT_NULL,
                                  EXCEPTION_STATE));
    peer_end();
    port_end(handler);
}

const struct row fault_rows[] = {
    { "exc_rt", 500, setup, run, finish },
    { NULL, 0, NULL, NULL, NULL },
};
