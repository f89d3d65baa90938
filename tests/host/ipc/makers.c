/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose ledger pays for a message: the sender's, and through a send-once
 * right its maker's, whoever uses it and whoever receives.
 */
#include "ipc_test.h"

/* Tasks with budgets of their own; d has the root's. */
static struct ledger *la, *lb, *lc;
static struct task *a, *b, *c, *d;
static struct host_thread *ta, *tb, *tc, *td;

static struct ledger *
budget(void)
{
    uint64_t limit[LEDGER_ITEMS] = {100000, LEDGER_UNLIMITED, 400, 10, 10};
    struct ledger *l;

    CHECK_EQ(ledger_create(&ledger_root, limit, &l), KERN_SUCCESS);
    return l;
}

static void
begin(void)
{
    census_begin();
    la = budget();
    lb = budget();
    lc = budget();
    a = task_make(la);
    b = task_make(lb);
    c = task_make(lc);
    d = task_make(&ledger_root);
    ta = thread_make(a);
    tb = thread_make(b);
    tc = thread_make(c);
    td = thread_make(d);
}

static void
end(void)
{
    thread_end(ta);
    thread_end(tb);
    thread_end(tc);
    thread_end(td);
    task_end(a);
    task_end(b);
    task_end(c);
    task_end(d);
    ledger_release(la);
    ledger_release(lb);
    ledger_release(lc);
    census_end();
}

/* Bytes that a queued message costs its payer, or 0. */
static uint64_t
used(const struct ledger *l)
{
    return l->le_used[LEDGER_KMEM];
}

static kern_return_t
send_big(struct host_thread *h, mach_port_name_t dest,
         mach_msg_type_name_t disposition)
{
    struct task *t = h->th.th_task;
    char *m = user_alloc(t, 8192);
    kern_return_t kr;

    *(mach_msg_header_t *)(void *)m =
        (mach_msg_header_t){.msgh_bits = MACH_MSGH_BITS(disposition, 0),
                            .msgh_remote_port = dest};
    kr = host_msg(h, &(struct msg_args){
                         .message = m,
                         .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                         .send_size = 8192});
    user_free(t, m);
    return kr;
}

/* The receive right of from's name goes to another task. */
static mach_port_name_t
move(struct task *from, mach_port_name_t name, struct task *to)
{
    struct ipc_port *port;
    mach_port_name_t got;

    CHECK_EQ(ipc_object_copyin(from->space, name, MACH_MSG_TYPE_MOVE_RECEIVE,
                               &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_object_copyout(to->space, port, MACH_MSG_TYPE_PORT_RECEIVE,
                                &got),
             KERN_SUCCESS);
    return got;
}

static void
check_port_of(struct task *t, mach_port_name_t n)
{
    struct ipc_port *port;

    CHECK_EQ(ipc_right_lookup_receive(t->space, n, &port), KERN_SUCCESS);
    check_makers(port);
}

/* The port was made by a, the right by b, and c sends. */
static void
the_maker_pays(void)
{
    mach_port_name_t n, o;
    uint64_t before[3];

    begin();
    n = move(a, new_port(a), b);
    o = make_sonce(b, n, c);
    before[0] = used(la);
    before[1] = used(lb);
    before[2] = used(lc);
    CHECK_EQ(send_big(tc, o, MACH_MSG_TYPE_MOVE_SEND_ONCE), MACH_MSG_SUCCESS);
    CHECK_EQ(used(la), before[0]);
    CHECK(used(lb) >= before[1] + 8192);
    CHECK_EQ(used(lc), before[2]);
    check_port_of(b, n);
    /* A send right, and one made for the message itself: the sender. */
    o = give_send(b, n, c);
    before[1] = used(lb);
    before[2] = used(lc);
    CHECK_EQ(send_big(tc, o, MACH_MSG_TYPE_MOVE_SEND), MACH_MSG_SUCCESS);
    CHECK_EQ(used(lb), before[1]);
    CHECK(used(lc) >= before[2] + 8192);
    CHECK_EQ(send_big(tb, n, MACH_MSG_TYPE_MAKE_SEND_ONCE),
             MACH_MSG_SUCCESS);
    CHECK(used(lb) >= before[1] + 8192);
    check_port_of(b, n);
    end();
}

/* The reply port was made by a, and it is b that asks c. */
static void
the_asker_pays(void)
{
    mach_port_name_t n, dest;
    union any_msg *mb, *mc;
    uint64_t before[2];

    begin();
    n = move(a, new_port(a), b);
    dest = new_port(c);
    mb = user_alloc(b, sizeof(*mb));
    mc = user_alloc(c, sizeof(*mc));
    mb->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND,
                                        MACH_MSG_TYPE_MAKE_SEND_ONCE);
    mb->head.msgh_remote_port = give_send(c, dest, b);
    mb->head.msgh_local_port = n;
    CHECK_EQ(host_msg(tb, &(struct msg_args){.message = mb,
                                             .option = MACH_SEND_MSG,
                                             .send_size = 24}),
             MACH_MSG_SUCCESS);
    CHECK_EQ(receive(tc, dest, mc), MACH_MSG_SUCCESS);
    before[0] = used(la);
    before[1] = used(lb);
    CHECK_EQ(send_big(tc, mc->head.msgh_remote_port,
                      MACH_MSG_TYPE_MOVE_SEND_ONCE),
             MACH_MSG_SUCCESS);
    CHECK_EQ(used(la), before[0]);
    CHECK(used(lb) >= before[1] + 8192);
    check_port_of(b, n);
    end();
}

/* Rights of three makers are out: each pays for as many as it made. */
static void
many_makers(void)
{
    mach_port_name_t n, o[6];
    uint64_t before[3];
    int i;

    begin();
    n = new_port(a);
    o[0] = make_sonce(a, n, d);
    o[1] = make_sonce(a, n, d);
    n = move(a, n, b);
    o[2] = make_sonce(b, n, d);
    n = move(b, n, c);
    o[3] = make_sonce(c, n, d);
    o[4] = make_sonce(c, n, d);
    o[5] = make_sonce(c, n, d);
    check_port_of(c, n);
    before[0] = used(la);
    before[1] = used(lb);
    before[2] = used(lc);
    /* c has the receive right, and a receives nothing: nobody is charged
     * for more than it asked for. */
    for (i = 5; i >= 0; i--) {
        CHECK_EQ(send_big(td, o[i], MACH_MSG_TYPE_MOVE_SEND_ONCE),
                 MACH_MSG_SUCCESS);
        check_port_of(c, n);
    }
    CHECK(used(la) >= before[0] + 2 * 8192 && used(la) < before[0] + 3 * 8192);
    CHECK(used(lb) >= before[1] + 8192 && used(lb) < before[1] + 2 * 8192);
    CHECK(used(lc) >= before[2] + 3 * 8192
          && used(lc) < before[2] + 4 * 8192);
    /* One that is dropped is used too; a dead port owes nothing. */
    o[0] = make_sonce(c, n, d);
    CHECK_EQ(ipc_call_deallocate(d->space, o[0]), KERN_SUCCESS);
    check_port_of(c, n);
    o[0] = make_sonce(c, n, d);
    n = move(c, n, a);
    o[1] = make_sonce(a, n, d);
    check_port_of(a, n);
    CHECK_EQ(ipc_call_destroy(a->space, n), KERN_SUCCESS);
    CHECK_EQ(type_of(d, o[1]), MACH_PORT_TYPE_DEAD_NAME);
    end();
}

/* A client that lets replies lie: it runs dry, the server does not. */
static void
replies_never_received(void)
{
    mach_port_name_t n, o;
    kern_return_t kr;
    uint64_t before;
    unsigned sent = 0;

    begin();
    n = new_port(a);
    before = used(lb);
    do {
        o = make_sonce(a, n, b);
        kr = send_big(tb, o, MACH_MSG_TYPE_MOVE_SEND_ONCE);
        sent += kr == KERN_SUCCESS;
    } while (kr == KERN_SUCCESS);
    CHECK_EQ(kr, MACH_SEND_NO_BUFFER);
    CHECK(sent > 5 && sent < 12);
    CHECK(used(lb) <= before + 4096);
    /* The right is still there; without it the client hears of the end. */
    CHECK_EQ(type_of(b, o), MACH_PORT_TYPE_SEND_ONCE);
    CHECK_EQ(ipc_call_deallocate(b->space, o), KERN_SUCCESS);
    CHECK_EQ(status_of(a, n).mps_msgcount, sent + 1);
    end();
}

/* The first and each further maker's record costs who makes. */
static void
no_room_for_a_maker(void)
{
    mach_port_name_t n;
    struct ipc_port *port;
    uint64_t fill;

    begin();
    n = new_port(a);
    (void)make_sonce(a, n, d);
    n = move(a, n, b);
    fill = lb->le_limit[LEDGER_KMEM] - used(lb);
    CHECK_EQ(ledger_charge(lb, LEDGER_KMEM, fill), KERN_SUCCESS);
    CHECK_EQ(ipc_object_copyin(b->space, n, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                               &port),
             KERN_RESOURCE_SHORTAGE);
    ledger_uncharge(lb, LEDGER_KMEM, fill);
    CHECK_EQ(send_big(tb, n, MACH_MSG_TYPE_MAKE_SEND_ONCE), 0);
    fill = lb->le_limit[LEDGER_KMEM] - used(lb);
    CHECK_EQ(ledger_charge(lb, LEDGER_KMEM, fill), KERN_SUCCESS);
    CHECK_EQ(send_big(tb, n, MACH_MSG_TYPE_MAKE_SEND_ONCE),
             MACH_SEND_NO_BUFFER);
    check_port_of(b, n);
    ledger_uncharge(lb, LEDGER_KMEM, fill);
    end();
}

/* Who makes a right after all finds no trace of those who did not; who made
 * the last ones out is forgotten with them. */
static void
makers_that_made_none(void)
{
    mach_port_name_t n, o[3];
    struct ipc_port *port;
    uint64_t before[2];

    begin();
    n = new_port(a);
    CHECK_EQ(ipc_right_lookup_receive(a->space, n, &port), KERN_SUCCESS);
    o[0] = make_sonce(a, n, d);
    before[0] = used(lb);
    before[1] = used(lc);
    CHECK_EQ(ipc_sonce_prepare(port, lb), KERN_SUCCESS);
    CHECK(used(lb) > before[0]);
    check_makers(port);
    CHECK_EQ(ipc_sonce_prepare(port, lc), KERN_SUCCESS);
    CHECK_EQ(used(lb), before[0]);
    CHECK(used(lc) > before[1]);
    check_makers(port);
    CHECK_EQ(ipc_sonce_prepare(port, la), KERN_SUCCESS);
    CHECK_EQ(used(lc), before[1]);
    CHECK(port->ip_sole_maker == la);
    /* The owner's own record behind another's. */
    CHECK_EQ(ipc_sonce_prepare(port, lb), KERN_SUCCESS);
    ipc_port_release_sonce(ipc_sonce_make(port));
    check_makers(port);
    CHECK_EQ(ipc_sonce_prepare(port, lb), KERN_SUCCESS);
    o[1] = MACH_PORT_NULL;
    CHECK_EQ(ipc_object_copyout(d->space, ipc_sonce_make(port),
                                MACH_MSG_TYPE_PORT_SEND_ONCE, &o[1]),
             KERN_SUCCESS);
    o[2] = make_sonce(a, n, d);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(ipc_call_deallocate(d->space, o[i]), KERN_SUCCESS);
        check_makers(port);
    }
    CHECK(list_empty(&port->ip_makers) && port->ip_sole_maker == la);
    /* The first place, another's. */
    CHECK_EQ(ipc_sonce_prepare(port, lb), KERN_SUCCESS);
    ipc_port_release_sonce(ipc_sonce_make(port));
    CHECK(port->ip_sole_maker == la);
    check_makers(port);
    end();
}

const struct test maker_tests[] = {
    {"the maker pays", the_maker_pays},
    {"the asker pays", the_asker_pays},
    {"many makers", many_makers},
    {"replies never received", replies_never_received},
    {"no room for a maker", no_room_for_a_maker},
    {"makers that made none", makers_that_made_none},
    {NULL, NULL},
};
