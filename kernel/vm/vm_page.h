/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page frames for objects: allocation with ledger and reclaim, counters.
 */
#ifndef VM_VM_PAGE_H
#define VM_VM_PAGE_H

#include <stdint.h>
#include <mach/vm.h>
#include <base/codes.h>
#include <base/ledger.h>
#include <base/string.h>
#include <machine/pmap.h>

#define PAGE_SIZE MACH_PAGE_SIZE
#define PAGE_SHIFT MACH_PAGE_SHIFT
#define PAGE_MASK (PAGE_SIZE - 1)

static inline uint64_t
page_trunc(uint64_t a)
{
    return a & ~PAGE_MASK;
}

/* The caller has checked that it can't wrap. */
static inline uint64_t
page_round(uint64_t a)
{
    return (a + PAGE_MASK) & ~PAGE_MASK;
}

/* Events since boot and gauges, for vm_statistics and the census. */
struct vm_page_stats {
    uint64_t vs_zero_fill;
    uint64_t vs_faults;
    uint64_t vs_cow_faults;
    uint64_t vs_pageins;
    uint64_t vs_pageouts;
    uint64_t vs_pages;      /* frames that objects hold now */
    uint64_t vs_wired;      /* of wired entries, DMA memory */
    uint64_t vs_objects;
    uint64_t vs_maps;
    uint64_t vs_entries;
    uint64_t vs_copies;
    uint64_t vs_next_id;    /* ids of objects and maps */
};
extern struct vm_page_stats vm_stats;

/*
 * A frame charged to l; 0: shortage.  Never waits.  The first two change no
 * object; the third takes apart what the reaper still holds and drops clean
 * pages of pagers when it must, so that any frame or chain that the caller
 * has looked up may be stale afterwards.
 */
uint64_t vm_page_alloc(struct ledger *l);      /* contents undefined */
uint64_t vm_page_alloc_zero(struct ledger *l);
uint64_t vm_page_alloc_reclaim(struct ledger *l); /* contents undefined */
void vm_page_free(uint64_t pa, struct ledger *l);
void vm_page_copy(uint64_t from, uint64_t to);

/* Steps of reclaim before a shortage is reported. */
#define VM_RECLAIM_STEPS 64

#endif
