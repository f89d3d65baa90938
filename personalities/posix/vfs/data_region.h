/* SPDX-License-Identifier: BSD-2-Clause */
/* How the memory behind a file's contents grows. */
#ifndef VFS_DATA_REGION_H
#define VFS_DATA_REGION_H

#include "vfs/data.h"
#include "vfs/memory.h"

/* Address space (not yet memory) for the first size bytes. */
kern_return_t data_reserve(struct vfs_data *d, uint64_t size);

#endif
