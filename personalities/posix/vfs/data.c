/* SPDX-License-Identifier: BSD-2-Clause */
/* File contents, see data.h: reading, writing, the RAM disk's limit. */
#include <stdlib.h>
#include <string.h>

#include "common/linux.h"
#include "vfs/data.h"
#include "vfs/data_region.h"

uint64_t data_limit = ~0ull, data_used;

bool
data_charge(uint64_t pages)
{
    if (pages > data_limit - data_used) {
        return false;
    }
    data_used += pages;
    return true;
}

void
data_uncharge(uint64_t pages)
{
    data_used -= pages;
}

uint64_t
data_pages(const struct vfs_data *d)
{
    if (d->vd_region) {
        return d->vd_pages.pages;
    }
    return d->vd_base != NULL ? 1 : 0;
}

/* What lies in holes is not touched, it would get memory by that. */
uint64_t
data_read(const struct vfs_data *d, uint64_t offset, void *buffer,
          uint64_t count)
{
    uint8_t *out = buffer;
    uint64_t done = 0;

    if (offset >= d->vd_size) {
        return 0;
    }
    if (count > d->vd_size - offset) {
        count = d->vd_size - offset;
    }
    if (!d->vd_region) {
        uint64_t present = 0;

        if (offset < d->vd_capacity) {
            present = d->vd_capacity - offset;
            present = present < count ? present : count;
            memcpy(out, d->vd_base + offset, present);
        }
        memset(out + present, 0, count - present);
        return count;
    }
    while (done < count) {
        uint64_t at = offset + done;
        const struct extent *x = extents_at(&d->vd_pages, at / DATA_PAGE);
        bool hole = x == NULL || x->start * DATA_PAGE > at;
        uint64_t end = x == NULL ? d->vd_size :
                       hole ? x->start * DATA_PAGE : x->end * DATA_PAGE;
        uint64_t n = end - at;

        n = n < count - done ? n : count - done;
        if (hole) {
            memset(out + done, 0, n);
        } else {
            memcpy(out + done, d->vd_base + at, n);
        }
        done += n;
    }
    return count;
}

/* Gives memory to the pages of [offset, end); returns how far it went. */
static uint64_t
data_populate(struct vfs_data *d, uint64_t offset, uint64_t end)
{
    uint64_t first = offset / DATA_PAGE;
    uint64_t last = (end + DATA_PAGE - 1) / DATA_PAGE;
    uint64_t missing = extents_missing(&d->vd_pages, first, last);

    if (!data_charge(missing)) {
        while (first < last) {
            if (extents_missing(&d->vd_pages, first, first + 1) != 0) {
                if (!data_charge(1)) {
                    break;
                }
                if (!extents_add(&d->vd_pages, first, first + 1)) {
                    data_uncharge(1);
                    break;
                }
            }
            first++;
        }
        end = end < first * DATA_PAGE ? end : first * DATA_PAGE;
        return end > offset ? end : offset;
    }
    if (!extents_add(&d->vd_pages, first, last)) {
        data_uncharge(missing);
        return offset;
    }
    return end;
}

/* Before the file grows: nothing that a client wrote behind the end through
 * a mapping may appear. */
static void
data_clear_tail(struct vfs_data *d)
{
    uint64_t tail = d->vd_size % DATA_PAGE;

    if (d->vd_entry != MACH_PORT_NULL && tail != 0 &&
        extents_missing(&d->vd_pages, d->vd_size / DATA_PAGE,
                        d->vd_size / DATA_PAGE + 1) == 0) {
        memset(d->vd_base + d->vd_size, 0, DATA_PAGE - tail);
    }
}

kern_return_t
data_write(struct vfs_data *d, uint64_t offset, const void *buffer,
           uint64_t count, uint64_t *written)
{
    uint64_t end = offset + count;
    kern_return_t kr;

    if (offset >= DATA_SIZE_MAX) {
        return ERR(EFBIG);
    }
    if (end > DATA_SIZE_MAX) {
        end = DATA_SIZE_MAX;
    }
    if (count == 0) {
        *written = 0;
        return KERN_SUCCESS;
    }
    kr = data_reserve(d, end);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (d->vd_region) {
        uint64_t reached = data_populate(d, offset, end);

        if (reached == offset) {
            return ERR(ENOSPC);
        }
        end = reached;
    }
    if (end > d->vd_size) {
        data_clear_tail(d);
        d->vd_size = end;
    }
    memcpy(d->vd_base + offset, buffer, end - offset);
    *written = end - offset;
    return KERN_SUCCESS;
}

static void
data_shrink(struct vfs_data *d, uint64_t size)
{
    uint64_t keep = (size + DATA_PAGE - 1) / DATA_PAGE;
    uint64_t tail = size % DATA_PAGE;

    if (!d->vd_region) {
        if (size < d->vd_capacity) {
            memset(d->vd_base + size, 0, d->vd_capacity - size);
        }
        return;
    }
    if (tail != 0 && extents_missing(&d->vd_pages, keep - 1, keep) == 0) {
        memset(d->vd_base + size, 0, DATA_PAGE - tail);
    }
    for (;;) {
        const struct extent *x = extents_at(&d->vd_pages, keep);
        uint64_t start, end;

        if (x == NULL) {
            break;
        }
        start = x->start > keep ? x->start : keep;
        end = x->end;
        memory_discard(d->vd_base + start * DATA_PAGE,
                       (end - start) * DATA_PAGE);
        data_uncharge(extents_remove(&d->vd_pages, start, end));
    }
}

kern_return_t
data_truncate(struct vfs_data *d, uint64_t size)
{
    if (size > DATA_SIZE_MAX) {
        return ERR(EFBIG);
    }
    if (size == 0 && d->vd_entry == MACH_PORT_NULL) {
        data_free(d);
        return KERN_SUCCESS;
    }
    if (size < d->vd_size) {
        data_shrink(d, size);
    } else if (size > d->vd_size) {
        data_clear_tail(d);
    }
    d->vd_size = size;
    return KERN_SUCCESS;
}

uint64_t
data_seek(const struct vfs_data *d, uint64_t offset, bool hole)
{
    uint64_t result;

    if (!d->vd_region) {
        bool has = d->vd_base != NULL && offset < d->vd_capacity;

        return has != hole ? offset : d->vd_size;
    }
    result = offset;
    for (;;) {
        const struct extent *x = extents_at(&d->vd_pages, result / DATA_PAGE);
        bool in_hole = x == NULL || x->start * DATA_PAGE > result;

        if (in_hole == hole) {
            break;
        }
        if (x == NULL) {
            return d->vd_size;
        }
        result = hole ? x->end * DATA_PAGE : x->start * DATA_PAGE;
    }
    return result < d->vd_size ? result : d->vd_size;
}

void
data_free(struct vfs_data *d)
{
    data_uncharge(data_pages(d));
    if (d->vd_region) {
        memory_free(d->vd_base, d->vd_capacity);
    } else {
        free(d->vd_base);
    }
    memory_entry_free(d->vd_entry);
    extents_free(&d->vd_pages);
    memset(d, 0, sizeof(*d));
}
