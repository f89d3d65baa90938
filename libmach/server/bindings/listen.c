/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server whose clients may call synchronously (-binding sync): it listens to
 * its port set, where calls and messages come alike.  Compiled into servers
 * of which that may be asked; it is when the kernel's command line says
 * ipc=l4, in which case calls from here are synchronous, too.
 *
 * A call is made a message in the loop's buffer.  Its answer goes straight
 * back, with the next receive, unless the routine answers late: then the
 * right to reply gets a name (server_reply_later), and is answered through it.
 */
#include <server/mig_rpc.h>
#include <mach/mig_sync.h>
#include "../internal.h"

static struct sync_buffer *buffer;
static bool by_call; /* the request in the loop's buffer has to be answered */

bool
server_by_call(void)
{
    return by_call;
}

/* What came, as a message. */
static mach_msg_return_t
take_call(mach_msg_header_t *in)
{
    uint64_t tag = mig_sync_words(in)->tag;

    by_call = (tag & SYNC_KIND) == SYNC_KIND_CALL;
    mig_sync_request(in, buffer,
                     by_call ? SERVER_REPLY_OF_CALL : MACH_PORT_NULL);
    return MACH_MSG_SUCCESS;
}

mach_port_t
server_call_save(const struct server_object *o, uint64_t cookie)
{
    mach_port_t saved = MACH_PORT_NULL;

    if (by_call && sync_save_reply(o->so_class->sc_cancel != NULL
                                       ? o->so_port
                                       : MACH_PORT_NULL,
                                   cookie, &saved) == KERN_SUCCESS) {
        by_call = false;
    }
    return saved;
}

/* A saved right's client is interrupted. */
static void
take_cancel(const struct sync_message *m)
{
    struct server_object *o = server_object_of_payload(m->badge, NULL);

    if (o != NULL && o->so_class->sc_cancel != NULL) {
        server_object_reference(o); /* whatever it releases */
        (void)o->so_class->sc_cancel(o, m->words[0]);
        server_object_release(o);
    }
}

bool
server_call_answer(mach_msg_header_t *out)
{
    by_call = false;
    if (!mig_sync_answer(out, buffer)) {
        return false;
    }
    if (sync_send(MACH_PORT_NULL, mig_sync_words(out)) != KERN_SUCCESS) {
        mig_sync_unsent(out, buffer);
        return false;
    }
    return true;
}

/* One trap: the answer, if there is one, and the wait. */
static kern_return_t
listen(mach_msg_header_t *out, mach_msg_header_t *in, uint64_t tag)
{
    struct sync_message *m = mig_sync_words(in);

    if (out == NULL) {
        m->tag = tag | SYNC_TAKE_RIGHT;
        return sync_receive(server_set, m);
    }
    mig_sync_words(out)->tag |= SYNC_TAKE_RIGHT;
    return sync_trap(TRAP_sync_reply_wait, server_set, mig_sync_words(out), m);
}

/* Is it what the wait ended by?  Then the answer was sent. */
static bool
waited(kern_return_t kr)
{
    return kr == KERN_OPERATION_TIMED_OUT || kr == KERN_ABORTED ||
           kr == KERN_INTERRUPTED;
}

mach_msg_return_t
server_listen(mach_msg_header_t *in, mach_msg_header_t *out, int64_t wait)
{
    uint64_t tag = 0;
    kern_return_t kr;

    if (wait >= 0) { /* the deadline needs a tag of its own */
        if (out != NULL && !server_call_answer(out)) {
            return SERVER_ANSWER_LOST;
        }
        out = NULL;
        tag = SYNC_DEADLINE;
        mig_sync_words(in)->deadline =
            clock_uptime() + (uint64_t)wait * 1000000;
    }
    by_call = false;
    if (out != NULL && !mig_sync_answer(out, buffer)) {
        return SERVER_ANSWER_LOST;
    }
    kr = listen(out, in, tag);
    if (kr == KERN_SUCCESS) {
        switch (mig_sync_words(in)->tag & SYNC_KIND) {
        case SYNC_KIND_CALL:
        case SYNC_KIND_SEND:
            return take_call(in);
        case SYNC_KIND_MESSAGE:
            return SERVER_MESSAGE;
        case SYNC_KIND_CANCEL:
            take_cancel(mig_sync_words(in));
            return MACH_RCV_TIMED_OUT;
        default: /* signals: nobody is told to send any */
            return MACH_RCV_TIMED_OUT;
        }
    }
    if (waited(kr)) {
        return MACH_RCV_TIMED_OUT;
    }
    if (out == NULL) {
        return MACH_RCV_INVALID_NAME;
    }
    mig_sync_unsent(out, buffer);
    return SERVER_ANSWER_LOST;
}

bool
server_listen_setup(void)
{
    buffer = sync_buffer();
    return buffer != NULL;
}

mach_msg_return_t
server_sync_rpc(mach_msg_header_t *msg, mach_msg_option_t option,
                mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                mach_port_t reply, mach_msg_timeout_t timeout,
                unsigned flags)
{
    return buffer != NULL
               ? mig_sync_call(msg, option, send_size, rcv_size, reply,
                               timeout, flags)
               : mig_rpc(msg, option, send_size, rcv_size, reply, timeout);
}

/* A late answer that is too long for a message to a call's right: in pages. */
mach_msg_return_t
server_rpc(mach_msg_header_t *msg, mach_msg_option_t option,
           mach_msg_size_t send_size, mach_msg_size_t rcv_size,
           mach_port_t reply, mach_msg_timeout_t timeout)
{
    if ((option & MACH_RCV_MSG) == 0 && send_size > MIG_SYNC_MAX &&
        MACH_MSGH_BITS_REMOTE(msg->msgh_bits) ==
            MACH_MSG_TYPE_MOVE_SEND_ONCE &&
        buffer != NULL) {
        msg->msgh_size = send_size;
        if (mig_sync_answer(msg, buffer)) {
            if (sync_send(msg->msgh_remote_port, mig_sync_words(msg)) ==
                KERN_SUCCESS) {
                return MACH_MSG_SUCCESS;
            }
            mig_sync_unsent(msg, buffer);
        }
    }
    return mach_msg_rpc(msg, option, send_size, rcv_size, reply, timeout);
}

/* The buffer of the only thread. */
struct sync_buffer *
mig_sync_buffer(void)
{
    return buffer;
}
