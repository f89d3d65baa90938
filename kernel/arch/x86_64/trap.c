/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions and interrupts: what the processor reports, in Mach's words.
 *
 * In user mode everything becomes a fault for vm, an interrupt, or an
 * exception for the thread's handlers.  In kernel mode there are interrupts
 * while idle, misses of the user copies (fixed up), and bugs.
 */
#include <base/panic.h>
#include <base/printf.h>
#include <mach/emulator.h>
#include <mach/exception.h>
#include <machine/cpu.h>
#include <machine/fpu.h>
#include <machine/irq.h>
#include <machine/trap.h>
#include <sched/thread.h>
#include "entry.h"
#include "internal.h"
#include "pte.h"
#include "x86.h"

#define PF_WRITE 2u
#define PF_FETCH 16u

#define VECTORS VECTOR_IRQ0
#define UPCALL(exception) (UPCALL_EXCEPTION | (uint64_t)(exception) << 32)
#define OTHER UPCALL(EXC_BAD_INSTRUCTION)

/* What each means in user mode. */
const uint64_t exception_upcalls[VECTORS] = {
    UPCALL(EXC_ARITHMETIC), UPCALL(EXC_BREAKPOINT), OTHER,
    UPCALL(EXC_BREAKPOINT), UPCALL(EXC_ARITHMETIC),
    OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER,
    [14] = UPCALL(EXC_BAD_ACCESS), OTHER,
    [16] = UPCALL(EXC_ARITHMETIC), OTHER, OTHER,
    [19] = UPCALL(EXC_ARITHMETIC),
    OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER,
    OTHER, OTHER,
};

static const char *const names[VECTORS] = {
    [0] = "divide error",
    [1] = "debug",
    [2] = "non-maskable interrupt",
    [3] = "breakpoint",
    [4] = "overflow",
    [5] = "bound range",
    [6] = "invalid opcode",
    [7] = "device not available",
    [8] = "double fault",
    [10] = "invalid TSS",
    [11] = "segment not present",
    [12] = "stack fault",
    [13] = "general protection",
    [14] = "page fault",
    [16] = "x87 floating point",
    [17] = "alignment check",
    [18] = "machine check",
    [19] = "SIMD floating point",
    [21] = "control protection",
};

static struct thread *
fpu_fault(struct thread *th)
{
    if (fpu_enable(th) == KERN_SUCCESS) {
        return trap_return(th);
    }
    return trap_exception(th, EXC_RESOURCE, KERN_RESOURCE_SHORTAGE,
                          th->th_regs.rip, 0);
}

struct thread *
exception_from_user(struct thread *th, unsigned vector, uint64_t error,
                    uint64_t cr2)
{
    uint64_t subcode = th->th_regs.rip;

    if (vector >= VECTOR_IRQ0) {
        irq_dispatch(vector - VECTOR_IRQ0);
        return trap_return(th);
    }
    if (vector == 14) {
        return trap_fault(th, cr2, (error & PF_WRITE) != 0,
                          (error & PF_FETCH) != 0, error);
    }
    if (vector == 7) {
        return fpu_fault(th);
    }
    return trap_exception(th, (int)(exception_upcalls[vector] >> 32), vector,
                          subcode, error);
}

static bool
fixup(struct kernel_frame *f)
{
    extern const uint64_t fixup_start[], fixup_end[];

    if (f->vector == 14 && read_cr2() >= 1ull << 47 &&
        read_cr2() >> SLOT_SHIFT != WINDOW_BASE >> SLOT_SHIFT) {
        return false; /* our own pointer */
    }
    for (const uint64_t *e = fixup_start; e < fixup_end; e += 2) {
        if (e[0] == f->rip) {
            f->rip = e[1];
            return true;
        }
    }
    return false;
}

static void
print_frame(const struct kernel_frame *f)
{
    kprintf("rax %016lx rbx %016lx rcx %016lx\n", f->rax, f->rbx, f->rcx);
    kprintf("rdx %016lx rsi %016lx rdi %016lx\n", f->rdx, f->rsi, f->rdi);
    kprintf("rbp %016lx rsp %016lx r8  %016lx\n", f->rbp, f->rsp, f->r8);
    kprintf("r9  %016lx r10 %016lx r11 %016lx\n", f->r9, f->r10, f->r11);
    kprintf("r12 %016lx r13 %016lx r14 %016lx\n", f->r12, f->r13, f->r14);
    kprintf("r15 %016lx rip %016lx rflags %06lx\n", f->r15, f->rip,
            f->rflags);
}

static const struct kernel_frame *panic_frame;

void
machine_print_registers(void)
{
    if (panic_frame != NULL) {
        print_frame(panic_frame);
    }
    kprintf("cr0 %lx cr2 %lx cr3 %lx cr4 %lx\n", read_cr0(), read_cr2(),
            read_cr3(), read_cr4());
}

/* Where the panic report begins its backtrace. */
bool
machine_panic_origin(uint64_t *pc, uint64_t *sp)
{
    if (panic_frame == NULL) {
        return false;
    }
    *pc = panic_frame->rip;
    *sp = panic_frame->rsp;
    return true;
}

void
exception_from_kernel(struct kernel_frame *f)
{
    const char *name = "unknown";

    if (f->vector >= VECTOR_IRQ0) {
        irq_dispatch((unsigned)f->vector - VECTOR_IRQ0);
        return;
    }
    if ((f->vector == 14 || f->vector == 13 || f->vector == 17) && fixup(f)) {
        return;
    }
    if (f->vector == 2) {
        kprintf("kernel: non-maskable interrupt, ignored\n");
        return;
    }
    if (names[f->vector] != NULL) {
        name = names[f->vector];
    }
    panic_frame = f;
    panic("%s in the kernel at %lx, error %lx, address %lx", name, f->rip,
          f->error, read_cr2());
}
