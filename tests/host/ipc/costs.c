/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What messages cost in allocations, and what is told of those that don't fit
 * into their receiver's buffer.
 */
#include "ipc_test.h"

static struct world w;

/* Small messages are kept for reuse, a few of them. */
static void
small_messages(void)
{
    mach_port_name_t n, s;
    uint64_t count, bytes;
    int i;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 1), 0);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    count = host_alloc_count();
    for (i = 0; i < 3; i++) {
        CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 1), 0);
        CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    }
    CHECK_EQ(host_alloc_count(), count);
    /* Send-once rights take messages past the limit of the queue. */
    bytes = host_kalloc_bytes();
    for (i = 0; i < 100; i++) {
        CHECK_EQ(send_simple(w.tb, n, MACH_MSG_TYPE_MAKE_SEND_ONCE, i), 0);
    }
    CHECK(host_kalloc_bytes() - bytes > 60 * 448);
    for (i = 0; i < 100; i++) {
        CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
        CHECK_EQ(w.mb->head.msgh_id, i);
    }
    CHECK(host_kalloc_bytes() - bytes < 33 * 700);
    world_end(&w);
}

/* Allocations made by a send or receive of so many pieces of memory. */
static unsigned
allocations_of(mach_port_name_t n, mach_port_name_t s, unsigned pieces,
               bool receiving)
{
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_ool_descriptor_t ool[8];
    } *m = user_alloc(w.a, sizeof(*m));
    uint64_t count;
    unsigned i;

    memset(m, 0, sizeof(*m));
    m->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0)
                        | MACH_MSGH_BITS_COMPLEX;
    m->head.msgh_remote_port = s;
    m->body.msgh_descriptor_count = pieces;
    for (i = 0; i < pieces; i++) {
        m->ool[i] = (mach_msg_ool_descriptor_t){
            .address = (uintptr_t)m, .size = 8,
            .copy = MACH_MSG_VIRTUAL_COPY, .type = MACH_MSG_OOL_DESCRIPTOR};
    }
    count = host_alloc_count();
    CHECK_EQ(host_msg(w.ta, &(struct msg_args){.message = m,
                                               .option = MACH_SEND_MSG,
                                               .send_size = sizeof(*m)}),
             MACH_MSG_SUCCESS);
    if (receiving) {
        count = host_alloc_count();
    }
    i = (unsigned)(host_alloc_count() - count);
    count = host_alloc_count();
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    return receiving ? (unsigned)(host_alloc_count() - count) : i;
}

/* Up to four pieces of memory are mapped without an allocation of a table of
 * them, one is captured without. */
static void
memory(void)
{
    mach_port_name_t n, s;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    (void)allocations_of(n, s, 0, false);
    CHECK_EQ(allocations_of(n, s, 0, false), 0);
    CHECK_EQ(allocations_of(n, s, 1, false), 1);
    CHECK_EQ(allocations_of(n, s, 2, false), 3);
    CHECK_EQ(allocations_of(n, s, 8, false), 9);
    CHECK_EQ(allocations_of(n, s, 0, true), 0);
    CHECK_EQ(allocations_of(n, s, 4, true), 4);
    CHECK_EQ(allocations_of(n, s, 5, true), 6);
    world_end(&w);
}

static kern_return_t
receive_into(mach_port_name_t n, void *buffer, mach_msg_size_t size,
             mach_msg_option_t more)
{
    return host_msg(w.tb, &(struct msg_args){.message = buffer,
                                             .option = MACH_RCV_MSG
                                                       | MACH_RCV_TIMEOUT
                                                       | more,
                                             .rcv_size = size,
                                             .rcv_name = n});
}

static void
too_large(void)
{
    mach_port_name_t n, s;
    mach_msg_header_t *h;
    uint32_t *tiny;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    h = user_alloc(w.b, sizeof(*h));
    tiny = user_alloc(w.b, 8);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 5), 0);
    memset(h, 0xee, sizeof(*h));
    CHECK_EQ(receive_into(n, h, sizeof(*h), MACH_RCV_LARGE),
             MACH_RCV_TOO_LARGE);
    CHECK_EQ(h->msgh_bits, 0);
    CHECK_EQ(h->msgh_size, 32);
    CHECK_EQ(h->msgh_remote_port, 0);
    CHECK_EQ(h->msgh_voucher_port, 0);
    CHECK_EQ(h->msgh_id, 5);
    /* A page of it is missing, or can't be written: it stays. */
    user_protect(w.b, h, false);
    CHECK_EQ(receive_into(n, h, sizeof(*h), 0), MACH_RCV_INVALID_DATA);
    CHECK_EQ(status_of(w.b, n).mps_msgcount, 1);
    /* A buffer that holds no header is told nothing. */
    tiny[0] = tiny[1] = 7;
    CHECK_EQ(receive_into(n, tiny, 8, MACH_RCV_LARGE), MACH_RCV_TOO_LARGE);
    CHECK_EQ(status_of(w.b, n).mps_msgcount, 1);
    CHECK_EQ(receive_into(n, tiny, 8, 0), MACH_RCV_TOO_LARGE);
    CHECK(tiny[0] == 7 && tiny[1] == 7);
    CHECK_EQ(status_of(w.b, n).mps_msgcount, 0);
    CHECK_EQ(status_of(w.b, n).mps_seqno, 1);
    world_end(&w);
}

/* A complex message of 40 copies of a's send right r. */
static void
send_40(mach_port_name_t s, mach_port_name_t r)
{
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port[40];
    } *m = user_alloc(w.a, sizeof(*m));
    int i;

    m->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0)
                        | MACH_MSGH_BITS_COMPLEX;
    m->head.msgh_remote_port = s;
    m->body.msgh_descriptor_count = 40;
    for (i = 0; i < 40; i++) {
        m->port[i] = (mach_msg_port_descriptor_t){
            .name = r, .disposition = MACH_MSG_TYPE_MAKE_SEND & 0xffu,
            .type = MACH_MSG_PORT_DESCRIPTOR};
    }
    CHECK_EQ(host_msg(w.ta, &(struct msg_args){.message = m,
                                               .option = MACH_SEND_MSG,
                                               .send_size = sizeof(*m)}),
             MACH_MSG_SUCCESS);
    user_free(w.a, m);
}

/* Long messages: interrupts get in, and the reaper ends what nobody wants. */
static void
long_messages(void)
{
    mach_port_name_t n, s, r;
    unsigned windows;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    r = new_port(w.a);
    send_40(s, r);
    CHECK_EQ(status_of(w.a, r).mps_srights, 1);
    CHECK_EQ(receive_into(n, w.mb, 24, 0), MACH_RCV_TOO_LARGE);
    CHECK_EQ(status_of(w.a, r).mps_srights, 1);
    reap_all();
    CHECK_EQ(status_of(w.a, r).mps_srights, 0);
    send_40(s, r);
    send_40(s, r);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    windows = host_windows; /* its names are there now */
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    CHECK(host_windows > windows);
    world_end(&w);
}

/* What asks for nothing allocates nothing. */
static void
no_request(void)
{
    mach_port_name_t n, s;
    uint64_t count;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    count = host_alloc_count();
    CHECK_EQ(request(w.a, s, MACH_NOTIFY_DEAD_NAME, 0, 0), KERN_SUCCESS);
    CHECK_EQ(request(w.b, n, MACH_NOTIFY_NO_SENDERS, 0, 0), KERN_SUCCESS);
    CHECK_EQ(host_alloc_count(), count);
    world_end(&w);
}

/* A send that is to leave a request can't. */
static void
no_notify(void)
{
    const uint64_t limit[LEDGER_ITEMS] = {
        LEDGER_UNLIMITED, LEDGER_UNLIMITED, LEDGER_UNLIMITED,
        LEDGER_UNLIMITED, LEDGER_UNLIMITED};
    mach_port_name_t n, s, x, o;
    struct ipc_port *port;
    struct host_thread *h;
    struct ledger *l;
    struct task *t;
    unsigned nth = 1;
    kern_return_t kr;
    int i;

    world_begin(&w);
    CHECK_EQ(ledger_create(&ledger_root, limit, &l), KERN_SUCCESS);
    t = task_make(l);
    h = thread_make(t);
    n = new_port(w.b);
    s = give_send(w.b, n, t);
    for (i = 0; i < 5; i++) {
        CHECK_EQ(send_simple(w.tb, n, MACH_MSG_TYPE_MAKE_SEND, i), 0);
    }
    /* The port comes from another, who has made a right that is out. */
    x = new_port(w.a);
    o = make_sonce(w.a, x, w.b);
    CHECK_EQ(ipc_object_copyin(w.a->space, x, MACH_MSG_TYPE_MOVE_RECEIVE,
                               &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_object_copyout(t->space, port, MACH_MSG_TYPE_PORT_RECEIVE,
                                &x),
             KERN_SUCCESS);
    do {
        struct simple_msg *m = user_alloc(t, sizeof(*m));

        m->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
        m->head.msgh_remote_port = s;
        CHECK_EQ(status_of(t, x).mps_sorights, 1);
        host_fail_nth(nth++);
        kr = host_msg(h, &(struct msg_args){
                             .message = m,
                             .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT
                                       | MACH_SEND_NOTIFY,
                             .send_size = sizeof(*m), .notify = x});
        host_fail_nth(0);
        user_free(t, m);
        CHECK_EQ(kr, nth == 4 ? MACH_SEND_TIMED_OUT : MACH_SEND_NO_BUFFER);
    } while (kr != MACH_SEND_TIMED_OUT);
    CHECK_EQ(status_of(t, x).mps_sorights, 2);
    CHECK_EQ(ipc_call_deallocate(w.b->space, o), KERN_SUCCESS);
    thread_end(h);
    task_end(t);
    ledger_release(l);
    world_end(&w);
}

const struct test cost_tests[] = {
    {"costs: small messages", small_messages},
    {"costs: memory", memory},
    {"costs: too large", too_large},
    {"costs: long messages", long_messages},
    {"costs: no request", no_request},
    {"costs: a request that can't be left", no_notify},
    {NULL, NULL},
};
