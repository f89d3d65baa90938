/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: how ports end, and what they take with them.
 */
#include "model.h"

static void
forget(int *port, int dead, int now)
{
    if (*port == dead) {
        *port = now;
    }
}

/* Every right to the port, wherever it is, is one to a dead port. */
static void
rights_die(int port)
{
    unsigned i, j, k;
    int t;

    forget(&m_hand.port, port, M_GONE);
    for (i = 0; i < m_used_messages.n; i++) {
        struct m_message *m = &m_messages[m_used_messages.at[i]];

        forget(&m->dest.port, port, M_GONE);
        forget(&m->reply.port, port, M_GONE);
        for (j = 0; j < m->count; j++) {
            for (k = 0; k < M_ARRAY; k++) {
                forget(&m->part[j].ports[k], port, M_GONE);
            }
        }
    }
    for (i = 0; i < m_live.n; i++) {
        struct m_port *p = &m_ports[m_live.at[i]];

        forget(&p->nsrequest, port, M_DEAD);
        forget(&p->pdrequest, port, M_DEAD);
        for (j = 0; j < p->request_count; j++) {
            forget(&p->requests[j].dead, port, M_DEAD);
            forget(&p->requests[j].possible, port, M_DEAD);
        }
    }
    for (t = 0; t < M_TASKS; t++) {
        struct m_task *m = &m_tasks[t];

        forget(&m->limit_notice, port, M_DEAD);
        for (i = 0; i < M_REGISTERED; i++) {
            forget(&m->registered[i], port, M_DEAD);
        }
        for (i = 0; i < m->names.n; i++) {
            struct m_right *r = &m->right[m->names.at[i]];

            if (r->port == port
                && (r->type
                    & (MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_SEND_ONCE))
                       != 0) {
                r->type = MACH_PORT_TYPE_DEAD_NAME;
                r->port = M_DEAD;
                m_touch_name(t, r->name);
            }
        }
    }
}

/* Who asked is told, in order, a dead name that it has; each dead-name
 * notification brings a user reference. */
static void
tell(const struct m_request *requests, unsigned count)
{
    unsigned i, j;

    for (i = 0; i < count; i++) {
        const struct m_request *q = &requests[i];
        int to[2] = {q->dead, q->possible};

        for (j = 0; j < 2; j++) {
            struct m_right *r = m_find(q->task, q->name);

            if (to[j] == M_NONE) {
                continue;
            }
            r->urefs += r->urefs < M_UREFS_MAX;
            m_notify(to[j], MACH_NOTIFY_DEAD_NAME, q->name, M_NONE);
        }
    }
}

void
m_dispose(int port)
{
    struct m_port *p = &m_ports[port];
    int ns = p->nsrequest;

    p->alive = false;
    p->place = M_IN_HAND;
    m_object_dies(false, port);
    m_wake_all(&p->receivers);
    m_wake_all(&p->senders);
    (void)m_remove(&m_live, port);
    m_push(&m_dying, port);
    p->nsrequest = M_NONE;
    rights_die(port);
    if (ns >= 0) {
        m_sonce_gone(ns);
    }
    tell(p->requests, p->request_count);
    p->request_count = 0;
}

/* Unless somebody has asked to be given it instead. */
void
m_receive_gone(int port)
{
    struct m_port *p = &m_ports[port];
    int to = p->pdrequest;

    if (p->place == M_IN_SPACE) {
        m_leave_space(port);
    }
    p->place = M_IN_HAND;
    p->pdrequest = M_NONE;
    m_touch(port);
    if (to >= 0 && !m_circular(port, to)) {
        m_touch(to);
        m_notify(to, MACH_NOTIFY_PORT_DESTROYED, 0, port);
        return;
    }
    if (to >= 0) {
        m_sonce_gone(to);
    }
    m_dispose(port);
}

void
m_drop(struct m_carried c)
{
    if (c.type == 0 || c.port < 0) {
        return;
    }
    m_touch(c.port);
    if (c.type == MACH_MSG_TYPE_PORT_RECEIVE) {
        m_ports[c.port].place = M_IN_HAND;
        m_receive_gone(c.port);
    } else if (c.type == MACH_MSG_TYPE_PORT_SEND) {
        m_send_gone(c.port);
    } else {
        m_sonce_gone(c.port);
    }
}

/* A message that nobody gets: its rights go one after the other.  (It is
 * counted as long as it has some: it stays in its place until the end.) */
void
m_discard(struct m_message *m)
{
    int n = m_message_new(m);
    struct m_message *at = &m_messages[n];
    struct m_carried c = at->dest;
    unsigned i, j;

    at->dest = (struct m_carried){0, M_NONE};
    if (c.port >= 0) {
        m_touch(c.port);
    }
    if (!at->notice) {
        m_drop(c);
    }
    c = at->reply;
    at->reply = (struct m_carried){0, M_NONE};
    m_drop(c);
    for (i = 0; i < at->count; i++) {
        for (j = 0; j < at->part[i].count
                    && at->part[i].kind != MACH_MSG_OOL_DESCRIPTOR; j++) {
            c = (struct m_carried){at->part[i].type, at->part[i].ports[j]};
            at->part[i].ports[j] = M_NONE;
            m_drop(c);
        }
    }
    m_message_free(n);
}

/* The messages of dead ports, in the order of their deaths. */
static void
settle(void)
{
    while (m_dying.n > 0) {
        int port = m_dying.at[0];
        struct m_port *p = &m_ports[port];
        struct m_list *queues[2] = {&p->notices, &p->messages};
        unsigned i;

        p->sonces = 0;
        for (i = 0; i < 2; i++) {
            while (queues[i]->n > 0) {
                int n = queues[i]->at[0];
                struct m_message m = m_messages[n];

                (void)m_remove(queues[i], n);
                m_message_free(n);
                m_discard(&m);
            }
        }
        p->used = false;
        (void)m_remove(&m_dying, port);
    }
}

/* A step of emptying a dead task: 16 names in the order of their indices, or as
 * many as 512 indices hold. */
static void
empty_some(int task)
{
    struct m_task *t = &m_tasks[task];
    unsigned n = 0, seen = 0;

    while (t->names.n > 0 && n < 16 && seen++ < 512) {
        struct m_right *r;

        if (t->reap_next == t->filled) {
            t->reap_next = M_FIRST;
        }
        r = &t->right[t->reap_next++];
        if (r->type != 0) {
            m_destroy(task, r);
            n++;
        }
    }
    if (t->names.n == 0) {
        (void)m_remove(&m_reaping, task);
    }
}

void
m_reap(void)
{
    settle();
    while (m_reaping.n > 0) {
        empty_some(m_reaping.at[0]);
        settle();
    }
}
