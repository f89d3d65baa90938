/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attributes, guards, kinds, limits of names; traps of the calls on names.
 */
#include "ipc_test.h"

static struct world w;

static void
attributes(void)
{
    natural_t info[MACH_PORT_INFO_MAX];
    mach_port_status_t status;
    mach_port_name_t n, s, x;
    uint32_t count = MACH_PORT_INFO_MAX;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    x = new_port(w.a);
    CHECK_EQ(ipc_call_get_attributes(w.b->space, n, MACH_PORT_LIMITS_INFO,
                                     info, &count),
             KERN_SUCCESS);
    CHECK_EQ(count, 1);
    CHECK_EQ(info[0], MACH_PORT_QLIMIT_DEFAULT);
    info[0] = 9;
    CHECK_EQ(ipc_call_set_attributes(w.b->space, n, MACH_PORT_LIMITS_INFO,
                                     info, 0),
             KERN_FAILURE);
    CHECK_EQ(ipc_call_set_attributes(w.b->space, n, MACH_PORT_LIMITS_INFO,
                                     info, 1),
             KERN_SUCCESS);
    CHECK_EQ(status_of(w.b, n).mps_qlimit, 9);
    info[0] = MACH_PORT_QLIMIT_MAX + 1;
    CHECK_EQ(ipc_call_set_attributes(w.b->space, n, MACH_PORT_LIMITS_INFO,
                                     info, 1),
             KERN_INVALID_VALUE);
    CHECK_EQ(ipc_call_set_attributes(w.b->space, n, MACH_PORT_RECEIVE_STATUS,
                                     info, 10),
             KERN_INVALID_ARGUMENT);
    CHECK_EQ(ipc_call_set_attributes(w.a->space, s, MACH_PORT_LIMITS_INFO,
                                     info, 1),
             KERN_INVALID_RIGHT);
    count = 9;
    CHECK_EQ(ipc_call_get_attributes(w.b->space, n, MACH_PORT_RECEIVE_STATUS,
                                     info, &count),
             KERN_FAILURE);
    count = 10;
    CHECK_EQ(ipc_call_get_attributes(w.b->space, n, MACH_PORT_RECEIVE_STATUS,
                                     info, &count),
             KERN_SUCCESS);
    memcpy(&status, info, sizeof(status));
    CHECK_EQ(status.mps_qlimit, 9);
    CHECK_EQ(status.mps_srights, 1);
    CHECK_EQ(request(w.a, s, MACH_NOTIFY_DEAD_NAME, 0, x), KERN_SUCCESS);
    CHECK_EQ(ipc_call_get_attributes(w.b->space, n,
                                     MACH_PORT_DNREQUESTS_SIZE, info, &count),
             KERN_SUCCESS);
    CHECK_EQ(info[0], 1);
    CHECK_EQ(request(w.a, s, MACH_NOTIFY_DEAD_NAME, 0, 0), KERN_SUCCESS);
    CHECK_EQ(ipc_call_get_attributes(w.b->space, n,
                                     MACH_PORT_DNREQUESTS_SIZE, info, &count),
             KERN_SUCCESS);
    CHECK_EQ(info[0], 0);
    CHECK_EQ(ipc_call_get_attributes(w.b->space, n, 4, info, &count),
             KERN_INVALID_ARGUMENT);
    CHECK_EQ(ipc_call_get_attributes(w.b->space, 0x77777, 1, info, &count),
             KERN_INVALID_NAME);
    world_end(&w);
}

static void
guards(void)
{
    struct ipc_space *s;
    natural_t info[2];
    uint32_t count = 2;
    mach_port_name_t n, got;
    struct ipc_port *port;

    world_begin(&w);
    s = w.b->space;
    n = new_port(w.b);
    CHECK_EQ(ipc_call_unguard(s, n, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(ipc_call_guard(s, n, 0x1122334455667788, false), KERN_SUCCESS);
    CHECK_EQ(ipc_call_guard(s, n, 1, false), KERN_INVALID_ARGUMENT);
    CHECK_EQ(ipc_call_get_attributes(s, n, MACH_PORT_GUARD_INFO, info,
                                     &count),
             KERN_SUCCESS);
    CHECK_EQ(info[0], 0x55667788);
    CHECK_EQ(info[1], 0x11223344);
    CHECK_EQ(status_of(w.b, n).mps_flags, MACH_PORT_STATUS_FLAG_GUARDED);
    CHECK_EQ(ipc_call_destroy(s, n), KERN_INVALID_RIGHT);
    CHECK_EQ(ipc_call_mod_refs(s, n, MACH_PORT_RIGHT_RECEIVE, -1),
             KERN_INVALID_RIGHT);
    CHECK_EQ(ipc_call_mod_refs(s, n, MACH_PORT_RIGHT_RECEIVE, 0),
             KERN_SUCCESS);
    CHECK_EQ(ipc_call_swap_guard(s, n, 5, 6), KERN_INVALID_ARGUMENT);
    CHECK_EQ(ipc_call_swap_guard(s, n, 0x1122334455667788, 6), KERN_SUCCESS);
    CHECK_EQ(ipc_call_unguard(s, n, 5), KERN_INVALID_ARGUMENT);
    CHECK_EQ(ipc_call_unguard(s, n, 6), KERN_SUCCESS);
    /* A strict one stays where it is; the other is left behind. */
    CHECK_EQ(ipc_call_guard(s, n, 7, true), KERN_SUCCESS);
    CHECK_EQ(status_of(w.b, n).mps_flags,
             MACH_PORT_STATUS_FLAG_GUARDED
                 | MACH_PORT_STATUS_FLAG_STRICT_GUARD);
    CHECK_EQ(ipc_object_copyin(s, n, MACH_MSG_TYPE_MOVE_RECEIVE, &port),
             KERN_INVALID_RIGHT);
    CHECK_EQ(ipc_call_unguard(s, n, 7), KERN_SUCCESS);
    CHECK_EQ(ipc_call_guard(s, n, 8, false), KERN_SUCCESS);
    CHECK_EQ(ipc_object_copyin(s, n, MACH_MSG_TYPE_MOVE_RECEIVE, &port),
             KERN_SUCCESS);
    CHECK_EQ(ipc_object_copyout(w.a->space, port, MACH_MSG_TYPE_PORT_RECEIVE,
                                &got),
             KERN_SUCCESS);
    CHECK_EQ(status_of(w.a, got).mps_flags, 0);
    CHECK_EQ(ipc_call_destroy(w.a->space, got), KERN_SUCCESS);
    /* The end of the task is no mistake. */
    CHECK_EQ(ipc_call_guard(s, new_port(w.b), 1, true), KERN_SUCCESS);
    world_end(&w);
}

static void
kinds(void)
{
    mach_port_name_t n, s, t, set, dead;
    uint64_t one, two;
    natural_t kind;
    ipc_info_name_t info;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    set = new_set(w.a);
    CHECK_EQ(ipc_call_kobject(w.b->space, n, &kind, &one), KERN_SUCCESS);
    CHECK_EQ(kind, MACH_PORT_KIND_NONE);
    CHECK_EQ(ipc_call_kobject(w.a->space, s, &kind, &two), KERN_SUCCESS);
    CHECK(one == two && one != 0);
    CHECK_EQ(ipc_call_kobject(w.a->space, set, &kind, &two),
             KERN_INVALID_RIGHT);
    CHECK_EQ(ipc_object_copyout(w.a->space, ipc_port_make_send(w.b->self),
                                MACH_MSG_TYPE_PORT_SEND, &t),
             KERN_SUCCESS);
    CHECK_EQ(ipc_call_kobject(w.a->space, t, &kind, &two), KERN_SUCCESS);
    CHECK_EQ(kind, MACH_PORT_KIND_TASK);
    CHECK(one != two);
    ipc_call_name_info(w.a->space, ipc_entry_lookup(w.a->space, t), &info);
    CHECK_EQ(info.iin_name, t);
    CHECK_EQ(info.iin_type, MACH_PORT_TYPE_SEND);
    CHECK_EQ(info.iin_urefs, 1);
    CHECK_EQ(info.iin_kind, MACH_PORT_KIND_TASK);
    CHECK_EQ(info.iin_object[0], (uint32_t)two);
    CHECK_EQ(ipc_right_alloc(w.a->space, MACH_PORT_RIGHT_DEAD_NAME, 0, &dead),
             KERN_SUCCESS);
    ipc_call_name_info(w.a->space, ipc_entry_lookup(w.a->space, dead), &info);
    CHECK_EQ(info.iin_object[0] | info.iin_object[1] | info.iin_kind, 0);
    world_end(&w);
}

static kern_return_t
limits(unsigned soft, unsigned hard, mach_port_name_t notify)
{
    struct ipc_port *port = IP_NULL, *previous;
    kern_return_t kr;

    if (notify != 0) {
        CHECK_EQ(ipc_object_copyin(w.b->space, notify,
                                   MACH_MSG_TYPE_MAKE_SEND_ONCE, &port),
                 KERN_SUCCESS);
    }
    kr = ipc_call_set_limits(w.b->space, soft, hard, port, &previous);
    if (kr == KERN_SUCCESS) {
        ipc_port_release_sonce(previous);
    } else if (ip_valid(port)) {
        ipc_port_unmake(port, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    }
    return kr;
}

static void
limits_of_names(void)
{
    ipc_info_space_basic_t info;
    mach_port_name_t x, n, s;
    struct task *child;

    world_begin(&w);
    x = new_port(w.b);
    CHECK_EQ(limits(3, 0, x), KERN_SUCCESS);
    (void)new_port(w.b);
    n = new_port(w.b);
    CHECK_EQ(receive(w.tb, x, w.mb), MACH_RCV_TIMED_OUT);
    (void)new_port(w.b);
    CHECK_EQ(receive(w.tb, x, w.mb), 0);
    CHECK_EQ(w.mb->head.msgh_id, MACH_NOTIFY_NAME_LIMIT);
    CHECK_EQ(w.mb->note.not_count, 4);
    (void)new_port(w.b);
    CHECK_EQ(receive(w.tb, x, w.mb), MACH_RCV_TIMED_OUT); /* once */
    CHECK_EQ(limits(3, 0, x), KERN_SUCCESS);              /* passed already */
    CHECK_EQ(receive(w.tb, x, w.mb), 0);
    CHECK_EQ(limits(100, 6, x), KERN_SUCCESS);
    ipc_call_space_info(w.b->space, &info);
    CHECK_EQ(info.iisb_table_inuse, 5);
    CHECK_EQ(info.iisb_limit, 6);
    (void)new_port(w.b);
    CHECK_EQ(ipc_right_alloc(w.b->space, MACH_PORT_RIGHT_RECEIVE, 0, &s),
             KERN_RESOURCE_SHORTAGE);
    CHECK_EQ(ipc_right_alloc(w.b->space, MACH_PORT_RIGHT_RECEIVE,
                             MACH_PORT_MAKE(100, 1), &s),
             KERN_RESOURCE_SHORTAGE);
    CHECK_EQ(limits(100, 7, 0), KERN_NO_ACCESS);
    /* A message whose reply right needs a name stays until there is one. */
    w.ma->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND,
                                    MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = give_send(w.b, n, w.a),
        .msgh_local_port = new_port(w.a)};
    CHECK_EQ(host_msg(w.ta, &(struct msg_args){.message = w.ma,
                                               .option = MACH_SEND_MSG,
                                               .send_size = 24}),
             0);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_RCV_BODY_ERROR);
    CHECK_EQ(limits(100, 5, 0), KERN_SUCCESS);
    CHECK_EQ(ipc_call_destroy(w.b->space, x), KERN_SUCCESS);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_RCV_BODY_ERROR);
    /* A server gets rid of it so, and its client hears of it. */
    CHECK_EQ(host_msg(w.tb, &(struct msg_args){.option = MACH_RCV_MSG
                                                         | MACH_RCV_TIMEOUT,
                                               .rcv_name = n}),
             MACH_RCV_TOO_LARGE);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_RCV_TIMED_OUT);
    CHECK_EQ(receive(w.ta, w.ma->head.msgh_local_port, w.ma), 0);
    CHECK_EQ(w.ma->head.msgh_id, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(limits(0, 0, 0), KERN_SUCCESS);
    child = task_make(&ledger_root);
    ipc_space_inherit_limit(child->space, w.b->space);
    CHECK_EQ(child->space->is_hard, 5);
    task_end(child);
    world_end(&w);
}

static kern_return_t
request_trap(mach_port_name_t name, int variant, mach_port_name_t told,
             mach_port_name_t *previous)
{
    return mach_port_request_notification_trap(name, variant, 0, told,
                                               (uintptr_t)previous);
}

static void
notification_trap(void)
{
    mach_port_name_t n, s, x, *previous;

    world_begin(&w);
    n = new_port(w.a);
    s = give_send(w.a, n, w.b);
    x = new_port(w.b);
    previous = user_alloc(w.b, sizeof(*previous));
    thread_enter(w.tb);
    CHECK(request_trap(s, MACH_NOTIFY_DEAD_NAME, x, NULL) != KERN_SUCCESS);
    CHECK_EQ(request_trap(s, MACH_NOTIFY_DEAD_NAME, x, previous), KERN_SUCCESS);
    CHECK_EQ(*previous, 0);
    CHECK_EQ(request_trap(s, MACH_NOTIFY_DEAD_NAME, x, previous), KERN_SUCCESS);
    CHECK_EQ(type_of(w.b, *previous), MACH_PORT_TYPE_SEND_ONCE);
    CHECK_EQ(request_trap(s, 99, x, previous), KERN_INVALID_VALUE);
    CHECK_EQ(status_of(w.b, x).mps_sorights, 2);
    CHECK_EQ(request_trap(s, MACH_NOTIFY_DEAD_NAME, s, previous),
             KERN_INVALID_RIGHT);
    CHECK_EQ(ipc_call_destroy(w.a->space, n), KERN_SUCCESS);
    CHECK_EQ(receive(w.tb, x, w.mb), 0);
    CHECK_EQ(w.mb->head.msgh_id, MACH_NOTIFY_DEAD_NAME);
    world_end(&w);
}

const struct test attribute_tests[] = {
    {"attributes", attributes},
    {"guards", guards},
    {"kinds of ports", kinds},
    {"limits of names", limits_of_names},
    {"notifications by trap", notification_trap},
    {NULL, NULL},
};
