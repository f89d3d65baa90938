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

static inline void
user_access_begin(void)
{
}

static inline void
user_access_end(void)
{
}

static inline void
user_get128(uint64_t words[2], vm_address_t from)
{
    if (user_copy_from(words, from, 16) != 0) {
        words[0] = 0;
    }
}

#define user_put64(to, value, label)               \
    do {                                           \
        uint64_t up_value = (value);               \
                                                   \
        if (user_copy_to((to), &up_value, 8) != 0) { \
            goto label;                            \
        }                                          \
    } while (0)

#define user_put32(to, value, label)               \
    do {                                           \
        uint32_t up_value = (value);               \
                                                   \
        if (user_copy_to((to), &up_value, 4) != 0) { \
            goto label;                            \
        }                                          \
    } while (0)

#define user_move32(to, from, label)                             \
    do {                                                         \
        if (user_copy_from((void *)(uintptr_t)(to), (from), 4) != 0) { \
            goto label;                                          \
        }                                                        \
    } while (0)

static inline uint64_t
user_move64(vm_address_t to, vm_address_t from, uint64_t n)
{
    return user_copy_from((void *)(uintptr_t)to, from, n * 8) / 8;
}

#endif
