/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contiguous memory for DMA as a memory entry.
 */
#ifndef KERN_MEMORY_DMA_H
#define KERN_MEMORY_DMA_H

#include <ipc/ipc.h>

/*
 * size is rounded up to whole pages, alignment is a power of two or 0, and
 * every byte lies below limit (0: anywhere).  The memory is zeroed, charged to l,
 * and goes back when the last mapping and the entry are gone.
 */
kern_return_t memory_entry_dma(uint64_t size, uint64_t alignment,
                               uint64_t limit, struct ledger *l,
                               struct ipc_port **out, uint64_t *physical);

#endif
