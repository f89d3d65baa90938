/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: queues, notifications, and the death of ports.
 */
#include "model.h"

/* What is done with each receive right that m carries. */
static void
each_receive(const struct m_message *m, void (*fn)(int port, int dest),
             int dest)
{
    unsigned i, j;

    for (i = 0; i < m->count; i++) {
        const struct m_part *p = &m->part[i];

        if (p->kind == MACH_MSG_OOL_DESCRIPTOR
            || p->type != MACH_MSG_TYPE_PORT_RECEIVE) {
            continue;
        }
        for (j = 0; j < p->count; j++) {
            if (p->ports[j] >= 0) {
                fn(p->ports[j], dest);
            }
        }
    }
}

static void
travel(int port, int dest)
{
    m_ports[port].place = M_IN_QUEUE;
    m_ports[port].transit = dest;
    m_touch(port);
}

static void
touch_carried(const struct m_message *m)
{
    unsigned i, j;

    if (m->reply.port >= 0) {
        m_touch(m->reply.port);
    }
    for (i = 0; i < m->count; i++) {
        for (j = 0; m->part[i].kind != MACH_MSG_OOL_DESCRIPTOR
                    && j < m->part[i].count; j++) {
            if (m->part[i].ports[j] >= 0) {
                m_touch(m->part[i].ports[j]);
            }
        }
    }
}

/* Notifications are received before requests. */
void
m_post(int port, const struct m_message *m)
{
    struct m_port *p = &m_ports[port];
    int n = m_message_new(m);

    each_receive(m, travel, port);
    touch_carried(m);
    m_push(m->notice ? &p->notices : &p->messages, n);
    m_announce(port, m->notice);
}

/* By the send-once right to port that was kept for it; receive_right: of this
 * port, or M_NONE. */
void
m_notify(int port, int id, uint32_t value, int receive_right)
{
    struct m_message m = {.id = id, .notice = true, .value = value,
                          .dest = {MACH_MSG_TYPE_PORT_SEND_ONCE, port},
                          .reply = {0, M_NONE}, .size = 36,
                          .sender = KERNEL_SECURITY_TOKEN_VAL0};

    if (port < 0) {
        return;
    }
    if (receive_right != M_NONE) {
        m.complex = true;
        m.size = 40;
        m.count = 1;
        m.part[0] = (struct m_part){.kind = MACH_MSG_PORT_DESCRIPTOR,
                                    .type = MACH_MSG_TYPE_PORT_RECEIVE,
                                    .count = 1};
        m.part[0].ports[0] = receive_right;
    }
    m_post(port, &m);
}

bool
m_peek(bool is_set, int object, struct m_message *m, int *from)
{
    const struct m_port *p;

    if (is_set) {
        if (m_sets[object].ready.n == 0) {
            return false;
        }
        object = m_sets[object].ready.at[0];
    }
    *from = object;
    p = &m_ports[object];
    if (p->notices.n > 0) {
        *m = m_messages[p->notices.at[0]];
    } else if (p->sonces > 0) {
        *m = (struct m_message){
            .id = MACH_NOTIFY_SEND_ONCE, .notice = true, .size = 24,
            .dest = {MACH_MSG_TYPE_PORT_SEND_ONCE, object},
            .reply = {0, M_NONE},
            .sender = KERNEL_SECURITY_TOKEN_VAL0};
    } else if (p->messages.n > 0) {
        *m = m_messages[p->messages.at[0]];
    } else {
        return false;
    }
    return true;
}

static void
dequeue_message(struct m_list *queue)
{
    int n = queue->at[0];

    touch_carried(&m_messages[n]);
    (void)m_remove(queue, n);
    m_message_free(n);
}

uint32_t
m_dequeue(int from)
{
    struct m_port *p = &m_ports[from];
    bool slot = false;

    if (p->notices.n > 0) {
        dequeue_message(&p->notices);
    } else if (p->sonces > 0) {
        p->sonces--;
    } else {
        slot = m_messages[p->messages.at[0]].slot;
        dequeue_message(&p->messages);
    }
    m_taken(from);
    if (slot) {
        m_room(from);
    }
    return p->seqno++;
}

/* Room in the queue is given to those who wait, in order; when nobody does,
 * who asked for a send-possible notification gets it. */
void
m_room(int port)
{
    struct m_port *p = &m_ports[port];
    unsigned i = 0;

    m_touch(port);
    while (p->alive && m_slots(port) < p->qlimit && p->senders.n > 0) {
        m_threads[p->senders.at[0]].has_slot = true;
        p->reserved++;
        m_wake(p->senders.at[0], KERN_SUCCESS);
    }
    if (!p->alive || m_slots(port) >= p->qlimit) {
        return;
    }
    while (i < p->request_count) {
        struct m_request q = p->requests[i];

        if (q.possible == M_NONE) {
            i++;
            continue;
        }
        p->requests[i].possible = M_NONE;
        if (q.dead == M_NONE) {
            m_request_tidy(port, q.task, q.name);
        } else {
            i++;
        }
        m_notify(q.possible, MACH_NOTIFY_SEND_POSSIBLE, q.name, M_NONE);
    }
}

void
m_set_limit(int port, uint32_t limit)
{
    m_ports[port].qlimit = limit;
    m_room(port);
}

void
m_slot_back(int port)
{
    m_ports[port].reserved--;
    m_room(port);
}

struct m_request *
m_request_find(int port, int task, mach_port_name_t name)
{
    struct m_port *p = &m_ports[port];
    unsigned i;

    for (i = 0; i < p->request_count; i++) {
        if (p->requests[i].task == task && p->requests[i].name == name) {
            return &p->requests[i];
        }
    }
    return NULL;
}

/* Forget it when nothing is asked for any more. */
void
m_request_tidy(int port, int task, mach_port_name_t name)
{
    struct m_port *p = &m_ports[port];
    struct m_request *q = m_request_find(port, task, name);

    if (q != NULL && q->dead == M_NONE && q->possible == M_NONE) {
        p->request_count--;
        memmove(q, q + 1, (p->request_count - (unsigned)(q - p->requests))
                              * sizeof(*q));
    }
}

/* The name goes: both are told that it was deleted. */
void
m_request_end(int port, int task, mach_port_name_t name)
{
    struct m_request *q = m_request_find(port, task, name);
    struct m_request was;

    if (q == NULL) {
        return;
    }
    was = *q;
    q->dead = q->possible = M_NONE;
    m_request_tidy(port, task, name);
    m_notify(was.dead, MACH_NOTIFY_PORT_DELETED, name, M_NONE);
    m_notify(was.possible, MACH_NOTIFY_PORT_DELETED, name, M_NONE);
}

void
m_send_gone(int port)
{
    struct m_port *p = &m_ports[port];
    int to = p->nsrequest;

    m_touch(port);
    if (p->alive && to != M_NONE && m_sends(port) == 0) {
        p->nsrequest = M_NONE;
        m_notify(to, MACH_NOTIFY_NO_SENDERS, p->mscount, M_NONE);
    }
}

void
m_sonce_gone(int port)
{
    struct m_port *p = &m_ports[port];

    m_touch(port);
    if (p->alive && p->place != M_IN_KERNEL) {
        p->sonces++;
        m_announce(port, true);
    }
}

/* The receive right leaves its space: its receivers look again, and what its
 * receiver had set is as in a new port. */
void
m_leave_space(int port)
{
    struct m_port *p = &m_ports[port];

    m_sets_leave(port);
    p->place = M_IN_HAND;
    p->task = M_NONE;
    p->name = 0;
    p->mscount = 0;
    p->seqno = 0;
    p->payload = 0;
    p->guarded = p->strict = false;
    m_touch(port);
    m_wake_all(&p->receivers);
}
