/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sync_trap: a message from a structure into the registers, and back.
 */
#define M_TAG 0
#define M_WORD(n) (8 + 8 * (n))
#define M_DEADLINE 72
#define M_BADGE 80
#define M_PORT 88

    .text
    .globl sync_trap
    .type sync_trap, @function
sync_trap:                      /* trap, name, from, to */
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    push %rcx
    mov %edi, %eax
    neg %rax
    mov %esi, %edi
    mov M_TAG(%rdx), %rsi
    mov M_WORD(1)(%rdx), %r10
    mov M_WORD(2)(%rdx), %r8
    mov M_WORD(3)(%rdx), %r9
    mov M_WORD(4)(%rdx), %rbx
    mov M_WORD(5)(%rdx), %r12
    mov M_WORD(6)(%rdx), %r13
    mov M_WORD(7)(%rdx), %r14
    mov M_DEADLINE(%rdx), %r15
    mov M_WORD(0)(%rdx), %rdx
    syscall
    pop %rcx
    test %eax, %eax
    jnz 1f
    mov %rsi, M_TAG(%rcx)
    mov %rdx, M_WORD(0)(%rcx)
    mov %r10, M_WORD(1)(%rcx)
    mov %r8, M_WORD(2)(%rcx)
    mov %r9, M_WORD(3)(%rcx)
    mov %rbx, M_WORD(4)(%rcx)
    mov %r12, M_WORD(5)(%rcx)
    mov %r13, M_WORD(6)(%rcx)
    mov %r14, M_WORD(7)(%rcx)
    mov %rdi, M_BADGE(%rcx)
    mov %r15d, M_PORT(%rcx)
    movl $0, M_PORT + 4(%rcx)
1:
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    ret
    .size sync_trap, . - sync_trap
    .section .note.GNU-stack, "", @progbits
