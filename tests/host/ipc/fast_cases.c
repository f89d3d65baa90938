/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path of mach_msg, one thing at a time: when it must not be taken,
 * and who is served.
 */
#include "fast.h"

static struct twin world;

static const struct plan plain = {.size = 32,
                                  .room = sizeof(struct buffer)};

/* The client's call; was it by the fast path? */
static bool
client_sends(struct twin *t, const struct plan *p)
{
    unsigned taken = host_fast_taken;

    twin_fill(&t->client, p,
         MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                        MACH_MSG_TYPE_MAKE_SEND_ONCE),
         t->send, t->reply, t->rights);
    (void)twin_call(t, &t->client, p, MACH_SEND_MSG | MACH_RCV_MSG,
                    t->reply);
    return host_fast_taken != taken;
}

static bool
client_call(struct twin *t)
{
    return client_sends(t, &plain);
}

/* Another thread of the side waits for a message, into a buffer of its own. */
static struct side
second(struct twin *t, const struct side *of, mach_port_name_t from)
{
    struct side s = {.task = of->task, .thread = thread_make(of->task)};

    s.out = user_alloc(s.task, sizeof(*s.out));
    s.in = user_alloc(s.task, sizeof(*s.in));
    CHECK_EQ(twin_call(t, &s, &plain, MACH_RCV_MSG, from), KERN_BLOCKED);
    return s;
}

static void
send_one_way(struct side *s, mach_port_name_t to, mach_msg_id_t id)
{
    struct msg_args a = {.message = s->in,
                         .option = MACH_SEND_MSG,
                         .send_size = sizeof(mach_msg_header_t)};

    memset(&s->in->head, 0, sizeof(s->in->head));
    s->in->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
    s->in->head.msgh_remote_port = to;
    s->in->head.msgh_id = id;
    CHECK_EQ(host_msg(s->thread, &a), MACH_MSG_SUCCESS);
}

/* A message that is queued, its receiver woken but not run yet, is not
 * overtaken, though another receiver waits. */
static void
fast_keeps_order(void)
{
    struct twin *t = &world;
    struct side other;

    twin_case_begin(t);
    CHECK_EQ(twin_call(t, &t->server, &plain, MACH_RCV_MSG, t->port),
             KERN_BLOCKED);
    other = second(t, &t->server, t->port);
    send_one_way(&t->client, t->send, 77);
    CHECK(!client_call(t));
    (void)run_ready();
    CHECK_EQ(t->server.out->head.msgh_id, 77);
    CHECK_EQ(other.out->head.msgh_id, 0);
    CHECK_EQ(other.thread->result, MACH_MSG_SUCCESS);
    CHECK(other.out->head.msgh_remote_port != MACH_PORT_NULL);
    thread_end(other.thread);
    twin_case_end(t);
}

static struct ipc_port *
port_of(const struct side *s, mach_port_name_t name)
{
    struct ipc_port *port;

    CHECK_EQ(ipc_right_lookup_receive(s->task->space, name, &port),
             KERN_SUCCESS);
    return port;
}

static void
put_in_set(struct twin *t)
{
    struct ipc_pset *set;

    CHECK_EQ(ipc_right_lookup_pset(t->server.task->space, t->set, &set),
             KERN_SUCCESS);
    if (!t->in_set) {
        CHECK_EQ(ipc_pset_insert(set, port_of(&t->server, t->port)),
                 KERN_SUCCESS);
    }
}

/* One more port of the set. */
static mach_port_name_t
put_another(struct twin *t)
{
    mach_port_name_t name = new_port(t->server.task);
    struct ipc_pset *set;

    CHECK_EQ(ipc_right_lookup_pset(t->server.task->space, t->set, &set),
             KERN_SUCCESS);
    CHECK_EQ(ipc_pset_insert(set, port_of(&t->server, name)), KERN_SUCCESS);
    return name;
}

/* The same of those who wait for a set, whichever port it is queued on. */
static void
fast_keeps_order_of_set(void)
{
    struct twin *t = &world;
    struct side other;

    twin_case_begin(t);
    put_in_set(t);
    CHECK_EQ(twin_call(t, &t->server, &plain, MACH_RCV_MSG, t->set),
             KERN_BLOCKED);
    other = second(t, &t->server, t->set);
    send_one_way(&t->client, give_send(t->server.task,
                                       put_another(t), t->client.task), 77);
    CHECK(!client_call(t));
    (void)run_ready();
    CHECK_EQ(t->server.out->head.msgh_id, 77);
    CHECK(other.out->head.msgh_remote_port != MACH_PORT_NULL);
    thread_end(other.thread);
    twin_case_end(t);
}

static kern_return_t
listened(struct thread *th, kern_return_t result)
{
    ipc_port_release(th->th_ipc_woken_for);
    th->th_ipc_woken_for = NULL;
    return result;
}

/* Who listens to the port is woken before who waits for its set. */
static void
fast_listener_before_set(void)
{
    struct twin *t = &world;
    struct host_thread *listener;

    twin_case_begin(t);
    put_in_set(t);
    CHECK_EQ(twin_call(t, &t->server, &plain, MACH_RCV_MSG, t->set),
             KERN_BLOCKED);
    listener = thread_make(t->server.task);
    listener->in_sync = true;
    listener->th.th_state = TH_WAITING;
    listener->th.th_continuation = listened;
    list_push_back(&port_of(&t->server, t->port)
                        ->ip_object.io_listeners.wq_threads,
                   &listener->th.th_wait_link);
    CHECK(!client_call(t));
    CHECK(listener->th.th_state != TH_WAITING);
    CHECK_EQ(t->server.thread->th.th_state, TH_WAITING);
    (void)run_ready();
    thread_end(listener);
    twin_case_end(t);
}

/* A right that the receiver has, or has not, under whatever name it was last
 * known anywhere: also that of a send-once right, or of another port. */
static void
fast_known_rights(void)
{
    struct twin *t = &world;
    struct plan p = plain;
    mach_port_name_t hints[6], known = MACH_PORT_NULL;
    struct ipc_port *port;
    struct ipc_entry *e;

    twin_case_begin(t);
    p.size = sizeof(mach_msg_header_t) + 16;
    p.carries = 1;
    p.disposition = MACH_MSG_TYPE_MAKE_SEND;
    port = port_of(&t->client, t->rights[0]);
    hints[0] = make_sonce(t->client.task, t->rights[0], t->server.task);
    hints[1] = t->port;
    hints[2] = MACH_PORT_NULL;
    hints[3] = MACH_PORT_DEAD;
    hints[4] = MACH_PORT_MAKE(IPC_CHUNK, 0u);
    hints[5] = hints[0];
    for (unsigned i = 0; i < 6; i++) {
        port->ip_known = hints[i];
        CHECK_EQ(twin_call(t, &t->server, &plain, MACH_RCV_MSG, t->port),
                 KERN_BLOCKED);
        CHECK(client_sends(t, &p));
        e = ipc_entry_lookup(t->server.task->space, t->server.out->port.name);
        CHECK(e != NULL && e->ie_port == port);
        CHECK_EQ(e->ie_bits, MACH_PORT_TYPE_SEND | (i + 1));
        CHECK(i == 0 || known == e->ie_name);
        known = e->ie_name;
        twin_settle(t);
    }
    CHECK_EQ(port->ip_known, known);
    twin_case_end(t);
}

/* A receive right is known, too, and goes for a right to send. */
static void
fast_right_comes_home(void)
{
    struct twin *t = &world;
    struct plan p = plain;
    struct ipc_entry *e;

    twin_case_begin(t);
    p.size = sizeof(mach_msg_header_t) + 16;
    p.carries = 1;
    p.disposition = MACH_MSG_TYPE_COPY_SEND;
    p.right = 1;
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(twin_call(t, &t->server, &plain, MACH_RCV_MSG, t->port),
                 KERN_BLOCKED);
        CHECK(client_sends(t, &p));
        e = ipc_entry_lookup(t->server.task->space, t->server.out->port.name);
        CHECK(e != NULL);
        CHECK_EQ(e->ie_bits, MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_SEND
                                 | (i + 1));
        CHECK_EQ(e->ie_port->ip_known, e->ie_name);
        twin_settle(t);
    }
    twin_case_end(t);
}

/* Who waits on the port itself comes before who waits on its set. */
static void
fast_port_before_set(void)
{
    struct twin *t = &world;
    struct ipc_port *port;
    struct ipc_pset *set;
    struct side other;

    twin_case_begin(t);
    CHECK_EQ(ipc_right_lookup_receive(t->server.task->space, t->port, &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_right_lookup_pset(t->server.task->space, t->set, &set),
             KERN_SUCCESS);
    if (!t->in_set) {
        CHECK_EQ(ipc_pset_insert(set, port), KERN_SUCCESS);
    }
    other = second(t, &t->server, t->set);
    CHECK_EQ(twin_call(t, &t->server, &plain, MACH_RCV_MSG, t->port),
             KERN_BLOCKED);
    CHECK(client_call(t));
    CHECK_EQ(t->server.thread->th.th_state, TH_RUNNING);
    CHECK_EQ(other.thread->th.th_state, TH_WAITING);
    thread_end(other.thread);
    twin_case_end(t);
}

/* Room for exactly the message and its trailer is enough; one less is not. */
static void
fast_exact_room(void)
{
    struct twin *t = &world;
    struct plan p = plain;

    for (mach_msg_size_t less = 0; less <= 4; less += 4) {
        twin_case_begin(t);
        p.room = plain.size + 8u - less;
        CHECK_EQ(twin_call(t, &t->server, &p, MACH_RCV_MSG, t->port),
                 KERN_BLOCKED);
        CHECK_EQ(client_call(t), less == 0);
        (void)run_ready();
        CHECK_EQ(t->server.thread->result,
                 less == 0 ? MACH_MSG_SUCCESS : MACH_RCV_TOO_LARGE);
        twin_case_end(t);
    }
}

/* Who waited for replies before is served before. */
static void
fast_waits_in_turn(void)
{
    struct twin *t = &world;
    struct side other;
    mach_port_name_t to;

    twin_case_begin(t);
    to = give_send(t->client.task, t->reply, t->server.task);
    other = second(t, &t->client, t->reply);
    CHECK_EQ(twin_call(t, &t->server, &plain, MACH_RCV_MSG, t->port),
             KERN_BLOCKED);
    CHECK(client_call(t));
    send_one_way(&t->server, to, 78);
    (void)run_ready();
    CHECK_EQ(other.thread->th.th_state, TH_RUNNING);
    CHECK_EQ(other.out->head.msgh_id, 78);
    CHECK_EQ(t->client.thread->th.th_state, TH_WAITING);
    thread_end(other.thread);
    twin_case_end(t);
}

/* While a notice of too many names stands, the general path takes names: the
 * notification may go to where the receiver itself waits. */
static void
fast_with_name_limit(void)
{
    struct twin *t = &world;
    struct ipc_port *sonce, *previous;
    struct ipc_space *s;

    twin_case_begin(t);
    s = t->server.task->space;
    CHECK_EQ(ipc_object_copyin(s, t->port, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                               &sonce),
             KERN_SUCCESS);
    CHECK_EQ(ipc_call_set_limits(s, ipc_space_used(s), 1000, sonce, &previous),
             KERN_SUCCESS);
    CHECK_EQ(ipc_entry_reserve(s, 1), KERN_SUCCESS);
    CHECK_EQ(twin_call(t, &t->server, &plain, MACH_RCV_MSG, t->port),
             KERN_BLOCKED);
    CHECK(!client_call(t));
    CHECK_EQ(run_ready(), 1);
    CHECK_EQ(t->server.thread->result, MACH_MSG_SUCCESS);
    CHECK_EQ(twin_call(t, &t->server, &plain, MACH_RCV_MSG, t->port),
             MACH_MSG_SUCCESS);
    CHECK_EQ(t->server.out->head.msgh_id, MACH_NOTIFY_NAME_LIMIT);
    check_floor(s);
    CHECK_EQ(ipc_call_set_limits(s, 1000, 1, IP_NULL, &previous),
             KERN_SUCCESS);
    ipc_space_inherit_limit(t->client.task->space, s);
    check_floor(t->client.task->space);
    twin_case_end(t);
}

/* Where room for a name must be made, which lets interrupts in, the general
 * path does it. */
static void
fast_without_room(void)
{
    struct twin *t = &world;
    struct ipc_space *s;

    twin_case_begin(t);
    s = t->server.task->space;
    while (ipc_space_free_names(s) > 0) {
        (void)new_port(t->server.task);
    }
    CHECK_EQ(twin_call(t, &t->server, &plain, MACH_RCV_MSG, t->port),
             KERN_BLOCKED);
    CHECK(!client_call(t));
    CHECK_EQ(run_ready(), 1);
    CHECK_EQ(t->server.thread->result, MACH_MSG_SUCCESS);
    twin_case_end(t);
}

/* Where send-once rights of several accounts are out, the next one's account
 * has its place behind them: the general path sees to that. */
static void
fast_with_two_makers(void)
{
    uint64_t limit[LEDGER_ITEMS] = {100000, LEDGER_UNLIMITED, 400, 10, 10};
    struct twin *t = &world;
    struct ledger *other;
    struct ipc_port *port, *sonce;

    twin_case_begin(t);
    CHECK_EQ(ledger_create(&ledger_root, limit, &other), KERN_SUCCESS);
    CHECK_EQ(ipc_right_lookup_receive(t->client.task->space, t->reply, &port),
             KERN_SUCCESS);
    (void)make_sonce(t->client.task, t->reply, t->server.task);
    CHECK_EQ(ipc_sonce_prepare(port, other), KERN_SUCCESS);
    sonce = ipc_sonce_make(port);
    CHECK_EQ(twin_call(t, &t->server, &plain, MACH_RCV_MSG, t->port),
             KERN_BLOCKED);
    CHECK(!client_call(t));
    (void)run_ready();
    CHECK_EQ(t->server.thread->result, MACH_MSG_SUCCESS);
    ipc_port_release_sonce(sonce);
    ledger_release(other);
    twin_case_end(t);
}

const struct test fast_case_tests[] = {
    {"the fast path keeps the order of messages", fast_keeps_order},
    {"the fast path keeps the order in a set", fast_keeps_order_of_set},
    {"the fast path and who listens", fast_listener_before_set},
    {"the fast path finds known rights", fast_known_rights},
    {"the fast path and a right that comes home", fast_right_comes_home},
    {"the fast path serves a port before its set", fast_port_before_set},
    {"the fast path and exact room", fast_exact_room},
    {"the fast path waits in turn", fast_waits_in_turn},
    {"the fast path and a limit of names", fast_with_name_limit},
    {"the fast path and a full table of names", fast_without_room},
    {"the fast path and two makers of rights", fast_with_two_makers},
    {NULL, NULL},
};
