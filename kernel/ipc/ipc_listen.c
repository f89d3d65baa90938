/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Endpoints: see ipc_listen.h.
 */
#include <sched/thread.h>
#include <ipc/ipc_listen.h>

void
ipc_listen_init(struct ipc_port *port)
{
    wait_queue_init(&port->ip_callers);
    list_init(&port->ip_cancels);
}

void
ipc_listen_changed(struct ipc_port *port)
{
    bool ready = ipc_listen_ready(port);
    struct list *l;

    port->ip_calling = ready;
    list_for_each(l, &port->ip_links)
    {
        struct ipc_link *link = list_entry(l, struct ipc_link, il_port_link);

        if (!ready) {
            list_remove(&link->il_call_link);
        } else if (list_empty(&link->il_call_link)) {
            list_push_back(&link->il_set->ps_calls, &link->il_call_link);
        }
    }
}

struct ipc_port *
ipc_listen_next(struct ipc_pset *set)
{
    struct list *l;

    while ((l = list_pop_front(&set->ps_calls)) != NULL) {
        struct ipc_link *link = list_entry(l, struct ipc_link, il_call_link);

        if (ipc_listen_ready(link->il_port)) {
            list_push_back(&set->ps_calls, l);
            return link->il_port;
        }
    }
    return NULL;
}

void
ipc_listen_joined(struct ipc_link *link)
{
    struct ipc_port *port = link->il_port;

    if (ipc_listen_ready(port)) {
        list_push_back(&link->il_set->ps_calls, &link->il_call_link);
        /* Those who listen look for themselves. */
        (void)wait_queue_wake_all(&link->il_set->ps_object.io_listeners,
                                  KERN_SUCCESS);
    }
}

struct thread *
ipc_listener_of_sets(const struct ipc_port *port)
{
    struct list *l;

    list_for_each(l, &port->ip_links)
    {
        struct ipc_link *link = list_entry(l, struct ipc_link, il_port_link);
        struct thread *th =
            wait_queue_first(&link->il_set->ps_object.io_listeners);

        if (th != NULL) {
            return th;
        }
    }
    return NULL;
}
