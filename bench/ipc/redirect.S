/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The least emulator there can be: a system call returns at once; an exception
 * fetches where the thread was, and goes back there.
 */
#define UPCALL_STATE 17         /* mach/traps.h */
#define SET_SELF_STATE 18
#define STATE 32                /* in an upcall_state */

    .text
    .globl redirect_base, redirect_entry, redirect_exception, redirect_end
redirect_base:
    nop
redirect_entry:
    jmp *%rcx
redirect_exception:
    mov $redirect_upcall, %edi
    mov $-UPCALL_STATE, %rax
    syscall
    mov $redirect_upcall + STATE, %edi
    mov $-SET_SELF_STATE, %rax
    syscall
    ud2
redirect_end:
    .bss
    .balign 16
redirect_upcall:
    .skip 208
    .section .note.GNU-stack, "", @progbits
