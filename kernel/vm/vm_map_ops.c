/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on ranges of a map.  Each clips at both ends first, which is
 * all that can fail, and then goes through the entries.
 */
#include <base/assert.h>
#include <vm/vm_lease.h>
#include <vm/vm_map.h>

#define TRIM_ENTRIES 16 /* entries of an object looked at */

/*
 * e is about to leave its object, which lives on for other entries of the same
 * map: free the pages that only e could reach.
 */
static void
object_trim(struct vm_map_entry *e)
{
    struct vm_object *o = e->e_object;
    uint64_t lo = e->e_offset, hi = lo + (e->e_end - e->e_start);
    struct list *l;

    if (o->vo_refs == 1 || o->vo_kind != VO_ANON || o->vo_shared ||
        o->vo_copy != NULL || !list_empty(&o->vo_shadowers) ||
        o->vo_refs != o->vo_entry_count || o->vo_refs > TRIM_ENTRIES) {
        return;
    }
    list_for_each(l, &o->vo_entries) {
        struct vm_map_entry *x = list_entry(l, struct vm_map_entry,
                                            e_object_link);

        if (x != e && x->e_offset < hi &&
            x->e_offset + (x->e_end - x->e_start) > lo) {
            return;
        }
    }
    vm_map_pmap_remove(e->e_map, e->e_start, e->e_end);
    vm_object_free_range(o, lo, hi, ~0u);
    /* At an edge the object gets smaller, so that it may grow again there. */
    if (lo <= o->vo_lo) {
        o->vo_lo = hi;
        o->vo_win_lo = o->vo_win_lo < hi ? hi : o->vo_win_lo;
    }
    if (hi >= o->vo_hi) {
        o->vo_hi = lo;
        o->vo_win_hi = o->vo_win_hi > lo ? lo : o->vo_win_hi;
    }
}

/* Clip at both ends.  Without success all is as it was. */
static kern_return_t
clip_range(struct vm_map *map, vm_address_t start, vm_address_t end)
{
    kern_return_t kr = vm_map_clip(map, start);

    if (kr == KERN_SUCCESS) {
        kr = vm_map_clip(map, end);
    }
    if (kr != KERN_SUCCESS) {
        vm_map_simplify(map, start, end);
    }
    return kr;
}

kern_return_t
vm_map_remove(struct vm_map *map, vm_address_t start, vm_address_t end)
{
    struct vm_map_entry *e = vm_map_lookup(map, start), *next;
    bool whole = e != NULL && e->e_start == start && e->e_end == end;
    unsigned n = 0;

    if (!whole) {
        kern_return_t kr = clip_range(map, start, end);

        if (kr != KERN_SUCCESS) {
            return kr;
        }
    }
    if (!list_empty(&map->vm_leases)) {
        vm_lease_revoke(map, start, end);
    }
    if (!whole) {
        e = vm_map_lookup_above(map, start);
    }
    for (; e != NULL && e->e_start < end; e = next) {
        next = vm_map_next(map, e);
        if (e->e_object != NULL) {
            object_trim(e);
        }
        vm_map_unlink(map, e);
        vm_entry_free(e, map->vm_ledger);
        vm_breathe(&n);
    }
    return KERN_SUCCESS;
}

kern_return_t
vm_map_deallocate(struct vm_map *map, vm_address_t addr, vm_size_t size)
{
    vm_address_t start, end;
    kern_return_t kr = vm_map_range(addr, size, &start, &end);

    if (kr != KERN_SUCCESS || size == 0) {
        return kr;
    }
    return vm_map_remove(map, start, end);
}

static bool
prot_valid(vm_prot_t prot)
{
    return (prot & ~VM_PROT_ALL) == 0;
}

kern_return_t
vm_map_protect(struct vm_map *map, vm_address_t addr, vm_size_t size,
               bool set_max, vm_prot_t prot)
{
    vm_address_t start, end;
    struct vm_map_entry *e;
    unsigned n = 0;
    kern_return_t kr = vm_map_range(addr, size, &start, &end);

    if (kr != KERN_SUCCESS || size == 0) {
        return kr;
    }
    if (!prot_valid(prot)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (!vm_map_covered(map, start, end)) {
        return KERN_INVALID_ADDRESS;
    }
    for (e = vm_map_lookup_above(map, start); e != NULL && e->e_start < end;
         e = vm_map_next(map, e)) {
        if ((prot & ~e->e_max_prot) != 0) {
            return KERN_PROTECTION_FAILURE;
        }
        vm_breathe(&n);
    }
    kr = clip_range(map, start, end);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    /* ---- point of no return ---- */
    for (e = vm_map_lookup_above(map, start); e != NULL && e->e_start < end;
         e = vm_map_next(map, e)) {
        vm_prot_t old = e->e_prot;

        if (set_max) {
            e->e_max_prot = prot;
            e->e_prot &= prot;
        } else {
            e->e_prot = prot;
        }
        if ((old & ~e->e_prot) != 0 &&
            (e->e_object != NULL || e->e_frame != 0)) {
            if (e->e_prot == VM_PROT_NONE) {
                vm_map_pmap_remove(map, e->e_start, e->e_end);
            } else {
                vm_map_pmap_protect(map, e->e_start, e->e_end, e->e_prot);
            }
        }
        vm_breathe(&n);
    }
    vm_map_simplify(map, start, end);
    return KERN_SUCCESS;
}

kern_return_t
vm_map_inherit(struct vm_map *map, vm_address_t addr, vm_size_t size,
               vm_inherit_t inherit)
{
    vm_address_t start, end;
    struct vm_map_entry *e;
    unsigned n = 0;
    kern_return_t kr = vm_map_range(addr, size, &start, &end);

    if (kr != KERN_SUCCESS || size == 0) {
        return kr;
    }
    if (inherit > VM_INHERIT_NONE) {
        return KERN_INVALID_ARGUMENT;
    }
    kr = vm_map_clip(map, start);
    if (kr == KERN_SUCCESS) {
        kr = vm_map_clip(map, end);
    }
    if (kr == KERN_SUCCESS) {
        for (e = vm_map_lookup_above(map, start);
             e != NULL && e->e_start < end; e = vm_map_next(map, e)) {
            e->e_inherit = inherit;
            vm_breathe(&n);
        }
    }
    vm_map_simplify(map, start, end);
    return kr;
}

kern_return_t
vm_map_region(struct vm_map *map, vm_address_t *addr, vm_size_t *size,
              vm_region_basic_info_t *info)
{
    struct vm_map_entry *e = vm_map_lookup_above(map, *addr);
    struct vm_object *o;

    if (e == NULL) {
        return KERN_INVALID_ADDRESS;
    }
    o = e->e_object;
    *addr = e->e_start;
    *size = e->e_end - e->e_start;
    *info = (vm_region_basic_info_t){
        .protection = e->e_prot,
        .max_protection = e->e_max_prot,
        .inheritance = e->e_inherit,
        .shared = o != NULL && !e->e_needs_copy && o->vo_shared,
        .needs_copy = e->e_needs_copy,
        .user_wired_count = e->e_wired,
        .offset = e->e_offset,
        .object_id = o != NULL ? o->vo_id : 0,
    };
    return KERN_SUCCESS;
}

/* Zero part [lo, hi) of e, and free the pages. */
static kern_return_t
entry_discard(struct vm_map_entry *e, vm_address_t start, vm_address_t end)
{
    struct vm_object *o;
    uint64_t lo = e->e_offset + (start - e->e_start);
    uint64_t hi = lo + (end - start);
    kern_return_t kr = vm_entry_own_frame(e);

    if (kr != KERN_SUCCESS || e->e_object == NULL) {
        return kr;
    }
    if (e->e_object->vo_kind != VO_ANON || e->e_wired != 0) {
        return KERN_NOT_SUPPORTED;
    }
    kr = vm_entry_own(e, true);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    o = e->e_object;
    if (o->vo_shadow != NULL || o->vo_copy != NULL ||
        !list_empty(&o->vo_shadowers)) {
        /* Old contents would show through, or are others': zero in place. */
        for (; lo < hi; lo += PAGE_SIZE) {
            struct vm_page_seen seen;

            kr = vm_object_get_page(o, lo, true, &seen);
            if (kr != KERN_SUCCESS) {
                return kr;
            }
            memset(phys_to_virt(seen.pa), 0, PAGE_SIZE);
            machine_interrupt_window();
        }
        vm_map_pmap_remove(e->e_map, start, end);
        return KERN_SUCCESS;
    }
    vm_object_unmap(o, lo, hi);
    vm_object_free_range(o, lo, hi, ~0u);
    return KERN_SUCCESS;
}

kern_return_t
vm_map_discard(struct vm_map *map, vm_address_t addr, vm_size_t size)
{
    vm_address_t start, end, to;
    struct vm_map_entry *e;
    kern_return_t kr = vm_map_range(addr, size, &start, &end);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    start = page_round(addr);
    end = page_trunc(addr + size);
    if (start >= end) {
        return KERN_SUCCESS;
    }
    if (!vm_map_covered(map, start, end)) {
        return KERN_INVALID_ADDRESS;
    }
    while (start < end) {
        e = vm_map_lookup(map, start);
        if ((e->e_max_prot & VM_PROT_WRITE) == 0) {
            return KERN_PROTECTION_FAILURE;
        }
        to = e->e_end < end ? e->e_end : end;
        kr = entry_discard(e, start, to);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        start = to;
    }
    return KERN_SUCCESS;
}

kern_return_t
vm_map_page_query(struct vm_map *map, vm_address_t addr, vm_size_t size,
                  uint8_t *out, size_t *count)
{
    vm_address_t start, end;
    kern_return_t kr = vm_map_range(addr, size, &start, &end);
    size_t n = 0;

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    for (; start < end && n < *count; start += PAGE_SIZE, n++) {
        struct vm_map_entry *e = vm_map_lookup(map, start);
        uint64_t pa;
        bool w;

        if (e == NULL) {
            return KERN_INVALID_ADDRESS;
        }
        out[n] = e->e_frame != 0 ||
                 (e->e_object != NULL &&
                  vm_object_peek_page(e->e_object,
                                      e->e_offset + (start - e->e_start),
                                      &pa, &w));
    }
    *count = n;
    return KERN_SUCCESS;
}
