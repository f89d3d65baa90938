/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contiguous memory for DMA.  Runs of the page allocator are powers of two and
 * aligned to their size: what is not asked for goes back at once.
 */
#include <base/page_alloc.h>
#include <base/string.h>
#include <kern/memory_dma.h>
#include <kern/memory_entry.h>
#include <machine/pmap.h>
#include <vm/vm_object.h>

static unsigned
order_for(uint64_t bytes)
{
    unsigned order = 0;

    while ((MACH_PAGE_SIZE << order) < bytes) {
        order++;
    }
    return order;
}

static void
free_pages(uint64_t pa, uint64_t end)
{
    for (; pa < end; pa += MACH_PAGE_SIZE) {
        phys_free(pa, 0);
    }
}

/* Frames, charged to l; 0 when there are none. */
static uint64_t
frames(uint64_t size, uint64_t alignment, uint64_t limit, struct ledger *l)
{
    unsigned order = order_for(size > alignment ? size : alignment);
    uint64_t pa;

    if (order >= PHYS_ORDERS ||
        ledger_charge(l, LEDGER_PAGES, size / MACH_PAGE_SIZE) !=
            KERN_SUCCESS) {
        return 0;
    }
    pa = phys_alloc_below(order, limit == 0 ? PHYS_NO_LIMIT : limit);
    if (pa == 0) {
        ledger_uncharge(l, LEDGER_PAGES, size / MACH_PAGE_SIZE);
        return 0;
    }
    free_pages(pa + size, pa + (MACH_PAGE_SIZE << order));
    memset(phys_to_virt(pa), 0, size);
    return pa;
}

static kern_return_t
entry_of(struct vm_object *o, uint64_t size, struct ledger *l,
         struct ipc_port **out)
{
    struct vm_named_entry *ne;
    kern_return_t kr;

    kr = vm_named_from_object(o, 0, size, VM_PROT_DEFAULT, l, &ne);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = memory_entry_create(ne, l, out);
    if (kr != KERN_SUCCESS) {
        vm_named_release(ne);
    }
    return kr;
}

kern_return_t
memory_entry_dma(uint64_t size, uint64_t alignment, uint64_t limit,
                 struct ledger *l, struct ipc_port **out, uint64_t *physical)
{
    struct vm_object *o;
    kern_return_t kr;
    uint64_t pa;

    size = (size + MACH_PAGE_SIZE - 1) & ~(MACH_PAGE_SIZE - 1);
    pa = frames(size, alignment, limit, l);
    if (pa == 0) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kr = vm_object_create_dma(l, pa, size, &o);
    if (kr != KERN_SUCCESS) {
        free_pages(pa, pa + size);
        ledger_uncharge(l, LEDGER_PAGES, size / MACH_PAGE_SIZE);
        return kr;
    }
    kr = entry_of(o, size, l, out);
    vm_object_release(o); /* frees the frames when the entry failed */
    if (kr == KERN_SUCCESS) {
        *physical = pa;
    }
    return kr;
}
