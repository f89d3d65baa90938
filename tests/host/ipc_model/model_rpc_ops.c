/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: RPCs as servers and clients make them, which is what the
 * fast path of mach_msg is for.  The specification knows of no such path: who
 * waits has been woken, and runs first.
 */
#include "model.h"

static bool
waited_for(const struct m_port *p)
{
    unsigned i;

    for (i = 0; i < p->sets.n; i++) {
        if (m_sets[p->sets.at[i]].receivers.n > 0) {
            return true;
        }
    }
    return p->receivers.n > 0;
}

/* A set, or a port (mostly in none), without messages. */
static bool
silent(const struct m_right *r)
{
    return r->type == MACH_PORT_TYPE_PORT_SET
               ? m_sets[r->port].ready.n == 0 && m_sets[r->port].ports.n > 0
               : m_msgcount(r->port) == 0
                     && (m_ports[r->port].sets.n == 0 || m_chance(4));
}

/* A name of the task for a right of one of these types, to a port where
 * somebody waits, or to one (or a set) without messages; or none. */
static mach_port_name_t
name_that(int t, mach_port_type_t type, bool waits)
{
    const struct m_task *m = &m_tasks[t];
    unsigned at = m->names.n == 0 ? 0 : m_random(m->names.n), i;

    for (i = 0; i < m->names.n; i++) {
        const struct m_right *r =
            &m->right[m->names.at[(at + i) % m->names.n]];

        if ((r->type & type) != 0
            && (waits ? r->port >= 0 && waited_for(&m_ports[r->port])
                      : silent(r))) {
            return r->name;
        }
    }
    return MACH_PORT_NULL;
}

static struct m_call *
begin(int thread, bool send)
{
    struct m_call *c = &m_threads[thread].call;

    m_call_begin(thread, send, true);
    c->option = MACH_RCV_MSG | (send ? MACH_SEND_MSG : 0)
                | MACH_RCV_TRAILER_ELEMENTS(m_random(5))
                | (m_chance(4) ? MACH_RCV_INTERRUPT : 0)
                | (m_chance(4) ? MACH_SEND_INTERRUPT : 0)
                | (m_chance(2) ? MACH_RCV_LARGE : 0);
    c->rcv_size = m_chance(8) ? 24 + 4 * m_random(24) : 1024;
    c->head.msgh_id = 6000 + (int)m_random(1000);
    return c;
}

static void
make(int thread, struct m_call *c, mach_port_name_t from)
{
    struct m_thread *th = &m_threads[thread];
    bool send = (c->option & MACH_SEND_MSG) != 0;
    bool two = send || m_chance(2);

    c->rcv_name = from;
    if (send) {
        m_write_message(thread, false);
    }
    c->option |= two ? MACH_RCV_OVERWRITE : 0;
    c->bad_buffer = m_chance(32);
    m_trap(thread, two ? th->message : c->bad_buffer ? th->rigid : th->buffer,
           c->bad_buffer ? th->rigid : th->buffer);
}

/* A client: a request with a reply port, whose message it waits for. */
static void
call(int t, int thread, mach_port_name_t to)
{
    struct m_call *c = begin(thread, true);
    mach_port_name_t reply = name_that(t, MACH_PORT_TYPE_RECEIVE, false);

    c->head.msgh_remote_port = to;
    c->head.msgh_local_port = reply;
    c->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                       MACH_MSG_TYPE_MAKE_SEND_ONCE);
    make(thread, c,
         m_chance(8) ? m_some_name_of(t, MACH_PORT_TYPE_PORT_SET) : reply);
}

/* Mostly something that has no message. */
static mach_port_name_t
receive_from(int t)
{
    mach_port_name_t name = MACH_PORT_NULL;

    if (!m_chance(16)) {
        name = name_that(t, m_chance(2) ? MACH_PORT_TYPE_RECEIVE
                                        : MACH_PORT_TYPE_PORT_SET,
                         false);
    }
    return name != MACH_PORT_NULL
               ? name
               : m_some_name_of(t, MACH_PORT_TYPE_RECEIVE
                                       | MACH_PORT_TYPE_PORT_SET);
}

/* A server: an answer, and it waits for the next. */
static void
answer(int t, int thread, mach_port_name_t to)
{
    struct m_call *c = begin(thread, true);

    c->head.msgh_remote_port = to;
    c->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
    make(thread, c, receive_from(t));
}

/* Something to say to one who waits? */
static bool
speak(int t)
{
    int thread = m_idle_thread(t);
    mach_port_name_t to;

    if (thread == M_NONE) {
        return false;
    }
    to = name_that(t, MACH_PORT_TYPE_SEND_ONCE, true);
    if (to != MACH_PORT_NULL) {
        answer(t, thread, to);
        return true;
    }
    to = name_that(t, MACH_PORT_TYPE_SEND, true);
    if (to != MACH_PORT_NULL) {
        call(t, thread, to);
    }
    return to != MACH_PORT_NULL;
}

static void
op_talk(int t)
{
    int i;

    for (i = 0; i < M_TASKS; i++) {
        if (speak((t + i) % M_TASKS)) {
            return;
        }
    }
}

/* A server, without anything to answer. */
static void
op_listen(int t)
{
    int thread = m_idle_thread(t);

    if (thread != M_NONE) {
        make(thread, begin(thread, false), receive_from(t));
    }
}

const struct m_op m_rpc_ops[] = {
    {op_talk, 120, true},
    {op_listen, 30, true},
    {NULL, 0, false},
};
