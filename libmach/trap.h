/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SYSCALL instruction with up to six arguments (see <mach/traps.h>).
 */
#ifndef LIBMACH_TRAP_H
#define LIBMACH_TRAP_H

#include <stdint.h>
#include <mach/traps.h>

/* The second result (rdx) goes to *second unless that is NULL. */
static inline uint64_t
trap_call2(unsigned number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
           uint64_t e, uint64_t f, uint64_t *second)
{
    uint64_t result = -(uint64_t)number;
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    register uint64_t r9 __asm__("r9") = f;

    __asm__ volatile("syscall"
                     : "+a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(r10),
                       "+r"(r8), "+r"(r9)
                     :
                     : "rcx", "r11", "memory", "cc");
    if (second != NULL) {
        *second = c;
    }
    return result;
}

static inline uint64_t
trap_call(unsigned number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
          uint64_t e, uint64_t f)
{
    return trap_call2(number, a, b, c, d, e, f, NULL);
}

#endif
