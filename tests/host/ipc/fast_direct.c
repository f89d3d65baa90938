/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path of mach_msg, one thing at a time: replies to the kernel that
 * let a thread run on, who is found in sets, and what must go the fast way.
 */
#include <ipc/ipc_listen.h>
#include <ipc/ipc_mqueue.h>
#include "fast.h"

static struct twin world;

static struct {
    struct host_thread *runs; /* whom a reply lets run on, or NULL */
    unsigned direct, general; /* replies */
    mach_msg_header_t head;
    char rest[IPC_DIRECT_MAX];
} kernel;

/* ---- replies to the kernel ---- */

static struct thread *
reply_direct(void *arg, const struct thread *sender,
             const mach_msg_header_t *reply)
{
    CHECK(arg == &kernel && sender == &world.server.thread->th);
    CHECK_EQ(((uintptr_t)reply + 44) % 8, 0);
    CHECK(reply->msgh_size <= IPC_DIRECT_MAX);
    kernel.direct++;
    kernel.head = *reply;
    memcpy(kernel.rest, reply + 1, reply->msgh_size - sizeof(*reply));
    return kernel.runs == NULL ? NULL : &kernel.runs->th;
}

static void
reply_general(void *arg, const mach_msg_header_t *reply)
{
    CHECK(arg == &kernel);
    kernel.general += reply != NULL; /* else its right was destroyed */
}

/* The server answers the kernel by a message of this size, of which so much is
 * there, and waits for more. */
static kern_return_t
answer(struct twin *t, mach_port_name_t to, mach_msg_size_t size,
       mach_msg_size_t there)
{
    struct side *s = &t->server;
    char *m = user_alloc(s->task, there);
    kern_return_t kr;

    for (mach_msg_size_t i = sizeof(mach_msg_header_t); i < there; i++) {
        m[i] = (char)(i * 7u);
    }
    *(mach_msg_header_t *)(void *)m = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
        .msgh_remote_port = to, .msgh_id = 4711 };
    host_fast = true;
    kr = host_msg(s->thread, &(struct msg_args){
        .message = m,
        .option = MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_OVERWRITE,
        .send_size = size, .rcv_size = sizeof(*s->in), .rcv_name = t->port,
        .rcv_message = s->in });
    host_fast = false;
    user_free(s->task, m);
    return kr;
}

/* Why a reply may not let a thread run on. */
enum why { NOTHING, SMALL_PART, NOT_READY, STOPPED, GONE, WHYS };

static void
reply_once(struct twin *t, mach_msg_size_t size, enum why why)
{
    bool straight = why == NOTHING && size <= IPC_DIRECT_MAX;
    unsigned taken = host_fast_taken;
    struct host_thread *waiter = thread_make(t->client.task);
    struct ipc_port *port =
        ipc_kernel_reply_port(reply_general, &kernel, &ledger_root);
    mach_port_name_t name;
    uint32_t refs;
    kern_return_t kr;

    memset(&kernel, 0, sizeof(kernel));
    waiter->th.th_state = TH_WAITING;
    kernel.runs = why == NOT_READY ? NULL : waiter;
    ipc_kernel_reply_direct(port, reply_direct);
    CHECK_EQ(ipc_object_copyout(t->server.task->space,
                                ipc_kernel_reply_arm(port),
                                MACH_MSG_TYPE_PORT_SEND_ONCE, &name),
             KERN_SUCCESS);
    ipc_port_reference(port);
    if (why == GONE) {
        ipc_kernel_reply_destroy(port);
    }
    refs = port->ip_object.io_refs;
    t->server.thread->th.th_ast = why == STOPPED ? AST_SUSPEND : 0;
    kr = answer(t, name, size, why == SMALL_PART ? size - 4 : size);
    t->server.thread->th.th_ast = 0;
    CHECK_EQ(host_fast_taken - taken, straight);
    CHECK_EQ(kernel.direct, straight || (why == NOT_READY
                                         && size <= IPC_DIRECT_MAX));
    CHECK_EQ(kernel.general, !straight && why != SMALL_PART && why != GONE);
    if (straight) {
        CHECK(host_fast_to == waiter && waiter->th.th_state == TH_RUNNING);
        CHECK_EQ(kernel.head.msgh_id, 4711);
        CHECK_EQ(kernel.head.msgh_size, size);
        for (unsigned i = 0; i < size - sizeof(kernel.head); i++) {
            CHECK_EQ(kernel.rest[i],
                     (char)((i + sizeof(kernel.head)) * 7u));
        }
    }
    waiter->th.th_state = TH_RUNNING;
    thread_end(waiter);
    if (why == SMALL_PART || why == GONE) {
        CHECK_EQ(kr, why == GONE ? MACH_SEND_INVALID_DEST
                                 : MACH_SEND_INVALID_DATA);
        CHECK_EQ(port->ip_object.io_refs, refs - (why == GONE));
        (void)ipc_call_destroy(t->server.task->space, name);
    } else {
        CHECK_EQ(kr, KERN_BLOCKED);
        CHECK_EQ(type_of(t->server.task, name), 0);
        CHECK_EQ(port->ip_sorights, 0);
        CHECK_EQ(port->ip_object.io_refs, refs - 1);
        CHECK_EQ(t->server.thread->th.th_ipc_wait, IPC_WAIT_RECEIVE);
        abort_thread(t->server.thread);
        (void)run_ready();
        CHECK_EQ(t->server.thread->result, MACH_RCV_INTERRUPTED);
    }
    if (why != GONE) {
        ipc_kernel_reply_destroy(port);
    }
    ipc_port_release(port);
}

static void
fast_to_kernel(void)
{
    twin_case_begin(&world);
    for (mach_msg_size_t size = 28; size <= IPC_DIRECT_MAX + 8; size += 4) {
        for (enum why why = NOTHING; why < WHYS; why++) {
            reply_once(&world, size, why);
        }
    }
    twin_case_end(&world);
}

/* ---- sets ---- */

static bool
client_call(struct twin *t)
{
    static const struct plan plain = { .size = 32,
                                       .room = sizeof(struct buffer) };
    unsigned taken = host_fast_taken;

    twin_fill(&t->client, &plain,
              MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                             MACH_MSG_TYPE_MAKE_SEND_ONCE),
              t->send, t->reply, t->rights);
    (void)twin_call(t, &t->client, &plain, MACH_SEND_MSG | MACH_RCV_MSG,
                    t->reply);
    return host_fast_taken != taken;
}

/* A thread of the server listens to a set. */
static struct host_thread *
listen(struct twin *t, struct ipc_pset *set)
{
    struct host_thread *h = thread_make(t->server.task);

    h->in_sync = true;
    set->ps_object.io_refs++;
    h->th.th_saved.ipc.object = &set->ps_object;
    h->th.th_ipc_wait = IPC_WAIT_LISTEN;
    thread_enter(h);
    CHECK_EQ(thread_wait(&set->ps_object.io_listeners, NULL, WAIT_FOREVER,
                         WAIT_ABORTABLE),
             KERN_BLOCKED);
    return h;
}

/* A port is in two sets: a listener waits for one and a receiver for the
 * other; who waits for the first one in the port's order has the message. */
static void
listener_and_receiver(bool listener_first)
{
    struct plan wait = { .room = sizeof(struct buffer) };
    struct twin *t = &world;
    struct ipc_space *s;
    mach_port_name_t names[2];
    struct ipc_pset *sets[2];
    struct host_thread *h;
    struct ipc_port *port;

    twin_case_begin(t);
    s = t->server.task->space;
    t->port = new_port(t->server.task);
    t->send = give_send(t->server.task, t->port, t->client.task);
    CHECK_EQ(ipc_right_lookup_receive(s, t->port, &port), KERN_SUCCESS);
    for (unsigned i = 0; i < 2; i++) {
        names[i] = new_set(t->server.task);
        CHECK_EQ(ipc_right_lookup_pset(s, names[i], &sets[i]), KERN_SUCCESS);
        CHECK_EQ(ipc_pset_insert(sets[i], port), KERN_SUCCESS);
    }
    CHECK(ipc_listener(port) == NULL);
    h = listen(t, sets[listener_first ? 0 : 1]);
    CHECK(ipc_listener(port) == &h->th);
    CHECK_EQ(twin_call(t, &t->server, &wait, MACH_RCV_MSG,
                       names[listener_first ? 1 : 0]),
             KERN_BLOCKED);
    CHECK_EQ(client_call(t), !listener_first);
    CHECK_EQ(h->th.th_state == TH_WAITING, !listener_first);
    if (!listener_first) {
        CHECK_EQ(t->server.thread->th.th_state, TH_RUNNING);
    }
    (void)run_ready();
    thread_end(h);
    twin_case_end(t);
}

static void
fast_and_listeners(void)
{
    listener_and_receiver(false);
    listener_and_receiver(true);
}

/* ---- what must go the fast way ---- */

/* A request and its reply of this kind, from a set; the rights are those of
 * twin_begin(), the server's like them. */
static void
goes_fast(const struct plan *p)
{
    struct twin *t = &world;
    struct buffer *got = p->other_buffer ? t->server.in : t->server.out;
    mach_port_name_t mine[RIGHTS] = { 0 };
    struct ipc_port *port;
    struct ipc_pset *set;
    unsigned taken = host_fast_taken;

    twin_case_begin(t);
    got = p->other_buffer ? t->server.in : t->server.out;
    CHECK_EQ(ipc_right_lookup_receive(t->server.task->space, t->port, &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_right_lookup_pset(t->server.task->space, t->set, &set),
             KERN_SUCCESS);
    if (!t->in_set) {
        CHECK_EQ(ipc_pset_insert(set, port), KERN_SUCCESS);
    }
    mine[0] = t->spare;
    mine[1] = t->back;
    mine[5] = make_sonce(t->client.task, t->rights[0], t->server.task);
    CHECK_EQ(twin_call(t, &t->server, p, MACH_RCV_MSG, t->set), KERN_BLOCKED);
    twin_fill(&t->client, p,
              MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                             MACH_MSG_TYPE_MAKE_SEND_ONCE),
              t->send, t->reply, t->rights);
    CHECK_EQ(twin_call(t, &t->client, p, MACH_SEND_MSG | MACH_RCV_MSG,
                       t->reply),
             KERN_BLOCKED);
    CHECK_EQ(host_fast_taken - taken, 1);
    twin_fill(&t->server, p, MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
              got->head.msgh_remote_port, MACH_PORT_NULL, mine);
    CHECK_EQ(twin_call(t, &t->server, p, MACH_SEND_MSG | MACH_RCV_MSG,
                       t->set),
             KERN_BLOCKED);
    CHECK_EQ(host_fast_taken - taken, 2);
    CHECK_EQ(t->client.thread->result, MACH_MSG_SUCCESS);
    twin_case_end(t);
}

static void
fast_is_taken(void)
{
    static const struct plan plans[] = {
        { .option = 0 },
        { .size = 24 },
        { .size = 5000 },
        { .option = MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX) },
        { .option = MACH_RCV_INTERRUPT | MACH_RCV_LARGE },
        { .other_buffer = true },
        { .carries = 1, .disposition = MACH_MSG_TYPE_MAKE_SEND, .right = 0 },
        { .carries = 1, .disposition = MACH_MSG_TYPE_COPY_SEND, .right = 1 },
        { .carries = 1, .disposition = MACH_MSG_TYPE_MOVE_SEND, .right = 1 },
        { .carries = 1, .disposition = MACH_MSG_TYPE_MOVE_SEND_ONCE,
          .right = 5 },
        { .carries = 1, .memory = true, .memory_size = 100 },
        { .carries = 1, .memory = true, .memory_size = HOST_ACROSS_MAX,
          .memory_copy = MACH_MSG_VIRTUAL_COPY },
    };

    for (unsigned i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
        struct plan p = plans[i];

        p.size = p.size != 0 ? p.size : p.carries ? 44 : 32;
        p.room = sizeof(struct buffer);
        goes_fast(&p);
    }
}

const struct test fast_direct_tests[] = {
    { "the fast path lets a thread of the kernel run on", fast_to_kernel },
    { "the fast path and listeners of sets", fast_and_listeners },
    { "the fast path is taken", fast_is_taken },
    { NULL, NULL },
};
