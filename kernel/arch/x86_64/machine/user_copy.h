/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine contract: copies between kernel memory and the address space that
 * is loaded now.
 *
 * They never resolve a miss: on a page that is not there, or does not allow
 * the access, they stop.  Returns: the number of bytes NOT copied (0: all
 * done); bytes before the one that failed have been copied, and the failing
 * address is from + size - result (to + ... for the other direction).  The caller has checked that the
 * range lies in user space.  vm's copyin and copyout are built on these.
 */
#ifndef MACHINE_USER_COPY_H
#define MACHINE_USER_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <mach/types.h>

size_t user_copy_from(void *to, vm_address_t from, size_t size);
size_t user_copy_to(vm_address_t to, const void *from, size_t size);
/* One aligned 32-bit word; false on a miss. */
bool user_load32(vm_address_t from, uint32_t *out);
bool user_store32(vm_address_t to, uint32_t value);

#endif
