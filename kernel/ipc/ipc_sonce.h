/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who made a port's send-once rights.
 *
 * A message through a send-once right is charged to the ledger of the space
 * that made the right: it had the receive right then, and wanted an answer.
 * Rights to a port are alike, so only their number is kept, by maker, and
 * the oldest maker's are taken to be used first.  Nobody is charged for more
 * messages than it made rights, whoever has the receive right later.
 *
 * The first maker's record is part of the port.  Others are needed when the
 * receive right moves between ledgers while rights are out; they are charged
 * to the maker, and last as long as their count does.
 *
 * For every live port that a task can receive from: the counts, the send-once
 * messages in the queue and the send-once notices add up to ip_sorights.
 */
#ifndef IPC_IPC_SONCE_H
#define IPC_IPC_SONCE_H

#include <ipc/ipc_port.h>

void ipc_sonce_init(struct ipc_port *port);
/* Make sure that a right can be made for l, which holds until the kernel is
 * left.  KERN_RESOURCE_SHORTAGE. */
kern_return_t ipc_sonce_prepare(struct ipc_port *port, struct ledger *l);
/* A send-once right to an active port, prepared for. */
struct ipc_port *ipc_sonce_make(struct ipc_port *port);
/* The one made last: it was not needed, or its maker pays as its sender. */
void ipc_sonce_unmake(struct ipc_port *port);
/* Who pays for a message through a right that exists. */
struct ledger *ipc_sonce_oldest_payer(const struct ipc_port *port);
static inline struct ledger *
ipc_sonce_payer(const struct ipc_port *port)
{
    return port->ip_sole_maker != NULL ? port->ip_sole_maker
                                       : ipc_sonce_oldest_payer(port);
}

/* A right is used: by a message, or for a notification of its end.  In line:
 * where the port's own ledger made all there are, as nearly always. */
void ipc_sonce_use_oldest(struct ipc_port *port);
static inline void
ipc_sonce_use(struct ipc_port *port)
{
    if (port->ip_sole_maker == port->ip_object.io_ledger) {
        port->ip_maker.mk_count--;
    } else {
        ipc_sonce_use_oldest(port);
    }
}

/* The port is dead: nobody pays for anything any more. */
void ipc_sonce_forget(struct ipc_port *port);
/* Whoever makes rights now. */
static inline struct ipc_maker *
ipc_sonce_newest(struct ipc_port *port)
{
    return list_empty(&port->ip_makers)
               ? &port->ip_maker
               : list_entry(port->ip_makers.prev, struct ipc_maker, mk_link);
}

/* Rights that are out, for checks. */
uint32_t ipc_sonce_unused(const struct ipc_port *port);

#endif
