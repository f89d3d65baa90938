/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Redirection of system calls, and kicks: outside the range, in a wait
 * inside it, in the restart range.  Uses the emulator that exceptions.c sets.
 */
#include <thread/thread.h>
#include "test.h"

extern uint64_t emu_saved[];
extern volatile uint32_t emu_waiting;
extern upcall_state_t last_upcall;
extern volatile uint32_t upcalls;

int64_t linux_call(uint64_t number, uint64_t arg);
int64_t emu_wait(volatile uint32_t *word, uint32_t expected);
int64_t emu_wait_flag(volatile uint32_t *word, uint32_t expected);
void emu_inside_syscall(void);

static volatile uint32_t word, flag, done, spin;
static volatile int64_t result;

static void
test_syscall(void)
{
    int64_t r = linux_call(39, 0x1234);

    check(r == 1039, "a system call arrives at the entry", (uint64_t)r);
    check(emu_saved[0] == 39 && emu_saved[1] == 0x1234,
          "with its registers", emu_saved[0]);
    check(emu_saved[2] != 0 && (emu_saved[3] & 0x200) != 0,
          "rcx and r11 as SYSCALL leaves them", emu_saved[3]);
    r = linux_call(0x7fffffffffffffff, 0);
    check(r == (int64_t)(0x7fffffffffffffffull + 1000),
          "the largest number, too", (uint64_t)r);
}

static void
waiter(uint64_t how)
{
    done = 0;
    result = how == 1 ? emu_wait(&word, 0) : emu_wait_flag(&word, 0);
    done = 1;
}

static void
spinner(uint64_t arg)
{
    done = 0;
    spin = 1;
    while (spin == (uint32_t)arg) {
        continue;
    }
    done = 1;
}

static void
test_kick_outside(void)
{
    uint32_t before = upcalls;
    mach_port_t t = thread_spawn(spinner, 1);

    wait_for(&spin, 1);
    thread_kick(t);
    check(wait_for(&upcalls, before + 1), "a kick enters the kick entry",
          upcalls);
    check(last_upcall.kind == UPCALL_KICK, "which is told so",
          last_upcall.kind);
    spin = 2;
    check(wait_for(&done, 1), "and the thread goes on where it was", done);
    mach_port_deallocate_trap(t);
}

static void
test_kick_inside(void)
{
    mach_port_t t;

    emu_waiting = 0;
    word = 0;
    t = thread_spawn(waiter, 1);
    wait_for(&emu_waiting, 1);
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 5);
    thread_kick(t);
    check(wait_for(&done, 1), "a kick ends an interruptible wait", done);
    check(result == KERN_INTERRUPTED || result == 77,
          "by INTERRUPTED or by restart_pc", (uint64_t)result);
    mach_port_deallocate_trap(t);

    emu_waiting = 0;
    flag = 0;
    t = thread_spawn(waiter, 2);
    thread_set_kick_flag(t, (uintptr_t)&flag);
    wait_for(&emu_waiting, 2);
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 5);
    thread_kick(t);
    check(wait_for(&done, 1) && result == KERN_INTERRUPTED,
          "a kick inside the range: INTERRUPTED", (uint64_t)result);
    check(flag == 1, "and the flag word is set", flag);
    mach_port_deallocate_trap(t);
}

/* A kick that comes first ends the next interruptible wait. */
static void
test_kick_latched(void)
{
    uint32_t w = 0, before = upcalls;
    kern_return_t kr;

    thread_kick_trap(MACH_PORT_THREAD_SELF);
    check(upcalls == before + 1, "a thread that kicks itself is upcalled",
          upcalls);
    kr = futex_wait(&w, 0, clock_uptime() + 5000000, FUTEX_INTERRUPTIBLE);
    check(kr == KERN_OPERATION_TIMED_OUT,
          "fetching the state has cleared the latch", (uint64_t)kr);
}

void
test_redirect(void)
{
    upcall_state_t u;

    test_syscall();
    test_kick_outside();
    test_kick_inside();
    test_kick_latched();
    check(thread_upcall_state_trap(&u) == KERN_SUCCESS &&
              u.kind == UPCALL_NONE,
          "no upcall is pending", u.kind);
}
