/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The least emulator there can be: a system call returns at once.
 */
    .text
    .globl redirect_base, redirect_entry, redirect_end
redirect_base:
    nop
redirect_entry:
    jmp *%rcx
redirect_end:
    .section .note.GNU-stack, "", @progbits
