/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: calls that move rights between tasks, and requests for
 * notifications.
 */
#include <kern/mach_port_server.h>
#include "model.h"

/* The kernel's right that the test holds. */
struct ipc_port *m_hand_port;

void
m_hand_drop(void)
{
    struct m_carried c = m_hand;

    ipc_port_drop_right(m_hand_port, c.type);
    m_hand_port = IP_NULL;
    m_hand = (struct m_carried){0, M_NONE};
    m_drop(c);
}

/* A disposition that mostly does for the name. */
static mach_msg_type_name_t
suited(int t, mach_port_name_t name)
{
    static const mach_msg_type_name_t makes[] = {
        MACH_MSG_TYPE_MAKE_SEND, MACH_MSG_TYPE_MAKE_SEND,
        MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_TYPE_MAKE_SEND_ONCE,
        MACH_MSG_TYPE_MOVE_RECEIVE};
    const struct m_right *r = m_find(t, name);

    if (r == NULL || m_chance(12)) {
        return 15 + m_random(8);
    }
    if ((r->type & MACH_PORT_TYPE_RECEIVE) != 0) {
        return makes[m_random(5)];
    }
    return r->type == MACH_PORT_TYPE_SEND_ONCE ? MACH_MSG_TYPE_MOVE_SEND_ONCE
           : m_chance(2)                       ? MACH_MSG_TYPE_MOVE_SEND
                                               : MACH_MSG_TYPE_COPY_SEND;
}

/* By the trap: a right made of one of the task's, under a name. */
static void
op_insert_trap(int t)
{
    int th = m_idle_thread(t);
    mach_port_name_t from = m_some_name_of(t, MACH_PORT_TYPE_SEND_RECEIVE);
    mach_msg_type_name_t d = m_chance(12) ? suited(t, from)
                                          : 19 + m_random(3);
    mach_port_name_t name = m_chance(4) ? m_some_name(t)
                            : d == MACH_MSG_TYPE_MAKE_SEND_ONCE
                                ? m_free_name(t)
                                : from;
    struct m_claims claims = {0};
    struct m_carried c;
    kern_return_t kr, want;

    if (th == M_NONE) {
        return;
    }
    thread_enter(m_threads[th].host);
    m_inject_one_of(1);
    kr = mach_port_insert_right_trap(name, from, d);
    if (m_inject_over(CALL_INSERT_TRAP, t, kr)) {
        return;
    }
    want = d == MACH_MSG_TYPE_MAKE_SEND || d == MACH_MSG_TYPE_COPY_SEND
                   || d == MACH_MSG_TYPE_MAKE_SEND_ONCE
               ? m_claim(t, &claims, from, d)
               : KERN_INVALID_VALUE;
    if (want == KERN_SUCCESS) {
        c = m_copyin(t, from, d);
        want = m_insert(t, name, c);
        if (want != KERN_SUCCESS && d == MACH_MSG_TYPE_MAKE_SEND
            && c.port >= 0) {
            m_ports[c.port].mscount--; /* it was never made */
        }
    }
    m_result(CALL_INSERT_TRAP, kr, want);
}

static bool
extract(int t)
{
    mach_port_name_t name = m_some_name(t);
    mach_msg_type_name_t d = suited(t, name), type = 0;
    struct m_claims claims = {0};
    struct m_right *r;
    kern_return_t kr, want;

    m_hand_port = IP_NULL;
    kr = mach_port_extract_right(m_space(t), name, d, &m_hand_port, &type);
    want = m_lookup(t, name, &r);
    if (want == KERN_SUCCESS) {
        want = r->type == MACH_PORT_TYPE_DEAD_NAME
                   ? KERN_INVALID_RIGHT
                   : m_claim(t, &claims, name, d);
    }
    m_result(CALL_EXTRACT, kr, want);
    if (kr != KERN_SUCCESS) {
        return false;
    }
    m_hand = m_copyin(t, name, d);
    CHECK(m_hand_port == m_ports[m_hand.port].kernel);
    CHECK_EQ(type, m_hand.type);
    return true;
}

static void
insert_any(int to)
{
    mach_port_name_t got = 0, name = 0;
    kern_return_t kr, want;

    m_inject_one_of(1);
    kr = mach_port_insert_right_any(m_space(to), m_hand_port, m_hand.type, &got);
    if (m_inject_over(CALL_INSERT_ANY, to, kr)) {
        return;
    }
    want = m_hand.port < 0        ? KERN_INVALID_CAPABILITY
           : !m_tasks[to].alive   ? KERN_INVALID_TASK
           : !m_reserve(to, 1)    ? KERN_RESOURCE_SHORTAGE
                                  : KERN_SUCCESS;
    if (want == KERN_SUCCESS) {
        name = m_copyout(to, m_hand);
        m_hand = (struct m_carried){0, M_NONE};
        m_hand_port = IP_NULL;
    }
    m_result(CALL_INSERT_ANY, kr, want);
    CHECK_EQ(got, name);
}

static void
insert_named(int to)
{
    const struct m_right *r = m_hand.port >= 0 ? m_find_port(to, m_hand.port)
                                               : NULL;
    mach_port_name_t name = r != NULL && !m_chance(4) ? r->name
                                                      : m_free_name(to);
    kern_return_t kr, want;

    m_inject_one_of(1);
    kr = mach_port_insert_right(m_space(to), name, m_hand_port, m_hand.type);
    if (m_inject_over(CALL_INSERT, to, kr)) {
        return;
    }
    want = m_insert(to, name, m_hand);
    m_result(CALL_INSERT, kr, want);
    if (want == KERN_SUCCESS) {
        m_hand = (struct m_carried){0, M_NONE};
        m_hand_port = IP_NULL;
    }
}

/* From task to task, as a server does for a client. */
static void
op_give(int t)
{
    int to = (int)m_random(M_TASKS);

    if (m_chance(32)) {
        m_hand_port = IP_NULL;
        m_hand = (struct m_carried){MACH_MSG_TYPE_PORT_SEND, M_NONE};
    } else if (!extract(t)) {
        return;
    }
    if (!m_chance(16)) {
        if (m_chance(3)) {
            insert_named(to);
        } else {
            insert_any(to);
        }
    }
    if (m_hand.type != 0) {
        m_hand_drop();
    }
}

static void
op_copy_space(int t)
{
    int from = (int)m_random(M_TASKS);
    kern_return_t kr, want;
    bool failed;

    if (m_tasks[t].names.n > M_NAMES / 2) {
        return;
    }
    m_inject_one_of(1);
    kr = mach_port_copy_space(m_space(t), m_space(from));
    failed = m_inject_end();
    m_shortage = failed ? KERN_RESOURCE_SHORTAGE : 0;
    want = m_copy_space(from, t);
    m_shortage = 0;
    if (failed || want == KERN_RESOURCE_SHORTAGE) {
        m_resync_names(t);
    }
    m_result(CALL_COPY_SPACE, kr, want);
}

/* The place of the request of this kind, made if need be. */
static int *
place_of(int t, const struct m_right *r, int variant)
{
    struct m_port *p = &m_ports[r->port];
    struct m_request *q;

    if (variant == MACH_NOTIFY_NO_SENDERS) {
        return &p->nsrequest;
    }
    if (variant == MACH_NOTIFY_PORT_DESTROYED) {
        return &p->pdrequest;
    }
    q = m_request_find(r->port, t, r->name);
    if (q == NULL) {
        CHECK(p->request_count < M_TASKS * 8);
        q = &p->requests[p->request_count++];
        *q = (struct m_request){t, r->name, M_NONE, M_NONE};
    }
    return variant == MACH_NOTIFY_DEAD_NAME ? &q->dead : &q->possible;
}

/* The request of notify (a port, or M_NONE to cancel) takes the place of
 * *previous; what is so already is told at once. */
static kern_return_t
ask(int t, struct m_right *r, int variant, unsigned sync, int notify,
    int *previous)
{
    struct m_port *p = &m_ports[r->port];
    int *place;

    if (variant == MACH_NOTIFY_SEND_POSSIBLE && notify != M_NONE && sync != 0
        && m_slots(r->port) < p->qlimit) {
        m_hand = (struct m_carried){0, M_NONE};
        m_notify(notify, variant, r->name, M_NONE);
        return KERN_SUCCESS;
    }
    place = place_of(t, r, variant);
    *previous = *place;
    *place = notify;
    m_hand = (struct m_carried){0, M_NONE};
    m_touch(r->port);
    m_touch_name(t, r->name);
    if (variant == MACH_NOTIFY_NO_SENDERS && notify != M_NONE
        && m_sends(r->port) == 0 && p->mscount >= sync) {
        *place = M_NONE;
        m_notify(notify, variant, p->mscount, M_NONE);
    }
    m_request_tidy(r->port, t, r->name);
    return KERN_SUCCESS;
}

static kern_return_t
ask_about(int t, mach_port_name_t name, int variant, unsigned sync, int notify,
          int *previous)
{
    bool receiver = variant == MACH_NOTIFY_NO_SENDERS
                    || variant == MACH_NOTIFY_PORT_DESTROYED;
    struct m_right *r;
    kern_return_t kr;

    if (notify == M_DEAD) {
        return KERN_INVALID_CAPABILITY;
    }
    if (!receiver && variant != MACH_NOTIFY_DEAD_NAME
        && variant != MACH_NOTIFY_SEND_POSSIBLE) {
        return KERN_INVALID_VALUE;
    }
    kr = m_lookup(t, name, &r);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (receiver ? (r->type & MACH_PORT_TYPE_RECEIVE) == 0
                 : r->type == MACH_PORT_TYPE_PORT_SET) {
        return KERN_INVALID_RIGHT;
    }
    if (variant == MACH_NOTIFY_PORT_DESTROYED && sync != 0) {
        return KERN_INVALID_VALUE;
    }
    if (r->type == MACH_PORT_TYPE_DEAD_NAME) {
        if (sync == 0 || notify == M_NONE) {
            return KERN_INVALID_ARGUMENT;
        }
        r->urefs += r->urefs < M_UREFS_MAX;
        m_touch_name(t, name);
        m_hand = (struct m_carried){0, M_NONE};
        m_notify(notify, MACH_NOTIFY_DEAD_NAME, name, M_NONE);
        return KERN_SUCCESS;
    }
    return ask(t, r, variant, sync, notify, previous);
}

/* The right of a request that was replaced comes back: into a name of the
 * task, as a reply brings it, or it is dropped. */
void
m_previous_back(int t, struct ipc_port *kernel, int port)
{
    mach_port_name_t got;

    CHECK_EQ(kernel == IP_NULL, port == M_NONE);
    if (port == M_NONE) {
        return;
    }
    if (port >= 0) {
        CHECK(kernel == m_ports[port].kernel);
    }
    m_hand_port = kernel;
    m_hand = (struct m_carried){MACH_MSG_TYPE_PORT_SEND_ONCE, port};
    if (m_chance(2) && m_tasks[t].names.n < M_NAMES
        && m_reserve(t, 1)) {
        CHECK_EQ(ipc_object_copyout(m_space(t), kernel, m_hand.type, &got),
                 KERN_SUCCESS);
        CHECK_EQ(got, m_copyout(t, m_hand));
        m_hand = (struct m_carried){0, M_NONE};
    } else {
        m_hand_drop();
    }
}

/* A send-once right of one of its ports, for a request; or none. */
void
m_make_notify(int t)
{
    mach_port_name_t name = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    struct m_claims claims = {0};

    m_hand_port = IP_NULL;
    m_hand = (struct m_carried){0, M_NONE};
    if (m_tasks[t].alive
        && m_claim(t, &claims, name, MACH_MSG_TYPE_MAKE_SEND_ONCE)
               == KERN_SUCCESS) {
        CHECK_EQ(ipc_object_copyin(m_space(t), name,
                                   MACH_MSG_TYPE_MAKE_SEND_ONCE, &m_hand_port),
                 KERN_SUCCESS);
        m_hand = m_copyin(t, name, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    }
}

static void
op_request(int t)
{
    static const int variants[] = {
        MACH_NOTIFY_NO_SENDERS,    MACH_NOTIFY_NO_SENDERS,
        MACH_NOTIFY_PORT_DESTROYED, MACH_NOTIFY_PORT_DESTROYED,
        MACH_NOTIFY_DEAD_NAME,     MACH_NOTIFY_DEAD_NAME,
        MACH_NOTIFY_DEAD_NAME,     MACH_NOTIFY_SEND_POSSIBLE,
        MACH_NOTIFY_SEND_POSSIBLE, MACH_NOTIFY_SEND_ONCE};
    int variant = variants[m_random(10)], back = M_NONE;
    int about = m_chance(8) ? (int)m_random(M_TASKS) : t;
    mach_port_name_t name =
        variant == MACH_NOTIFY_NO_SENDERS
                || variant == MACH_NOTIFY_PORT_DESTROYED
            ? m_some_name_of(about, MACH_PORT_TYPE_RECEIVE)
            : m_some_name(about);
    unsigned sync = m_chance(2) ? 0 : m_random(3);
    const struct m_right *r = m_find(about, name);
    struct ipc_port *previous = IP_NULL;
    mach_msg_type_name_t type;
    kern_return_t kr, want;

    if (r != NULL && r->type != MACH_PORT_TYPE_PORT_SET && r->port >= 0
        && m_ports[r->port].request_count > M_TASKS * 8 - 4) {
        return;
    }
    m_make_notify(t);
    if (m_hand.type == 0 && m_chance(2)) {
        m_hand_port = IP_DEAD;
        m_hand = (struct m_carried){MACH_MSG_TYPE_PORT_SEND_ONCE, M_DEAD};
    }
    m_inject_begin();
    kr = mach_port_request_notification(m_space(about), name, variant, sync,
                                        m_hand_port, &previous, &type);
    if (!m_inject_over(CALL_REQUEST, about, kr)) {
        want = ask_about(about, name, variant, sync, m_hand.port, &back);
        m_result(CALL_REQUEST, kr, want);
    }
    if (kr != KERN_SUCCESS) {
        /* The request message is destroyed with the right. */
        if (m_hand.type != 0) {
            m_hand_drop();
        }
        return;
    }
    CHECK_EQ(type, MACH_MSG_TYPE_MOVE_SEND_ONCE);
    CHECK_EQ(m_hand.type, 0);
    m_previous_back(about, previous, back);
}

const struct m_op m_right_ops[] = {
    {op_insert_trap, 8, true},
    {op_give, 14, true},
    {op_copy_space, 1, true},
    {op_request, 14, false},
    {NULL, 0, false},
};
