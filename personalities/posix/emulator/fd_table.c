/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The descriptor table as a data structure: no rights, no locks, no traps.
 */
#include "fd.h"

int
fd_table_lowest(struct fd_table *t, uint32_t from)
{
    uint32_t n = from > t->lowest ? from : t->lowest;

    while (n < t->limit && n < FD_MAX && t->entries[n].kind != KIND_FREE) {
        n++;
    }
    if (from <= t->lowest) {
        t->lowest = n;
    }
    return n < t->limit && n < FD_MAX ? (int)n : -1;
}

void
fd_table_set(struct fd_table *t, int fd, struct fd entry)
{
    t->entries[fd] = entry;
    if ((uint32_t)fd >= t->high) {
        t->high = (uint32_t)fd + 1;
    }
    if ((uint32_t)fd == t->lowest) {
        t->lowest++;
    }
}

struct fd
fd_table_clear(struct fd_table *t, int fd)
{
    struct fd old = t->entries[fd];

    t->entries[fd] = (struct fd){0};
    if ((uint32_t)fd < t->lowest) {
        t->lowest = (uint32_t)fd;
    }
    if ((uint32_t)fd + 1 == t->high) {
        while (t->high > 0 && t->entries[t->high - 1].kind == KIND_FREE) {
            t->high--;
        }
    }
    return old;
}
