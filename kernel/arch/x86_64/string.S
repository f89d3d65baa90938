/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memcpy, memmove and memset by the string instructions: few instructions,
 * and eight bytes a step.
 */
    .text
    .globl memcpy
    .type memcpy, @function
memcpy:
    mov %rdi, %rax
    mov %rdx, %rcx
    shr $3, %rcx
    rep movsq
    mov %edx, %ecx
    and $7, %ecx
    rep movsb
    ret
    .size memcpy, . - memcpy

    .globl memmove
    .type memmove, @function
memmove:
    mov %rdi, %rax
    sub %rsi, %rax
    cmp %rdx, %rax              /* unsigned: to in (from, from + n)? */
    jae memcpy
    mov %rdi, %rax
    mov %rdx, %rcx
    lea -1(%rdi, %rdx), %rdi
    lea -1(%rsi, %rdx), %rsi
    std
    rep movsb
    cld
    ret
    .size memmove, . - memmove

    .globl memset
    .type memset, @function
memset:
    mov %rdi, %r8
    movzbl %sil, %eax
    movabs $0x0101010101010101, %rcx
    imul %rcx, %rax
    mov %rdx, %rcx
    shr $3, %rcx
    rep stosq
    mov %edx, %ecx
    and $7, %ecx
    rep stosb
    mov %r8, %rax
    ret
    .size memset, . - memset
    .section .note.GNU-stack, "", @progbits
