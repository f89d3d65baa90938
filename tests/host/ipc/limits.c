/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and user references up to their limits, and what a space costs.
 */
#include "ipc_test.h"

static struct world w;

/* A task with a ledger of its own: so many ports, so much memory. */
static struct task *
poor_task(uint64_t ports, uint64_t kmem, struct ledger **l)
{
    const uint64_t limit[LEDGER_ITEMS] = {kmem, LEDGER_UNLIMITED, ports,
                                          LEDGER_UNLIMITED, LEDGER_UNLIMITED};
    struct task *t;

    CHECK_EQ(ledger_create(&ledger_root, limit, l), KERN_SUCCESS);
    t = task_make(*l);
    return t;
}

static kern_return_t
dead_name(struct task *t, mach_port_name_t wanted, mach_port_name_t *out)
{
    return ipc_right_alloc(t->space, MACH_PORT_RIGHT_DEAD_NAME, wanted, out);
}

static void
generations(void)
{
    mach_port_name_t seen[256], n;
    unsigned i, j;

    world_begin(&w);
    for (i = 0; i < 250; i++) {
        n = new_port(w.a);
        for (j = 0; j < i; j++) {
            CHECK(seen[j] != n);
        }
        seen[i] = n;
        CHECK_EQ(MACH_PORT_INDEX(n), MACH_PORT_INDEX(seen[0]));
        CHECK_EQ(ipc_call_destroy(w.a->space, n), KERN_SUCCESS);
    }
    world_end(&w);
}

/* Names are paid for a few at a time, and stay paid for. */
static void
names_cost(void)
{
    uint64_t ports = LEDGER_UNLIMITED;
    mach_port_name_t n;
    struct ledger *l;
    struct task *t;
    unsigned i;

    world_begin(&w);
    t = poor_task(ports, LEDGER_UNLIMITED, &l);
    CHECK_EQ(l->le_used[LEDGER_PORTS], 1); /* the task's own port */
    for (i = 1; i <= 3 * IPC_FILL; i++) {
        CHECK_EQ(dead_name(t, 0, &n), KERN_SUCCESS);
        CHECK_EQ(MACH_PORT_INDEX(n), MACH_PORT_FIRST_INDEX + i - 1);
        CHECK_EQ(l->le_used[LEDGER_PORTS],
                 1 + (i + IPC_FILL - 1) / IPC_FILL * IPC_FILL);
    }
    CHECK_EQ(ipc_call_destroy(t->space, n), KERN_SUCCESS);
    CHECK_EQ(l->le_used[LEDGER_PORTS], 1 + 3 * IPC_FILL);
    CHECK(!ipc_space_empty(t->space));
    for (i = 0; i + 1 < 3 * IPC_FILL; i++) {
        CHECK_EQ(ipc_call_destroy(t->space, MACH_PORT_MAKE(
                                                MACH_PORT_FIRST_INDEX + i, 0)),
                 KERN_SUCCESS);
    }
    CHECK(ipc_space_empty(t->space));
    /* Interrupts get in while many are made. */
    i = host_windows;
    CHECK_EQ(ipc_entry_reserve(t->space, 100 * IPC_FILL), KERN_SUCCESS);
    CHECK(host_windows - i >= 97);
    task_end(t);
    CHECK_EQ(l->le_used[LEDGER_PORTS], 0);
    CHECK_EQ(l->le_used[LEDGER_KMEM], 0);
    ledger_release(l);
    world_end(&w);
}

static void
no_more_names(void)
{
    mach_port_name_t n, kept = 0;
    struct ledger *l;
    struct task *t;
    unsigned i;

    world_begin(&w);
    t = poor_task(1 + 21, LEDGER_UNLIMITED, &l);
    for (i = 0; i < 21; i++) {
        CHECK_EQ(dead_name(t, 0, &kept), KERN_SUCCESS);
    }
    n = 99;
    CHECK_EQ(dead_name(t, 0, &n), KERN_RESOURCE_SHORTAGE);
    CHECK_EQ(dead_name(t, MACH_PORT_MAKE(100, 0), &n),
             KERN_RESOURCE_SHORTAGE);
    CHECK_EQ(n, 99);
    CHECK_EQ(l->le_used[LEDGER_PORTS], 22);
    /* One name is enough for one right, and asked for by none. */
    CHECK_EQ(ipc_call_destroy(t->space, kept), KERN_SUCCESS);
    n = give_send(w.a, new_port(w.a), t);
    CHECK_EQ(type_of(t, n), MACH_PORT_TYPE_SEND);
    CHECK_EQ(ipc_call_destroy(t->space, n), KERN_SUCCESS);
    task_end(t);
    ledger_release(l);
    world_end(&w);
}

/* A message of one right needs one name. */
static void
a_name_for_a_right(void)
{
    mach_port_name_t n = 0, dest, right;
    struct host_thread *h;
    union any_msg *m;
    struct ledger *l;
    struct task *t;
    unsigned i;

    world_begin(&w);
    t = poor_task(1 + 1 + 24, LEDGER_UNLIMITED, &l);
    h = thread_make(t);
    m = user_alloc(t, sizeof(*m));
    dest = new_port(t);
    right = new_port(w.a);
    for (i = 0; i < 23; i++) {
        CHECK_EQ(dead_name(t, 0, &n), KERN_SUCCESS);
    }
    /* One of no right needs none. */
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0)
                           | MACH_MSGH_BITS_COMPLEX;
    w.ma->head.msgh_remote_port = give_send(t, dest, w.a);
    w.ma->port.body.msgh_descriptor_count = 1;
    w.ma->port.port[0] = (mach_msg_port_descriptor_t){
        .disposition = MACH_MSG_TYPE_COPY_SEND & 0xffu,
        .type = MACH_MSG_PORT_DESCRIPTOR};
    CHECK_EQ(host_msg(w.ta, &(struct msg_args){.message = w.ma,
                                               .option = MACH_SEND_MSG,
                                               .send_size = 40}),
             MACH_MSG_SUCCESS);
    CHECK_EQ(receive(h, dest, m), MACH_MSG_SUCCESS);
    CHECK_EQ(m->port.port[0].name, MACH_PORT_NULL);
    /* Nor does one whose reply right is dead. */
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND,
                                          MACH_MSG_TYPE_MOVE_SEND);
    w.ma->head.msgh_remote_port = give_send(t, dest, w.a);
    w.ma->head.msgh_local_port = MACH_PORT_DEAD;
    CHECK_EQ(host_msg(w.ta, &(struct msg_args){.message = w.ma,
                                               .option = MACH_SEND_MSG,
                                               .send_size = 24}),
             MACH_MSG_SUCCESS);
    CHECK_EQ(receive(h, dest, m), MACH_MSG_SUCCESS);
    CHECK_EQ(m->head.msgh_remote_port, MACH_PORT_DEAD);
    for (i = 0; i < 2; i++) {
        memset(w.ma, 0, sizeof(*w.ma));
        w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0)
                               | MACH_MSGH_BITS_COMPLEX;
        w.ma->head.msgh_remote_port = give_send(t, dest, w.a);
        w.ma->port.body.msgh_descriptor_count = 1;
        w.ma->port.port[0] = (mach_msg_port_descriptor_t){
            .name = right, .disposition = MACH_MSG_TYPE_MAKE_SEND & 0xffu,
            .type = MACH_MSG_PORT_DESCRIPTOR};
        if (i == 1) { /* a reply port likewise */
            w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND,
                                                  MACH_MSG_TYPE_MAKE_SEND);
            w.ma->head.msgh_local_port = right;
        }
        CHECK_EQ(host_msg(w.ta, &(struct msg_args){.message = w.ma,
                                                   .option = MACH_SEND_MSG,
                                                   .send_size = 40}),
                 MACH_MSG_SUCCESS);
        CHECK_EQ(receive(h, dest, m), MACH_RCV_BODY_ERROR);
        CHECK_EQ(ipc_call_destroy(t->space, n), KERN_SUCCESS);
        CHECK_EQ(receive(h, dest, m), MACH_MSG_SUCCESS);
        n = i == 0 ? m->port.port[0].name : m->head.msgh_remote_port;
        CHECK_EQ(type_of(t, n), MACH_PORT_TYPE_SEND);
    }
    thread_end(h);
    task_end(t);
    ledger_release(l);
    world_end(&w);
}

static void
names_out_of_reach(void)
{
    uint32_t size;
    mach_port_name_t n;

    world_begin(&w);
    size = w.a->space->is_size;
    CHECK_EQ(type_of(w.a, MACH_PORT_MAKE(size, 0)), 0);
    CHECK_EQ(ipc_call_deallocate(w.a->space, MACH_PORT_MAKE(size, 1)),
             KERN_INVALID_NAME);
    CHECK_EQ(dead_name(w.a, MACH_PORT_MAKE(size + IPC_NAME_REACH, 1), &n),
             KERN_NO_SPACE);
    CHECK_EQ(w.a->space->is_size, size);
    CHECK_EQ(dead_name(w.a, MACH_PORT_MAKE(size + IPC_NAME_REACH - 1, 1), &n),
             KERN_SUCCESS);
    CHECK_EQ(n, MACH_PORT_MAKE(size + IPC_NAME_REACH - 1, 1));
    CHECK_EQ(dead_name(w.a, MACH_PORT_MAKE(IPC_NAMES_MAX, 1), &n),
             KERN_NO_SPACE);
    CHECK_EQ(dead_name(w.a, n, &n), KERN_NAME_EXISTS);
    CHECK_EQ(dead_name(w.a, MACH_PORT_MAKE(MACH_PORT_FIRST_INDEX - 1, 1), &n),
             KERN_NAME_EXISTS);
    CHECK_EQ(dead_name(w.a, MACH_PORT_MAKE(MACH_PORT_FIRST_INDEX, 1), &n),
             KERN_SUCCESS);
    CHECK_EQ(ipc_right_alloc(w.a->space, MACH_PORT_RIGHT_SEND, 0, &n),
             KERN_INVALID_VALUE);
    world_end(&w);
}

/* A table that grows while each allocation fails once. */
static void
growth_fails(void)
{
    mach_port_name_t n;
    unsigned i, failed = 0, nth = 0;
    struct ipc_space *s;

    world_begin(&w);
    for (i = 0; i < 20 * IPC_CHUNK; i++) {
        uint32_t used = ipc_space_used(w.a->space);

        host_fail_nth(nth + 1);
        if (dead_name(w.a, 0, &n) == KERN_SUCCESS) {
            host_fail_nth(0);
            nth = 0;
            CHECK_EQ(ipc_space_used(w.a->space), used + 1);
        } else {
            host_fail_nth(0);
            nth++;
            failed++;
            CHECK_EQ(ipc_space_used(w.a->space), used);
        }
    }
    CHECK(failed >= 20);
    for (i = 1;; i++) {
        kern_return_t kr;

        host_fail_nth(i);
        kr = ipc_space_create(&ledger_root, &s);
        host_fail_nth(0);
        if (kr == KERN_SUCCESS) {
            break;
        }
        CHECK_EQ(kr, KERN_RESOURCE_SHORTAGE);
    }
    CHECK(i >= 3);
    CHECK(ipc_space_empty(s));
    ipc_space_destroy(s);
    reap_all();
    ipc_space_release(s);
    world_end(&w);
}

/* The look-up of send rights takes few steps, however many there are. */
static void
hash_is_flat(void)
{
    unsigned longest = 0, total = 0;
    struct ipc_space *s;
    uint32_t b, i;

    world_begin(&w);
    for (i = 0; i < 2000; i++) {
        (void)give_send(w.a, new_port(w.a), w.b);
    }
    s = w.b->space;
    for (b = 0; b < s->is_size; b++) {
        unsigned n = 0;

        for (i = ipc_entry_at(s, b)->ie_bucket; i != 0;
             i = ipc_entry_at(s, i)->ie_next) {
            n++;
        }
        total += n;
        longest = n > longest ? n : longest;
    }
    CHECK_EQ(total, 2000);
    CHECK(longest <= 16);
    world_end(&w);
}

static void
references(void)
{
    mach_port_urefs_t refs = 9;
    mach_port_name_t n, s;
    struct ipc_port *port;

    world_begin(&w);
    n = new_port(w.a);
    s = give_send(w.a, n, w.b);
    CHECK_EQ(ipc_call_get_refs(w.b->space, s, MACH_PORT_RIGHT_RECEIVE, &refs),
             KERN_SUCCESS);
    CHECK_EQ(refs, 0);
    refs = 9;
    CHECK_EQ(ipc_call_get_refs(w.b->space, s, MACH_PORT_RIGHT_NUMBER, &refs),
             KERN_INVALID_VALUE);
    CHECK_EQ(refs, 9);
    CHECK_EQ(ipc_call_get_refs(w.a->space, n, MACH_PORT_RIGHT_RECEIVE, &refs),
             KERN_SUCCESS);
    CHECK_EQ(refs, 1);
    /* An inserted right may bring the references to the last but one. */
    CHECK_EQ(ipc_call_mod_refs(w.b->space, s, MACH_PORT_RIGHT_SEND,
                               MACH_PORT_UREFS_MAX - 3),
             KERN_SUCCESS);
    CHECK_EQ(ipc_object_copyin(w.a->space, n, MACH_MSG_TYPE_MAKE_SEND, &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_right_insert(w.b->space, s, port, MACH_MSG_TYPE_PORT_SEND),
             KERN_SUCCESS);
    CHECK_EQ(refs_of(w.b, s, MACH_PORT_RIGHT_SEND), MACH_PORT_UREFS_MAX - 1);
    CHECK_EQ(ipc_object_copyin(w.a->space, n, MACH_MSG_TYPE_MAKE_SEND, &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_right_insert(w.b->space, s, port, MACH_MSG_TYPE_PORT_SEND),
             KERN_UREFS_OVERFLOW);
    ipc_port_release_send(port);
    /* At the top they stay, whatever is moved and copied. */
    CHECK_EQ(give_send(w.a, n, w.b), s);
    CHECK_EQ(give_send(w.a, n, w.b), s);
    CHECK_EQ(refs_of(w.b, s, MACH_PORT_RIGHT_SEND), MACH_PORT_UREFS_MAX);
    CHECK_EQ(ipc_object_copyin(w.b->space, s, MACH_MSG_TYPE_MOVE_SEND, &port),
             KERN_SUCCESS);
    ipc_port_release_send(port);
    CHECK_EQ(type_of(w.b, s), MACH_PORT_TYPE_SEND);
    CHECK_EQ(refs_of(w.b, s, MACH_PORT_RIGHT_SEND), MACH_PORT_UREFS_MAX);
    CHECK_EQ(ipc_call_get_refs(w.b->space, s, MACH_PORT_RIGHT_SEND, &refs),
             KERN_SUCCESS);
    CHECK_EQ(refs, MACH_PORT_UREFS_MAX);
    world_end(&w);
}

/* A receive right, travelling or held, inserted under a name. */
static void
insert_receive(void)
{
    mach_port_name_t n, s, name = MACH_PORT_MAKE(77, 3);
    struct ipc_port *port, *dest;

    world_begin(&w);
    n = new_port(w.a);
    s = give_send(w.a, n, w.b);
    CHECK_EQ(ipc_object_copyin(w.a->space, n, MACH_MSG_TYPE_MOVE_RECEIVE,
                               &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_right_insert(w.b->space, name, port,
                              MACH_MSG_TYPE_PORT_RECEIVE),
             KERN_RIGHT_EXISTS);
    CHECK_EQ(ipc_right_insert(w.a->space, name, port,
                              MACH_MSG_TYPE_PORT_RECEIVE),
             KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, name), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(ipc_object_copyin(w.a->space, name, MACH_MSG_TYPE_MOVE_RECEIVE,
                               &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_right_lookup_receive(w.b->space, new_port(w.b), &dest),
             KERN_SUCCESS);
    ipc_port_enter_transit(port, dest);
    CHECK_EQ(ipc_right_insert(w.b->space, s, port,
                              MACH_MSG_TYPE_PORT_RECEIVE),
             KERN_SUCCESS);
    CHECK_EQ(type_of(w.b, s), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK(port->ip_destination == NULL);
    world_end(&w);
}

/* A space ends in steps, with its names. */
static void
ends_in_steps(void)
{
    mach_port_name_t n;
    unsigned left;

    world_begin(&w);
    for (left = 0; left < 60; left++) {
        CHECK_EQ(dead_name(w.a, 0, &n), KERN_SUCCESS);
    }
    ipc_space_destroy(w.a->space);
    while (ipc_reap_step()) {
        CHECK_EQ(ipc_space_used(w.a->space), left - 16);
        left = ipc_space_used(w.a->space);
    }
    CHECK(left <= 16);
    CHECK(ipc_space_empty(w.a->space));
    /* Names far apart are not looked for in one step. */
    CHECK_EQ(dead_name(w.b, MACH_PORT_MAKE(1100, 0), &n), KERN_SUCCESS);
    ipc_space_destroy(w.b->space);
    CHECK(ipc_reap_step());
    CHECK(!ipc_space_empty(w.b->space));
    reap_all();
    CHECK(ipc_space_empty(w.b->space));
    world_end(&w);
}

/* What is told of a space and its names. */
static void
told(void)
{
    struct ipc_port *previous = IP_DEAD;
    ipc_info_space_basic_t space;
    ipc_info_name_t info;
    mach_port_name_t n, s;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    ipc_call_space_info(w.a->space, &space);
    CHECK_EQ(space.iisb_genno_mask, 0xff);
    CHECK_EQ(space.iisb_table_size, w.a->space->is_size);
    CHECK_EQ(space.iisb_table_inuse, 1);
    ipc_call_name_info(w.a->space, ipc_entry_lookup(w.a->space, s), &info);
    CHECK_EQ(info.iin_name, s);
    CHECK_EQ(info.iin_type, MACH_PORT_TYPE_SEND);
    CHECK_EQ(info.iin_urefs, 1);
    CHECK_EQ(ipc_call_destroy(w.b->space, n), KERN_SUCCESS);
    ipc_call_name_info(w.a->space, ipc_entry_lookup(w.a->space, s), &info);
    CHECK_EQ(info.iin_type, MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(info.iin_urefs, 1);
    CHECK_EQ(info.iin_object[0] | info.iin_object[1], 0);
    CHECK_EQ(ipc_call_set_limits(w.b->space, 100, 200, IP_NULL, &previous),
             KERN_SUCCESS);
    CHECK(previous == IP_NULL);
    ipc_space_destroy(w.b->space);
    CHECK_EQ(ipc_call_set_limits(w.b->space, 100, 200, IP_NULL, &previous),
             KERN_INVALID_TASK);
    world_end(&w);
}

/* What there is no right of. */
static void
no_rights(void)
{
    mach_port_status_t status = {.mps_qlimit = 77};
    mach_port_name_t n, set, got = 9;
    struct ipc_port *port;

    world_begin(&w);
    n = new_port(w.a);
    set = new_set(w.a);
    CHECK_EQ(ipc_call_receive_status(w.a->space, set, &status),
             KERN_INVALID_RIGHT);
    CHECK_EQ(ipc_call_receive_status(w.a->space, 0x7777, &status),
             KERN_INVALID_NAME);
    CHECK_EQ(status.mps_qlimit, 77);
    ipc_port_reference(IP_NULL);
    ipc_port_reference(IP_DEAD);
    ipc_port_release(IP_NULL);
    ipc_port_release(IP_DEAD);
    CHECK(ipc_port_make_send(IP_NULL) == IP_NULL);
    CHECK(ipc_port_make_send(IP_DEAD) == IP_DEAD);
    CHECK(ipc_port_copy_send(IP_NULL) == IP_NULL);
    CHECK(ipc_port_copy_send(IP_DEAD) == IP_DEAD);
    CHECK(!ipc_port_active(IP_NULL) && !ipc_port_active(IP_DEAD));
    CHECK_EQ(ipc_object_copyin(w.a->space, n, MACH_MSG_TYPE_MAKE_SEND, &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_call_destroy(w.a->space, n), KERN_SUCCESS);
    CHECK(!ipc_port_active(port));
    CHECK(ipc_port_make_send(port) == IP_DEAD);
    CHECK(ipc_port_copy_send(port) == IP_DEAD);
    CHECK_EQ(ipc_right_insert(w.b->space, MACH_PORT_MAKE(50, 1), port,
                              MACH_MSG_TYPE_PORT_SEND),
             KERN_INVALID_CAPABILITY);
    ipc_port_release_send(port);
    /* A space that is dead gives and takes nothing. */
    ipc_space_destroy(w.b->space);
    CHECK_EQ(dead_name(w.b, 0, &got), KERN_INVALID_TASK);
    CHECK_EQ(dead_name(w.b, MACH_PORT_MAKE(70, 0), &got), KERN_INVALID_TASK);
    CHECK_EQ(ipc_object_copyin(w.b->space, 0, MACH_MSG_TYPE_COPY_SEND, &port),
             KERN_INVALID_TASK);
    CHECK_EQ(ipc_object_copyout(w.b->space, IP_NULL, MACH_MSG_TYPE_PORT_SEND,
                                &got),
             KERN_INVALID_TASK);
    CHECK_EQ(ipc_right_insert(w.b->space, MACH_PORT_MAKE(70, 0), w.a->self,
                              MACH_MSG_TYPE_PORT_SEND),
             KERN_INVALID_TASK);
    CHECK_EQ(ipc_call_type(w.b->space, n, &(mach_port_type_t){0}),
             KERN_INVALID_TASK);
    CHECK_EQ(ipc_space_copy(w.a->space, w.b->space), KERN_INVALID_TASK);
    CHECK_EQ(ipc_space_copy(w.b->space, w.a->space), KERN_INVALID_TASK);
    CHECK_EQ(ipc_space_copy(w.a->space, w.a->space), KERN_INVALID_TASK);
    CHECK_EQ(got, 9);
    world_end(&w);
}

/* fork of a table with names far apart, and with no names left. */
static void
copies(void)
{
    mach_port_name_t far, n, s;
    struct ledger *l;
    struct task *t;
    unsigned i;

    world_begin(&w);
    for (i = 0; i < 12; i++) {
        CHECK_EQ(dead_name(w.a,
                           MACH_PORT_MAKE(w.a->space->is_size
                                              + IPC_NAME_REACH - 1u, 5),
                           &far),
                 KERN_SUCCESS);
    }
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    CHECK_EQ(ipc_space_copy(w.a->space, w.b->space), KERN_SUCCESS);
    CHECK_EQ(type_of(w.b, far), MACH_PORT_TYPE_DEAD_NAME);
    CHECK(type_of(w.b, s) == 0 || s == n);
    t = poor_task(1 + 6 * IPC_CHUNK, LEDGER_UNLIMITED, &l);
    CHECK_EQ(ipc_space_copy(w.a->space, t->space), KERN_RESOURCE_SHORTAGE);
    task_end(t);
    ledger_release(l);
    t = poor_task(LEDGER_UNLIMITED, 20000, &l);
    CHECK_EQ(ipc_space_copy(w.a->space, t->space), KERN_RESOURCE_SHORTAGE);
    task_end(t);
    ledger_release(l);
    world_end(&w);
}

const struct test limit_tests[] = {
    {"names: generations", generations},
    {"names: what they cost", names_cost},
    {"names: no more", no_more_names},
    {"names: one for each right", a_name_for_a_right},
    {"names: out of reach", names_out_of_reach},
    {"names: growth that fails", growth_fails},
    {"names: the hash is flat", hash_is_flat},
    {"names: references", references},
    {"names: an inserted receive right", insert_receive},
    {"names: a space ends in steps", ends_in_steps},
    {"names: what is told", told},
    {"names: no rights", no_rights},
    {"names: copies", copies},
    {NULL, NULL},
};
