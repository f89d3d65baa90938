/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: names and what they stand for.
 */
#include "model.h"

struct m_right *
m_find(int task, mach_port_name_t name)
{
    struct m_task *t = &m_tasks[task];
    unsigned i;

    for (i = 0; i < t->count; i++) {
        if (t->rights[i].name == name) {
            return &t->rights[i];
        }
    }
    return NULL;
}

struct m_right *
m_right_new(int task, mach_port_name_t name, mach_port_type_t type, int port,
            uint32_t urefs)
{
    struct m_task *t = &m_tasks[task];
    struct m_right *r = &t->rights[t->count++];

    CHECK(t->count <= M_NAMES);
    CHECK(MACH_PORT_VALID(name));
    *r = (struct m_right){name, type, port, urefs};
    return r;
}

static void
right_remove(int task, struct m_right *r)
{
    struct m_task *t = &m_tasks[task];

    *r = t->rights[--t->count];
}

struct m_request *
m_request_find(int port, int task, mach_port_name_t name)
{
    struct m_port *p = port < 0 ? NULL : m_ports[port];
    unsigned i;

    for (i = 0; p != NULL && i < p->request_count; i++) {
        if (p->requests[i].task == task && p->requests[i].name == name) {
            return &p->requests[i];
        }
    }
    return NULL;
}

void
m_entry_end(int task, struct m_right *r)
{
    mach_port_name_t name = r->name;
    struct m_request *q = r->type == MACH_PORT_TYPE_PORT_SET
                              ? NULL
                              : m_request_find(r->port, task, name);

    if (q != NULL) {
        struct m_port *p = m_ports[r->port];
        struct m_request was = *q;
        unsigned i = (unsigned)(q - p->requests);
        struct m_msg m = {.id = MACH_NOTIFY_PORT_DELETED, .notice = true,
                          .value = name,
                          .dest = {MACH_MSG_TYPE_PORT_SEND_ONCE, was.dead},
                          .sender = KERNEL_SECURITY_TOKEN_VAL0};

        p->request_count--;
        memmove(q, q + 1, (p->request_count - i) * sizeof(*q));
        right_remove(task, r);
        if (was.dead != M_NULL && m_ports[was.dead]->alive) {
            m_post(was.dead, &m);
        }
        m.dest.port = was.possible;
        if (was.possible != M_NULL && m_ports[was.possible]->alive) {
            m_post(was.possible, &m);
        }
        return;
    }
    right_remove(task, r);
}

void
m_drop_send(int task, struct m_right *r)
{
    int port = r->port;

    if ((r->type & MACH_PORT_TYPE_RECEIVE) != 0) {
        r->type = MACH_PORT_TYPE_RECEIVE;
        r->urefs = 0;
    } else {
        m_entry_end(task, r);
    }
    m_send_gone(port);
}

void
m_drop_sonce(int task, struct m_right *r)
{
    int port = r->port;

    m_entry_end(task, r);
    m_sonce_gone(port);
}

void
m_drop_receive(int task, struct m_right *r)
{
    int port = r->port;

    if ((r->type & MACH_PORT_TYPE_SEND) != 0) {
        r->type = MACH_PORT_TYPE_SEND;
    } else {
        m_entry_end(task, r);
    }
    m_receive_gone(port);
}

void
m_drop_set(int task, struct m_right *r)
{
    m_tasks[task].sets[r->port].used = false;
    m_entry_end(task, r);
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
        m_entry_end(task, r);
        m_send_gone(port);
        m_receive_gone(port);
        break;
    case MACH_PORT_TYPE_PORT_SET:
        m_drop_set(task, r);
        break;
    default:
        m_entry_end(task, r);
        break;
    }
}

kern_return_t
m_delta(int task, struct m_right *r, mach_port_right_t right, int delta)
{
    int64_t sum = (int64_t)r->urefs + delta;

    if (right >= MACH_PORT_RIGHT_NUMBER) {
        return KERN_INVALID_VALUE;
    }
    if ((r->type & MACH_PORT_TYPE(right)) == 0) {
        return KERN_INVALID_RIGHT;
    }
    if (right == MACH_PORT_RIGHT_SEND || right == MACH_PORT_RIGHT_DEAD_NAME) {
        if (sum < 0) {
            return KERN_INVALID_VALUE;
        }
        if (delta > 0 && sum >= (int64_t)MACH_PORT_UREFS_MAX) {
            return KERN_UREFS_OVERFLOW;
        }
        if (sum > 0) {
            if (r->urefs != MACH_PORT_UREFS_MAX) {
                r->urefs = (uint32_t)sum;
            }
        } else if (right == MACH_PORT_RIGHT_SEND) {
            m_drop_send(task, r);
        } else {
            m_entry_end(task, r);
        }
        return KERN_SUCCESS;
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

bool
m_try_copyin(struct m_right *rights, unsigned count, mach_port_name_t name,
             mach_msg_type_name_t disposition)
{
    struct m_right *r = NULL;
    unsigned i;

    if (!MACH_PORT_VALID(name)) {
        return true;
    }
    for (i = 0; i < count; i++) {
        if (rights[i].name == name) {
            r = &rights[i];
        }
    }
    if (r == NULL) {
        return false;
    }
    switch (disposition) {
    case MACH_MSG_TYPE_MAKE_SEND:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
        return (r->type & MACH_PORT_TYPE_RECEIVE) != 0;
    case MACH_MSG_TYPE_MOVE_RECEIVE:
        if ((r->type & MACH_PORT_TYPE_RECEIVE) == 0) {
            return false;
        }
        r->type &= ~MACH_PORT_TYPE_RECEIVE;
        return true;
    case MACH_MSG_TYPE_COPY_SEND:
        return (r->type & (MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DEAD_NAME))
               != 0;
    default:
        break;
    }
    if ((r->type & (disposition == MACH_MSG_TYPE_MOVE_SEND
                        ? MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DEAD_NAME
                        : MACH_PORT_TYPE_SEND_ONCE | MACH_PORT_TYPE_DEAD_NAME))
        == 0) {
        return false;
    }
    if (r->urefs != MACH_PORT_UREFS_MAX && --r->urefs == 0) {
        r->type &= MACH_PORT_TYPE_RECEIVE;
    }
    return true;
}

static void
one_less(int task, struct m_right *r)
{
    if (r->urefs == MACH_PORT_UREFS_MAX) {
        return;
    }
    if (--r->urefs == 0) {
        if ((r->type & MACH_PORT_TYPE_RECEIVE) != 0) {
            r->type = MACH_PORT_TYPE_RECEIVE;
        } else {
            m_entry_end(task, r);
        }
    }
}

struct m_carried
m_copyin(int task, mach_port_name_t name, mach_msg_type_name_t disposition)
{
    mach_msg_type_name_t type = ipc_right_copyin_type(disposition);
    struct m_right *r;
    int port;

    if (!MACH_PORT_VALID(name)) {
        return (struct m_carried){type, name == 0 ? M_NULL : M_DEAD};
    }
    r = m_find(task, name);
    port = r->port;
    if (r->type == MACH_PORT_TYPE_DEAD_NAME) {
        port = M_DEAD;
    }
    switch (disposition) {
    case MACH_MSG_TYPE_MAKE_SEND:
        m_ports[port]->mscount++;
        break;
    case MACH_MSG_TYPE_MOVE_RECEIVE:
        if ((r->type & MACH_PORT_TYPE_SEND) != 0) {
            r->type = MACH_PORT_TYPE_SEND;
        } else {
            m_entry_end(task, r);
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

static struct m_right *
right_of_port(int task, int port)
{
    struct m_task *t = &m_tasks[task];
    unsigned i;

    for (i = 0; i < t->count; i++) {
        if (t->rights[i].port == port
            && (t->rights[i].type & MACH_PORT_TYPE_SEND_RECEIVE) != 0) {
            return &t->rights[i];
        }
    }
    return NULL;
}

void
m_copyout(int task, struct m_carried c, mach_port_name_t got)
{
    struct m_right *r;

    if (c.type == 0 || c.port == M_NULL) {
        CHECK_EQ(got, MACH_PORT_NULL);
        return;
    }
    if (c.port == M_DEAD || !m_ports[c.port]->alive) {
        CHECK_EQ(got, MACH_PORT_DEAD);
        return;
    }
    r = c.type == MACH_MSG_TYPE_PORT_SEND_ONCE ? NULL
                                               : right_of_port(task, c.port);
    if (r == NULL) {
        CHECK(m_find(task, got) == NULL);
        r = m_right_new(task, got, 0, c.port, 0);
    }
    CHECK_EQ(got, r->name);
    if (c.type == MACH_MSG_TYPE_PORT_RECEIVE) {
        r->type |= MACH_PORT_TYPE_RECEIVE;
        m_ports[c.port]->task = task;
        m_ports[c.port]->transit = M_NULL;
    } else if (c.type == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        r->type = MACH_PORT_TYPE_SEND_ONCE;
        r->urefs = 1;
    } else {
        r->type |= MACH_PORT_TYPE_SEND;
        r->urefs += r->urefs < MACH_PORT_UREFS_MAX;
    }
}
