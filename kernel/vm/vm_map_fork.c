/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork: an inheritance copy of a map.  Linear in the entries (and, for the
 * write protection of the parent, in its page tables); the pages themselves
 * are not looked at.
 */
#include <base/assert.h>
#include <vm/vm_map.h>

/* One entry's counterpart for the child, in no map yet. */
static kern_return_t
fork_entry(struct vm_map_entry *e, struct ledger *l,
           struct vm_map_entry **out)
{
    struct vm_map_entry *n = vm_entry_alloc(l);
    kern_return_t kr = KERN_SUCCESS;

    if (n == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (e->e_inherit == VM_INHERIT_SHARE) {
        kr = vm_entry_share(e);
        if (kr == KERN_SUCCESS) {
            vm_object_reference(e->e_object);
            n->e_object = e->e_object;
        }
    } else {
        kr = vm_entry_copy(e, l, &n->e_object, &n->e_needs_copy);
    }
    if (kr != KERN_SUCCESS) {
        vm_entry_free(n, l);
        return kr;
    }
    n->e_start = e->e_start;
    n->e_end = e->e_end;
    n->e_offset = e->e_offset;
    n->e_prot = e->e_prot;
    n->e_max_prot = e->e_max_prot;
    n->e_inherit = e->e_inherit;
    *out = n;
    return KERN_SUCCESS;
}

kern_return_t
vm_map_fork(struct vm_map *parent, struct ledger *l, struct vm_map **out)
{
    struct vm_map_entry *n;
    struct vm_map *child;
    unsigned seen = 0;
    struct list *i;
    kern_return_t kr;

    kr = vm_map_create(l, &child);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    child->vm_size_limit = parent->vm_size_limit;
    list_for_each(i, &parent->vm_entries) {
        struct vm_map_entry *e = list_entry(i, struct vm_map_entry, e_link);

        if (e->e_inherit == VM_INHERIT_NONE || e->e_lease != NULL) {
            continue;
        }
        kr = fork_entry(e, l, &n);
        if (kr != KERN_SUCCESS) {
            vm_map_release(child);
            return kr;
        }
        vm_map_insert(child, n);
        vm_breathe(&seen);
    }
    *out = child;
    return KERN_SUCCESS;
}
