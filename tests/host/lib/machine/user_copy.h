/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host arch layer: copies by the translations of host_current_pmap().
 *
 * Whether user memory may be touched is kept as the processor keeps it: single
 * words only between user_access_begin() and user_access_end().
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
#define user_copy_from_32 user_copy_from
#define user_copy_to_32 user_copy_to
struct pmap *host_current_pmap(void); /* the test defines it */

extern bool host_user_access; /* it may be touched */
void host_must(bool right);

static inline void
user_access_begin(void)
{
    host_user_access = true;
}

static inline void
user_access_end(void)
{
    host_user_access = false;
}

static inline size_t
host_word_from(void *to, vm_address_t from, size_t size)
{
    size_t left;

    host_must(host_user_access);
    left = user_copy_from(to, from, size);
    host_user_access = true;
    return left;
}

static inline size_t
host_word_to(vm_address_t to, const void *from, size_t size)
{
    size_t left;

    host_must(host_user_access);
    left = user_copy_to(to, from, size);
    host_user_access = true;
    return left;
}

static inline void
user_get128(uint64_t words[2], vm_address_t from)
{
    if (host_word_from(words, from, 16) != 0) {
        words[0] = 0;
    }
}

#define user_put64(to, value, label)               \
    do {                                           \
        uint64_t up_value = (value);               \
                                                   \
        if (host_word_to((to), &up_value, 8) != 0) { \
            goto label;                            \
        }                                          \
    } while (0)

#define user_put32(to, value, label)               \
    do {                                           \
        uint32_t up_value = (value);               \
                                                   \
        if (host_word_to((to), &up_value, 4) != 0) { \
            goto label;                            \
        }                                          \
    } while (0)

#define user_move32(to, from, label)                             \
    do {                                                         \
        if (host_word_from((void *)(uintptr_t)(to), (from), 4) != 0) { \
            goto label;                                          \
        }                                                        \
    } while (0)

#define user_move64(to, from, n, label)                                \
    do {                                                               \
        if (host_word_from((void *)(uintptr_t)(to), (from), (n) * 8)   \
            != 0) {                                                    \
            goto label;                                                \
        }                                                              \
    } while (0)

#endif
