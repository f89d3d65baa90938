/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to kernel objects, served in the sender's trap.
 *
 * The reply's memory is there before the request is carried out, so that an
 * effect is never without its answer.  A routine that must wait leaves the
 * request on the thread (th_request) and is run again from its top when the
 * wait is over; a wait that is aborted or interrupted ends the request with
 * that code as its answer.
 */
#include <base/assert.h>
#include <sched/thread.h>
#include <mach/mig_errors.h>
#include <ipc/mach_msg.h>

struct ipc_kmsg *
mach_msg_reply_alloc(const struct mach_msg_call *c,
                     const struct ipc_kmsg *request, kern_return_t *kr)
{
    mach_msg_size_t size = ipc_upcall_reply_size(&request->ikm_header);
    struct ipc_kmsg *reply = ipc_kmsg_alloc(size);

    *kr = KERN_RESOURCE_SHORTAGE;
    if (reply == NULL) {
        return NULL;
    }
    if (ipc_kmsg_charge(reply, c->mc_caller->ca_ledger) != KERN_SUCCESS) {
        ipc_kmsg_free(reply);
        return NULL;
    }
    /* Nothing of an old message is to be found in the new one. */
    memset(&reply->ikm_header, 0, size);
    *kr = KERN_SUCCESS;
    return reply;
}

/* The request has been carried out: answer it and end it. */
static void
serve_finish(struct ipc_kmsg *k, bool answer)
{
    struct ipc_kmsg *reply = k->ikm_reply;
    mach_msg_header_t *h = &reply->ikm_header;

    k->ikm_reply = NULL;
    h->msgh_bits &= MACH_MSGH_BITS_COMPLEX;
    if (answer && ip_valid(k->ikm_local)) {
        reply->ikm_remote = k->ikm_local;
        k->ikm_local = IP_NULL;
        h->msgh_bits |= MACH_MSGH_BITS(
            MACH_MSGH_BITS_LOCAL(k->ikm_header.msgh_bits), 0);
        h->msgh_remote_port = MACH_PORT_NULL;
        h->msgh_local_port = MACH_PORT_NULL;
        h->msgh_voucher_port = MACH_PORT_NULL;
        ipc_kmsg_from_kernel(reply);
        assert(h->msgh_size + MAX_TRAILER_SIZE <= reply->ikm_capacity);
        ipc_kmsg_send_always(reply);
    } else {
        ipc_kmsg_destroy(reply);
    }
    ipc_kmsg_destroy(k);
}

static kern_return_t mach_msg_serve_continue(struct thread *th,
                                             kern_return_t result);

kern_return_t
mach_msg_serve(struct mach_msg_call *c, struct ipc_kmsg *k)
{
    struct thread *th = c->mc_thread;
    kern_return_t kr =
        ipc_upcall_serve(&k->ikm_header, &k->ikm_reply->ikm_header);

    if (kr == KERN_BLOCKED) {
        /* The routine's wait goes on here, not in user mode. */
        assert(th->th_continuation == NULL);
        th->th_continuation = mach_msg_serve_continue;
        th->th_request = k;
        return kr;
    }
    serve_finish(k, kr == KERN_SUCCESS);
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
        ipc_upcall_reply_error(&k->ikm_header, &k->ikm_reply->ikm_header,
                               result);
        serve_finish(k, true);
        kr = KERN_SUCCESS;
    } else {
        kr = mach_msg_serve(&c, k);
    }
    return kr == KERN_SUCCESS ? mach_msg_after_send(&c) : kr;
}
