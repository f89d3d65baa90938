/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine contract: the processor.  Per-CPU data is reached through GS.
 */
#ifndef MACHINE_CPU_H
#define MACHINE_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct thread;
struct pmap;

/* The first members are known to the entry code (entry.S). */
struct cpu {
    struct cpu *cpu_self;
    struct thread *cpu_thread;   /* current, or NULL while idle */
    uint64_t cpu_stack;          /* top of the kernel stack */
    uint64_t cpu_scratch[2];     /* entry code only */
    struct pmap *cpu_pmap;       /* whose CR3 is; NULL: the kernel's */
    struct thread *cpu_fpu;      /* whose state the FPU registers hold */
    uint64_t cpu_fpu_on;         /* 1: CR0.TS is clear; or 0 */
    unsigned cpu_number;
    uint8_t *cpu_iobitmap;       /* bitmap now in the TSS, or NULL */
    uint64_t cpu_unusual;        /* 0: neither of these two */
    uint64_t cpu_cr3_loads;      /* count, for benchmarks */
};

static inline struct cpu *
cpu_self(void)
{
    struct cpu *c;

    __asm__ volatile("movq %%gs:0, %0" : "=r"(c));
    return c;
}

/* The same without a pointer. */
#define THIS_CPU ((struct cpu __seg_gs *)0)

static inline struct thread *
machine_current_thread(void)
{
    struct thread *th;

    __asm__ volatile("movq %%gs:8, %0" : "=r"(th));
    return th;
}

static inline void
machine_set_current_thread(struct thread *th)
{
    /* The compiler loses a plain store before a function that does not return:
     * GCC 12. */
    __asm__ volatile("movq %0, %%gs:8" : : "r"(th) : "memory");
}

/* How often an address space has been loaded. */
static inline uint64_t
machine_space_loads(void)
{
    return cpu_self()->cpu_cr3_loads;
}

/* The cycle counter. */
static inline uint64_t
machine_cycles(void)
{
    uint64_t lo, hi; /* of which the upper halves are cleared */

    __asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
    return hi << 32 | lo;
}

/* Number of the highest bit that is set; v is not 0. */
static inline unsigned
machine_highest_bit(uint64_t v)
{
    return 63u - (unsigned)__builtin_clzll(v);
}

/* Let interrupts in, wait for one, and return with interrupts off. */
void machine_idle(void);
/* Let those in that are pending: in long loops, between two steps, where
 * everything is as a handler may find it.  No other thread runs. */
static inline void
machine_interrupt_window(void)
{
    __asm__ volatile("sti; nop; cli" : : : "memory");
}

/* Load what th needs besides its registers: segment bases, FPU access, I/O
 * permissions.  Its address space is loaded by pmap_activate(). */
void machine_switch(struct thread *th);
/* All but the segment bases. */
void machine_switch_rest(struct thread *th);

/* Up to size random bytes mixed from the processor's generator (when there
 * is one) and the cycle counter. */
void machine_random(void *buf, size_t size);
/* Extra entropy: a time at which something happened. */
void machine_random_stir(uint64_t value);

/* Leave: exit code for a debug-exit device when there is one, else power
 * off, else halt for ever. */
void machine_poweroff(int code) __attribute__((noreturn));
void machine_reset(void) __attribute__((noreturn));

/* The return addresses on the stack from sp on (0: from here), newest first, at
 * most max.  There are no frame pointers, so what is left there of calls that
 * have returned is found, too. */
unsigned machine_backtrace(uint64_t sp, uint64_t *pcs, unsigned max);
void machine_print_registers(void);
/* Where a panic that an exception caused happened; false: it was none. */
bool machine_panic_origin(uint64_t *pc, uint64_t *sp);

#endif
