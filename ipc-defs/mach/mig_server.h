/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run time of generated server stubs.
 *
 * Who owns what of a request, in user tasks:
 *   - A request that fails its checks is emptied by the stub; the reply says
 *     why.  The server loop sends the reply and needs to destroy nothing.
 *   - `ownership take`: after the routine, the stub destroys every right and
 *     range that the routine has not taken (<mach/mig_take.h>).
 *   - otherwise: the routine owns them when it returns KERN_SUCCESS or
 *     MIG_NO_REPLY; on an error the stub destroys them.
 *   - The reply port belongs to the server loop, except that a routine with a
 *     sreplyport argument owns it when it returns MIG_NO_REPLY.
 *   - For MIG_BAD_ID (the demultiplexer returns FALSE) nothing was touched:
 *     the loop calls mig_destroy_contents() and sends the reply.
 * In the kernel the request's rights stay with the request, which the kernel
 * destroys afterwards; routines borrow them.
 */
#ifndef MACH_MIG_SERVER_H
#define MACH_MIG_SERVER_H

#include <mach/mig_wire.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef MIG_KERNEL_SERVER
#define mig_destroy_contents(head) ((void)(head))
#define mig_drop_reply_port(head) ((void)(head))
#else
/* Destroys the rights and memory in the message's body (not the header's)
 * and makes it a simple message. */
void mig_destroy_contents(mach_msg_header_t *head);
/* Releases the reply right of a request that gets no reply. */
void mig_drop_reply_port(mach_msg_header_t *head);
#endif

/* The header of an answer to `in`: an error reply, until a stub fills it. */
static inline void
mig_reply_header(const mach_msg_header_t *in, mach_msg_header_t *out)
{
    out->msgh_bits =
        MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(in->msgh_bits), 0u);
    out->msgh_size = sizeof(mig_reply_error_t);
    out->msgh_remote_port = in->msgh_remote_port;
    out->msgh_local_port = MACH_PORT_NULL;
    out->msgh_voucher_port = MACH_PORT_NULL;
    /* Any id may have come: the sum wraps. */
    out->msgh_id = (mach_msg_id_t)((uint32_t)in->msgh_id + MIG_REPLY_DISTANCE);
}

static inline void
mig_set_return(mach_msg_header_t *out, kern_return_t code)
{
    mig_reply_error_t *reply = (mig_reply_error_t *)(void *)out;

    out->msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
    out->msgh_size = sizeof(*reply);
    reply->NDR = NDR_record;
    reply->RetCode = code;
}

static inline void
mig_reject(mach_msg_header_t *in, mach_msg_header_t *out, kern_return_t code)
{
    mig_destroy_contents(in);
    mig_set_return(out, code);
}

/*
 * What the trailer says of a request.  The server's receive asks for
 * MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX).
 */
static inline uint64_t
mig_request_payload(const mach_msg_header_t *in)
{
    uint64_t payload;

    mig_load(&payload, mig_trailer(in),
             offsetof(mach_msg_context_trailer_t, msgh_context),
             sizeof(payload));
    return payload;
}

static inline mach_port_seqno_t
mig_request_seqno(const mach_msg_header_t *in)
{
    mach_port_seqno_t seqno;

    mig_load(&seqno, mig_trailer(in),
             offsetof(mach_msg_context_trailer_t, msgh_seqno), sizeof(seqno));
    return seqno;
}

static inline security_token_t
mig_request_sender(const mach_msg_header_t *in)
{
    security_token_t token;

    mig_load(&token, mig_trailer(in),
             offsetof(mach_msg_context_trailer_t, msgh_sender),
             sizeof(token));
    return token;
}

static inline audit_token_t
mig_request_audit(const mach_msg_header_t *in)
{
    audit_token_t token;

    mig_load(&token, mig_trailer(in),
             offsetof(mach_msg_context_trailer_t, msgh_audit),
             sizeof(token));
    return token;
}

#ifdef __cplusplus
}
#endif

#endif
