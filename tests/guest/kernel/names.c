/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and ports through the generated stubs and the traps: attributes,
 * guards, lists of names, limits, registered ports.
 */
#include <mach/notify.h>
#include <mach/port_info.h>
#include <mach_port/mach_port.h>
#include <task/task.h>
#include "test.h"

#define SELF mach_task_self()
#define MANY 3000u

static mach_port_name_t
new_port(void)
{
    mach_port_name_t name = MACH_PORT_NULL;

    mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &name);
    return name;
}

static void
test_attributes(mach_port_name_t n)
{
    natural_t info[MACH_PORT_INFO_MAX];
    mach_msg_type_number_t count = MACH_PORT_INFO_MAX;
    natural_t srights = 9, total, used;
    kern_return_t kr;

    info[0] = 7;
    kr = mach_port_set_attributes(SELF, n, MACH_PORT_LIMITS_INFO, info, 1);
    check(kr == KERN_SUCCESS, "a queue's limit is set", (uint64_t)kr);
    kr = mach_port_get_attributes(SELF, n, MACH_PORT_RECEIVE_STATUS, info,
                                  &count);
    check(kr == KERN_SUCCESS && count == 10 && info[3] == 7,
          "and told with the status", info[3]);
    count = MACH_PORT_INFO_MAX;
    kr = mach_port_get_attributes(SELF, n, 99, info, &count);
    check(kr == KERN_INVALID_ARGUMENT, "no such attribute", (uint64_t)kr);
    kr = mach_port_get_srights(SELF, n, &srights);
    check(kr == KERN_SUCCESS && srights == 0, "no send rights", srights);
    mach_port_insert_right_trap(n, n, MACH_MSG_TYPE_MAKE_SEND);
    mach_port_get_srights(SELF, n, &srights);
    check(srights == 1, "one send right", srights);
    kr = mach_port_dnrequest_info(SELF, n, &total, &used);
    check(kr == KERN_SUCCESS && used == 0, "no requests", used);
    kr = mach_port_guard(SELF, n, 77, TRUE);
    check(kr == KERN_SUCCESS, "a guard", (uint64_t)kr);
    kr = mach_port_destroy_trap(n);
    check(kr == KERN_INVALID_RIGHT, "keeps the port", (uint64_t)kr);
    kr = mach_port_swap_guard(SELF, n, 77, 78);
    check(kr == KERN_SUCCESS, "is swapped", (uint64_t)kr);
    kr = mach_port_unguard(SELF, n, 77);
    check(kr == KERN_INVALID_ARGUMENT, "is not taken by another",
          (uint64_t)kr);
    kr = mach_port_unguard(SELF, n, 78);
    check(kr == KERN_SUCCESS, "and taken off", (uint64_t)kr);
    mach_port_deallocate_trap(n);
}

static void
test_kinds(mach_port_name_t n)
{
    uint64_t number = 0, other = 0;
    natural_t kind = 99;
    kern_return_t kr;
    mach_port_t task = MACH_PORT_NULL;

    kr = mach_port_kobject(SELF, n, &kind, &number);
    check(kr == KERN_SUCCESS && kind == MACH_PORT_KIND_NONE,
          "a port of ours", kind);
    task_get_special_port(SELF, 1, &task);
    kr = mach_port_kobject(SELF, task, &kind, &other);
    check(kr == KERN_SUCCESS && kind == MACH_PORT_KIND_TASK &&
              number != other,
          "a task's port", kind);
    mach_port_deallocate_trap(task);
}

/* Names by hundreds: lists are longer than a page. */
static void
test_lists(void)
{
    static mach_port_name_t made[MANY];
    mach_port_name_t *names = NULL, *types = NULL, *members = NULL, set;
    mach_msg_type_number_t n = 0, t = 0, m = 0, k = 0;
    ipc_info_space_basic_t basic, again;
    ipc_info_name_t *table = NULL;
    unsigned receive = 0, found = 0;
    kern_return_t kr;

    mach_port_allocate_trap(MACH_PORT_RIGHT_PORT_SET, &set);
    for (unsigned i = 0; i < MANY; i++) {
        made[i] = new_port();
        if (i % 2 == 0) {
            mach_port_insert_member_trap(made[i], set);
        }
    }
    kr = mach_port_names(SELF, &names, &n, &types, &t);
    check(kr == KERN_SUCCESS && n == t && n > MANY, "many names", n);
    for (unsigned i = 0; kr == KERN_SUCCESS && i < n; i++) {
        receive += (types[i] & MACH_PORT_TYPE_RECEIVE) != 0;
    }
    check(receive >= MANY, "of receive rights", receive);
    kr = mach_port_get_set_status(SELF, set, &members, &m);
    check(kr == KERN_SUCCESS && m == MANY / 2, "half of them in a set", m);
    for (unsigned i = 0; kr == KERN_SUCCESS && i < m; i++) {
        found += members[i] == made[2 * i];
    }
    check(found == MANY / 2, "in the order they came", found);
    mach_port_space_basic_info(SELF, &basic);
    kr = mach_port_space_info(SELF, &again, &table, &k);
    check(kr == KERN_SUCCESS && k == n && basic.iisb_table_inuse == n,
          "the table of the space", k);
    found = 0;
    for (unsigned i = 0; kr == KERN_SUCCESS && i < k; i++) {
        found += table[i].iin_name == names[i] &&
                 table[i].iin_type == types[i];
    }
    check(found == n, "says the same", found);
    vm_deallocate((uintptr_t)names, n * sizeof(*names));
    vm_deallocate((uintptr_t)types, t * sizeof(*types));
    vm_deallocate((uintptr_t)members, m * sizeof(*members));
    vm_deallocate((uintptr_t)table, k * sizeof(*table));
    for (unsigned i = 0; i < MANY; i++) {
        mach_port_destroy_trap(made[i]);
    }
    mach_port_destroy_trap(set);
}

static void
test_registered(mach_port_name_t n)
{
    mach_port_t ports[4] = { n, MACH_PORT_NULL, n, n };
    mach_port_t *got = NULL, child = MACH_PORT_NULL;
    mach_msg_type_number_t count = 0;
    kern_return_t kr;

    mach_port_insert_right_trap(n, n, MACH_MSG_TYPE_MAKE_SEND);
    kr = mach_ports_register(SELF, ports, 4);
    check(kr == KERN_INVALID_ARGUMENT, "too many to register", (uint64_t)kr);
    kr = mach_ports_register(SELF, ports, 3);
    check(kr == KERN_SUCCESS, "ports are registered", (uint64_t)kr);
    task_create(SELF, MACH_PORT_NULL, FALSE, &child);
    kr = mach_ports_lookup(child, &got, &count);
    check(kr == KERN_SUCCESS && count == TASK_PORT_REGISTER_MAX &&
              got[0] == n && got[1] == MACH_PORT_NULL && got[2] == n,
          "and a child has them too", count);
    if (kr == KERN_SUCCESS) {
        mach_port_deallocate_trap(got[0]);
        mach_port_deallocate_trap(got[2]);
        vm_deallocate((uintptr_t)got, count * sizeof(*got));
    }
    task_terminate(child);
    mach_port_deallocate_trap(child);
    mach_ports_register(SELF, ports, 0);
    mach_port_deallocate_trap(n);
}

/* A child that is told when it has many names, and can't have more. */
static void
test_limits(mach_port_name_t n)
{
    struct {
        mach_notification_t note;
        mach_msg_max_trailer_t trailer;
    } m;
    mach_port_t child = MACH_PORT_NULL, previous = MACH_PORT_NULL, name;
    mach_msg_type_name_t poly;
    unsigned made = 0;
    kern_return_t kr;

    task_create(SELF, MACH_PORT_NULL, FALSE, &child);
    kr = mach_port_set_space_limits(child, 5, 10, n, &previous, &poly);
    check(kr == KERN_SUCCESS, "limits of names are set", (uint64_t)kr);
    while (mach_port_allocate(child, MACH_PORT_RIGHT_RECEIVE, &name) ==
           KERN_SUCCESS) {
        made++;
    }
    check(made == 10, "and kept", made);
    kr = mach_msg(&m.note.not_header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
                  sizeof(m), n, 0, MACH_PORT_NULL);
    check(kr == KERN_SUCCESS &&
              m.note.not_header.msgh_id == MACH_NOTIFY_NAME_LIMIT &&
              m.note.not_count == 6,
          "and passing the first is told", (uint64_t)kr);
    kr = mach_port_set_space_limits(child, 5, 11, MACH_PORT_NULL, &previous,
                                    &poly);
    check(kr == KERN_NO_ACCESS, "the other never rises", (uint64_t)kr);
    task_terminate(child);
    mach_port_deallocate_trap(child);
}

/* A right that is dead is no wish to cancel; what can't be, is refused. */
static void
test_refusals(mach_port_name_t n)
{
    mach_port_t poly = MACH_PORT_NULL, previous = MACH_PORT_NULL;
    mach_msg_type_name_t type;
    mach_port_name_t old = 0;
    mach_port_type_t ptype = 0;
    kern_return_t kr;

    kr = mach_port_request_notification_trap(n, MACH_NOTIFY_NO_SENDERS, 99, n,
                                             &old);
    check(kr == KERN_SUCCESS && old == MACH_PORT_NULL,
          "a request by trap", (uint64_t)kr);
    kr = mach_port_request_notification(SELF, n, MACH_NOTIFY_NO_SENDERS, 99,
                                        MACH_PORT_DEAD, &previous, &type);
    check(kr == KERN_INVALID_CAPABILITY, "is not cancelled by a dead right",
          (uint64_t)kr);
    kr = mach_port_request_notification_trap(n, MACH_NOTIFY_NO_SENDERS, 99,
                                             MACH_PORT_NULL, &old);
    check(kr == KERN_SUCCESS && old != MACH_PORT_NULL, "but by none",
          (uint64_t)kr);
    mach_port_type_trap(old, &ptype);
    check(ptype == MACH_PORT_TYPE_SEND_ONCE, "whose right comes back", ptype);
    mach_port_deallocate_trap(old);
    kr = mach_port_extract_right(SELF, n, MACH_MSG_TYPE_MOVE_RECEIVE, &poly,
                                 &type);
    check(kr == KERN_SUCCESS, "a receive right in a reply", (uint64_t)kr);
    mach_port_destroy_trap(poly);
}

void
test_names(void)
{
    mach_port_name_t n = new_port();

    test_attributes(n);
    test_kinds(n);
    test_registered(n);
    test_limits(n);
    test_lists();
    test_refusals(n);
}
