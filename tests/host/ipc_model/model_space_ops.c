/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: what is asked and set about a whole task: its names and how
 * many there may be, and the rights that it has without names.
 */
#include <kern/mach_port_server.h>
#include <vm/vm_user.h>
#include "model.h"

/* Of the limits the upper one is seldom set, since it never rises. */
static void
op_set_limits(int t)
{
    int about = m_chance(8) ? (int)m_random(M_TASKS) : t, back;
    struct m_task *m = &m_tasks[about];
    uint32_t soft = m->names.n + m_random(6);
    uint32_t hard = m_chance(12)   ? m->hard + 1
                    : m_chance(48) ? m->names.n + 4 + m_random(16)
                                   : 0;
    struct ipc_port *previous = IP_NULL;
    mach_msg_type_name_t type;
    kern_return_t kr, want;

    m_hand_port = IP_NULL; /* mostly nobody: it keeps the fast path away */
    if (m_chance(3)) {
        m_make_notify(t);
    } else if (m_chance(4)) {
        m_hand_port = IP_DEAD;
        m_hand = (struct m_carried){MACH_MSG_TYPE_PORT_SEND_ONCE, M_DEAD};
    }
    m_inject_begin();
    kr = mach_port_set_space_limits(m_space(about), soft, hard, m_hand_port,
                                    &previous, &type);
    if (m_inject_over(CALL_SET_LIMITS, about, kr)) {
        if (m_hand.type != 0) {
            m_hand_drop();
        }
        return;
    }
    want = !m->alive             ? KERN_INVALID_TASK
           : hard > m->hard      ? KERN_NO_ACCESS
           : m_hand.port == M_DEAD ? KERN_INVALID_CAPABILITY
                                   : KERN_SUCCESS;
    m_result(CALL_SET_LIMITS, kr, want);
    if (want == KERN_SUCCESS) {
        back = m->limit_notice;
        m->limit_notice = m_hand.type != 0 ? m_hand.port : M_NONE;
        m_hand = (struct m_carried){0, M_NONE};
        m->soft = soft;
        m->hard = hard != 0 ? hard : m->hard;
        m_count_names(about);
        m_previous_back(about, previous, back);
    } else if (m_hand.type != 0) {
        m_hand_drop();
    }
}

static void
check_basic(int t, const ipc_info_space_basic_t *info)
{
    const struct m_task *m = &m_tasks[t];

    CHECK_EQ(info->iisb_genno_mask, 0xff);
    CHECK_EQ(info->iisb_table_size,
             (m->filled + M_CHUNK - 1) / M_CHUNK * M_CHUNK);
    CHECK_EQ(info->iisb_table_inuse, m->names.n);
    CHECK_EQ(info->iisb_limit, m->hard);
}

/* The number of a port is the same wherever it is asked for, and no other
 * port's. */
static void
check_object(int port, natural_t kind, uint64_t number)
{
    struct m_port *p = &m_ports[port];
    unsigned i;

    CHECK_EQ(kind, p->place == M_IN_KERNEL ? IKOT_TASK : IKOT_NONE);
    if (p->number == 0) {
        for (i = 0; i < m_live.n; i++) {
            CHECK(m_ports[m_live.at[i]].number != number);
        }
        p->number = number;
    }
    CHECK_EQ(number, p->number);
}

static void
check_record(int t, const struct m_right *r, const ipc_info_name_t *info)
{
    uint64_t number;

    CHECK_EQ(info->iin_name, r->name);
    CHECK_EQ(info->iin_type, m_type_of_right(t, r));
    CHECK_EQ(info->iin_urefs, r->urefs);
    if ((r->type & (MACH_PORT_TYPE_SEND_RECEIVE | MACH_PORT_TYPE_SEND_ONCE))
        != 0) {
        memcpy(&number, info->iin_object, sizeof(number));
        check_object(r->port, info->iin_kind, number);
    }
}

static void
op_space_info(int t)
{
    const struct m_task *m = &m_tasks[t];
    struct vm_map_copy *table = NULL;
    mach_msg_type_number_t n = 0;
    ipc_info_space_basic_t info;
    unsigned i, at = 0;
    kern_return_t kr;

    m_inject_one_of(1);
    kr = mach_port_space_info(m_space(t), &info, &table, &n);
    if (m_inject_over(CALL_SPACE_INFO, t, kr)) {
        return;
    }
    m_result(CALL_SPACE_INFO, kr,
             m->alive ? KERN_SUCCESS : KERN_INVALID_TASK);
    if (kr != KERN_SUCCESS) {
        return;
    }
    check_basic(t, &info);
    CHECK_EQ(n, m->names.n);
    for (i = M_FIRST; i < m->filled; i++) {
        if (m->right[i].type != 0) {
            ipc_info_name_t record;

            memcpy(&record,
                   (const ipc_info_name_t *)user_copy_data(table) + at++,
                   sizeof(record));
            check_record(t, &m->right[i], &record);
        }
    }
    if (n > 0) {
        vm_map_copy_discard(table);
    }
}

static void
op_basic_info(int t)
{
    ipc_info_space_basic_t info;
    kern_return_t kr = mach_port_space_basic_info(m_space(t), &info);

    m_result(CALL_SPACE_BASIC_INFO, kr,
             m_tasks[t].alive ? KERN_SUCCESS : KERN_INVALID_TASK);
    if (kr == KERN_SUCCESS) {
        check_basic(t, &info);
    }
}

static void
op_kobject(int t)
{
    mach_port_name_t name = m_some_name(t);
    natural_t kind = 99;
    uint64_t number = 0;
    kern_return_t kr = mach_port_kobject(m_space(t), name, &kind, &number);
    kern_return_t want;
    struct m_right *r;

    want = m_lookup(t, name, &r);
    if (want == KERN_SUCCESS
        && (r->type & (MACH_PORT_TYPE_PORT_SET | MACH_PORT_TYPE_DEAD_NAME))
               != 0) {
        want = KERN_INVALID_RIGHT;
    }
    m_result(CALL_KOBJECT, kr, want);
    if (kr == KERN_SUCCESS) {
        check_object(r->port, kind, number);
    }
}

/* The rights that were registered before go, one after the other. */
static void
registered_now(int t, const int *ports, unsigned n)
{
    unsigned i;

    for (i = 0; i < M_REGISTERED; i++) {
        int old = m_tasks[t].registered[i];

        m_tasks[t].registered[i] = i < n ? ports[i] : M_NONE;
        if (i < n && ports[i] >= 0) {
            m_touch(ports[i]);
        }
        if (old >= 0) {
            m_send_gone(old);
        }
    }
}

static void
op_register(int t)
{
    struct ipc_port *kernel[M_REGISTERED + 1];
    int ports[M_REGISTERED + 1];
    unsigned n = m_random(M_REGISTERED + 2), i;
    kern_return_t kr;

    if (!m_tasks[t].alive) {
        return;
    }
    for (i = 0; i < n; i++) {
        const struct m_right *r =
            m_find(t, m_some_name_of(t, MACH_PORT_TYPE_SEND));

        ports[i] = r == NULL || (r->type & MACH_PORT_TYPE_SEND) == 0
                       ? m_chance(2) ? M_NONE : M_DEAD
                       : r->port;
        kernel[i] = ports[i] == M_NONE   ? IP_NULL
                    : ports[i] == M_DEAD ? IP_DEAD
                                         : m_ports[ports[i]].kernel;
    }
    m_register(t, kernel, n, &kr);
    m_result(CALL_REGISTER, kr,
             n > M_REGISTERED ? KERN_INVALID_ARGUMENT : KERN_SUCCESS);
    if (kr == KERN_SUCCESS) {
        registered_now(t, ports, n);
    }
}

void
m_register_end(int t)
{
    kern_return_t kr;

    m_register(t, NULL, 0, &kr);
    CHECK_EQ(kr, KERN_SUCCESS);
    registered_now(t, NULL, 0);
}

static void
op_ports_lookup(int t)
{
    struct ipc_port *got[M_REGISTERED];
    kern_return_t kr;
    unsigned i;

    m_inject_one_of(1);
    kr = m_ports_lookup(t, got);
    if (m_inject_over(CALL_PORTS_LOOKUP, t, kr)) {
        return;
    }
    m_result(CALL_PORTS_LOOKUP, kr, KERN_SUCCESS);
    for (i = 0; i < M_REGISTERED; i++) {
        int port = m_tasks[t].registered[i];

        CHECK(got[i] == (port == M_NONE   ? IP_NULL
                         : port == M_DEAD ? IP_DEAD
                                          : m_ports[port].kernel));
        ipc_port_release_send(got[i]);
        if (port >= 0) {
            m_touch(port);
        }
    }
}

const struct m_op m_space_ops[] = {
    {op_set_limits, 4, false},   {op_space_info, 1, false},
    {op_basic_info, 1, false},   {op_kobject, 3, false},
    {op_register, 3, false},     {op_ports_lookup, 2, false},
    {NULL, 0, false},
};
