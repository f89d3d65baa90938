/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: calls on names.  Each picks arguments, makes the call of the
 * kernel (by its routine or its trap), and compares.
 */
#include <kern/mach_port_server.h>
#include <vm/vm_user.h>
#include "model.h"

/* The task's own trap instead of the routine: sometimes, if it has a thread
 * for it. */
static bool
by_trap(int t)
{
    int th = m_chance(2) ? m_idle_thread(t) : M_NONE;

    if (th != M_NONE) {
        thread_enter(m_threads[th].host);
    }
    return th != M_NONE;
}

static kern_return_t
allocate(int t, mach_port_right_t right, mach_port_name_t *name)
{
    struct m_right *r;

    if (right == 0 || right == 2 || right > 4) {
        return KERN_INVALID_VALUE;
    }
    if (!m_tasks[t].alive) {
        return KERN_INVALID_TASK;
    }
    if (*name != 0) {
        kern_return_t kr = m_take_name(t, *name, &r);

        if (kr != KERN_SUCCESS) {
            return kr;
        }
    } else {
        if (!m_reserve(t, 1)) {
            return KERN_RESOURCE_SHORTAGE;
        }
        r = m_take(t);
    }
    *name = r->name;
    r->type = MACH_PORT_TYPE(right);
    if (right == MACH_PORT_RIGHT_RECEIVE) {
        r->port = m_port_new(t);
        m_ports[r->port].place = M_IN_SPACE;
        m_ports[r->port].name = r->name;
        m_ports[r->port].kernel = ipc_entry_lookup(m_space(t), r->name)
                                      ->ie_port;
        m_touch(r->port);
    } else if (right == MACH_PORT_RIGHT_PORT_SET) {
        r->port = m_set_new(t, r->name);
    } else {
        r->port = M_DEAD;
        r->urefs = 1;
    }
    return KERN_SUCCESS;
}

static mach_port_right_t
right_to_allocate(void)
{
    static const mach_port_right_t rights[] = {1, 1, 1, 1, 1, 1, 1, 3,
                                               3, 4, 0, 2, 5};

    return rights[m_random(13)];
}

static void
op_allocate(int t)
{
    mach_port_right_t right = right_to_allocate();
    mach_port_name_t got = 0, want = 0;
    kern_return_t kr, wanted;

    m_inject_begin();
    kr = mach_port_allocate(m_space(t), right, &got);
    if (m_inject_over(CALL_ALLOCATE, t, kr)) {
        return;
    }
    wanted = allocate(t, right, &want);
    m_result(CALL_ALLOCATE, kr, wanted);
    CHECK_EQ(got, want);
}

static void
op_allocate_trap(int t)
{
    int th = m_idle_thread(t);
    mach_port_right_t right = right_to_allocate();
    mach_port_name_t want = 0, *out;
    unsigned where = m_random(12);
    kern_return_t kr, wanted;

    if (th == M_NONE) {
        return;
    }
    out = where == 0   ? (mach_port_name_t *)(uintptr_t)64
          : where == 1 ? (void *)m_threads[th].rigid
                       : (void *)m_threads[th].buffer;
    thread_enter(m_threads[th].host);
    m_inject_begin();
    kr = mach_port_allocate_trap(right, (uintptr_t)out);
    if (m_inject_over(CALL_ALLOCATE_TRAP, t, kr)) {
        return;
    }
    wanted = where == 0   ? KERN_INVALID_ADDRESS
             : where == 1 ? KERN_PROTECTION_FAILURE
                          : allocate(t, right, &want);
    m_result(CALL_ALLOCATE_TRAP, kr, wanted);
    if (kr == KERN_SUCCESS) {
        CHECK_EQ(*out, want);
    }
}

static void
op_reply_port(int t)
{
    int th = m_idle_thread(t);
    mach_port_name_t got, want = 0;
    kern_return_t wanted;

    if (th == M_NONE) {
        return;
    }
    thread_enter(m_threads[th].host);
    m_inject_begin();
    got = mach_reply_port_trap();
    if (m_inject_over(CALL_REPLY_PORT, t,
                      got == 0 ? KERN_RESOURCE_SHORTAGE : KERN_SUCCESS)) {
        return;
    }
    wanted = allocate(t, MACH_PORT_RIGHT_RECEIVE, &want);
    m_result(CALL_REPLY_PORT,
             got == 0 ? KERN_RESOURCE_SHORTAGE : KERN_SUCCESS, wanted);
    CHECK_EQ(got, want);
}

static void
op_allocate_name(int t)
{
    mach_port_right_t right = right_to_allocate();
    mach_port_name_t name = m_free_name(t), want = name;
    kern_return_t kr, wanted;

    m_inject_begin();
    kr = mach_port_allocate_name(m_space(t), right, name);
    if (m_inject_over(CALL_ALLOCATE_NAME, t, kr)) {
        return;
    }
    wanted = MACH_PORT_VALID(name) ? allocate(t, right, &want)
                                   : KERN_INVALID_VALUE;
    m_result(CALL_ALLOCATE_NAME, kr, wanted);
}

static kern_return_t
deallocate(int t, mach_port_name_t name)
{
    struct m_right *r;
    kern_return_t kr;

    if (m_borrowed(name)) {
        return KERN_SUCCESS;
    }
    kr = m_lookup(t, name, &r);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    return m_delta(t, r,
                   r->type == MACH_PORT_TYPE_DEAD_NAME
                       ? MACH_PORT_RIGHT_DEAD_NAME
                   : r->type == MACH_PORT_TYPE_SEND_ONCE
                       ? MACH_PORT_RIGHT_SEND_ONCE
                       : MACH_PORT_RIGHT_SEND,
                   -1);
}

static void
op_deallocate(int t)
{
    mach_port_name_t name = m_some_name(t);
    kern_return_t kr = by_trap(t)
                           ? mach_port_deallocate_trap(name)
                           : mach_port_deallocate(m_space(t), name);

    m_result(CALL_DEALLOCATE, kr, deallocate(t, name));
}

/* A receive right that must not go by mistake. */
static bool
guarded(const struct m_right *r)
{
    return (r->type & MACH_PORT_TYPE_RECEIVE) != 0
           && m_ports[r->port].guarded;
}

static kern_return_t
mod_refs(int t, mach_port_name_t name, mach_port_right_t right, int delta)
{
    struct m_right *r;
    kern_return_t kr;

    if (right >= MACH_PORT_RIGHT_NUMBER) {
        return KERN_INVALID_VALUE;
    }
    if (m_borrowed(name)) {
        return right == MACH_PORT_RIGHT_SEND ? KERN_SUCCESS
                                             : KERN_INVALID_RIGHT;
    }
    kr = m_lookup(t, name, &r);
    if (kr == KERN_SUCCESS && right == MACH_PORT_RIGHT_RECEIVE && delta < 0
        && guarded(r)) {
        return KERN_INVALID_RIGHT;
    }
    return kr == KERN_SUCCESS ? m_delta(t, r, right, delta) : kr;
}

static void
op_mod_refs(int t)
{
    static const int deltas[] = {-1, -1, 1, 1, 1, 0, -2, 2, 0xfff0,
                                 -0xffff, 0x7fffffff, -0x7fffffff - 1,
                                 (int)MACH_PORT_UREFS_MAX - 2};
    mach_port_name_t name = m_some_name(t);
    mach_port_right_t right = m_random(6);
    int delta = deltas[m_random(13)];
    const struct m_right *r = m_find(t, name);
    kern_return_t kr;

    if (r != NULL && !m_chance(4)) {
        right = (r->type & MACH_PORT_TYPE_SEND) != 0
                    ? m_random(2)
                    : (unsigned)__builtin_ctz(r->type) - 16;
    }
    kr = by_trap(t) ? mach_port_mod_refs_trap(name, right, delta)
                    : mach_port_mod_refs(m_space(t), name, right, delta);
    m_result(CALL_MOD_REFS, kr, mod_refs(t, name, right, delta));
}

static void
op_destroy(int t)
{
    mach_port_name_t name = m_some_name(t);
    kern_return_t kr = mach_port_destroy(m_space(t), name), want;
    struct m_right *r;

    want = m_lookup(t, name, &r);
    if (want == KERN_SUCCESS && guarded(r)) {
        want = KERN_INVALID_RIGHT;
    } else if (want == KERN_SUCCESS) {
        m_destroy(t, r);
    }
    m_result(CALL_DESTROY, kr, want);
}

static kern_return_t
get_refs(int t, mach_port_name_t name, mach_port_right_t right,
         unsigned *refs)
{
    struct m_right *r;
    kern_return_t kr;

    if (m_borrowed(name) && right < MACH_PORT_RIGHT_NUMBER) {
        *refs = right == MACH_PORT_RIGHT_SEND;
        return KERN_SUCCESS;
    }
    kr = m_lookup(t, name, &r);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (right >= MACH_PORT_RIGHT_NUMBER) {
        return KERN_INVALID_VALUE;
    }
    *refs = (r->type & MACH_PORT_TYPE(right)) == 0 ? 0
            : right == MACH_PORT_RIGHT_SEND
                    || right == MACH_PORT_RIGHT_DEAD_NAME
                ? r->urefs
                : 1;
    return KERN_SUCCESS;
}

static void
op_get_refs(int t)
{
    mach_port_name_t name = m_some_name(t);
    mach_port_right_t right = m_random(6);
    unsigned got = 77, want = 77;
    kern_return_t kr = mach_port_get_refs(m_space(t), name, right, &got);

    m_result(CALL_GET_REFS, kr, get_refs(t, name, right, &want));
    CHECK_EQ(got, want);
}

static void
op_get_refs_trap(int t)
{
    int th = m_idle_thread(t);
    mach_port_name_t name = m_some_name(t);
    mach_port_right_t right = m_random(6);
    unsigned want = 77, *out;
    kern_return_t kr, wanted;

    if (th == M_NONE) {
        return;
    }
    thread_enter(m_threads[th].host);
    out = m_chance(12) ? (unsigned *)(uintptr_t)64
                       : (void *)m_threads[th].buffer;
    kr = mach_port_get_refs_trap(name, right, (uintptr_t)out);
    wanted = get_refs(t, name, right, &want);
    if (wanted == KERN_SUCCESS && (uintptr_t)out == 64) {
        wanted = KERN_INVALID_ADDRESS;
    }
    m_result(CALL_GET_REFS_TRAP, kr, wanted);
    if (kr == KERN_SUCCESS) {
        CHECK_EQ(*out, want);
    }
}

mach_port_type_t
m_type_of_right(int t, const struct m_right *r)
{
    const struct m_request *q =
        r->type == MACH_PORT_TYPE_PORT_SET || r->port < 0
            ? NULL
            : m_request_find(r->port, t, r->name);

    return r->type
           | (q != NULL && q->dead != M_NONE ? MACH_PORT_TYPE_DNREQUEST : 0)
           | (q != NULL && q->possible != M_NONE ? MACH_PORT_TYPE_SPREQUEST
                                                 : 0);
}

static void
op_type(int t)
{
    mach_port_name_t name = m_some_name(t);
    mach_port_type_t got = 0;
    kern_return_t kr = mach_port_type(m_space(t), name, &got), want;
    struct m_right *r;

    want = m_borrowed(name) ? KERN_SUCCESS : m_lookup(t, name, &r);
    m_result(CALL_TYPE, kr, want);
    if (kr == KERN_SUCCESS) {
        CHECK_EQ(got, m_borrowed(name) ? MACH_PORT_TYPE_SEND
                                       : m_type_of_right(t, r));
    }
}

static void
op_names(int t)
{
    struct vm_map_copy *names = NULL, *types = NULL;
    mach_msg_type_number_t n = 0, n2 = 0;
    const struct m_task *m = &m_tasks[t];
    unsigned i, at = 0;
    kern_return_t kr;

    m_inject_begin();
    kr = mach_port_names(m_space(t), &names, &n, &types, &n2);
    if (m_inject_over(CALL_NAMES, t, kr)) {
        return;
    }
    m_result(CALL_NAMES, kr, m->alive ? KERN_SUCCESS : KERN_INVALID_TASK);
    if (kr != KERN_SUCCESS) {
        return;
    }
    CHECK_EQ(n, m->names.n);
    CHECK_EQ(n2, n);
    for (i = M_FIRST; i < m->filled; i++) {
        const struct m_right *r = &m->right[i];

        if (r->type != 0) {
            CHECK_EQ(((const uint32_t *)user_copy_data(names))[at], r->name);
            CHECK_EQ(((const uint32_t *)user_copy_data(types))[at++],
                     m_type_of_right(t, r));
        }
    }
    if (n > 0) {
        vm_map_copy_discard(names);
        vm_map_copy_discard(types);
    }
}

const struct m_op m_name_ops[] = {
    {op_allocate, 10, true},      {op_allocate_trap, 6, true},
    {op_reply_port, 3, true},     {op_allocate_name, 6, true},
    {op_deallocate, 14, false},   {op_mod_refs, 14, false},
    {op_destroy, 4, false},       {op_get_refs, 4, false},
    {op_get_refs_trap, 3, false}, {op_type, 5, false},
    {op_names, 1, false},         {NULL, 0, false},
};
