/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries and copy-on-write: getting an object of one's own, sharing it,
 * copying it.  See vm_object.h for the two ways of copying.
 */
#include <base/assert.h>
#include <vm/vm_map.h>
#include <vm/vm_pager.h>

static uint64_t
entry_end_offset(const struct vm_map_entry *e)
{
    return e->e_offset + (e->e_end - e->e_start);
}

/* e is the only way to its object, and has all of it for itself. */
static bool
entry_is_sole(const struct vm_map_entry *e)
{
    struct vm_object *o = e->e_object;

    return o->vo_refs == 1 && o->vo_kind == VO_ANON;
}

kern_return_t
vm_entry_own(struct vm_map_entry *e, bool write)
{
    struct vm_object *o = e->e_object;
    kern_return_t kr;

    if (o == NULL) {
        kr = vm_object_create(e->e_map->vm_ledger, e->e_offset,
                              entry_end_offset(e), &o);
        if (kr == KERN_SUCCESS) {
            if (e->e_frame != 0) { /* in the tree's head: can't fail */
                (void)vm_object_insert(o, e->e_offset, e->e_frame, 0);
                e->e_frame = 0;
            }
            vm_map_set_object(e, o, e->e_offset);
            e->e_needs_copy = false;
        }
        return kr;
    }
    if (!write || !e->e_needs_copy) {
        return KERN_SUCCESS;
    }
    if (entry_is_sole(e)) {
        o->vo_pristine = false;
        o->vo_shared = false;
        e->e_needs_copy = false;
        return KERN_SUCCESS;
    }
    vm_object_detach(o, e);
    kr = vm_object_shadow(&e->e_object, e->e_offset, entry_end_offset(e),
                          e->e_map->vm_ledger);
    vm_object_attach(e->e_object, e);
    if (kr == KERN_SUCCESS) {
        e->e_needs_copy = false;
        vm_object_collapse(e->e_object);
    }
    return kr;
}

kern_return_t
vm_entry_share(struct vm_map_entry *e)
{
    kern_return_t kr = vm_entry_own(e, true);

    if (kr == KERN_SUCCESS) {
        e->e_object->vo_shared = true;
    }
    return kr;
}

kern_return_t
vm_entry_copy(struct vm_map_entry *e, struct ledger *l,
              struct vm_object **obj, bool *needs_copy)
{
    kern_return_t kr = vm_entry_own_frame(e);
    struct vm_object *o = e->e_object;

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (o == NULL) {
        *obj = NULL;
        *needs_copy = false;
        return KERN_SUCCESS;
    }
    if (!e->e_needs_copy &&
        (o->vo_kind == VO_PAGER
             ? o->vo_copy_strategy == MEMORY_OBJECT_COPY_DELAY
             : o->vo_kind == VO_ANON &&
                   (e->e_map == NULL || (o->vo_shared && o->vo_refs > 1)))) {
        kr = vm_object_copy_delayed(o, e->e_offset, entry_end_offset(e), l,
                                    obj);
        if (kr == KERN_SUCCESS) {
            *needs_copy = true;
        }
        return kr;
    }
    vm_object_reference(o);
    *obj = o;
    *needs_copy = o->vo_kind != VO_PHYS;
    if (o->vo_kind == VO_ANON && !e->e_needs_copy) {
        e->e_needs_copy = true;
        vm_map_pmap_protect(e->e_map, e->e_start, e->e_end,
                            VM_PROT_READ | VM_PROT_EXECUTE);
    }
    return KERN_SUCCESS;
}
