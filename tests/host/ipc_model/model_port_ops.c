/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: calls on receive rights and port sets.
 */
#include <kern/mach_port_server.h>
#include <vm/vm_user.h>
#include "model.h"

static kern_return_t
member_lookup(int t, mach_port_name_t member, mach_port_name_t name,
              int *port, int *set)
{
    kern_return_t kr = m_lookup_receive(t, member, port);

    return kr == KERN_SUCCESS ? m_lookup_set(t, name, set) : kr;
}

static kern_return_t
insert(int set, int port)
{
    if (m_has(&m_sets[set].ports, port)) {
        return KERN_ALREADY_IN_SET;
    }
    if (m_ports[port].sets.n >= M_SETS_MAX) {
        return KERN_RESOURCE_SHORTAGE;
    }
    m_set_add(set, port);
    return KERN_SUCCESS;
}

static void
op_insert_member(int t)
{
    mach_port_name_t member = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    mach_port_name_t name = m_some_name_of(t, MACH_PORT_TYPE_PORT_SET);
    kern_return_t kr, want;
    int port, set;

    m_inject_begin();
    kr = mach_port_insert_member(m_space(t), member, name);
    if (m_inject_over(CALL_INSERT_MEMBER, t, kr)) {
        return;
    }
    want = member_lookup(t, member, name, &port, &set);
    if (want == KERN_SUCCESS) {
        want = insert(set, port);
    }
    m_result(CALL_INSERT_MEMBER, kr, want);
}

static void
op_extract_member(int t)
{
    mach_port_name_t member = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    mach_port_name_t name = m_some_name_of(t, MACH_PORT_TYPE_PORT_SET);
    struct m_right *r = m_find(t, name);
    kern_return_t kr, want;
    int port, set;

    if (r != NULL && r->type == MACH_PORT_TYPE_PORT_SET
        && m_sets[r->port].ports.n > 0 && m_chance(2)) {
        member = m_ports[m_sets[r->port].ports.at[0]].name;
    }
    kr = mach_port_extract_member(m_space(t), member, name);
    want = member_lookup(t, member, name, &port, &set);
    if (want == KERN_SUCCESS) {
        want = m_has(&m_ports[port].sets, set) ? KERN_SUCCESS
                                               : KERN_NOT_IN_SET;
        if (want == KERN_SUCCESS) {
            m_set_remove(set, port);
        }
    }
    m_result(CALL_EXTRACT_MEMBER, kr, want);
}

/* Into this set and out of all others; none: out of all. */
static kern_return_t
move(int t, mach_port_name_t member, mach_port_name_t name)
{
    int port, set = M_NONE;
    unsigned i = 0;
    kern_return_t kr = name == MACH_PORT_NULL
                           ? m_lookup_receive(t, member, &port)
                           : member_lookup(t, member, name, &port, &set);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (set == M_NONE) {
        if (m_ports[port].sets.n == 0) {
            return KERN_NOT_IN_SET;
        }
    } else {
        kr = insert(set, port);
        if (kr == KERN_RESOURCE_SHORTAGE) {
            return kr;
        }
    }
    while (i < m_ports[port].sets.n) {
        if (m_ports[port].sets.at[i] == set) {
            i++;
        } else {
            m_set_remove(m_ports[port].sets.at[i], port);
        }
    }
    return KERN_SUCCESS;
}

static void
op_move_member(int t)
{
    mach_port_name_t member = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    mach_port_name_t name =
        m_chance(8) ? 0 : m_some_name_of(t, MACH_PORT_TYPE_PORT_SET);
    int th = m_chance(2) ? m_idle_thread(t) : M_NONE;
    kern_return_t kr;

    m_inject_begin();
    if (th != M_NONE) {
        thread_enter(m_threads[th].host);
        kr = mach_port_move_member_trap(member, name);
    } else {
        kr = mach_port_move_member(m_space(t), member, name);
    }
    if (!m_inject_over(CALL_MOVE_MEMBER, t, kr)) {
        m_result(CALL_MOVE_MEMBER, kr, move(t, member, name));
    }
}

static void
check_status(int port, const mach_port_status_t *s)
{
    const struct m_port *p = &m_ports[port];

    CHECK_EQ(s->mps_pset, p->sets.n);
    CHECK_EQ(s->mps_seqno, p->seqno);
    CHECK_EQ(s->mps_mscount, p->mscount);
    CHECK_EQ(s->mps_qlimit, p->qlimit);
    CHECK_EQ(s->mps_msgcount, m_msgcount(port));
    CHECK_EQ(s->mps_sorights, m_sonces(port));
    CHECK_EQ(s->mps_srights, m_sends(port) != 0);
    CHECK_EQ(s->mps_pdrequest, p->pdrequest != M_NONE);
    CHECK_EQ(s->mps_nsrequest, p->nsrequest != M_NONE);
    CHECK_EQ(s->mps_flags,
             (p->guarded ? MACH_PORT_STATUS_FLAG_GUARDED : 0)
                 | (p->strict ? MACH_PORT_STATUS_FLAG_STRICT_GUARD : 0));
}

static void
op_receive_status(int t)
{
    mach_port_name_t name = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    mach_port_status_t s;
    int port;
    kern_return_t kr = mach_port_get_receive_status(m_space(t), name, &s);

    m_result(CALL_RECEIVE_STATUS, kr, m_lookup_receive(t, name, &port));
    if (kr == KERN_SUCCESS) {
        check_status(port, &s);
    }
}

static void
op_set_status(int t)
{
    mach_port_name_t name = m_some_name_of(t, MACH_PORT_TYPE_PORT_SET);
    struct vm_map_copy *members = NULL;
    mach_msg_type_number_t n = 0;
    kern_return_t kr;
    unsigned i;
    int set;

    m_inject_begin();
    kr = mach_port_get_set_status(m_space(t), name, &members, &n);
    if (m_inject_over(CALL_SET_STATUS, t, kr)) {
        return;
    }
    m_result(CALL_SET_STATUS, kr, m_lookup_set(t, name, &set));
    if (kr != KERN_SUCCESS) {
        return;
    }
    CHECK_EQ(n, m_sets[set].ports.n);
    for (i = 0; i < n; i++) {
        CHECK_EQ(((const uint32_t *)user_copy_data(members))[i],
                 m_ports[m_sets[set].ports.at[i]].name);
    }
    if (n > 0) {
        vm_map_copy_discard(members);
    }
}

static void
op_set_qlimit(int t)
{
    mach_port_name_t name = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    uint32_t limit = m_chance(16) ? M_QLIMIT_MAX + m_random(2)
                                  : m_random(M_QLIMIT + 1);
    kern_return_t kr = mach_port_set_qlimit(m_space(t), name, limit), want;
    int port;

    want = m_lookup_receive(t, name, &port);
    if (want == KERN_SUCCESS) {
        if (limit > M_QLIMIT_MAX) {
            want = KERN_INVALID_VALUE;
        } else {
            m_set_limit(port, limit);
        }
    }
    m_result(CALL_SET_QLIMIT, kr, want);
}

static void
op_set_count(int t)
{
    mach_port_name_t name = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    bool seqno = m_chance(2);
    uint32_t n = m_chance(4) ? host_random() : m_random(4);
    kern_return_t kr = seqno ? mach_port_set_seqno(m_space(t), name, n)
                             : mach_port_set_mscount(m_space(t), name, n);
    kern_return_t want;
    int port;

    want = m_lookup_receive(t, name, &port);
    if (want == KERN_SUCCESS) {
        *(seqno ? &m_ports[port].seqno : &m_ports[port].mscount) = n;
        m_touch(port);
    }
    m_result(seqno ? CALL_SET_SEQNO : CALL_SET_MSCOUNT, kr, want);
}

static void
op_payload(int t)
{
    mach_port_name_t name = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    uint64_t payload = (uint64_t)host_random() << 32 | host_random();
    uint64_t got = 0;
    kern_return_t kr, want;
    int port;

    want = m_lookup_receive(t, name, &port);
    if (m_chance(2)) {
        kr = mach_port_set_protected_payload(m_space(t), name, payload);
        m_result(CALL_SET_PAYLOAD, kr, want);
        if (kr == KERN_SUCCESS) {
            m_ports[port].payload = payload;
        }
    } else {
        kr = mach_port_get_protected_payload(m_space(t), name, &got);
        m_result(CALL_GET_PAYLOAD, kr, want);
        if (kr == KERN_SUCCESS) {
            CHECK_EQ(got, m_ports[port].payload);
        }
    }
}

const struct m_op m_port_ops[] = {
    {op_insert_member, 6, false},  {op_extract_member, 3, false},
    {op_move_member, 4, false},    {op_receive_status, 3, false},
    {op_set_status, 2, false},     {op_set_qlimit, 4, false},
    {op_set_count, 2, false},      {op_payload, 3, false},
    {NULL, 0, false},
};
