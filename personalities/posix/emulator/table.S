/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system-call table: for each number the distance from the table's start
 * to the function (nothing to relocate), or 0.
 */
    .section .syscall_table, "a"
    .globl syscall_table, syscall_table_end
    .hidden syscall_table, syscall_table_end
    .p2align 2
syscall_table:
#define SYSCALL(number, function) \
    .org (number) * 4; \
    .long function - syscall_table;
#include "syscalls.h"
    .p2align 2
syscall_table_end:

    .section .note.GNU-stack, "", @progbits
