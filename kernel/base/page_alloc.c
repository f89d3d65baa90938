/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buddy allocator.
 *
 * phys_state[pfn] is the order of the free run that begins at pfn, or
 * NOT_FREE.  The links of a free run are in its first page.  A run is merged
 * with its buddy (pfn ^ (1 << order)) while that is the head of a free run of
 * the same order.
 *
 * Some single pages that were freed lately are spare: not merged, and the next
 * to be handed out, by way of a stack through their first words.  They are
 * merged when a longer run can't be had.
 *
 * K: everything.
 */
#include <stdbool.h>
#include <base/assert.h>
#include <base/compiler.h>
#include <base/list.h>
#include <base/page_alloc.h>
#include <mach/types.h>
#include <machine/pmap.h>

#define NOT_FREE 0xffu
#define SPARE 0xfeu
#define SPARE_MAX 256u

static struct list free_runs[PHYS_ORDERS];
static uint8_t *phys_state;
static uint64_t phys_pages; /* entries of phys_state */
static uint64_t free_pages, total_pages;
static struct list *spare; /* by next */
static unsigned spare_count;

static struct list *
run_link(uint64_t pfn)
{
    return phys_to_virt(pfn << MACH_PAGE_SHIFT);
}

static uint64_t
link_pfn(const struct list *l)
{
    return virt_to_phys(l) >> MACH_PAGE_SHIFT;
}

void
phys_setup(uint64_t top, uint8_t *state)
{
    phys_pages = top >> MACH_PAGE_SHIFT;
    phys_state = state;
    for (uint64_t i = 0; i < phys_pages; i++) {
        state[i] = NOT_FREE;
    }
    for (unsigned i = 0; i < PHYS_ORDERS; i++) {
        list_init(&free_runs[i]);
    }
}

static void
run_insert(uint64_t pfn, unsigned order)
{
    phys_state[pfn] = (uint8_t)order;
    list_push_front(&free_runs[order], run_link(pfn));
}

static void
run_remove(uint64_t pfn)
{
    phys_state[pfn] = NOT_FREE;
    list_remove(run_link(pfn));
}

/* Free a run: merge it with what is free beside it. */
static COLD void
run_free(uint64_t pfn, unsigned order)
{
    while (order + 1 < PHYS_ORDERS) {
        uint64_t buddy = pfn ^ (1ull << order);

        if (buddy >= phys_pages || phys_state[buddy] != order) {
            break;
        }
        run_remove(buddy);
        pfn &= ~(1ull << order);
        order++;
    }
    run_insert(pfn, order);
}

void
phys_free(uint64_t phys, unsigned order)
{
    uint64_t pfn = phys >> MACH_PAGE_SHIFT;

    assert(order < PHYS_ORDERS && (pfn & ((1ull << order) - 1)) == 0);
    assert(pfn != 0 && pfn + (1ull << order) <= phys_pages);
    assert(phys_state[pfn] == NOT_FREE);
    free_pages += 1ull << order;
    if (order == 0 && spare_count < SPARE_MAX) {
        phys_state[pfn] = SPARE;
        run_link(pfn)->next = spare;
        spare = run_link(pfn);
        spare_count++;
    } else {
        run_free(pfn, order);
    }
}

/* False: there was none. */
static bool
merge_spare(void)
{
    bool any = spare != NULL;

    while (spare != NULL) {
        uint64_t pfn = link_pfn(spare);

        spare = spare->next;
        phys_state[pfn] = NOT_FREE;
        run_free(pfn, 0);
    }
    spare_count = 0;
    return any;
}

void
phys_add_range(uint64_t start, uint64_t end)
{
    uint64_t pfn = (start + MACH_PAGE_SIZE - 1) >> MACH_PAGE_SHIFT;
    uint64_t last = end >> MACH_PAGE_SHIFT;

    if (pfn == 0) {
        pfn = 1; /* address 0 means "none" */
    }
    while (pfn < last) {
        unsigned order = 0;

        while (order + 1 < PHYS_ORDERS &&
               (pfn & ((2ull << order) - 1)) == 0 &&
               pfn + (2ull << order) <= last) {
            order++;
        }
        phys_free(pfn << MACH_PAGE_SHIFT, order);
        total_pages += 1ull << order;
        pfn += 1ull << order;
    }
}

/* Take a free run, give back what is above the order wanted. */
static COLD uint64_t
run_take(uint64_t pfn, unsigned have, unsigned want)
{
    run_remove(pfn);
    while (have > want) {
        have--;
        run_insert(pfn + (1ull << have), have);
    }
    free_pages -= 1ull << want;
    return pfn << MACH_PAGE_SHIFT;
}

uint64_t
phys_alloc(unsigned order)
{
    if (order == 0 && spare != NULL) {
        uint64_t pfn = link_pfn(spare);

        spare = spare->next;
        spare_count--;
        free_pages--;
        phys_state[pfn] = NOT_FREE;
        return pfn << MACH_PAGE_SHIFT;
    }
    do {
        for (unsigned o = order; o < PHYS_ORDERS; o++) {
            struct list *l = list_first(&free_runs[o]);

            if (l != NULL) {
                return run_take(link_pfn(l), o, order);
            }
        }
    } while (merge_spare());
    return 0;
}

COLD uint64_t
phys_alloc_below(unsigned order, uint64_t limit)
{
    uint64_t size = MACH_PAGE_SIZE << order;
    struct list *l;

    if (order >= PHYS_ORDERS || limit < size) {
        return 0;
    }
    (void)merge_spare();
    for (unsigned o = order; o < PHYS_ORDERS; o++) {
        list_for_each(l, &free_runs[o]) {
            if (virt_to_phys(l) <= limit - size) {
                return run_take(link_pfn(l), o, order);
            }
        }
    }
    return 0;
}

uint64_t
phys_free_count(void)
{
    return free_pages;
}

uint64_t
phys_total_count(void)
{
    return total_pages;
}

uint64_t
phys_top(void)
{
    return phys_pages << MACH_PAGE_SHIFT;
}
