/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run time of mig's third binding, -binding sync: stubs with the prototypes and
 * the messages of the first, whose calls go as synchronous ones.
 *
 * The message is made as always; what is behind its header goes in registers and
 * the thread's buffer, with one right at most (SYNC_MESSAGE_*, <mach/sync.h>).
 * A longer answer comes in pages that are granted.  A call goes as a Mach
 * message, to the same port and the same server, when it is longer than that itself,
 * when its server doesn't listen at the moment (SYNC_NOWAIT), or when its
 * object takes messages only (the kernel's).  Routines with memory out of line
 * or several rights always do: mig emits mig_rpc() for them.
 */
#ifndef MACH_MIG_SYNC_H
#define MACH_MIG_SYNC_H

#include <mach/mig_user.h>
#include <mach/sync_user.h>

#define MIG_SYNC_RIGHT 1u         /* the answer carries a right */
#define MIG_SYNC_INTERRUPTIBLE 2u /* thread_kick has it cancelled */
/* Bytes that a message may have. */
#define MIG_SYNC_MAX \
    ((mach_msg_size_t)(sizeof(mach_msg_header_t) + SYNC_WORDS * 8))
/* Bytes that a message's place must have, whatever its size: see below. */
#define MIG_SYNC_ROOM                                          \
    ((mach_msg_size_t)(sizeof(struct sync_message) +          \
                       __builtin_offsetof(mach_msg_header_t, \
                                          msgh_voucher_port)))

#ifdef __cplusplus
extern "C" {
#endif

/* What a stub calls; an environment may define another in front of it. */
#ifndef mig_sync_rpc
#define mig_sync_rpc mig_sync_call
#else
mach_msg_return_t mig_sync_rpc(mach_msg_header_t *msg,
                               mach_msg_option_t option,
                               mach_msg_size_t send_size,
                               mach_msg_size_t rcv_size, mach_port_t reply,
                               mach_msg_timeout_t timeout, unsigned flags);
#endif
mach_msg_return_t mig_sync_call(mach_msg_header_t *msg,
                                mach_msg_option_t option,
                                mach_msg_size_t send_size,
                                mach_msg_size_t rcv_size, mach_port_t reply,
                                mach_msg_timeout_t timeout, unsigned flags);

/* The calling thread's buffer, or NULL.  The default asks the kernel each
 * time; an environment with memory per thread keeps it there. */
struct sync_buffer *mig_sync_buffer(void);

/*
 * A message as it stands is a synchronous one: its words are what is behind the
 * header, and the tag lies in voucher and id.  What comes after the words (see
 * struct sync_message) lies over a longer body.
 */
static inline struct sync_message *
mig_sync_words(mach_msg_header_t *h)
{
    return (struct sync_message *)(void *)&h->msgh_voucher_port;
}

/*
 * The server's side.  request: makes a call that was received in place a message, in
 * room for MIG_SYNC_MAX bytes and the largest trailer; reply: a send-once right
 * that answers it (sync_save_reply), or MACH_PORT_NULL: it is answered by
 * sync_send or sync_reply_wait.  Nobody's token is in its trailer.
 */
void mig_sync_request(mach_msg_header_t *request,
                      const struct sync_buffer *buffer, mach_port_t reply);
/* Makes an answer, which names no right to reply and has MIG_SYNC_ROOM, a
 * synchronous one; its rights move when it is sent.  A long one is in pages,
 * which are granted.  False: it is as it was, and there is no memory, or it
 * carries more than one right. */
boolean_t mig_sync_answer(mach_msg_header_t *answer,
                          struct sync_buffer *buffer);
/* It could not be sent: it is a message again, and its pages are gone. */
void mig_sync_unsent(mach_msg_header_t *answer,
                     const struct sync_buffer *buffer);

#ifdef __cplusplus
}
#endif

#endif
