/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scalar types of the Mach interface.  64-bit native: addresses, sizes and
 * offsets are 64 bits wide, port names 32 bits.
 */
#ifndef MACH_TYPES_H
#define MACH_TYPES_H

#include <stdint.h>
#include <stddef.h>

#ifdef __cplusplus
#define _Static_assert static_assert
#endif

typedef int32_t kern_return_t;
typedef int32_t integer_t;
typedef uint32_t natural_t;
typedef int32_t boolean_t;
typedef uint64_t vm_address_t;
typedef uint64_t vm_offset_t;
typedef uint64_t vm_size_t;
typedef vm_offset_t pointer_t; /* the address of out-of-line data */
typedef vm_address_t mach_vm_address_t;
typedef vm_size_t mach_vm_size_t;
typedef vm_offset_t memory_object_offset_t;
typedef int32_t vm_prot_t;
typedef uint32_t vm_inherit_t;

/* A port name: valid in one task's space only. */
typedef uint32_t mach_port_name_t;
typedef mach_port_name_t mach_port_t;
typedef uint32_t mach_port_right_t;
typedef uint32_t mach_port_type_t;
typedef uint32_t mach_port_urefs_t;
typedef int32_t mach_port_delta_t;
typedef uint32_t mach_port_mscount_t;
typedef uint32_t mach_port_seqno_t;
typedef uint32_t mach_port_rights_t;

#ifndef TRUE
#define TRUE 1
#define FALSE 0
#endif

#define MACH_PAGE_SIZE 4096ull
#define MACH_PAGE_SHIFT 12

#endif
