/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message queues of ports, and how port sets see them.
 *
 * A port's queue is two lists: notifications, which are received first, and
 * requests.  Requests occupy slots (ip_slots), at most ip_qlimit for ordinary
 * senders; a sender that waited and was woken owns its slot already.  Messages
 * through send-once rights and those of the kernel need no slot, but occupy
 * none either.
 *
 * A message that arrives wakes one receiver, which looks for itself: a message
 * is never bound to a thread, so whoever fails to receive it leaves it where
 * it was.  But a wake-up is bound to the port of the message: a thread that was
 * woken for one port and receives from another (of its set), or not at all,
 * passes the wake-up on, to those who wait for this port in other sets, too.
 */
#ifndef IPC_IPC_MQUEUE_H
#define IPC_IPC_MQUEUE_H

#include <sched/thread.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_pset.h>

void ipc_mqueue_init(struct ipc_port *port);
/* Must an ordinary sender wait? */
static inline bool
ipc_mqueue_full(const struct ipc_port *port)
{
    return port->ip_slots >= port->ip_qlimit;
}
/* Append; takes no slot by itself: k has IKM_SLOT when it owns one. */
void ipc_mqueue_post(struct ipc_port *port, struct ipc_kmsg *k);
/* Wake the first thread of a list for a message of port: it runs next when the
 * caller blocks, as in an RPC. */
static inline void
ipc_mqueue_wake_thread(struct list *waiting, struct ipc_port *port)
{
    struct thread *th = list_entry(waiting->next, struct thread,
                                   th_wait_link);

    port->ip_object.io_refs++;
    th->th_ipc_woken_for = port;
    thread_wakeup_handoff(th, KERN_SUCCESS);
}

/* The same in line: a request or an answer (no notice), mostly without receive
 * rights and to a port that is in no set, with a thread that waits. */
static inline void
ipc_mqueue_post_message(struct ipc_port *port, struct ipc_kmsg *k)
{
    struct list *waiting = &port->ip_object.io_receivers.wq_threads;

    if ((k->ikm_flags & IKM_RECEIVE) != 0 || !list_empty(&port->ip_links)
        || list_empty(waiting)) {
        ipc_mqueue_post(port, k);
        return;
    }
    list_push_back(&port->ip_messages, &k->ikm_link);
    port->ip_msgcount++;
    ipc_mqueue_wake_thread(waiting, port);
}

/* A send-once notification. */
void ipc_mqueue_post_sonce(struct ipc_port *port);
/* The stand-in for a port's first counted notification. */
struct ipc_kmsg *ipc_mqueue_stand_in(struct ipc_port *port);

/* The message that would be received now, or NULL.  For an object of either
 * kind; *from is the port that it is queued on. */
static inline struct ipc_kmsg *
ipc_mqueue_peek(struct ipc_object *object, struct ipc_port **from)
{
    struct ipc_port *port = (struct ipc_port *)(void *)object;
    struct list *l;

    if (object->io_type == IOT_PSET) {
        struct ipc_pset *set = (struct ipc_pset *)(void *)object;

        l = list_first(&set->ps_ready);
        if (l == NULL) {
            return NULL;
        }
        port = list_entry(l, struct ipc_link, il_ready_link)->il_port;
    } else if (port->ip_msgcount == 0) {
        return NULL;
    }
    *from = port;
    l = list_first(&port->ip_notices);
    if (l == NULL) {
        if (port->ip_sonce_notices > 0) {
            return ipc_mqueue_stand_in(port);
        }
        l = port->ip_messages.next;
    }
    return list_entry(l, struct ipc_kmsg, ikm_link);
}

/* Take what peek returned: it gets the port's sequence number.  In line: one
 * that is freed then (its link is left as it is), with nobody to be told. */
void ipc_mqueue_take(struct ipc_port *port, struct ipc_kmsg *k);
static inline void
ipc_mqueue_take_message(struct ipc_port *port, struct ipc_kmsg *k)
{
    if ((k->ikm_flags & IKM_SONCE) != 0 || !list_empty(&port->ip_links)
        || !list_empty(&port->ip_senders.wq_threads)
        || !list_empty(&port->ip_requests)) {
        ipc_mqueue_take(port, k);
        return;
    }
    list_take(&k->ikm_link);
    port->ip_msgcount--;
    port->ip_seqno++;
    if ((k->ikm_flags & IKM_SLOT) != 0) {
        k->ikm_flags &= ~IKM_SLOT;
        port->ip_slots--;
    }
}
/* A slot is not used any more (a message received, a reservation not used). */
void ipc_mqueue_release_slot(struct ipc_port *port);
/* There may be room: hand free slots to those who wait for one. */
void ipc_mqueue_room(struct ipc_port *port);
void ipc_mqueue_set_limit(struct ipc_port *port, uint32_t limit);
/* port, which may have messages, is in set now: wake receivers of the set. */
void ipc_mqueue_joined(struct ipc_pset *set, struct ipc_port *port);
/* Wake another receiver for port. */
void ipc_mqueue_wake(struct ipc_port *port);
/* A thread that was woken for a message of port (its th_ipc_woken_for, whose
 * reference is consumed; or NULL) has received one of taken, or none (NULL):
 * if it was another, somebody else is woken. */
static inline void
ipc_mqueue_pass_on(struct ipc_port *port, const struct ipc_port *taken)
{
    if (port != NULL) {
        if (port != taken && port->ip_msgcount > 0 && ip_active(port)) {
            ipc_mqueue_wake(port);
        }
        ip_release(port);
    }
}
/* The port has died or moved: all its waiters look again. */
void ipc_mqueue_changed(struct ipc_port *port);

/* th_ipc_wait: what the thread waits for; th_saved.ipc.object is the port or
 * set, with a reference. */
#define IPC_WAIT_NONE 0u
#define IPC_WAIT_RECEIVE 1u
#define IPC_WAIT_SEND 2u
#define IPC_WAIT_SLOT 3u /* woken, and owns a slot of the port's queue */
#define IPC_WAIT_LISTEN 4u /* in a synchronous receive */
#define IPC_WAIT_CALL 5u   /* for a receiver of a synchronous message */

#endif
