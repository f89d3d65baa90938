/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine contract: what the direct paths of IPC do in line: the window
 * onto another address space, and the switch to a waiting thread.
 */
#ifndef MACHINE_SWITCH_H
#define MACHINE_SWITCH_H

#include <sched/thread.h>
#include <machine/cpu.h>
#include <machine/io.h>
#include <machine/pmap.h>
#include "pte.h"
#include "x86.h"

struct pmap {
    uint64_t *pm_root;      /* I: the top-level table */
    uint64_t pm_cr3;        /* I */
    struct ledger *pm_ledger; /* I; +1 */
    uint64_t pm_resident;   /* K: user pages mapped */
};

/*
 * A window from the address space that is loaded now onto the same addresses
 * of another: what is copied through it (user_copy_*, user_put*, user_move)
 * goes to the other's memory under the other's permissions, and stops at what
 * is missing there.  0: the range can't be had in one.  One window at a time;
 * it ends with pmap_window_close(), or _done(): as close, when the address
 * space that has it is left at once by a switch to another.
 *
 * It is the other's entry of the top level, for supervisors only, in a slot
 * of ours: the processor checks and marks the other's page tables as always.
 * With several CPUs each has a slot of its own.
 */
static inline __attribute__((always_inline)) vm_address_t
pmap_window(struct pmap *to, vm_address_t at, size_t size)
{
    struct pmap *p = THIS_CPU->cpu_pmap;
    uint64_t slot = at >> SLOT_SHIFT;

    if (__builtin_expect((at + size) >> SLOT_SHIFT != slot ||
                             slot >= USER_SLOTS, 0)) {
        return 0;
    }
    if (__builtin_expect(to == p, 0)) {
        return at;
    }
    p->pm_root[WINDOW_SLOT] = to->pm_root[slot] & ~PTE_U;
    return WINDOW_BASE + (at & ((1ull << SLOT_SHIFT) - 1));
}

static inline __attribute__((always_inline)) void
pmap_window_done(void)
{
    THIS_CPU->cpu_pmap->pm_root[WINDOW_SLOT] = 0;
}

void pmap_window_close(void);

/*
 * th, of a task, is current instead of prev.
 *
 * Segment bases: the registers hold what prev's thread structure says, or 0,
 * which a user gets by loading a selector; so where both of prev's and both of
 * th's are 0 they need no loading.
 *
 * The FPU: off for prev, it stays off for th, whosever state it holds.
 */
static inline __attribute__((always_inline)) void
machine_hand_over(struct thread *prev, struct thread *th)
{
    const struct machine_regs *a = &prev->th_regs, *b = &th->th_regs;
    struct pmap *p = *th->th_pmap;

    machine_set_current_thread(th);
    if (p != THIS_CPU->cpu_pmap) {
        THIS_CPU->cpu_pmap = p;
        THIS_CPU->cpu_cr3_loads++;
        THIS_CPU->cpu_cr3 = p->pm_cr3;
        write_cr3(p->pm_cr3);
    }
    if ((a->fs_base | a->gs_base | b->fs_base | b->gs_base) != 0) {
        wrmsr(MSR_FS_BASE, b->fs_base);
        wrmsr(MSR_KERNEL_GS_BASE, b->gs_base);
    }
    if (__builtin_expect((THIS_CPU->cpu_fpu_on |
                          (uintptr_t)THIS_CPU->cpu_iobitmap |
                          (uintptr_t)th->th_machine_task->mt_iobitmap) != 0,
                         0)) {
        machine_switch_rest(th);
    }
}

/* Load its registers: back to user mode, past all callers. */
void user_return(struct thread *th) __attribute__((noreturn));

static inline __attribute__((noreturn)) void
machine_resume(struct thread *th)
{
    user_return(th);
}

#endif
