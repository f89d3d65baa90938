/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Name spaces: creation, death in steps, and the copy that fork makes.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <ipc/ipc_entry.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_right.h>

#define REAP_ENTRIES 16u      /* entries a step empties */
#define REAP_ENTRIES_SEEN 512u /* and looks at */

uint64_t ipc_space_count;

kern_return_t
ipc_space_create(struct ledger *l, struct ipc_space **out)
{
    struct ipc_space *s = kalloc(sizeof(*s), l);
    kern_return_t kr;

    if (s == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    s->is_ledger = l;
    kr = ipc_entry_table_init(s);
    if (kr != KERN_SUCCESS) {
        ipc_entry_table_free(s);
        kfree(s, sizeof(*s), l);
        return kr;
    }
    ledger_reference(l);
    s->is_refs = 1;
    s->is_active = true;
    s->is_soft = IPC_NAMES_MAX;
    s->is_hard = IPC_NAMES_MAX;
    ipc_entry_set_floor(s);
    list_init(&s->is_reap_link);
    ipc_space_count++;
    *out = s;
    return KERN_SUCCESS;
}

void
ipc_space_reference(struct ipc_space *s)
{
    s->is_refs++;
}

void
ipc_space_release(struct ipc_space *s)
{
    struct ledger *l = s->is_ledger;

    assert(s->is_refs > 0);
    if (--s->is_refs > 0) {
        return;
    }
    assert(!s->is_active && ipc_space_used(s) == 0);
    ipc_entry_table_free(s);
    kfree(s, sizeof(*s), l);
    ledger_release(l);
    ipc_space_count--;
}

/* The reaper holds a reference until the space is empty. */
void
ipc_space_destroy(struct ipc_space *s)
{
    if (!s->is_active) {
        return;
    }
    s->is_active = false;
    if (s->is_limit_notice != NULL) {
        ipc_notify_drop(s->is_limit_notice);
        s->is_limit_notice = NULL;
    }
    ipc_space_reference(s);
    ipc_reap_space(s);
}

void
ipc_space_count_names(struct ipc_space *s)
{
    struct ipc_kmsg *k = s->is_limit_notice;
    uint32_t used = ipc_space_used(s);

    if (k != NULL && used > s->is_soft) {
        s->is_limit_notice = NULL;
        ipc_entry_set_floor(s);
        ipc_notify_send(k, used);
    }
}

void
ipc_space_inherit_limit(struct ipc_space *child,
                        const struct ipc_space *parent)
{
    child->is_hard = parent->is_hard;
    ipc_entry_set_floor(child);
}

bool
ipc_space_empty(const struct ipc_space *s)
{
    return ipc_space_used(s) == 0;
}

bool
ipc_space_reap(struct ipc_space *s)
{
    uint32_t emptied = 0, seen = 0;

    while (ipc_space_used(s) > 0) {
        struct ipc_entry *e;

        if (emptied >= REAP_ENTRIES || seen++ >= REAP_ENTRIES_SEEN) {
            return true;
        }
        if (s->is_reap_next == s->is_filled) {
            /* A kernel call took a name after we had passed it. */
            s->is_reap_next = MACH_PORT_FIRST_INDEX;
        }
        e = ipc_entry_at(s, s->is_reap_next++);
        if (e->ie_name != 0) {
            ipc_right_destroy(s, e);
            emptied++;
        }
    }
    return false;
}

/* May the child have what e names? */
static bool
entry_is_copied(struct ipc_space *s, struct ipc_entry *e)
{
    if (e->ie_name == 0) {
        return false;
    }
    ipc_right_check(s, e);
    return (ie_type(e) & (MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DEAD_NAME))
           != 0;
}

/* Is e's name in use, or a send right to its port there under another? */
static bool
space_has(struct ipc_space *s, struct ipc_entry *e)
{
    uint32_t index = MACH_PORT_INDEX(e->ie_name);

    if (index < s->is_filled && ipc_entry_at(s, index)->ie_name != 0) {
        return true;
    }
    if ((ie_type(e) & MACH_PORT_TYPE_SEND) == 0) {
        return false;
    }
    /* The receiver of the port knows it by that name only. */
    return (e->ie_port->ip_object.io_space == s)
           || ipc_hash_lookup(s, e->ie_port) != NULL;
}

kern_return_t
ipc_space_copy(struct ipc_space *from, struct ipc_space *to)
{
    uint32_t i;

    if (!to->is_active || !from->is_active || from == to) {
        return KERN_INVALID_TASK;
    }
    for (i = MACH_PORT_FIRST_INDEX; i < from->is_filled; i++) {
        struct ipc_entry *e = ipc_entry_at(from, i);
        struct ipc_entry *copy;
        kern_return_t kr;

        ipc_breathe(i);
        if (!entry_is_copied(from, e) || space_has(to, e)) {
            continue;
        }
        while (i >= to->is_size + IPC_CHUNK) {
            kr = ipc_entry_grow(to);
            machine_interrupt_window(); /* a chunk is one stretch */
            if (kr != KERN_SUCCESS) {
                return kr;
            }
        }
        kr = ipc_entry_take_name(to, e->ie_name, &copy);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        ipc_space_count_names(to);
        copy->ie_bits = e->ie_bits
                        & (MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DEAD_NAME
                           | IE_UREFS_MASK);
        if ((ie_type(e) & MACH_PORT_TYPE_SEND) != 0) {
            copy->ie_port = ipc_port_copy_send(e->ie_port);
            ipc_hash_insert(to, copy);
        }
    }
    return KERN_SUCCESS;
}
