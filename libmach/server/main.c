/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server's port set, its log, and the loop: receive, find the object and
 * the routine, answer.
 *
 * A message that is larger than the usual buffer stays queued and is received
 * into the large one.  An answer is sent without waiting; one that cannot be
 * sent is destroyed, and objects that it would have made send rights of are
 * told.
 * A message for whose rights or memory this task has no room is destroyed, so
 * that its sender hears of it.
 * Nothing that a message holds can stop the loop.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <mach/mig_server.h>
#include <mach_port/mach_port.h>
#include "internal.h"

#define USUAL_SIZE 8192u

union message {
    mach_msg_header_t header;
    mach_notification_t notification;
    mig_reply_error_t error;
    uint8_t bytes[MACH_MSG_SIZE_MAX + MAX_TRAILER_SIZE];
};

mach_port_t server_set, server_notify;

static union message request, reply;
static bool listens; /* to synchronous calls, too */

/* ---- log --------------------------------------------------------------- */

static void
log_line(const char *before, const char *format, va_list ap)
{
    char line[512];
    int n = snprintf(line, sizeof(line), "%s", before);

    n += vsnprintf(line + n, sizeof(line) - (size_t)n - 1, format, ap);
    if (n > (int)sizeof(line) - 2) {
        n = sizeof(line) - 2;
    }
    line[n++] = '\n';
    mach_print(line, (size_t)n);
}

void
server_log(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    log_line("", format, ap);
    va_end(ap);
}

void
server_panic(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    log_line("server failed: ", format, ap);
    va_end(ap);
    abort();
}

/* ---- set-up ------------------------------------------------------------ */

void
server_setup(void)
{
    if (server_set != MACH_PORT_NULL) {
        return;
    }
    if (mach_port_allocate_trap(MACH_PORT_RIGHT_PORT_SET, &server_set) !=
            KERN_SUCCESS ||
        mach_port_allocate_trap(MACH_PORT_RIGHT_RECEIVE, &server_notify) !=
            KERN_SUCCESS ||
        mach_port_move_member_trap(server_notify, server_set) !=
            KERN_SUCCESS) {
        server_panic("no ports to begin with");
    }
}

kern_return_t
server_request_notification(mach_port_t name, int variant, mach_port_t notify,
                            uint32_t sync)
{
    mach_port_t previous = MACH_PORT_NULL;
    mach_msg_type_name_t type;
    kern_return_t kr;

    kr = mach_port_request_notification(mach_task_self(), name, variant, sync,
                                        notify, &previous, &type);
    if (kr == KERN_SUCCESS && MACH_PORT_VALID(previous)) {
        mach_port_deallocate_trap(previous);
    }
    return kr;
}

/* Calls of simpleroutines that the direct binding has queued.  A program
 * without direct calls doesn't have the queue. */
static void
server_run_queued(void)
{
    while (mig_direct_run != NULL && mig_direct_run()) {
        continue;
    }
}

mach_port_t
server_reply_later(mach_port_t port, void *o, uint64_t cookie)
{
    return port == SERVER_REPLY_OF_CALL && server_call_save != NULL
               ? server_call_save(o, cookie)
               : port;
}

/* ---- requests ---------------------------------------------------------- */

static void
handle_notification(struct server_object *o)
{
    const mach_notification_t *n = &request.notification;
    security_token_t sender = mig_request_sender(&request.header);

    if (sender.val[0] != KERNEL_SECURITY_TOKEN_VAL0 ||
        sender.val[1] != KERNEL_SECURITY_TOKEN_VAL1 ||
        n->not_header.msgh_size < MACH_NOTIFICATION_SIZE) {
        mach_msg_destroy(&request.header);
    } else if (n->not_header.msgh_id == MACH_NOTIFY_NO_SENDERS && o != NULL) {
        server_object_no_senders(o, n->not_count);
    } else if (n->not_header.msgh_id == MACH_NOTIFY_DEAD_NAME && o == NULL) {
        server_dead_name(n->not_port);
    } else if (n->not_header.msgh_id == MACH_NOTIFY_PORT_DELETED &&
               o == NULL) {
        server_name_deleted(n->not_port);
    } else {
        mach_msg_destroy(&request.header);
    }
}

static mig_stub_t
find_stub(const struct server_object *o, mach_msg_id_t id)
{
    mig_stub_t stub = NULL;

    for (const struct mig_subsystem *const *s = o->so_class->sc_subsystems;
         s != NULL && *s != NULL && stub == NULL; s++) {
        stub = (*s)->maxsize <= sizeof(reply) ? mig_find_routine(*s, id)
                                              : NULL;
    }
    return stub;
}

/* True when the answer in `reply` is to be sent. */
static bool
handle_request(struct server_object *o)
{
    mach_msg_header_t *in = &request.header, *out = &reply.header;
    mig_stub_t stub = find_stub(o, in->msgh_id);

    mig_reply_header(in, out);
    if (stub != NULL) {
        stub(in, out);
    } else {
        mig_reject(in, out, MIG_BAD_ID);
    }
    return (out->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 ||
           reply.error.RetCode != MIG_NO_REPLY;
}

static bool
handle_message(void)
{
    mach_msg_header_t *in = &request.header;
    struct server_object *o =
        server_object_of_payload(mig_request_payload(in), NULL);
    bool answer = false;

    if (o != NULL) {
        server_object_reference(o); /* whatever the routine releases */
    }
    if (in->msgh_id >= MACH_NOTIFY_FIRST && in->msgh_id <= MACH_NOTIFY_LAST) {
        handle_notification(o);
    } else if (o != NULL) {
        answer = handle_request(o);
    } else {
        mach_msg_destroy(in);
    }
    if (o != NULL) {
        server_object_release(o);
    }
    return answer;
}

/* ---- answers ----------------------------------------------------------- */

/* The answer is lost: objects in it may have got no send right. */
static void
forget_reply(void)
{
    mach_msg_header_t *out = &reply.header;
    const mach_msg_body_t *body = (const void *)(out + 1);
    const mach_msg_port_descriptor_t *d = (const void *)(body + 1);

    if ((out->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        for (mach_msg_size_t i = 0; i < body->msgh_descriptor_count &&
                                    d[i].type == MACH_MSG_PORT_DESCRIPTOR;
             i++) {
            if (d[i].disposition == MACH_MSG_TYPE_MAKE_SEND) {
                server_object_unsent(server_object_lookup(d[i].name, NULL));
            }
        }
    }
    mach_msg_destroy(out);
}

static void
send_reply(void)
{
    mach_msg_header_t *out = &reply.header;

    if (out->msgh_remote_port == MACH_PORT_NULL ||
        mach_msg(out, MACH_SEND_MSG | MACH_SEND_TIMEOUT, out->msgh_size, 0,
                 MACH_PORT_NULL, 0, MACH_PORT_NULL) != MACH_MSG_SUCCESS) {
        forget_reply();
    }
}

/* ---- the loop ---------------------------------------------------------- */

/* Whatever has come up besides messages; the time until the next, in ms. */
static int64_t
run_pending(void)
{
    int64_t wait;

    do {
        server_run_queued();
        server_run_deferred();
        wait = server_run_timers();
        server_run_queued();
    } while (server_has_deferred());
    return wait;
}

static mach_msg_return_t
receive(mach_msg_option_t option, mach_msg_size_t send_size,
        mach_msg_size_t room, int64_t wait)
{
    option |= MACH_RCV_MSG | MACH_RCV_LARGE |
              MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX);
    if (wait >= 0) {
        option |= MACH_RCV_TIMEOUT;
    }
    request.header.msgh_size = 0; /* until something is received */
    return mach_msg_overwrite(&reply.header, option, send_size, room,
                              server_set,
                              wait >= 0 ? (mach_msg_timeout_t)wait : 0,
                              MACH_PORT_NULL, &request.header);
}

/* MACH_RCV_BODY_ERROR: either the message came without its memory, or it is
 * still the first in its queue and would be for ever. */
static void
refuse_message(void)
{
    if (request.header.msgh_size != 0) {
        mach_msg_destroy(&request.header);
    } else {
        (void)mach_msg(&request.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, 0,
                       server_set, 0, MACH_PORT_NULL);
    }
}

/* Sends the answer, if there is one, and waits for a message.  A send-once
 * right never makes the sender wait, so that both can be one trap. */
static mach_msg_return_t
next_message(bool answer)
{
    mach_msg_header_t *out = &reply.header;
    mach_msg_return_t mr = MACH_MSG_SUCCESS;
    bool combined = answer && !server_has_deferred() &&
                    MACH_PORT_VALID(out->msgh_remote_port) &&
                    MACH_MSGH_BITS_REMOTE(out->msgh_bits) ==
                        MACH_MSG_TYPE_MOVE_SEND_ONCE;
    int64_t wait;

    if (answer && !combined) {
        send_reply();
    }
    wait = run_pending();
    mr = combined ? receive(MACH_SEND_MSG, out->msgh_size, USUAL_SIZE, wait)
                  : receive(0, 0, USUAL_SIZE, wait);
    if (combined && mr != MACH_MSG_SUCCESS && (mr & 0x4000) == 0) {
        forget_reply();
        return MACH_RCV_TIMED_OUT;
    }
    if (mr == MACH_RCV_TOO_LARGE) {
        mr = receive(0, 0, sizeof(request), 0);
    }
    return mr;
}

/* The same for a server that listens. */
static mach_msg_return_t
next_call(bool answer)
{
    mach_msg_header_t *out = NULL;
    mach_msg_return_t mr;
    int64_t wait;

    if (answer && !server_by_call()) {
        send_reply();
    } else if (answer && !server_has_deferred()) {
        out = &reply.header;
    } else if (answer && !server_call_answer(&reply.header)) {
        forget_reply();
    }
    wait = run_pending();
    mr = server_listen(&request.header, out, wait);
    if (mr == SERVER_ANSWER_LOST) {
        forget_reply();
        return MACH_RCV_TIMED_OUT;
    }
    if (mr == SERVER_MESSAGE) {
        mr = receive(0, 0, USUAL_SIZE, 0);
        if (mr == MACH_RCV_TOO_LARGE) {
            mr = receive(0, 0, sizeof(request), 0);
        }
    }
    return mr;
}

bool
server_listens(void)
{
    listens = server_listen_setup != NULL && server_listen_setup();
    return listens;
}

void
server_run(void)
{
    bool answer = false;

    server_setup();
    for (;;) {
        mach_msg_return_t mr =
            listens ? next_call(answer) : next_message(answer);

        answer = false;
        if (mr == MACH_MSG_SUCCESS) {
            answer = handle_message();
            server_run_queued();
        } else if (mr != MACH_RCV_TIMED_OUT) {
            server_log("server: receive: %s", mach_error_string(mr));
            if (mr == MACH_RCV_BODY_ERROR) {
                refuse_message();
            }
        }
    }
}
