/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: prompt, before requests, from nobody but the kernel.
 */
#include <mach/mig_errors.h>
#include <machine/clock.h>
#include "ipc_test.h"

static struct world w;

/* The next message on b's port n must be this notification. */
static void
expect(mach_port_name_t n, int id, unsigned value)
{
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    CHECK_EQ(w.mb->head.msgh_id, id);
    CHECK_EQ(trailer_of(w.mb)->msgh_sender.val[0],
             KERNEL_SECURITY_TOKEN_VAL0);
    if (w.mb->head.msgh_size == MACH_NOTIFICATION_SIZE) {
        CHECK_EQ(w.mb->note.not_count, value);
        CHECK(memcmp(&w.mb->note.not_ndr, &NDR_record, sizeof(NDR_record))
              == 0);
    }
}

static void
expect_none(mach_port_name_t n)
{
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_RCV_TIMED_OUT);
}

static void
no_senders(void)
{
    mach_port_name_t n, s, x;

    world_begin(&w);
    n = new_port(w.b);
    x = new_port(w.b);
    CHECK_EQ(request(w.b, n, MACH_NOTIFY_NO_SENDERS, 1, x), KERN_SUCCESS);
    expect_none(x);
    s = give_send(w.b, n, w.a);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 1), 0);
    CHECK_EQ(ipc_call_deallocate(w.a->space, s), KERN_SUCCESS);
    expect_none(x); /* the message still has a send right */
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    expect(x, MACH_NOTIFY_NO_SENDERS, 1);
    /* It has fired: none stands. At once when there are none. */
    CHECK_EQ(status_of(w.b, n).mps_nsrequest, 0);
    CHECK_EQ(request(w.b, n, MACH_NOTIFY_NO_SENDERS, 0, x), KERN_SUCCESS);
    expect(x, MACH_NOTIFY_NO_SENDERS, 1);
    world_end(&w);
}

static void
replaced_and_cancelled(void)
{
    mach_port_name_t n, x;

    world_begin(&w);
    n = new_port(w.b);
    x = new_port(w.b);
    CHECK_EQ(request(w.b, n, MACH_NOTIFY_NO_SENDERS, 1, x), KERN_SUCCESS);
    CHECK_EQ(request(w.b, n, MACH_NOTIFY_NO_SENDERS, 1, x), KERN_SUCCESS);
    expect(x, MACH_NOTIFY_SEND_ONCE, 0); /* the test dropped the old right */
    CHECK_EQ(request(w.b, n, MACH_NOTIFY_NO_SENDERS, 1, 0), KERN_SUCCESS);
    expect(x, MACH_NOTIFY_SEND_ONCE, 0);
    CHECK_EQ(request(w.b, n, 99, 1, x), KERN_INVALID_VALUE);
    CHECK_EQ(request(w.b, n, MACH_NOTIFY_PORT_DESTROYED, 1, x),
             KERN_INVALID_VALUE);
    CHECK_EQ(request(w.b, n, MACH_NOTIFY_PORT_DESTROYED, 0, x),
             KERN_SUCCESS);
    CHECK_EQ(request(w.b, n, MACH_NOTIFY_PORT_DESTROYED, 0, 0),
             KERN_SUCCESS);
    expect(x, MACH_NOTIFY_SEND_ONCE, 0);
    expect_none(x);
    world_end(&w);
}

static void
dead_name(void)
{
    mach_port_name_t n, s, x;

    world_begin(&w);
    n = new_port(w.a);
    s = give_send(w.a, n, w.b);
    x = new_port(w.b);
    CHECK_EQ(request(w.b, s, MACH_NOTIFY_DEAD_NAME, 0, x), KERN_SUCCESS);
    CHECK_EQ(type_of(w.b, s),
             MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DNREQUEST);
    CHECK_EQ(send_simple(w.tb, x, MACH_MSG_TYPE_MAKE_SEND, 9), 0);
    CHECK_EQ(ipc_call_destroy(w.a->space, n), KERN_SUCCESS);
    expect(x, MACH_NOTIFY_DEAD_NAME, s); /* before the request */
    CHECK_EQ(refs_of(w.b, s, MACH_PORT_RIGHT_DEAD_NAME), 2);
    CHECK_EQ(receive(w.tb, x, w.mb), 0);
    CHECK_EQ(w.mb->head.msgh_id, 9);
    CHECK(trailer_of(w.mb)->msgh_sender.val[0]
          != KERNEL_SECURITY_TOKEN_VAL0);
    CHECK_EQ(request(w.b, s, MACH_NOTIFY_DEAD_NAME, 0, x),
             KERN_INVALID_ARGUMENT);
    CHECK_EQ(request(w.b, s, MACH_NOTIFY_DEAD_NAME, 1, x), KERN_SUCCESS);
    expect(x, MACH_NOTIFY_DEAD_NAME, s);
    CHECK_EQ(refs_of(w.b, s, MACH_PORT_RIGHT_DEAD_NAME), 3);
    world_end(&w);
}

static void
port_deleted(void)
{
    mach_port_name_t n, s, x;

    world_begin(&w);
    n = new_port(w.a);
    s = give_send(w.a, n, w.b);
    x = new_port(w.b);
    CHECK_EQ(request(w.b, s, MACH_NOTIFY_DEAD_NAME, 0, x), KERN_SUCCESS);
    CHECK_EQ(ipc_call_deallocate(w.b->space, s), KERN_SUCCESS);
    expect(x, MACH_NOTIFY_PORT_DELETED, s);
    s = make_sonce(w.a, n, w.b);
    CHECK_EQ(request(w.b, s, MACH_NOTIFY_DEAD_NAME, 0, x), KERN_SUCCESS);
    CHECK_EQ(send_simple(w.tb, s, MACH_MSG_TYPE_MOVE_SEND_ONCE, 1), 0);
    expect(x, MACH_NOTIFY_PORT_DELETED, s);
    world_end(&w);
}

static void
send_once(void)
{
    mach_port_name_t n, o;

    world_begin(&w);
    n = new_port(w.b);
    o = make_sonce(w.b, n, w.a);
    CHECK_EQ(send_simple(w.tb, n, MACH_MSG_TYPE_MAKE_SEND, 3), 0);
    CHECK_EQ(ipc_call_deallocate(w.a->space, o), KERN_SUCCESS);
    CHECK_EQ(status_of(w.b, n).mps_sorights, 1);
    CHECK_EQ(status_of(w.b, n).mps_msgcount, 2);
    expect(n, MACH_NOTIFY_SEND_ONCE, 0);
    CHECK_EQ(w.mb->head.msgh_size, 24);
    CHECK_EQ(w.mb->head.msgh_local_port, n);
    CHECK_EQ(status_of(w.b, n).mps_sorights, 0);
    /* A reply right that is destroyed with its message does the same. */
    w.ma->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0)};
    w.mb->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND,
                                    MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_local_port = n};
    w.mb->head.msgh_remote_port = new_port(w.b);
    o = w.mb->head.msgh_remote_port;
    CHECK_EQ(host_msg(w.tb, &(struct msg_args){.message = w.mb,
                                               .option = MACH_SEND_MSG,
                                               .send_size = 24}),
             0);
    CHECK_EQ(ipc_call_destroy(w.b->space, o), KERN_SUCCESS);
    reap_all();
    expect(n, MACH_NOTIFY_SEND_ONCE, 0);
    world_end(&w);
}

static void
port_destroyed(void)
{
    mach_port_name_t n, s, x, back;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    x = new_port(w.b);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 8), 0);
    CHECK_EQ(request(w.b, n, MACH_NOTIFY_PORT_DESTROYED, 0, x),
             KERN_SUCCESS);
    CHECK_EQ(ipc_call_destroy(w.b->space, n), KERN_SUCCESS);
    CHECK_EQ(type_of(w.b, n), 0);
    CHECK_EQ(type_of(w.a, s), MACH_PORT_TYPE_SEND);
    expect(x, MACH_NOTIFY_PORT_DESTROYED, 0);
    back = w.mb->port.port[0].name;
    CHECK_EQ(type_of(w.b, back), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(receive(w.tb, back, w.mb), 0);
    CHECK_EQ(w.mb->head.msgh_id, 8);
    /* To itself it would be lost: the port dies instead. */
    CHECK_EQ(request(w.b, back, MACH_NOTIFY_PORT_DESTROYED, 0, back),
             KERN_SUCCESS);
    CHECK_EQ(ipc_call_destroy(w.b->space, back), KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, s), MACH_PORT_TYPE_DEAD_NAME);
    world_end(&w);
}

static void
send_possible(void)
{
    mach_port_name_t n, s, x;
    int i;

    world_begin(&w);
    n = new_port(w.a);
    s = give_send(w.a, n, w.b);
    x = new_port(w.b);
    CHECK_EQ(request(w.b, s, MACH_NOTIFY_SEND_POSSIBLE, 1, x), KERN_SUCCESS);
    expect(x, MACH_NOTIFY_SEND_POSSIBLE, s);
    for (i = 0; i < 5; i++) {
        CHECK_EQ(send_simple(w.tb, s, MACH_MSG_TYPE_COPY_SEND, i), 0);
    }
    CHECK_EQ(send_simple(w.tb, s, MACH_MSG_TYPE_COPY_SEND, i),
             MACH_SEND_TIMED_OUT);
    CHECK_EQ(request(w.b, s, MACH_NOTIFY_SEND_POSSIBLE, 1, x), KERN_SUCCESS);
    expect_none(x);
    CHECK_EQ(receive(w.ta, n, w.ma), 0);
    expect(x, MACH_NOTIFY_SEND_POSSIBLE, s);
    /* By the send itself. */
    CHECK_EQ(send_simple(w.tb, s, MACH_MSG_TYPE_COPY_SEND, i), 0);
    w.mb->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_remote_port = s};
    CHECK_EQ(host_msg(w.tb, &(struct msg_args){
                                .message = w.mb,
                                .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT
                                          | MACH_SEND_NOTIFY,
                                .send_size = 24,
                                .notify = x}),
             MACH_SEND_TIMED_OUT);
    CHECK_EQ(receive(w.ta, n, w.ma), 0);
    expect(x, MACH_NOTIFY_SEND_POSSIBLE, s);
    expect_none(x);
    world_end(&w);
}

/* MACH_SEND_NOTIFY: asked for once, after a wait too; room or death ends it. */
static void
send_notify(void)
{
    mach_port_name_t n, s, x;
    struct msg_args a = {.option = MACH_SEND_MSG | MACH_SEND_TIMEOUT
                                   | MACH_SEND_NOTIFY,
                         .send_size = 24};
    int i;

    world_begin(&w);
    n = new_port(w.a);
    s = give_send(w.a, n, w.b);
    x = new_port(w.b);
    for (i = 0; i < 5; i++) {
        CHECK_EQ(send_simple(w.tb, s, MACH_MSG_TYPE_COPY_SEND, i), 0);
    }
    w.mb->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_remote_port = s};
    a.message = w.mb;
    a.notify = s;
    CHECK_EQ(host_msg(w.tb, &a), MACH_SEND_INVALID_NOTIFY);
    a.notify = x;
    for (i = 0; i < 3; i++) {
        CHECK_EQ(host_msg(w.tb, &a), MACH_SEND_TIMED_OUT);
        CHECK_EQ(type_of(w.b, s),
                 MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_SPREQUEST);
    }
    expect_none(x); /* the first request still stands: nothing replaced it */
    CHECK_EQ(receive(w.ta, n, w.ma), 0);
    expect(x, MACH_NOTIFY_SEND_POSSIBLE, s);
    CHECK_EQ(send_simple(w.tb, s, MACH_MSG_TYPE_COPY_SEND, 1), 0);
    w.mb->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_remote_port = s};
    a.timeout = 3;
    CHECK_EQ(host_msg(w.tb, &a), KERN_BLOCKED);
    host_clock_advance(4000000);
    CHECK_EQ(run_ready(), 1);
    CHECK_EQ(w.tb->result, MACH_SEND_TIMED_OUT);
    CHECK_EQ(ipc_call_destroy(w.a->space, n), KERN_SUCCESS);
    expect(x, MACH_NOTIFY_DEAD_NAME, s);
    CHECK_EQ(refs_of(w.b, s, MACH_PORT_RIGHT_DEAD_NAME), 2);
    /* Of a dead name: at once, and the same. */
    CHECK_EQ(request(w.b, s, MACH_NOTIFY_SEND_POSSIBLE, 0, x),
             KERN_INVALID_ARGUMENT);
    CHECK_EQ(request(w.b, s, MACH_NOTIFY_SEND_POSSIBLE, 1, x), KERN_SUCCESS);
    expect(x, MACH_NOTIFY_DEAD_NAME, s);
    world_end(&w);
}

/* More than one trap tells; the reaper tells the rest. */
static void
many_dead_names(void)
{
    enum { N = 100 };
    struct task *t[N];
    mach_port_name_t n, s, x[N];
    union any_msg *m;
    int i;

    world_begin(&w);
    n = new_port(w.a);
    for (i = 0; i < N; i++) {
        t[i] = task_make(&ledger_root);
        s = give_send(w.a, n, t[i]);
        x[i] = new_port(t[i]);
        CHECK_EQ(request(t[i], s, MACH_NOTIFY_DEAD_NAME, 0, x[i]),
                 KERN_SUCCESS);
    }
    CHECK_EQ(ipc_call_destroy(w.a->space, n), KERN_SUCCESS);
    CHECK_EQ(status_of(t[0], x[0]).mps_msgcount, 1);
    reap_all();
    for (i = 0; i < N; i++) {
        struct host_thread *h = thread_make(t[i]);

        m = user_alloc(t[i], sizeof(*m));
        CHECK_EQ(receive(h, x[i], m), 0);
        CHECK_EQ(m->head.msgh_id, MACH_NOTIFY_DEAD_NAME);
        thread_end(h);
        task_end(t[i]);
    }
    world_end(&w);
}

const struct test notify_tests[] = {
    {"no-senders", no_senders},
    {"replaced and cancelled", replaced_and_cancelled},
    {"dead-name", dead_name},
    {"port-deleted", port_deleted},
    {"send-once", send_once},
    {"port-destroyed", port_destroyed},
    {"send-possible", send_possible},
    {"send-notify", send_notify},
    {"many dead names", many_dead_names},
    {NULL, NULL},
};
