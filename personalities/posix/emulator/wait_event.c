/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event port: decoding is the generated server stub's, included here so
 * that it can be called directly (its table of routines would need relocation, is not
 * referenced, and is dropped by the linker).
 */
#include <mach/mig_server.h>
#include <mach_port/mach_port.h>
#include <io_event/emulator_io_event_server.c>
#include "wait_event.h"

struct event_buffer {
    union {
        mach_msg_header_t head;
        uint64_t space[32];
    } in, out;
};

kern_return_t
emulator_io_ready(mach_port_t port, uint64_t cookie, uint32_t events)
{
    struct thread *t = this_thread();

    (void)port;
    t->event_cookie = cookie;
    t->event_bits = events;
    return KERN_SUCCESS;
}

mach_port_t
event_port(struct thread *t)
{
    if (t->event_port == MACH_PORT_NULL) {
        t->event_port = mach_reply_port();
        mach_port_set_qlimit(mach_task_self(), t->event_port,
                             MACH_PORT_QLIMIT_MAX);
    }
    return t->event_port;
}

static uint32_t
milliseconds(uint64_t deadline)
{
    uint64_t now = time_uptime();

    if (deadline <= now) {
        return 0;
    }
    now = (deadline - now + 999999) / 1000000;
    return now > 0x7fffffff ? 0x7fffffff : (uint32_t)now;
}

int
event_wait(struct thread *t, uint32_t generation, uint64_t deadline,
           uint32_t *index, uint32_t *events)
{
    struct event_buffer b;
    mach_msg_option_t option = MACH_RCV_MSG | MACH_RCV_INTERRUPT;
    mach_msg_return_t mr;

    if (deadline != DEADLINE_NEVER) {
        option |= MACH_RCV_TIMEOUT;
    }
    for (;;) {
        uint32_t wait = deadline == DEADLINE_NEVER ? 0
                                                   : milliseconds(deadline);

        mr = mach_msg(&b.in.head, option, 0, sizeof(b.in), t->event_port,
                      wait, 0);
        if (mr == MACH_RCV_INTERRUPTED) {
            t->kick = 1;
            return -EINTR;
        }
        if (mr == MACH_RCV_TIMED_OUT) {
            return 0;
        }
        if (mr != MACH_MSG_SUCCESS) {
            return -EINTR;
        }
        if (b.in.head.msgh_id != 70400) {
            mach_msg_destroy(&b.in.head);
            continue;
        }
        t->event_cookie = 0;
        __Stub__io_ready(&b.in.head, &b.out.head);
        if (t->event_cookie >> 32 == generation) {
            *index = (uint32_t)t->event_cookie;
            *events = t->event_bits;
            return 1;
        }
    }
}
