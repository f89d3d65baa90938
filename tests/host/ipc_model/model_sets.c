/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: port sets, and who is woken when a message has come.
 *
 * A set shows its members with messages in turn: one that gets a message goes
 * to the end of the line, or to its head when that is a notification; one of
 * which a message is taken goes to the end, unless it has another
 * notification.
 */
#include "model.h"

void
m_set_add(int set, int port)
{
    struct m_set *s = &m_sets[set];
    unsigned n;

    m_push(&s->ports, port);
    m_push(&m_ports[port].sets, set);
    m_touch(port);
    if (m_msgcount(port) > 0) {
        m_push(&s->ready, port);
        for (n = m_msgcount(port); n > 0; n--) {
            (void)m_wake_first(&s->receivers, port);
        }
    }
}

void
m_set_remove(int set, int port)
{
    CHECK(m_remove(&m_sets[set].ports, port));
    CHECK(m_remove(&m_ports[port].sets, set));
    (void)m_remove(&m_sets[set].ready, port);
    m_touch(port);
}

void
m_sets_leave(int port)
{
    while (m_ports[port].sets.n > 0) {
        m_set_remove(m_ports[port].sets.at[0], port);
    }
}

void
m_set_end(int set)
{
    struct m_set *s = &m_sets[set];

    m_object_dies(true, set);
    m_wake_all(&s->receivers);
    while (s->ports.n > 0) {
        m_set_remove(set, s->ports.at[0]);
    }
    s->used = false;
}

/* Its own receivers first, then those of its sets, in order of joining. */
static void
wake_receiver(int port)
{
    struct m_port *p = &m_ports[port];
    unsigned i;

    if (m_wake_first(&p->receivers, port)) {
        return;
    }
    for (i = 0; i < p->sets.n; i++) {
        if (m_wake_first(&m_sets[p->sets.at[i]].receivers, port)) {
            return;
        }
    }
}

void
m_announce(int port, bool notice)
{
    struct m_port *p = &m_ports[port];
    unsigned i;

    m_touch(port);
    for (i = 0; i < p->sets.n; i++) {
        struct m_set *s = &m_sets[p->sets.at[i]];

        if (notice) {
            (void)m_remove(&s->ready, port);
            m_push_front(&s->ready, port);
        } else if (!m_has(&s->ready, port)) {
            m_push(&s->ready, port);
        }
    }
    wake_receiver(port);
}

void
m_taken(int port)
{
    struct m_port *p = &m_ports[port];
    unsigned i;

    m_touch(port);
    if (p->notices.n > 0 || p->sonces > 0) {
        return;
    }
    for (i = 0; i < p->sets.n; i++) {
        struct m_set *s = &m_sets[p->sets.at[i]];

        (void)m_remove(&s->ready, port);
        if (m_msgcount(port) > 0) {
            m_push(&s->ready, port);
        }
    }
}

/* Its message is there for somebody else. */
void
m_pass_on(int port)
{
    if (port != M_NONE && m_msgcount(port) > 0) {
        wake_receiver(port);
    }
}
