/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What entry.S and the C code of this folder share.
 */
#ifndef X86_64_ENTRY_H
#define X86_64_ENTRY_H

#include <stdint.h>

/* What an exception or interrupt in kernel mode leaves on the stack. */
struct kernel_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rbp, rsi, rdi, rdx, rcx, rbx, rax;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
};

struct thread;

void syscall_entry(void);
extern const uint64_t isr_table[48]; /* entry addresses by vector */
/* By vector: kind and, in the upper half, exception of an upcall_state. */
extern const uint64_t exception_upcalls[32];
void isr_nmi(void);
void isr_double_fault(void);
void isr_machine_check(void);
/* Load th's registers and go to user mode; never returns. */
void user_return(struct thread *th) __attribute__((noreturn));

/* Called by entry.S. */
struct thread *exception_from_user(struct thread *th, unsigned vector,
                                   uint64_t error, uint64_t cr2);
void exception_from_kernel(struct kernel_frame *f);

#define VECTOR_IRQ0 32u

#endif
