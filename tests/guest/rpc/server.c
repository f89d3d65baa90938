/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The echo server: runs in a task of its own, which has nothing but a copy of
 * the client's memory and one receive right.
 */
#include <stdbool.h>
#include <mach/mig_server.h>
#include <mach/mig_sync.h>
#include <mach/mig_take.h>
#include <mach/string.h>
#include <echo/S_echo_server.h>
#include <task/task.h>
#include "rpc.h"

/* How requests came, as echo_fail() tells. */
static unsigned calls, messages;

kern_return_t
S_echo_null(mach_port_t server)
{
    (void)server;
    return KERN_SUCCESS;
}

kern_return_t
S_echo_add(mach_port_t server, uint64_t a, uint64_t b, uint64_t *sum)
{
    (void)server;
    *sum = a + b;
    return KERN_SUCCESS;
}

kern_return_t
S_echo_bytes(mach_port_t server, const uint8_t *sent,
           mach_msg_type_number_t sentCnt, uint8_t *back,
           mach_msg_type_number_t *backCnt)
{
    (void)server;
    memcpy(back, sent, sentCnt);
    *backCnt = sentCnt;
    return KERN_SUCCESS;
}

kern_return_t
S_echo_memory(mach_port_t server, pointer_t sent, mach_msg_type_number_t sentCnt,
            pointer_t *back, mach_msg_type_number_t *backCnt)
{
    (void)server;
    *back = (pointer_t)(uintptr_t)mig_take_ool((void *)(uintptr_t)sent);
    *backCnt = sentCnt;
    return KERN_SUCCESS;
}

kern_return_t
S_echo_port(mach_port_t server, mach_port_t sent, mach_port_t *back)
{
    (void)server;
    *back = mig_take_port(sent);
    return KERN_SUCCESS;
}

kern_return_t
S_echo_fail(mach_port_t server, int code)
{
    (void)server;
    switch (code) {
    case ECHO_CALLS:
        return (kern_return_t)(ECHO_CALLS + calls);
    case ECHO_MESSAGES:
        return (kern_return_t)(ECHO_CALLS + messages);
    default:
        return code;
    }
}

kern_return_t
S_echo_end(mach_port_t server)
{
    (void)server;
    task_terminate(mach_task_self());
    return KERN_FAILURE;
}

static union {
    mach_msg_header_t header;
    mig_reply_error_t error;
    uint8_t bytes[8192];
} request, reply;

#ifdef ECHO_SYNC
/* A message that waits at the port: answered by one. */
static void
serve_message(mach_port_t port)
{
    if (mach_msg(&request.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
                 sizeof(request), port, 0, MACH_PORT_NULL) !=
        MACH_MSG_SUCCESS) {
        return;
    }
    messages++;
    S_echo_server(&request.header, &reply.header);
    if (((reply.header.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 ||
         reply.error.RetCode != MIG_NO_REPLY) &&
        mach_msg(&reply.header, MACH_SEND_MSG, reply.header.msgh_size, 0,
                 MACH_PORT_NULL, 0, MACH_PORT_NULL) != MACH_MSG_SUCCESS) {
        mach_msg_destroy(&reply.header);
    }
}

/* Calls that may be answered late are, by a message to a saved right. */
static void
serve_call(struct sync_buffer *b)
{
    struct sync_message *m = mig_sync_words(&reply.header);
    mach_port_t saved = MACH_PORT_NULL;
    /* Of some arguments, any. */
    bool late = (mig_sync_words(&request.header)->words[1] & 1) != 0;

    calls++;
    if (late && sync_save_reply(MACH_PORT_NULL, 0, &saved) != KERN_SUCCESS) {
        saved = MACH_PORT_NULL;
    }
    mig_sync_request(&request.header, b, saved);
    S_echo_server(&request.header, &reply.header);
    if (saved != MACH_PORT_NULL) {
        mach_msg(&reply.header, MACH_SEND_MSG, reply.header.msgh_size, 0,
                 MACH_PORT_NULL, 0, MACH_PORT_NULL);
    } else if (!mig_sync_answer(&reply.header, b)) {
        mach_msg_destroy(&reply.header);
    } else if (sync_send(MACH_PORT_NULL, m) != KERN_SUCCESS) {
        mig_sync_unsent(&reply.header, b);
        mach_msg_destroy(&reply.header);
    }
}

_Noreturn void
echo_serve(mach_port_t port)
{
    struct sync_buffer *b = sync_buffer();

    for (;;) {
        struct sync_message *m = mig_sync_words(&request.header);

        m->tag = SYNC_TAKE_RIGHT;
        if (sync_receive(port, m) != KERN_SUCCESS) {
            continue;
        }
        if ((m->tag & SYNC_KIND) == SYNC_KIND_MESSAGE) {
            serve_message(port);
        } else {
            serve_call(b);
        }
    }
}
#else
_Noreturn void
echo_serve(mach_port_t port)
{
    mach_msg_option_t receive =
        MACH_RCV_MSG | MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX);
    mach_msg_option_t option = receive;

    for (;;) {
        mach_msg_return_t mr = mach_msg_overwrite(
            &reply.header, option, reply.header.msgh_size, sizeof(request),
            port, 0, MACH_PORT_NULL, &request.header);

        if (mr != MACH_MSG_SUCCESS && (option & MACH_SEND_MSG) != 0 &&
            (mr & 0x4000) == 0) {
            mach_msg_destroy(&reply.header);
        }
        option = receive;
        if (mr != MACH_MSG_SUCCESS) {
            continue;
        }
        if (!S_echo_server(&request.header, &reply.header)) {
            mig_destroy_contents(&request.header);
        }
        if ((reply.header.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 ||
            reply.error.RetCode != MIG_NO_REPLY) {
            option |= MACH_SEND_MSG;
        }
    }
}
#endif
