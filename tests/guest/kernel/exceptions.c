/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each kind of exception arrives at the emulator's entry with what it says it is, and the
 * thread goes on where the entry sends it.
 */
#include <host/host.h>
#include <task/task.h>
#include "test.h"

extern char emu_base[], emu_end[], emu_syscall[], emu_kick[],
    emu_exception[];
extern uint64_t emu_saved[];

void emu_upcall(int kind) __attribute__((noreturn));

#define FAULTS(X)                                             \
    X(divide, EXC_ARITHMETIC, 0)                              \
    X(int3, EXC_BREAKPOINT, 3)                                \
    X(ud2, EXC_BAD_INSTRUCTION, 6)                            \
    X(read, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS)             \
    X(write, EXC_BAD_ACCESS, KERN_PROTECTION_FAILURE)         \
    X(jump, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS)             \
    X(kernel_jump, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS)      \
    X(into_kernel, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS)      \
    X(noncanonical, EXC_BAD_INSTRUCTION, 13)                  \
    X(gp, EXC_BAD_INSTRUCTION, 13)                            \
    X(int80, EXC_BAD_INSTRUCTION, 13)                         \
    X(nx, EXC_BAD_ACCESS, KERN_PROTECTION_FAILURE)            \
    X(debug, EXC_BREAKPOINT, 1)                               \
    X(in, EXC_BAD_INSTRUCTION, 13)                            \
    X(hlt, EXC_BAD_INSTRUCTION, 13)                           \
    X(selector, EXC_BAD_INSTRUCTION, 13)

#define DECLARE(name, exc, code) void fault_##name(void);
FAULTS(DECLARE)
void fault_align(void);
void fault_simd(void);
void fault_stack(void);

static const struct {
    void (*fn)(void);
    const char *name;
    int exception;
    uint64_t code;
} faults[] = {
#define ENTRY(name, exc, code) { fault_##name, #name, exc, code },
    FAULTS(ENTRY)
};

/* entry.S: as x86_thread_state64_t has them, rax to r15. */
extern uint64_t pattern[16], emu_entered[16];
extern char pattern_done[];
void pattern_int3(void);
void pattern_fault(void);

upcall_state_t last_upcall;
volatile uint32_t upcalls;

/* Where the exception entry sends the thread back to. */
static uint64_t resume_rsp;
static uint64_t resume_rip;

/* entry.S: notes its caller's place; returns 0, or 1 when resumed there. */
int mark(uint64_t *rsp, uint64_t *rip) __attribute__((returns_twice));

/* On the emulator's stack, for exceptions and kicks. */
void
emu_upcall(int kind)
{
    upcall_state_t u;
    kern_return_t kr = thread_upcall_state_trap(&u);

    last_upcall = u;
    upcalls++;
    if (kr == KERN_SUCCESS && u.kind == (uint32_t)kind) {
        if (kind == UPCALL_EXCEPTION && resume_rip == 0) {
            mach_printf("Bail out! exception %u, code %lu, at %lx, pc %lx\n",
                        u.exception, u.code, u.subcode, u.state.rip);
            host_reboot(host_priv, 0, 1);
        }
        if (kind == UPCALL_EXCEPTION) {
            u.state.rip = resume_rip;
            resume_rip = 0;
            u.state.rsp = resume_rsp;
            u.state.rax = 1;
            u.state.rbp = last_upcall.state.rbp;
            u.state.rflags &= ~0x40100ull; /* TF, AC */
        }
        thread_set_self_state_trap(&u.state);
    }
    mach_printf("# upcall %d: got kind %u, error %d\n", kind, u.kind, kr);
    for (;;) {
        thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1000);
    }
}

/* rbp is the frame's: the faulting functions don't change it. */
static bool __attribute__((noinline))
provoke(void (*fn)(void))
{
    if (mark(&resume_rsp, &resume_rip) == 0) {
        last_upcall.kind = UPCALL_NONE;
        fn();
        resume_rip = 0;
        return false;
    }
    return last_upcall.kind == UPCALL_EXCEPTION;
}

/* Everything that the thread had arrives, in its registers at the entry and in
 * the state that is fetched there: from the entry code (a breakpoint), and
 * from C (a fault). */
static void
test_registers(void (*fn)(void), const char *name)
{
    const uint64_t *got = &last_upcall.state.rax;
    unsigned wrong = 0;

    for (unsigned i = 0; i < 16; i++) {
        pattern[i] = 0x1111111111111111ull * (i + 1) + 0xabc;
    }
    thread_set_base_trap(0, 0x123450);
    thread_set_base_trap(1, 0x678900);
    memset(&last_upcall, 0, sizeof(last_upcall));
    resume_rip = (uintptr_t)pattern_done;
    resume_rsp = 0;
    fn();
    thread_set_base_trap(0, 0);
    thread_set_base_trap(1, 0);
    for (unsigned i = 0; i < 16; i++) {
        if (i != 7 && (got[i] != pattern[i] || emu_entered[i] != pattern[i])) {
            wrong |= 1u << i;
        }
    }
    check(wrong == 0, name, wrong);
    check(emu_entered[7] == last_upcall.state.rsp,
          "and the stack's", last_upcall.state.rsp);
    check((last_upcall.state.rflags & 0x701) == 0x601 &&
              last_upcall.state.cs == 0x23 && last_upcall.state.ss == 0x1b,
          "flags and selectors", last_upcall.state.rflags);
    check(last_upcall.state.fs_base == 0x123450 &&
              last_upcall.state.gs_base == 0x678900,
          "segment bases", last_upcall.state.fs_base);
    check(fn == pattern_int3
              ? last_upcall.subcode == last_upcall.state.rip &&
                    last_upcall.error == 0
              : last_upcall.subcode == 0x10 && last_upcall.error == 6,
          "where, and the processor's code", last_upcall.error);
}

/* A state that can't be loaded changes nothing. */
static void
test_bad_states(void)
{
    x86_thread_state64_t good = last_upcall.state, s = good;
    kern_return_t kr[4];

    s.rip = 1ull << 47;
    kr[0] = thread_set_self_state_trap(&s);
    s = good;
    s.fs_base = 1ull << 63;
    kr[1] = thread_set_self_state_trap(&s);
    s = good;
    s.gs_base = 1ull << 47;
    kr[2] = thread_set_self_state_trap(&s);
    kr[3] = thread_set_self_state_trap(
        (void *)(uintptr_t)(VM_MAX_ADDRESS - sizeof(s) + 8));
    check(kr[0] == KERN_INVALID_ARGUMENT && kr[1] == KERN_INVALID_ARGUMENT &&
              kr[2] == KERN_INVALID_ARGUMENT &&
              kr[3] == KERN_INVALID_ADDRESS,
          "states that can't be loaded", (uint64_t)kr[3]);
}

void
test_exceptions(void)
{
    emulator_info_t e = { 0 };
    kern_return_t kr;

    e.base = (uintptr_t)emu_base;
    e.end = (uintptr_t)emu_end;
    e.syscall_entry = (uintptr_t)emu_syscall;
    e.kick_entry = (uintptr_t)emu_kick;
    e.exception_entry = (uintptr_t)emu_exception;
    kr = task_set_emulator(mach_task_self(), e);
    check(kr == KERN_SUCCESS, "task_set_emulator", (uint64_t)kr);
    for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        bool good = provoke(faults[i].fn) &&
                    last_upcall.exception == (uint32_t)faults[i].exception &&
                    last_upcall.code == faults[i].code;

        check(good, faults[i].name,
              (uint64_t)last_upcall.exception << 32 | last_upcall.code);
    }
    test_registers(pattern_int3, "all registers of a breakpoint");
    test_registers(pattern_fault, "all registers of a fault");
    test_bad_states();
    check(provoke(fault_stack) && (last_upcall.code == 12 ||
                                   last_upcall.code == 13),
          "stack", last_upcall.code);
    /* QEMU's TCG does neither check: either is right. */
    mach_printf("# alignment check: %s\n",
                provoke(fault_align) ? "raised" : "not done here");
    mach_printf("# SIMD exception: %s\n",
                provoke(fault_simd) && last_upcall.code == 19
                    ? "raised" : "not done here");
    e.syscall_entry = e.end;
    kr = task_set_emulator(mach_task_self(), e);
    check(kr == KERN_INVALID_ARGUMENT, "an entry outside the range",
          (uint64_t)kr);
}
