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
#include <sched/thread.h>
#include <ipc/mach_msg_serve.h>

static inline struct ipc_kmsg *
reply_begin(struct mach_msg_reply *reply, const struct ipc_kmsg *request,
            const struct mig_routine *r)
{
    if (request->ikm_reply != NULL) {
        return request->ikm_reply;
    }
    return mach_msg_reply_begin(reply, r);
}

kern_return_t
mach_msg_reply_alloc(const struct thread *th, struct ipc_kmsg *request)
{
    const struct mig_routine *r =
        ipc_upcall_routine(request->ikm_header.msgh_id);
    mach_msg_size_t size = r->max_reply_size < sizeof(mig_reply_error_t)
                               ? (mach_msg_size_t)sizeof(mig_reply_error_t)
                               : r->max_reply_size;
    struct ipc_kmsg *reply;

    if ((request->ikm_header.msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0
        && mach_msg_reply_fits(r)) {
        return KERN_SUCCESS; /* the request's */
    }
    reply = ipc_kmsg_alloc(size);
    if (reply == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (ipc_kmsg_charge(reply, th->th_caller->ca_ledger) != KERN_SUCCESS) {
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

struct ipc_kmsg *ipc_serving;

void
mach_msg_serve_finish(struct ipc_kmsg *k, struct ipc_kmsg *reply, bool answer)
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

void
mach_msg_serve_wait(struct thread *th, struct ipc_kmsg *k)
{
    assert(th->th_continuation == NULL);
    th->th_continuation = mach_msg_serve_continue;
    th->th_request = k;
}

kern_return_t
mach_msg_serve(struct thread *th, struct ipc_kmsg *k)
{
    const struct mig_routine *r = ipc_upcall_routine(k->ikm_header.msgh_id);
    struct mach_msg_reply on_stack;
    struct ipc_kmsg *reply = reply_begin(&on_stack, k, r);
    kern_return_t kr = mach_msg_serve_run(r, k, reply);

    if (kr == KERN_BLOCKED) {
        mach_msg_serve_wait(th, k);
        return kr;
    }
    mach_msg_serve_finish(k, reply, kr == KERN_SUCCESS);
    return KERN_SUCCESS;
}

static kern_return_t
mach_msg_serve_continue(struct thread *th, kern_return_t result)
{
    struct ipc_kmsg *k = th->th_request;
    kern_return_t kr;

    assert(k != NULL);
    th->th_request = NULL;
    if (result == KERN_ABORTED || result == KERN_INTERRUPTED) {
        struct mach_msg_reply on_stack;
        struct ipc_kmsg *reply = reply_begin(
            &on_stack, k, ipc_upcall_routine(k->ikm_header.msgh_id));

        mach_msg_reply_header(k, reply);
        mig_set_return(&reply->ikm_header, result);
        mach_msg_serve_finish(k, reply, true);
        kr = KERN_SUCCESS;
    } else {
        kr = mach_msg_serve(th, k);
    }
    return kr == KERN_SUCCESS ? mach_msg_after_send(th) : kr;
}
