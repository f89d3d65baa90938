/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What messages carry, and that a call that fails changes nothing.
 */
#include <machine/cpu.h>
#include "ipc_test.h"

static struct world w;

static kern_return_t
send(struct host_thread *h, union any_msg *m, mach_msg_size_t size)
{
    return host_msg(h, &(struct msg_args){
                           .message = m,
                           .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                           .send_size = size});
}

static void
set_port(union any_msg *m, unsigned i, mach_port_name_t name,
         mach_msg_type_name_t disposition)
{
    m->port.port[i] = (mach_msg_port_descriptor_t){
        .name = name,
        .disposition = disposition & 0xffu,
        .type = MACH_MSG_PORT_DESCRIPTOR};
    m->port.body.msgh_descriptor_count = i + 1;
    m->head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
}

static void
header_and_trailer(void)
{
    mach_port_name_t n, s, r;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    r = new_port(w.a);
    CHECK_EQ(ipc_call_receive_status(w.b->space, n,
                                     &(mach_port_status_t){0}),
             KERN_SUCCESS);
    w.ma->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                    MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = s,
        .msgh_local_port = r,
        .msgh_voucher_port = 77,
        .msgh_id = 42};
    w.ma->simple.word[0] = 0x1234;
    CHECK_EQ(send(w.ta, w.ma, 32), MACH_MSG_SUCCESS);
    CHECK_EQ(status_of(w.b, n).mps_msgcount, 1);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    CHECK_EQ(w.mb->head.msgh_size, 32);
    CHECK_EQ(w.mb->head.msgh_bits,
             MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE,
                            MACH_MSG_TYPE_PORT_SEND));
    CHECK_EQ(w.mb->head.msgh_local_port, n);
    CHECK_EQ(w.mb->head.msgh_voucher_port, 0);
    CHECK_EQ(w.mb->simple.word[0], 0x1234);
    CHECK_EQ(type_of(w.b, w.mb->head.msgh_remote_port),
             MACH_PORT_TYPE_SEND_ONCE);
    CHECK_EQ(trailer_of(w.mb)->msgh_trailer_size, 64);
    CHECK_EQ(trailer_of(w.mb)->msgh_seqno, 0);
    CHECK_EQ(trailer_of(w.mb)->msgh_sender.val[0], 1000);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_RCV_TIMED_OUT);
    world_end(&w);
}

static void
rights_in_the_body(void)
{
    mach_port_name_t n, s, p, q, moved;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    p = new_port(w.a);
    q = give_send(w.b, new_port(w.b), w.a);
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
    w.ma->head.msgh_remote_port = s;
    set_port(w.ma, 0, p, MACH_MSG_TYPE_MAKE_SEND);
    set_port(w.ma, 1, p, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    set_port(w.ma, 2, q, MACH_MSG_TYPE_MOVE_SEND);
    set_port(w.ma, 3, p, MACH_MSG_TYPE_MOVE_RECEIVE);
    CHECK_EQ(send(w.ta, w.ma, sizeof(struct port_msg)), MACH_MSG_SUCCESS);
    CHECK_EQ(type_of(w.a, p), 0);
    CHECK_EQ(type_of(w.a, q), 0);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    moved = w.mb->port.port[3].name;
    CHECK_EQ(w.mb->port.port[0].name, moved);
    CHECK_EQ(type_of(w.b, moved), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(w.mb->port.port[1].disposition, MACH_MSG_TYPE_PORT_SEND_ONCE);
    CHECK_EQ(type_of(w.b, w.mb->port.port[1].name), MACH_PORT_TYPE_SEND_ONCE);
    CHECK_EQ(type_of(w.b, w.mb->port.port[2].name),
             MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(status_of(w.b, moved).mps_mscount, 0);
    world_end(&w);
}

/* One reference, moved twice in one message: refused as a whole. */
static void
claims_see_each_other(void)
{
    mach_port_name_t n, s, q;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    q = give_send(w.b, new_port(w.b), w.a);
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
    w.ma->head.msgh_remote_port = s;
    set_port(w.ma, 0, q, MACH_MSG_TYPE_MOVE_SEND);
    set_port(w.ma, 1, q, MACH_MSG_TYPE_MOVE_SEND);
    CHECK_EQ(send(w.ta, w.ma, 28 + 24), MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(refs_of(w.a, q, MACH_PORT_RIGHT_SEND), 1);
    CHECK_EQ(ipc_call_mod_refs(w.a->space, q, MACH_PORT_RIGHT_SEND, 1),
             KERN_SUCCESS);
    CHECK_EQ(send(w.ta, w.ma, 28 + 24), MACH_MSG_SUCCESS);
    CHECK_EQ(type_of(w.a, q), 0);
    /* The only reference to the destination, moved and copied. */
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND,
                                          MACH_MSG_TYPE_COPY_SEND);
    w.ma->head.msgh_local_port = s;
    CHECK_EQ(send(w.ta, w.ma, 24), MACH_MSG_SUCCESS);
    CHECK_EQ(type_of(w.a, s), 0);
    world_end(&w);
}

static void
header_errors(void)
{
    mach_port_name_t n, s;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_remote_port = s;
    CHECK_EQ(send(w.ta, w.ma, 24), MACH_SEND_INVALID_HEADER);
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
    CHECK_EQ(send(w.ta, w.ma, 20), MACH_SEND_MSG_TOO_SMALL);
    CHECK_EQ(send(w.ta, w.ma, 26), MACH_SEND_INVALID_HEADER);
    CHECK_EQ(send(w.ta, w.ma, MACH_MSG_SIZE_MAX + 4), MACH_SEND_TOO_LARGE);
    CHECK_EQ(send(w.ta, w.ma, 4096), MACH_SEND_INVALID_DATA);
    w.ma->head.msgh_bits |= 0x20;
    CHECK_EQ(send(w.ta, w.ma, 24), MACH_SEND_INVALID_HEADER);
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0);
    CHECK_EQ(send(w.ta, w.ma, 24), MACH_SEND_INVALID_DEST);
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                          MACH_MSG_TYPE_MAKE_SEND);
    w.ma->head.msgh_local_port = s;
    CHECK_EQ(send(w.ta, w.ma, 24), MACH_SEND_INVALID_REPLY);
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0)
                           | MACH_MSGH_BITS_COMPLEX;
    w.ma->head.msgh_local_port = 0;
    CHECK_EQ(send(w.ta, w.ma, 24), MACH_SEND_MSG_TOO_SMALL);
    w.ma->port.body.msgh_descriptor_count = 2;
    CHECK_EQ(send(w.ta, w.ma, 28 + 12), MACH_SEND_INVALID_TYPE);
    w.ma->port.body.msgh_descriptor_count = 0x10000;
    CHECK_EQ(send(w.ta, w.ma, 28 + 12), MACH_SEND_TOO_LARGE);
    set_port(w.ma, 0, s, 9);
    CHECK_EQ(send(w.ta, w.ma, 40), MACH_SEND_INVALID_TYPE);
    w.ma->port.port[0].type = 3; /* volatile and guarded: there are none */
    CHECK_EQ(send(w.ta, w.ma, 44), MACH_SEND_INVALID_TYPE);
    w.ma->port.port[0].type = 4;
    CHECK_EQ(send(w.ta, w.ma, 44), MACH_SEND_INVALID_TYPE);
    set_port(w.ma, 0, 0x7777, MACH_MSG_TYPE_COPY_SEND);
    CHECK_EQ(send(w.ta, w.ma, 40), MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(refs_of(w.a, s, MACH_PORT_RIGHT_SEND), 1);
    CHECK_EQ(status_of(w.b, n).mps_msgcount, 0);
    world_end(&w);
}

static void
no_circles(void)
{
    mach_port_name_t p, q, s, sq;

    world_begin(&w);
    p = new_port(w.a);
    q = new_port(w.a);
    CHECK_EQ(give_send(w.a, p, w.a), p);
    sq = give_send(w.a, q, w.b);
    CHECK_EQ(give_send(w.a, q, w.a), q);
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
    w.ma->head.msgh_remote_port = p;
    set_port(w.ma, 0, p, MACH_MSG_TYPE_MOVE_RECEIVE);
    CHECK_EQ(send(w.ta, w.ma, 40), MACH_SEND_INVALID_RIGHT);
    set_port(w.ma, 0, q, MACH_MSG_TYPE_MOVE_RECEIVE);
    CHECK_EQ(send(w.ta, w.ma, 40), MACH_MSG_SUCCESS); /* q is in p */
    CHECK_EQ(type_of(w.a, q), MACH_PORT_TYPE_SEND);
    w.ma->head.msgh_remote_port = q;
    set_port(w.ma, 0, p, MACH_MSG_TYPE_MOVE_RECEIVE);
    CHECK_EQ(send(w.ta, w.ma, 40), MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(type_of(w.a, p), MACH_PORT_TYPE_SEND_RECEIVE);
    s = give_send(w.a, p, w.b);
    CHECK_EQ(type_of(w.b, s), MACH_PORT_TYPE_SEND);
    /* The end of p is the end of q, which lies in its queue. */
    CHECK_EQ(ipc_call_destroy(w.a->space, p), KERN_SUCCESS);
    reap_all();
    CHECK_EQ(type_of(w.b, sq), MACH_PORT_TYPE_DEAD_NAME);
    world_end(&w);
}

static void
move_into(mach_port_name_t right, mach_port_name_t dest, kern_return_t want)
{
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0);
    w.ma->head.msgh_remote_port = dest;
    set_port(w.ma, 0, right, MACH_MSG_TYPE_MOVE_RECEIVE);
    CHECK_EQ(send(w.ta, w.ma, 40), want);
}

/* Ports that lie in each other's queues, the first one deepest. */
static void
long_chains(void)
{
    enum { N = 3000 };
    mach_port_name_t first, last, n, s, other;
    unsigned i, windows;

    world_begin(&w);
    first = new_port(w.a);
    s = give_send(w.a, first, w.a);
    last = first;
    for (i = 0; i < N; i++) {
        n = new_port(w.a);
        move_into(last, n, MACH_MSG_SUCCESS);
        last = n;
    }
    CHECK_EQ(type_of(w.a, s), MACH_PORT_TYPE_SEND);
    /* The outermost into the innermost would close the circle. */
    windows = host_windows;
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
    w.ma->head.msgh_remote_port = s;
    set_port(w.ma, 0, last, MACH_MSG_TYPE_MOVE_RECEIVE);
    CHECK_EQ(send(w.ta, w.ma, 40), MACH_SEND_INVALID_RIGHT);
    CHECK(host_windows - windows >= N / 1024);
    CHECK(host_windows - windows < N / 32);
    CHECK_EQ(type_of(w.a, last), MACH_PORT_TYPE_RECEIVE);
    /* One that has others in its queue, but not these, may go there. */
    other = new_port(w.a);
    move_into(new_port(w.a), other, MACH_MSG_SUCCESS);
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
    w.ma->head.msgh_remote_port = s;
    set_port(w.ma, 0, other, MACH_MSG_TYPE_MOVE_RECEIVE);
    CHECK_EQ(send(w.ta, w.ma, 40), MACH_MSG_SUCCESS);
    CHECK_EQ(ipc_call_destroy(w.a->space, last), KERN_SUCCESS);
    reap_all();
    CHECK_EQ(type_of(w.a, s), MACH_PORT_TYPE_DEAD_NAME);
    world_end(&w);
}

/* A reply of the kernel that would carry a port into its own queue. */
static void
no_circles_by_the_kernel(void)
{
    struct port_msg *m;
    struct ipc_kmsg *k;
    struct ipc_port *port;
    mach_port_name_t n, s;

    world_begin(&w);
    n = new_port(w.a);
    s = give_send(w.a, n, w.b);
    k = ipc_kmsg_alloc(sizeof(*m));
    m = (void *)&k->ikm_header;
    memset(m, 0, sizeof(*m));
    m->head.msgh_size = 40;
    m->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, 0)
                        | MACH_MSGH_BITS_COMPLEX;
    m->body.msgh_descriptor_count = 1;
    m->port[0].disposition = MACH_MSG_TYPE_PORT_RECEIVE & 0xffu;
    m->port[0].type = MACH_MSG_PORT_DESCRIPTOR;
    k->ikm_flags = IKM_RECEIVE;
    CHECK_EQ(ipc_object_copyin(w.a->space, n, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                               &k->ikm_remote),
             KERN_SUCCESS);
    CHECK_EQ(ipc_object_copyin(w.a->space, n, MACH_MSG_TYPE_MOVE_RECEIVE,
                               &port),
             KERN_SUCCESS);
    ipc_desc_set(&m->port[0], port);
    ipc_kmsg_send_always(k);
    reap_all();
    CHECK_EQ(type_of(w.b, s), MACH_PORT_TYPE_DEAD_NAME);
    world_end(&w);
}

static void
out_of_line_memory(void)
{
    mach_port_name_t n, s;
    char *one, *two, *got;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    one = user_alloc(w.a, 5000);
    two = user_alloc(w.a, 100);
    memset(one, 'x', 5000);
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0)
                           | MACH_MSGH_BITS_COMPLEX;
    w.ma->head.msgh_remote_port = s;
    w.ma->ool.body.msgh_descriptor_count = 2;
    w.ma->ool.ool[0] = (mach_msg_ool_descriptor_t){
        .address = (uintptr_t)one, .size = 5000, .deallocate = 1,
        .copy = MACH_MSG_VIRTUAL_COPY, .type = MACH_MSG_OOL_DESCRIPTOR};
    w.ma->ool.ool[1] = (mach_msg_ool_descriptor_t){
        .address = 64, .size = 100, .deallocate = 1,
        .copy = MACH_MSG_VIRTUAL_COPY, .type = MACH_MSG_OOL_DESCRIPTOR};
    CHECK_EQ(send(w.ta, w.ma, sizeof(struct ool_msg)),
             MACH_SEND_INVALID_MEMORY);
    CHECK(user_mapped(w.a, one));
    w.ma->ool.ool[1].address = (uintptr_t)two;
    CHECK_EQ(send(w.ta, w.ma, sizeof(struct ool_msg)), MACH_MSG_SUCCESS);
    CHECK(!user_mapped(w.a, one) && !user_mapped(w.a, two));
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    got = (char *)(uintptr_t)w.mb->ool.ool[0].address;
    CHECK(user_mapped(w.b, got) && got[4999] == 'x');
    CHECK_EQ(w.mb->ool.ool[0].size, 5000);
    world_end(&w);
}

static void
out_of_line_ports(void)
{
    mach_port_name_t n, s, *names, *got;
    unsigned i, windows;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    names = user_alloc(w.a, 200 * sizeof(*names));
    for (i = 0; i < 200; i++) {
        names[i] = i % 10 == 9 ? (i % 20 == 9 ? 0 : MACH_PORT_DEAD)
                               : new_port(w.a);
    }
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0)
                           | MACH_MSGH_BITS_COMPLEX;
    w.ma->head.msgh_remote_port = s;
    w.ma->ports.body.msgh_descriptor_count = 1;
    w.ma->ports.ports = (mach_msg_ool_ports_descriptor_t){
        .address = (uintptr_t)names, .count = 200, .deallocate = 1,
        .disposition = MACH_MSG_TYPE_MOVE_RECEIVE & 0xffu,
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR};
    windows = host_windows; /* for interrupts, in all of the long loops */
    CHECK_EQ(send(w.ta, w.ma, sizeof(struct ports_msg)), MACH_MSG_SUCCESS);
    CHECK(host_windows - windows >= 3 * (200 / IPC_STRETCH));
    CHECK(!user_mapped(w.a, names));
    windows = host_windows;
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    CHECK(host_windows - windows >= 200 / IPC_STRETCH);
    got = (mach_port_name_t *)(uintptr_t)w.mb->ports.ports.address;
    CHECK_EQ(w.mb->ports.ports.count, 200);
    for (i = 0; i < 200; i++) {
        if (i % 10 == 9) {
            CHECK_EQ(got[i], i % 20 == 9 ? 0u : MACH_PORT_DEAD);
        } else {
            CHECK_EQ(type_of(w.b, got[i]), MACH_PORT_TYPE_RECEIVE);
        }
    }
    /* A second time, never received: the reaper takes it apart. */
    user_free(w.b, got);
    names = user_alloc(w.b, 200 * sizeof(*names));
    for (i = 0; i < 200; i++) {
        names[i] = new_port(w.b);
    }
    *w.mb = (union any_msg){.ports = w.ma->ports};
    w.mb->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0)
                           | MACH_MSGH_BITS_COMPLEX;
    w.mb->head.msgh_remote_port = n;
    w.mb->ports.ports.address = (uintptr_t)names;
    CHECK_EQ(send(w.tb, w.mb, sizeof(struct ports_msg)), MACH_MSG_SUCCESS);
    world_end(&w);
}

/* Each trailer as asked for; what does not exist is refused. */
static void
trailers(void)
{
    static const unsigned sizes[] = {8, 12, 20, 52, 64};
    mach_port_name_t n, got;
    struct ipc_port *port;
    struct msg_args a = {.rcv_size = 24 + 8 + 64};
    unsigned i;

    world_begin(&w);
    n = new_port(w.b);
    w.b->audit.val[7] = 77;
    CHECK_EQ(ipc_right_lookup_receive(w.b->space, n, &port), KERN_SUCCESS);
    port->ip_context = 0x123456789abcdefull;
    a.message = w.mb;
    a.rcv_name = n;
    for (i = 0; i < 5; i++) {
        mach_msg_max_trailer_t t;

        CHECK_EQ(send_simple(w.tb, n, MACH_MSG_TYPE_MAKE_SEND, 5), 0);
        memset(w.mb, 0xee, sizeof(*w.mb));
        a.option = MACH_RCV_MSG | MACH_RCV_TRAILER_ELEMENTS(i);
        a.rcv_size = 32 + sizes[i] - 1;
        CHECK_EQ(host_msg(w.tb, &(struct msg_args){
                                    .message = w.mb, .rcv_name = n,
                                    .option = a.option | MACH_RCV_LARGE,
                                    .rcv_size = a.rcv_size}),
                 MACH_RCV_TOO_LARGE);
        a.rcv_size++;
        CHECK_EQ(host_msg(w.tb, &a), 0);
        memcpy(&t, w.mb->space + 32, sizeof(t));
        CHECK_EQ(t.msgh_trailer_size, sizes[i]);
        CHECK_EQ(t.msgh_trailer_type, MACH_MSG_TRAILER_FORMAT_0);
        CHECK_EQ(t.msgh_seqno, i < 1 ? 0xeeeeeeee : i);
        CHECK_EQ(t.msgh_sender.val[0], i < 2 ? 0xeeeeeeee : 2000);
        CHECK_EQ(t.msgh_audit.val[7], i < 3 ? 0xeeeeeeee : 77);
        CHECK(t.msgh_context == (i < 4 ? 0xeeeeeeeeeeeeeeeeull
                                       : 0x123456789abcdefull));
    }
    a.rcv_size = sizeof(*w.mb);
    a.option = MACH_RCV_MSG | MACH_RCV_TRAILER_ELEMENTS(5);
    CHECK_EQ(host_msg(w.tb, &a), MACH_RCV_INVALID_TRAILER);
    a.option = MACH_RCV_MSG | MACH_RCV_TRAILER_TYPE(1);
    CHECK_EQ(host_msg(w.tb, &a), MACH_RCV_INVALID_TRAILER);
    /* The payload is the receiver's: a new one does not inherit it. */
    CHECK_EQ(ipc_object_copyin(w.b->space, n, MACH_MSG_TYPE_MOVE_RECEIVE,
                               &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_object_copyout(w.a->space, port, MACH_MSG_TYPE_PORT_RECEIVE,
                                &got),
             KERN_SUCCESS);
    CHECK(port->ip_context == 0);
    world_end(&w);
}

/* Sent from one buffer, received into another. */
static void
overwrite(void)
{
    mach_port_name_t n;
    struct simple_msg *m;

    world_begin(&w);
    n = new_port(w.b);
    m = user_alloc(w.b, sizeof(*m));
    m->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0);
    m->head.msgh_remote_port = n;
    m->word[0] = 99;
    CHECK_EQ(host_msg(w.tb, &(struct msg_args){
                                .message = m,
                                .option = MACH_SEND_MSG | MACH_RCV_MSG
                                          | MACH_RCV_OVERWRITE,
                                .send_size = sizeof(*m),
                                .rcv_size = sizeof(*w.mb),
                                .rcv_name = n,
                                .rcv_message = w.mb}),
             0);
    CHECK_EQ(m->head.msgh_remote_port, n);
    CHECK_EQ(w.mb->head.msgh_local_port, n);
    CHECK_EQ(w.mb->simple.word[0], 99);
    world_end(&w);
}

/* Of a set: the name of the port that the large message waits at. */
static void
large_identity(void)
{
    mach_port_name_t p, q, s;

    world_begin(&w);
    p = new_port(w.b);
    q = new_port(w.b);
    s = new_set(w.b);
    CHECK_EQ(ipc_call_insert_member(w.b->space, p, s), KERN_SUCCESS);
    CHECK_EQ(ipc_call_insert_member(w.b->space, q, s), KERN_SUCCESS);
    CHECK_EQ(send_simple(w.tb, q, MACH_MSG_TYPE_MAKE_SEND, 3), 0);
    CHECK_EQ(host_msg(w.tb, &(struct msg_args){
                                .message = w.mb,
                                .option = MACH_RCV_MSG | MACH_RCV_LARGE
                                          | MACH_RCV_LARGE_IDENTITY,
                                .rcv_size = 24,
                                .rcv_name = s}),
             MACH_RCV_TOO_LARGE);
    CHECK_EQ(w.mb->head.msgh_local_port, q);
    CHECK_EQ(w.mb->head.msgh_size, 32);
    CHECK_EQ(receive(w.tb, q, w.mb), 0);
    world_end(&w);
}

static void
small_buffers(void)
{
    mach_port_name_t n;
    struct msg_args a = {.option = MACH_RCV_MSG | MACH_RCV_TIMEOUT
                                   | MACH_RCV_LARGE,
                         .rcv_size = 39};

    world_begin(&w);
    n = new_port(w.b);
    CHECK_EQ(send_simple(w.tb, n, MACH_MSG_TYPE_MAKE_SEND, 5),
             MACH_MSG_SUCCESS);
    a.message = w.mb;
    a.rcv_name = n;
    CHECK_EQ(host_msg(w.tb, &a), MACH_RCV_TOO_LARGE);
    CHECK_EQ(w.mb->head.msgh_size, 32);
    CHECK_EQ(status_of(w.b, n).mps_msgcount, 1);
    a.rcv_size = 40;
    user_protect(w.b, w.mb, false);
    CHECK_EQ(host_msg(w.tb, &a), MACH_RCV_INVALID_DATA);
    CHECK_EQ(status_of(w.b, n).mps_msgcount, 1);
    user_protect(w.b, w.mb, true);
    CHECK_EQ(host_msg(w.tb, &a), MACH_MSG_SUCCESS);
    CHECK_EQ(send_simple(w.tb, n, MACH_MSG_TYPE_MAKE_SEND_ONCE, 5),
             MACH_MSG_SUCCESS);
    a.option &= ~MACH_RCV_LARGE;
    a.rcv_size = 30;
    CHECK_EQ(host_msg(w.tb, &a), MACH_RCV_TOO_LARGE);
    /* It was destroyed, its send-once right with it. */
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    CHECK_EQ(w.mb->head.msgh_id, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_RCV_TIMED_OUT);
    world_end(&w);
}

static void
sets_deliver_in_turn(void)
{
    mach_port_name_t p, q, s;

    world_begin(&w);
    p = new_port(w.b);
    q = new_port(w.b);
    s = new_set(w.b);
    CHECK_EQ(send_simple(w.tb, p, MACH_MSG_TYPE_MAKE_SEND, 1), 0);
    CHECK_EQ(send_simple(w.tb, p, MACH_MSG_TYPE_MAKE_SEND, 2), 0);
    CHECK_EQ(ipc_call_insert_member(w.b->space, p, s), KERN_SUCCESS);
    CHECK_EQ(ipc_call_insert_member(w.b->space, q, s), KERN_SUCCESS);
    CHECK_EQ(send_simple(w.tb, q, MACH_MSG_TYPE_MAKE_SEND, 3), 0);
    CHECK_EQ(receive(w.tb, s, w.mb), 0);
    CHECK_EQ(w.mb->head.msgh_id, 1);
    CHECK_EQ(w.mb->head.msgh_local_port, p);
    CHECK_EQ(receive(w.tb, s, w.mb), 0);
    CHECK_EQ(w.mb->head.msgh_id, 3);
    CHECK_EQ(receive(w.tb, p, w.mb), 0);
    CHECK_EQ(w.mb->head.msgh_id, 2);
    CHECK_EQ(trailer_of(w.mb)->msgh_seqno, 1);
    CHECK_EQ(receive(w.tb, s, w.mb), MACH_RCV_TIMED_OUT);
    world_end(&w);
}

/* A page that is not there: the trap does nothing and is made again. */
static void
missing_pages(void)
{
    mach_port_name_t n;
    unsigned missing;

    world_begin(&w);
    n = new_port(w.b);
    for (missing = 1; missing < 3; missing++) {
        struct simple_msg *m = user_alloc(w.b, sizeof(*m));
        struct msg_args a = {.message = m, .option = MACH_SEND_MSG,
                             .send_size = sizeof(*m)};

        m->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0);
        m->head.msgh_remote_port = n;
        pages_missing(missing);
        CHECK_EQ(host_msg(w.tb, &a), KERN_BLOCKED);
        CHECK_EQ(status_of(w.b, n).mps_mscount, missing - 1);
        while (w.tb->result == KERN_BLOCKED) {
            pages_arrive();
            run_ready();
        }
        CHECK_EQ(w.tb->result, MACH_MSG_SUCCESS);
        pages_missing(1);
        CHECK_EQ(receive(w.tb, n, w.mb), KERN_BLOCKED);
        CHECK_EQ(status_of(w.b, n).mps_msgcount, 1);
        pages_arrive();
        run_ready();
        CHECK_EQ(w.tb->result, MACH_MSG_SUCCESS);
        user_free(w.b, m);
    }
    world_end(&w);
}

const struct test message_tests[] = {
    {"header and trailer", header_and_trailer},
    {"rights in the body", rights_in_the_body},
    {"claims see each other", claims_see_each_other},
    {"header errors", header_errors},
    {"no circles", no_circles},
    {"long chains", long_chains},
    {"no circles by the kernel", no_circles_by_the_kernel},
    {"out-of-line memory", out_of_line_memory},
    {"out-of-line ports", out_of_line_ports},
    {"trailers", trailers},
    {"separate buffers", overwrite},
    {"large identity", large_identity},
    {"small buffers", small_buffers},
    {"sets deliver in turn", sets_deliver_in_turn},
    {"missing pages", missing_pages},
    {NULL, NULL},
};
