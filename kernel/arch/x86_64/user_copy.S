/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One word from or to user memory (machine/user_copy.h).  A fault at an instruction named in
 * .fixup continues at its partner (trap.c).
 */
#include "asm.h"

    .macro FIXUP at, to
    .pushsection .fixup, "a"
    .quad \at, \to
    .popsection
    .endm

    .text
    .globl user_load32
    .type user_load32, @function
user_load32:
    STAC
1:  mov (%rdi), %eax
    CLAC
    mov %eax, (%rsi)
    mov $1, %eax
    ret
2:  CLAC
    xor %eax, %eax
    ret
    FIXUP 1b, 2b
    .size user_load32, . - user_load32

    .globl user_store32
    .type user_store32, @function
user_store32:
    STAC
1:  mov %esi, (%rdi)
    CLAC
    mov $1, %eax
    ret
2:  CLAC
    xor %eax, %eax
    ret
    FIXUP 1b, 2b
    .size user_store32, . - user_store32
    .section .note.GNU-stack, "", @progbits
