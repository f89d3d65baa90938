/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: names and what they stand for.
 */
#include "model.h"

mach_msg_type_name_t
m_type_of(mach_msg_type_name_t disposition)
{
    switch (disposition) {
    case MACH_MSG_TYPE_MOVE_RECEIVE:
        return MACH_MSG_TYPE_PORT_RECEIVE;
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
        return MACH_MSG_TYPE_PORT_SEND_ONCE;
    default:
        return MACH_MSG_TYPE_PORT_SEND;
    }
}

/* The name goes, and who asked about it is told. */
static void
entry_end(int task, struct m_right *r)
{
    if (r->type != MACH_PORT_TYPE_PORT_SET && r->port >= 0) {
        m_touch(r->port);
        m_request_end(r->port, task, r->name);
    }
    m_name_free(task, r);
}

void
m_drop_send(int task, struct m_right *r)
{
    int port = r->port;

    m_touch_name(task, r->name);
    if ((r->type & MACH_PORT_TYPE_RECEIVE) != 0) {
        r->type = MACH_PORT_TYPE_RECEIVE;
        r->urefs = 0;
    } else {
        entry_end(task, r);
    }
    m_send_gone(port);
}

void
m_drop_sonce(int task, struct m_right *r)
{
    int port = r->port;

    entry_end(task, r);
    m_sonce_gone(port);
}

void
m_drop_receive(int task, struct m_right *r)
{
    int port = r->port;

    m_touch_name(task, r->name);
    if ((r->type & MACH_PORT_TYPE_SEND) != 0) {
        r->type = MACH_PORT_TYPE_SEND;
    } else {
        entry_end(task, r);
    }
    m_receive_gone(port);
}

void
m_drop_set(int task, struct m_right *r)
{
    int set = r->port;

    entry_end(task, r);
    m_set_end(set);
}

void
m_destroy(int task, struct m_right *r)
{
    int port = r->port;

    switch (r->type) {
    case MACH_PORT_TYPE_SEND:
        m_drop_send(task, r);
        break;
    case MACH_PORT_TYPE_SEND_ONCE:
        m_drop_sonce(task, r);
        break;
    case MACH_PORT_TYPE_RECEIVE:
        m_drop_receive(task, r);
        break;
    case MACH_PORT_TYPE_SEND_RECEIVE:
        entry_end(task, r);
        m_send_gone(port);
        m_receive_gone(port);
        break;
    case MACH_PORT_TYPE_PORT_SET:
        m_drop_set(task, r);
        break;
    default:
        entry_end(task, r);
        break;
    }
}

/* User references of a send right or dead name; the maximum stays as it is,
 * and only messages may reach it. */
static kern_return_t
delta_urefs(int task, struct m_right *r, int delta)
{
    int64_t sum = (int64_t)r->urefs + delta;

    if (sum < 0) {
        return KERN_INVALID_VALUE;
    }
    if (delta > 0 && sum >= (int64_t)M_UREFS_MAX) {
        return KERN_UREFS_OVERFLOW;
    }
    if (sum > 0) {
        if (r->urefs != M_UREFS_MAX) {
            r->urefs = (uint32_t)sum;
        }
        m_touch_name(task, r->name);
    } else if (r->type == MACH_PORT_TYPE_DEAD_NAME) {
        entry_end(task, r);
    } else {
        m_drop_send(task, r);
    }
    return KERN_SUCCESS;
}

kern_return_t
m_delta(int task, struct m_right *r, mach_port_right_t right, int delta)
{
    if ((r->type & MACH_PORT_TYPE(right)) == 0) {
        return KERN_INVALID_RIGHT;
    }
    if (right == MACH_PORT_RIGHT_SEND || right == MACH_PORT_RIGHT_DEAD_NAME) {
        return delta_urefs(task, r, delta);
    }
    if (delta == 0) {
        return KERN_SUCCESS;
    }
    if (delta != -1) {
        return KERN_INVALID_VALUE;
    }
    if (right == MACH_PORT_RIGHT_RECEIVE) {
        m_drop_receive(task, r);
    } else if (right == MACH_PORT_RIGHT_SEND_ONCE) {
        m_drop_sonce(task, r);
    } else {
        m_drop_set(task, r);
    }
    return KERN_SUCCESS;
}

/* What the claims before have left. */
static uint32_t
urefs_left(const struct m_right *r, const struct m_claims *c)
{
    uint32_t n = r->urefs;
    unsigned i;

    for (i = 0; i < c->n && r->urefs != M_UREFS_MAX; i++) {
        n -= c->at[i].name == r->name
             && (c->at[i].disposition == MACH_MSG_TYPE_MOVE_SEND
                 || c->at[i].disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE);
    }
    return n;
}

static bool
receive_left(const struct m_right *r, const struct m_claims *c)
{
    unsigned i;

    for (i = 0; i < c->n; i++) {
        if (c->at[i].name == r->name
            && c->at[i].disposition == MACH_MSG_TYPE_MOVE_RECEIVE) {
            return false;
        }
    }
    return (r->type & MACH_PORT_TYPE_RECEIVE) != 0;
}

static kern_return_t
claim(int task, const struct m_claims *c, mach_port_name_t name,
      mach_msg_type_name_t disposition)
{
    const struct m_right *r = m_find(task, name);
    mach_port_type_t wanted = MACH_PORT_TYPE_DEAD_NAME;

    if (disposition < MACH_MSG_TYPE_MOVE_RECEIVE
        || disposition > MACH_MSG_TYPE_MAKE_SEND_ONCE) {
        return KERN_INVALID_VALUE;
    }
    if (!MACH_PORT_VALID(name)) {
        return KERN_SUCCESS;
    }
    if (m_borrowed(name)) {
        return disposition == MACH_MSG_TYPE_COPY_SEND ? KERN_SUCCESS
                                                      : KERN_INVALID_RIGHT;
    }
    if (r == NULL) {
        return KERN_INVALID_NAME;
    }
    switch (disposition) {
    case MACH_MSG_TYPE_MAKE_SEND:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
        return receive_left(r, c) ? KERN_SUCCESS : KERN_INVALID_RIGHT;
    case MACH_MSG_TYPE_MOVE_RECEIVE:
        return receive_left(r, c) && !m_ports[r->port].strict
                   ? KERN_SUCCESS
                   : KERN_INVALID_RIGHT;
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
        wanted |= MACH_PORT_TYPE_SEND_ONCE;
        break;
    default:
        wanted |= MACH_PORT_TYPE_SEND;
        break;
    }
    return (r->type & wanted) != 0 && urefs_left(r, c) > 0
               ? KERN_SUCCESS
               : KERN_INVALID_RIGHT;
}

kern_return_t
m_claim(int task, struct m_claims *c, mach_port_name_t name,
        mach_msg_type_name_t disposition)
{
    kern_return_t kr = claim(task, c, name, disposition);

    if (kr == KERN_SUCCESS) {
        c->at[c->n].name = name;
        c->at[c->n++].disposition = disposition;
    }
    return kr;
}

/* A user reference goes into a message; the right itself with the last. */
static void
one_less(int task, struct m_right *r)
{
    if (r->urefs == M_UREFS_MAX) {
        return;
    }
    if (--r->urefs > 0) {
        return;
    }
    if ((r->type & MACH_PORT_TYPE_RECEIVE) != 0) {
        r->type = MACH_PORT_TYPE_RECEIVE;
    } else {
        entry_end(task, r);
    }
}

struct m_carried
m_copyin(int task, mach_port_name_t name, mach_msg_type_name_t disposition)
{
    mach_msg_type_name_t type = m_type_of(disposition);
    struct m_right *r;
    int port, i;

    if (!MACH_PORT_VALID(name)) {
        return (struct m_carried){type, name == 0 ? M_NONE : M_DEAD};
    }
    if (m_borrowed(name)) {
        for (i = 0; name == MACH_PORT_TASK_SELF && i < M_PORTS; i++) {
            if (m_ports[i].used && m_ports[i].alive
                && m_ports[i].place == M_IN_KERNEL
                && m_ports[i].task == task) {
                return (struct m_carried){type, i};
            }
        }
        return (struct m_carried){type, M_NONE};
    }
    r = m_find(task, name);
    port = r->port;
    m_touch_name(task, name);
    if (port >= 0) {
        m_touch(port);
    }
    switch (disposition) {
    case MACH_MSG_TYPE_MAKE_SEND:
        m_ports[port].mscount++;
        break;
    case MACH_MSG_TYPE_MOVE_RECEIVE:
        if ((r->type & MACH_PORT_TYPE_SEND) != 0) {
            r->type = MACH_PORT_TYPE_SEND;
        } else {
            entry_end(task, r);
        }
        m_leave_space(port);
        break;
    case MACH_MSG_TYPE_MOVE_SEND:
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
        one_less(task, r);
        break;
    default:
        break;
    }
    return (struct m_carried){type, port};
}

/* The right joins what the name stands for already. */
static void
join(int task, struct m_right *r, struct m_carried c)
{
    struct m_port *p = &m_ports[c.port];

    m_touch(c.port);
    m_touch_name(task, r->name);
    r->port = c.port;
    if (c.type == MACH_MSG_TYPE_PORT_RECEIVE) {
        r->type |= MACH_PORT_TYPE_RECEIVE;
        p->place = M_IN_SPACE;
        p->task = task;
        p->name = r->name;
        p->transit = M_NONE;
    } else if (c.type == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        r->type = MACH_PORT_TYPE_SEND_ONCE;
        r->urefs = 1;
    } else {
        r->type |= MACH_PORT_TYPE_SEND;
        r->urefs += r->urefs < M_UREFS_MAX;
    }
}

mach_port_name_t
m_copyout(int task, struct m_carried c)
{
    struct m_right *r = NULL;

    if (c.type == 0 || c.port == M_NONE) {
        return MACH_PORT_NULL;
    }
    if (c.port < 0) {
        return MACH_PORT_DEAD;
    }
    if (c.type != MACH_MSG_TYPE_PORT_SEND_ONCE) {
        r = m_find_port(task, c.port);
    }
    if (r == NULL) {
        r = m_take(task);
    }
    join(task, r, c);
    return r->name;
}

/* Under this name, which may stand for the port's other right already. */
kern_return_t
m_insert(int task, mach_port_name_t name, struct m_carried c)
{
    struct m_right *known = NULL, *r = m_find(task, name);
    kern_return_t kr;

    if (!m_tasks[task].alive) {
        return KERN_INVALID_TASK;
    }
    if (!MACH_PORT_VALID(name)) {
        return KERN_INVALID_VALUE;
    }
    if (c.port < 0) {
        return KERN_INVALID_CAPABILITY;
    }
    if (c.type != MACH_MSG_TYPE_PORT_SEND_ONCE) {
        known = m_find_port(task, c.port);
    }
    if (known != NULL && known != r) {
        return KERN_RIGHT_EXISTS;
    }
    if (r != NULL && known != r) {
        return KERN_NAME_EXISTS;
    }
    if (r == NULL) {
        kr = m_take_name(task, name, &r);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
    } else if (c.type == MACH_MSG_TYPE_PORT_SEND
               && r->urefs >= M_UREFS_MAX - 1) {
        return KERN_UREFS_OVERFLOW;
    }
    join(task, r, c);
    return KERN_SUCCESS;
}

/* fork: send rights and dead names, but what to has stays as it is. */
kern_return_t
m_copy_space(int from, int to)
{
    struct m_task *f = &m_tasks[from], *t = &m_tasks[to];
    unsigned i;

    if (!f->alive || !t->alive || from == to) {
        return KERN_INVALID_TASK;
    }
    for (i = M_FIRST; i < f->filled; i++) {
        struct m_right *r = &f->right[i], *copy;
        mach_port_type_t type =
            r->type & (MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DEAD_NAME);
        kern_return_t kr;

        if (type == 0 || t->right[i].type != 0
            || (type == MACH_PORT_TYPE_SEND
                && m_find_port(to, r->port) != NULL)) {
            continue;
        }
        kr = m_take_name(to, r->name, &copy);
        if (kr == KERN_NO_SPACE) {
            /* Out of reach: the table grows step by step. */
            kr = m_grow(to) ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
            i--;
            if (kr == KERN_SUCCESS) {
                continue;
            }
        }
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        copy->type = type;
        copy->urefs = r->urefs;
        copy->port = r->port;
        if (r->port >= 0) {
            m_touch(r->port);
        }
    }
    return KERN_SUCCESS;
}
