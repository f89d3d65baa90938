/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where assembly finds things in the C structures (thread.h and exec_start.c assert that
 * these are right), and the sizes of a thread's block.
 */
#ifndef EMULATOR_OFFSETS_H
#define EMULATOR_OFFSETS_H

/* A thread's block: struct thread, a buffer for messages, the emulator's stack. */
#define THREAD_BLOCK_SIZE 0x54000
#define THREAD_BUFFER_AT 0x1000
#define THREAD_BUFFER_SIZE 0x12000

/* struct thread */
#define T_SELF 0
#define T_TOP 8
#define T_RSP 16
#define T_KICK 24
#define T_FULL 28
#define T_UPCALL 32

/* struct upcall_state */
#define US_STATE 32

/* x86_thread_state64_t: the register frame at the top of the stack */
#define F_RAX 0
#define F_RBX 8
#define F_RCX 16
#define F_RDX 24
#define F_RDI 32
#define F_RSI 40
#define F_RBP 48
#define F_RSP 56
#define F_R8 64
#define F_R9 72
#define F_R10 80
#define F_R11 88
#define F_R12 96
#define F_R13 104
#define F_R14 112
#define F_R15 120
#define F_RIP 128
#define F_RFLAGS 136
#define F_CS 144
#define F_SS 152
#define F_FS_BASE 160
#define F_GS_BASE 168
#define F_SIZE 176

/* struct exec_block: a word that the entry may use */
#define EXEC_SCRATCH 456

#endif
