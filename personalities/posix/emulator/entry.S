/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of the emulator and the way out (see <mach/emulator.h>).
 *
 * A thread in the emulator runs on its own stack, which GS leads to; the guest's
 * stack and its red zone are never touched.  At the top of that stack is
 * the frame with the guest's registers, always at the same place, so that
 * the way out can be begun anew at any point (restart range).  The addresses
 * are told to exec by the table in emulator.lds.
 */
#include <mach/traps.h>
#include <posix/emulator_table.h>
#include "offsets.h"

    .text
    .macro entry name
    .globl \name
    .hidden \name
    .type \name, @function
    .p2align 4
\name:
    .endm

/* rcx: the guest's rip, r11: its rflags; everything else is as it was. */
entry emulator_syscall_entry
    movq %rsp, %gs:T_RSP
    movq %gs:T_TOP, %rsp
    movq %rax, (F_RAX - F_SIZE)(%rsp)
    leaq -F_SIZE(%rsp), %rsp
    movq %rbx, F_RBX(%rsp)
    movq %rcx, F_RCX(%rsp)
    movq %rdx, F_RDX(%rsp)
    movq %rdi, F_RDI(%rsp)
    movq %rsi, F_RSI(%rsp)
    movq %rbp, F_RBP(%rsp)
    movq %gs:T_RSP, %rax
    movq %rax, F_RSP(%rsp)
    movq %r8, F_R8(%rsp)
    movq %r9, F_R9(%rsp)
    movq %r10, F_R10(%rsp)
    movq %r11, F_R11(%rsp)
    movq %r12, F_R12(%rsp)
    movq %r13, F_R13(%rsp)
    movq %r14, F_R14(%rsp)
    movq %r15, F_R15(%rsp)
    movq %rcx, F_RIP(%rsp)
    movq %r11, F_RFLAGS(%rsp)
    movl $0, %gs:T_FULL
    movq %rsp, %rdi
    xorl %ebp, %ebp
    call emulator_syscall
    /* Falls into the way out. */

/*
 * rsp is the frame.  A kick before restart_begin has set the flag; one in the
 * range begins it anew through restart_pc; one behind it finds the thread in
 * the guest.
 */
way_out:
    .globl restart_begin
    .hidden restart_begin
restart_begin:
    cmpl $0, %gs:T_KICK
    jne way_out_work
    cmpl $0, %gs:T_FULL
    jne way_out_full
    movq F_RAX(%rsp), %rax
    movq F_RBX(%rsp), %rbx
    movq F_RDX(%rsp), %rdx
    movq F_RDI(%rsp), %rdi
    movq F_RSI(%rsp), %rsi
    movq F_RBP(%rsp), %rbp
    movq F_R8(%rsp), %r8
    movq F_R9(%rsp), %r9
    movq F_R10(%rsp), %r10
    movq F_R12(%rsp), %r12
    movq F_R13(%rsp), %r13
    movq F_R14(%rsp), %r14
    movq F_R15(%rsp), %r15
    movq F_RIP(%rsp), %rcx
    movq F_RFLAGS(%rsp), %r11
    pushq %r11
    popfq
    movq F_RSP(%rsp), %rsp
    jmp *%rcx
way_out_full:
    movq %rsp, %rdi
    movq $-TRAP_thread_set_self_state, %rax
    syscall
    .globl restart_end
    .hidden restart_end
restart_end:
    /* The state was refused: the guest gets SIGSEGV instead. */
    movq %gs:T_TOP, %rsp
    subq $F_SIZE, %rsp
    movq %rsp, %rdi
    call emulator_bad_state
    jmp way_out

way_out_work:
    movq %rsp, %rdi
    call emulator_work
    jmp way_out

    .globl restart_pc
    .hidden restart_pc
restart_pc:
    movq %gs:T_TOP, %rsp
    subq $F_SIZE, %rsp
    movl $1, %gs:T_KICK
    jmp way_out

/* The guest was interrupted between two instructions. */
entry emulator_kick_entry
    movq %gs:T_TOP, %rsp
    subq $F_SIZE, %rsp
    movq %rsp, %rdi
    call emulator_kick
    jmp way_out

/* A fault, of the guest or of the emulator at a guest's address. */
entry emulator_exception_entry
    movq %gs:T_SELF, %rdi
    addq $T_UPCALL, %rdi
    movq $-TRAP_thread_upcall_state, %rax
    syscall
    movq %gs:T_SELF, %rdi
    movq (T_UPCALL + US_STATE + F_RIP)(%rdi), %rax
    leaq emulator_base(%rip), %rcx
    cmpq %rcx, %rax
    jb 1f
    leaq emulator_end(%rip), %rcx
    cmpq %rcx, %rax
    jae 1f
    movq (T_UPCALL + US_STATE + F_RSP)(%rdi), %rsp
    subq $256, %rsp
    andq $-16, %rsp
    call emulator_fault
1:  movq T_TOP(%rdi), %rsp
    subq $F_SIZE, %rsp
    movq %rsp, %rdi
    call emulator_exception
    jmp way_out

/*
 * A new program; rdi: its exec block, in which one word serves as the cell
 * for vm_allocate.
 */
entry emulator_exec_entry
    movq %rdi, %r12
    movq $EMULATOR_BLOCKS, %rax
    leaq EXEC_SCRATCH(%r12), %rdi
    movq %rax, (%rdi)
    movl $THREAD_BLOCK_SIZE, %esi
    movl $1, %edx /* VM_FLAGS_ANYWHERE */
    movq $-TRAP_vm_allocate, %rax
    syscall
    testl %eax, %eax
    jne 1f
    movq EXEC_SCRATCH(%r12), %rbx
    movl $1, %edi
    movq %rbx, %rsi
    movq $-TRAP_thread_set_base, %rax
    syscall
    movq %rbx, T_SELF(%rbx)
    leaq THREAD_BLOCK_SIZE(%rbx), %rsp
    movq %rsp, T_TOP(%rbx)
    subq $F_SIZE, %rsp
    movq %r12, %rdi
    movq %rsp, %rsi
    xorl %ebp, %ebp
    call emulator_exec_start
    jmp way_out
1:  ud2

/* A thread made by clone: rsp is its frame, GS its block. */
entry emulator_thread_entry
    movq %rsp, %rdi
    xorl %ebp, %ebp
    call emulator_thread_start
    jmp way_out

/*
 * int state_save(x86_thread_state64_t *state): 0; and 1 when a thread is given
 * the state (fork's child, recovery from a fault).
 */
entry state_save
    movq $1, F_RAX(%rdi)
    movq %rbx, F_RBX(%rdi)
    movq %rbp, F_RBP(%rdi)
    movq %r12, F_R12(%rdi)
    movq %r13, F_R13(%rdi)
    movq %r14, F_R14(%rdi)
    movq %r15, F_R15(%rdi)
    leaq 8(%rsp), %rax
    movq %rax, F_RSP(%rdi)
    movq (%rsp), %rax
    movq %rax, F_RIP(%rdi)
    movq $0x202, F_RFLAGS(%rdi)
    movq %gs:T_SELF, %rax
    movq %rax, F_GS_BASE(%rdi)
    xorl %eax, %eax
    ret

    .section .note.GNU-stack, "", @progbits
