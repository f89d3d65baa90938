/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical pages: a buddy allocator over all of the machine's memory, reached
 * through the direct map (phys_to_virt() in <machine/pmap.h>).
 *
 * A run of order n is 1 << n pages, aligned to its size.  Contents are not
 * zeroed.  Nothing here waits, charges a ledger or panics on exhaustion.
 */
#ifndef BASE_PAGE_ALLOC_H
#define BASE_PAGE_ALLOC_H

#include <stdint.h>
#include <stddef.h>

#define PHYS_ORDERS 19 /* largest run: 1 << 18 pages, 1 GiB */
#define PHYS_NO_LIMIT (~0ull)

/*
 * At boot, once: pages below `top` may exist; state is one byte for each of
 * them, kept for ever.  Then ranges are added.
 */
void phys_setup(uint64_t top, uint8_t *state);
/* Give [start, end) to the allocator (rounded inwards to whole pages). */
void phys_add_range(uint64_t start, uint64_t end);

/* Physical address of a run of 1 << order pages; 0 when there is none. */
uint64_t phys_alloc(unsigned order);
/* The same, wholly below limit (DMA). */
uint64_t phys_alloc_below(unsigned order, uint64_t limit);
/* Any part of an allocated run may be freed by itself, as a smaller run. */
void phys_free(uint64_t phys, unsigned order);

uint64_t phys_free_count(void);  /* pages free now */
uint64_t phys_total_count(void); /* pages ever given to the allocator */
uint64_t phys_top(void);         /* one past the highest page's address */

#endif
