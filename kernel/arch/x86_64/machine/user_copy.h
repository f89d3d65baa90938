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

/* A number of words. */
static inline size_t
user_copy_words(void *to, const void *from, size_t words)
{
    __asm__ volatile(USER_ACCESS(1)
                     "1: rep movsq\n"
                     "2:\n\t" USER_ACCESS(0)
                     ".pushsection .fixup, \"a\"\n\t"
                     ".quad 1b, 2b\n\t"
                     ".popsection"
                     : "+&c"(words), "+&D"(to), "+&S"(from)
                     :
                     : "memory");
    return words * 8;
}

static inline size_t
user_copy_32(void *to, const void *from, size_t size)
{
    size_t left = size >> 3;

    __asm__ volatile(USER_ACCESS(1)
                     "1: rep movsq\n\t"
                     "testb $4, %b3\n\t"
                     "jz 3f\n\t"
                     "inc %%ecx\n"
                     "2: movsl\n\t"
                     "dec %%ecx\n"
                     "3:\n\t" USER_ACCESS(0)
                     ".pushsection .fixup, \"a\"\n\t"
                     ".quad 1b, 3b, 2b, 3b\n\t"
                     ".popsection"
                     : "+&c"(left), "+&D"(to), "+&S"(from)
                     : "r"(size)
                     : "memory", "cc");
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

    if (__builtin_constant_p(size) && size % 8 == 0) {
        return user_copy_words(to, p, size / 8);
    }
    return __builtin_constant_p(size) && size == 4
               ? user_copy_word(to, p)
               : user_copy(to, p, size);
}

static inline size_t
user_copy_to(vm_address_t to, const void *from, size_t size)
{
    void *p = (void *)(uintptr_t)to;

    if (__builtin_constant_p(size) && size % 8 == 0) {
        return user_copy_words(p, from, size / 8);
    }
    return __builtin_constant_p(size) && size == 4
               ? user_copy_word(p, from)
               : user_copy(p, from, size);
}

/* A number of 32-bit words; how much was copied before a miss is not told: the
 * result is 0 or not. */
static inline size_t
user_copy_from_32(void *to, vm_address_t from, size_t size)
{
    return user_copy_32(to, (const void *)(uintptr_t)from, size);
}

static inline size_t
user_copy_to_32(vm_address_t to, const void *from, size_t size)
{
    return user_copy_32((void *)(uintptr_t)to, from, size);
}

/* One aligned 32-bit word; false on a miss. */
bool user_load32(vm_address_t from, uint32_t *out);
bool user_store32(vm_address_t to, uint32_t value);

/*
 * The same in line, for paths that count instructions; between begin and end,
 * where nothing else is called.
 *   user_get128(words, from)  two words; words[0] is 0 after a miss
 *   user_put64(to, value, label), user_put32()  a miss goes to the label
 *   user_move32(to, from, label)  half a word likewise
 *   user_move64(to, from, n, label)  n words, from user memory to user memory
 *                             (or a window)
 */
#define USER_SMAP_SITE(kind)                             \
    __asm__ volatile(".byte 0x0f, 0x1f, 0x00\n"          \
                     ".pushsection .smap_sites, \"a\"\n" \
                     ".quad 777f - 3, " kind "\n"        \
                     ".popsection\n777:" : : : "memory")
#define USER_FIXUP(at, to) \
    ".pushsection .fixup, \"a\"\n.quad " at ", " to "\n.popsection\n"

static inline void
user_access_begin(void)
{
    USER_SMAP_SITE("1");
}

static inline void
user_access_end(void)
{
    USER_SMAP_SITE("0");
}

static inline __attribute__((always_inline)) void
user_get128(uint64_t words[2], vm_address_t from)
{
    __asm__ volatile("1: mov (%2), %0\n"
                     "2: mov 8(%2), %1\n"
                     "3:\n"
                     ".pushsection .text.unlikely, \"ax\"\n"
                     "4: xor %k0, %k0\n"
                     "jmp 3b\n"
                     ".popsection\n"
                     USER_FIXUP("1b", "4b")
                     USER_FIXUP("2b", "4b")
                     : "=&r"(words[0]), "=&r"(words[1])
                     : "r"(from)
                     : "memory");
}

#define user_put64(to, value, label)                          \
    __asm__ volatile goto("1: movq %1, %0\n"                      \
                          USER_FIXUP("1b", "%l[" #label "]")      \
                          : : "m"(*(uint64_t *)(uintptr_t)(to)),  \
                              "er"(value) : "memory" : label)

#define user_put32(to, value, label)                          \
    __asm__ volatile goto("1: movl %1, %0\n"                      \
                          USER_FIXUP("1b", "%l[" #label "]")      \
                          : : "m"(*(uint32_t *)(uintptr_t)(to)),  \
                              "ir"(value) : "memory" : label)

#define user_move32(to, from, label)                              \
    __asm__ volatile goto("1: movl %1, %%eax\n"                   \
                          "2: movl %%eax, %0\n"                   \
                          USER_FIXUP("1b", "%l[" #label "]")      \
                          USER_FIXUP("2b", "%l[" #label "]")      \
                          : : "m"(*(uint32_t *)(uintptr_t)(to)),  \
                              "m"(*(uint32_t *)(uintptr_t)(from)) \
                          : "memory", "rax" : label)

#define user_move64(to, from, n, label)                                   \
    do {                                                                  \
        vm_address_t um_to = (to), um_from = (from);                      \
        uint64_t um_n = (n);                                              \
                                                                          \
        __asm__ volatile goto("1: rep movsq\n"                            \
                              USER_FIXUP("1b", "%l[" #label "]")          \
                              : "+D"(um_to), "+S"(um_from), "+c"(um_n)    \
                              : : "memory" : label);                      \
    } while (0)

#endif
