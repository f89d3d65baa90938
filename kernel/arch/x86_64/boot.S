/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first instructions: from 32-bit protected mode without paging, where
 * both PVH (qemu -kernel) and multiboot2 (GRUB) leave the processor, to
 * boot_main() in the higher half.
 *
 * The tables built here map the low 4 GiB with 2 MiB pages three times: one
 * to one (for these instructions), in the direct map, and (the first 1 GiB)
 * as the kernel's image.  paging.c replaces them.
 */
#define KERNEL_BASE 0xffffffff80000000
#define PHYS(x) ((x) - KERNEL_BASE)
#define BOOT_STACK 16384

    .section .note.Xen, "a", @note
    .balign 4
    .long 4, 8, 18              /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .quad PHYS(boot_entry_pvh)

    .section .boot, "ax"
    .balign 8
multiboot2_header:
    .long 0xe85250d6, 0, mb2_end - multiboot2_header
    .long -(0xe85250d6 + 0 + (mb2_end - multiboot2_header))
    .balign 8
    .short 3, 0                 /* entry address */
    .long 12, PHYS(boot_entry_mb2)
    .balign 8
    .short 6, 0                 /* align modules to pages */
    .long 8
    .balign 8
    .short 0, 0
    .long 8
mb2_end:

    .code32
    .globl boot_entry_pvh
boot_entry_pvh:
    mov $0x336ec578, %eax       /* start_info's magic tells the two apart */
boot_entry_mb2:
    cli
    cld
    mov %eax, %ebp              /* kind */
    mov %ebx, %esi              /* information structure */
    mov $PHYS(boot_stack_top), %esp

    mov $PHYS(boot_pd), %edi    /* 2048 large pages */
    mov $0x83, %eax
    xor %ecx, %ecx
1:  mov %eax, (%edi, %ecx, 8)
    movl $0, 4(%edi, %ecx, 8)
    add $0x200000, %eax
    inc %ecx
    cmp $2048, %ecx
    jb 1b

    mov $PHYS(boot_pdpt_low), %edi
    mov $PHYS(boot_pd) + 3, %eax
    mov %eax, (%edi)
    add $4096, %eax
    mov %eax, 8(%edi)
    add $4096, %eax
    mov %eax, 16(%edi)
    add $4096, %eax
    mov %eax, 24(%edi)
    movl $PHYS(boot_pd) + 3, PHYS(boot_pdpt_high) + 510 * 8
    movl $PHYS(boot_pdpt_low) + 3, PHYS(boot_pml4)
    movl $PHYS(boot_pdpt_low) + 3, PHYS(boot_pml4) + 256 * 8
    movl $PHYS(boot_pdpt_high) + 3, PHYS(boot_pml4) + 511 * 8

    mov $0x20, %eax             /* PAE */
    mov %eax, %cr4
    mov $PHYS(boot_pml4), %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx       /* EFER: LME, SCE */
    rdmsr
    or $0x101, %eax
    wrmsr
    mov $0x80010033, %eax       /* PG WP NE ET MP PE */
    mov %eax, %cr0
    lgdt PHYS(boot_gdt_pointer)
    ljmp $0x08, $PHYS(boot_64)

    .code64
boot_64:
    mov $0x10, %eax
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %gs
    movabs $boot_high, %rax
    jmp *%rax

    .text
boot_high:
    lea boot_stack_top(%rip), %rsp
    mov %ebp, %edi
    mov %esi, %esi
    xor %ebp, %ebp
    push %rbp                   /* the end of backtraces */
    push %rbp
    call boot_main
    ud2

    .section .rodata
    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff    /* 64-bit code */
    .quad 0x00cf93000000ffff    /* data */
boot_gdt_pointer:
    .short . - boot_gdt - 1
    .long PHYS(boot_gdt)

    .bss
    .balign 4096
boot_pml4:
    .skip 4096
boot_pdpt_low:
    .skip 4096
boot_pdpt_high:
    .skip 4096
boot_pd:
    .skip 4 * 4096
    .globl boot_stack_top
boot_stack:
    .skip BOOT_STACK
boot_stack_top:
    .section .note.GNU-stack, "", @progbits
