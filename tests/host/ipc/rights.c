/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights, names and user references.
 */
#include "ipc_test.h"

static struct world w;

static kern_return_t
mod(struct task *t, mach_port_name_t n, mach_port_right_t r, int d)
{
    return ipc_call_mod_refs(t->space, n, r, d);
}

static void
names_have_generations(void)
{
    mach_port_name_t n, again;

    world_begin(&w);
    n = new_port(w.a);
    CHECK_EQ(type_of(w.a, n), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(mod(w.a, n, MACH_PORT_RIGHT_RECEIVE, -1), KERN_SUCCESS);
    again = new_port(w.a);
    CHECK_EQ(MACH_PORT_INDEX(n), MACH_PORT_INDEX(again));
    CHECK(n != again);
    CHECK_EQ(mod(w.a, n, MACH_PORT_RIGHT_RECEIVE, -1), KERN_INVALID_NAME);
    CHECK_EQ(ipc_call_deallocate(w.a->space, 0), KERN_INVALID_NAME);
    CHECK_EQ(ipc_call_deallocate(w.a->space, MACH_PORT_DEAD),
             KERN_INVALID_NAME);
    CHECK_EQ(ipc_call_deallocate(w.a->space, 0xfffff000), KERN_INVALID_NAME);
    world_end(&w);
}

static void
send_rights_coalesce(void)
{
    mach_port_name_t n, s;

    world_begin(&w);
    n = new_port(w.a);
    s = give_send(w.a, n, w.b);
    CHECK_EQ(give_send(w.a, n, w.b), s);
    CHECK_EQ(refs_of(w.b, s, MACH_PORT_RIGHT_SEND), 2);
    CHECK_EQ(give_send(w.a, n, w.a), n);
    CHECK_EQ(type_of(w.a, n), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(status_of(w.a, n).mps_mscount, 3);
    CHECK(make_sonce(w.a, n, w.b) != make_sonce(w.a, n, w.b));
    CHECK_EQ(status_of(w.a, n).mps_sorights, 2);
    world_end(&w);
}

/* Many rights: the table and its hash grow. */
static void
many_names(void)
{
    enum { N = 3000 };
    static mach_port_name_t n[N], s[N];
    unsigned i;

    world_begin(&w);
    for (i = 0; i < N; i++) {
        n[i] = new_port(w.a);
        s[i] = give_send(w.a, n[i], w.b);
    }
    for (i = 0; i < N; i++) {
        CHECK_EQ(give_send(w.a, n[i], w.b), s[i]);
        CHECK_EQ(refs_of(w.b, s[i], MACH_PORT_RIGHT_SEND), 2);
    }
    for (i = 0; i < N; i += 2) {
        CHECK_EQ(ipc_call_destroy(w.a->space, n[i]), KERN_SUCCESS);
    }
    reap_all();
    for (i = 0; i < N; i++) {
        CHECK_EQ(type_of(w.b, s[i]), i % 2 == 0 ? MACH_PORT_TYPE_DEAD_NAME
                                                : MACH_PORT_TYPE_SEND);
    }
    world_end(&w);
}

static void
user_references(void)
{
    mach_port_name_t n, s;

    world_begin(&w);
    n = new_port(w.a);
    s = give_send(w.a, n, w.b);
    CHECK_EQ(mod(w.b, s, MACH_PORT_RIGHT_SEND, 0xfffd), KERN_SUCCESS);
    CHECK_EQ(mod(w.b, s, MACH_PORT_RIGHT_SEND, 1), KERN_UREFS_OVERFLOW);
    CHECK_EQ(mod(w.b, s, MACH_PORT_RIGHT_SEND, -0xffff), KERN_INVALID_VALUE);
    CHECK_EQ(mod(w.b, s, MACH_PORT_RIGHT_RECEIVE, -1), KERN_INVALID_RIGHT);
    CHECK_EQ(mod(w.b, s, 5, -1), KERN_INVALID_VALUE);
    /* A message pegs the count. */
    CHECK_EQ(give_send(w.a, n, w.b), s);
    CHECK_EQ(refs_of(w.b, s, MACH_PORT_RIGHT_SEND), 0xffff);
    CHECK_EQ(ipc_call_deallocate(w.b->space, s), KERN_SUCCESS);
    CHECK_EQ(refs_of(w.b, s, MACH_PORT_RIGHT_SEND), 0xffff);
    CHECK_EQ(ipc_call_destroy(w.b->space, s), KERN_SUCCESS);
    CHECK_EQ(status_of(w.a, n).mps_srights, 0);
    world_end(&w);
}

static void
dead_names(void)
{
    mach_port_name_t n, s, o;

    world_begin(&w);
    n = new_port(w.a);
    s = give_send(w.a, n, w.b);
    CHECK_EQ(mod(w.b, s, MACH_PORT_RIGHT_SEND, 2), KERN_SUCCESS);
    o = make_sonce(w.a, n, w.b);
    CHECK_EQ(give_send(w.a, n, w.a), n);
    CHECK_EQ(mod(w.a, n, MACH_PORT_RIGHT_RECEIVE, -1), KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, n), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(type_of(w.b, s), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(refs_of(w.b, s, MACH_PORT_RIGHT_DEAD_NAME), 3);
    CHECK_EQ(type_of(w.b, o), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(mod(w.b, s, MACH_PORT_RIGHT_SEND, -1), KERN_INVALID_RIGHT);
    CHECK_EQ(mod(w.b, s, MACH_PORT_RIGHT_DEAD_NAME, -3), KERN_SUCCESS);
    CHECK_EQ(type_of(w.b, s), 0);
    CHECK_EQ(ipc_call_deallocate(w.b->space, o), KERN_SUCCESS);
    CHECK_EQ(type_of(w.b, o), 0);
    world_end(&w);
}

static void
insert_under_a_name(void)
{
    mach_port_name_t n, m, s;
    struct ipc_port *port;

    world_begin(&w);
    n = new_port(w.a);
    m = new_port(w.b);
    CHECK_EQ(ipc_object_copyin(w.a->space, n, MACH_MSG_TYPE_MAKE_SEND,
                               &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_right_insert(w.b->space, m, port, MACH_MSG_TYPE_PORT_SEND),
             KERN_NAME_EXISTS);
    CHECK_EQ(ipc_right_insert(w.b->space, 0, port, MACH_MSG_TYPE_PORT_SEND),
             KERN_INVALID_VALUE);
    CHECK_EQ(ipc_right_insert(w.b->space, MACH_PORT_TASK_SELF, port,
                              MACH_MSG_TYPE_PORT_SEND),
             KERN_NAME_EXISTS);
    CHECK_EQ(ipc_right_insert(w.b->space, 0xffffff00, port,
                              MACH_MSG_TYPE_PORT_SEND),
             KERN_NO_SPACE);
    s = MACH_PORT_MAKE(300, 7);
    CHECK_EQ(ipc_right_insert(w.b->space, s, port, MACH_MSG_TYPE_PORT_SEND),
             KERN_SUCCESS);
    CHECK_EQ(type_of(w.b, s), MACH_PORT_TYPE_SEND);
    CHECK_EQ(ipc_object_copyin(w.a->space, n, MACH_MSG_TYPE_MAKE_SEND,
                               &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_right_insert(w.b->space, MACH_PORT_MAKE(301, 0), port,
                              MACH_MSG_TYPE_PORT_SEND),
             KERN_RIGHT_EXISTS);
    CHECK_EQ(ipc_right_insert(w.b->space, s, port, MACH_MSG_TYPE_PORT_SEND),
             KERN_SUCCESS);
    CHECK_EQ(refs_of(w.b, s, MACH_PORT_RIGHT_SEND), 2);
    world_end(&w);
}

static void
borrowed_names(void)
{
    struct ipc_port *port;

    world_begin(&w);
    thread_enter(w.ta);
    CHECK_EQ(type_of(w.a, MACH_PORT_TASK_SELF), MACH_PORT_TYPE_SEND);
    CHECK_EQ(refs_of(w.a, MACH_PORT_TASK_SELF, MACH_PORT_RIGHT_SEND), 1);
    CHECK_EQ(refs_of(w.a, MACH_PORT_TASK_SELF, MACH_PORT_RIGHT_RECEIVE), 0);
    CHECK_EQ(ipc_call_deallocate(w.a->space, MACH_PORT_TASK_SELF),
             KERN_SUCCESS);
    CHECK_EQ(ipc_object_copyin(w.a->space, MACH_PORT_TASK_SELF,
                               MACH_MSG_TYPE_MOVE_SEND, &port),
             KERN_INVALID_RIGHT);
    CHECK_EQ(ipc_object_copyin(w.a->space, MACH_PORT_TASK_SELF,
                               MACH_MSG_TYPE_COPY_SEND, &port),
             KERN_SUCCESS);
    CHECK(port == w.a->self);
    ipc_port_release_send(port);
    world_end(&w);
}

static void
fork_copies_send_rights(void)
{
    mach_port_name_t n, s, o, d;
    struct task *child;

    world_begin(&w);
    n = new_port(w.a);
    s = give_send(w.a, n, w.b);
    CHECK_EQ(mod(w.b, s, MACH_PORT_RIGHT_SEND, 4), KERN_SUCCESS);
    o = make_sonce(w.a, n, w.b);
    d = give_send(w.b, new_port(w.b), w.b);
    CHECK_EQ(ipc_right_alloc(w.b->space, MACH_PORT_RIGHT_DEAD_NAME, 0, &n),
             KERN_SUCCESS);
    child = task_make(&ledger_root);
    CHECK_EQ(ipc_space_copy(w.b->space, child->space), KERN_SUCCESS);
    CHECK_EQ(type_of(child, s), MACH_PORT_TYPE_SEND);
    CHECK_EQ(refs_of(child, s, MACH_PORT_RIGHT_SEND), 5);
    CHECK_EQ(type_of(child, o), 0);
    CHECK_EQ(type_of(child, d), MACH_PORT_TYPE_SEND);
    CHECK_EQ(type_of(child, n), MACH_PORT_TYPE_DEAD_NAME);
    /* What is there already stays as it is. */
    CHECK_EQ(ipc_space_copy(w.b->space, child->space), KERN_SUCCESS);
    CHECK_EQ(refs_of(child, s, MACH_PORT_RIGHT_SEND), 5);
    /* A port that the child itself receives from keeps its one name. */
    n = new_port(child);
    d = give_send(child, n, w.b);
    CHECK_EQ(ipc_space_copy(w.b->space, child->space), KERN_SUCCESS);
    CHECK_EQ(type_of(child, n), MACH_PORT_TYPE_RECEIVE);
    CHECK(d == n || type_of(child, d) == 0);
    task_end(child);
    world_end(&w);
}

static void
sets_and_members(void)
{
    mach_port_name_t p, s1, s2;

    world_begin(&w);
    p = new_port(w.a);
    s1 = new_set(w.a);
    s2 = new_set(w.a);
    CHECK_EQ(ipc_call_move_member(w.a->space, p, 0), KERN_NOT_IN_SET);
    CHECK_EQ(ipc_call_move_member(w.a->space, p, s1), KERN_SUCCESS);
    CHECK_EQ(ipc_call_insert_member(w.a->space, p, s2), KERN_SUCCESS);
    CHECK_EQ(ipc_call_insert_member(w.a->space, p, s2),
             KERN_ALREADY_IN_SET);
    CHECK_EQ(status_of(w.a, p).mps_pset, 2);
    CHECK_EQ(ipc_call_move_member(w.a->space, p, s2), KERN_SUCCESS);
    CHECK_EQ(status_of(w.a, p).mps_pset, 1);
    CHECK_EQ(ipc_call_extract_member(w.a->space, p, s1), KERN_NOT_IN_SET);
    CHECK_EQ(ipc_call_insert_member(w.a->space, s1, s2), KERN_INVALID_RIGHT);
    CHECK_EQ(ipc_call_destroy(w.a->space, s2), KERN_SUCCESS);
    CHECK_EQ(status_of(w.a, p).mps_pset, 0);
    CHECK_EQ(mod(w.a, s1, MACH_PORT_RIGHT_PORT_SET, -1), KERN_SUCCESS);
    world_end(&w);
}

const struct test right_tests[] = {
    {"names have generations", names_have_generations},
    {"send rights coalesce", send_rights_coalesce},
    {"many names", many_names},
    {"user references", user_references},
    {"dead names", dead_names},
    {"insert under a name", insert_under_a_name},
    {"borrowed names", borrowed_names},
    {"fork copies send rights", fork_copies_send_rights},
    {"sets and members", sets_and_members},
    {NULL, NULL},
};
