/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page faults.
 *
 *    entry  (address, protection, needs_copy)
 *      |
 *      v     own page here?    read or write it in place; if an asymmetric
 *     top                      copy exists, push the old contents to it first
 *      |
 *      v     found further     read: map it there, read-only
 *    shadow  down?             write: copy it up into top
 *      |
 *      v     a pager at the    ask it (once), wait; the faulting instruction or
 *    bottom  end, and no page  trap is executed again when the page came, the
 *            there?            pager failed or died, or its deadline passed
 *      |
 *    nothing anywhere:         a zeroed page in top
 *
 * A write through a needs_copy entry first gives the entry an object of its own
 * (vm_entry_own).  Whatever changes in top while others map what lay behind
 * it is unmapped there (vm_rmap.c).
 *
 * Rejected: keeping a fault's state across the wait for a pager (the map may
 * change meanwhile; starting again is simpler and costs one look-up);
 * structures per page with lists of mappings (every fault would pay).
 *
 * Fault-around: pages next to the faulting one that are resident are mapped
 * too, as far as the aligned block of FAULT_AROUND pages and the entry reach,
 * with what their state allows without any further action.
 */
#include <base/assert.h>
#include <vm/vm_map.h>

#define FAULT_AROUND 16

static void
fault_around(struct vm_map_entry *e, vm_address_t fault)
{
    struct vm_object *o = e->e_object;
    vm_address_t va = fault & ~(FAULT_AROUND * PAGE_SIZE - 1), end;
    unsigned cache = o->vo_kind == VO_PHYS ? o->vo_cache : 0;
    uint64_t pa;
    bool writable;

    end = va + FAULT_AROUND * PAGE_SIZE;
    if (va < e->e_start) {
        va = e->e_start;
    }
    if (end > e->e_end) {
        end = e->e_end;
    }
    for (; va < end; va += PAGE_SIZE) {
        vm_prot_t prot = e->e_prot, old;

        if (va == fault ||
            !vm_object_peek_page(o, e->e_offset + (va - e->e_start), &pa,
                                 &writable)) {
            continue;
        }
        if (!writable || e->e_needs_copy) {
            prot &= ~VM_PROT_WRITE;
        }
        if (pmap_extract(e->e_map->vm_pmap, va, NULL, &old) &&
            (prot & VM_PROT_WRITE & ~old) == 0) {
            continue;
        }
        if (pmap_enter(e->e_map->vm_pmap, va, pa, prot, cache) !=
            KERN_SUCCESS) {
            return;
        }
    }
}

/* The frame for an access of kind prot at addr, and the protection it may be
 * mapped with. */
static kern_return_t
fault_resolve(struct vm_map *map, vm_address_t addr, vm_prot_t prot,
              struct vm_map_entry **entry, uint64_t *pa, vm_prot_t *allowed)
{
    bool write = (prot & VM_PROT_WRITE) != 0, writable;
    struct vm_map_entry *e = vm_map_lookup(map, addr);
    kern_return_t kr;

    if (e == NULL) {
        return KERN_INVALID_ADDRESS;
    }
    if ((prot & ~e->e_prot) != 0) {
        return KERN_PROTECTION_FAILURE;
    }
    kr = vm_entry_own(e, write);
    if (kr != KERN_SUCCESS && vm_object_reclaim_step()) {
        kr = vm_entry_own(e, write);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = vm_object_get_page(e->e_object,
                            e->e_offset + (addr - e->e_start), write, pa,
                            &writable);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    *allowed = e->e_prot;
    if (!writable || e->e_needs_copy) {
        *allowed &= ~VM_PROT_WRITE;
    }
    *entry = e;
    return KERN_SUCCESS;
}

kern_return_t
vm_fault(struct vm_map *map, vm_address_t addr, vm_prot_t prot)
{
    struct vm_map_entry *e;
    vm_prot_t allowed;
    unsigned cache;
    kern_return_t kr;
    uint64_t pa;

    vm_stats.vs_faults++;
    if (addr >= VM_MAX_ADDRESS) {
        return KERN_INVALID_ADDRESS;
    }
    addr = page_trunc(addr);
    kr = fault_resolve(map, addr, prot, &e, &pa, &allowed);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    cache = e->e_object->vo_kind == VO_PHYS ? e->e_object->vo_cache : 0;
    kr = pmap_enter(map->vm_pmap, addr, pa, allowed, cache);
    if (kr != KERN_SUCCESS && vm_object_reclaim_step()) {
        /* The frame may be another one by now. */
        kr = fault_resolve(map, addr, prot, &e, &pa, &allowed);
        if (kr == KERN_SUCCESS) {
            kr = pmap_enter(map->vm_pmap, addr, pa, allowed, cache);
        }
    }
    if (kr == KERN_SUCCESS) {
        fault_around(e, addr);
    }
    return kr;
}

kern_return_t
vm_map_futex_key(struct vm_map *map, vm_address_t addr,
                 struct vm_futex_key *key)
{
    kern_return_t kr = vm_fault(map, addr, VM_PROT_READ);
    struct vm_map_entry *e;

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    e = vm_map_lookup(map, addr);
    if (e->e_object->vo_shared && !e->e_needs_copy) {
        key->fk_id = e->e_object->vo_id;
        key->fk_offset = e->e_offset + (addr - e->e_start);
    } else {
        key->fk_id = map->vm_id;
        key->fk_offset = addr;
    }
    return KERN_SUCCESS;
}
