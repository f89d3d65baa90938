/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps on the caller's own rights, and the borrowed names in calls.
 */
#include "ipc_test.h"

static struct world w;

static kern_return_t
allocate(mach_port_right_t right, mach_port_name_t *to)
{
    return mach_port_allocate_trap(right, (uintptr_t)to);
}

static kern_return_t
mod_refs(mach_port_name_t name, mach_port_right_t right, int delta)
{
    return mach_port_mod_refs_trap(name, right, delta);
}

static kern_return_t
get_refs(mach_port_name_t name, mach_port_right_t right,
         mach_port_urefs_t *to)
{
    return mach_port_get_refs_trap(name, right, (uintptr_t)to);
}

static kern_return_t
insert(mach_port_name_t name, mach_port_name_t right,
       mach_msg_type_name_t disposition)
{
    return mach_port_insert_right_trap(name, right, disposition);
}

static void
allocate_and_deallocate(void)
{
    mach_port_name_t *name, other;

    world_begin(&w);
    thread_enter(w.ta);
    name = user_alloc(w.a, sizeof(*name));
    CHECK_EQ(allocate(MACH_PORT_RIGHT_RECEIVE, name), KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, *name), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(mod_refs(*name, MACH_PORT_RIGHT_RECEIVE, -1), KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, *name), 0);
    CHECK_EQ(allocate(MACH_PORT_RIGHT_PORT_SET, name), KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, *name), MACH_PORT_TYPE_PORT_SET);
    CHECK_EQ(allocate(MACH_PORT_RIGHT_DEAD_NAME, name), KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, *name), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(mach_port_deallocate_trap(*name),
             KERN_SUCCESS);
    CHECK_EQ(mach_port_deallocate_trap(*name),
             KERN_INVALID_NAME);
    CHECK_EQ(allocate(MACH_PORT_RIGHT_SEND, name), KERN_INVALID_VALUE);
    CHECK_EQ(allocate(MACH_PORT_RIGHT_SEND_ONCE, name), KERN_INVALID_VALUE);
    CHECK_EQ(ipc_space_used(w.a->space), 1);
    /* Where the name can't be told, none is made. */
    CHECK_EQ(allocate(MACH_PORT_RIGHT_RECEIVE, &other), KERN_INVALID_ADDRESS);
    user_protect(w.a, name, false);
    CHECK_EQ(allocate(MACH_PORT_RIGHT_RECEIVE, name),
             KERN_PROTECTION_FAILURE);
    CHECK_EQ(ipc_space_used(w.a->space), 1);
    world_end(&w);
}

static void
reply_port(void)
{
    const uint64_t limit[LEDGER_ITEMS] = {
        LEDGER_UNLIMITED, LEDGER_UNLIMITED, 40, LEDGER_UNLIMITED,
        LEDGER_UNLIMITED};
    struct host_thread *h;
    mach_port_name_t name;
    struct ledger *l;
    struct task *t;
    unsigned n = 0;

    world_begin(&w);
    CHECK_EQ(ledger_create(&ledger_root, limit, &l), KERN_SUCCESS);
    t = task_make(l);
    h = thread_make(t);
    thread_enter(h);
    while ((name = mach_reply_port_trap()) != MACH_PORT_NULL) {
        CHECK_EQ(type_of(t, name), MACH_PORT_TYPE_RECEIVE);
        n++;
    }
    CHECK(n > 4 && n < 40);
    CHECK_EQ(ipc_space_used(t->space), n);
    thread_end(h);
    task_end(t);
    ledger_release(l);
    world_end(&w);
}

static void
references(void)
{
    mach_port_name_t n, s;
    mach_port_urefs_t *refs;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    thread_enter(w.ta);
    refs = user_alloc(w.a, sizeof(*refs));
    CHECK_EQ(mod_refs(s, MACH_PORT_RIGHT_SEND, 2), KERN_SUCCESS);
    CHECK_EQ(get_refs(s, MACH_PORT_RIGHT_SEND, refs), KERN_SUCCESS);
    CHECK_EQ(*refs, 3);
    CHECK_EQ(mod_refs(s, MACH_PORT_RIGHT_SEND, -1), KERN_SUCCESS);
    CHECK_EQ(get_refs(s, MACH_PORT_RIGHT_SEND, refs), KERN_SUCCESS);
    CHECK_EQ(*refs, 2);
    CHECK_EQ(get_refs(s, MACH_PORT_RIGHT_RECEIVE, refs), KERN_SUCCESS);
    CHECK_EQ(*refs, 0);
    *refs = 7;
    CHECK_EQ(get_refs(MACH_PORT_TASK_SELF, MACH_PORT_RIGHT_RECEIVE, refs),
             KERN_SUCCESS);
    CHECK_EQ(*refs, 0);
    CHECK_EQ(get_refs(s, MACH_PORT_RIGHT_NUMBER, refs), KERN_INVALID_VALUE);
    CHECK_EQ(get_refs(0x7777, MACH_PORT_RIGHT_SEND, refs),
             KERN_INVALID_NAME);
    CHECK_EQ(get_refs(s, MACH_PORT_RIGHT_SEND, NULL), KERN_INVALID_ADDRESS);
    CHECK_EQ(*refs, 0);
    CHECK_EQ(mod_refs(s, MACH_PORT_RIGHT_NUMBER, 1), KERN_INVALID_VALUE);
    CHECK_EQ(mod_refs(n, MACH_PORT_RIGHT_NUMBER, 0), KERN_INVALID_VALUE);
    world_end(&w);
}

/* Names that stand for something without being the caller's own. */
static void
borrowed(void)
{
    mach_port_name_t self = MACH_PORT_TASK_SELF;
    mach_port_urefs_t refs = 9;
    uint32_t rights;

    world_begin(&w);
    thread_enter(w.ta);
    rights = w.a->self->ip_srights;
    CHECK_EQ(mod_refs(self, MACH_PORT_RIGHT_SEND, -1), KERN_SUCCESS);
    CHECK_EQ(mod_refs(self, MACH_PORT_RIGHT_SEND, 5), KERN_SUCCESS);
    CHECK_EQ(mod_refs(self, MACH_PORT_RIGHT_RECEIVE, -1),
             KERN_INVALID_RIGHT);
    CHECK_EQ(ipc_call_get_refs(w.a->space, self, MACH_PORT_RIGHT_SEND, &refs),
             KERN_SUCCESS);
    CHECK_EQ(refs, 1);
    CHECK_EQ(ipc_call_get_refs(w.a->space, self, MACH_PORT_RIGHT_RECEIVE,
                               &refs),
             KERN_SUCCESS);
    CHECK_EQ(refs, 0);
    refs = 9;
    CHECK_EQ(ipc_call_get_refs(w.a->space, self, MACH_PORT_RIGHT_NUMBER,
                               &refs),
             KERN_INVALID_NAME);
    CHECK_EQ(refs, 9);
    CHECK_EQ(ipc_call_destroy(w.a->space, self), KERN_INVALID_NAME);
    CHECK_EQ(w.a->self->ip_srights, rights);
    world_end(&w);
}

static void
insert_right(void)
{
    mach_port_name_t n, m, s, made = MACH_PORT_MAKE(90, 1);
    mach_port_status_t before;

    world_begin(&w);
    n = new_port(w.a);
    m = new_port(w.a);
    thread_enter(w.ta);
    CHECK_EQ(insert(n, n, MACH_MSG_TYPE_MAKE_SEND), KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, n), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(insert(n, n, MACH_MSG_TYPE_COPY_SEND), KERN_SUCCESS);
    CHECK_EQ(refs_of(w.a, n, MACH_PORT_RIGHT_SEND), 2);
    CHECK_EQ(insert(made, n, MACH_MSG_TYPE_MAKE_SEND_ONCE), KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, made), MACH_PORT_TYPE_SEND_ONCE);
    before = status_of(w.a, n);
    CHECK_EQ(before.mps_mscount, 1);
    CHECK_EQ(before.mps_sorights, 1);
    /* Refused: no right is made, copied or lost, and nobody is told. */
    CHECK_EQ(insert(m, n, MACH_MSG_TYPE_MAKE_SEND), KERN_RIGHT_EXISTS);
    CHECK_EQ(insert(m, n, MACH_MSG_TYPE_COPY_SEND), KERN_RIGHT_EXISTS);
    CHECK_EQ(insert(m, n, MACH_MSG_TYPE_MAKE_SEND_ONCE), KERN_NAME_EXISTS);
    CHECK_EQ(insert(n, n, MACH_MSG_TYPE_MOVE_SEND), KERN_INVALID_VALUE);
    CHECK_EQ(insert(n, n, MACH_MSG_TYPE_MOVE_RECEIVE), KERN_INVALID_VALUE);
    CHECK_EQ(insert(n, made, MACH_MSG_TYPE_MOVE_SEND_ONCE),
             KERN_INVALID_VALUE);
    CHECK_EQ(insert(n, m, MACH_MSG_TYPE_COPY_SEND), KERN_INVALID_RIGHT);
    CHECK_EQ(insert(n, 0x7777, MACH_MSG_TYPE_COPY_SEND), KERN_INVALID_NAME);
    CHECK_EQ(insert(n, 0, MACH_MSG_TYPE_COPY_SEND), KERN_INVALID_CAPABILITY);
    CHECK_EQ(status_of(w.a, n).mps_mscount, 1);
    CHECK_EQ(status_of(w.a, n).mps_sorights, 1);
    CHECK_EQ(refs_of(w.a, n, MACH_PORT_RIGHT_SEND), 2);
    CHECK_EQ(status_of(w.a, n).mps_msgcount, 0);
    /* A copy of the only send right of somebody else's port. */
    s = give_send(w.b, new_port(w.b), w.a);
    CHECK_EQ(insert(m, s, MACH_MSG_TYPE_COPY_SEND), KERN_RIGHT_EXISTS);
    CHECK_EQ(ipc_call_mod_refs(w.a->space, s, MACH_PORT_RIGHT_SEND,
                               MACH_PORT_UREFS_MAX - 2),
             KERN_SUCCESS);
    CHECK_EQ(insert(s, s, MACH_MSG_TYPE_COPY_SEND), KERN_UREFS_OVERFLOW);
    CHECK_EQ(refs_of(w.a, s, MACH_PORT_RIGHT_SEND), MACH_PORT_UREFS_MAX - 1);
    world_end(&w);
}

static void
move_member(void)
{
    mach_port_name_t n, set;

    world_begin(&w);
    n = new_port(w.a);
    set = new_set(w.a);
    thread_enter(w.ta);
    CHECK_EQ(mach_port_move_member_trap(n, set),
             KERN_SUCCESS);
    CHECK_EQ(status_of(w.a, n).mps_pset, 1);
    CHECK_EQ(mach_port_move_member_trap(n, n),
             KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_move_member_trap(set, set),
             KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_move_member_trap(n, 0),
             KERN_SUCCESS);
    CHECK_EQ(status_of(w.a, n).mps_pset, 0);
    world_end(&w);
}

/* The traps that came later: destroy, type, members. */
static void
type_and_members(void)
{
    mach_port_name_t n, set;
    mach_port_type_t *type;

    world_begin(&w);
    n = new_port(w.a);
    set = new_set(w.a);
    thread_enter(w.ta);
    type = user_alloc(w.a, sizeof(*type));
    CHECK_EQ(mach_port_type_trap(n, (uintptr_t)type), KERN_SUCCESS);
    CHECK_EQ(*type, MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(mach_port_type_trap(n, 8),
             KERN_INVALID_ADDRESS);
    *type = 5;
    CHECK_EQ(mach_port_type_trap(0x7777, (uintptr_t)type),
             KERN_INVALID_NAME);
    CHECK_EQ(*type, 5);
    CHECK_EQ(mach_port_insert_member_trap(n, set),
             KERN_SUCCESS);
    CHECK_EQ(mach_port_insert_member_trap(n, set),
             KERN_ALREADY_IN_SET);
    CHECK_EQ(status_of(w.a, n).mps_pset, 1);
    CHECK_EQ(mach_port_extract_member_trap(n, set),
             KERN_SUCCESS);
    CHECK_EQ(mach_port_extract_member_trap(n, set),
             KERN_NOT_IN_SET);
    CHECK_EQ(status_of(w.a, n).mps_pset, 0);
    CHECK_EQ(mach_port_destroy_trap(n), KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, n), 0);
    CHECK_EQ(mach_port_destroy_trap(n),
             KERN_INVALID_NAME);
    world_end(&w);
}

static kern_return_t
request_trap(mach_port_name_t name, mach_port_name_t told, mach_port_name_t *old)
{
    return mach_port_request_notification_trap(
        name, MACH_NOTIFY_NO_SENDERS, 1, told, (uintptr_t)old);
}

/* Nobody can be told at a dead name; none cancels. */
static void
request_notification(void)
{
    mach_port_name_t n, x, *old;

    world_begin(&w);
    n = new_port(w.a);
    x = new_port(w.a);
    thread_enter(w.ta);
    old = user_alloc(w.a, sizeof(*old));
    CHECK_EQ(request_trap(n, x, old), KERN_SUCCESS);
    CHECK_EQ(*old, MACH_PORT_NULL);
    CHECK_EQ(request_trap(n, MACH_PORT_DEAD, old), KERN_INVALID_CAPABILITY);
    CHECK_EQ(status_of(w.a, n).mps_nsrequest, 1);
    CHECK_EQ(request_trap(n, MACH_PORT_NULL, old), KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, *old), MACH_PORT_TYPE_SEND_ONCE);
    CHECK_EQ(status_of(w.a, n).mps_nsrequest, 0);
    CHECK_EQ(ipc_call_deallocate(w.a->space, *old), KERN_SUCCESS);
    world_end(&w);
}

const struct test trap_tests[] = {
    {"traps: allocate, deallocate", allocate_and_deallocate},
    {"traps: reply ports", reply_port},
    {"traps: references", references},
    {"traps: borrowed names", borrowed},
    {"traps: insert a right", insert_right},
    {"traps: move a member", move_member},
    {"traps: type, members, destroy", type_and_members},
    {"traps: request a notification", request_notification},
    {NULL, NULL},
};
