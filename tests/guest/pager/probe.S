/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accesses that may fail: the exception handler leads a thread whose program
 * counter is at one of the first instructions to probe_failed, with the
 * result in rax.
 */
    .text
    .globl probe_read
probe_read:                     /* address, value out */
    mov (%rdi), %rax
    mov %rax, (%rsi)
    xor %eax, %eax
    ret

    .globl probe_write
probe_write:                    /* address, value */
    mov %rsi, (%rdi)
    xor %eax, %eax
    .globl probe_failed
probe_failed:
    ret

    .section .note.GNU-stack, "", @progbits
