/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating point and vector state: XSAVE where the processor has it (x87,
 * SSE, AVX), else FXSAVE.
 *
 * CR0.TS is set while the registers hold another thread's state; the first
 * instruction then traps to fpu_enable(), which saves theirs and loads ours.
 * cpu_fpu is the thread whose state the registers hold.
 */
#include <base/kalloc.h>
#include <base/string.h>
#include <machine/cpu.h>
#include <machine/fpu.h>
#include <sched/thread.h>
#include "internal.h"
#include "x86.h"

#define FXSAVE_SIZE 512u
#define XSAVE_HEADER 64u
#define XSTATE_MASK 7u /* x87, SSE, AVX */
#define MXCSR_AT 24
#define MXCSR_INIT 0x1f80u
#define FCW_INIT 0x37fu
#define IMAGE_MAX 832u /* with AVX, the last of XSTATE_MASK */
#define IMAGE_ALIGN 64u

/* The image is at the first multiple of IMAGE_ALIGN in it. */
struct machine_fpu {
    uint8_t mf_space[IMAGE_MAX + IMAGE_ALIGN];
};

static bool have_xsave;
static uint64_t xstate; /* XCR0 */
static size_t image_size = FXSAVE_SIZE;
static uint32_t mxcsr_mask = 0xffbf;
static uint8_t initial[IMAGE_MAX] __attribute__((aligned(IMAGE_ALIGN)));

static uint8_t *
image(struct machine_fpu *f)
{
    uintptr_t at = (uintptr_t)f->mf_space;

    return (uint8_t *)((at + IMAGE_ALIGN - 1) & ~(uintptr_t)(IMAGE_ALIGN - 1));
}

static void
save(uint8_t *to)
{
    if (have_xsave) {
        __asm__ volatile("xsave64 (%0)"
                         :
                         : "r"(to), "a"((uint32_t)xstate), "d"(0)
                         : "memory");
    } else {
        __asm__ volatile("fxsave64 (%0)" : : "r"(to) : "memory");
    }
}

static void
load(const uint8_t *from)
{
    if (have_xsave) {
        __asm__ volatile("xrstor64 (%0)"
                         :
                         : "r"(from), "a"((uint32_t)xstate), "d"(0)
                         : "memory");
    } else {
        __asm__ volatile("fxrstor64 (%0)" : : "r"(from) : "memory");
    }
}

void
fpu_setup(void)
{
    struct cpuid c1 = cpuid(1, 0);
    uint32_t mxcsr = MXCSR_INIT, lo, hi = 0;
    uint16_t fcw = FCW_INIT;
    uint32_t mask;

    write_cr0((read_cr0() & ~(uint64_t)(CR0_EM | CR0_TS)) | CR0_MP);
    write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT);
    if (c1.c & (1u << 26)) {
        write_cr4(read_cr4() | CR4_OSXSAVE);
        xstate = cpuid(0xd, 0).a & XSTATE_MASK;
        lo = (uint32_t)xstate;
        __asm__ volatile("xsetbv" : : "c"(0), "a"(lo), "d"(hi));
        have_xsave = true;
        image_size = cpuid(0xd, 0).b; /* by what XCR0 enables */
    }
    __asm__ volatile("fxsave64 (%0)" : : "r"(initial) : "memory");
    memcpy(&mask, initial + 28, sizeof(mask));
    if (mask != 0) {
        mxcsr_mask = mask;
    }
    memset(initial, 0, sizeof(initial));
    memcpy(initial, &fcw, sizeof(fcw));
    memcpy(initial + MXCSR_AT, &mxcsr, sizeof(mxcsr));
    write_cr0(read_cr0() | CR0_TS);
}

/* The registers hold th's state, and it is in memory, too, afterwards. */
static void
fpu_flush(struct thread *th)
{
    struct cpu *c = cpu_self();

    if (c->cpu_fpu == th) {
        if (!c->cpu_fpu_on) {
            clts();
        }
        save(image(th->th_fpu));
        if (!c->cpu_fpu_on) {
            write_cr0(read_cr0() | CR0_TS);
        }
    }
}

/* The registers are nobody's. */
static void
fpu_forget(struct cpu *c)
{
    c->cpu_fpu = NULL;
    c->cpu_fpu_on = false;
    cpu_note_unusual();
    write_cr0(read_cr0() | CR0_TS);
}

static kern_return_t
fpu_alloc(struct thread *th)
{
    if (th->th_fpu == NULL) {
        th->th_fpu = kalloc(sizeof(struct machine_fpu), th->th_ledger);
        if (th->th_fpu == NULL) {
            return KERN_RESOURCE_SHORTAGE;
        }
        memcpy(image(th->th_fpu), initial, sizeof(initial));
    }
    return KERN_SUCCESS;
}

kern_return_t
fpu_enable(struct thread *th)
{
    struct cpu *c = cpu_self();
    kern_return_t kr = fpu_alloc(th);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    clts();
    c->cpu_fpu_on = true;
    cpu_note_unusual();
    if (c->cpu_fpu != th) {
        if (c->cpu_fpu != NULL) {
            save(image(c->cpu_fpu->th_fpu));
        }
        load(image(th->th_fpu));
        c->cpu_fpu = th;
    }
    return KERN_SUCCESS;
}

void
fpu_release(struct thread *th)
{
    struct cpu *c = cpu_self();

    if (c->cpu_fpu == th) {
        fpu_forget(c);
    }
    kfree(th->th_fpu, sizeof(struct machine_fpu), th->th_ledger);
    th->th_fpu = NULL;
}

size_t
fpu_state_size(void)
{
    return image_size;
}

kern_return_t
fpu_get_state(struct thread *th, void *buf)
{
    if (th->th_fpu == NULL) {
        memcpy(buf, initial, image_size);
        return KERN_SUCCESS;
    }
    fpu_flush(th);
    memcpy(buf, image(th->th_fpu), image_size);
    return KERN_SUCCESS;
}

kern_return_t
fpu_set_state(struct thread *th, const void *buf)
{
    struct cpu *c = cpu_self();
    kern_return_t kr = fpu_alloc(th);
    uint32_t mxcsr;
    uint64_t *header;

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (c->cpu_fpu == th) {
        fpu_forget(c);
    }
    memcpy(image(th->th_fpu), buf, image_size);
    memcpy(&mxcsr, image(th->th_fpu) + MXCSR_AT, sizeof(mxcsr));
    mxcsr &= mxcsr_mask;
    memcpy(image(th->th_fpu) + MXCSR_AT, &mxcsr, sizeof(mxcsr));
    if (have_xsave) { /* what XRSTOR would refuse */
        header = (uint64_t *)(void *)(image(th->th_fpu) + FXSAVE_SIZE);
        header[0] &= xstate;
        memset(header + 1, 0, XSAVE_HEADER - 8);
    }
    return KERN_SUCCESS;
}
