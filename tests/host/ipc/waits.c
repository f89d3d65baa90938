/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that wait: for messages, for room; time-outs, aborts, deaths.
 */
#include <machine/clock.h>
#include "ipc_test.h"

static struct world w;

static kern_return_t
wait_on(struct host_thread *h, mach_port_name_t name, union any_msg *m,
        mach_msg_option_t more, mach_msg_timeout_t timeout)
{
    return host_msg(h, &(struct msg_args){.message = m,
                                          .option = MACH_RCV_MSG | more,
                                          .rcv_size = sizeof(*m),
                                          .rcv_name = name,
                                          .timeout = timeout});
}

static kern_return_t
send_wait(struct host_thread *h, mach_port_name_t name, union any_msg *m,
          int id, mach_msg_option_t more, mach_msg_timeout_t timeout)
{
    m->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_remote_port = name,
        .msgh_id = id};
    return host_msg(h, &(struct msg_args){.message = m,
                                          .option = MACH_SEND_MSG | more,
                                          .send_size = 24,
                                          .timeout = timeout});
}

static void
receivers_wake(void)
{
    mach_port_name_t n, s;
    union any_msg *m2;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    m2 = user_alloc(w.b, sizeof(*m2));
    CHECK_EQ(wait_on(w.tb, n, w.mb, 0, 0), KERN_BLOCKED);
    CHECK_EQ(wait_on(w.tb2, n, m2, 0, 0), KERN_BLOCKED);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 1), 0);
    CHECK_EQ(run_ready(), 1);
    CHECK_EQ(w.tb->result, MACH_MSG_SUCCESS);
    CHECK_EQ(w.mb->head.msgh_id, 1);
    CHECK_EQ(w.tb2->result, KERN_BLOCKED);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 2), 0);
    CHECK_EQ(run_ready(), 1);
    CHECK_EQ(m2->head.msgh_id, 2);
    world_end(&w);
}

static void
receivers_end(void)
{
    mach_port_name_t n, set;

    world_begin(&w);
    n = new_port(w.b);
    set = new_set(w.b);
    CHECK_EQ(wait_on(w.tb, n, w.mb, MACH_RCV_TIMEOUT, 5), KERN_BLOCKED);
    host_clock_advance(4999999);
    CHECK_EQ(run_ready(), 0);
    host_clock_advance(2);
    CHECK_EQ(run_ready(), 1);
    CHECK_EQ(w.tb->result, MACH_RCV_TIMED_OUT);
    CHECK_EQ(wait_on(w.tb, n, w.mb, 0, 0), KERN_BLOCKED);
    kick_thread(w.tb);
    CHECK_EQ(run_ready(), 0);
    abort_thread(w.tb);
    run_ready();
    CHECK_EQ(w.tb->result, MACH_RCV_INTERRUPTED);
    /* The kick was latched and ends the next interruptible wait. */
    CHECK_EQ(wait_on(w.tb, n, w.mb, MACH_RCV_INTERRUPT, 0),
             MACH_RCV_INTERRUPTED);
    CHECK_EQ(wait_on(w.tb, n, w.mb, MACH_RCV_INTERRUPT, 0), KERN_BLOCKED);
    kick_thread(w.tb);
    run_ready();
    CHECK_EQ(w.tb->result, MACH_RCV_INTERRUPTED);
    CHECK_EQ(wait_on(w.tb, n, w.mb, 0, 0), KERN_BLOCKED);
    CHECK_EQ(ipc_call_destroy(w.b->space, n), KERN_SUCCESS);
    run_ready();
    CHECK_EQ(w.tb->result, MACH_RCV_PORT_DIED);
    CHECK_EQ(wait_on(w.tb, set, w.mb, 0, 0), KERN_BLOCKED);
    CHECK_EQ(ipc_call_destroy(w.b->space, set), KERN_SUCCESS);
    run_ready();
    CHECK_EQ(w.tb->result, MACH_RCV_PORT_DIED);
    CHECK_EQ(wait_on(w.tb, set, w.mb, 0, 0), MACH_RCV_INVALID_NAME);
    world_end(&w);
}

static void
port_moves_away(void)
{
    mach_port_name_t n;
    struct ipc_port *port;
    mach_port_name_t got;

    world_begin(&w);
    n = new_port(w.b);
    CHECK_EQ(wait_on(w.tb, n, w.mb, 0, 0), KERN_BLOCKED);
    CHECK_EQ(ipc_object_copyin(w.b->space, n, MACH_MSG_TYPE_MOVE_RECEIVE,
                               &port),
             KERN_SUCCESS);
    run_ready();
    CHECK_EQ(w.tb->result, MACH_RCV_PORT_CHANGED);
    CHECK_EQ(ipc_object_copyout(w.a->space, port, MACH_MSG_TYPE_PORT_RECEIVE,
                                &got),
             KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, got), MACH_PORT_TYPE_RECEIVE);
    world_end(&w);
}

static void
sets_wake(void)
{
    mach_port_name_t n, set, s;

    world_begin(&w);
    n = new_port(w.b);
    set = new_set(w.b);
    s = give_send(w.b, n, w.a);
    CHECK_EQ(wait_on(w.tb, set, w.mb, 0, 0), KERN_BLOCKED);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 1), 0);
    CHECK_EQ(run_ready(), 0);
    CHECK_EQ(ipc_call_insert_member(w.b->space, n, set), KERN_SUCCESS);
    CHECK_EQ(run_ready(), 1);
    CHECK_EQ(w.mb->head.msgh_id, 1);
    CHECK_EQ(wait_on(w.tb, set, w.mb, 0, 0), KERN_BLOCKED);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 2), 0);
    run_ready();
    CHECK_EQ(w.mb->head.msgh_id, 2);
    world_end(&w);
}

/* A receiver that was woken and does not take the message: the next one is. */
static void
wakeups_pass_on(void)
{
    mach_port_name_t n, s;
    union any_msg *m2;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    m2 = user_alloc(w.b, sizeof(*m2));
    CHECK_EQ(wait_on(w.tb, n, w.mb, 0, 0), KERN_BLOCKED);
    CHECK_EQ(wait_on(w.tb2, n, m2, 0, 0), KERN_BLOCKED);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 1), 0);
    thread_end(w.tb); /* terminated before it ran */
    CHECK_EQ(run_ready(), 1);
    CHECK_EQ(m2->head.msgh_id, 1);
    w.tb = thread_make(w.b);
    CHECK_EQ(wait_on(w.tb, n, w.mb, 0, 0), KERN_BLOCKED);
    CHECK_EQ(wait_on(w.tb2, n, m2, 0, 0), KERN_BLOCKED);
    user_protect(w.b, w.mb, false);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 2), 0);
    run_ready();
    CHECK_EQ(w.tb->result, MACH_RCV_INVALID_DATA);
    CHECK_EQ(w.tb2->result, MACH_MSG_SUCCESS);
    CHECK_EQ(m2->head.msgh_id, 2);
    world_end(&w);
}

static void
senders_wait_in_order(void)
{
    struct host_thread *t2, *t3;
    union any_msg *m2, *m3;
    mach_port_name_t n, s;
    int i;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    t2 = thread_make(w.a);
    t3 = thread_make(w.a);
    m2 = user_alloc(w.a, sizeof(*m2));
    m3 = user_alloc(w.a, sizeof(*m3));
    for (i = 0; i < 5; i++) {
        CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, i), 0);
    }
    CHECK_EQ(send_wait(w.ta, s, w.ma, 5, 0, 0), KERN_BLOCKED);
    CHECK_EQ(send_wait(t2, s, m2, 6, 0, 0), KERN_BLOCKED);
    CHECK_EQ(receive(w.tb, n, w.mb), 0);
    /* The slot is the first waiter's, though it has not run yet. */
    CHECK_EQ(send_wait(t3, s, m3, 7, MACH_SEND_TIMEOUT, 0),
             MACH_SEND_TIMED_OUT);
    CHECK_EQ(send_simple(t3, s, MACH_MSG_TYPE_COPY_SEND, 8),
             MACH_SEND_TIMED_OUT);
    CHECK_EQ(run_ready(), 1);
    CHECK_EQ(w.ta->result, MACH_MSG_SUCCESS);
    CHECK_EQ(t2->result, KERN_BLOCKED);
    ipc_call_receive_status(w.b->space, n, &(mach_port_status_t){0});
    for (i = 1; i < 6; i++) {
        CHECK_EQ(receive(w.tb, n, w.mb), 0);
        CHECK_EQ(w.mb->head.msgh_id, i);
        run_ready();
    }
    CHECK_EQ(receive(w.tb, n, w.mb), 0);
    CHECK_EQ(w.mb->head.msgh_id, 6);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_RCV_TIMED_OUT);
    thread_end(t2);
    thread_end(t3);
    world_end(&w);
}

static void
senders_end(void)
{
    struct host_thread *t2;
    union any_msg *m2;
    mach_port_name_t n, s;
    int i;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    t2 = thread_make(w.a);
    m2 = user_alloc(w.a, sizeof(*m2));
    for (i = 0; i < 5; i++) {
        CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, i), 0);
    }
    CHECK_EQ(send_wait(w.ta, s, w.ma, 5, MACH_SEND_TIMEOUT, 1), KERN_BLOCKED);
    host_clock_advance(2000000);
    run_ready();
    CHECK_EQ(w.ta->result, MACH_SEND_TIMED_OUT);
    CHECK_EQ(send_wait(w.ta, s, w.ma, 5, MACH_SEND_INTERRUPT, 0),
             KERN_BLOCKED);
    kick_thread(w.ta);
    run_ready();
    CHECK_EQ(w.ta->result, MACH_SEND_INTERRUPTED);
    /* One that owns a slot and goes away gives it to the next. */
    CHECK_EQ(send_wait(w.ta, s, w.ma, 5, 0, 0), KERN_BLOCKED);
    CHECK_EQ(send_wait(t2, s, m2, 6, 0, 0), KERN_BLOCKED);
    CHECK_EQ(receive(w.tb, n, w.mb), 0);
    thread_end(w.ta);
    w.ta = thread_make(w.a);
    run_ready();
    CHECK_EQ(t2->result, MACH_MSG_SUCCESS);
    /* Its right is gone when it gets the slot. */
    CHECK_EQ(send_wait(t2, s, m2, 6, 0, 0), KERN_BLOCKED);
    CHECK_EQ(receive(w.tb, n, w.mb), 0);
    CHECK_EQ(ipc_call_destroy(w.a->space, s), KERN_SUCCESS);
    run_ready();
    CHECK_EQ(t2->result, MACH_SEND_INVALID_DEST);
    s = give_send(w.b, n, w.a);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 1), 0);
    CHECK_EQ(send_wait(t2, s, m2, 6, 0, 0), KERN_BLOCKED);
    CHECK_EQ(ipc_call_destroy(w.b->space, n), KERN_SUCCESS);
    run_ready();
    CHECK_EQ(t2->result, MACH_SEND_INVALID_DEST);
    thread_end(t2);
    world_end(&w);
}

/* Send, then wait for the answer: made again, it goes on with the receive. */
static void
rpc(void)
{
    mach_port_name_t n, s, r;
    struct msg_args a;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    r = new_port(w.a);
    CHECK_EQ(wait_on(w.tb, n, w.mb, 0, 0), KERN_BLOCKED);
    w.ma->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                    MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = s,
        .msgh_local_port = r};
    a = (struct msg_args){.message = w.ma,
                          .option = MACH_SEND_MSG | MACH_RCV_MSG,
                          .send_size = 24,
                          .rcv_size = sizeof(*w.ma),
                          .rcv_name = r};
    CHECK_EQ(host_msg(w.ta, &a), KERN_BLOCKED);
    run_ready();
    CHECK_EQ(w.tb->result, 0);
    CHECK_EQ(send_simple(w.tb, w.mb->head.msgh_remote_port,
                         MACH_MSG_TYPE_MOVE_SEND_ONCE, 66),
             0);
    pages_missing(1); /* of the reply's buffer */
    run_ready();
    CHECK_EQ(w.ta->result, KERN_BLOCKED);
    pages_arrive();
    run_ready();
    CHECK_EQ(w.ta->result, MACH_MSG_SUCCESS);
    CHECK_EQ(w.ma->head.msgh_id, 66);
    CHECK_EQ(status_of(w.b, n).mps_msgcount, 0);
    world_end(&w);
}

/* Waits that end before they begin: the thread can die as if there had been
 * none. */
static void
no_wait(void)
{
    mach_port_name_t n, s;
    int i;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    kick_thread(w.tb);
    CHECK_EQ(wait_on(w.tb, n, w.mb, MACH_RCV_INTERRUPT, 0),
             MACH_RCV_INTERRUPTED);
    thread_end(w.tb);
    w.tb = thread_make(w.b);
    for (i = 0; i < 5; i++) {
        CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, i), 0);
    }
    abort_thread(w.ta);
    CHECK_EQ(send_wait(w.ta, s, w.ma, 5, 0, 0), MACH_SEND_INTERRUPTED);
    thread_end(w.ta);
    w.ta = thread_make(w.a);
    CHECK_EQ(wait_on(w.tb, n, w.mb, MACH_RCV_TIMEOUT, 0), MACH_MSG_SUCCESS);
    CHECK_EQ(send_wait(w.ta, s, w.ma, 5, 0, 0), MACH_MSG_SUCCESS);
    CHECK_EQ(send_wait(w.ta, s, w.ma, 5, MACH_SEND_TIMEOUT, 0),
             MACH_SEND_TIMED_OUT);
    world_end(&w);
}

/* A sender that got its slot loses it and its time while it waits for a
 * page. */
static void
late_senders(void)
{
    struct host_thread *t2;
    mach_port_name_t n, s, x;
    struct msg_args a;
    int i, notify;

    for (notify = 0; notify < 2; notify++) {
        world_begin(&w);
        n = new_port(w.b);
        x = new_port(w.a);
        s = give_send(w.b, n, w.a);
        t2 = thread_make(w.a);
        for (i = 0; i < 5; i++) {
            CHECK_EQ(send_simple(t2, s, MACH_MSG_TYPE_COPY_SEND, i), 0);
        }
        w.ma->head = (mach_msg_header_t){
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
            .msgh_remote_port = s, .msgh_id = 9};
        a = (struct msg_args){
            .message = w.ma, .send_size = 24, .timeout = 5, .notify = x,
            .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT
                      | (notify ? MACH_SEND_NOTIFY : 0u)};
        CHECK_EQ(host_msg(w.ta, &a), KERN_BLOCKED);
        CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
        pages_missing(1);
        CHECK_EQ(run_ready(), 1);
        CHECK_EQ(w.ta->result, KERN_BLOCKED);
        CHECK_EQ(send_simple(t2, s, MACH_MSG_TYPE_COPY_SEND, 6), 0);
        host_clock_advance(6000000);
        pages_arrive();
        CHECK_EQ(run_ready(), 1);
        CHECK_EQ(w.ta->result, MACH_SEND_TIMED_OUT);
        for (i = 1; i < 6; i++) {
            CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
            CHECK_EQ(w.mb->head.msgh_id, i == 5 ? 6 : i);
        }
        CHECK_EQ(receive(w.ta, x, w.ma),
                 notify ? MACH_MSG_SUCCESS : MACH_RCV_TIMED_OUT);
        if (notify) {
            CHECK_EQ(w.ma->head.msgh_id, MACH_NOTIFY_SEND_POSSIBLE);
        }
        thread_end(t2);
        world_end(&w);
    }
}

/* The time-out of an RPC's receive runs on when a reply goes elsewhere. */
static void
rpc_deadline(void)
{
    struct host_thread *t2;
    mach_port_name_t n, s, r;
    union any_msg *m2;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    r = new_port(w.a);
    t2 = thread_make(w.a);
    m2 = user_alloc(w.a, sizeof(*m2));
    w.ma->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                    MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = s,
        .msgh_local_port = r};
    CHECK_EQ(host_msg(w.ta, &(struct msg_args){
                                .message = w.ma,
                                .option = MACH_SEND_MSG | MACH_RCV_MSG
                                          | MACH_RCV_TIMEOUT,
                                .send_size = 24,
                                .rcv_size = sizeof(*w.ma),
                                .rcv_name = r,
                                .timeout = 10}),
             KERN_BLOCKED);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    host_clock_advance(6000000);
    CHECK_EQ(send_simple(w.tb, w.mb->head.msgh_remote_port,
                         MACH_MSG_TYPE_MOVE_SEND_ONCE, 5),
             0);
    CHECK_EQ(receive(t2, r, m2), MACH_MSG_SUCCESS);
    CHECK_EQ(run_ready(), 1);
    CHECK_EQ(w.ta->result, KERN_BLOCKED);
    host_clock_advance(3999000);
    CHECK_EQ(run_ready(), 0);
    host_clock_advance(2000);
    CHECK_EQ(run_ready(), 1);
    CHECK_EQ(w.ta->result, MACH_RCV_TIMED_OUT);
    thread_end(t2);
    world_end(&w);
}

/* A port with two messages joins a set where two wait; another, in two sets,
 * leaves the one whose waiter was woken for it. */
static void
sets_lose_no_message(void)
{
    mach_port_name_t n, s, first, second;
    union any_msg *m2;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    first = new_set(w.b);
    second = new_set(w.b);
    m2 = user_alloc(w.b, sizeof(*m2));
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 1), 0);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 2), 0);
    CHECK_EQ(wait_on(w.tb, first, w.mb, 0, 0), KERN_BLOCKED);
    CHECK_EQ(wait_on(w.tb2, first, m2, 0, 0), KERN_BLOCKED);
    CHECK_EQ(ipc_call_insert_member(w.b->space, n, first), KERN_SUCCESS);
    CHECK_EQ(run_ready(), 2);
    CHECK_EQ(w.mb->head.msgh_id, 1);
    CHECK_EQ(m2->head.msgh_id, 2);

    CHECK_EQ(ipc_call_insert_member(w.b->space, n, second), KERN_SUCCESS);
    CHECK_EQ(wait_on(w.tb, first, w.mb, 0, 0), KERN_BLOCKED);
    CHECK_EQ(wait_on(w.tb2, second, m2, 0, 0), KERN_BLOCKED);
    CHECK_EQ(send_simple(w.ta, s, MACH_MSG_TYPE_COPY_SEND, 3), 0);
    CHECK_EQ(ipc_call_extract_member(w.b->space, n, first), KERN_SUCCESS);
    CHECK_EQ(run_ready(), 2);
    CHECK_EQ(w.tb->result, KERN_BLOCKED);
    CHECK_EQ(w.tb2->result, MACH_MSG_SUCCESS);
    CHECK_EQ(m2->head.msgh_id, 3);
    world_end(&w);
}

const struct test wait_tests[] = {
    {"receivers wake", receivers_wake},
    {"receivers end", receivers_end},
    {"port moves away", port_moves_away},
    {"sets wake", sets_wake},
    {"sets lose no message", sets_lose_no_message},
    {"wake-ups pass on", wakeups_pass_on},
    {"senders wait in order", senders_wait_in_order},
    {"senders end", senders_end},
    {"rpc", rpc},
    {"no wait", no_wait},
    {"late senders", late_senders},
    {"deadline of an rpc", rpc_deadline},
    {NULL, NULL},
};
