/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serving a request to the kernel, in parts (mach_msg_serve.c,
 * mach_msg_kernel.c): begin a reply, run the routine, then wait or finish.
 */
#ifndef IPC_MACH_MSG_SERVE_H
#define IPC_MACH_MSG_SERVE_H

#include <base/assert.h>
#include <mach/mig_server.h>
#include <ipc/mach_msg.h>

/* A reply that is being built on the stack; then it takes the place of its
 * request, which has the memory. */
struct mach_msg_reply {
    struct ipc_kmsg mr_kmsg;
    uint64_t mr_room[(IPC_KMSG_SMALL - sizeof(mach_msg_header_t)) / 8];
};

_Static_assert(offsetof(struct mach_msg_reply, mr_room)
                   == offsetof(struct ipc_kmsg, ikm_header)
                          + sizeof(mach_msg_header_t),
               "the room is the message's body");

/* May it be: does a reply of this routine fit? */
static inline bool
mach_msg_reply_fits(const struct mig_routine *r)
{
    return r->max_reply_size <= IPC_KMSG_SMALL - MAX_TRAILER_SIZE;
}

/* Nothing of an old message is to be found in the new one, whose header the
 * next function and the stub fill. */
static inline struct ipc_kmsg *
mach_msg_reply_begin(struct mach_msg_reply *reply, const struct mig_routine *r)
{
    struct ipc_kmsg *k = &reply->mr_kmsg;

    k->ikm_flags = 0;
    reply->mr_room[0] = 0;
    reply->mr_room[1] = 0;
    reply->mr_room[2] = 0;
    if (r->max_reply_size
        > sizeof(k->ikm_header) + 3 * sizeof(reply->mr_room[0])) {
        memset(reply->mr_room, 0, r->max_reply_size - sizeof(k->ikm_header));
    }
    return k;
}

static inline void
mach_msg_reply_header(const struct ipc_kmsg *request, struct ipc_kmsg *reply)
{
    mach_msg_header_t *h = &reply->ikm_header;

    h->msgh_bits = 0;
    h->msgh_size = sizeof(mig_reply_error_t);
    /* Any id may have come: the sum wraps. */
    h->msgh_id = (mach_msg_id_t)((uint32_t)request->ikm_header.msgh_id
                                 + MIG_REPLY_DISTANCE);
}

/* KERN_SUCCESS: there is a reply; MIG_NO_REPLY: there is to be none;
 * KERN_BLOCKED: the thread waits, and reply is nothing. */
static inline kern_return_t
mach_msg_serve_run(const struct mig_routine *r, struct ipc_kmsg *request,
                   struct ipc_kmsg *reply)
{
    mach_msg_header_t *h = &reply->ikm_header;

    mach_msg_reply_header(request, reply);
    ipc_serving = request;
    r->stub(&request->ikm_header, h);
    ipc_serving = NULL;
    if (current_thread()->th_state == TH_WAITING) {
        return KERN_BLOCKED;
    }
    if ((h->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        const mig_reply_error_t *error = (const void *)h;

        assert(error->RetCode != KERN_BLOCKED);
        if (error->RetCode == MIG_NO_REPLY) {
            return MIG_NO_REPLY;
        }
    }
    return KERN_SUCCESS;
}

/* The routine's wait goes on in the kernel, and th keeps the request. */
void mach_msg_serve_wait(struct thread *th, struct ipc_kmsg *request);
/* The request has been carried out: answer it (or not) and end it. */
void mach_msg_serve_finish(struct ipc_kmsg *request, struct ipc_kmsg *reply,
                           bool answer);

#endif
