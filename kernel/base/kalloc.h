/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel memory: a general allocator over slabs and page runs.
 */
#ifndef BASE_KALLOC_H
#define BASE_KALLOC_H

#include <stddef.h>
#include <stdint.h>
#include <base/ledger.h>
#include <mach/host_info.h>

/*
 * Zeroed memory, 16-byte aligned (page-aligned from 4096 up), charged to l
 * (NULL: not charged; boot and caches only).  NULL when the ledger or the machine has none: never waits, never panics.
 * The caller remembers size and ledger for kfree().
 */
void *kalloc(size_t size, struct ledger *l);
void kfree(void *p, size_t size, struct ledger *l);

void kalloc_setup(void);
uint64_t kalloc_in_use(void); /* bytes handed out now */
/* Of slab class c; false: there are not so many. */
bool kalloc_class_info(unsigned c, slab_info_t *out);

#endif
