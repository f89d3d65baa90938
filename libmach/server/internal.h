/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of libserver share.
 */
#ifndef LIBSERVER_INTERNAL_H
#define LIBSERVER_INTERNAL_H

#include <mach/mach.h>
#include <mach/mig_types.h>
#include <mach/notify.h>
#include <server/object.h>

extern mach_port_t server_set;    /* all receive rights of the server */
extern mach_port_t server_notify; /* where dead names are told */

/* main.c: makes the two above; called by whatever comes first. */
void server_setup(void);
_Noreturn void server_panic(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* A request for MACH_NOTIFY_*; a previous one's right is dropped. */
kern_return_t server_request_notification(mach_port_t name, int variant,
                                          mach_port_t notify, uint32_t sync);

/* The direct binding's (libmach.a), when the program has it. */
boolean_t mig_direct_run(void) __attribute__((weak));

/*
 * bindings/listen.c, when the program has it: calls besides messages.  setup:
 * from now on; false: there is no memory for it.  listen: as mach_msg, out (NULL:
 * none) answers the call that came last, in gets what comes; or...
 * answer: the same without the wait; false: it can't be sent, and is as it was.
 * by_call: is the request that came last to be answered like that?
 * save: no, but by the right whose name it returns (server_reply_later).
 */
#define SERVER_MESSAGE 1     /* a message waits at the set */
#define SERVER_ANSWER_LOST 2 /* out can't be sent, and nothing came */
bool server_listen_setup(void) __attribute__((weak));
mach_msg_return_t server_listen(mach_msg_header_t *in, mach_msg_header_t *out,
                                int64_t wait) __attribute__((weak));
bool server_call_answer(mach_msg_header_t *out) __attribute__((weak));
bool server_by_call(void) __attribute__((weak));
mach_port_t server_call_save(const struct server_object *o, uint64_t cookie)
    __attribute__((weak));
/* The reply port of such a request. */
#define SERVER_REPLY_OF_CALL MACH_PORT_DEAD
/* object.c */
void server_object_adopt_port(struct server_object *o, mach_port_t port);
void server_object_no_senders(struct server_object *o, uint32_t mscount);

/* death.c */
void server_dead_name(mach_port_t name);
void server_name_deleted(mach_port_t name);

/* timer.c: runs what is due; the time until the next in ms, or -1. */
int64_t server_run_timers(void);
/* defer.c */
void server_run_deferred(void);
bool server_has_deferred(void);

#endif
