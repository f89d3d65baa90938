/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bootstrap's loop: requests of servers, exceptions, and notifications, which
 * are believed only when the kernel has sent them.
 */
#include <mach/mig_server.h>
#include <mach/notify.h>
#include <bootstrap/bootstrap_server.h>
#include <exc/exc_server.h>
#include "bootstrap.h"

union buffer {
    mach_msg_header_t header;
    mach_notification_t notification;
    mig_reply_error_t reply;
    uint8_t bytes[MACH_MSG_SIZE_MAX + MAX_TRAILER_SIZE];
};

static union buffer request, reply;

static bool
from_kernel(const mach_msg_header_t *m)
{
    const mach_msg_context_trailer_t *t =
        (const void *)((const uint8_t *)m + round_msg(m->msgh_size));

    return t->msgh_trailer_size >= 20 &&
           t->msgh_sender.val[0] == KERNEL_SECURITY_TOKEN_VAL0 &&
           t->msgh_sender.val[1] == KERNEL_SECURITY_TOKEN_VAL1;
}

/* port-destroyed: complex, one descriptor, the receive right. */
struct port_destroyed {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
};

static void
handle_notification(mach_msg_header_t *m)
{
    if (m->msgh_id == MACH_NOTIFY_DEAD_NAME &&
        m->msgh_size >= MACH_NOTIFICATION_SIZE) {
        mach_port_t name = request.notification.not_port;
        struct server *s = server_by_task(name);

        /* The reference that the notification brought. */
        mach_port_deallocate_trap(name);
        if (s != NULL) {
            server_died(s);
        }
    } else if (m->msgh_id == MACH_NOTIFY_PORT_DESTROYED &&
               (m->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 &&
               m->msgh_size >= sizeof(struct port_destroyed)) {
        service_returned(
            ((const struct port_destroyed *)(const void *)m)->port.name);
    } else {
        mach_msg_destroy(m);
    }
}

static void
send_reply(void)
{
    mach_msg_header_t *out = &reply.header;

    if (out->msgh_remote_port == MACH_PORT_NULL ||
        mach_msg(out, MACH_SEND_MSG | MACH_SEND_TIMEOUT, out->msgh_size, 0,
                 MACH_PORT_NULL, 0, MACH_PORT_NULL) != MACH_MSG_SUCCESS) {
        mach_msg_destroy(out);
    }
}

static void
handle_request(mach_msg_header_t *in)
{
    mach_msg_header_t *out = &reply.header;
    boolean_t known;

    if (in->msgh_local_port == boot.exception_port) {
        if (!from_kernel(in)) {
            mach_msg_destroy(in);
            return;
        }
        known = catch_exc_server(in, out);
    } else {
        known = bootstrap_server(in, out);
    }
    if (!known) {
        /* The reply says so; the header's right is in the reply. */
        mig_destroy_contents(in);
    }
    if ((out->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0 &&
        reply.reply.RetCode == MIG_NO_REPLY) {
        return;
    }
    send_reply();
}

_Noreturn void
boot_loop(void)
{
    const mach_msg_option_t option =
        MACH_RCV_MSG | MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX);

    for (;;) {
        mach_msg_header_t *in = &request.header;
        mach_msg_return_t mr = mach_msg(in, option, 0, sizeof(request),
                                        boot.set, 0, MACH_PORT_NULL);

        if (mr != MACH_MSG_SUCCESS) {
            /* The message, if there was one, is gone; there are others. */
            mach_printf("bootstrap: receive: %s\n", mach_error_string(mr));
            continue;
        }
        if (in->msgh_local_port == boot.notify_port) {
            if (from_kernel(in)) {
                handle_notification(in);
            } else {
                mach_msg_destroy(in);
            }
            continue;
        }
        handle_request(in);
    }
}
