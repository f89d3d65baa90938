/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults: of the guest, which become signals, and of the emulator itself,
 * which are expected only where it touches the guest's memory.
 */
#include <mach/exception.h>
#include "signal.h"

/* Distances from the members themselves (access.S). */
struct fixup {
    int32_t at, to;
};
extern const struct fixup fixup_begin[], fixup_end[];
extern const char emulator_base[];

static uint64_t
distant(const int32_t *member)
{
    return (uint64_t)(uintptr_t)member + (uint64_t)(int64_t)*member;
}

/* Where to go on, or 0. */
static uint64_t
find_fixup(uint64_t rip)
{
    for (const struct fixup *f = fixup_begin; f < fixup_end; f++) {
        if (distant(&f->at) == rip) {
            return distant(&f->to);
        }
    }
    return 0;
}

/* A fault inside the emulator; its state is in t->upcall. */
_Noreturn void
emulator_fault(struct thread *t)
{
    upcall_state_t *u = &t->upcall;
    uint64_t fixup = find_fixup(u->state.rip);

    if (u->exception == EXC_RESOURCE) {
        process_exit(t, SIGKILL);
    } else if (fixup != 0) {
        u->state.rip = fixup;
        thread_set_self_state_trap(&u->state);
    } else if (t->recover != NULL && u->exception == EXC_BAD_ACCESS &&
               u->subcode < EMULATOR_AREA_BASE) {
        x86_thread_state64_t *state = t->recover;

        t->recover = NULL;
        t->cancel_kind = CANCEL_NONE;
        t->buffer_busy = false;
        thread_set_self_state_trap(state);
    }
    mach_printf("posix emulator: %s[%d]: exception %u code %lx at %lx, "
                "pc +%lx, system call %ld\n", t->process->comm, t->tid,
                u->exception, u->code, u->subcode,
                u->state.rip - (uint64_t)(uintptr_t)emulator_base,
                (long)t->call);
    process_exit(t, SIGSEGV);
    for (;;) {
        thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1000);
    }
}

static void
bad_access(struct thread *t, const upcall_state_t *u)
{
    int code = u->code == KERN_PROTECTION_FAILURE ? 2 : 1;

    if (u->code == KERN_MEMORY_ERROR || u->code == KERN_MEMORY_FAILURE) {
        signal_fault(t, SIGBUS, 2, u->subcode, 14, u->error);
    } else {
        signal_fault(t, SIGSEGV, code, u->subcode, 14, u->error);
    }
}

static void
bad_instruction(struct thread *t, const upcall_state_t *u)
{
    switch (u->code) {
    case EXC_I386_INVOP:
        signal_fault(t, SIGILL, 2, u->state.rip, 6, 0);
        break;
    case EXC_I386_ALIGN:
        signal_fault(t, SIGBUS, 1, 0, 17, u->error);
        break;
    default:
        signal_fault(t, SIGSEGV, SI_KERNEL, 0, 13, u->error);
        break;
    }
}

/* FPE_* of the exception flags in MXCSR that are not masked. */
static int
sse_code(void)
{
    uint32_t mxcsr, raised;

    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    raised = mxcsr & ~(mxcsr >> 7) & 0x3f;
    if (raised & 1) {
        return 7; /* FPE_FLTINV */
    }
    if (raised & 4) {
        return 3; /* FPE_FLTDIV */
    }
    if (raised & 8) {
        return 4; /* FPE_FLTOVF */
    }
    return raised & 16 ? 5 : 6; /* FPE_FLTUND, FPE_FLTRES */
}

void
emulator_exception(regs_t *frame)
{
    struct thread *t = this_thread();
    const upcall_state_t *u = &t->upcall;

    *frame = u->state;
    t->fs_base = frame->fs_base;
    t->full = 1;
    t->call = -1;
    switch (u->exception) {
    case EXC_BAD_ACCESS:
        bad_access(t, u);
        break;
    case EXC_ARITHMETIC:
        if (u->code == EXC_I386_DIV) {
            signal_fault(t, SIGFPE, 1, u->state.rip, 0, 0);
        } else {
            signal_fault(t, SIGFPE, sse_code(), u->state.rip,
                         (uint32_t)u->code, 0);
        }
        break;
    case EXC_BREAKPOINT:
        signal_fault(t, SIGTRAP, u->code == EXC_I386_BPT ? SI_KERNEL : 2,
                     u->state.rip, (uint32_t)u->code, 0);
        break;
    case EXC_RESOURCE:
        process_exit(t, SIGKILL);
        break;
    default:
        bad_instruction(t, u);
        break;
    }
}

void
emulator_bad_state(regs_t *frame)
{
    struct thread *t = this_thread();

    frame->rip = 0;
    signal_fault(t, SIGSEGV, SI_KERNEL, 0, 13, 0);
}
