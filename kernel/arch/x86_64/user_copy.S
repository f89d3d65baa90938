/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User copies (machine/user_copy.h).  A fault at an instruction named in
 * .fixup continues at its partner (trap.c).
 */
#include "asm.h"

    .macro FIXUP at, to
    .pushsection .fixup, "a"
    .quad \at, \to
    .popsection
    .endm

    .text
    .globl user_copy_from
    .type user_copy_from, @function
user_copy_from:
    .globl user_copy_to
    .type user_copy_to, @function
user_copy_to:
    STAC
    mov %rdx, %rcx
    shr $3, %rcx
1:  rep movsq
    mov %edx, %ecx
    and $7, %ecx
2:  rep movsb
    CLAC
    xor %eax, %eax
    ret
3:  and $7, %edx                /* rcx words and the tail are left */
    lea (%rdx, %rcx, 8), %rax
    CLAC
    ret
4:  mov %rcx, %rax
    CLAC
    ret
    FIXUP 1b, 3b
    FIXUP 2b, 4b
    .size user_copy_to, . - user_copy_to
    .size user_copy_from, . - user_copy_from

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
