/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run time of generated user stubs.
 *
 * The one place where a stub enters the kernel is mig_rpc(); an environment
 * that must do more there (the emulators, whose calls can be interrupted)
 * defines the macro before this header, or in <mach/mig_environment.h> with
 * MIG_ENVIRONMENT defined.
 *
 * A send that fails has consumed nothing: rights and memory still belong to
 * the caller, unless the subsystem says ConsumeOnSendError.
 */
#ifndef MACH_MIG_USER_H
#define MACH_MIG_USER_H

#include <mach/mig_wire.h>

#ifdef MIG_ENVIRONMENT
#include <mach/mig_environment.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
                           mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                           mach_port_name_t rcv_name,
                           mach_msg_timeout_t timeout,
                           mach_port_name_t notify);
void mach_msg_destroy(mach_msg_header_t *msg);

#ifdef __polymach__
mach_msg_return_t mach_msg_rpc(mach_msg_header_t *msg,
                               mach_msg_option_t option,
                               mach_msg_size_t send_size,
                               mach_msg_size_t rcv_size,
                               mach_port_name_t rcv_name,
                               mach_msg_timeout_t timeout);
#endif
#if !defined(mig_rpc) && defined(__polymach__)
#define mig_rpc mach_msg_rpc
#elif !defined(mig_rpc)
#define mig_rpc(msg, option, send_size, rcv_size, rcv_name, timeout)       \
    mach_msg(msg, option, send_size, rcv_size, rcv_name, timeout,          \
             MACH_PORT_NULL)
#endif

/*
 * The reply port of the calling thread.  get never fails but may return
 * MACH_PORT_NULL, which the send then refuses.  put gives it back after use;
 * dealloc destroys it, since a late answer may still arrive on it.
 */
mach_port_t mig_get_reply_port(void);
void mig_put_reply_port(mach_port_t port);
void mig_dealloc_reply_port(mach_port_t port);

/* Buffers of messages too large for the stack; 8-aligned. */
void *mig_user_allocate(size_t size);
void mig_user_deallocate(void *buffer, size_t size);

/* After mig_rpc() has failed: what becomes of the reply port. */
void mig_rpc_failed(mach_msg_return_t ret, mach_port_t reply_port);
/* ConsumeOnSendError: destroys an unsent message (1: time-outs, 2: any). */
void mig_consume_unsent(mach_msg_header_t *msg, mach_msg_return_t ret,
                        unsigned when);
/* Destroys a reply that is not what it should be. */
void mig_destroy_reply(mach_msg_header_t *msg);

#ifdef __cplusplus
}
#endif

/*
 * A message whose arrays can be large starts in a small buffer on the stack
 * and is allocated only when what it carries now does not fit.  The compiler
 * must not conclude from the small buffer that the message's structure
 * cannot be there.
 */
static inline void *
mig_buffer(void *small, size_t small_size, size_t need)
{
    if (need > small_size) {
        return mig_user_allocate(need);
    }
    __asm__("" : "+r"(small));
    return small;
}

static inline void
mig_buffer_release(void *buffer, const void *small, size_t need)
{
    if (buffer != small) {
        mig_user_deallocate(buffer, need);
    }
}

/* Answers with an error only; does not wait. */
static inline mach_msg_return_t
mig_send_error(mach_port_t reply, mach_msg_id_t id, kern_return_t code)
{
    mig_reply_error_t error;

    mig_request_header(&error.Head,
                       MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0u),
                       reply, MACH_PORT_NULL, id);
    error.Head.msgh_size = sizeof(error);
    error.NDR = NDR_record;
    error.RetCode = code;
    return mig_rpc(&error.Head, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                   sizeof(error), 0, MACH_PORT_NULL, 0);
}

/* Who answered, as the kernel says. */
static inline void
mig_message_audit(const mach_msg_header_t *head, void *token, size_t size)
{
    mig_load(token, mig_trailer(head),
             offsetof(mach_msg_context_trailer_t, msgh_audit),
             size < sizeof(audit_token_t) ? size : sizeof(audit_token_t));
}

static inline void
mig_message_sender(const mach_msg_header_t *head, void *token, size_t size)
{
    mig_load(token, mig_trailer(head),
             offsetof(mach_msg_context_trailer_t, msgh_sender),
             size < sizeof(security_token_t) ? size
                                             : sizeof(security_token_t));
}

#endif
