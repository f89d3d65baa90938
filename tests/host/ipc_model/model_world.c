/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: what there is, and how much of it.  Rights are counted by looking
 * at every place where one can be: names, messages, requests for
 * notifications, and the hand of the test.
 */
#include "model.h"

struct m_task m_tasks[M_TASKS];
struct m_thread m_threads[M_TASKS * M_THREADS];
struct m_port m_ports[M_PORTS];
struct m_set m_sets[M_SETS];
struct m_message m_messages[M_MESSAGES];
struct m_list m_live, m_dying, m_used_messages, m_ready, m_reaping;
struct m_carried m_hand = {0, M_NONE};
uint64_t m_now = 1;
kern_return_t m_shortage;

void
m_push(struct m_list *l, int x)
{
    CHECK(l->n < M_LIST);
    l->at[l->n++] = x;
}

void
m_push_front(struct m_list *l, int x)
{
    CHECK(l->n < M_LIST);
    memmove(&l->at[1], &l->at[0], l->n++ * sizeof(l->at[0]));
    l->at[0] = x;
}

bool
m_remove(struct m_list *l, int x)
{
    unsigned i;

    for (i = 0; i < l->n; i++) {
        if (l->at[i] == x) {
            l->n--;
            memmove(&l->at[i], &l->at[i + 1],
                    (l->n - i) * sizeof(l->at[0]));
            return true;
        }
    }
    return false;
}

bool
m_has(const struct m_list *l, int x)
{
    unsigned i;

    for (i = 0; i < l->n; i++) {
        if (l->at[i] == x) {
            return true;
        }
    }
    return false;
}

int
m_port_new(int task)
{
    struct m_port *p;
    int n = 0;

    while (m_ports[n].used) {
        n++;
        CHECK(n < M_PORTS);
    }
    p = &m_ports[n];
    memset(p, 0, sizeof(*p));
    p->used = p->alive = true;
    p->place = M_IN_HAND;
    p->task = task;
    p->transit = M_NONE;
    p->qlimit = M_QLIMIT;
    p->nsrequest = p->pdrequest = M_NONE;
    m_push(&m_live, n);
    return n;
}

int
m_set_new(int task, mach_port_name_t name)
{
    int n = 0;

    while (m_sets[n].used) {
        n++;
        CHECK(n < M_SETS);
    }
    memset(&m_sets[n], 0, sizeof(m_sets[n]));
    m_sets[n].used = true;
    m_sets[n].task = task;
    m_sets[n].name = name;
    return n;
}

int
m_message_new(const struct m_message *m)
{
    int n = 0;

    while (m_messages[n].used) {
        n++;
        CHECK(n < M_MESSAGES);
    }
    m_messages[n] = *m;
    m_messages[n].used = true;
    m_push(&m_used_messages, n);
    return n;
}

void
m_message_free(int m)
{
    m_messages[m].used = false;
    (void)m_remove(&m_used_messages, m);
}

static unsigned
in_message(const struct m_message *m, int port, mach_msg_type_name_t type)
{
    unsigned i, j, n = 0;

    n += m->dest.type == type && m->dest.port == port;
    n += m->reply.type == type && m->reply.port == port;
    for (i = 0; i < m->count; i++) {
        const struct m_part *p = &m->part[i];

        if (p->kind == MACH_MSG_OOL_DESCRIPTOR || p->type != type) {
            continue;
        }
        for (j = 0; j < p->count; j++) {
            n += p->ports[j] == port;
        }
    }
    return n;
}

static unsigned
in_messages(int port, mach_msg_type_name_t type)
{
    unsigned i, n = m_hand.type == type && m_hand.port == port;

    for (i = 0; i < m_used_messages.n; i++) {
        n += in_message(&m_messages[m_used_messages.at[i]], port, type);
    }
    return n;
}

static unsigned
in_names(int port, mach_port_type_t type)
{
    unsigned i, n = 0;
    int t;

    for (t = 0; t < M_TASKS; t++) {
        const struct m_task *m = &m_tasks[t];

        for (i = 0; i < m->names.n; i++) {
            const struct m_right *r = &m->right[m->names.at[i]];

            n += r->port == port && (r->type & type) != 0;
        }
    }
    return n;
}

/* Each notification asked for holds a send-once right. */
static unsigned
in_requests(int port)
{
    unsigned i, j, n = 0;

    for (i = 0; i < m_live.n; i++) {
        const struct m_port *p = &m_ports[m_live.at[i]];

        n += p->nsrequest == port;
        n += p->pdrequest == port;
        for (j = 0; j < p->request_count; j++) {
            n += p->requests[j].dead == port;
            n += p->requests[j].possible == port;
        }
    }
    for (i = 0; i < M_TASKS; i++) {
        n += m_tasks[i].limit_notice == port;
    }
    return n;
}

static unsigned
registered(int port)
{
    unsigned i, j, n = 0;

    for (i = 0; i < M_TASKS; i++) {
        for (j = 0; j < M_REGISTERED; j++) {
            n += m_tasks[i].registered[j] == port;
        }
    }
    return n;
}

unsigned
m_sends(int port)
{
    return in_names(port, MACH_PORT_TYPE_SEND)
           + in_messages(port, MACH_MSG_TYPE_PORT_SEND) + registered(port);
}

unsigned
m_sonces(int port)
{
    return in_names(port, MACH_PORT_TYPE_SEND_ONCE)
           + in_messages(port, MACH_MSG_TYPE_PORT_SEND_ONCE)
           + in_requests(port) + m_ports[port].sonces;
}

unsigned
m_slots(int port)
{
    const struct m_port *p = &m_ports[port];
    unsigned i, n = p->reserved;

    for (i = 0; i < p->messages.n; i++) {
        n += m_messages[p->messages.at[i]].slot;
    }
    return n;
}

unsigned
m_msgcount(int port)
{
    const struct m_port *p = &m_ports[port];

    return p->notices.n + p->messages.n + p->sonces;
}

bool
m_circular(int port, int dest)
{
    while (dest != port && m_ports[dest].place == M_IN_QUEUE) {
        dest = m_ports[dest].transit;
    }
    return dest == port;
}

/* By steps: no more than there are ports. */
bool
m_reachable(int port)
{
    unsigned n;

    for (n = 0; n < M_PORTS; n++) {
        if (m_ports[port].place != M_IN_QUEUE) {
            return m_ports[port].alive;
        }
        port = m_ports[port].transit;
    }
    return false;
}
