/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: four-level page tables (machine/pmap.h).
 *
 * Page tables are made on demand and kept until the pmap goes.  Stale translations are flushed by
 * pmap_flush(), the one place that will tell other CPUs.
 */
#include <base/assert.h>
#include <base/compiler.h>
#include <base/kalloc.h>
#include <base/page_alloc.h>
#include <base/string.h>
#include <machine/cpu.h>
#include <machine/pmap.h>
#include <machine/switch.h>
#include "internal.h"
#include "pte.h"
#include "x86.h"

#define USER_SLOTS 256u
#define HOLES_AT_ONCE 256u   /* walked over between two interrupt windows */
#define FLUSH_ALL_PAGES 32u /* above: the whole TLB at once */

static uint64_t *
table_create(struct ledger *l)
{
    uint64_t phys;

    if (ledger_charge(l, LEDGER_KMEM, MACH_PAGE_SIZE) != KERN_SUCCESS) {
        return NULL;
    }
    phys = phys_alloc(0);
    if (phys == 0) {
        ledger_uncharge(l, LEDGER_KMEM, MACH_PAGE_SIZE);
        return NULL;
    }
    return memset(phys_to_virt(phys), 0, MACH_PAGE_SIZE);
}

static void
table_destroy(uint64_t *table, struct ledger *l)
{
    phys_free(virt_to_phys(table), 0);
    ledger_uncharge(l, LEDGER_KMEM, MACH_PAGE_SIZE);
}

kern_return_t
pmap_create(struct ledger *l, struct pmap **out)
{
    struct pmap *p = kalloc(sizeof(*p), l);

    if (p == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    p->pm_root = table_create(l);
    if (p->pm_root == NULL) {
        kfree(p, sizeof(*p), l);
        return KERN_RESOURCE_SHORTAGE;
    }
    paging_copy_kernel_half(p->pm_root);
    p->pm_cr3 = virt_to_phys(p->pm_root);
    p->pm_ledger = l;
    ledger_reference(l);
    *out = p;
    return KERN_SUCCESS;
}

static void
tables_free(struct pmap *p, uint64_t *table, unsigned level)
{
    for (unsigned i = 0; i < 512; i++) {
        if ((table[i] & PTE_P) == 0) {
            continue;
        }
        uint64_t *below = phys_to_virt(table[i] & PTE_ADDRESS);

        if (level > 1) {
            tables_free(p, below, level - 1);
        }
        table_destroy(below, p->pm_ledger);
    }
}

/* Frees one second-level subtree (1 GiB of addresses) at most. */
COLD bool
pmap_destroy_step(struct pmap *p)
{
    struct cpu *c = cpu_self();

    if (c->cpu_pmap == p) {
        pmap_activate(NULL);
    }
    p->pm_leaf_at = 0;
    for (unsigned i = 0; i < USER_SLOTS; i++) {
        uint64_t *pdpt;

        if ((p->pm_root[i] & PTE_P) == 0) {
            continue;
        }
        pdpt = phys_to_virt(p->pm_root[i] & PTE_ADDRESS);
        for (unsigned j = 0; j < 512; j++) {
            if ((pdpt[j] & PTE_P) != 0) {
                uint64_t *pd = phys_to_virt(pdpt[j] & PTE_ADDRESS);

                tables_free(p, pd, 1);
                table_destroy(pd, p->pm_ledger);
                pdpt[j] = 0;
                return true;
            }
        }
        table_destroy(pdpt, p->pm_ledger);
        p->pm_root[i] = 0;
        return true;
    }
    return false;
}

COLD void
pmap_destroy(struct pmap *p)
{
    struct ledger *l = p->pm_ledger;

    while (pmap_destroy_step(p)) {
        continue;
    }
    if (cpu_self()->cpu_pmap == p) {
        pmap_activate(NULL);
    }
    table_destroy(p->pm_root, l);
    kfree(p, sizeof(*p), l);
    ledger_release(l);
}

/* The same as pte_lookup(), making tables. */
static __attribute__((noinline)) uint64_t *
pte_make_tables(struct pmap *p, vm_address_t va)
{
    uint64_t *table = p->pm_root;

    for (unsigned shift = 39; shift > 12; shift -= 9) {
        uint64_t *e = &table[va >> shift & 511];

        if ((*e & PTE_P) == 0) {
            uint64_t *below = table_create(p->pm_ledger);

            if (below == NULL) {
                return NULL;
            }
            *e = virt_to_phys(below) | PTE_P | PTE_W | PTE_U | PTE_A;
        }
        table = phys_to_virt(*e & PTE_ADDRESS);
    }
    return &table[va >> 12 & 511];
}

/* Which 2 MiB va is in; never 0. */
static inline uint64_t
leaf_at(vm_address_t va)
{
    return (va >> 21) + 1;
}

static __attribute__((noinline)) uint64_t *
pte_search(struct pmap *p, vm_address_t va)
{
    uint64_t *t = p->pm_root;

    assert(va < VM_MAX_ADDRESS);
#pragma GCC unroll 3
    for (unsigned shift = 39; shift > 12; shift -= 9) {
        uint64_t e = t[va >> shift & 511];

        if ((e & PTE_P) == 0) {
            return NULL;
        }
        t = phys_to_virt(e & PTE_ADDRESS);
    }
    p->pm_leaf = t;
    p->pm_leaf_at = leaf_at(va);
    return &t[va >> 12 & 511];
}

/* The leaf entry of va; NULL: a table is missing. */
static inline uint64_t *
pte_lookup(struct pmap *p, vm_address_t va)
{
    return p->pm_leaf_at == leaf_at(va) ? &p->pm_leaf[va >> 12 & 511]
                                        : pte_search(p, va);
}

static __attribute__((noinline)) void
flush(vm_address_t start, vm_address_t end)
{
    if ((end - start) >> MACH_PAGE_SHIFT > FLUSH_ALL_PAGES) {
        write_cr3(read_cr3());
        return;
    }
    for (; start < end; start += MACH_PAGE_SIZE) {
        invlpg(start);
    }
}

/* [start, end) has lost permissions: no CPU may use what it remembers. */
static inline void
pmap_flush(struct pmap *p, vm_address_t start, vm_address_t end)
{
    if (cpu_self()->cpu_pmap == p) { /* else loading CR3 does: no tags */
        flush(start, end);
    }
}

static uint64_t
pte_make(uint64_t phys, vm_prot_t prot, unsigned cache)
{
    uint64_t e = phys | PTE_P | PTE_U;

    if (prot & VM_PROT_WRITE) {
        e |= PTE_W | PTE_D | PTE_A;
    }
    if (!(prot & VM_PROT_EXECUTE)) {
        e |= PTE_NX_IF;
    }
    if (cache == PMAP_CACHE_UNCACHED) {
        e |= PTE_PCD | PTE_PWT;
    } else if (cache == PMAP_CACHE_WRITE_COMBINING) {
        e |= PTE_PAT; /* entry 4 of the PAT, set in cpu.c */
    }
    return e;
}

/* The same with no more permissions than prot, which has read. */
static inline uint64_t
pte_lower(uint64_t e, vm_prot_t prot)
{
    if (!(prot & VM_PROT_WRITE)) {
        e &= ~PTE_W;
    }
    if (!(prot & VM_PROT_EXECUTE)) {
        e |= PTE_NX_IF;
    }
    return e;
}

/* What pmap_enter() does seldom: removing, making tables. */
static __attribute__((noinline)) kern_return_t
enter_other(struct pmap *p, vm_address_t va, uint64_t phys, vm_prot_t prot,
            unsigned cache)
{
    if (prot == VM_PROT_NONE) {
        pmap_remove(p, va, va + MACH_PAGE_SIZE);
        return KERN_SUCCESS;
    }
    return pte_make_tables(p, va) == NULL
               ? KERN_RESOURCE_SHORTAGE
               : pmap_enter(p, va, phys, prot, cache);
}

kern_return_t
pmap_enter(struct pmap *p, vm_address_t va, uint64_t phys, vm_prot_t prot,
           unsigned cache)
{
    uint64_t *e, old;

    assert((va & (MACH_PAGE_SIZE - 1)) == 0);
    assert((phys & ~PTE_ADDRESS) == 0);
    e = pte_lookup(p, va);
    if (e == NULL || prot == VM_PROT_NONE) {
        return enter_other(p, va, phys, prot, cache);
    }
    old = *e;
    *e = pte_make(phys, prot, cache);
    if (old & PTE_P) {
        pmap_flush(p, va, va + MACH_PAGE_SIZE);
    } else {
        p->pm_resident++;
    }
    return KERN_SUCCESS;
}

void
pmap_enter_from(struct pmap *p, vm_address_t va, struct pmap *from,
                vm_address_t source, vm_prot_t prot)
{
    const uint64_t *s = pte_lookup(from, source);
    uint64_t *e = pte_lookup(p, va);

    if (s == NULL || (*s & PTE_P) == 0 || !(prot & VM_PROT_READ) ||
        (e == NULL && (e = pte_make_tables(p, va)) == NULL)) {
        return;
    }
    if ((*e & PTE_P) == 0) {
        p->pm_resident++;
        *e = pte_lower(*s, prot);
    }
}

kern_return_t
pmap_enter_pages(struct pmap *p, vm_address_t va, unsigned n,
                 const uint64_t frames[], vm_prot_t prot, unsigned cache)
{
    uint64_t bits = pte_make(0, prot, cache);
    uint64_t read = pte_make(0, prot & ~VM_PROT_WRITE, cache);
    uint64_t *e = pte_lookup(p, va);

    assert((va >> 12 & 511) + n <= 512);
    if (e == NULL && (e = pte_make_tables(p, va)) == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    for (unsigned i = 0; i < n; i++) {
        uint64_t new = frames[i], old = e[i];

        if (new == 0) {
            continue;
        }
        new = (new & PMAP_FRAME_READ) != 0 ? (new ^ PMAP_FRAME_READ) | read
                                           : new | bits;
        if ((old & PTE_P) == 0) {
            p->pm_resident++;
            e[i] = new;
        } else if ((new & ~old & PTE_W) != 0) {
            e[i] = new;
            pmap_flush(p, va + i * MACH_PAGE_SIZE,
                       va + (i + 1) * MACH_PAGE_SIZE);
        }
    }
    return KERN_SUCCESS;
}

/*
 * Visit the leaf tables of [start, end): calls fn for each run of entries
 * that exists, skips what has no table.
 */
static inline bool
pmap_walk(struct pmap *p, vm_address_t start, vm_address_t end,
          bool (*fn)(struct pmap *p, uint64_t *e, uint64_t arg), uint64_t arg)
{
    unsigned holes = 0;
    bool any = false;

    while (start < end) {
        uint64_t *table = p->pm_root;
        unsigned shift = 39;

        for (; shift > 12; shift -= 9) {
            uint64_t e = table[start >> shift & 511];

            if ((e & PTE_P) == 0) {
                break;
            }
            table = phys_to_virt(e & PTE_ADDRESS);
        }
        if (shift > 12) { /* nothing up to the next entry of this level */
            start = ((start >> shift) + 1) << shift;
            if (++holes % HOLES_AT_ONCE == 0) {
                machine_interrupt_window();
            }
            continue;
        }
        do {
            any |= fn(p, &table[start >> 12 & 511], arg);
            start += MACH_PAGE_SIZE;
        } while (start < end && (start >> 12 & 511) != 0);
        if (start < end) { /* a table done: nothing here is half done */
            machine_interrupt_window();
        }
    }
    return any;
}

static inline bool
pte_remove(struct pmap *p, uint64_t *e, uint64_t arg)
{
    (void)arg;
    if ((*e & PTE_P) == 0) {
        return false;
    }
    *e = 0;
    p->pm_resident--;
    return true;
}

static __attribute__((noinline)) void
remove_range(struct pmap *p, vm_address_t start, vm_address_t end)
{
    assert(start <= end && end <= VM_MAX_ADDRESS);
    if (pmap_walk(p, start, end, pte_remove, 0)) {
        pmap_flush(p, start, end);
    }
}

void
pmap_remove(struct pmap *p, vm_address_t start, vm_address_t end)
{
    if (end - start == MACH_PAGE_SIZE) {
        uint64_t *e = pte_lookup(p, start);

        if (e != NULL && pte_remove(p, e, 0)) {
            pmap_flush(p, start, end);
        }
        return;
    }
    remove_range(p, start, end);
}

static inline bool
pte_protect(struct pmap *p, uint64_t *e, uint64_t prot)
{
    uint64_t old = *e, new = pte_lower(old, (vm_prot_t)prot);

    (void)p;
    if ((old & PTE_P) == 0) {
        return false;
    }
    *e = new;
    return new != old;
}

COLD void
pmap_protect(struct pmap *p, vm_address_t start, vm_address_t end,
             vm_prot_t prot)
{
    if (!(prot & (VM_PROT_READ | VM_PROT_EXECUTE))) {
        pmap_remove(p, start, end);
        return;
    }
    assert(start <= end && end <= VM_MAX_ADDRESS);
    if (pmap_walk(p, start, end, pte_protect, (uint64_t)prot)) {
        pmap_flush(p, start, end);
    }
}

bool
pmap_extract(struct pmap *p, vm_address_t va, uint64_t *phys, vm_prot_t *prot)
{
    uint64_t *e = pte_lookup(p, va);

    if (e == NULL || (*e & PTE_P) == 0) {
        return false;
    }
    if (phys != NULL) {
        *phys = *e & PTE_ADDRESS;
    }
    if (prot != NULL) {
        *prot = VM_PROT_READ | (*e & PTE_W ? VM_PROT_WRITE : 0) |
                (*e & PTE_NX ? 0 : VM_PROT_EXECUTE);
    }
    return true;
}

unsigned
pmap_collect_bits(struct pmap *p, vm_address_t va)
{
    uint64_t *e = pte_lookup(p, va);
    unsigned bits = 0;

    if (e == NULL || (*e & PTE_P) == 0) {
        return 0;
    }
    bits |= *e & PTE_A ? PMAP_ACCESSED : 0;
    bits |= *e & PTE_D ? PMAP_MODIFIED : 0;
    if (bits != 0) {
        *e &= ~(PTE_A | PTE_D);
        pmap_flush(p, va, va + MACH_PAGE_SIZE);
    }
    return bits;
}

void
pmap_activate(struct pmap *p)
{
    struct cpu *c = cpu_self();

    if (c->cpu_pmap != p) {
        c->cpu_pmap = p;
        c->cpu_cr3_loads++;
        write_cr3(p == NULL ? paging_kernel_cr3 : p->pm_cr3);
    }
}

void
pmap_window_close(void)
{
    pmap_window_done();
    write_cr3(read_cr3());
}

uint64_t
pmap_resident_count(const struct pmap *p)
{
    return p->pm_resident;
}
