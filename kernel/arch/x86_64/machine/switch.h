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
#include "offsets.h"
#include "pte.h"
#include "x86.h"

struct pmap {
    uint64_t *pm_root;      /* I: the top-level table */
    uint64_t pm_cr3;        /* I */
    struct ledger *pm_ledger; /* I; +1 */
    uint64_t pm_resident;   /* K: user pages mapped */
    uint64_t pm_leaf_at;    /* K: which 2 MiB pm_leaf is the table of */
    uint64_t *pm_leaf;      /* K: found last; pm_leaf_at 0: none */
};

/*
 * A window from the address space that is loaded now onto the same addresses
 * of another: what is copied through it (user_copy_*, user_put*, user_move)
 * goes to the other's memory under the other's permissions, and stops at what
 * is missing there.  at lies in user space; 0: the range can't be had in one.
 * One window at a time; it ends with pmap_window_close(), or _done(): as
 * close, when the address space that has it is left at once by a switch to
 * another.
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

    if (__builtin_expect((at + size) >> SLOT_SHIFT != slot, 0)) {
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
    uint64_t bases = prev->th_regs.bases | th->th_regs.bases;
    struct pmap *p = *th->th_pmap;

    machine_set_current_thread(th);
    if (p != THIS_CPU->cpu_pmap) {
        THIS_CPU->cpu_pmap = p;
        THIS_CPU->cpu_cr3_loads++;
        write_cr3(p->pm_cr3);
    }
    if (__builtin_expect((bases | THIS_CPU->cpu_unusual |
                          (uintptr_t)th->th_machine_task->mt_iobitmap) != 0,
                         0)) {
        if (bases != 0) {
            wrmsr(MSR_FS_BASE, th->th_regs.fs_base);
            wrmsr(MSR_KERNEL_GS_BASE, th->th_regs.gs_base);
        }
        if ((THIS_CPU->cpu_unusual |
             (uintptr_t)th->th_machine_task->mt_iobitmap) != 0) {
            __asm__ volatile("call machine_switch_rest_thunk"
                             : : "D"(th) : "memory", "cc");
        }
    }
}

/*
 * Back to user mode as to, past all callers, with KERN_SUCCESS and the first n
 * (at most 8) words of a message, its tag, and where it came from.
 *
 * For the fast paths that the entry code calls with words 0 to 3 in the
 * sender's th_regs and the others still in their registers: machine_sync_*
 * is for code that is compiled so that it leaves those alone.  A register that
 * no word comes in is cleared.
 */
#define CLEAR(reg) __asm__ volatile("xorl %" reg ", %" reg : : : "cc")

static inline __attribute__((always_inline)) void
machine_sync_clear(unsigned n)
{
    if (n < 5) {
        CLEAR("%ebx");
    }
    if (n < 6) {
        CLEAR("%r12d");
    }
    if (n < 7) {
        CLEAR("%r13d");
    }
    if (n < 8) {
        CLEAR("%r14d");
    }
}

static inline __attribute__((always_inline, noreturn)) void
machine_sync_resume(struct thread *to, const struct thread *from, unsigned n,
                    uint64_t tag, uint64_t badge, uint64_t port)
{
    const struct machine_regs *w = &from->th_regs;
    uint64_t rdx = n > 0 ? w->rdx : 0;
    register uint64_t r10 __asm__("r10") = n > 1 ? w->r10 : 0;
    register uint64_t r8 __asm__("r8") = n > 2 ? w->r8 : 0;
    register uint64_t r9 __asm__("r9") = n > 3 ? w->r9 : 0;
    register uint64_t r15 __asm__("r15") = port;

    machine_sync_clear(n);
    __asm__ volatile("mov %c[rbp](%%rax), %%rbp\n\t"
                     "mov %c[rip](%%rax), %%rcx\n\t"
                     "mov %c[rflags](%%rax), %%r11\n\t"
                     "mov %c[rsp](%%rax), %%rsp\n\t"
                     "xor %%eax, %%eax\n\t"
                     "swapgs\n\t"
                     "sysretq"
                     :
                     : "a"(to), "d"(rdx), "r"(r10), "r"(r8), "r"(r9),
                       "r"(r15), "S"(tag), "D"(badge),
                       [rbp] "i"(offsetof(struct machine_regs, rbp)),
                       [rip] "i"(offsetof(struct machine_regs, rip)),
                       [rflags] "i"(offsetof(struct machine_regs, rflags)),
                       [rsp] "i"(offsetof(struct machine_regs, rsp))
                     : "memory");
    __builtin_unreachable();
}

/* n quadwords that don't overlap; often few. */
static inline void
machine_copy64(uint64_t *to, const uint64_t *from, size_t n)
{
    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

/* regs_set_state() in line; false: it can't be loaded. */
static inline bool
machine_set_state(struct machine_regs *r, const x86_thread_state64_t *state)
{
    if (((state->rip | state->fs_base | state->gs_base) >> 47) != 0) {
        return false;
    }
    machine_copy64(&r->rax, &state->rax, sizeof(*state) / 8);
    r->bases = r->fs_base | r->gs_base;
    r->rflags = (r->rflags & RFLAGS_USER) | RFLAGS_FIXED;
    r->cs = SEL_UCODE;
    r->ss = SEL_UDATA;
    return true;
}

/* Into th_regs of the current thread, where all other code looks for them. */
static inline void
machine_sync_save(struct thread *th)
{
    struct machine_regs *r = &th->th_regs;

    __asm__ volatile("mov %%rbx, %0\n\t"
                     "mov %%r12, %1\n\t"
                     "mov %%r13, %2\n\t"
                     "mov %%r14, %3\n\t"
                     "mov %%r15, %4"
                     : "=m"(r->rbx), "=m"(r->r12), "=m"(r->r13),
                       "=m"(r->r14), "=m"(r->r15));
}

/* Load its registers: back to user mode, past all callers. */
void user_return(struct thread *th) __attribute__((noreturn));

static inline __attribute__((noreturn)) void
machine_resume(struct thread *th)
{
    user_return(th);
}

/* All of them, as AST_IRET wants it. */
void user_return_all(struct thread *th) __attribute__((noreturn));

static inline __attribute__((noreturn)) void
machine_resume_all(struct thread *th)
{
    user_return_all(th);
}

/* The same of one that waited in a trap and has nothing in th_ast. */
void user_sysret(struct thread *th) __attribute__((noreturn));

static inline __attribute__((noreturn)) void
machine_sysret(struct thread *th)
{
    user_sysret(th);
}

#endif
