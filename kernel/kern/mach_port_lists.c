/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mach_port routines whose answers are as long as a space or a set: they
 * are made page by page, in out-of-line memory that the caller pays for, and
 * interrupts are let in on the way.
 */
#include <base/string.h>
#include <kern/mach_port_server.h>
#include <kern/mig_kernel.h>
#include <machine/cpu.h>
#include <vm/vm_user.h>
#include <ipc/ipc_calls.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_upcall.h>

/* The names of a space, in the order of their indices. */
struct names {
    struct ipc_space *space;
    uint32_t next; /* index */
};

static struct ipc_entry *
names_next(struct names *n)
{
    for (;;) {
        struct ipc_entry *e = ipc_entry_at(n->space, n->next);

        ipc_breathe(n->next++);
        if (e->ie_name != 0) {
            return e;
        }
    }
}

static void
fill_names(void *arg, void *to, vm_size_t size)
{
    mach_port_name_t *out = to;
    vm_size_t i;

    for (i = 0; i < size / sizeof(*out); i++) {
        out[i] = names_next(arg)->ie_name;
    }
}

static void
fill_types(void *arg, void *to, vm_size_t size)
{
    struct names *n = arg;
    mach_port_type_t *out = to;
    vm_size_t i;

    for (i = 0; i < size / sizeof(*out); i++) {
        struct ipc_entry *e = names_next(n);

        ipc_right_check(n->space, e);
        out[i] = ipc_right_type(e);
    }
}

/* Records do not end where pages do. */
struct table {
    struct names names;
    ipc_info_name_t record;
    vm_size_t left; /* bytes of the record */
};

static void
fill_table(void *arg, void *to, vm_size_t size)
{
    struct table *t = arg;
    char *out = to;

    while (size > 0) {
        vm_size_t n;

        if (t->left == 0) {
            ipc_call_name_info(t->names.space, names_next(&t->names),
                               &t->record);
            t->left = sizeof(t->record);
        }
        n = t->left < size ? t->left : size;
        memcpy(out, (char *)(&t->record + 1) - t->left, n);
        out += n;
        size -= n;
        t->left -= n;
    }
}

static void
fill_members(void *arg, void *to, vm_size_t size)
{
    struct list **at = arg;
    mach_port_name_t *out = to;
    vm_size_t i;

    for (i = 0; i < size / sizeof(*out); i++) {
        out[i] = list_entry(*at, struct ipc_link, il_set_link)
                     ->il_port->ip_object.io_name;
        *at = (*at)->next;
        ipc_breathe((uint32_t)i);
    }
}

/* Out-of-line data for the caller. */
static kern_return_t
list_out(vm_size_t size, vm_copy_fill_t fill, void *arg,
         struct vm_map_copy **out)
{
    struct ipc_caller caller;

    *out = NULL;
    if (size == 0) {
        return KERN_SUCCESS;
    }
    ipc_upcall_caller(machine_current_thread(), &caller);
    return vm_map_copy_from_fill(size, caller.ca_ledger, fill, arg, out);
}

kern_return_t
mach_port_names(space_ref_t task, struct vm_map_copy **names,
                mach_msg_type_number_t *namesCnt,
                struct vm_map_copy **types, mach_msg_type_number_t *typesCnt)
{
    struct names n = {task, MACH_PORT_FIRST_INDEX}, t = n;
    uint32_t count = ipc_space_used(task);
    kern_return_t kr;

    if (!task->is_active) {
        return KERN_INVALID_TASK;
    }
    kr = list_out(count * sizeof(mach_port_name_t), fill_names, &n, names);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = list_out(count * sizeof(mach_port_type_t), fill_types, &t, types);
    if (kr != KERN_SUCCESS) {
        if (*names != NULL) {
            vm_map_copy_discard(*names);
        }
        return kr;
    }
    *namesCnt = count;
    *typesCnt = count;
    return KERN_SUCCESS;
}

kern_return_t
mach_port_get_set_status(space_ref_t task, mach_port_name_t name,
                         struct vm_map_copy **members,
                         mach_msg_type_number_t *membersCnt)
{
    struct ipc_pset *set;
    kern_return_t kr = ipc_right_lookup_pset(task, name, &set);
    struct list *at;

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    at = list_first(&set->ps_links);
    kr = list_out(set->ps_count * sizeof(mach_port_name_t), fill_members, &at,
                  members);
    if (kr == KERN_SUCCESS) {
        *membersCnt = set->ps_count;
    }
    return kr;
}

kern_return_t
mach_port_space_info(space_ref_t task, ipc_info_space_basic_t *info,
                     struct vm_map_copy **table,
                     mach_msg_type_number_t *tableCnt)
{
    struct table t = {.names = {task, MACH_PORT_FIRST_INDEX}};
    uint32_t count = ipc_space_used(task);
    kern_return_t kr;

    if (!task->is_active) {
        return KERN_INVALID_TASK;
    }
    ipc_call_space_info(task, info);
    kr = list_out(count * sizeof(ipc_info_name_t), fill_table, &t, table);
    if (kr == KERN_SUCCESS) {
        *tableCnt = count;
    }
    return kr;
}
