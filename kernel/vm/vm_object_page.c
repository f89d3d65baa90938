/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots of an object: inserting and freeing pages.
 */
#include <base/assert.h>
#include <machine/cpu.h>
#include <vm/vm_object.h>

kern_return_t
vm_object_insert(struct vm_object *o, uint64_t offset, uint64_t pa,
                 vm_slot_t bits)
{
    uint64_t index = offset >> PAGE_SHIFT;
    vm_slot_t *s = vm_radix_lookup(&o->vo_pages, index);

    if (s == NULL) {
        s = vm_radix_make(&o->vo_pages, index, o->vo_kmem);
        if (s == NULL) {
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    assert(!slot_present(*s));
    *s = pa | bits | PG_PRESENT;
    o->vo_pages.rx_pages++;
    return KERN_SUCCESS;
}

static inline void
slot_free(struct vm_object *o, vm_slot_t *s)
{
    if (slot_present(*s)) {
        assert(o->vo_pages.rx_pages > 0);
        vm_page_free(slot_pa(*s), o->vo_ledger);
        o->vo_pages.rx_pages--;
    }
    *s = 0;
}

bool
vm_object_free_all(struct vm_object *o, unsigned budget)
{
    struct vm_radix *rx = &o->vo_pages;

    if (rx->rx_height == 0) {
        slot_free(o, &rx->rx_slot);
        return false;
    }
    if (rx->rx_height != 1) {
        return vm_object_free_range(o, 0, RADIX_END, budget);
    }
    /* One leaf; but for a pager's object, it has pages and nothing else. */
    for (unsigned i = 0; i < RADIX_SLOTS; i++) {
        if (rx->rx_pages == 0 && o->vo_kind != VO_PAGER) {
            break;
        }
        slot_free(o, &rx->rx_root->rn_word[i]);
    }
    return false;
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
            machine_interrupt_window();
        }
        have_leaf = true;
        leaf = index;
        slot_free(o, s);
        index++;
    }
    if (have_leaf) {
        vm_radix_prune(&o->vo_pages, leaf, o->vo_kmem);
    }
    return false;
}
