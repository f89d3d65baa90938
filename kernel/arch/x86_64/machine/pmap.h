/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine contract: hardware address spaces, and the direct map of physical
 * memory.
 *
 * A pmap is a cache of what vm knows: any mapping may be missing, the whole of
 * it may be thrown away (pmap_remove of everything), and a miss is a page
 * fault that vm resolves.  User addresses only, below VM_MAX_ADDRESS; the
 * kernel half is the same in all.  Addresses are page-aligned.
 *
 * Stale translations: every call that takes a mapping or a permission away
 * has flushed them on all CPUs when it returns, so that the caller may free
 * the page at once.
 */
#ifndef MACHINE_PMAP_H
#define MACHINE_PMAP_H

#include <stdbool.h>
#include <mach/vm.h>
#include <base/codes.h>
#include <base/ledger.h>

#define DIRECT_MAP_BASE 0xffff800000000000ull

static inline void *
phys_to_virt(uint64_t phys)
{
    return (void *)(uintptr_t)(DIRECT_MAP_BASE + phys);
}

/* Of an address in the direct map only. */
static inline uint64_t
virt_to_phys(const void *p)
{
    return (uint64_t)(uintptr_t)p - DIRECT_MAP_BASE;
}

struct pmap;

/* cache flags of pmap_enter */
#define PMAP_CACHE_NORMAL 0u
#define PMAP_CACHE_UNCACHED 1u
#define PMAP_CACHE_WRITE_COMBINING 2u

/* bits of pmap_collect_bits */
#define PMAP_ACCESSED 1u
#define PMAP_MODIFIED 2u

/* Page-table pages are charged to l (LEDGER_KMEM); holds a reference. */
kern_return_t pmap_create(struct ledger *l, struct pmap **out);
/* Must not be active on any CPU but this one; page tables are freed (in one
 * go: call pmap_destroy_step until it returns false to bound the work). */
bool pmap_destroy_step(struct pmap *p);
void pmap_destroy(struct pmap *p);

/*
 * Map the page phys at va with exactly prot (VM_PROT_NONE: removes),
 * replacing what was there.  KERN_RESOURCE_SHORTAGE when a page table can't
 * be had: nothing has changed then.  The modified bit starts set when prot
 * has write, so that copies through the direct map are never lost.
 */
kern_return_t pmap_enter(struct pmap *p, vm_address_t va, uint64_t phys,
                         vm_prot_t prot, unsigned cache);
/*
 * The same for n pages from va on, within 2 MiB-aligned 2 MiB: frames[i] is the
 * frame of page i, with PMAP_FRAME_READ when it must not be written; 0: none.
 * What is mapped there with no less is left as it is.
 */
#define PMAP_FRAME_READ 1u
kern_return_t pmap_enter_pages(struct pmap *p, vm_address_t va, unsigned n,
                               const uint64_t frames[], vm_prot_t prot,
                               unsigned cache);
/* Map at va, where nothing is, what another has at source, with no more than
 * prot; nothing happens where none has, or a page table can't be had. */
void pmap_enter_from(struct pmap *p, vm_address_t va, struct pmap *from,
                     vm_address_t source, vm_prot_t prot);
void pmap_remove(struct pmap *p, vm_address_t start, vm_address_t end);
/* Lower (never raise) the permissions of what is mapped in the range. */
void pmap_protect(struct pmap *p, vm_address_t start, vm_address_t end,
                  vm_prot_t prot);
/* false: nothing mapped there.  phys and prot may be NULL. */
bool pmap_extract(struct pmap *p, vm_address_t va, uint64_t *phys,
                  vm_prot_t *prot);
/* The accessed and modified bits of one page, which it clears. */
unsigned pmap_collect_bits(struct pmap *p, vm_address_t va);
/* Load it on this CPU (NULL: the kernel's own). Does nothing if it is. */
void pmap_activate(struct pmap *p);
uint64_t pmap_resident_count(const struct pmap *p);

#endif
