/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host arch layer: copies by the translations of host_current_pmap().
 */
#ifndef MACHINE_USER_COPY_H
#define MACHINE_USER_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <mach/types.h>

struct pmap;

size_t user_copy_from(void *to, vm_address_t from, size_t size);
size_t user_copy_to(vm_address_t to, const void *from, size_t size);
struct pmap *host_current_pmap(void); /* the test defines it */

#endif
