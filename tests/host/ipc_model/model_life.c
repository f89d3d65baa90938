/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: threads that go on, are aborted or end; time; tasks that end
 * and begin; the reaper.
 */
#include <base/kalloc.h>
#include <machine/clock.h>
#include "model.h"

static void
task_begin(int t)
{
    struct m_task *m = &m_tasks[t];
    int port, i;

    memset(m, 0, sizeof(*m));
    m->alive = true;
    m->task = task_make(&ledger_root);
    m->task->token.val[0] = m->task->audit.val[0] = 100 + (uint32_t)t;
    m->filled = m->reap_next = M_FIRST;
    m->soft = m->hard = M_NAMES_MAX;
    m->limit_notice = M_NONE;
    for (i = 0; i < M_REGISTERED; i++) {
        m->registered[i] = M_NONE;
    }
    port = m_port_new(t);
    m_ports[port].place = M_IN_KERNEL;
    m_ports[port].kernel = m->task->self;
    for (i = 0; i < M_THREADS; i++) {
        m_thread_begin(t * M_THREADS + i);
    }
}

static void
threads_end(int t)
{
    int i;

    for (i = 0; i < M_THREADS; i++) {
        m_thread_end(t * M_THREADS + i);
    }
}

/* Its threads, then its own port; its names go when the reaper comes. */
static void
task_dies(int t)
{
    struct m_task *m = &m_tasks[t];
    int self = m_copyin(t, MACH_PORT_TASK_SELF, MACH_MSG_TYPE_COPY_SEND).port;

    threads_end(t);
    m_register_end(t);
    ipc_kobject_destroy(m->task->self);
    m_dispose(self);
    ipc_space_destroy(m->task->space);
    if (m->limit_notice >= 0) {
        int to = m->limit_notice;

        m->limit_notice = M_NONE;
        m_sonce_gone(to);
    }
    m->alive = false;
    m_push(&m_reaping, t);
    m_check_touched();
}

static void
task_buried(int t)
{
    struct task *task = m_tasks[t].task;

    CHECK(ipc_space_empty(task->space));
    CHECK_EQ(m_tasks[t].names.n, 0);
    ipc_space_release(task->space);
    user_free_all(task);
    ledger_release(task->ledger);
    free(task);
}

void
m_reap_now(void)
{
    int t;

    reap_all();
    m_reap();
    for (t = 0; t < M_TASKS; t++) {
        if (!m_tasks[t].alive) {
            task_buried(t);
            task_begin(t);
        }
    }
}

/* The thread that is ready first goes on. */
static void
op_run(int t)
{
    struct host_thread *h;
    kern_return_t want;
    int thread;

    (void)t;
    m_inject_begin();
    h = run_next();
    m_shortage = m_inject_end() ? h->result : 0;
    CHECK_EQ(h != NULL, m_ready.n > 0);
    if (h == NULL) {
        return;
    }
    thread = m_ready.at[0];
    CHECK(h == m_threads[thread].host);
    want = m_continue(thread);
    if (m_shortage != 0) {
        m_resync_names(M_THREAD_TASK(thread));
        m_shortage = 0;
    }
    if (want == KERN_BLOCKED || h->result == KERN_BLOCKED) {
        CHECK_EQ(h->result, want);
    } else {
        m_call_done(thread, h->result, want);
    }
}

static int
some_thread(int t)
{
    return t * M_THREADS + (int)m_random(M_THREADS);
}

static void
op_abort(int t)
{
    int thread = some_thread(t);
    struct m_thread *th = &m_threads[thread];

    if (!m_tasks[t].alive) {
        return;
    }
    abort_thread(th->host);
    if (th->state == M_WAITING) {
        m_wake(thread, KERN_ABORTED);
    } else {
        th->aborted = true;
    }
}

static void
op_kick(int t)
{
    int thread = some_thread(t);
    struct m_thread *th = &m_threads[thread];

    if (!m_tasks[t].alive) {
        return;
    }
    kick_thread(th->host);
    if (th->state == M_WAITING && th->interruptible) {
        m_wake(thread, KERN_INTERRUPTED);
    } else {
        th->kicked = true;
    }
}

static void
op_thread_ends(int t)
{
    int thread = some_thread(t);

    if (m_tasks[t].alive) {
        m_thread_end(thread);
        m_thread_begin(thread);
    }
}

static void
op_clock(int t)
{
    (void)t;
    host_clock_advance(1000000);
    m_clock(1000000);
}

static void
op_task_dies(int t)
{
    if (m_tasks[t].alive && m_chance(8)) {
        task_dies(t);
    }
}

static void
op_reap(int t)
{
    (void)t;
    m_reap_now();
}

void
m_begin(void)
{
    int t;

    census_begin();
    m_kernel_begin();
    for (t = 0; t < M_TASKS; t++) {
        task_begin(t);
    }
}

void
m_end(void)
{
    int t;

    for (t = 0; t < M_TASKS; t++) {
        if (m_tasks[t].alive) {
            task_dies(t);
        }
    }
    reap_all();
    m_reap();
    for (t = 0; t < M_TASKS; t++) {
        task_buried(t);
    }
    CHECK_EQ(m_live.n, 0);
    CHECK_EQ(m_used_messages.n, 0);
    m_kernel_end();
    census_end();
}

const struct m_op m_life_ops[] = {
    {op_run, 60, true},          {op_abort, 2, false},
    {op_kick, 2, false},         {op_thread_ends, 2, false},
    {op_clock, 8, false},        {op_task_dies, 1, false},
    {op_reap, 16, false},        {NULL, 0, false},
};
