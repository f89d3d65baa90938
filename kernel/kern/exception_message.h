/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages of exc.defs, as the kernel sends them and reads the replies.
 */
#ifndef KERN_EXCEPTION_MESSAGE_H
#define KERN_EXCEPTION_MESSAGE_H

#include <mach/message.h>
#include <base/codes.h>

struct ipc_kmsg;
struct ipc_port;
struct exception_action;
struct ledger;
struct thread;

/* A message that any exception fits in; NULL: shortage. */
struct ipc_kmsg *exception_message_prealloc(struct ledger *l);
/* In k, or, when it is NULL, in a new message.  reply: a naked send-once
 * right, consumed on success only. */
kern_return_t exception_message_send(struct thread *th, struct ipc_kmsg *k,
                                     const struct exception_action *a,
                                     struct ipc_port *reply, int exception,
                                     uint64_t code, uint64_t subcode);
/* The handler's verdict.  A state that comes with KERN_SUCCESS is set. */
kern_return_t exception_message_reply(struct thread *th,
                                      const mach_msg_header_t *reply);

#endif
