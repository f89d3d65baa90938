/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run time of generated stubs: reply ports, failed calls, and the
 * contents of requests.
 *
 * Weak functions are defaults that an environment may replace: where reply
 * ports come from (an emulator keeps them per thread), how buffers are
 * allocated, and where the call in progress of a thread is noted (a server
 * with several threads needs a slot per thread).
 */
#include <mach/mach.h>
#include <mach/mig_server.h>
#include <mach/mig_user.h>

#define MIG_WEAK __attribute__((weak))

/* One idle reply port is kept; more callers at a time make their own. */
static mach_port_name_t idle_reply_port;

MIG_WEAK mach_port_t
mig_get_reply_port(void)
{
    mach_port_name_t port = __atomic_exchange_n(
        &idle_reply_port, MACH_PORT_NULL, __ATOMIC_ACQ_REL);

    return port != MACH_PORT_NULL ? port : mach_reply_port();
}

MIG_WEAK void
mig_put_reply_port(mach_port_t port)
{
    mach_port_name_t none = MACH_PORT_NULL;

    if (!__atomic_compare_exchange_n(&idle_reply_port, &none, port, 0,
                                     __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
        mig_dealloc_reply_port(port);
    }
}

MIG_WEAK void
mig_dealloc_reply_port(mach_port_t port)
{
    if (MACH_PORT_VALID(port)) {
        mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_RECEIVE, -1);
    }
}

MIG_WEAK void *
mig_user_allocate(size_t size)
{
    vm_address_t address = 0;

    if (vm_allocate(&address, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return NULL;
    }
    return (void *)(uintptr_t)address;
}

MIG_WEAK void
mig_user_deallocate(void *buffer, size_t size)
{
    vm_deallocate((vm_address_t)(uintptr_t)buffer, size);
}

/* Was the message not sent at all, and the reply port good? */
static boolean_t
failed_before_sending(mach_msg_return_t ret)
{
    return (ret & ~0xfff) == 0x10000000 && ret != MACH_SEND_INVALID_REPLY;
}

void
mig_rpc_failed(mach_msg_return_t ret, mach_port_t reply_port)
{
    if (failed_before_sending(ret)) {
        mig_put_reply_port(reply_port);
    } else {
        /* A late answer may come: it must not meet the next call. */
        mig_dealloc_reply_port(reply_port);
    }
}

void
mig_consume_unsent(mach_msg_header_t *msg, mach_msg_return_t ret,
                   unsigned when)
{
    if (ret == MACH_SEND_TIMED_OUT ||
        (when == 2 && failed_before_sending(ret))) {
        mach_msg_bits_t bits = msg->msgh_bits;

        msg->msgh_bits = bits & MACH_MSGH_BITS_COMPLEX;
        mach_msg_destroy(msg);
        msg->msgh_bits = bits;
    }
}

void
mig_destroy_reply(mach_msg_header_t *msg)
{
    mig_destroy_contents(msg);
    if (MACH_PORT_VALID(msg->msgh_remote_port)) {
        /* An honest reply has none: a right that nobody asked for. */
        msg->msgh_bits = MACH_MSGH_BITS_REMOTE(msg->msgh_bits);
        mach_msg_destroy(msg);
    }
}

void
mig_destroy_contents(mach_msg_header_t *head)
{
    mach_msg_bits_t bits = head->msgh_bits;

    if ((bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return;
    }
    /* Without dispositions the header's rights are nobody's to destroy. */
    head->msgh_bits = MACH_MSGH_BITS_COMPLEX;
    mach_msg_destroy(head);
    head->msgh_bits = bits & ~MACH_MSGH_BITS_COMPLEX;
}

void
mig_drop_reply_port(mach_msg_header_t *head)
{
    if (MACH_PORT_VALID(head->msgh_remote_port)) {
        mach_port_deallocate_trap(head->msgh_remote_port);
    }
    head->msgh_remote_port = MACH_PORT_NULL;
    head->msgh_bits &= ~MACH_MSGH_BITS_REMOTE_MASK;
}
