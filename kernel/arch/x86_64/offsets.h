/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Offsets that assembly uses; checked against the structures in offsets.c.
 */
#ifndef X86_64_OFFSETS_H
#define X86_64_OFFSETS_H

#define R_RAX 0
#define R_RBX 8
#define R_RCX 16
#define R_RDX 24
#define R_RDI 32
#define R_RSI 40
#define R_RBP 48
#define R_RSP 56
#define R_R8 64
#define R_R9 72
#define R_R10 80
#define R_R11 88
#define R_R12 96
#define R_R13 104
#define R_R14 112
#define R_R15 120
#define R_RIP 128
#define R_RFLAGS 136
#define R_CS 144
#define R_SS 152
#define R_FS_BASE 160
#define R_GS_BASE 168
#define T_AST 184
#define T_EMULATOR 192
#define T_UPCALL 200
#define T_TRAP_DEADLINE 408

#define C_THREAD 8
#define C_STACK 16
#define C_SCRATCH 24
#define C_SCRATCH2 32

#define EMU_BASE 0
#define EMU_END 8
#define EMU_SYSCALL 16
#define EMU_EXCEPTION 32

/* In an upcall_state; the exception's number follows the kind. */
#define U_KIND 0
#define U_CODE 8
#define U_SUBCODE 16
#define U_ERROR 24
#define U_STATE 32

/* Selectors: SYSRET wants user data, then user code, 8 above its base. */
#define SEL_KCODE 0x08
#define SEL_KDATA 0x10
#define SEL_UDATA 0x1b
#define SEL_UCODE 0x23
#define SEL_TSS 0x28

#define RFLAGS_TF 0x100
#define RFLAGS_IF 0x200
#define RFLAGS_DF 0x400
#define ASM_AST_IRET 32
#define ASM_CODES_FIRST 0x7f000000
#define ASM_GENERAL 0x7f000005

#endif
