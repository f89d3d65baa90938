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
 * Fault-around: when the page was there already, pages next to it that are
 * resident are mapped too, as far as the aligned block of VM_AROUND_PAGES and
 * the entry reach, with what their state allows without any further action.  A
 * page that was made for the fault has no such neighbours as a rule.
 */
#include <base/assert.h>
#include <vm/vm_map.h>

kern_return_t
vm_entry_premap_range(struct vm_map_entry *e, vm_address_t va,
                      vm_address_t end)
{
    struct vm_object *o = e->e_object;
    vm_prot_t prot = e->e_prot;
    uint64_t frames[VM_AROUND_PAGES];
    unsigned n = (unsigned)((end - va) >> PAGE_SHIFT);

    assert(va >= e->e_start && end <= e->e_end && n <= VM_AROUND_PAGES);
    if ((prot & VM_PROT_READ) == 0) {
        return KERN_SUCCESS; /* what is mapped can be read */
    }
    vm_object_peek_pages(o, e->e_offset + (va - e->e_start), n, frames);
    if (e->e_needs_copy) {
        prot &= ~VM_PROT_WRITE;
    }
    return pmap_enter_pages(e->e_map->vm_pmap, va, n, frames, prot,
                            o->vo_kind == VO_PHYS ? o->vo_cache : 0);
}

kern_return_t
vm_entry_premap(struct vm_map_entry *e, vm_address_t at)
{
    vm_address_t va = at & ~(VM_AROUND_PAGES * PAGE_SIZE - 1);
    vm_address_t end = va + VM_AROUND_PAGES * PAGE_SIZE;

    return vm_entry_premap_range(e, va < e->e_start ? e->e_start : va,
                                 end > e->e_end ? e->e_end : end);
}

/* The frame for an access of kind prot at addr, and the protection it may be
 * mapped with. */
static kern_return_t
fault_resolve(struct vm_map *map, vm_address_t addr, vm_prot_t prot,
              struct vm_map_entry **entry, struct vm_page_seen *seen,
              vm_prot_t *allowed)
{
    bool write = (prot & VM_PROT_WRITE) != 0;
    struct vm_map_entry *e = vm_map_lookup(map, addr);
    kern_return_t kr;

    if (e == NULL) {
        return KERN_INVALID_ADDRESS;
    }
    if ((prot & ~e->e_prot) != 0) {
        return KERN_PROTECTION_FAILURE;
    }
    if (e->e_object == NULL || (write && e->e_needs_copy)) {
        kr = vm_entry_own(e, write);
        if (kr != KERN_SUCCESS && vm_object_reclaim_step()) {
            kr = vm_entry_own(e, write);
        }
        if (kr != KERN_SUCCESS) {
            return kr;
        }
    }
    kr = vm_object_get_page(e->e_object,
                            e->e_offset + (addr - e->e_start), write, seen);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    *allowed = e->e_prot;
    if (!seen->writable || e->e_needs_copy) {
        *allowed &= ~VM_PROT_WRITE;
    }
    *entry = e;
    return KERN_SUCCESS;
}

kern_return_t
vm_fault(struct vm_map *map, vm_address_t addr, vm_prot_t prot)
{
    struct vm_map_entry *e;
    struct vm_page_seen seen;
    vm_prot_t allowed;
    unsigned cache;
    kern_return_t kr;

    vm_stats.vs_faults++;
    if (addr >= VM_MAX_ADDRESS) {
        return KERN_INVALID_ADDRESS;
    }
    addr = page_trunc(addr);
    kr = fault_resolve(map, addr, prot, &e, &seen, &allowed);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    cache = e->e_object->vo_kind == VO_PHYS ? e->e_object->vo_cache : 0;
    kr = pmap_enter(map->vm_pmap, addr, seen.pa, allowed, cache);
    if (kr != KERN_SUCCESS && vm_object_reclaim_step()) {
        /* The frame may be another one by now. */
        kr = fault_resolve(map, addr, prot, &e, &seen, &allowed);
        if (kr == KERN_SUCCESS) {
            kr = pmap_enter(map->vm_pmap, addr, seen.pa, allowed, cache);
        }
    }
    if (kr == KERN_SUCCESS && !seen.made) {
        (void)vm_entry_premap(e, addr);
    }
    return kr;
}

static inline kern_return_t
futex_key(const struct vm_map *map, const struct vm_map_entry *e,
          vm_address_t addr, struct vm_futex_key *key)
{
    if ((e->e_prot & VM_PROT_READ) == 0) {
        return KERN_PROTECTION_FAILURE;
    }
    if (e->e_object != NULL && e->e_object->vo_shared && !e->e_needs_copy) {
        key->fk_id = e->e_object->vo_id;
        key->fk_offset = e->e_offset + (addr - e->e_start);
    } else {
        key->fk_id = map->vm_id;
        key->fk_offset = addr;
    }
    return KERN_SUCCESS;
}

static __attribute__((noinline)) kern_return_t
futex_key_searched(struct vm_map *map, vm_address_t addr,
                   struct vm_futex_key *key)
{
    struct vm_map_entry *e = vm_map_lookup_tree(map, addr);

    return e == NULL ? KERN_INVALID_ADDRESS : futex_key(map, e, addr, key);
}

/* Mostly of the memory that was used last. */
kern_return_t
vm_map_futex_key(struct vm_map *map, vm_address_t addr,
                 struct vm_futex_key *key)
{
    const struct vm_map_entry *e = map->vm_hint;

    if (addr >= VM_MAX_ADDRESS) {
        return KERN_INVALID_ADDRESS;
    }
    return e != NULL && addr >= e->e_start && addr < e->e_end
               ? futex_key(map, e, addr, key)
               : futex_key_searched(map, addr, key);
}
