/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: messages and notification requests.
 */
#include "model.h"

static int next_id;

/* A disposition that will often do for the name. */
static mach_msg_type_name_t
suited(int t, mach_port_name_t name)
{
    static const mach_msg_type_name_t makes[] = {
        MACH_MSG_TYPE_MAKE_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE,
        MACH_MSG_TYPE_MOVE_RECEIVE};
    struct m_right *r = m_find(t, name);

    if (r == NULL || host_random() % 4 == 0) {
        return 16 + host_random() % 6;
    }
    if ((r->type & MACH_PORT_TYPE_RECEIVE) != 0) {
        return makes[host_random() % 3];
    }
    if (r->type == MACH_PORT_TYPE_SEND_ONCE) {
        return MACH_MSG_TYPE_MOVE_SEND_ONCE;
    }
    return host_random() % 2 == 0 ? MACH_MSG_TYPE_MOVE_SEND
                                  : MACH_MSG_TYPE_COPY_SEND;
}

/* A random message in the task's buffer; its size. */
static mach_msg_size_t
make_message(int t)
{
    struct port_msg *m = &m_tasks[t].buffer->port;
    unsigned n = host_random() % 3 == 0 ? host_random() % (M_DESCS + 1) : 0;
    mach_msg_type_name_t dest = 16 + host_random() % 6;
    mach_msg_type_name_t reply =
        host_random() % 2 == 0 ? 0 : 17 + host_random() % 5;
    unsigned i;

    memset(m, 0, sizeof(*m));
    m->head.msgh_remote_port = m_some_name_of(
        t, dest < MACH_MSG_TYPE_MAKE_SEND
               ? MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_SEND_ONCE
               : MACH_PORT_TYPE_RECEIVE);
    m->head.msgh_local_port =
        reply == 0 ? (host_random() % 16 == 0 ? m_some_name(t) : 0)
        : host_random() % 8 == 0
            ? m->head.msgh_remote_port
            : m_some_name_of(t, MACH_PORT_TYPE_SEND_RECEIVE);
    if (reply != 0) {
        reply = suited(t, m->head.msgh_local_port);
        reply = reply == MACH_MSG_TYPE_MOVE_RECEIVE ? 20 : reply;
    }
    if (host_random() % 2 == 0) {
        dest = suited(t, m->head.msgh_remote_port);
    }
    m->head.msgh_bits = MACH_MSGH_BITS(dest, reply);
    m->head.msgh_id = 100 + next_id++ % 1000000;
    for (i = 0; i < n; i++) {
        m->port[i].name = host_random() % 4 == 0 && i > 0
                              ? m->port[0].name
                              : m_some_name(t);
        m->port[i].disposition = (host_random() % 64 == 0
                                      ? host_random() % 32
                                      : suited(t, m->port[i].name))
                                 & 0xffu;
        m->port[i].type = MACH_MSG_PORT_DESCRIPTOR;
    }
    if (n == 0) {
        return sizeof(mach_msg_header_t);
    }
    m->head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    m->body.msgh_descriptor_count = n;
    return (mach_msg_size_t)(28 + 12 * n);
}

static kern_return_t
try_header(int t, struct m_right *scratch, const mach_msg_header_t *h,
           int *dest)
{
    mach_msg_type_name_t remote = MACH_MSGH_BITS_REMOTE(h->msgh_bits);
    mach_msg_type_name_t local = MACH_MSGH_BITS_LOCAL(h->msgh_bits);
    unsigned n = m_tasks[t].count;
    struct m_right *r;
    int i;

    if (remote == MACH_MSG_TYPE_MOVE_RECEIVE
        || (local == 0 && h->msgh_local_port != 0)) {
        return MACH_SEND_INVALID_HEADER;
    }
    if (!MACH_PORT_VALID(h->msgh_remote_port)) {
        return MACH_SEND_INVALID_DEST;
    }
    for (i = 0; i < 2; i++) {
        /* A copy goes before a move of the same right. */
        if ((i == 0) == (local == MACH_MSG_TYPE_COPY_SEND)) {
            if (local != 0
                && !m_try_copyin(scratch, n, h->msgh_local_port, local)) {
                return MACH_SEND_INVALID_REPLY;
            }
        } else if (!m_try_copyin(scratch, n, h->msgh_remote_port, remote)) {
            return MACH_SEND_INVALID_DEST;
        }
    }
    r = m_find(t, h->msgh_remote_port);
    *dest = r->port;
    return r->type == MACH_PORT_TYPE_DEAD_NAME ? MACH_SEND_INVALID_DEST
                                               : KERN_SUCCESS;
}

/* What the send must return. */
static kern_return_t
try_send(int t, const struct port_msg *m, int *dest)
{
    struct m_right scratch[M_NAMES];
    mach_msg_type_name_t remote = MACH_MSGH_BITS_REMOTE(m->head.msgh_bits);
    unsigned i;
    kern_return_t kr;

    memcpy(scratch, m_tasks[t].rights, sizeof(scratch));
    kr = try_header(t, scratch, &m->head, dest);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    for (i = 0; i < m->body.msgh_descriptor_count; i++) {
        const mach_msg_port_descriptor_t *d = &m->port[i];

        if (d->disposition < 16 || d->disposition > 21) {
            return MACH_SEND_INVALID_TYPE;
        }
        if (!m_try_copyin(scratch, m_tasks[t].count, d->name,
                          d->disposition)) {
            return MACH_SEND_INVALID_RIGHT;
        }
        if (d->disposition == MACH_MSG_TYPE_MOVE_RECEIVE
            && MACH_PORT_VALID(d->name)
            && m_circular(m_find(t, d->name)->port, *dest)) {
            return MACH_SEND_INVALID_RIGHT;
        }
    }
    if (ipc_right_copyin_type(remote) == MACH_MSG_TYPE_PORT_SEND
        && m_slots(*dest) >= m_ports[*dest]->qlimit) {
        return MACH_SEND_TIMED_OUT;
    }
    return KERN_SUCCESS;
}

static void
model_send(int t, const struct port_msg *m, int dest)
{
    mach_msg_type_name_t remote = MACH_MSGH_BITS_REMOTE(m->head.msgh_bits);
    mach_msg_type_name_t local = MACH_MSGH_BITS_LOCAL(m->head.msgh_bits);
    struct m_msg msg = {.id = m->head.msgh_id,
                        .count = m->body.msgh_descriptor_count,
                        .sender = 100 + (uint32_t)t};
    unsigned i;

    if (local == MACH_MSG_TYPE_COPY_SEND) {
        msg.reply = m_copyin(t, m->head.msgh_local_port, local);
    }
    msg.dest = m_copyin(t, m->head.msgh_remote_port, remote);
    if (local != 0 && local != MACH_MSG_TYPE_COPY_SEND) {
        msg.reply = m_copyin(t, m->head.msgh_local_port, local);
    }
    for (i = 0; i < msg.count; i++) {
        msg.desc[i] = m_copyin(t, m->port[i].name, m->port[i].disposition);
    }
    m_post(dest, &msg);
}

void
op_send(int t)
{
    mach_msg_size_t size = make_message(t);
    struct port_msg m = m_tasks[t].buffer->port;
    int dest = M_NULL;
    kern_return_t want = try_send(t, &m, &dest), kr;

    if (want == KERN_SUCCESS && m_ports[dest]->message_count > 20) {
        return;
    }
    kr = host_msg(m_tasks[t].thread,
                  &(struct msg_args){.message = m_tasks[t].buffer,
                                     .option = MACH_SEND_MSG
                                               | MACH_SEND_TIMEOUT,
                                     .send_size = size});
    CHECK_EQ(kr, want);
    if (kr == KERN_SUCCESS) {
        model_send(t, &m, dest);
    }
}

static void
check_received(int t, const struct m_msg *msg, int from, uint32_t seqno)
{
    const union any_msg *b = m_tasks[t].buffer;
    const mach_msg_max_trailer_t *trailer = trailer_of(b);
    struct m_right *r = m_find(t, b->head.msgh_local_port);
    unsigned i;

    CHECK_EQ(b->head.msgh_id, msg->id);
    CHECK(r != NULL && r->port == from
          && (r->type & MACH_PORT_TYPE_RECEIVE) != 0);
    CHECK_EQ(b->head.msgh_bits,
             MACH_MSGH_BITS(msg->reply.type, msg->dest.type)
                 | (msg->count > 0 ? MACH_MSGH_BITS_COMPLEX : 0));
    CHECK_EQ(trailer->msgh_seqno, seqno);
    CHECK_EQ(trailer->msgh_sender.val[0], msg->sender);
    if (msg->notice && msg->count == 0 && msg->id != MACH_NOTIFY_SEND_ONCE) {
        CHECK_EQ(b->note.not_port, msg->value);
    }
    if (msg->count > 0) {
        CHECK_EQ(b->port.body.msgh_descriptor_count, msg->count);
    }
    for (i = 0; i < msg->count; i++) {
        CHECK_EQ(b->port.port[i].disposition, msg->desc[i].type);
        CHECK_EQ(b->port.port[i].pad1, 0);
        m_copyout(t, msg->desc[i], b->port.port[i].name);
    }
    m_copyout(t, msg->reply, b->head.msgh_remote_port);
}

void
op_receive(int t)
{
    mach_port_name_t name = m_some_name_of(
        t, MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET);
    struct m_right *r = m_find(t, name);
    kern_return_t kr;
    struct m_msg msg;
    uint32_t seqno;
    int from;

    kr = receive(m_tasks[t].thread, name, m_tasks[t].buffer);
    if (r == NULL
        || (r->type & (MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET))
               == 0) {
        CHECK_EQ(kr, MACH_RCV_INVALID_NAME);
    } else if (!m_peek(t, r, &msg, &from)) {
        CHECK_EQ(kr, MACH_RCV_TIMED_OUT);
    } else {
        CHECK_EQ(kr, MACH_MSG_SUCCESS);
        seqno = m_take(from);
        check_received(t, &msg, from, seqno);
        if (msg.dest.type == MACH_MSG_TYPE_PORT_SEND) {
            m_send_gone(from);
        }
    }
}

/* The request of this kind that stands, and the place for a new one. */
static int *
request_place(int t, struct m_right *r, int variant)
{
    struct m_port *p = m_ports[r->port];
    struct m_request *q;

    if (variant == MACH_NOTIFY_NO_SENDERS) {
        return &p->nsrequest;
    }
    if (variant == MACH_NOTIFY_PORT_DESTROYED) {
        return &p->pdrequest;
    }
    q = m_request_find(r->port, t, r->name);
    if (q == NULL) {
        q = &p->requests[p->request_count++];
        CHECK(p->request_count <= M_REQUESTS);
        *q = (struct m_request){t, r->name, M_NULL, M_NULL};
    }
    return variant == MACH_NOTIFY_DEAD_NAME ? &q->dead : &q->possible;
}

static void
request_tidy(int t, struct m_right *r)
{
    struct m_port *p = m_ports[r->port];
    struct m_request *q = m_request_find(r->port, t, r->name);

    if (q != NULL && q->dead == M_NULL && q->possible == M_NULL) {
        p->request_count--;
        memmove(q, q + 1,
                (p->request_count - (unsigned)(q - p->requests))
                    * sizeof(*q));
    }
}

static void
tell_now(int port, int id, uint32_t value)
{
    m_post(port, &(struct m_msg){
                     .id = id, .notice = true, .value = value,
                     .dest = {MACH_MSG_TYPE_PORT_SEND_ONCE, port},
                     .sender = KERNEL_SECURITY_TOKEN_VAL0});
}

/* notify: a live port or M_NULL. */
static kern_return_t
model_request(int t, struct m_right *r, int variant, unsigned sync,
              int notify)
{
    bool receiver = variant == MACH_NOTIFY_NO_SENDERS
                    || variant == MACH_NOTIFY_PORT_DESTROYED;
    int *place, old;

    if (r == NULL) {
        return KERN_INVALID_NAME;
    }
    if (receiver ? (r->type & MACH_PORT_TYPE_RECEIVE) == 0
                 : r->type == MACH_PORT_TYPE_PORT_SET) {
        return KERN_INVALID_RIGHT;
    }
    if (variant == MACH_NOTIFY_PORT_DESTROYED && sync != 0) {
        return KERN_INVALID_VALUE;
    }
    if (r->type == MACH_PORT_TYPE_DEAD_NAME) {
        if (sync == 0 || notify == M_NULL) {
            return KERN_INVALID_ARGUMENT;
        }
        r->urefs += r->urefs < MACH_PORT_UREFS_MAX;
        tell_now(notify, MACH_NOTIFY_DEAD_NAME, r->name);
        return KERN_SUCCESS;
    }
    if (variant == MACH_NOTIFY_SEND_POSSIBLE && notify != M_NULL && sync != 0
        && m_slots(r->port) < m_ports[r->port]->qlimit) {
        tell_now(notify, variant, r->name);
        return KERN_SUCCESS;
    }
    place = request_place(t, r, variant);
    old = *place;
    *place = notify;
    if (variant == MACH_NOTIFY_NO_SENDERS && notify != M_NULL
        && m_sends(r->port) == 0 && m_ports[r->port]->mscount >= sync) {
        *place = M_NULL;
        tell_now(notify, variant, m_ports[r->port]->mscount);
    }
    request_tidy(t, r);
    if (old != M_NULL) {
        m_sonce_gone(old); /* the test drops the old right */
    }
    return KERN_SUCCESS;
}

void
op_request(int t)
{
    static const int variants[] = {
        MACH_NOTIFY_NO_SENDERS, MACH_NOTIFY_PORT_DESTROYED,
        MACH_NOTIFY_DEAD_NAME, MACH_NOTIFY_DEAD_NAME,
        MACH_NOTIFY_SEND_POSSIBLE};
    int variant = variants[host_random() % 5];
    mach_port_name_t name = m_some_name(t);
    mach_port_name_t to = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    struct m_right *r = m_find(t, name), *n = m_find(t, to);
    unsigned sync = host_random() % 3;
    kern_return_t kr;

    if (n == NULL || (n->type & MACH_PORT_TYPE_RECEIVE) == 0) {
        n = NULL;
        to = 0;
    }
    kr = request(m_tasks[t].task, name, variant, sync, to);
    CHECK_EQ(kr, model_request(t, r, variant, sync,
                               n == NULL ? M_NULL : n->port));
}
