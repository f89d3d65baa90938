/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message queues: see ipc_mqueue.h.
 */
#include <base/assert.h>
#include <base/compiler.h>
#include <sched/thread.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <mach/notify.h>

/* Stands for the first counted send-once notification of a port while that is
 * received; its trailer is built behind it. */
static struct {
    struct ipc_kmsg kmsg;
    mach_msg_max_trailer_t trailer;
} sonce;

void
ipc_mqueue_init(struct ipc_port *port)
{
    list_init(&port->ip_notices);
    list_init(&port->ip_messages);
    list_init(&port->ip_links);
    wait_queue_init(&port->ip_senders);
    port->ip_qlimit = MACH_PORT_QLIMIT_DEFAULT;
}

/* The first that waits is woken for a message of port, a listener when no
 * receiver waits. */
static inline bool
wake_first(struct ipc_object *object, struct ipc_port *port)
{
    struct list *waiting = &object->io_receivers.wq_threads;

    if (list_empty(waiting)) {
        waiting = &object->io_listeners.wq_threads;
    }
    if (list_empty(waiting)) {
        return false;
    }
    ipc_mqueue_wake_thread(waiting, port);
    return true;
}

COLD void
ipc_mqueue_wake(struct ipc_port *port)
{
    struct list *l;

    if (wake_first(&port->ip_object, port)) {
        return;
    }
    list_for_each(l, &port->ip_links)
    {
        struct ipc_link *link = list_entry(l, struct ipc_link, il_port_link);

        if (wake_first(&link->il_set->ps_object, port)) {
            return;
        }
    }
}

/* The sets that port is in have a message more. */
static __attribute__((noinline)) void
announce_to_sets(struct ipc_port *port, bool notice)
{
    struct list *l;

    list_for_each(l, &port->ip_links)
    {
        struct ipc_link *link = list_entry(l, struct ipc_link, il_port_link);

        if (notice) {
            list_remove(&link->il_ready_link);
            list_push_front(&link->il_set->ps_ready, &link->il_ready_link);
        } else if (list_empty(&link->il_ready_link)) {
            list_push_back(&link->il_set->ps_ready, &link->il_ready_link);
        }
    }
    ipc_mqueue_wake(port);
}

/* A message has been queued: tell the sets and a receiver. */
static inline void
announce(struct ipc_port *port, bool notice)
{
    port->ip_msgcount++;
    if (!list_empty(&port->ip_links)) {
        announce_to_sets(port, notice);
    } else {
        (void)wake_first(&port->ip_object, port);
    }
}

static bool
enter_transit(struct ipc_port *port, struct ipc_port *dest)
{
    ipc_port_enter_transit(port, dest);
    return false;
}

void
ipc_mqueue_post(struct ipc_port *port, struct ipc_kmsg *k)
{
    bool notice = (k->ikm_flags & IKM_NOTICE) != 0;

    assert(ip_active(port) && port->ip_state != IPS_KERNEL);
    if ((k->ikm_flags & IKM_RECEIVE) != 0) {
        (void)ipc_kmsg_receive_rights(k, port, enter_transit);
    }
    list_push_back(notice ? &port->ip_notices : &port->ip_messages,
                   &k->ikm_link);
    announce(port, notice);
}

COLD void
ipc_mqueue_post_sonce(struct ipc_port *port)
{
    port->ip_sonce_notices++;
    announce(port, true);
}

struct ipc_kmsg *
ipc_mqueue_stand_in(struct ipc_port *port)
{
    struct ipc_kmsg *k = &sonce.kmsg;

    memset(&sonce, 0, sizeof(sonce));
    list_init(&k->ikm_link);
    k->ikm_flags = IKM_SONCE | IKM_NOTICE;
    k->ikm_remote = port;
    k->ikm_capacity = sizeof(mach_msg_header_t) + MAX_TRAILER_SIZE;
    ipc_kmsg_from_kernel(k);
    k->ikm_header.msgh_bits =
        MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, 0);
    k->ikm_header.msgh_size = sizeof(mach_msg_header_t);
    k->ikm_header.msgh_id = MACH_NOTIFY_SEND_ONCE;
    return k;
}

/* The sets that port is in see what it has left. */
static void
sets_look_again(struct ipc_port *port)
{
    struct list *l;

    if (!list_empty(&port->ip_notices) || port->ip_sonce_notices > 0) {
        return;
    }
    list_for_each(l, &port->ip_links)
    {
        struct ipc_link *link = list_entry(l, struct ipc_link, il_port_link);

        list_remove(&link->il_ready_link);
        if (port->ip_msgcount > 0) {
            list_push_back(&link->il_set->ps_ready, &link->il_ready_link);
        }
    }
}

void
ipc_mqueue_take(struct ipc_port *port, struct ipc_kmsg *k)
{
    if ((k->ikm_flags & IKM_SONCE) != 0) {
        port->ip_sonce_notices--;
    } else {
        list_remove(&k->ikm_link);
    }
    port->ip_msgcount--;
    port->ip_seqno++;
    if (!list_empty(&port->ip_links)) {
        sets_look_again(port);
    }
    if ((k->ikm_flags & IKM_SLOT) != 0) {
        k->ikm_flags &= ~IKM_SLOT;
        ipc_mqueue_release_slot(port);
    }
}

void
ipc_mqueue_room(struct ipc_port *port)
{
    if (!ip_active(port)) {
        return;
    }
    while (!ipc_mqueue_full(port)) {
        struct thread *th =
            wait_queue_wake_one(&port->ip_senders, KERN_SUCCESS);

        if (th == NULL) {
            ipc_request_possible(port);
            return;
        }
        th->th_ipc_wait = IPC_WAIT_SLOT;
        port->ip_slots++;
    }
}

void
ipc_mqueue_release_slot(struct ipc_port *port)
{
    assert(port->ip_slots > 0);
    port->ip_slots--;
    ipc_mqueue_room(port);
}

COLD void
ipc_mqueue_set_limit(struct ipc_port *port, uint32_t limit)
{
    port->ip_qlimit = limit;
    ipc_mqueue_room(port);
}

COLD void
ipc_mqueue_joined(struct ipc_pset *set, struct ipc_port *port)
{
    uint32_t n = port->ip_msgcount;

    while (n > 0 && wake_first(&set->ps_object, port)) {
        n--;
    }
}

void
ipc_mqueue_changed(struct ipc_port *port)
{
    (void)wait_queue_wake_all(&port->ip_object.io_receivers, KERN_SUCCESS);
    (void)wait_queue_wake_all(&port->ip_object.io_listeners, KERN_SUCCESS);
    if (!ip_active(port)) {
        (void)wait_queue_wake_all(&port->ip_senders, KERN_SUCCESS);
        (void)wait_queue_wake_all(&port->ip_callers, KERN_SUCCESS);
    }
}
