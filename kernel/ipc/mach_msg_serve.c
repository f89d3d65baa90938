/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to kernel objects, served in the sender's trap.
 *
 * The reply's memory is there before the request is carried out, so that an
 * effect is never without its answer.  It is the request's own when that has no
 * descriptors and the reply fits: then the reply is built on the stack, and
 * takes the request's place when that is done with.  A routine that must wait leaves the
 * request on the thread (th_request) and is run again from its top when the
 * wait is over; a wait that is aborted or interrupted ends the request with
 * that code as its answer.
 */
#include <base/assert.h>
#include <sched/thread.h>
#include <mach/mig_errors.h>
#include <ipc/mach_msg.h>

/* A reply that is being built. */
struct reply {
    struct ipc_kmsg kmsg;
    char room[IPC_KMSG_SMALL - sizeof(mach_msg_header_t)];
};

/* Nothing of an old message is to be found in the new one. */
static inline struct ipc_kmsg *
reply_begin(struct reply *reply, const struct ipc_kmsg *request)
{
    struct ipc_kmsg *k = request->ikm_reply;

    if (k == NULL) {
        k = &reply->kmsg;
        k->ikm_flags = 0;
        memset(&k->ikm_header, 0,
               ipc_upcall_reply_size(&request->ikm_header));
    }
    return k;
}

kern_return_t
mach_msg_reply_alloc(const struct mach_msg_call *c, struct ipc_kmsg *request)
{
    mach_msg_size_t size = ipc_upcall_reply_size(&request->ikm_header);
    struct ipc_kmsg *reply;

    if ((request->ikm_header.msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0
        && size <= IPC_KMSG_SMALL - MAX_TRAILER_SIZE) {
        return KERN_SUCCESS; /* the request's */
    }
    reply = ipc_kmsg_alloc(size);
    if (reply == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (ipc_kmsg_charge(reply, c->mc_caller->ca_ledger) != KERN_SUCCESS) {
        ipc_kmsg_free(reply);
        return KERN_RESOURCE_SHORTAGE;
    }
    memset(&reply->ikm_header, 0, size);
    request->ikm_reply = reply;
    return KERN_SUCCESS;
}

/* Send the reply to k's reply right, or if it is not wanted drop it. */
static void
reply_send(struct ipc_kmsg *reply, struct ipc_port *to,
           mach_msg_type_name_t type, bool answer)
{
    mach_msg_header_t *h = &reply->ikm_header;

    h->msgh_bits &= MACH_MSGH_BITS_COMPLEX;
    if (!answer || !ip_valid(to)) {
        ipc_kmsg_destroy(reply);
        return;
    }
    reply->ikm_remote = to;
    h->msgh_bits |= MACH_MSGH_BITS(type, 0);
    h->msgh_remote_port = MACH_PORT_NULL;
    h->msgh_local_port = MACH_PORT_NULL;
    h->msgh_voucher_port = MACH_PORT_NULL;
    ipc_kmsg_from_kernel(reply);
    assert(h->msgh_size + MAX_TRAILER_SIZE <= reply->ikm_capacity);
    ipc_kmsg_send_always(reply);
}

/* The request has been carried out: answer it and end it. */
static void
serve_finish(struct ipc_kmsg *k, struct ipc_kmsg *reply, bool answer)
{
    mach_msg_bits_t bits = k->ikm_header.msgh_bits;
    mach_msg_type_name_t type = MACH_MSGH_BITS_LOCAL(bits);
    struct ipc_port *from = k->ikm_remote, *to = k->ikm_local;

    if (answer) {
        k->ikm_local = IP_NULL; /* else it goes with the request */
    }
    if (k->ikm_reply != NULL) {
        k->ikm_reply = NULL;
        reply_send(reply, to, type, answer);
        ipc_kmsg_destroy(k);
        return;
    }
    if (!answer && ip_valid(to)) {
        ipc_port_drop_right(to, type);
        k->ikm_local = IP_NULL;
    }
    /* The request's memory is the reply's now, its right is left to us. */
    k->ikm_remote = IP_NULL;
    k->ikm_flags = reply->ikm_flags;
    memcpy(&k->ikm_header, &reply->ikm_header, reply->ikm_header.msgh_size);
    reply_send(k, to, type, answer);
    ipc_port_drop_right(from, MACH_MSGH_BITS_REMOTE(bits));
}

static kern_return_t mach_msg_serve_continue(struct thread *th,
                                             kern_return_t result);

kern_return_t
mach_msg_serve(struct mach_msg_call *c, struct ipc_kmsg *k)
{
    struct thread *th = c->mc_thread;
    struct reply on_stack;
    struct ipc_kmsg *reply = reply_begin(&on_stack, k);
    kern_return_t kr = ipc_upcall_serve(&k->ikm_header, &reply->ikm_header);

    if (kr == KERN_BLOCKED) {
        /* The routine's wait goes on here, not in user mode. */
        assert(th->th_continuation == NULL);
        th->th_continuation = mach_msg_serve_continue;
        th->th_request = k;
        return kr;
    }
    serve_finish(k, reply, kr == KERN_SUCCESS);
    return KERN_SUCCESS;
}

static kern_return_t
mach_msg_serve_continue(struct thread *th, kern_return_t result)
{
    struct ipc_kmsg *k = th->th_request;
    struct mach_msg_call c;
    kern_return_t kr;

    assert(k != NULL);
    th->th_request = NULL;
    mach_msg_call_again(&c, th);
    if (result == KERN_ABORTED || result == KERN_INTERRUPTED) {
        struct reply on_stack;
        struct ipc_kmsg *reply = reply_begin(&on_stack, k);

        ipc_upcall_reply_error(&k->ikm_header, &reply->ikm_header, result);
        serve_finish(k, reply, true);
        kr = KERN_SUCCESS;
    } else {
        kr = mach_msg_serve(&c, k);
    }
    return kr == KERN_SUCCESS ? mach_msg_after_send(&c) : kr;
}
