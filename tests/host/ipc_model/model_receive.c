/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: receiving.  What fails leaves the message where it is, for
 * others; one that is too large for the buffer is lost unless MACH_RCV_LARGE
 * says otherwise.
 */
#include "model.h"

static unsigned
trailer_size(mach_msg_option_t option)
{
    static const unsigned sizes[] = {8, 12, 20, 52, 64};

    return sizes[option >> 24 & 0xf];
}

static unsigned
rights_in(const struct m_message *m)
{
    unsigned i, j, n = m->reply.port >= 0 || m->reply.port == M_GONE;

    for (i = 0; i < m->count; i++) {
        const struct m_part *p = &m->part[i];

        if (p->kind == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
            n += p->count; /* null and dead ones as well */
        }
        for (j = 0; p->kind == MACH_MSG_PORT_DESCRIPTOR && j < p->count;
             j++) {
            n += p->ports[j] >= 0 || p->ports[j] == M_GONE;
        }
    }
    return n;
}

static kern_return_t
too_large(struct m_thread *th, struct m_message *m, int from)
{
    const struct m_call *c = &th->call;

    if (c->rcv_size >= sizeof(mach_msg_header_t)) {
        if (c->bad_buffer) {
            return MACH_RCV_INVALID_DATA;
        }
        th->got_stub = true;
        th->message_got = *m;
        th->got_local = m_ports[from].name;
    }
    if ((c->option & MACH_RCV_LARGE) == 0) {
        (void)m_dequeue(from);
        m_discard(m);
    }
    return MACH_RCV_TOO_LARGE;
}

/* Nothing fails any more. */
static void
take(int thread, struct m_message *m, int from)
{
    struct m_thread *th = &m_threads[thread];
    int task = M_THREAD_TASK(thread);
    unsigned i, j;

    th->got = true;
    th->from = from;
    th->message_got = *m;
    th->got_payload = m_ports[from].payload;
    th->got_local = m_ports[from].name;
    th->got_seqno = m_dequeue(from);
    for (i = 0; i < m->count; i++) {
        const struct m_part *p = &m->part[i];

        for (j = 0; p->kind != MACH_MSG_OOL_DESCRIPTOR && j < p->count;
             j++) {
            th->got_names[i][j] =
                m_copyout(task, (struct m_carried){p->type, p->ports[j]});
        }
    }
    th->got_remote = m_copyout(task, m->reply);
    if (m->dest.type == MACH_MSG_TYPE_PORT_SEND) {
        m_send_gone(from);
    }
}

static kern_return_t
deliver(int thread, struct m_message *m, int from)
{
    struct m_thread *th = &m_threads[thread];
    const struct m_call *c = &th->call;

    if (m->size + trailer_size(c->option) > c->rcv_size) {
        return too_large(th, m, from);
    }
    if (c->bad_buffer) {
        return MACH_RCV_INVALID_DATA;
    }
    if (m_shortage != 0
        || !m_reserve(M_THREAD_TASK(thread), rights_in(m))) {
        return MACH_RCV_BODY_ERROR;
    }
    take(thread, m, from);
    return MACH_MSG_SUCCESS;
}

kern_return_t
m_msg_receive(int thread)
{
    struct m_thread *th = &m_threads[thread];
    const struct m_call *c = &th->call;
    const struct m_right *r = m_find(M_THREAD_TASK(thread), c->rcv_name);
    struct m_message m;
    bool is_set;
    int from, object;

    if ((c->option >> 24 & 0xf) > MACH_RCV_TRAILER_CTX
        || c->option >> 28 != 0) {
        return MACH_RCV_INVALID_TRAILER;
    }
    if (r == NULL
        || (r->type & (MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET))
               == 0) {
        return MACH_RCV_INVALID_NAME;
    }
    is_set = r->type == MACH_PORT_TYPE_PORT_SET;
    object = r->port;
    if (!m_peek(is_set, object, &m, &from)) {
        if ((c->option & MACH_RCV_TIMEOUT) != 0 && c->timeout == 0) {
            return MACH_RCV_TIMED_OUT;
        }
        return m_wait(thread, M_WAITS_RECEIVE, is_set, object);
    }
    return deliver(thread, &m, from);
}
