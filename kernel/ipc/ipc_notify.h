/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: messages that the kernel sends because of what happened to a
 * right.  Each is allocated when it is asked for, and holds the send-once
 * right it will use, so that sending can't fail.  Send-once notifications
 * carry nothing and are only counted (ip_sonce_notices) until received.
 */
#ifndef IPC_IPC_NOTIFY_H
#define IPC_IPC_NOTIFY_H

#include <ipc/ipc_entry.h>

struct ipc_kmsg;

/* What a space wants to know about one of its send or send-once rights. */
struct ipc_request {
    struct list ir_link;          /* K: port's ip_requests */
    struct ipc_port *ir_port;     /* I: the port; the entry's right holds it */
    struct ipc_space *ir_space;   /* I: whose entry points here */
    mach_port_name_t ir_name;     /* I */
    struct ipc_kmsg *ir_dead;     /* K: dead-name, or NULL */
    struct ipc_kmsg *ir_possible; /* K: send-possible, or NULL */
};

/* A notification of this kind to the maker of notify (a naked send-once right,
 * consumed on success).  NULL: shortage. */
struct ipc_kmsg *ipc_notify_create(int id, struct ipc_port *notify,
                                   struct ledger *l);
/* Not wanted any more: the send-once right comes back; or it is destroyed. */
struct ipc_port *ipc_notify_cancel(struct ipc_kmsg *k);
void ipc_notify_drop(struct ipc_kmsg *k);
/* Send it; value is the name or count that it carries. */
void ipc_notify_send(struct ipc_kmsg *k, uint32_t value);
/* port-destroyed: carries the receive right. */
void ipc_notify_port_destroyed(struct ipc_kmsg *k, struct ipc_port *port);

/* The entry's right has died (it is a dead name now): dead-name, also for
 * who waits for room. */
void ipc_request_dead(struct ipc_entry *e);
/* The entry is about to be freed: port-deleted, likewise. */
void ipc_request_deleted(struct ipc_entry *e);
/* The queue of port has room. */
void ipc_request_possible(struct ipc_port *port);

/* Does a send-possible request for this name stand, to this port? */
bool ipc_notify_stands(struct ipc_space *s, mach_port_name_t name,
                       const struct ipc_port *notify);

/*
 * mach_port_request_notification.  notify: naked send-once right or IP_NULL
 * (cancels), consumed on success.  *previous: the right of the request that
 * it replaces, or IP_NULL.
 */
kern_return_t ipc_notify_request(struct ipc_space *s, mach_port_name_t name,
                                 int variant, mach_port_mscount_t sync,
                                 struct ipc_port *notify,
                                 struct ipc_port **previous);

#endif
