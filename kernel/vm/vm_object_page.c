/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots of an object: inserting and freeing pages.
 */
#include <base/assert.h>
#include <vm/vm_object.h>

kern_return_t
vm_object_insert(struct vm_object *o, uint64_t offset, uint64_t pa,
                 vm_slot_t bits)
{
    vm_slot_t *s = vm_radix_make(&o->vo_pages, offset >> PAGE_SHIFT,
                                 o->vo_kmem);

    if (s == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    assert(!slot_present(*s));
    *s = pa | bits | PG_PRESENT;
    o->vo_pages.rx_pages++;
    return KERN_SUCCESS;
}

bool
vm_object_free_range(struct vm_object *o, uint64_t lo, uint64_t hi,
                     unsigned budget)
{
    uint64_t index = lo >> PAGE_SHIFT, end = hi >> PAGE_SHIFT, leaf;
    bool have_leaf = false;
    vm_slot_t *s;

    leaf = 0;
    while ((s = vm_radix_next(&o->vo_pages, &index, end)) != NULL) {
        if (budget-- == 0) {
            return true;
        }
        if (have_leaf && (leaf ^ index) >> 6 != 0) {
            vm_radix_prune(&o->vo_pages, leaf, o->vo_kmem);
        }
        have_leaf = true;
        leaf = index;
        if (slot_present(*s)) {
            assert(o->vo_pages.rx_pages > 0);
            vm_page_free(slot_pa(*s), o->vo_ledger);
            o->vo_pages.rx_pages--;
        }
        *s = 0;
        index++;
    }
    if (have_leaf) {
        vm_radix_prune(&o->vo_pages, leaf, o->vo_kmem);
    }
    return false;
}
