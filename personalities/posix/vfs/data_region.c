/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Growth of a file's memory.  Up to 4 KiB are on the heap, in steps; then
 * come regions of 16 KiB, 64 KiB, 256 KiB and 1 MiB, and then one that is
 * so large that it hardly ever has to move again.  It costs address space only, but page tables of its
 * own, which is why small files don't get it.  Moving copies what is in use.
 */
#include <stdlib.h>
#include <string.h>

#include "common/linux.h"
#include "vfs/data_region.h"

#define HUGE_REGION (1ull << 30)

static uint64_t
region_capacity(uint64_t size, bool huge)
{
    uint64_t capacity;

    if (!huge) {
        for (capacity = 16384; capacity <= 1u << 20; capacity *= 4) {
            if (size <= capacity) {
                return capacity;
            }
        }
    }
    for (capacity = HUGE_REGION; capacity < 2 * size; capacity *= 2) {
    }
    return capacity;
}

/* The contents move to a region with room for size bytes. */
static kern_return_t
region_move(struct vfs_data *d, uint64_t size, bool huge)
{
    uint64_t capacity = region_capacity(size, huge);
    uint8_t *base = memory_allocate(capacity);

    if (base == NULL) {
        return ERR(ENOSPC);
    }
    if (d->vd_region) {
        for (uint32_t i = 0; i < d->vd_pages.count; i++) {
            const struct extent *x = &d->vd_pages.list[i];

            memcpy(base + x->start * DATA_PAGE,
                   d->vd_base + x->start * DATA_PAGE,
                   (x->end - x->start) * DATA_PAGE);
        }
        memory_free(d->vd_base, d->vd_capacity);
    } else if (d->vd_base != NULL) {
        /* Its page stays charged. */
        if (!extents_add(&d->vd_pages, 0, 1)) {
            memory_free(base, capacity);
            return ERR(ENOSPC);
        }
        memcpy(base, d->vd_base, d->vd_capacity);
        free(d->vd_base);
    }
    d->vd_base = base;
    d->vd_capacity = capacity;
    d->vd_region = true;
    return KERN_SUCCESS;
}

static kern_return_t
heap_grow(struct vfs_data *d, uint64_t size)
{
    uint64_t capacity = d->vd_capacity == 0 ? 64 : d->vd_capacity;
    uint8_t *base;

    while (capacity < size) {
        capacity *= 2;
    }
    if (d->vd_base == NULL && !data_charge(1)) {
        return ERR(ENOSPC);
    }
    base = realloc(d->vd_base, capacity);
    if (base == NULL) {
        if (d->vd_base == NULL) {
            data_uncharge(1);
        }
        return ERR(ENOSPC);
    }
    memset(base + d->vd_capacity, 0, capacity - d->vd_capacity);
    d->vd_base = base;
    d->vd_capacity = capacity;
    return KERN_SUCCESS;
}

kern_return_t
data_reserve(struct vfs_data *d, uint64_t size)
{
    if (size <= d->vd_capacity) {
        return KERN_SUCCESS;
    }
    if (!d->vd_region && size <= DATA_PAGE) {
        return heap_grow(d, size);
    }
    if (d->vd_entry != MACH_PORT_NULL) {
        return ERR(ENOSPC);
    }
    return region_move(d, size, false);
}

/* A client may touch every page up to the end and change it, so that all of
 * them count as used from now on. */
static kern_return_t
map_charge(struct vfs_data *d)
{
    uint64_t pages = (d->vd_size + DATA_PAGE - 1) / DATA_PAGE;
    uint64_t missing = extents_missing(&d->vd_pages, 0, pages);

    if (!data_charge(missing)) {
        return ERR(ENOSPC);
    }
    if (!extents_add(&d->vd_pages, 0, pages)) {
        data_uncharge(missing);
        return ERR(ENOMEM);
    }
    return KERN_SUCCESS;
}

kern_return_t
data_map(struct vfs_data *d, vm_prot_t protection, mach_port_t *entry)
{
    kern_return_t kr = KERN_SUCCESS;

    if (!d->vd_region || d->vd_capacity < HUGE_REGION ||
        d->vd_capacity < d->vd_size) {
        if (d->vd_entry != MACH_PORT_NULL) {
            return ERR(ENOMEM);
        }
        kr = region_move(d, d->vd_size, true);
    }
    if (kr == KERN_SUCCESS) {
        kr = map_charge(d);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (d->vd_entry == MACH_PORT_NULL) {
        d->vd_entry = memory_entry(d->vd_base, d->vd_capacity);
        if (d->vd_entry == MACH_PORT_NULL) {
            return ERR(ENOMEM);
        }
    }
    *entry = memory_entry_restrict(d->vd_entry, d->vd_capacity, protection);
    return *entry != MACH_PORT_NULL ? KERN_SUCCESS : ERR(ENOMEM);
}
