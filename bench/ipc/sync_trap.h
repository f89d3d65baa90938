/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps of synchronous IPC for the rows that measure them.
 */
#ifndef BENCH_SYNC_TRAP_H
#define BENCH_SYNC_TRAP_H

#include <mach/sync_user.h>
#include <mach/traps.h>

/* The trap with everything in registers, as a stub would have it. */
static inline __attribute__((always_inline)) int64_t
sync_trap_fast(unsigned number, uint64_t name, uint64_t *tag)
{
    int64_t result = -(int64_t)number;
    uint64_t word = 0;
    register uint64_t r10 __asm__("r10") = 1;
    register uint64_t r8 __asm__("r8") = 2;
    register uint64_t r9 __asm__("r9") = 3;

    if (__builtin_constant_p(*tag) && *tag == 0) { /* no words to load */
        __asm__ volatile("syscall"
                         : "+a"(result), "+D"(name), "+S"(*tag)
                         :
                         : "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11",
                           "r12", "r13", "r14", "r15", "memory", "cc");
        return result;
    }
    __asm__ volatile("syscall"
                     : "+a"(result), "+D"(name), "+S"(*tag), "+d"(word),
                       "+r"(r10), "+r"(r8), "+r"(r9)
                     :
                     : "rbx", "rcx", "r11", "r12", "r13", "r14", "r15",
                       "memory", "cc");
    return result;
}

#endif
