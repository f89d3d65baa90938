/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exception messages.  The kernel's side of exc.defs is not generated: its
 * ports are objects and it never waits for a reply in place.  The layouts
 * are those of the generated servers, which check every message they get.
 */
#include <stddef.h>
#include <base/string.h>
#include <ipc/ipc.h>
#include <kern/exception_message.h>
#include <kern/task.h>
#include <kern/thread_state.h>
#include <mach/exception.h>
#include <mach/mig_types.h>
#include <sched/thread.h>

#define EXC_RAISE 2400
#define EXC_RAISE_STATE_IDENTITY 2402
#define REPLY_OFFSET 100
#define CODES 2
#define STATE_MAX 256

struct exception_message {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t thread, task;
    NDR_record_t ndr;
    int exception;
    mach_msg_type_number_t code_count;
    uint32_t pad;
    uint64_t codes[CODES];
    /* of EXC_RAISE_STATE_IDENTITY only */
    int flavor;
    mach_msg_type_number_t state_count;
    natural_t state[STATE_MAX];
};
_Static_assert(offsetof(struct exception_message, exception) == 60, "mig");
_Static_assert(offsetof(struct exception_message, codes) == 72, "mig");
_Static_assert(offsetof(struct exception_message, state) == 96, "mig");

struct exception_reply {
    mach_msg_header_t head;
    NDR_record_t ndr;
    kern_return_t code;
    /* of EXC_RAISE_STATE_IDENTITY only */
    int flavor;
    mach_msg_type_number_t state_count;
    natural_t state[];
};
_Static_assert(offsetof(struct exception_reply, state) == 44, "mig");

kern_return_t
exception_message_send(struct thread *th, struct ipc_port *dest,
                       struct ipc_port *reply, int behavior, int exception,
                       uint64_t code, uint64_t subcode)
{
    struct exception_message m;
    struct ipc_port *ports[2];
    mach_msg_size_t size = offsetof(struct exception_message, flavor);
    kern_return_t kr;

    memset(&m, 0, sizeof(m));
    m.head.msgh_bits = MACH_MSGH_BITS_COMPLEX;
    m.head.msgh_id = EXC_RAISE;
    m.body.msgh_descriptor_count = 2;
    m.thread.type = MACH_MSG_PORT_DESCRIPTOR;
    m.thread.disposition = MACH_MSG_TYPE_PORT_SEND & 0xffu;
    m.task = m.thread;
    m.ndr = NDR_record;
    m.exception = exception;
    m.code_count = CODES;
    m.codes[0] = code;
    m.codes[1] = subcode;
    if (behavior == EXCEPTION_STATE_IDENTITY) {
        m.head.msgh_id = EXC_RAISE_STATE_IDENTITY;
        m.flavor = x86_THREAD_STATE64;
        m.state_count = STATE_MAX;
        (void)thread_state_get(th, m.flavor, m.state, &m.state_count);
        size = (mach_msg_size_t)(offsetof(struct exception_message, state) +
                                 m.state_count * sizeof(natural_t));
    }
    m.head.msgh_size = size;
    ports[0] = ipc_port_make_send(th->th_self);
    ports[1] = ipc_port_make_send(th->th_task->ta_self);
    kr = ipc_kernel_send(&m.head, dest, reply, ports, 2, th->th_ledger);
    if (kr != KERN_SUCCESS) {
        ipc_port_release_send(ports[0]);
        ipc_port_release_send(ports[1]);
    }
    return kr;
}

kern_return_t
exception_message_reply(struct thread *th, const mach_msg_header_t *reply)
{
    const struct exception_reply *r = (const void *)reply;
    mach_msg_size_t size = reply->msgh_size, states;

    if ((reply->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 ||
        size < offsetof(struct exception_reply, flavor)) {
        return KERN_FAILURE;
    }
    if (r->code != KERN_SUCCESS ||
        reply->msgh_id != EXC_RAISE_STATE_IDENTITY + REPLY_OFFSET) {
        return r->code;
    }
    if (size < offsetof(struct exception_reply, state)) {
        return KERN_FAILURE;
    }
    states = (mach_msg_size_t)((size - offsetof(struct exception_reply,
                                                state)) /
                               sizeof(natural_t));
    if (r->state_count > states) {
        return KERN_FAILURE;
    }
    return thread_state_set(th, r->flavor, r->state, r->state_count);
}
