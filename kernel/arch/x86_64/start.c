/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the boot code to kernel_main(), in the order of need.
 */
#include <base/kalloc.h>
#include <machine/cpu.h>
#include <machine/irq.h>
#include <machine/trap.h>
#include "internal.h"

void
boot_main(uint32_t kind, uint64_t info)
{
    struct cpu *c;

    cpu_setup_early();
    console_setup();
    bootinfo_setup(kind, info);
    paging_setup();
    kalloc_setup();
    c = cpu_self();
    cpu_setup();
    irq_setup();
    /* The boot stack is left behind. */
    __asm__ volatile("mov %0, %%rsp; xor %%ebp, %%ebp; push $0; "
                     "jmp kernel_main"
                     :
                     : "r"(c->cpu_stack)
                     : "memory");
    __builtin_unreachable();
}
