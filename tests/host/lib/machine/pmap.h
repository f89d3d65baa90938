/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host arch layer: address spaces that are tables of translations, over an
 * array of frames.  The contract is that of kernel/arch/x86_64/machine/pmap.h.
 */
#ifndef MACHINE_PMAP_H
#define MACHINE_PMAP_H

#include <stdbool.h>
#include <mach/vm.h>
#include <base/codes.h>
#include <base/ledger.h>

#define PMAP_CACHE_NORMAL 0u
#define PMAP_CACHE_UNCACHED 1u
#define PMAP_CACHE_WRITE_COMBINING 2u

struct pmap;

void *phys_to_virt(uint64_t phys);
uint64_t virt_to_phys(const void *p);

kern_return_t pmap_create(struct ledger *l, struct pmap **out);
bool pmap_destroy_step(struct pmap *p);
void pmap_destroy(struct pmap *p);
kern_return_t pmap_enter(struct pmap *p, vm_address_t va, uint64_t phys,
                         vm_prot_t prot, unsigned cache);
#define PMAP_FRAME_READ 1u
kern_return_t pmap_enter_pages(struct pmap *p, vm_address_t va, unsigned n,
                               const uint64_t frames[], vm_prot_t prot,
                               unsigned cache);
void pmap_enter_from(struct pmap *p, vm_address_t va, struct pmap *from,
                     vm_address_t source, vm_prot_t prot);
void pmap_remove(struct pmap *p, vm_address_t start, vm_address_t end);
void pmap_protect(struct pmap *p, vm_address_t start, vm_address_t end,
                  vm_prot_t prot);
bool pmap_extract(struct pmap *p, vm_address_t va, uint64_t *phys,
                  vm_prot_t *prot);
uint64_t pmap_resident_count(const struct pmap *p);

/* Test only: call fn for each translation. */
void host_pmap_each(struct pmap *p,
                    void (*fn)(void *arg, vm_address_t va, uint64_t phys,
                               vm_prot_t prot),
                    void *arg);

#endif
