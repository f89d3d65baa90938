/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: names.
 *
 * A name is an index and a generation.  Free indices are a stack: what was
 * freed last is given next, with its generation one higher.  When more are
 * needed, the next M_FILL indices that never were free are pushed, the lowest
 * on top; a batch ends with its chunk of the table.
 */
#include "model.h"

bool
m_borrowed(mach_port_name_t name)
{
    return name == MACH_PORT_TASK_SELF || name == MACH_PORT_THREAD_SELF
           || name == MACH_PORT_HOST_SELF;
}

struct m_right *
m_find(int task, mach_port_name_t name)
{
    uint32_t index = name >> 8;
    struct m_right *r;

    if (index >= M_INDICES) {
        return NULL;
    }
    r = &m_tasks[task].right[index];
    return r->type != 0 && r->name == name ? r : NULL;
}

kern_return_t
m_lookup(int task, mach_port_name_t name, struct m_right **out)
{
    *out = m_find(task, name);
    return !m_tasks[task].alive ? KERN_INVALID_TASK
           : *out == NULL       ? KERN_INVALID_NAME
                                : KERN_SUCCESS;
}

static kern_return_t
lookup_type(int task, mach_port_name_t name, mach_port_type_t type, int *out)
{
    struct m_right *r;
    kern_return_t kr = m_lookup(task, name, &r);

    if (kr == KERN_SUCCESS) {
        if ((r->type & type) == 0) {
            return KERN_INVALID_RIGHT;
        }
        *out = r->port;
    }
    return kr;
}

kern_return_t
m_lookup_receive(int task, mach_port_name_t name, int *port)
{
    return lookup_type(task, name, MACH_PORT_TYPE_RECEIVE, port);
}

kern_return_t
m_lookup_set(int task, mach_port_name_t name, int *set)
{
    return lookup_type(task, name, MACH_PORT_TYPE_PORT_SET, set);
}

struct m_right *
m_find_port(int task, int port)
{
    struct m_task *t = &m_tasks[task];
    unsigned i;

    for (i = 0; i < t->names.n; i++) {
        struct m_right *r = &t->right[t->names.at[i]];

        if (r->port == port
            && (r->type & MACH_PORT_TYPE_SEND_RECEIVE) != 0) {
            return r;
        }
    }
    return NULL;
}

/* The indices that the table has room for. */
static unsigned
table_size(const struct m_task *t)
{
    return (t->filled + M_CHUNK - 1) / M_CHUNK * M_CHUNK;
}

static bool
fill(struct m_task *t)
{
    unsigned n = M_FILL, i;
    unsigned end = (t->filled / M_CHUNK + 1) * M_CHUNK;

    if (end > M_NAMES_MAX) {
        end = M_NAMES_MAX;
    }
    if (n > end - t->filled) {
        n = end - t->filled;
    }
    if (n == 0) {
        return false;
    }
    if (m_shortage != 0 && t->filled % M_CHUNK == 0) {
        return false; /* the table was not to grow */
    }
    CHECK(t->filled + n <= M_INDICES);
    for (i = n; i > 0; i--) {
        t->free[t->free_count++] = (uint16_t)(t->filled + i - 1);
    }
    t->filled += n;
    return true;
}

bool
m_grow(int task)
{
    return fill(&m_tasks[task]);
}

/* The limit that the task has set. */
static bool
within_limit(const struct m_task *t, unsigned n)
{
    return t->names.n + (uint64_t)n <= t->hard;
}

void
m_count_names(int task)
{
    struct m_task *t = &m_tasks[task];
    int to = t->limit_notice;

    if (to != M_NONE && t->names.n > t->soft) {
        t->limit_notice = M_NONE;
        m_notify(to, MACH_NOTIFY_NAME_LIMIT, t->names.n, M_NONE);
    }
}

bool
m_reserve(int task, unsigned n)
{
    if (!within_limit(&m_tasks[task], n)) {
        return false;
    }
    while (m_tasks[task].free_count < n) {
        if (!fill(&m_tasks[task])) {
            return false;
        }
    }
    return true;
}

/* The type is the caller's to set. */
static struct m_right *
begin(int task, mach_port_name_t name)
{
    struct m_task *t = &m_tasks[task];
    struct m_right *r = &t->right[name >> 8];

    *r = (struct m_right){.name = name, .port = M_NONE};
    m_push(&t->names, (int)(name >> 8));
    m_touch_name(task, name);
    m_count_names(task);
    return r;
}

struct m_right *
m_take(int task)
{
    struct m_task *t = &m_tasks[task];
    unsigned index;

    CHECK(t->free_count > 0);
    index = t->free[--t->free_count];
    return begin(task, MACH_PORT_MAKE(index, t->generation[index]));
}

kern_return_t
m_take_name(int task, mach_port_name_t name, struct m_right **out)
{
    struct m_task *t = &m_tasks[task];
    uint32_t index = name >> 8;
    unsigned i;

    if (index == 0) {
        return KERN_INVALID_VALUE;
    }
    if (index < M_FIRST) {
        return KERN_NAME_EXISTS;
    }
    if (index >= M_NAMES_MAX || index >= table_size(t) + M_REACH) {
        return KERN_NO_SPACE;
    }
    if (!within_limit(t, 1)) {
        return KERN_RESOURCE_SHORTAGE;
    }
    while (index >= t->filled) {
        if (!fill(t)) {
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    if (t->right[index].type != 0) {
        return KERN_NAME_EXISTS;
    }
    for (i = 0; t->free[i] != index; i++) {
    }
    t->free_count--;
    memmove(&t->free[i], &t->free[i + 1],
            (t->free_count - i) * sizeof(t->free[0]));
    *out = begin(task, name);
    return KERN_SUCCESS;
}

void
m_name_free(int task, struct m_right *r)
{
    struct m_task *t = &m_tasks[task];
    unsigned index = r->name >> 8;
    unsigned i;

    m_touch_name(task, r->name);
    t->generation[index] = (uint8_t)(r->name + 1);
    t->free[t->free_count++] = (uint16_t)index;
    r->type = 0;
    for (i = 0; t->names.at[i] != (int)index; i++) {
    }
    t->names.at[i] = t->names.at[--t->names.n];
}
