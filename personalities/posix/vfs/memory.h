/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory that file contents are made of: anonymous memory of this task,
 * which can be shared with others as memory entries.  (The host tests have
 * another memory.c.)
 */
#ifndef VFS_MEMORY_H
#define VFS_MEMORY_H

#include <mach/types.h>
#include <mach/vm.h>

/* Zero-filled, page-aligned, using memory only where it is touched. NULL:
 * there is no room. */
void *memory_allocate(uint64_t size);
void memory_free(void *base, uint64_t size);
/* Zero whole pages and give their memory back. */
void memory_discard(void *base, uint64_t size);
/* A memory entry for all of it; 0 when there is none to be had. */
mach_port_t memory_entry(void *base, uint64_t size);
/* A weaker right to the same memory: a name with one send reference. */
mach_port_t memory_entry_restrict(mach_port_t entry, uint64_t size,
                                  vm_prot_t protection);
void memory_entry_free(mach_port_t entry);
/* Bytes of memory of the machine. */
uint64_t memory_total(void);
/* Random bytes that seed the generator. */
void memory_entropy(void *buffer, uint32_t size);

#endif
