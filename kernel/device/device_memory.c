/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of devices, and memory that devices reach.
 */
#include <base/page_alloc.h>
#include <device/device.h>

#define PHYS_END (1ull << 46) /* beyond: no physical address */

kern_return_t
device_physical_check(uint64_t pa, uint64_t size, int cache)
{
    if (((pa | size) & PAGE_MASK) != 0 || size == 0 || size > PHYS_END ||
        pa > PHYS_END - size || cache < (int)PMAP_CACHE_NORMAL ||
        cache > (int)PMAP_CACHE_WRITE_COMBINING) {
        return KERN_INVALID_ARGUMENT;
    }
    return KERN_SUCCESS;
}

/* The smallest order whose run holds size bytes and is aligned so. */
static unsigned
run_order(uint64_t size, uint64_t alignment)
{
    uint64_t need = size > alignment ? size : alignment;
    unsigned order = 0;

    while (order < PHYS_ORDERS && PAGE_SIZE << order < need) {
        order++;
    }
    return order;
}

kern_return_t
device_dma_object(uint64_t size, uint64_t alignment, uint64_t limit,
                  struct ledger *l, struct vm_object **out, uint64_t *pa)
{
    uint64_t pages, run, i;
    unsigned order;
    kern_return_t kr;

    if (size == 0 || size > PAGE_SIZE << (PHYS_ORDERS - 1) ||
        (alignment & (alignment - 1)) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    size = page_round(size);
    pages = size >> PAGE_SHIFT;
    order = run_order(size, alignment);
    if (order >= PHYS_ORDERS) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kr = ledger_charge(l, LEDGER_PAGES, pages);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    run = phys_alloc_below(order, limit != 0 ? limit : PHYS_NO_LIMIT);
    if (run == 0) {
        kr = KERN_RESOURCE_SHORTAGE;
        goto out_charge;
    }
    for (i = pages; i < 1ull << order; i++) {
        phys_free(run + (i << PAGE_SHIFT), 0);
    }
    memset(phys_to_virt(run), 0, size);
    kr = vm_object_create_dma(l, run, size, out);
    if (kr == KERN_SUCCESS) {
        *pa = run;
        return kr;
    }
    for (i = 0; i < pages; i++) {
        phys_free(run + (i << PAGE_SHIFT), 0);
    }
out_charge:
    ledger_uncharge(l, LEDGER_PAGES, pages);
    return kr;
}
