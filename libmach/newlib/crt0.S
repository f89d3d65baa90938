/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry of a program with newlib.  rdi: 0, or struct boot_info * when the
 * kernel has started this program in bootstrap's place.
 */
    .text
    .globl _start
    .type _start, @function
_start:
    xorl %ebp, %ebp
    andq $-16, %rsp
    call __polymach_start
    ud2
    .size _start, . - _start

/* What __libc_init_array and __libc_fini_array call besides the arrays. */
    .globl _init
    .type _init, @function
_init:
    ret
    .size _init, . - _init
    .globl _fini
    .type _fini, @function
_fini:
    ret
    .size _fini, . - _fini
    .section .note.GNU-stack, "", @progbits
