/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which pages of a file have memory: a sorted array of ranges that neither
 * overlap nor touch.
 */
#ifndef VFS_EXTENTS_H
#define VFS_EXTENTS_H

#include <stdbool.h>
#include <stdint.h>

struct extent {
    uint64_t start, end; /* pages, end exclusive */
};

struct extents {
    struct extent *list;
    uint32_t count, room;
    uint64_t pages; /* in all extents */
};

/* Pages of [start, end) that are not in any extent. */
uint64_t extents_missing(const struct extents *x, uint64_t start,
                         uint64_t end);
/* false: no memory, nothing changed. */
bool extents_add(struct extents *x, uint64_t start, uint64_t end);
/* Returns the number of pages taken out, or ~0 when there was no memory to
 * split an extent (nothing changed). */
uint64_t extents_remove(struct extents *x, uint64_t start, uint64_t end);
/* The first extent that ends after page, or NULL. */
const struct extent *extents_at(const struct extents *x, uint64_t page);
void extents_free(struct extents *x);

#endif
