/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine contract: a thread's user registers, and what is found in which.
 *
 * The layout begins with that of x86_thread_state64_t; entry and exit code
 * know it.
 */
#ifndef MACHINE_REGS_H
#define MACHINE_REGS_H

#include <stdbool.h>
#include <stddef.h>
#include <mach/thread_status.h>
#include <base/codes.h>

struct machine_regs {
    uint64_t rax, rbx, rcx, rdx, rdi, rsi, rbp, rsp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rip, rflags;
    uint64_t cs, ss;
    uint64_t fs_base, gs_base;
    uint64_t bases; /* both, or'ed */
};
_Static_assert(offsetof(struct machine_regs, bases)
                   == sizeof(x86_thread_state64_t),
               "the thread state is copied whole");

/* All zero but for selectors and flags. */
void regs_init(struct machine_regs *r);
/* A state that can't be loaded (non-canonical rip or base) is refused with
 * KERN_INVALID_ARGUMENT; flags that a user may not set are dropped.  The
 * caller sets AST_IRET. */
kern_return_t regs_set_state(struct machine_regs *r,
                             const x86_thread_state64_t *state);
/* The FS (gs: GS) base; KERN_INVALID_ARGUMENT when non-canonical or not a
 * user's. */
kern_return_t regs_set_base(struct machine_regs *r, bool gs, uint64_t base);
void regs_get_state(const struct machine_regs *r,
                    x86_thread_state64_t *state);

/* Trap arguments 0..5 (rdi, rsi, rdx, r10, r8, r9) and results. */
static inline void
regs_get_args(const struct machine_regs *r, uint64_t args[6])
{
    args[0] = r->rdi;
    args[1] = r->rsi;
    args[2] = r->rdx;
    args[3] = r->r10;
    args[4] = r->r8;
    args[5] = r->r9;
}

/* One of them. */
static inline uint64_t
regs_arg(const struct machine_regs *r, unsigned i)
{
    const uint64_t *const at[6] = { &r->rdi, &r->rsi, &r->rdx,
                                    &r->r10, &r->r8,  &r->r9 };

    return *at[i];
}

static inline void
regs_set_arg(struct machine_regs *r, unsigned i, uint64_t value)
{
    switch (i) {
    case 0:
        r->rdi = value;
        break;
    case 1:
        r->rsi = value;
        break;
    case 2:
        r->rdx = value;
        break;
    case 3:
        r->r10 = value;
        break;
    case 4:
        r->r8 = value;
        break;
    default:
        r->r9 = value;
        break;
    }
}

static inline void
regs_set_result(struct machine_regs *r, kern_return_t result)
{
    r->rax = (uint64_t)(int64_t)result;
}

/* A result that is no code. */
static inline void
regs_set_value(struct machine_regs *r, uint64_t value)
{
    r->rax = value;
}

static inline uint64_t
regs_trap_number(const struct machine_regs *r)
{
    return 0 - r->rax;
}

static inline bool
regs_is_trap(const struct machine_regs *r)
{
    return (int64_t)r->rax < 0;
}

static inline void
regs_set_result2(struct machine_regs *r, uint64_t value)
{
    r->rdx = value;
}

/* ---- synchronous IPC: the registers of <mach/sync.h> ---- */

static inline uint32_t
regs_sync_name(const struct machine_regs *r)
{
    return (uint32_t)r->rdi;
}

static inline uint64_t
regs_sync_tag(const struct machine_regs *r)
{
    return r->rsi;
}

static inline uint64_t
regs_sync_deadline(const struct machine_regs *r)
{
    return r->r15;
}

static inline void
regs_set_sync_tag(struct machine_regs *r, uint64_t tag)
{
    r->rsi = tag;
}

/* Where it came from. */
static inline void
regs_set_sync_source(struct machine_regs *r, uint64_t badge, uint32_t name)
{
    r->rdi = badge;
    r->r15 = name;
}

static inline void
regs_set_sync_word(struct machine_regs *r, uint64_t word)
{
    r->rdx = word;
}

/* The eight words, which follow each other in a message. */
static inline void
regs_set_sync_words(struct machine_regs *r, const uint64_t word[8])
{
    r->rdx = word[0];
    r->r10 = word[1];
    r->r8 = word[2];
    r->r9 = word[3];
    r->rbx = word[4];
    r->r12 = word[5];
    r->r13 = word[6];
    r->r14 = word[7];
}

/* The first n words, at most 8. */
static inline void
regs_copy_sync_words(struct machine_regs *to, const struct machine_regs *from,
                     unsigned n)
{
    if (n == 0) {
        return;
    }
    to->rdx = from->rdx;
    if (n < 4) {
        if (n >= 2) {
            to->r10 = from->r10;
        }
        if (n == 3) {
            to->r8 = from->r8;
        }
        return;
    }
    to->r10 = from->r10;
    to->r8 = from->r8;
    to->r9 = from->r9;
    if (n == 4) {
        return;
    }
    to->rbx = from->rbx;
    switch (n) {
    default:
        to->r14 = from->r14;
        /* fall through */
    case 7:
        to->r13 = from->r13;
        /* fall through */
    case 6:
        to->r12 = from->r12;
        /* fall through */
    case 5:
        break;
    }
}

/* Back to the trap instruction, which executes again. */
static inline void
regs_restart_trap(struct machine_regs *r)
{
    r->rip -= 2; /* the length of SYSCALL */
}

/* On to another pc with everything else kept, but for the flags that would
 * disturb an entry written by someone else (TF, DF). */
static inline void
regs_enter(struct machine_regs *r, vm_address_t pc)
{
    r->rip = pc;
    r->rflags &= ~0x500ull;
}

static inline uint64_t
regs_syscall_number(const struct machine_regs *r)
{
    return r->rax;
}

/* rcx and r11 as the SYSCALL instruction leaves them. */
static inline void
regs_keep_syscall(struct machine_regs *r)
{
    r->rcx = r->rip;
    r->r11 = r->rflags;
}

static inline uint64_t
regs_pc(const struct machine_regs *r)
{
    return r->rip;
}

#endif
