/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: ports, queues, notifications.
 */
#include "model.h"

struct m_task m_tasks[M_TASKS];
struct m_port *m_ports[M_PORTS];
int m_port_count;
int m_live[M_LIVE];
int m_live_count;

static int dying[M_LIVE]; /* dead, with messages left */
static int dying_count;

int
m_port_new(int task, struct ipc_port *kernel)
{
    int n = m_port_count++;
    struct m_port *p = calloc(1, sizeof(*p));

    CHECK(n < M_PORTS && m_live_count < M_LIVE);
    p->alive = true;
    p->notices = calloc(M_QUEUE, sizeof(*p->notices));
    p->messages = calloc(M_QUEUE, sizeof(*p->messages));
    p->task = task;
    p->transit = M_NULL;
    p->kernel = kernel;
    p->qlimit = MACH_PORT_QLIMIT_DEFAULT;
    p->nsrequest = p->pdrequest = M_NULL;
    m_ports[n] = p;
    m_live[m_live_count++] = n;
    return n;
}

static unsigned
carried(const struct m_msg *m, int port, mach_msg_type_name_t type)
{
    unsigned i, n = 0;

    n += m->dest.type == type && m->dest.port == port;
    n += m->reply.type == type && m->reply.port == port;
    for (i = 0; i < m->count; i++) {
        n += m->desc[i].type == type && m->desc[i].port == port;
    }
    return n;
}

/* Rights in the queues of live and of dying ports. */
static unsigned
in_queues(int port, mach_msg_type_name_t type)
{
    unsigned n = 0, j;
    int i;

    for (i = 0; i < m_live_count + dying_count; i++) {
        const struct m_port *p =
            m_ports[i < m_live_count ? m_live[i] : dying[i - m_live_count]];

        for (j = 0; j < p->notice_count; j++) {
            n += carried(&p->notices[j], port, type);
        }
        for (j = 0; j < p->message_count; j++) {
            n += carried(&p->messages[j], port, type);
        }
    }
    return n;
}

static unsigned
in_spaces(int port, mach_port_type_t type)
{
    unsigned n = 0, j;
    int t;

    for (t = 0; t < M_TASKS; t++) {
        for (j = 0; j < m_tasks[t].count; j++) {
            const struct m_right *r = &m_tasks[t].rights[j];

            n += r->port == port && (r->type & type) != 0;
        }
    }
    return n;
}

unsigned
m_sends(int port)
{
    return in_spaces(port, MACH_PORT_TYPE_SEND)
           + in_queues(port, MACH_MSG_TYPE_PORT_SEND);
}

static void
count_one(const struct m_carried *c, unsigned *sends, unsigned *sonces)
{
    if (c->port >= 0 && c->type == MACH_MSG_TYPE_PORT_SEND) {
        sends[c->port]++;
    } else if (c->port >= 0 && c->type == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        sonces[c->port]++;
    }
}

static void
count_queue(const struct m_msg *m, unsigned n, unsigned *sends,
            unsigned *sonces)
{
    for (; n-- > 0; m++) {
        unsigned i;

        count_one(&m->dest, sends, sonces);
        count_one(&m->reply, sends, sonces);
        for (i = 0; i < m->count; i++) {
            count_one(&m->desc[i], sends, sonces);
        }
    }
}

static void
count_asked(int port, unsigned *sonces)
{
    if (port != M_NULL) {
        sonces[port]++;
    }
}

void
m_count_all(unsigned *sends, unsigned *sonces)
{
    unsigned j;
    int i;

    memset(sends, 0, (unsigned)m_port_count * sizeof(*sends));
    memset(sonces, 0, (unsigned)m_port_count * sizeof(*sonces));
    for (i = 0; i < M_TASKS; i++) {
        for (j = 0; j < m_tasks[i].count; j++) {
            const struct m_right *r = &m_tasks[i].rights[j];

            if ((r->type & MACH_PORT_TYPE_SEND) != 0) {
                sends[r->port]++;
            } else if (r->type == MACH_PORT_TYPE_SEND_ONCE) {
                sonces[r->port]++;
            }
        }
    }
    for (i = 0; i < m_live_count; i++) {
        const struct m_port *p = m_ports[m_live[i]];

        count_queue(p->notices, p->notice_count, sends, sonces);
        count_queue(p->messages, p->message_count, sends, sonces);
        sonces[m_live[i]] += p->sonce_count;
        count_asked(p->nsrequest, sonces);
        count_asked(p->pdrequest, sonces);
        for (j = 0; j < p->request_count; j++) {
            count_asked(p->requests[j].dead, sonces);
            count_asked(p->requests[j].possible, sonces);
        }
    }
}

unsigned
m_slots(int port)
{
    const struct m_port *p = m_ports[port];
    unsigned i, n = 0;

    for (i = 0; i < p->message_count; i++) {
        n += p->messages[i].dest.type == MACH_MSG_TYPE_PORT_SEND;
    }
    return n;
}

static unsigned
msgcount(const struct m_port *p)
{
    return p->notice_count + p->message_count + p->sonce_count;
}

/* All sets that a port is in: of its receiver's task. */
static void
each_set(int port, void (*fn)(struct m_set *s, int port, bool notice),
         bool notice)
{
    int t = m_ports[port]->task, i;
    unsigned j;

    for (i = 0; t >= 0 && i < M_SETS; i++) {
        struct m_set *s = &m_tasks[t].sets[i];

        for (j = 0; s->used && j < s->port_count; j++) {
            if (s->ports[j] == port) {
                fn(s, port, notice);
                break;
            }
        }
    }
}

static int
ready_remove(struct m_set *s, int port)
{
    unsigned i;

    for (i = 0; i < s->ready_count; i++) {
        if (s->ready[i] == port) {
            s->ready_count--;
            memmove(&s->ready[i], &s->ready[i + 1],
                    (s->ready_count - i) * sizeof(s->ready[0]));
            return 1;
        }
    }
    return 0;
}

static void
set_announce(struct m_set *s, int port, bool notice)
{
    int was = ready_remove(s, port);

    if (notice) {
        memmove(&s->ready[1], &s->ready[0],
                s->ready_count * sizeof(s->ready[0]));
        s->ready[0] = port;
        s->ready_count++;
    } else if (!was) {
        s->ready[s->ready_count++] = port;
    }
}

/* A request behind others leaves the order as it was. */
static void
set_announce_request(struct m_set *s, int port, bool notice)
{
    unsigned i;

    (void)notice;
    for (i = 0; i < s->ready_count; i++) {
        if (s->ready[i] == port) {
            return;
        }
    }
    set_announce(s, port, false);
}

static void
set_taken(struct m_set *s, int port, bool left)
{
    (void)ready_remove(s, port);
    if (left) {
        s->ready[s->ready_count++] = port;
    }
}

void
m_set_remove(struct m_set *s, int port)
{
    unsigned i;

    (void)ready_remove(s, port);
    for (i = 0; i < s->port_count; i++) {
        if (s->ports[i] == port) {
            s->ports[i] = s->ports[--s->port_count];
            return;
        }
    }
}

static void
set_remove_fn(struct m_set *s, int port, bool unused)
{
    (void)unused;
    m_set_remove(s, port);
}

int
m_find_set(int task)
{
    int i;

    for (i = 0; i < M_SETS; i++) {
        if (!m_tasks[task].sets[i].used) {
            memset(&m_tasks[task].sets[i], 0, sizeof(m_tasks[task].sets[i]));
            m_tasks[task].sets[i].used = true;
            return i;
        }
    }
    CHECK(false);
    return -1;
}

void
m_post(int port, const struct m_msg *msg)
{
    struct m_port *p = m_ports[port];
    unsigned i;

    CHECK(p->notice_count < M_QUEUE && p->message_count < M_QUEUE);
    if (msg->notice) {
        p->notices[p->notice_count++] = *msg;
        each_set(port, set_announce, true);
    } else {
        p->messages[p->message_count++] = *msg;
        each_set(port, set_announce_request, false);
    }
    for (i = 0; i < msg->count; i++) {
        if (msg->desc[i].type == MACH_MSG_TYPE_PORT_RECEIVE
            && msg->desc[i].port >= 0) {
            m_ports[msg->desc[i].port]->transit = port;
        }
    }
}

/* A notification through the send-once right to port. */
static void
notify(int port, int id, uint32_t value, int receive_right)
{
    struct m_msg m = {.id = id, .notice = true, .value = value,
                      .dest = {MACH_MSG_TYPE_PORT_SEND_ONCE, port},
                      .sender = KERNEL_SECURITY_TOKEN_VAL0};

    if (receive_right != M_NULL) {
        m.count = 1;
        m.desc[0] = (struct m_carried){MACH_MSG_TYPE_PORT_RECEIVE,
                                       receive_right};
    }
    if (m_ports[port]->alive) {
        m_post(port, &m);
    }
}

void
m_send_gone(int port)
{
    struct m_port *p = m_ports[port];
    int to = p->nsrequest;

    if (p->alive && to != M_NULL && m_sends(port) == 0) {
        p->nsrequest = M_NULL;
        notify(to, MACH_NOTIFY_NO_SENDERS, p->mscount, M_NULL);
    }
}

void
m_sonce_gone(int port)
{
    struct m_port *p = m_ports[port];

    if (p->alive) {
        p->sonce_count++;
        each_set(port, set_announce, true);
    }
}

void
m_leave_space(int port)
{
    struct m_port *p = m_ports[port];

    each_set(port, set_remove_fn, false);
    p->task = M_NULL;
    p->mscount = 0;
    p->seqno = 0;
}

bool
m_circular(int port, int dest)
{
    while (dest != port && dest != M_NULL) {
        dest = m_ports[dest]->transit;
    }
    return dest == port;
}

/* Every right to the port is dead; who asked is told, in order. */
static void
dead_names(int port)
{
    struct m_port *p = m_ports[port];
    unsigned i, j;
    int t;

    for (t = 0; t < M_TASKS; t++) {
        for (j = 0; j < m_tasks[t].count; j++) {
            struct m_right *r = &m_tasks[t].rights[j];

            if (r->port == port
                && (r->type & (MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_SEND_ONCE))
                       != 0) {
                r->type = MACH_PORT_TYPE_DEAD_NAME;
                r->port = M_DEAD;
            }
        }
    }
    for (i = 0; i < p->request_count; i++) {
        struct m_request q = p->requests[i];
        struct m_right *r = m_find(q.task, q.name);

        if (q.dead != M_NULL) {
            r->urefs += r->urefs < MACH_PORT_UREFS_MAX;
            notify(q.dead, MACH_NOTIFY_DEAD_NAME, q.name, M_NULL);
        }
        if (q.possible != M_NULL) {
            r->urefs += r->urefs < MACH_PORT_UREFS_MAX;
            notify(q.possible, MACH_NOTIFY_DEAD_NAME, q.name, M_NULL);
        }
    }
    p->request_count = 0;
}

static void
die(int port)
{
    struct m_port *p = m_ports[port];
    int i, ns = p->nsrequest;

    p->alive = false;
    p->nsrequest = M_NULL;
    for (i = 0; m_live[i] != port; i++) {
    }
    m_live[i] = m_live[--m_live_count];
    dying[dying_count++] = port;
    if (ns != M_NULL) {
        m_sonce_gone(ns);
    }
    dead_names(port);
}

void
m_receive_gone(int port)
{
    struct m_port *p = m_ports[port];
    int to = p->pdrequest;

    p->transit = M_NULL;
    m_leave_space(port);
    p->pdrequest = M_NULL;
    if (to != M_NULL && m_ports[to]->alive && !m_circular(port, to)) {
        notify(to, MACH_NOTIFY_PORT_DESTROYED, 0, port);
        return;
    }
    if (to != M_NULL) {
        m_sonce_gone(to);
    }
    die(port);
}

static void
drop(struct m_carried *c)
{
    struct m_carried was = *c;

    c->type = 0;
    c->port = M_NULL;
    if (was.type == 0 || was.port < 0 || !m_ports[was.port]->alive) {
        return;
    }
    if (was.type == MACH_MSG_TYPE_PORT_RECEIVE) {
        m_receive_gone(was.port);
    } else if (was.type == MACH_MSG_TYPE_PORT_SEND) {
        m_send_gone(was.port);
    } else {
        m_sonce_gone(was.port);
    }
}

/* The reply right first, then what the body carries. */
static void
destroy(struct m_msg *m)
{
    unsigned i;

    m->dest.type = 0;
    drop(&m->reply);
    for (i = 0; i < m->count; i++) {
        drop(&m->desc[i]);
    }
}

/* Dead ports in the order of their deaths, each from its first message. */
void
m_settle(void)
{
    while (dying_count > 0) {
        struct m_port *p = m_ports[dying[0]];
        unsigned i;

        for (i = 0; i < p->notice_count; i++) {
            destroy(&p->notices[i]);
        }
        for (i = 0; i < p->message_count; i++) {
            destroy(&p->messages[i]);
        }
        p->notice_count = p->message_count = p->sonce_count = 0;
        free(p->notices);
        free(p->messages);
        p->notices = p->messages = NULL;
        dying_count--;
        memmove(&dying[0], &dying[1],
                (unsigned)dying_count * sizeof(dying[0]));
    }
}

void
m_forget_all(void)
{
    int i;

    CHECK_EQ(m_live_count, 0);
    for (i = 0; i < m_port_count; i++) {
        free(m_ports[i]);
        m_ports[i] = NULL;
    }
    m_port_count = 0;
}

bool
m_peek(int task, const struct m_right *r, struct m_msg *msg, int *from)
{
    const struct m_port *p;

    *from = r->port;
    if (r->type == MACH_PORT_TYPE_PORT_SET) {
        const struct m_set *s = &m_tasks[task].sets[r->port];

        if (s->ready_count == 0) {
            return false;
        }
        *from = s->ready[0];
    }
    p = m_ports[*from];
    if (p->notice_count > 0) {
        *msg = p->notices[0];
    } else if (p->sonce_count > 0) {
        *msg = (struct m_msg){.id = MACH_NOTIFY_SEND_ONCE, .notice = true,
                              .dest = {MACH_MSG_TYPE_PORT_SEND_ONCE, *from},
                              .sender = KERNEL_SECURITY_TOKEN_VAL0};
    } else if (p->message_count > 0) {
        *msg = p->messages[0];
    } else {
        return false;
    }
    return true;
}

void
m_room(int port)
{
    struct m_port *p = m_ports[port];
    unsigned i = 0;

    if (m_slots(port) >= p->qlimit) {
        return;
    }
    while (i < p->request_count) {
        struct m_request *q = &p->requests[i];
        int to = q->possible;
        mach_port_name_t name = q->name;

        i++;
        if (to == M_NULL) {
            continue;
        }
        q->possible = M_NULL;
        if (q->dead == M_NULL) {
            i--;
            p->request_count--;
            memmove(&p->requests[i], &p->requests[i + 1],
                    (p->request_count - i) * sizeof(*q));
        }
        notify(to, MACH_NOTIFY_SEND_POSSIBLE, name, M_NULL);
    }
}

uint32_t
m_take(int from)
{
    struct m_port *p = m_ports[from];
    bool slot = false;

    if (p->notice_count > 0) {
        p->notice_count--;
        memmove(&p->notices[0], &p->notices[1],
                p->notice_count * sizeof(p->notices[0]));
    } else if (p->sonce_count > 0) {
        p->sonce_count--;
    } else {
        slot = p->messages[0].dest.type == MACH_MSG_TYPE_PORT_SEND;
        p->message_count--;
        memmove(&p->messages[0], &p->messages[1],
                p->message_count * sizeof(p->messages[0]));
    }
    if (p->notice_count == 0 && p->sonce_count == 0) {
        each_set(from, set_taken, msgcount(p) > 0);
    }
    if (slot) {
        m_room(from);
    }
    return p->seqno++;
}
