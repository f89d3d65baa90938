/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contents of a regular file.
 *
 *   empty    vd_base NULL
 *   heap     vd_region false: malloc'ed, at most 4 KiB; counts as one page
 *   region   vd_region true: anonymous memory of vd_capacity bytes; vd_pages
 *            says which pages are in use, the others are holes and
 *            have never been touched (or were discarded)
 *   mapped   vd_entry set: a region that clients may have mapped.  It has address space to grow in,
 *            because it can't move any more.
 *
 * Bytes behind vd_size are zero (clients that write behind the end
 * of a mapped file see them zeroed when the file grows).
 * All memory is charged to the RAM disk's limit first.
 */
#ifndef VFS_DATA_H
#define VFS_DATA_H

#include <mach/types.h>

#include "vfs/extents.h"

struct vfs_data {
    uint64_t vd_size;     /* of the file, bytes */
    uint8_t *vd_base;
    uint64_t vd_capacity; /* bytes at vd_base */
    bool vd_region;
    mach_port_t vd_entry; /* all of the region, all accesses */
    struct extents vd_pages;
};

#define DATA_PAGE 4096ull
#define DATA_SIZE_MAX (1ull << 40)

/* The RAM disk's limit and use, in pages. */
extern uint64_t data_limit, data_used;
bool data_charge(uint64_t pages);
void data_uncharge(uint64_t pages);

/* Bytes read, at most count; 0 at and behind the end. */
uint64_t data_read(const struct vfs_data *d, uint64_t offset, void *buffer,
                   uint64_t count);
/* *written <= count; an error only when nothing was written. */
kern_return_t data_write(struct vfs_data *d, uint64_t offset,
                         const void *buffer, uint64_t count,
                         uint64_t *written);
kern_return_t data_truncate(struct vfs_data *d, uint64_t size);
/* A memory entry with one send reference for the caller. */
kern_return_t data_map(struct vfs_data *d, vm_prot_t protection,
                       mach_port_t *entry);
/* Next byte that is data (or hole) at or behind offset; the file's size when
 * there is none. */
uint64_t data_seek(const struct vfs_data *d, uint64_t offset, bool hole);
/* Pages that it is charged for. */
uint64_t data_pages(const struct vfs_data *d);
void data_free(struct vfs_data *d);

#endif
