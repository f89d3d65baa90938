/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wiring: pages made resident, and kept so (a pager's pages are not dropped
 * while a wired entry maps them; anonymous ones never are).
 */
#include <base/assert.h>
#include <vm/vm_map.h>

static void
entry_set_wired(struct vm_map_entry *e, bool wired)
{
    uint64_t pages = (e->e_end - e->e_start) >> PAGE_SHIFT;

    if (wired && e->e_wired == 0) {
        vm_stats.vs_wired += pages;
    } else if (!wired && e->e_wired != 0) {
        vm_stats.vs_wired -= pages;
    }
    e->e_wired = wired;
}

kern_return_t
vm_map_wire(struct vm_map *map, vm_address_t addr, vm_size_t size,
            vm_prot_t access)
{
    vm_address_t start, end, va;
    struct vm_map_entry *e;
    unsigned n = 0;
    kern_return_t kr = vm_map_range(addr, size, &start, &end);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (!vm_map_covered(map, start, end)) {
        return KERN_INVALID_ADDRESS;
    }
    for (va = start; access != VM_PROT_NONE && va < end; va += PAGE_SIZE) {
        kr = vm_fault(map, va, access);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        machine_interrupt_window();
    }
    kr = vm_map_clip(map, start);
    if (kr == KERN_SUCCESS) {
        kr = vm_map_clip(map, end);
    }
    for (e = vm_map_lookup_above(map, start);
         kr == KERN_SUCCESS && e != NULL && e->e_start < end;
         e = vm_map_next(map, e)) {
        entry_set_wired(e, access != VM_PROT_NONE);
        vm_breathe(&n);
    }
    vm_map_simplify(map, start, end);
    return kr;
}
