/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Protections, inheritance, and flags of the memory calls.
 */
#ifndef MACH_VM_H
#define MACH_VM_H

#include <mach/types.h>

#define VM_PROT_NONE 0
#define VM_PROT_READ 1
#define VM_PROT_WRITE 2
#define VM_PROT_EXECUTE 4
#define VM_PROT_DEFAULT (VM_PROT_READ | VM_PROT_WRITE)
#define VM_PROT_ALL (VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXECUTE)

#define VM_INHERIT_SHARE 0u
#define VM_INHERIT_COPY 1u
#define VM_INHERIT_NONE 2u
#define VM_INHERIT_DEFAULT VM_INHERIT_COPY

/* Flags of vm_allocate and vm_map. */
#define VM_FLAGS_FIXED 0u         /* at *address exactly, or KERN_NO_SPACE */
#define VM_FLAGS_ANYWHERE 1u      /* first fit at or above *address */
#define VM_FLAGS_OVERWRITE 2u     /* with FIXED: replace what is there */
#define VM_FLAGS_TOP_DOWN 4u      /* with ANYWHERE: last fit below *address
                                     (0: below the end of the space) */

/* The space of every user task. */
#define VM_MIN_ADDRESS 0x1000ull            /* by FIXED */
#define VM_ANYWHERE_MIN 0x10000ull          /* by ANYWHERE */
#define VM_MAX_ADDRESS 0x00007fffffffe000ull /* exclusive */

/* vm_region. */
struct vm_region_basic_info {
    vm_prot_t protection;
    vm_prot_t max_protection;
    vm_inherit_t inheritance;
    boolean_t shared;
    boolean_t needs_copy;
    natural_t user_wired_count;
    memory_object_offset_t offset;
    uint64_t object_id; /* equal for mappings of one object; 0: none yet */
};
typedef struct vm_region_basic_info vm_region_basic_info_t;
_Static_assert(sizeof(vm_region_basic_info_t) == 40, "ABI");

struct vm_statistics {
    uint64_t pagesize;
    uint64_t free_count; /* pages */
    uint64_t active_count;
    uint64_t wire_count;
    uint64_t total_count;
    uint64_t zero_fill_count; /* events since boot */
    uint64_t faults;
    uint64_t cow_faults;
    uint64_t pageins;
    uint64_t pageouts;
};
typedef struct vm_statistics vm_statistics_t;

/* Memory objects. */
#define MEMORY_OBJECT_COPY_NONE 0
#define MEMORY_OBJECT_COPY_DELAY 2

#endif
