/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accesses to the guest's memory.  A fault at one of the marked instructions
 * goes on at its fix-up (emulator_fault); callers have checked the range.
 */
    .macro entry name
    .globl \name
    .hidden \name
    .type \name, @function
    .p2align 4
\name:
    .endm

    .macro fixup at, to
    .pushsection .fixup_table, "a"
    .long \at - ., \to - .
    .popsection
    .endm

    .text
user_fault:
    movl $-14, %eax /* -EFAULT */
    ret

/* int user_copy(void *to, const void *from, size_t n): 0 or -EFAULT */
entry user_copy
    movq %rdx, %rcx
    shrq $3, %rcx
    andl $7, %edx
1:  rep movsq
    movl %edx, %ecx
2:  rep movsb
    xorl %eax, %eax
    ret
    fixup 1b, user_fault
    fixup 2b, user_fault

/* int user_zero(void *to, size_t n) */
entry user_zero
    movq %rsi, %rcx
    xorl %eax, %eax
1:  rep stosb
    ret
    fixup 1b, user_fault

/* int user_get32(uint32_t *to, const void *from), and so on */
entry user_get32
1:  movl (%rsi), %eax
    movl %eax, (%rdi)
    xorl %eax, %eax
    ret
    fixup 1b, user_fault
entry user_put32
1:  movl %esi, (%rdi)
    xorl %eax, %eax
    ret
    fixup 1b, user_fault

/* long user_string(char *to, const char *from, size_t max): the length;
 * max when there is no NUL in the first max bytes; -EFAULT */
entry user_string
    xorl %eax, %eax
1:  cmpq %rdx, %rax
    jae 3f
2:  movb (%rsi,%rax), %cl
    movb %cl, (%rdi,%rax)
    testb %cl, %cl
    je 3f
    incq %rax
    jmp 1b
3:  ret
    fixup 2b, user_string_fault
user_string_fault:
    movq $-14, %rax
    ret

/* int user_touch(void *at): can this byte be written?  Leaves it unchanged,
 * whatever other threads do. */
entry user_touch
1:  lock orb $0, (%rdi)
    xorl %eax, %eax
    ret
    fixup 1b, user_fault

/* int user_compare_exchange(uint32_t *at, uint32_t *old, uint32_t new) */
entry user_compare_exchange
    movl (%rsi), %eax
1:  lock cmpxchgl %edx, (%rdi)
    movl %eax, (%rsi)
    movl $0, %eax
    ret
    fixup 1b, user_fault

/* The guest's floating-point registers, which nothing here has changed. */
entry fpu_xsave     /* (void *image, uint64_t mask) */
    movl %esi, %eax
    movq %rsi, %rdx
    shrq $32, %rdx
    xsave64 (%rdi)
    ret
entry fpu_xrstor
    movl %esi, %eax
    movq %rsi, %rdx
    shrq $32, %rdx
    xrstor64 (%rdi)
    ret
entry fpu_fxsave
    fxsave64 (%rdi)
    ret
entry fpu_fxrstor
    fxrstor64 (%rdi)
    ret

    .section .note.GNU-stack, "", @progbits
