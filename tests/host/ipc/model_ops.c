/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: calls on names, made of the kernel and the model alike.
 */
#include <ipc/ipc_mqueue.h>
#include "model.h"

static mach_port_name_t stale = 0x400;

mach_port_name_t
m_some_name(int t)
{
    unsigned i = host_random() % 32;

    if (i == 0) {
        return MACH_PORT_NULL;
    }
    if (i == 1) {
        return MACH_PORT_DEAD;
    }
    if (i == 2 || m_tasks[t].count == 0) {
        return stale + host_random() % 3;
    }
    stale = m_tasks[t].rights[host_random() % m_tasks[t].count].name;
    return stale;
}

/* A name that has this type, if a few tries find one. */
mach_port_name_t
m_some_name_of(int t, mach_port_type_t type)
{
    mach_port_name_t name = 0;
    unsigned i;

    for (i = 0; i < 8; i++) {
        struct m_right *r;

        name = m_some_name(t);
        r = m_find(t, name);
        if (r != NULL && (r->type & type) != 0) {
            break;
        }
    }
    return name;
}

static struct ipc_space *
space(int t)
{
    return m_tasks[t].task->space;
}

void
op_allocate(int t)
{
    static const mach_port_right_t rights[] = {1, 1, 1, 1, 1, 3, 4, 0, 2, 5};
    mach_port_right_t right = rights[host_random() % 10];
    mach_port_name_t name;
    kern_return_t kr = ipc_right_alloc(space(t), right, 0, &name);

    switch (right) {
    case MACH_PORT_RIGHT_RECEIVE:
        CHECK_EQ(kr, KERN_SUCCESS);
        m_right_new(t, name, MACH_PORT_TYPE_RECEIVE,
                    m_port_new(t, ipc_entry_lookup(space(t), name)->ie_port),
                    0);
        break;
    case MACH_PORT_RIGHT_PORT_SET:
        CHECK_EQ(kr, KERN_SUCCESS);
        m_right_new(t, name, MACH_PORT_TYPE_PORT_SET, m_find_set(t), 0);
        break;
    case MACH_PORT_RIGHT_DEAD_NAME:
        CHECK_EQ(kr, KERN_SUCCESS);
        m_right_new(t, name, MACH_PORT_TYPE_DEAD_NAME, M_DEAD, 1);
        break;
    default:
        CHECK_EQ(kr, KERN_INVALID_VALUE);
        break;
    }
}

void
op_deallocate(int t)
{
    mach_port_name_t name = m_some_name(t);
    struct m_right *r = m_find(t, name);
    kern_return_t want = KERN_INVALID_NAME;

    CHECK(r == NULL || MACH_PORT_VALID(name));
    if (r != NULL) {
        mach_port_right_t right =
            r->type == MACH_PORT_TYPE_DEAD_NAME ? MACH_PORT_RIGHT_DEAD_NAME
            : r->type == MACH_PORT_TYPE_SEND_ONCE
                ? MACH_PORT_RIGHT_SEND_ONCE
                : MACH_PORT_RIGHT_SEND;

        want = m_delta(t, r, right, -1);
    }
    CHECK_EQ(ipc_call_deallocate(space(t), name), want);
}

void
op_mod_refs(int t)
{
    static const int deltas[] = {-1, -1, -1, 1, 1, 0, -2, 3, 0xfff0, -0xffff};
    mach_port_name_t name = m_some_name(t);
    mach_port_right_t right = host_random() % 6;
    int delta = deltas[host_random() % 10];
    struct m_right *r = m_find(t, name);
    kern_return_t want = right >= MACH_PORT_RIGHT_NUMBER ? KERN_INVALID_VALUE
                         : r == NULL                     ? KERN_INVALID_NAME
                                     : m_delta(t, r, right, delta);

    CHECK_EQ(ipc_call_mod_refs(space(t), name, right, delta), want);
}

void
op_destroy(int t)
{
    mach_port_name_t name = m_some_name(t);
    struct m_right *r = m_find(t, name);

    if (r != NULL) {
        m_destroy(t, r);
    }
    CHECK_EQ(ipc_call_destroy(space(t), name),
             r == NULL ? KERN_INVALID_NAME : KERN_SUCCESS);
}

/* By the trap: a right made of one of the task's, under a name. */
void
op_insert_right(int t)
{
    mach_msg_type_name_t d = 15 + host_random() % 8;
    mach_port_name_t from = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    mach_port_name_t name = host_random() % 4 != 0 ? from : m_some_name(t);
    uint64_t args[6] = {name, from, d};
    struct m_right *r = m_find(t, from), *at = m_find(t, name);
    kern_return_t want = KERN_SUCCESS;
    kern_return_t kr;

    thread_enter(m_tasks[t].thread);
    kr = mach_port_insert_right_trap(args);
    if (d != MACH_MSG_TYPE_MAKE_SEND && d != MACH_MSG_TYPE_COPY_SEND
        && d != MACH_MSG_TYPE_MAKE_SEND_ONCE) {
        want = KERN_INVALID_VALUE;
    } else if (MACH_PORT_VALID(from) && r == NULL) {
        want = KERN_INVALID_NAME;
    } else if (MACH_PORT_VALID(from)
               && !m_try_copyin(&(struct m_right){from, r->type, r->port,
                                                  r->urefs},
                                1, from, d)) {
        want = KERN_INVALID_RIGHT;
    } else if (!MACH_PORT_VALID(name)) {
        want = KERN_INVALID_VALUE;
    } else if (!MACH_PORT_VALID(from)
               || r->type == MACH_PORT_TYPE_DEAD_NAME) {
        want = KERN_INVALID_CAPABILITY;
    } else if (d == MACH_MSG_TYPE_MAKE_SEND_ONCE) {
        if (at != NULL) {
            want = KERN_NAME_EXISTS;
        }
    } else if (at != r) {
        want = KERN_RIGHT_EXISTS;
    } else if (at->urefs >= MACH_PORT_UREFS_MAX - 1) {
        want = KERN_UREFS_OVERFLOW;
    }
    if (want == KERN_SUCCESS && d == MACH_MSG_TYPE_MAKE_SEND_ONCE
        && kr != KERN_SUCCESS) {
        /* A stale name: it depends on where free names are. */
        CHECK(kr == KERN_NAME_EXISTS || kr == KERN_NO_SPACE
              || kr == KERN_INVALID_VALUE);
        return;
    }
    CHECK_EQ(kr, want);
    if (kr == KERN_SUCCESS) {
        m_copyout(t, m_copyin(t, from, d), name);
    }
}

/* From task to task, as mach_port_insert_right and _extract_right do. */
void
op_give(int t)
{
    int to = (int)(host_random() % M_TASKS);
    mach_msg_type_name_t d = 16 + host_random() % 6;
    mach_port_name_t name = m_some_name(t), got;
    struct m_right scratch[M_NAMES];
    struct m_right *r = m_find(t, name);
    struct ipc_port *port;
    kern_return_t kr;

    memcpy(scratch, m_tasks[t].rights, sizeof(scratch));
    kr = ipc_object_copyin(space(t), name, d, &port);
    if (!m_try_copyin(scratch, m_tasks[t].count, name, d)) {
        CHECK_EQ(kr, r == NULL ? KERN_INVALID_NAME : KERN_INVALID_RIGHT);
        return;
    }
    CHECK_EQ(kr, KERN_SUCCESS);
    CHECK_EQ(ipc_object_copyout(space(to), port, ipc_right_copyin_type(d),
                                &got),
             KERN_SUCCESS);
    m_copyout(to, m_copyin(t, name, d), got);
}

static bool
is_member(const struct m_set *s, int port)
{
    unsigned i;

    for (i = 0; i < s->port_count; i++) {
        if (s->ports[i] == port) {
            return true;
        }
    }
    return false;
}

static void
set_add(struct m_set *s, int port)
{
    const struct m_port *p = m_ports[port];

    if (!is_member(s, port)) {
        s->ports[s->port_count++] = port;
        if (p->notice_count + p->message_count + p->sonce_count > 0) {
            s->ready[s->ready_count++] = port;
        }
    }
}

static kern_return_t
model_member(int t, int port, struct m_set *s, unsigned how)
{
    bool any = false;
    int i;

    if (how == 0) {
        if (is_member(s, port)) {
            return KERN_ALREADY_IN_SET;
        }
        set_add(s, port);
        return KERN_SUCCESS;
    }
    if (how == 1) {
        if (!is_member(s, port)) {
            return KERN_NOT_IN_SET;
        }
        m_set_remove(s, port);
        return KERN_SUCCESS;
    }
    if (s != NULL) {
        set_add(s, port);
    }
    for (i = 0; i < M_SETS; i++) {
        struct m_set *other = &m_tasks[t].sets[i];

        if (other->used && other != s && is_member(other, port)) {
            any = true;
            m_set_remove(other, port);
        }
    }
    return s == NULL && !any ? KERN_NOT_IN_SET : KERN_SUCCESS;
}

void
op_member(int t)
{
    mach_port_name_t name = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    mach_port_name_t set = m_some_name_of(t, MACH_PORT_TYPE_PORT_SET);
    struct m_right *r = m_find(t, name), *sr = m_find(t, set);
    unsigned how = host_random() % 3;
    kern_return_t want, kr;

    if (r == NULL) {
        want = KERN_INVALID_NAME;
    } else if ((r->type & MACH_PORT_TYPE_RECEIVE) == 0) {
        want = KERN_INVALID_RIGHT;
    } else if (how == 2 && set == MACH_PORT_NULL) {
        want = model_member(t, r->port, NULL, how);
    } else if (sr == NULL) {
        want = KERN_INVALID_NAME;
    } else if (sr->type != MACH_PORT_TYPE_PORT_SET) {
        want = KERN_INVALID_RIGHT;
    } else {
        want = model_member(t, r->port, &m_tasks[t].sets[sr->port], how);
    }
    kr = how == 0   ? ipc_call_insert_member(space(t), name, set)
         : how == 1 ? ipc_call_extract_member(space(t), name, set)
                    : ipc_call_move_member(space(t), name, set);
    CHECK_EQ(kr, want);
}

void
op_qlimit(int t)
{
    mach_port_name_t name = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    struct m_right *r = m_find(t, name);
    uint32_t limit = host_random() % 6;
    struct ipc_port *port;

    if (r != NULL && (r->type & MACH_PORT_TYPE_RECEIVE) != 0) {
        CHECK_EQ(ipc_right_lookup_receive(space(t), name, &port),
                 KERN_SUCCESS);
        ipc_mqueue_set_limit(port, limit);
        m_ports[r->port]->qlimit = limit;
        m_room(r->port);
    }
}

void
m_task_begin(int t)
{
    struct m_task *m = &m_tasks[t];

    memset(m, 0, sizeof(*m));
    m->task = task_make(&ledger_root);
    m->task->token.val[0] = 100 + (uint32_t)t;
    m->thread = thread_make(m->task);
    m->buffer = user_alloc(m->task, sizeof(*m->buffer));
}

static int
by_index(const void *a, const void *b)
{
    const struct m_right *x = a, *y = b;

    return MACH_PORT_INDEX(x->name) < MACH_PORT_INDEX(y->name) ? -1 : 1;
}

/* All rights go, in the order of their indices, 16 at a time. */
void
m_task_end(int t)
{
    struct m_right order[M_NAMES];
    struct m_task *m = &m_tasks[t];
    unsigned count = m->count, i;

    memcpy(order, m->rights, sizeof(order));
    qsort(order, count, sizeof(order[0]), by_index);
    for (i = 0; i < count; i++) {
        m_destroy(t, m_find(t, order[i].name));
        if (i % 16 == 15) {
            m_settle();
        }
    }
    m_settle();
    thread_end(m->thread);
    task_end(m->task);
}

/* A task ends and begins again as the copy of another. */
void
op_fork(int t)
{
    int from = (int)(host_random() % M_TASKS);
    unsigned i;

    m_task_end(t);
    m_task_begin(t);
    if (from == t || host_random() % 2 == 0) {
        return;
    }
    CHECK_EQ(ipc_space_copy(space(from), space(t)), KERN_SUCCESS);
    for (i = 0; i < m_tasks[from].count; i++) {
        struct m_right r = m_tasks[from].rights[i];

        r.type &= MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DEAD_NAME;
        if (r.type != 0) {
            m_right_new(t, r.name, r.type, r.port, r.urefs);
        }
    }
}
