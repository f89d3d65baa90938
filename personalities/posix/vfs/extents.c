/* SPDX-License-Identifier: BSD-2-Clause */
/* Ranges of pages, see extents.h. */
#include <stdlib.h>
#include <string.h>

#include "vfs/extents.h"

/* Index of the first extent with end > page. */
static uint32_t
extents_search(const struct extents *x, uint64_t page)
{
    uint32_t low = 0, high = x->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (x->list[middle].end > page) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

const struct extent *
extents_at(const struct extents *x, uint64_t page)
{
    uint32_t i = extents_search(x, page);

    return i < x->count ? &x->list[i] : NULL;
}

/* Pages of [start, end) that are in extents. */
static uint64_t
extents_present(const struct extents *x, uint64_t start, uint64_t end)
{
    uint64_t present = 0;

    for (uint32_t i = extents_search(x, start);
         i < x->count && x->list[i].start < end; i++) {
        uint64_t low = x->list[i].start > start ? x->list[i].start : start;
        uint64_t high = x->list[i].end < end ? x->list[i].end : end;

        present += high - low;
    }
    return present;
}

uint64_t
extents_missing(const struct extents *x, uint64_t start, uint64_t end)
{
    return end - start - extents_present(x, start, end);
}

static bool
extents_make_room(struct extents *x)
{
    uint32_t room = x->room == 0 ? 2 : x->room * 2;
    struct extent *list;

    if (x->count < x->room) {
        return true;
    }
    list = realloc(x->list, room * sizeof(*list));
    if (list == NULL) {
        return false;
    }
    x->list = list;
    x->room = room;
    return true;
}

bool
extents_add(struct extents *x, uint64_t start, uint64_t end)
{
    uint64_t missing;
    uint32_t first, last;

    if (start >= end) {
        return true;
    }
    missing = extents_missing(x, start, end);
    /* Those that overlap or touch: [first, last). */
    first = start == 0 ? 0 : extents_search(x, start - 1);
    last = first;
    while (last < x->count && x->list[last].start <= end) {
        last++;
    }
    if (first == last) {
        if (!extents_make_room(x)) {
            return false;
        }
        memmove(&x->list[first + 1], &x->list[first],
                (x->count - first) * sizeof(*x->list));
        x->list[first] = (struct extent){ start, end };
        x->count++;
    } else {
        if (x->list[first].start < start) {
            start = x->list[first].start;
        }
        if (x->list[last - 1].end > end) {
            end = x->list[last - 1].end;
        }
        x->list[first] = (struct extent){ start, end };
        memmove(&x->list[first + 1], &x->list[last],
                (x->count - last) * sizeof(*x->list));
        x->count -= last - first - 1;
    }
    x->pages += missing;
    return true;
}

uint64_t
extents_remove(struct extents *x, uint64_t start, uint64_t end)
{
    uint64_t removed = extents_present(x, start, end);
    uint32_t i = extents_search(x, start);

    if (removed == 0) {
        return 0;
    }
    if (x->list[i].start < start && x->list[i].end > end) {
        if (!extents_make_room(x)) {
            return ~0ull;
        }
        memmove(&x->list[i + 1], &x->list[i],
                (x->count - i) * sizeof(*x->list));
        x->count++;
        x->list[i].end = start;
        x->list[i + 1].start = end;
        x->pages -= removed;
        return removed;
    }
    if (x->list[i].start < start) {
        x->list[i].end = start;
        i++;
    }
    while (i < x->count && x->list[i].end <= end) {
        memmove(&x->list[i], &x->list[i + 1],
                (x->count - i - 1) * sizeof(*x->list));
        x->count--;
    }
    if (i < x->count && x->list[i].start < end) {
        x->list[i].start = end;
    }
    x->pages -= removed;
    return removed;
}

void
extents_free(struct extents *x)
{
    free(x->list);
    memset(x, 0, sizeof(*x));
}
