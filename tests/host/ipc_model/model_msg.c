/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: sending.  First everything that can be wrong, in order, with the
 * rights that the parts before will have taken in mind; then room in the
 * queue; then it is done.
 */
#include <mach/mig_errors.h>
#include "model.h"

#define BITS_ALL (0x1fu | 0x1f00u | MACH_MSGH_BITS_COMPLEX)

static bool
sends(mach_msg_type_name_t disposition)
{
    return disposition > MACH_MSG_TYPE_MOVE_RECEIVE
           && disposition <= MACH_MSG_TYPE_MAKE_SEND_ONCE;
}

/* A live port that the name stands for. */
static int
port_named(int task, mach_port_name_t name)
{
    const struct m_right *r = m_find(task, name);

    if (m_borrowed(name)) {
        return m_copyin(task, name, MACH_MSG_TYPE_COPY_SEND).port;
    }
    return r == NULL ? M_NONE : r->port;
}

static kern_return_t
claim_dest(int task, const struct m_call *c, struct m_claims *claims)
{
    return m_claim(task, claims, c->head.msgh_remote_port,
                   MACH_MSGH_BITS_REMOTE(c->head.msgh_bits))
                   == KERN_SUCCESS
               ? KERN_SUCCESS
               : MACH_SEND_INVALID_DEST;
}

static kern_return_t
claim_reply(int task, const struct m_call *c, struct m_claims *claims)
{
    mach_msg_type_name_t d = MACH_MSGH_BITS_LOCAL(c->head.msgh_bits);

    return d == 0
                   || m_claim(task, claims, c->head.msgh_local_port, d)
                          == KERN_SUCCESS
               ? KERN_SUCCESS
               : MACH_SEND_INVALID_REPLY;
}

static kern_return_t
check_header(int task, const struct m_call *c, struct m_claims *claims,
             int *dest)
{
    mach_msg_type_name_t d = MACH_MSGH_BITS_LOCAL(c->head.msgh_bits);
    bool reply_first = d == MACH_MSG_TYPE_COPY_SEND;
    kern_return_t kr;

    if ((c->head.msgh_bits & ~BITS_ALL) != 0
        || !sends(MACH_MSGH_BITS_REMOTE(c->head.msgh_bits))
        || (d == 0 ? c->head.msgh_local_port != 0 : !sends(d))) {
        return MACH_SEND_INVALID_HEADER;
    }
    if (!MACH_PORT_VALID(c->head.msgh_remote_port)) {
        return MACH_SEND_INVALID_DEST;
    }
    /* A copy goes before a move of the same right. */
    kr = reply_first ? claim_reply(task, c, claims)
                     : claim_dest(task, c, claims);
    if (kr == KERN_SUCCESS) {
        kr = reply_first ? claim_dest(task, c, claims)
                         : claim_reply(task, c, claims);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    *dest = port_named(task, c->head.msgh_remote_port);
    return *dest < 0 ? MACH_SEND_INVALID_DEST : KERN_SUCCESS;
}

static kern_return_t
check_right(int task, struct m_claims *claims, mach_port_name_t name,
            mach_msg_type_name_t disposition, int dest)
{
    kern_return_t kr = m_claim(task, claims, name, disposition);

    if (kr == KERN_INVALID_VALUE) {
        return MACH_SEND_INVALID_TYPE;
    }
    if (kr != KERN_SUCCESS
        || (disposition == MACH_MSG_TYPE_MOVE_RECEIVE
            && MACH_PORT_VALID(name)
            && m_circular(m_find(task, name)->port, dest))) {
        return MACH_SEND_INVALID_RIGHT;
    }
    return KERN_SUCCESS;
}

static kern_return_t
check_array(int task, const struct m_call *c, unsigned i,
            struct m_claims *claims, int dest, unsigned *total)
{
    mach_msg_type_name_t d = c->part[i].disposition;
    unsigned j;

    if (d < MACH_MSG_TYPE_MOVE_RECEIVE || d > MACH_MSG_TYPE_MAKE_SEND_ONCE) {
        return MACH_SEND_INVALID_TYPE;
    }
    if (c->part[i].count > MACH_MSG_OOL_PORTS_MAX - *total) {
        return MACH_SEND_TOO_LARGE;
    }
    *total += c->part[i].count;
    if (c->part[i].count > 0 && c->part[i].bad_memory) {
        return MACH_SEND_INVALID_MEMORY;
    }
    for (j = 0; j < c->part[i].count; j++) {
        kern_return_t kr = check_right(task, claims, c->part[i].names[j], d,
                                       dest);

        if (kr != KERN_SUCCESS) {
            return kr;
        }
    }
    return KERN_SUCCESS;
}

static kern_return_t
check_part(int task, const struct m_call *c, unsigned i,
           struct m_claims *claims, int dest, unsigned *total)
{
    if (c->part[i].kind == MACH_MSG_PORT_DESCRIPTOR) {
        return check_right(task, claims, c->part[i].names[0],
                           c->part[i].disposition, dest);
    }
    if (c->part[i].copy > 1 || c->part[i].deallocate > 1) {
        return MACH_SEND_INVALID_TYPE;
    }
    return c->part[i].kind == MACH_MSG_OOL_DESCRIPTOR
               ? KERN_SUCCESS
               : check_array(task, c, i, claims, dest, total);
}

static kern_return_t
check_body(int task, const struct m_call *c, struct m_claims *claims,
           int dest)
{
    unsigned at = 28, total = 0, i;

    if (c->send_size < at) {
        return MACH_SEND_MSG_TOO_SMALL;
    }
    if (c->count > MACH_MSG_DESCRIPTORS_MAX) {
        return MACH_SEND_TOO_LARGE;
    }
    for (i = 0; i < c->count; i++) {
        kern_return_t kr;

        if (c->send_size < at + 12) {
            return MACH_SEND_MSG_TOO_SMALL;
        }
        CHECK(i < c->parts);
        if (c->part[i].kind > MACH_MSG_OOL_PORTS_DESCRIPTOR) {
            return MACH_SEND_INVALID_TYPE;
        }
        at += c->part[i].kind == MACH_MSG_PORT_DESCRIPTOR ? 12 : 16;
        if (c->send_size < at) {
            return MACH_SEND_MSG_TOO_SMALL;
        }
        kr = check_part(task, c, i, claims, dest, &total);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
    }
    return KERN_SUCCESS;
}

static kern_return_t
check_all(int task, const struct m_call *c, int *dest)
{
    struct m_claims claims = {0};
    kern_return_t kr;

    if (c->send_size < sizeof(mach_msg_header_t)) {
        return MACH_SEND_MSG_TOO_SMALL;
    }
    if (c->send_size > MACH_MSG_SIZE_MAX) {
        return MACH_SEND_TOO_LARGE;
    }
    if (c->send_size % 4 != 0) {
        return MACH_SEND_INVALID_HEADER;
    }
    if (c->bad_message) {
        return MACH_SEND_INVALID_DATA;
    }
    kr = check_header(task, c, &claims, dest);
    if (kr == KERN_SUCCESS
        && (c->head.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        kr = check_body(task, c, &claims, *dest);
    }
    return kr;
}

/* Nobody waits for room: but who asks is told when there is some. */
static kern_return_t
ask_for_room(int task, const struct m_call *c, int dest)
{
    const struct m_right *to = m_find(task, c->notify);
    mach_port_name_t name = c->head.msgh_remote_port;
    struct m_request *q;
    int old;

    if (to == NULL || (to->type & MACH_PORT_TYPE_RECEIVE) == 0) {
        return MACH_SEND_INVALID_NOTIFY;
    }
    q = m_request_find(dest, task, name);
    if (q == NULL) {
        CHECK(m_ports[dest].request_count < M_TASKS * 8);
        q = &m_ports[dest].requests[m_ports[dest].request_count++];
        *q = (struct m_request){task, name, M_NONE, M_NONE};
    }
    if (q->possible == to->port) {
        return MACH_SEND_TIMED_OUT;
    }
    old = q->possible;
    q->possible = to->port;
    m_touch(to->port);
    m_touch_name(task, name);
    if (old >= 0) {
        m_sonce_gone(old);
    }
    return MACH_SEND_TIMED_OUT;
}

static kern_return_t
wait_for_room(int thread, int dest)
{
    struct m_thread *th = &m_threads[thread];
    const struct m_call *c = &th->call;
    kern_return_t kr = MACH_SEND_TIMED_OUT;

    if ((c->option & MACH_SEND_TIMEOUT) == 0 || c->timeout != 0) {
        kr = m_wait(thread, M_WAITS_SEND, false, dest);
    }
    return kr == MACH_SEND_TIMED_OUT && (c->option & MACH_SEND_NOTIFY) != 0
               ? ask_for_room(M_THREAD_TASK(thread), c, dest)
               : kr;
}

/* Take what the parts of the body carry. */
static void
take_parts(int task, const struct m_call *c, struct m_message *m)
{
    unsigned i, j;

    m->count = m->complex ? c->count : 0;
    for (i = 0; i < m->count; i++) {
        struct m_part *p = &m->part[i];

        p->kind = c->part[i].kind;
        p->count = c->part[i].count;
        p->seed = c->part[i].seed;
        if (p->kind == MACH_MSG_OOL_DESCRIPTOR) {
            continue;
        }
        p->type = m_type_of(c->part[i].disposition);
        for (j = 0; j < p->count; j++) {
            p->ports[j] = m_copyin(task, c->part[i].names[j],
                                   c->part[i].disposition).port;
        }
    }
}

static void
take_message(int task, const struct m_call *c, struct m_message *m)
{
    mach_msg_type_name_t d = MACH_MSGH_BITS_LOCAL(c->head.msgh_bits);

    *m = (struct m_message){
        .id = c->head.msgh_id, .reply = {0, M_NONE}, .size = c->send_size,
        .complex = (c->head.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0,
        .sender = 100 + (uint32_t)task, .value = c->value,
        .words = c->words};
    if (d == MACH_MSG_TYPE_COPY_SEND) {
        m->reply = m_copyin(task, c->head.msgh_local_port, d);
    }
    m->dest = m_copyin(task, c->head.msgh_remote_port,
                       MACH_MSGH_BITS_REMOTE(c->head.msgh_bits));
    if (d != 0 && d != MACH_MSG_TYPE_COPY_SEND) {
        m->reply = m_copyin(task, c->head.msgh_local_port, d);
    }
    take_parts(task, c, m);
}

/* A request to the kernel (host_kobject.c) is answered at once. */
static void
serve(struct m_message *request)
{
    struct m_message reply = {.id = request->id + MIG_REPLY_DISTANCE,
                              .dest = request->reply,
                              .reply = {0, M_NONE}, .size = 36,
                              .sender = KERNEL_SECURITY_TOKEN_VAL0};

    if (request->reply.port >= 0 && request->id != 7003) {
        request->reply = (struct m_carried){0, M_NONE};
        if (m_ports[reply.dest.port].place == M_IN_KERNEL) {
            m_discard(&reply);
        } else {
            m_post(reply.dest.port, &reply);
        }
    }
    m_discard(request);
}

static bool
bad_memory(const struct m_call *c)
{
    unsigned i;

    for (i = 0; i < c->count
                && (c->head.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0; i++) {
        if (c->part[i].kind == MACH_MSG_OOL_DESCRIPTOR
            && c->part[i].bad_memory && c->part[i].count > 0) {
            return true;
        }
    }
    return false;
}

/* slot: of this port's queue one is ours; M_NONE when it was used. */
static kern_return_t
send(int thread, int *slot)
{
    int task = M_THREAD_TASK(thread), dest = M_NONE;
    const struct m_call *c = &m_threads[thread].call;
    kern_return_t kr = check_all(task, c, &dest);
    struct m_message m;
    bool needs_slot;

    if (m_shortage == MACH_SEND_NO_BUFFER) {
        return m_shortage;
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    needs_slot = m_ports[dest].place != M_IN_KERNEL
                 && m_type_of(MACH_MSGH_BITS_REMOTE(c->head.msgh_bits))
                        == MACH_MSG_TYPE_PORT_SEND;
    if (!needs_slot || *slot != dest) {
        if (*slot != M_NONE) {
            m_slot_back(*slot);
            *slot = M_NONE;
        }
        if (needs_slot && m_slots(dest) >= m_ports[dest].qlimit) {
            return wait_for_room(thread, dest);
        }
    }
    if (bad_memory(c)) {
        return MACH_SEND_INVALID_MEMORY;
    }
    take_message(task, c, &m);
    if (m_ports[dest].place == M_IN_KERNEL) {
        serve(&m);
        return KERN_SUCCESS;
    }
    m.slot = needs_slot;
    if (*slot != M_NONE) {
        m_ports[*slot].reserved--;
        *slot = M_NONE;
    }
    m_post(dest, &m);
    return KERN_SUCCESS;
}

kern_return_t
m_msg_run(int thread, int slot)
{
    struct m_thread *th = &m_threads[thread];

    if ((th->call.option & MACH_SEND_MSG) != 0) {
        kern_return_t kr = send(thread, &slot);

        if (slot != M_NONE) {
            m_slot_back(slot);
        }
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        th->deadline = 0;
        th->call.option &= ~MACH_SEND_MSG;
    }
    return (th->call.option & MACH_RCV_MSG) != 0 ? m_msg_receive(thread)
                                                 : MACH_MSG_SUCCESS;
}

#define OPTIONS                                                         \
    (MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_LARGE | MACH_SEND_TIMEOUT  \
     | MACH_SEND_INTERRUPT | MACH_SEND_NOTIFY | MACH_RCV_TIMEOUT        \
     | MACH_RCV_INTERRUPT | MACH_RCV_OVERWRITE | 0xff000000u)

kern_return_t
m_msg(int thread)
{
    struct m_thread *th = &m_threads[thread];
    kern_return_t kr;

    th->deadline = 0;
    th->got = th->got_stub = false;
    if ((th->call.option & ~OPTIONS) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    kr = m_msg_run(thread, M_NONE);
    if (kr != KERN_BLOCKED) {
        th->deadline = 0;
    }
    return kr;
}
