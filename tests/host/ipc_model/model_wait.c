/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: threads that wait in mach_msg.
 *
 * A thread that is woken stands in the line of those that are ready, and goes
 * on when it is its turn: much may have happened by then.  A sender that is
 * woken because there is room owns a slot of the queue from that moment.  A
 * receiver that is woken for a port's message, and then has another port's, or
 * none, lets somebody else be woken in its place.
 */
#include "model.h"

static struct m_list *
line_of(const struct m_thread *th)
{
    if (th->is_set) {
        return &m_sets[th->object].receivers;
    }
    return th->waits == M_WAITS_RECEIVE ? &m_ports[th->object].receivers
                                        : &m_ports[th->object].senders;
}

void
m_wake(int thread, kern_return_t result)
{
    struct m_thread *th = &m_threads[thread];

    CHECK(m_remove(line_of(th), thread));
    th->state = M_READY;
    th->result = result;
    th->wait_end = 0;
    m_push(&m_ready, thread);
}

void
m_wake_all(struct m_list *l)
{
    while (l->n > 0) {
        m_wake(l->at[0], KERN_SUCCESS);
    }
}

bool
m_wake_first(struct m_list *l, int port)
{
    if (l->n == 0) {
        return false;
    }
    m_threads[l->at[0]].woken_for = port;
    m_wake(l->at[0], KERN_SUCCESS);
    return true;
}

/* Time passes; waits that it ends, the earliest first. */
void
m_clock(uint64_t ns)
{
    m_now += ns;
    for (;;) {
        int first = M_NONE, i;

        for (i = 0; i < M_TASKS * M_THREADS; i++) {
            const struct m_thread *th = &m_threads[i];

            if (th->state == M_WAITING && th->wait_end != 0
                && th->wait_end <= m_now
                && (first == M_NONE
                    || th->wait_end < m_threads[first].wait_end)) {
                first = i;
            }
        }
        if (first == M_NONE) {
            return;
        }
        m_wake(first, KERN_OPERATION_TIMED_OUT);
    }
}

static kern_return_t
wait_error(const struct m_thread *th, kern_return_t result)
{
    bool late = result == KERN_OPERATION_TIMED_OUT;

    if (th->waits == M_WAITS_SEND) {
        return late ? MACH_SEND_TIMED_OUT : MACH_SEND_INTERRUPTED;
    }
    return late ? MACH_RCV_TIMED_OUT : MACH_RCV_INTERRUPTED;
}

/* An abort or kick that came before ends the wait at once. */
kern_return_t
m_wait(int thread, enum m_waits waits, bool is_set, int object)
{
    struct m_thread *th = &m_threads[thread];
    const struct m_call *c = &th->call;
    bool send = waits == M_WAITS_SEND;

    th->waits = waits;
    th->is_set = is_set;
    th->object = object;
    th->object_dead = th->has_slot = false;
    th->woken_for = M_NONE;
    th->interruptible = (c->option & (send ? MACH_SEND_INTERRUPT
                                           : MACH_RCV_INTERRUPT)) != 0;
    if ((c->option & (send ? MACH_SEND_TIMEOUT : MACH_RCV_TIMEOUT)) != 0) {
        if (th->deadline == 0) {
            th->deadline = m_now + c->timeout * 1000000ull;
        }
        th->wait_end = th->deadline;
    } else {
        th->wait_end = 0;
    }
    if (th->aborted) {
        th->aborted = false;
        return wait_error(th, KERN_ABORTED);
    }
    if (th->interruptible && th->kicked) {
        th->kicked = false;
        return wait_error(th, KERN_INTERRUPTED);
    }
    if (th->wait_end != 0 && th->wait_end <= m_now) {
        return wait_error(th, KERN_OPERATION_TIMED_OUT);
    }
    th->state = M_WAITING;
    m_push(line_of(th), thread);
    m_waits++;
    return KERN_BLOCKED;
}

/* Is what was waited for still what the name stands for? */
static bool
same_object(int thread)
{
    const struct m_thread *th = &m_threads[thread];
    const struct m_right *r = m_find(M_THREAD_TASK(thread),
                                     th->call.rcv_name);

    return r != NULL && r->port == th->object
           && (r->type & (th->is_set ? MACH_PORT_TYPE_PORT_SET
                                     : MACH_PORT_TYPE_RECEIVE)) != 0;
}

static kern_return_t
continue_send(int thread)
{
    struct m_thread *th = &m_threads[thread];
    int slot = th->has_slot && !th->object_dead ? th->object : M_NONE;

    th->has_slot = false;
    if (th->result == KERN_SUCCESS) {
        return m_msg_run(thread, slot);
    }
    if (th->result == KERN_OPERATION_TIMED_OUT
        && (th->call.option & MACH_SEND_NOTIFY) != 0) {
        /* Once more, without waiting: it leaves the request. */
        th->call.timeout = 0;
        return m_msg_run(thread, M_NONE);
    }
    return wait_error(th, th->result);
}

static kern_return_t
receive_again(int thread)
{
    struct m_thread *th = &m_threads[thread];

    th->from = M_NONE;
    if (th->result != KERN_SUCCESS) {
        return wait_error(th, th->result);
    }
    if (th->object_dead) {
        return MACH_RCV_PORT_DIED;
    }
    if (!same_object(thread)) {
        return MACH_RCV_PORT_CHANGED;
    }
    return m_msg_receive(thread);
}

static kern_return_t
continue_receive(int thread)
{
    struct m_thread *th = &m_threads[thread];
    int port = th->woken_for;
    kern_return_t kr;

    th->woken_for = M_NONE;
    kr = receive_again(thread);
    if (port != th->from) {
        m_pass_on(port);
    }
    return kr;
}

kern_return_t
m_continue(int thread)
{
    struct m_thread *th = &m_threads[thread];
    kern_return_t kr;

    CHECK_EQ(th->state, M_READY);
    CHECK(m_remove(&m_ready, thread));
    th->state = M_IDLE;
    kr = th->waits == M_WAITS_SEND ? continue_send(thread)
                                   : continue_receive(thread);
    if (kr != KERN_BLOCKED) {
        th->deadline = 0;
    }
    return kr;
}

/* The thread ends. */
void
m_abandon(int thread)
{
    struct m_thread *th = &m_threads[thread];
    enum m_state was = th->state;

    if (was == M_WAITING) {
        m_wake(thread, KERN_ABORTED);
    }
    if (was != M_IDLE) {
        (void)m_remove(&m_ready, thread);
        th->state = M_IDLE;
        if (th->waits == M_WAITS_RECEIVE) {
            m_pass_on(th->woken_for);
        } else if (th->has_slot && !th->object_dead) {
            m_slot_back(th->object);
        }
        th->has_slot = false;
    }
    th->deadline = 0;
}

/* Who waits for it, or has been woken and not yet looked, will find it dead. */
void
m_object_dies(bool is_set, int object)
{
    int i;

    for (i = 0; i < M_TASKS * M_THREADS; i++) {
        struct m_thread *th = &m_threads[i];

        if (th->state != M_IDLE && th->is_set == is_set
            && th->object == object) {
            th->object_dead = true;
        }
        if (!is_set && th->woken_for == object) {
            th->woken_for = M_NONE;
        }
    }
}
