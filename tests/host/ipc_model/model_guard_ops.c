/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: guards, and what can be asked about a receive right.
 */
#include <kern/mach_port_server.h>
#include "model.h"

static mach_port_name_t
some_receive(int t)
{
    return m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
}

static void
op_guard(int t)
{
    mach_port_name_t name = some_receive(t);
    uint64_t guard = m_random(2);
    bool strict = m_chance(2);
    kern_return_t kr = mach_port_guard(m_space(t), name, guard, strict);
    kern_return_t want;
    int port;

    want = m_lookup_receive(t, name, &port);
    if (want == KERN_SUCCESS) {
        struct m_port *p = &m_ports[port];

        if (p->guarded) {
            want = KERN_INVALID_ARGUMENT;
        } else {
            p->guarded = true;
            p->strict = strict;
            p->guard = guard;
        }
        m_touch(port);
    }
    m_result(CALL_GUARD, kr, want);
}

static void
op_unguard(int t)
{
    mach_port_name_t name = some_receive(t);
    uint64_t guard = m_random(2), other = m_random(2);
    bool swap = m_chance(3);
    kern_return_t kr =
        swap ? mach_port_swap_guard(m_space(t), name, guard, other)
             : mach_port_unguard(m_space(t), name, guard);
    kern_return_t want;
    int port;

    want = m_lookup_receive(t, name, &port);
    if (want == KERN_SUCCESS) {
        struct m_port *p = &m_ports[port];

        if (!p->guarded || p->guard != guard) {
            want = KERN_INVALID_ARGUMENT;
        } else if (swap) {
            p->guard = other;
        } else {
            p->guarded = p->strict = false;
        }
        m_touch(port);
    }
    m_result(swap ? CALL_SWAP_GUARD : CALL_UNGUARD, kr, want);
}

static void
op_counts(int t)
{
    mach_port_name_t name = some_receive(t);
    natural_t n = 0, used = 0;
    kern_return_t kr, want;
    int port;

    want = m_lookup_receive(t, name, &port);
    if (m_chance(2)) {
        kr = mach_port_get_srights(m_space(t), name, &n);
        m_result(CALL_GET_SRIGHTS, kr, want);
        if (kr == KERN_SUCCESS) {
            CHECK_EQ(n, m_sends(port));
        }
    } else {
        kr = mach_port_dnrequest_info(m_space(t), name, &n, &used);
        m_result(CALL_DNREQUEST_INFO, kr, want);
        if (kr == KERN_SUCCESS) {
            CHECK_EQ(used, m_ports[port].request_count);
        }
    }
}

static void
op_clear_payload(int t)
{
    mach_port_name_t name = some_receive(t);
    kern_return_t kr = mach_port_clear_protected_payload(m_space(t), name);
    kern_return_t want;
    int port;

    want = m_lookup_receive(t, name, &port);
    if (want == KERN_SUCCESS) {
        m_ports[port].payload = 0;
    }
    m_result(CALL_CLEAR_PAYLOAD, kr, want);
}

/* The queue limit as an attribute; too few numbers, other flavours. */
static void
op_attributes(int t)
{
    mach_port_name_t name = some_receive(t);
    int flavor = m_chance(8) ? 99 : MACH_PORT_LIMITS_INFO;
    natural_t info[16] = {m_chance(8) ? M_QLIMIT_MAX + 1
                                      : m_random(M_QLIMIT + 1)};
    mach_msg_type_number_t n = m_chance(8) ? 0 : 16;
    bool set = m_chance(2);
    kern_return_t kr, want;
    int port;

    want = m_lookup_receive(t, name, &port);
    if (want == KERN_SUCCESS) {
        want = flavor == 99 ? KERN_INVALID_ARGUMENT
               : set && n == 0 ? KERN_FAILURE
               : set && info[0] > M_QLIMIT_MAX ? KERN_INVALID_VALUE
                                               : KERN_SUCCESS;
    }
    if (set) {
        kr = mach_port_set_attributes(m_space(t), name, flavor, info, n);
        if (want == KERN_SUCCESS) {
            m_set_limit(port, info[0]);
        }
        m_result(CALL_SET_ATTRIBUTES, kr, want);
    } else {
        kr = mach_port_get_attributes(m_space(t), name, flavor, info, &n);
        m_result(CALL_GET_ATTRIBUTES, kr, want);
        if (kr == KERN_SUCCESS) {
            CHECK_EQ(n, 1);
            CHECK_EQ(info[0], m_ports[port].qlimit);
        }
    }
}

const struct m_op m_guard_ops[] = {
    {op_guard, 2, false},         {op_unguard, 6, false},
    {op_counts, 2, false},        {op_clear_payload, 1, false},
    {op_attributes, 4, false},    {NULL, 0, false},
};
