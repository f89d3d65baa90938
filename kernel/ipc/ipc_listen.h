/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports and port sets as endpoints of synchronous IPC (sync/): what of it is
 * kept with a port, and where a set finds it.
 *
 * Listeners wait on io_listeners of a port or set; a message that arrives wakes
 * one when no receiver waits.  A port has something for a listener besides
 * messages when a caller waits, a cancellation is to be told of, or its
 * signal word is not zero: then ip_calling is set, and its links are on
 * their sets' ps_calls.  They may be a little longer (a caller's wait ends by
 * itself), never shorter.
 */
#ifndef IPC_IPC_LISTEN_H
#define IPC_IPC_LISTEN_H

#include <ipc/ipc_pset.h>

void ipc_listen_init(struct ipc_port *port);
/* Is there anything synchronous for a listener of port? */
static inline bool
ipc_listen_ready(const struct ipc_port *port)
{
    return !list_empty(&port->ip_callers.wq_threads)
           || !list_empty(&port->ip_cancels) || port->ip_signals != 0;
}
/* Is there nothing at all, messages included? */
static inline bool
ipc_listen_quiet(const struct ipc_port *port)
{
    return port->ip_something == 0;
}
/* That has changed, perhaps: tell the sets. */
void ipc_listen_changed(struct ipc_port *port);
/* The port of the set, which it goes to the end of, that has something; NULL:
 * none. */
struct ipc_port *ipc_listen_next(struct ipc_pset *set);
/* The port of link is in the set now. */
void ipc_listen_joined(struct ipc_link *link);
/* The first that listens to port, or to a set that it is in; or NULL. */
struct thread *ipc_listener_of_sets(const struct ipc_port *port);
static inline struct thread *
ipc_listener(struct ipc_port *port)
{
    struct thread *th = wait_queue_first(&port->ip_object.io_listeners);

    return th != NULL || list_empty(&port->ip_links)
               ? th
               : ipc_listener_of_sets(port);
}

#endif
