/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of mach_port.defs.
 */
#include <calls/call_names.h>
#include <mach_port/mach_port.h>
#include <task/task.h>
#include <mach/notify.h>
#include "calls.h"

static mach_port_name_t port, set, child;

static void
make_port(void)
{
    CHECK_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port));
    CHECK_OK(mach_port_insert_right(SELF, port, port,
                                    MACH_MSG_TYPE_MAKE_SEND));
}

static void
make_set(void)
{
    make_port();
    CHECK_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
}

static void
make_full_set(void)
{
    make_set();
    CHECK_OK(mach_port_move_member(SELF, port, set));
}

static void
make_child(void)
{
    make_port();
    CHECK_OK(task_create(SELF, MACH_PORT_NULL, FALSE, &child));
}

static kern_return_t
allocate(void)
{
    mach_port_name_t name;

    return mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &name);
}

static kern_return_t
allocate_set(void)
{
    mach_port_name_t name;

    return mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &name);
}

static kern_return_t
allocate_dead(void)
{
    mach_port_name_t name;

    return mach_port_allocate(SELF, MACH_PORT_RIGHT_DEAD_NAME, &name);
}

static kern_return_t
allocate_name(void)
{
    return mach_port_allocate_name(SELF, MACH_PORT_RIGHT_RECEIVE,
                                   MACH_PORT_MAKE(700, 1));
}

static kern_return_t
names(void)
{
    mach_port_name_t *list;
    mach_port_name_t *types;
    mach_msg_type_number_t n, m;

    return mach_port_names(SELF, &list, &n, &types, &m);
}

static kern_return_t
set_status(void)
{
    mach_port_name_t *list;
    mach_msg_type_number_t n;

    return mach_port_get_set_status(SELF, set, &list, &n);
}

static kern_return_t
insert_member(void)
{
    return mach_port_insert_member(SELF, port, set);
}

static kern_return_t
move_member(void)
{
    return mach_port_move_member(SELF, port, set);
}

static kern_return_t
extract_member(void)
{
    return mach_port_extract_member(SELF, port, set);
}

static kern_return_t
request(int variant, mach_port_mscount_t sync)
{
    mach_msg_type_name_t type;
    mach_port_t previous;

    return mach_port_request_notification(SELF, port, variant, sync, port,
                                          &previous, &type);
}

static kern_return_t
ask_dead(void)
{
    return request(MACH_NOTIFY_DEAD_NAME, 0);
}

static kern_return_t
ask_possible(void)
{
    return request(MACH_NOTIFY_SEND_POSSIBLE, 0);
}

static kern_return_t
ask_possible_now(void)
{
    return request(MACH_NOTIFY_SEND_POSSIBLE, 1);
}

static kern_return_t
ask_no_senders(void)
{
    return request(MACH_NOTIFY_NO_SENDERS, 0);
}

static kern_return_t
ask_destroyed(void)
{
    return request(MACH_NOTIFY_PORT_DESTROYED, 0);
}

static kern_return_t
insert_right(void)
{
    return mach_port_insert_right(child, MACH_PORT_MAKE(600, 1), port,
                                  MACH_MSG_TYPE_COPY_SEND);
}

static kern_return_t
insert_any(void)
{
    mach_port_name_t name;

    return mach_port_insert_right_any(child, port, MACH_MSG_TYPE_COPY_SEND,
                                      &name);
}

static kern_return_t
extract_right(void)
{
    mach_msg_type_name_t type;
    mach_port_t got;

    return mach_port_extract_right(SELF, port, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                                   &got, &type);
}

static kern_return_t
copy_space(void)
{
    return mach_port_copy_space(child, SELF);
}

static kern_return_t
get_type(void)
{
    mach_port_type_t type;

    return mach_port_type(SELF, port, &type);
}

static kern_return_t
get_refs(void)
{
    mach_port_urefs_t refs;

    return mach_port_get_refs(SELF, port, MACH_PORT_RIGHT_SEND, &refs);
}

static kern_return_t
get_status(void)
{
    mach_port_status_t status;

    return mach_port_get_receive_status(SELF, port, &status);
}

static kern_return_t
set_payload(void)
{
    return mach_port_set_protected_payload(SELF, port, 7);
}

static kern_return_t
get_payload(void)
{
    uint64_t payload;

    return mach_port_get_protected_payload(SELF, port, &payload);
}

static kern_return_t
set_qlimit(void)
{
    return mach_port_set_qlimit(SELF, port, 9);
}

static kern_return_t
set_mscount(void)
{
    return mach_port_set_mscount(SELF, port, 9);
}

static kern_return_t
set_seqno(void)
{
    return mach_port_set_seqno(SELF, port, 9);
}

static kern_return_t
mod_refs(void)
{
    return mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, 1);
}

static kern_return_t
deallocate(void)
{
    return mach_port_deallocate(SELF, port);
}

static kern_return_t
destroy(void)
{
    return mach_port_destroy(SELF, port);
}

static kern_return_t
space_info(void)
{
    ipc_info_space_basic_t info;
    ipc_info_name_t *table;
    mach_msg_type_number_t n;

    return mach_port_space_info(SELF, &info, &table, &n);
}

static kern_return_t
space_limits(void)
{
    mach_msg_type_name_t type;
    mach_port_t previous;

    return mach_port_set_space_limits(SELF, 100, 200, port, &previous,
                                      &type);
}

static kern_return_t
guard(void)
{
    return mach_port_guard(SELF, port, 7, FALSE);
}

static kern_return_t
ports_register(void)
{
    vm_address_t at = poke(&port, 1);

    return mach_ports_register(SELF, (const mach_port_t *)(uintptr_t)at, 1);
}

static void
make_registered(void)
{
    make_port();
    CHECK_OK(ports_register());
}

static kern_return_t
ports_lookup(void)
{
    mach_port_t *ports;
    mach_msg_type_number_t n;

    return mach_ports_lookup(SELF, &ports, &n);
}

static kern_return_t
get_attributes(void)
{
    natural_t info[16];
    mach_msg_type_number_t n = 16;

    return mach_port_get_attributes(SELF, port, MACH_PORT_RECEIVE_STATUS,
                                    (void *)info, &n);
}

static kern_return_t
set_attributes(void)
{
    natural_t limit = 7;

    return mach_port_set_attributes(SELF, port, MACH_PORT_LIMITS_INFO,
                                    (void *)&limit, 1);
}

static kern_return_t
get_srights(void)
{
    mach_port_rights_t rights;

    return mach_port_get_srights(SELF, port, &rights);
}

static kern_return_t
dnrequest_info(void)
{
    natural_t total, used;

    return mach_port_dnrequest_info(SELF, port, &total, &used);
}

static kern_return_t
kobject(void)
{
    natural_t kind;
    uint64_t object;

    return mach_port_kobject(SELF, port, &kind, &object);
}

static kern_return_t
basic_info(void)
{
    ipc_info_space_basic_t info;

    return mach_port_space_basic_info(SELF, &info);
}

static void
make_guarded(void)
{
    make_port();
    CHECK_OK(mach_port_guard(SELF, port, 7, FALSE));
}

static kern_return_t
unguard(void)
{
    return mach_port_unguard(SELF, port, 7);
}

static kern_return_t
swap_guard(void)
{
    return mach_port_swap_guard(SELF, port, 7, 8);
}

static kern_return_t
clear_payload(void)
{
    return mach_port_clear_protected_payload(SELF, port);
}

const struct call_case port_cases[] = {
    {"mach_port_allocate: port", NULL, allocate, false},
    {"mach_port_allocate: set", NULL, allocate_set, false},
    {"mach_port_allocate: dead name", NULL, allocate_dead, false},
    {"mach_port_allocate_name", NULL, allocate_name, false},
    {"mach_port_names", make_port, names, false},
    {"mach_port_get_set_status", make_full_set, set_status, false},
    {"mach_port_insert_member", make_set, insert_member, false},
    {"mach_port_move_member", make_set, move_member, false},
    {"mach_port_extract_member", make_full_set, extract_member, false},
    {"request: dead name", make_port, ask_dead, false},
    {"request: send possible", make_port, ask_possible, false},
    {"request: send possible, at once", make_port, ask_possible_now, false},
    {"request: no senders", make_port, ask_no_senders, false},
    {"request: port destroyed", make_port, ask_destroyed, false},
    {"mach_port_insert_right", make_child, insert_right, false},
    {"mach_port_insert_right_any", make_child, insert_any, false},
    {"mach_port_extract_right", make_port, extract_right, false},
    {"mach_port_copy_space", make_child, copy_space, false},
    {"mach_port_type", make_port, get_type, false},
    {"mach_port_get_refs", make_port, get_refs, false},
    {"mach_port_get_receive_status", make_port, get_status, false},
    {"mach_port_set_protected_payload", make_port, set_payload, false},
    {"mach_port_get_protected_payload", make_port, get_payload, false},
    {"mach_port_set_qlimit", make_port, set_qlimit, false},
    {"mach_port_set_mscount", make_port, set_mscount, false},
    {"mach_port_set_seqno", make_port, set_seqno, false},
    {"mach_port_mod_refs", make_port, mod_refs, false},
    {"mach_port_deallocate", make_port, deallocate, false},
    {"mach_port_destroy", make_port, destroy, false},
    {"mach_port_space_info", make_port, space_info, false},
    {"mach_port_set_space_limits", make_port, space_limits, false},
    {"mach_port_guard", make_port, guard, false},
    {"mach_port_unguard", make_guarded, unguard, false},
    {"mach_port_swap_guard", make_guarded, swap_guard, false},
    {"mach_port_get_attributes", make_port, get_attributes, false},
    {"mach_port_set_attributes", make_port, set_attributes, false},
    {"mach_port_get_srights", make_port, get_srights, false},
    {"mach_port_dnrequest_info", make_port, dnrequest_info, false},
    {"mach_port_kobject", make_port, kobject, false},
    {"mach_port_space_basic_info", NULL, basic_info, false},
    {"mach_port_clear_protected_payload", make_port, clear_payload, false},
    {"mach_ports_register", make_port, ports_register, false},
    {"mach_ports_lookup", make_registered, ports_lookup, false},
    {.name = NULL},
};
