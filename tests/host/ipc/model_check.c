/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: is what the kernel has what the model says?  Looks at the
 * kernel's structures without changing them.
 */
#include "model.h"

static void
check_right(int task, const struct m_right *r)
{
    struct ipc_entry *e = ipc_entry_lookup(m_tasks[task].task->space,
                                           r->name);
    mach_port_type_t type;

    CHECK(e != NULL);
    type = ie_type(e);
    /* The kernel finds out that a right has died when it is used next. */
    if ((type == MACH_PORT_TYPE_SEND || type == MACH_PORT_TYPE_SEND_ONCE)
        && !ip_active(e->ie_port)) {
        type = MACH_PORT_TYPE_DEAD_NAME;
    }
    CHECK_EQ(type, r->type);
    CHECK_EQ(ie_urefs(e), r->urefs);
    CHECK_EQ(e->ie_bits & IE_CLAIMED, 0);
    if ((type & (MACH_PORT_TYPE_SEND_RECEIVE | MACH_PORT_TYPE_SEND_ONCE))
        != 0) {
        CHECK(e->ie_port == m_ports[r->port]->kernel);
        CHECK_EQ(e->ie_request != NULL,
                 m_request_find(r->port, task, r->name) != NULL);
    }
    if (type == MACH_PORT_TYPE_SEND) {
        CHECK(ipc_hash_lookup(m_tasks[task].task->space, e->ie_port) == e);
    }
}

static unsigned sends[M_PORTS], sonces[M_PORTS];

static void
check_port(int port)
{
    const struct m_port *p = m_ports[port];
    const struct ipc_port *k = p->kernel;

    CHECK(ip_active(k));
    CHECK_EQ(k->ip_srights, sends[port]);
    CHECK_EQ(k->ip_sorights, sonces[port]);
    check_makers(k);
    CHECK_EQ(k->ip_mscount, p->mscount);
    CHECK_EQ(k->ip_seqno, p->seqno);
    CHECK_EQ(k->ip_qlimit, p->qlimit);
    CHECK_EQ(k->ip_msgcount,
             p->notice_count + p->message_count + p->sonce_count);
    CHECK_EQ(k->ip_sonce_notices, p->sonce_count);
    CHECK_EQ(k->ip_slots, m_slots(port));
    CHECK_EQ(k->ip_nsrequest != NULL, p->nsrequest != M_NULL);
    CHECK_EQ(k->ip_pdrequest != NULL, p->pdrequest != M_NULL);
    if (p->task >= 0) {
        CHECK_EQ(k->ip_state, IPS_SPACE);
        CHECK(k->ip_space == m_tasks[p->task].task->space);
        CHECK(m_find(p->task, k->ip_name) != NULL);
    } else {
        CHECK_EQ(k->ip_state, IPS_TRANSIT);
        CHECK(k->ip_destination == m_ports[p->transit]->kernel);
    }
}

static void
check_set(int task, const struct m_right *r)
{
    const struct m_set *s = &m_tasks[task].sets[r->port];
    struct ipc_entry *e = ipc_entry_lookup(m_tasks[task].task->space,
                                           r->name);
    unsigned n = 0, ready = 0;
    struct list *l;

    list_for_each(l, &e->ie_pset->ps_links)
    {
        n++;
    }
    list_for_each(l, &e->ie_pset->ps_ready)
    {
        CHECK(ready < s->ready_count);
        CHECK(list_entry(l, struct ipc_link, il_ready_link)->il_port
              == m_ports[s->ready[ready]]->kernel);
        ready++;
    }
    CHECK_EQ(n, s->port_count);
    CHECK_EQ(ready, s->ready_count);
}

void
m_check(void)
{
    int t, i;

    m_count_all(sends, sonces);
    for (t = 0; t < M_TASKS; t++) {
        const struct m_task *m = &m_tasks[t];
        unsigned j;

        CHECK_EQ(m->task->space->is_used, m->count);
        for (j = 0; j < m->count; j++) {
            check_right(t, &m->rights[j]);
            if (m->rights[j].type == MACH_PORT_TYPE_PORT_SET) {
                check_set(t, &m->rights[j]);
            }
        }
    }
    for (i = 0; i < m_live_count; i++) {
        check_port(m_live[i]);
    }
}
