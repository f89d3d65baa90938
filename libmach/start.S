/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry of a program without a C library: main(rdi), and the thread ends when
 * main returns.  The first task gets its struct boot_info this way.
 */
    .text
    .globl _start
    .type _start, @function
_start:
    xorl %ebp, %ebp
    andq $-16, %rsp
    call main
    movq $-23, %rax         /* thread_exit(0, 0, 0, 0) */
    xorl %edi, %edi
    xorl %esi, %esi
    xorl %edx, %edx
    xorl %r10d, %r10d
    syscall
1:  ud2
    jmp 1b
    .size _start, . - _start
    .section .note.GNU-stack, "", @progbits
