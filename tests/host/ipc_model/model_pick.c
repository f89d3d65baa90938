/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: random choices, and failing allocations.
 */
#include "model.h"

static mach_port_name_t stale = 0x400;
static uint64_t failures_before;

unsigned
m_random(unsigned n)
{
    return host_random() % n;
}

bool
m_chance(unsigned n)
{
    return m_random(n) == 0;
}

struct ipc_space *
m_space(int task)
{
    return m_tasks[task].task->space;
}

mach_port_name_t
m_some_name(int t)
{
    const struct m_task *m = &m_tasks[t];
    unsigned i = m_random(64);

    if (i < 2) {
        return i == 0 ? MACH_PORT_NULL : MACH_PORT_DEAD;
    }
    if (i == 2) {
        return MACH_PORT_MAKE(m_random(5), m_random(2));
    }
    if (i == 3 || m->names.n == 0) {
        return stale + m_random(3);
    }
    stale = m->right[m->names.at[m_random(m->names.n)]].name;
    return stale;
}

/* One that has this type, if there is any; mostly. */
mach_port_name_t
m_some_name_of(int t, mach_port_type_t type)
{
    const struct m_task *m = &m_tasks[t];
    unsigned i, at;

    if (m->names.n == 0 || m_chance(24)) {
        return m_some_name(t);
    }
    at = m_random(m->names.n);
    for (i = 0; i < m->names.n; i++) {
        const struct m_right *r =
            &m->right[m->names.at[(at + i) % m->names.n]];

        if ((r->type & type) != 0) {
            return r->name;
        }
    }
    return m_some_name(t);
}

mach_port_name_t
m_free_name(int t)
{
    const struct m_task *m = &m_tasks[t];
    unsigned i = m_random(16);
    uint32_t index;

    if (i == 0 || m->free_count == 0) {
        return m_some_name(t);
    }
    if (i == 1) {
        index = M_NAMES_MAX + m_random(4); /* none such */
    } else if (i == 2) {
        index = m->filled + M_CHUNK + M_REACH + m_random(4);
    } else if (i == 3 && m->filled + 2 * M_CHUNK < M_INDICES) {
        index = m->filled + m_random(M_CHUNK);
    } else {
        index = m->free[m_random(m->free_count)];
    }
    return MACH_PORT_MAKE(index, m_random(256));
}

int
m_idle_thread(int t)
{
    unsigned at = m_random(M_THREADS), i;

    for (i = 0; m_tasks[t].alive && i < M_THREADS; i++) {
        int th = t * M_THREADS + (int)((at + i) % M_THREADS);

        if (m_threads[th].state == M_IDLE) {
            return th;
        }
    }
    return M_NONE;
}

void
m_inject_one_of(unsigned n)
{
    failures_before = host_failures();
    if (m_chance(n == 1 ? 4 : 32)) {
        host_fail_nth(1 + m_random(n));
    }
}

void
m_inject_begin(void)
{
    m_inject_one_of(4);
}

bool
m_inject_end(void)
{
    host_fail_nth(0);
    return host_failures() != failures_before;
}

bool
m_inject_over(enum m_what what, int task, kern_return_t kr)
{
    if (!m_inject_end()) {
        return false;
    }
    m_resync_names(task);
    m_result(what, kr, KERN_RESOURCE_SHORTAGE);
    return true;
}
