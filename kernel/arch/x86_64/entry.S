/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel entry and exit.
 *
 * From user mode every entry saves the user's registers straight into the
 * current thread (its th_regs come first), takes the CPU's stack from its
 * top, and calls C.  C returns the thread whose registers are to be loaded.
 * Nothing of a thread is ever left on the stack.
 *
 * Exit: by SYSRET after a Mach trap, by IRETQ when AST_IRET says that rcx and
 * r11 must be loaded, too.  Every register that is not loaded with the user's
 * own value is lost by SYSRET itself, so none of the kernel's gets out.
 *
 * A trap that neither waits nor switches takes the shortest way: what C
 * keeps is as the user left it.
 *
 * GS: the user's base in user mode, the CPU's in the kernel (swapgs).
 */
#include <mach/traps.h>
#include "offsets.h"
#include "asm.h"

/* Into the thread that rsp points to; rcx is free then. */
    .macro SAVE_TRAP
    mov %rax, R_RAX(%rsp)
    mov %rbx, R_RBX(%rsp)
    mov %rdx, R_RDX(%rsp)
    mov %rdi, R_RDI(%rsp)
    mov %rsi, R_RSI(%rsp)
    mov %rbp, R_RBP(%rsp)
    mov %r8, R_R8(%rsp)
    mov %r9, R_R9(%rsp)
    mov %r10, R_R10(%rsp)
    mov %r12, R_R12(%rsp)
    mov %r13, R_R13(%rsp)
    mov %r14, R_R14(%rsp)
    mov %r15, R_R15(%rsp)
    mov %rcx, R_RIP(%rsp)
    mov %r11, R_RFLAGS(%rsp)
    mov %gs:C_SCRATCH, %rcx
    mov %rcx, R_RSP(%rsp)
    .endm

    .text
    .globl syscall_entry
    .type syscall_entry, @function
syscall_entry:
    swapgs
    mov %rsp, %gs:C_SCRATCH
    mov %gs:C_THREAD, %rsp      /* the stack is not used until it's ours */
    cmp $1 - TRAP_count, %rax   /* 1 .. TRAP_count - 1, negative */
    jb syscall_redirect
    jmp *(entry_table + 8 * TRAP_count)(, %rax, 8)

    /* Most traps: */
syscall_save:
    SAVE_TRAP
    mov %gs:C_STACK, %rsp
    mov %r10, %rcx
    call *(trap_table + 8 * TRAP_count)(, %rax, 8)
syscall_done:
    mov %gs:C_THREAD, %rdi
    cmp $ASM_CODES_FIRST, %eax
    jge 1f
    cmpl $0, T_AST(%rdi)
    jne 2f
    cltq
    mov R_RSI(%rdi), %rsi
    mov R_RDX(%rdi), %rdx
    mov R_R8(%rdi), %r8
    mov R_R9(%rdi), %r9
    mov R_R10(%rdi), %r10
    mov R_RIP(%rdi), %rcx
    mov R_RFLAGS(%rdi), %r11
    mov R_RSP(%rdi), %rsp
    mov R_RDI(%rdi), %rdi
    swapgs
    sysretq

1:  cmp $ASM_GENERAL, %eax      /* of mach_msg, which keeps no registers */
    jne 2f
    mov R_RBX(%rdi), %rbx
    mov R_RBP(%rdi), %rbp
    mov R_R12(%rdi), %r12
    mov R_R13(%rdi), %r13
    mov R_R14(%rdi), %r14
    mov R_R15(%rdi), %r15
    call mach_msg_trap
    jmp syscall_done
2:  mov %eax, %esi
    call trap_finish
    mov %rax, %rdi
    /* falls through */

    .globl user_return
    .type user_return, @function
user_return:
    testb $ASM_AST_IRET, T_AST(%rdi)
    jnz 1f

    /* The same of a thread whose AST_IRET is not set. */
    .globl user_sysret
    .type user_sysret, @function
user_sysret:
    mov R_RAX(%rdi), %rax
    mov R_RBX(%rdi), %rbx
    mov R_RDX(%rdi), %rdx
    mov R_RSI(%rdi), %rsi
    mov R_RBP(%rdi), %rbp
    mov R_R8(%rdi), %r8
    mov R_R9(%rdi), %r9
    mov R_R10(%rdi), %r10
    mov R_R12(%rdi), %r12
    mov R_R13(%rdi), %r13
    mov R_R14(%rdi), %r14
    mov R_R15(%rdi), %r15
    mov R_RIP(%rdi), %rcx
    mov R_RFLAGS(%rdi), %r11
    mov R_RSP(%rdi), %rsp
    mov R_RDI(%rdi), %rdi
    swapgs
    sysretq

1:  andl $~ASM_AST_IRET, T_AST(%rdi)

    .globl user_return_all
    .type user_return_all, @function
user_return_all:
    mov %gs:C_STACK, %rsp
    push R_SS(%rdi)
    push R_RSP(%rdi)
    push R_RFLAGS(%rdi)
    push R_CS(%rdi)
    push R_RIP(%rdi)
    mov R_RAX(%rdi), %rax
    mov R_RBX(%rdi), %rbx
    mov R_RCX(%rdi), %rcx
    mov R_RDX(%rdi), %rdx
    mov R_RSI(%rdi), %rsi
    mov R_RBP(%rdi), %rbp
    mov R_R8(%rdi), %r8
    mov R_R9(%rdi), %r9
    mov R_R10(%rdi), %r10
    mov R_R11(%rdi), %r11
    mov R_R12(%rdi), %r12
    mov R_R13(%rdi), %r13
    mov R_R14(%rdi), %r14
    mov R_R15(%rdi), %r15
    mov R_RDI(%rdi), %rdi
    swapgs
    iretq

/*
 * A non-negative system call: to the emulator's entry at once, when there is
 * an emulator, the call is not its own, and nothing is pending.  No register
 * but rsp may be used; rcx and r11 stay as SYSCALL left them.
 */
syscall_redirect:
    js syscall_other            /* as the first comparison has left it */
    cmpl $0, T_AST(%rsp)
    jne syscall_other
    mov T_EMULATOR(%rsp), %rsp
    cmp EMU_BASE(%rsp), %rcx
    jb 1f
    cmp EMU_END(%rsp), %rcx
    jb 2f
1:  mov EMU_SYSCALL(%rsp), %rsp
    test %rsp, %rsp
    jz 2f
    mov %rsp, %gs:C_SCRATCH2
    mov %gs:C_STACK, %rsp
    push $SEL_UDATA
    push %gs:C_SCRATCH
    push %r11
    andq $~(RFLAGS_TF | RFLAGS_DF), (%rsp)
    push $SEL_UCODE
    push %gs:C_SCRATCH2
    swapgs
    iretq
2:  mov %gs:C_THREAD, %rsp
    /* falls through */

    /* No trap's number, or an emulator's call that C has to look at. */
syscall_other:
    SAVE_TRAP
    mov %gs:C_STACK, %rsp
    mov %gs:C_THREAD, %rdi
    call trap_other
    mov %rax, %rdi
    jmp user_return

/*
 * A synchronous call or answer: its fast path neither uses nor saves the
 * registers of words 4 to 7, nor that of the deadline, all of which a trap of
 * this kind loses unless they come with a message.  It leaves by itself
 * (machine_sync_resume), or it comes back with KERN_GENERAL and nothing has
 * happened, or with the result (and nothing is saved once more).
 */
    .macro SYNC_ENTRY name, number
syscall_\name:
    mov %rdi, R_RDI(%rsp)
    mov %rsi, R_RSI(%rsp)
    mov %rbp, R_RBP(%rsp)
    mov %rdx, R_RDX(%rsp)
    mov %r8, R_R8(%rsp)
    mov %r9, R_R9(%rsp)
    mov %r10, R_R10(%rsp)
    mov %rcx, R_RIP(%rsp)
    mov %r11, R_RFLAGS(%rsp)
    mov %gs:C_SCRATCH, %rcx
    mov %rcx, R_RSP(%rsp)
    mov %gs:C_STACK, %rsp
    call \name\()_fast
    cmp $ASM_GENERAL, %eax
    jne syscall_done
    mov %gs:C_THREAD, %rdi
    movq $-\number, R_RAX(%rdi)
    mov %rbx, R_RBX(%rdi)
    mov %r12, R_R12(%rdi)
    mov %r13, R_R13(%rdi)
    mov %r14, R_R14(%rdi)
    mov %r15, R_R15(%rdi)
    call \name\()_trap
    jmp syscall_done
    .endm

    SYNC_ENTRY sync_call, TRAP_sync_call
    SYNC_ENTRY sync_reply_wait, TRAP_sync_reply_wait
    .size syscall_entry, . - syscall_entry

/* machine_switch_rest() for a direct switch, which it happens to seldom: no
 * register changes. */
    .globl machine_switch_rest_thunk
    .type machine_switch_rest_thunk, @function
machine_switch_rest_thunk:
    push %rax
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %r8
    push %r9
    push %r10
    push %r11
    call machine_switch_rest
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rax
    ret
    .size machine_switch_rest_thunk, . - machine_switch_rest_thunk

/* Where each trap begins, by its number as trap_table. */
    .section .rodata
    .balign 8
entry_table:
    .set i, TRAP_count
    .rept TRAP_count
    .if i == TRAP_sync_call
    .quad syscall_sync_call
    .elseif i == TRAP_sync_reply_wait
    .quad syscall_sync_reply_wait
    .else
    .quad syscall_save
    .endif
    .set i, i - 1
    .endr
    .text

#define U_REGS (T_UPCALL + U_STATE)

/* Exceptions and interrupts: error code (0 when the CPU has none), vector. */
    .macro ISR n, has_error=0
    .balign 16
isr_\n:
    .if !\has_error
    push $0
    .endif
    push $\n
    .if (\n < 32) && (\n != 7) && (\n != 14)
    jmp isr_exception
    .else
    jmp isr_common
    .endif
    .endm

    .altmacro
    .macro ISR_NUMBER n
    .if (\n == 8) || (\n == 10) || (\n == 11) || (\n == 12) || (\n == 13) || (\n == 14) || (\n == 17) || (\n == 21) || (\n == 29) || (\n == 30)
    ISR \n, 1
    .else
    ISR \n, 0
    .endif
    .endm
    .set i, 0
    .rept 48
    ISR_NUMBER %i
    .set i, i + 1
    .endr

/*
 * What can only be an exception of the thread's: to the emulator's exception
 * entry at once, when it has one, nothing is pending, and no upcall waits to
 * be fetched.  The registers are saved where they are fetched from, and stay
 * as they are, as in emulator_exception().
 */
    .type isr_exception, @function
isr_exception:
    testb $3, 24(%rsp)          /* cs: from user mode? */
    jz isr_from_kernel
    swapgs
    push %rax
    push %rcx
    mov %gs:C_THREAD, %rax
    cmpl $0, T_AST(%rax)
    jne 1f
    cmpl $0, T_UPCALL + U_KIND(%rax)
    jne 1f
    mov T_EMULATOR(%rax), %rcx
    mov EMU_EXCEPTION(%rcx), %rcx
    test %rcx, %rcx
    jz 1f
    mov %rbx, U_REGS + R_RBX(%rax)
    mov %rdx, U_REGS + R_RDX(%rax)
    mov %rdi, U_REGS + R_RDI(%rax)
    mov %rsi, U_REGS + R_RSI(%rax)
    mov %rbp, U_REGS + R_RBP(%rax)
    mov %r8, U_REGS + R_R8(%rax)
    mov %r9, U_REGS + R_R9(%rax)
    mov %r10, U_REGS + R_R10(%rax)
    mov %r11, U_REGS + R_R11(%rax)
    mov %r12, U_REGS + R_R12(%rax)
    mov %r13, U_REGS + R_R13(%rax)
    mov %r14, U_REGS + R_R14(%rax)
    mov %r15, U_REGS + R_R15(%rax)
    pop U_REGS + R_RCX(%rax)
    pop U_REGS + R_RAX(%rax)
    pop T_UPCALL + U_CODE(%rax) /* vector */
    pop T_UPCALL + U_ERROR(%rax)
    xchg %rcx, (%rsp)           /* rip; cs, rflags, rsp and ss follow */
    mov %rcx, T_UPCALL + U_SUBCODE(%rax)
    mov %rcx, U_REGS + R_RIP(%rax)
    mov 16(%rsp), %rcx
    mov %rcx, U_REGS + R_RFLAGS(%rax)
    mov 24(%rsp), %rcx
    mov %rcx, U_REGS + R_RSP(%rax)
    movq $SEL_UCODE, U_REGS + R_CS(%rax)
    movq $SEL_UDATA, U_REGS + R_SS(%rax)
    mov R_FS_BASE(%rax), %rcx
    mov %rcx, U_REGS + R_FS_BASE(%rax)
    mov R_GS_BASE(%rax), %rcx
    mov %rcx, U_REGS + R_GS_BASE(%rax)
    mov T_UPCALL + U_CODE(%rax), %rcx
    mov exception_upcalls(, %rcx, 8), %rcx
    mov %rcx, T_UPCALL + U_KIND(%rax)
    movq $0, T_TRAP_DEADLINE(%rax)
    andq $~(RFLAGS_TF | RFLAGS_DF), 16(%rsp)
    mov U_REGS + R_RCX(%rax), %rcx
    mov U_REGS + R_RAX(%rax), %rax
    swapgs
    iretq
1:  pop %rcx
    pop %rax
    swapgs
    /* falls through */
    .size isr_exception, . - isr_exception

    .type isr_common, @function
isr_common:
    testb $3, 24(%rsp)          /* cs: from user mode? */
    jz isr_from_kernel
    swapgs
    push %rax
    mov %gs:C_THREAD, %rax
    mov %rbx, R_RBX(%rax)
    mov %rcx, R_RCX(%rax)
    mov %rdx, R_RDX(%rax)
    mov %rdi, R_RDI(%rax)
    mov %rsi, R_RSI(%rax)
    mov %rbp, R_RBP(%rax)
    mov %r8, R_R8(%rax)
    mov %r9, R_R9(%rax)
    mov %r10, R_R10(%rax)
    mov %r11, R_R11(%rax)
    mov %r12, R_R12(%rax)
    mov %r13, R_R13(%rax)
    mov %r14, R_R14(%rax)
    mov %r15, R_R15(%rax)
    pop R_RAX(%rax)
    pop %rsi                    /* vector */
    pop %rdx                    /* error */
    pop R_RIP(%rax)
    add $8, %rsp                /* cs: the only user code selector */
    pop R_RFLAGS(%rax)
    pop R_RSP(%rax)
    orl $ASM_AST_IRET, T_AST(%rax)
    mov %cr2, %rcx
    mov %rax, %rdi
    cld
    CLAC
    xor %ebp, %ebp
    mov %gs:C_STACK, %rsp
    call exception_from_user
    mov %rax, %rdi
    jmp user_return

    .macro SAVE_FRAME
    push %rax
    push %rbx
    push %rcx
    push %rdx
    push %rdi
    push %rsi
    push %rbp
    push %r8
    push %r9
    push %r10
    push %r11
    push %r12
    push %r13
    push %r14
    push %r15
    .endm
    .macro RESTORE_FRAME
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rbp
    pop %rsi
    pop %rdi
    pop %rdx
    pop %rcx
    pop %rbx
    pop %rax
    add $16, %rsp
    .endm

isr_from_kernel:
    SAVE_FRAME
    cld
    mov %rsp, %rdi
    call exception_from_kernel
    RESTORE_FRAME
    iretq
    .size isr_common, . - isr_common

/*
 * Vectors that can come anywhere, between SYSCALL and swapgs too: on stacks
 * of their own, and whose GS it is told by its value.
 */
    .macro PARANOID name, n, has_error=0
    .globl \name
    .type \name, @function
\name:
    .if !\has_error
    push $0
    .endif
    push $\n
    SAVE_FRAME
    cld
    mov $0xc0000101, %ecx
    rdmsr
    xor %ebx, %ebx
    test %edx, %edx
    js 1f
    swapgs
    inc %ebx
1:  mov %rsp, %rdi
    call exception_from_kernel
    test %ebx, %ebx
    jz 2f
    swapgs
2:  RESTORE_FRAME
    iretq
    .size \name, . - \name
    .endm

    PARANOID isr_nmi, 2
    PARANOID isr_double_fault, 8, 1
    PARANOID isr_machine_check, 18

    .section .rodata
    .balign 8
    .globl isr_table
    .macro ISR_ADDRESS n
    .quad isr_\n
    .endm
isr_table:
    .set i, 0
    .rept 48
    ISR_ADDRESS %i
    .set i, i + 1
    .endr
    .section .note.GNU-stack, "", @progbits
