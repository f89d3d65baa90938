/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See fake_mach.h.  One name space: a right that is copied or made adds a
 * reference when it is delivered, a right that is moved keeps its own.
 * Messages are delivered in heap blocks of exactly their size, so that a stub
 * that reads too far is caught by the address sanitizer.
 */
#include <stdlib.h>
#include <string.h>

#include "fake_mach.h"

#define PORTS 4096

static int refs[PORTS];
static mach_port_t next_name = 0x100;
static int ranges;

const struct mig_subsystem *fake_server;
uint64_t fake_payload;
void (*fake_change_request)(mach_msg_header_t *);
void (*fake_change_reply)(mach_msg_header_t *);
mach_msg_return_t fake_failure;
mach_msg_header_t *fake_last_request;
mach_msg_header_t *fake_last_reply;

static int *
slot(mach_port_t name)
{
    return &refs[name % PORTS];
}

int
fake_refs(mach_port_t name)
{
    return *slot(name);
}

mach_port_t
fake_port(void)
{
    mach_port_t name = next_name++;

    *slot(name) = 1;
    return name;
}

int
fake_ranges(void)
{
    return ranges;
}

int
fake_rights(void)
{
    int n = 0;

    for (int i = 0; i < PORTS; i++) {
        n += refs[i];
    }
    return n;
}

kern_return_t
mach_port_deallocate_trap(mach_port_name_t name)
{
    --*slot(name);
    return KERN_SUCCESS;
}

kern_return_t
mach_port_mod_refs_trap(mach_port_name_t name, mach_port_right_t right,
                        mach_port_delta_t delta)
{
    if (right == MACH_PORT_RIGHT_SEND) {
        *slot(name) += delta;
    }
    return KERN_SUCCESS;
}

kern_return_t
mach_port_insert_right_trap(mach_port_name_t name, mach_port_name_t right,
                            mach_msg_type_name_t disposition)
{
    (void)right;
    (void)disposition;
    ++*slot(name);
    return KERN_SUCCESS;
}

mach_port_name_t
mach_reply_port(void)
{
    return 0x77;
}

kern_return_t
vm_allocate(vm_address_t *address, vm_size_t size, int flags)
{
    (void)flags;
    *address = (vm_address_t)(uintptr_t)calloc(1, size);
    ranges++;
    return KERN_SUCCESS;
}

kern_return_t
vm_deallocate(vm_address_t address, vm_size_t size)
{
    (void)size;
    free((void *)(uintptr_t)address);
    ranges--;
    return KERN_SUCCESS;
}

kern_return_t
futex_wait(uint32_t *word, uint32_t expected, uint64_t deadline,
           uint64_t flags)
{
    (void)word;
    (void)expected;
    (void)deadline;
    (void)flags;
    return KERN_SUCCESS;
}

uint64_t
clock_uptime(void)
{
    return 0;
}

static unsigned
received_as(unsigned disposition)
{
    return disposition == MACH_MSG_TYPE_COPY_SEND ||
                   disposition == MACH_MSG_TYPE_MAKE_SEND
               ? MACH_MSG_TYPE_PORT_SEND
           : disposition == MACH_MSG_TYPE_MAKE_SEND_ONCE
               ? MACH_MSG_TYPE_PORT_SEND_ONCE
               : disposition;
}

static unsigned
deliver_right(mach_port_t name, unsigned disposition)
{
    if (MACH_PORT_VALID(name) && (disposition == MACH_MSG_TYPE_COPY_SEND ||
                                  disposition == MACH_MSG_TYPE_MAKE_SEND)) {
        ++*slot(name);
    }
    return received_as(disposition);
}

static uint64_t
deliver_range(uint64_t address, size_t size, int deallocate)
{
    vm_address_t copy = 0;

    if (size != 0) {
        vm_allocate(&copy, size, 0);
        memcpy((void *)(uintptr_t)copy, (void *)(uintptr_t)address, size);
        if (deallocate) {
            vm_deallocate(address, size);
        }
    }
    return copy;
}

/* What the kernel does to the descriptors between sender and receiver. */
static void
deliver_descriptors(mach_msg_header_t *head)
{
    mach_msg_body_t *body = (mach_msg_body_t *)(head + 1);
    char *at = (char *)(body + 1);

    if ((head->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return;
    }
    for (unsigned i = 0; i < body->msgh_descriptor_count; i++) {
        mach_msg_port_descriptor_t *p = (void *)at;
        mach_msg_ool_descriptor_t *m = (void *)at;
        mach_msg_ool_ports_descriptor_t *a = (void *)at;

        if (p->type == MACH_MSG_PORT_DESCRIPTOR) {
            p->disposition = deliver_right(p->name, p->disposition) & 0xff;
            at += sizeof(*p);
            continue;
        }
        if (m->type == MACH_MSG_OOL_DESCRIPTOR) {
            m->address = deliver_range(m->address, m->size, m->deallocate);
        } else {
            mach_port_t *names = (mach_port_t *)(uintptr_t)a->address;

            for (unsigned k = 0; k < a->count; k++) {
                deliver_right(names[k], a->disposition);
            }
            a->address = deliver_range(a->address,
                                       a->count * sizeof(*names),
                                       a->deallocate);
            a->disposition = received_as(a->disposition) & 0xff;
        }
        at += sizeof(*m);
    }
}

static mach_msg_header_t *
copy_message(const mach_msg_header_t *from, size_t trailer)
{
    size_t size = round_msg(from->msgh_size);
    mach_msg_header_t *m = malloc(size + trailer);

    memcpy(m, from, size);
    return m;
}

static void
add_trailer(mach_msg_header_t *m)
{
    mach_msg_context_trailer_t t;

    memset(&t, 0, sizeof(t));
    t.msgh_trailer_size = sizeof(t);
    t.msgh_seqno = 41;
    t.msgh_audit.val[0] = 42;
    t.msgh_context = fake_payload;
    memcpy((char *)m + round_msg(m->msgh_size), &t, sizeof(t));
}

static mach_msg_header_t *
deliver(const mach_msg_header_t *request)
{
    mach_msg_header_t *in = copy_message(request, MAX_TRAILER_SIZE);
    mach_msg_header_t *out = calloc(1, fake_server->maxsize);
    mach_port_t reply = in->msgh_local_port;
    unsigned local = MACH_MSGH_BITS_LOCAL(in->msgh_bits);

    deliver_descriptors(in);
    in->msgh_bits = (in->msgh_bits & MACH_MSGH_BITS_COMPLEX) |
                    MACH_MSGH_BITS(received_as(local), MACH_MSG_TYPE_PORT_SEND);
    in->msgh_local_port = in->msgh_remote_port;
    in->msgh_remote_port = reply;
    if (reply != MACH_PORT_NULL) {
        ++*slot(reply);
    }
    if (fake_change_request != NULL) {
        fake_change_request(in);
        in = realloc(in, round_msg(in->msgh_size) + MAX_TRAILER_SIZE);
    }
    add_trailer(in);
    memset(out, 0xee, fake_server->maxsize);
    fake_server->server(in, out);
    free(in);
    return out;
}

kern_return_t
fake_deliver(const mach_msg_header_t *request, mach_msg_header_t *reply)
{
    mach_msg_header_t *out = deliver(request);
    kern_return_t code = ((mig_reply_error_t *)out)->RetCode;

    if (reply != NULL) {
        memcpy(reply, out, out->msgh_size);
    }
    if ((out->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        code = KERN_SUCCESS;
    }
    /* The reply takes the send-once right with it, or nobody does. */
    if (code != MIG_NO_REPLY && out->msgh_remote_port != MACH_PORT_NULL) {
        --*slot(out->msgh_remote_port);
    }
    free(out);
    return code;
}

static mach_msg_header_t pending_storage[2048];
static mach_msg_header_t *pending;

static mach_msg_return_t
receive(mach_msg_header_t *msg, mach_msg_size_t rcv_size)
{
    mach_msg_header_t *m = pending;

    pending = NULL;
    if (m == NULL) {
        return MACH_RCV_TIMED_OUT;
    }
    deliver_descriptors(m);
    m->msgh_remote_port = MACH_PORT_NULL;
    m->msgh_local_port = 0x77;
    if (fake_change_reply != NULL) {
        fake_change_reply(m);
    }
    if (round_msg(m->msgh_size) + 8 > rcv_size) {
        return MACH_RCV_TOO_LARGE;
    }
    free(fake_last_reply);
    fake_last_reply = copy_message(m, 0);
    memcpy(msg, m, m->msgh_size);
    return MACH_MSG_SUCCESS;
}

mach_msg_return_t
mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
         mach_msg_size_t send_size, mach_msg_size_t rcv_size,
         mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
         mach_port_name_t notify)
{
    mach_msg_header_t *out;

    (void)rcv_name;
    (void)timeout;
    (void)notify;
    if (fake_failure != 0) {
        return fake_failure;
    }
    if (send_size != msg->msgh_size || send_size % 4 != 0) {
        abort();
    }
    if (MACH_MSGH_BITS_REMOTE(msg->msgh_bits) ==
        MACH_MSG_TYPE_MOVE_SEND_ONCE) {
        /* A deferred reply. */
        pending = memcpy(pending_storage, msg, msg->msgh_size);
        --*slot(msg->msgh_remote_port);
        return MACH_MSG_SUCCESS;
    }
    free(fake_last_request);
    fake_last_request = copy_message(msg, 0);
    out = deliver(msg);
    if (((mig_reply_error_t *)out)->RetCode == MIG_NO_REPLY &&
        (out->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        free(out);
    } else {
        pending = memcpy(pending_storage, out, out->msgh_size);
        if (out->msgh_remote_port != MACH_PORT_NULL) {
            --*slot(out->msgh_remote_port);
        }
        free(out);
    }
    return (option & MACH_RCV_MSG) ? receive(msg, rcv_size)
                                   : MACH_MSG_SUCCESS;
}
