/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trap with everything in hand, an emulator's range with its entries, and
 * instructions that fault.
 */
    .text
    .globl raw_trap
raw_trap:                       /* number, args, rdx out */
    push %rbx
    push %rdx
    mov %rsi, %rbx
    mov %rdi, %rax
    neg %rax
    mov (%rbx), %rdi
    mov 8(%rbx), %rsi
    mov 16(%rbx), %rdx
    mov 24(%rbx), %r10
    mov 32(%rbx), %r8
    mov 40(%rbx), %r9
    syscall
    pop %rcx
    mov %rdx, (%rcx)
    pop %rbx
    ret

/*
 * The emulator's range.  The system-call entry keeps what it got in
 * emu_saved and returns to the caller with rax = 1000 + number.
 */
    .balign 4096
    .globl emu_base
emu_base:
    .globl emu_syscall
emu_syscall:
    mov %rax, emu_saved
    mov %rdi, emu_saved + 8
    mov %rcx, emu_saved + 16
    mov %r11, emu_saved + 24
    mov %rbx, emu_saved + 32
    add $1000, %rax
    jmp *%rcx

/* Both upcalls: on a stack of their own, to C. */
    .globl emu_kick
emu_kick:
    mov $1, %edi
    jmp 1f
    .globl emu_exception
emu_exception:
    mov %rax, emu_entered
    mov %rbx, emu_entered + 8
    mov %rcx, emu_entered + 16
    mov %rdx, emu_entered + 24
    mov %rdi, emu_entered + 32
    mov %rsi, emu_entered + 40
    mov %rbp, emu_entered + 48
    mov %rsp, emu_entered + 56
    mov %r8, emu_entered + 64
    mov %r9, emu_entered + 72
    mov %r10, emu_entered + 80
    mov %r11, emu_entered + 88
    mov %r12, emu_entered + 96
    mov %r13, emu_entered + 104
    mov %r14, emu_entered + 112
    mov %r15, emu_entered + 120
    mov $2, %edi
1:  mov $emu_stack_top, %rsp
    call emu_upcall             /* does not come back */
    ud2

/* An exception entry that has an exception before it fetches one. */
    .globl emu_stumble
emu_stumble:
    int3
    ud2

/* A wait that a kick restarts: returns 77 from restart_pc. */
    .globl emu_wait
emu_wait:                       /* word, expected */
    mov $-1, %rdx
    mov $1, %r10d               /* FUTEX_INTERRUPTIBLE */
    movl $1, emu_waiting
    .globl emu_restart_begin
emu_restart_begin:
    mov $-13, %rax
    syscall
    .globl emu_restart_end
emu_restart_end:
    ret
    .globl emu_restart_pc
emu_restart_pc:
    mov $77, %eax
    ret

/* The same outside the restart range: the flag word is set. */
    .globl emu_wait_flag
emu_wait_flag:
    mov $-1, %rdx
    mov $1, %r10d
    movl $2, emu_waiting
    mov $-13, %rax
    syscall
    ret
/* A system call from inside. */
    .globl emu_inside_syscall
emu_inside_syscall:
    mov $5, %eax
    syscall
    ret
    .balign 4096
    .globl emu_end
emu_end:

    .globl breakpoints
breakpoints:                    /* and system calls that nobody serves */
    int3
    syscall
    jmp breakpoints

    .globl linux_call           /* number, first argument */
linux_call:
    mov %rdi, %rax
    mov %rsi, %rdi
    syscall
    ret

    .globl fault_divide, fault_int3, fault_ud2, fault_read, fault_write
    .globl fault_jump, fault_gp, fault_int80, fault_nx, fault_debug, fault_in
    .globl fault_hlt, fault_noncanonical, fault_kernel_jump, fault_align
    .globl fault_stack, fault_simd, fault_into_kernel, fault_selector
fault_divide:
    xor %ecx, %ecx
    mov $1, %eax
    cltd
    idiv %ecx
    ret
fault_int3:
    int3
    ret
fault_ud2:
    ud2
    ret
fault_read:
    mov 0x10, %eax
    ret
fault_write:
    movl $1, emu_base
    ret
fault_jump:
    mov $0x666000, %eax
    jmp *%rax
fault_kernel_jump:
    mov $0xffffffff80100000, %rax
    jmp *%rax
fault_noncanonical:
    movabs $0x8000000000000000, %rax
    jmp *%rax
fault_into_kernel:
    mov 0xffffffff80100000, %eax
    ret
fault_gp:
    movabs $0x8000000000000000, %rax
    mov (%rax), %eax
    ret
fault_int80:
    int $0x80
    ret
fault_nx:
    mov $emu_saved, %eax
    jmp *%rax
fault_debug:
    pushf
    orl $0x100, (%rsp)
    popf
    nop
    nop
    ret
fault_in:
    in $0x60, %al
    ret
fault_hlt:
    hlt
    ret
fault_align:
    pushf
    orl $0x40000, (%rsp)
    popf
    mov $emu_saved + 1, %ecx
    mov (%rcx), %eax
    pushf
    andl $~0x40000, (%rsp)
    popf
    ret
fault_stack:
    movabs $0x8000000000000000, %rsp
    push %rax
    ret
fault_selector:
    mov $0x28, %eax
    mov %eax, %ds
    ret
fault_simd:                     /* divide by zero, unmasked */
    sub $8, %rsp
    movl $0x1d80, (%rsp)
    ldmxcsr (%rsp)
    movl $0x3f800000, (%rsp)
    movss (%rsp), %xmm0
    xorps %xmm1, %xmm1
    divss %xmm1, %xmm0
    movl $0x1f80, (%rsp)
    ldmxcsr (%rsp)
    add $8, %rsp
    ret

/* An exception with all registers, but rsp, as in pattern, and CF and DF set;
 * back at pattern_done, with any registers. */
    .macro WITH_PATTERN
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, pattern_rsp
    mov pattern, %rax
    mov pattern + 8, %rbx
    mov pattern + 16, %rcx
    mov pattern + 24, %rdx
    mov pattern + 32, %rdi
    mov pattern + 40, %rsi
    mov pattern + 48, %rbp
    mov pattern + 64, %r8
    mov pattern + 72, %r9
    mov pattern + 80, %r10
    mov pattern + 88, %r11
    mov pattern + 96, %r12
    mov pattern + 104, %r13
    mov pattern + 112, %r14
    mov pattern + 120, %r15
    stc
    std
    .endm
    .globl pattern_int3, pattern_fault, pattern_done, pattern
pattern_int3:
    WITH_PATTERN
    int3
pattern_fault:
    WITH_PATTERN
    movb $0, 0x10
pattern_done:
    cld
    mov pattern_rsp, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret

    .globl mark
mark:                           /* rsp *, rip * */
    lea 8(%rsp), %rax
    mov %rax, (%rdi)
    mov (%rsp), %rax
    mov %rax, (%rsi)
    xor %eax, %eax
    ret

/* xmm_set(v), xmm_get(): all of xmm15 and the x87 stack's top. */
    .globl xmm_set, xmm_get
xmm_set:
    movq %rdi, %xmm15
    push %rdi
    fninit
    fildq (%rsp)
    pop %rdi
    ret
xmm_get:
    movq %xmm15, %rax
    push %rax
    fistpq (%rsp)
    pop %rcx
    cmp %rax, %rcx
    je 1f
    mov $-1, %rax
1:  push %rax
    fildq (%rsp)
    pop %rax
    ret

    .bss
    .balign 16
    .globl emu_saved
emu_saved:
    .skip 64
    .globl emu_entered
emu_entered:
    .skip 128
pattern:
    .skip 128
pattern_rsp:
    .skip 16
    .globl emu_waiting
emu_waiting:
    .skip 16
emu_stack:
    .skip 16384
emu_stack_top:
    .section .note.GNU-stack, "", @progbits
