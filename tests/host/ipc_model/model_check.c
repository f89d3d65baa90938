/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: is what the kernel has what the model says?  Looks at the
 * kernel's structures without changing them; after each call at what the
 * model has touched, now and then at everything.
 */
#include <ipc/ipc_mqueue.h>
#include "model.h"

#define TOUCHED_MAX 256

static int ports[TOUCHED_MAX];
static struct {
    int task;
    mach_port_name_t name;
} names[TOUCHED_MAX];
static unsigned port_count, name_count;

void
m_touch(int port)
{
    unsigned i;

    for (i = 0; i < port_count; i++) {
        if (ports[i] == port) {
            return;
        }
    }
    if (port_count < TOUCHED_MAX) {
        ports[port_count++] = port;
    }
}

void
m_touch_name(int task, mach_port_name_t name)
{
    if (name_count < TOUCHED_MAX) {
        names[name_count].task = task;
        names[name_count++].name = name;
    }
}

static void
check_name(int task, mach_port_name_t name)
{
    const struct m_right *r = m_find(task, name);
    struct ipc_space *s = m_space(task);
    struct ipc_entry *e = ipc_entry_lookup(s, name);
    mach_port_type_t type;

    CHECK_EQ(e != NULL, r != NULL);
    if (r == NULL) {
        return;
    }
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
        CHECK(e->ie_port == m_ports[r->port].kernel);
        CHECK_EQ(e->ie_request != NULL,
                 m_request_find(r->port, task, name) != NULL);
    }
    if (type == MACH_PORT_TYPE_SEND) {
        CHECK(ipc_hash_lookup(s, e->ie_port) == e);
    } else if ((type & MACH_PORT_TYPE_RECEIVE) != 0) {
        CHECK(ipc_hash_lookup(s, e->ie_port) == NULL);
    }
}

static void
check_line(const struct wait_queue *wq, const struct m_list *line)
{
    unsigned n = 0;
    struct list *l;

    list_for_each(l, &wq->wq_threads)
    {
        CHECK(n < line->n);
        CHECK(list_entry(l, struct thread, th_wait_link)
              == &m_threads[line->at[n]].host->th);
        n++;
    }
    CHECK_EQ(n, line->n);
}

static void
check_place(const struct m_port *p, const struct ipc_port *k)
{
    switch (p->place) {
    case M_IN_SPACE:
        CHECK_EQ(k->ip_state, IPS_SPACE);
        CHECK(k->ip_object.io_space == m_space(p->task));
        CHECK_EQ(k->ip_object.io_name, p->name);
        CHECK(m_find(p->task, p->name) != NULL);
        break;
    case M_IN_QUEUE:
        CHECK_EQ(k->ip_state, IPS_TRANSIT);
        if (m_ports[p->transit].used) {
            CHECK(k->ip_destination == m_ports[p->transit].kernel);
        }
        break;
    case M_IN_KERNEL:
        CHECK_EQ(k->ip_state, IPS_KERNEL);
        break;
    default:
        CHECK_EQ(k->ip_state, IPS_LIMBO);
        break;
    }
}

static void
check_port(int port)
{
    const struct m_port *p = &m_ports[port];
    const struct ipc_port *k = p->kernel;

    CHECK(ip_active(k));
    CHECK_EQ(k->ip_srights, m_sends(port));
    CHECK_EQ(k->ip_sorights, m_sonces(port));
    CHECK_EQ(k->ip_mscount, p->mscount);
    CHECK_EQ(k->ip_seqno, p->seqno);
    CHECK_EQ(k->ip_qlimit, p->qlimit);
    CHECK_EQ(k->ip_msgcount, m_msgcount(port));
    CHECK_EQ(k->ip_sonce_notices, p->sonces);
    CHECK_EQ(k->ip_slots, m_slots(port));
    CHECK_EQ(k->ip_link_count, p->sets.n);
    CHECK_EQ(k->ip_context, p->payload);
    CHECK_EQ(k->ip_guarded, p->guarded);
    CHECK_EQ(k->ip_strict, p->strict);
    CHECK_EQ(k->ip_nsrequest != NULL, p->nsrequest != M_NONE);
    CHECK_EQ(k->ip_pdrequest != NULL, p->pdrequest != M_NONE);
    check_place(p, k);
}

void
m_check_touched(void)
{
    unsigned i;

    for (i = 0; i < port_count; i++) {
        if (m_ports[ports[i]].used && m_ports[ports[i]].alive) {
            check_port(ports[i]);
        }
    }
    for (i = 0; i < name_count; i++) {
        check_name(names[i].task, names[i].name);
    }
    port_count = name_count = 0;
}

static void
check_set(int set)
{
    const struct m_set *s = &m_sets[set];
    struct ipc_entry *e = ipc_entry_lookup(m_space(s->task), s->name);
    unsigned n = 0, ready = 0;
    struct list *l;

    CHECK(e != NULL);
    list_for_each(l, &e->ie_pset->ps_links)
    {
        CHECK(n < s->ports.n);
        CHECK(list_entry(l, struct ipc_link, il_set_link)->il_port
              == m_ports[s->ports.at[n]].kernel);
        n++;
    }
    list_for_each(l, &e->ie_pset->ps_ready)
    {
        CHECK(ready < s->ready.n);
        CHECK(list_entry(l, struct ipc_link, il_ready_link)->il_port
              == m_ports[s->ready.at[ready]].kernel);
        ready++;
    }
    CHECK_EQ(n, s->ports.n);
    CHECK_EQ(ready, s->ready.n);
    check_line(&e->ie_pset->ps_object.io_receivers, &s->receivers);
}

static void
check_thread(int thread)
{
    const struct m_thread *th = &m_threads[thread];

    if (th->host == NULL) {
        return;
    }
    CHECK_EQ(th->host->th.th_state, th->state == M_WAITING ? TH_WAITING
                    : th->state == M_READY ? TH_READY
                                           : TH_RUNNING);
    CHECK_EQ((th->host->th.th_ast & AST_ABORT) != 0, th->aborted);
    CHECK_EQ((th->host->th.th_ast & AST_KICK) != 0, th->kicked);
}

/* When nobody is about to run: no message lies where somebody waits for one,
 * and no sender waits where there is room. */
static void
check_quiet(void)
{
    unsigned i, j;

    if (m_ready.n > 0) {
        return;
    }
    for (i = 0; i < m_live.n; i++) {
        const struct m_port *p = &m_ports[m_live.at[i]];

        CHECK(p->receivers.n == 0 || m_msgcount(m_live.at[i]) == 0);
        CHECK(p->senders.n == 0 || m_slots(m_live.at[i]) >= p->qlimit);
        for (j = 0; j < p->sets.n && m_msgcount(m_live.at[i]) > 0; j++) {
            CHECK_EQ(m_sets[p->sets.at[j]].receivers.n, 0);
        }
    }
}

void
m_check_all(void)
{
    unsigned i, j;

    m_check_touched();
    for (i = 0; i < M_TASKS; i++) {
        const struct m_task *t = &m_tasks[i];
        const struct ipc_space *s = m_space((int)i);

        CHECK_EQ(ipc_space_used(s), t->names.n);
        CHECK_EQ(s->is_filled, t->filled);
        CHECK_EQ(ipc_space_free_names(s), t->free_count);
        for (j = 0; j < t->names.n; j++) {
            const struct m_right *r = &t->right[t->names.at[j]];

            check_name((int)i, r->name);
            if (r->type == MACH_PORT_TYPE_PORT_SET) {
                check_set(r->port);
            }
        }
    }
    for (i = 0; i < m_live.n; i++) {
        const struct m_port *p = &m_ports[m_live.at[i]];

        check_port(m_live.at[i]);
        CHECK(m_reachable(m_live.at[i]) || m_dying.n > 0);
        check_line(&p->kernel->ip_object.io_receivers, &p->receivers);
        check_line(&p->kernel->ip_senders, &p->senders);
    }
    for (i = 0; i < M_TASKS * M_THREADS; i++) {
        check_thread((int)i);
    }
    CHECK_EQ(user_regions(), m_regions());
    check_quiet();
}

/* After a call that failed for lack of memory: which names are free next. */
void
m_resync_names(int task)
{
    struct m_task *t = &m_tasks[task];
    const struct ipc_space *s = m_space(task);
    const struct ipc_entry *e = s->is_free;
    unsigned n;

    CHECK_EQ(ipc_space_used(s), t->names.n);
    CHECK(s->is_filled >= t->filled && s->is_filled <= M_INDICES);
    t->filled = s->is_filled;
    t->free_count = ipc_space_free_names(s);
    for (n = ipc_space_free_names(s); n > 0; n--) {
        uint32_t i = MACH_PORT_INDEX(e->ie_bits);

        CHECK(ipc_entry_at(s, i) == e && t->right[i].type == 0);
        t->free[n - 1] = (uint16_t)i;
        t->generation[i] = (uint8_t)e->ie_bits;
        e = e->ie_free_next;
    }
    CHECK(e == NULL);
}
