/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine contract: copies between kernel memory and the address space that
 * is loaded now.
 *
 * They never resolve a miss: on a page that is not there, or does not allow
 * the access, they stop.  Returns: the number of bytes NOT copied (0: all
 * done); bytes before the one that failed have been copied, and the failing
 * address is from + size - result (to + ... for the other direction).  The
 * caller has checked that the range lies in user space.  vm's copyin and
 * copyout are built on these.
 *
 * In line, since a call would cost more than a short copy.  A fault at an
 * instruction named in .fixup continues at its partner (trap.c).
 */
#ifndef MACHINE_USER_COPY_H
#define MACHINE_USER_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <mach/types.h>

/* A place for CLAC (0) or STAC (1), as in asm.h. */
#define USER_ACCESS(on)                     \
    ".byte 0x0f, 0x1f, 0x00\n\t"            \
    ".pushsection .smap_sites, \"a\"\n\t"   \
    ".quad 777f - 3, " #on "\n\t"           \
    ".popsection\n"                         \
    "777:\n\t"

static inline size_t
user_copy(void *to, const void *from, size_t size)
{
    size_t left = size >> 3, tail = size & 7;

    __asm__ volatile(USER_ACCESS(1)
                     "1: rep movsq\n\t"
                     "mov %k3, %%ecx\n"
                     "2: rep movsb\n"
                     "3:\n\t" USER_ACCESS(0)
                     ".pushsection .text.unlikely, \"ax\"\n"
                     /* rcx words and the tail are left */
                     "4: lea (%3, %%rcx, 8), %%rcx\n\t"
                     "jmp 3b\n\t"
                     ".popsection\n\t"
                     ".pushsection .fixup, \"a\"\n\t"
                     ".quad 1b, 4b, 2b, 3b\n\t"
                     ".popsection"
                     : "+&c"(left), "+&D"(to), "+&S"(from)
                     : "r"(tail)
                     : "memory");
    return left;
}

/* 4 bytes. */
static inline size_t
user_copy_word(void *to, const void *from)
{
    size_t left = 4;
    uint32_t word;

    __asm__ volatile(USER_ACCESS(1)
                     "1: mov (%3), %1\n"
                     "2: mov %1, (%2)\n\t"
                     "xor %k0, %k0\n"
                     "3:\n\t" USER_ACCESS(0)
                     ".pushsection .fixup, \"a\"\n\t"
                     ".quad 1b, 3b, 2b, 3b\n\t"
                     ".popsection"
                     : "+&r"(left), "=&r"(word)
                     : "r"(to), "r"(from)
                     : "memory");
    return left;
}

static inline size_t
user_copy_from(void *to, vm_address_t from, size_t size)
{
    const void *p = (const void *)(uintptr_t)from;

    return __builtin_constant_p(size) && size == 4
               ? user_copy_word(to, p)
               : user_copy(to, p, size);
}

static inline size_t
user_copy_to(vm_address_t to, const void *from, size_t size)
{
    void *p = (void *)(uintptr_t)to;

    return __builtin_constant_p(size) && size == 4
               ? user_copy_word(p, from)
               : user_copy(p, from, size);
}

/* One aligned 32-bit word; false on a miss. */
bool user_load32(vm_address_t from, uint32_t *out);
bool user_store32(vm_address_t to, uint32_t value);

#endif
