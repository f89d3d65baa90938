/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs that die of exceptions: their status is the signal's, also where
 * the program has first destroyed what would have handled the exception
 * (Mach traps and the GS base do nothing of the kind on Linux).
 */
#include "tap.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define EMULATOR_AREA 0x7fffc0000000ull
#define EMULATOR_AREA_SIZE 0x3fffe000ull
#define MACH_VM_DEALLOCATE (-11l)
#define MACH_SET_BASE (-19l)

extern const char __executable_start[];

static long
raw_call(long number, uint64_t a, uint64_t b)
{
    long result;

    __asm__ volatile("syscall" : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(0)
                     : "rcx", "r11", "r8", "r9", "r10", "memory");
    return result;
}

static void
undefined(void)
{
    __asm__ volatile("ud2");
}

static void
null_write(void)
{
    __asm__ volatile("movl $1, (%0)" : : "r"(0ul) : "memory");
}

static void
null_call(void)
{
    ((void (*)(void))(uintptr_t)8)();
}

static void
divide(void)
{
    int one = 1;

    __asm__ volatile("cltd; idivl %1" : "+a"(one) : "r"(0) : "edx");
}

static void
privileged(void)
{
    __asm__ volatile("hlt");
}

static void
breakpoint(void)
{
    __asm__ volatile("int3");
}

static void
write_text(void)
{
    *(volatile char *)(uintptr_t)__executable_start = 0;
}

static void
not_canonical(void)
{
    *(volatile char *)0x8000000000000000ull = 0;
}

static void
no_stack(void)
{
    __asm__ volatile("xor %%esp, %%esp; push %%rax" ::: "memory");
}

static int
status_of(void (*code)(void))
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        code();
        _exit(0);
    }
    waitpid(pid, &status, 0);
    return status;
}

static void
test(const char *name, void (*code)(void), int signal)
{
    int status = status_of(code);

    tap_check(WIFSIGNALED(status) && WTERMSIG(status) == signal,
              "%s: status 0x%x, signal %d wanted", name, status, signal);
}

/* Without its memory; Linux refuses the call and goes on to ud2. */
static void
unmap_emulator(void)
{
    raw_call(MACH_VM_DEALLOCATE, EMULATOR_AREA, EMULATOR_AREA_SIZE);
    null_write();
}

static void
clear_gs(void)
{
    raw_call(MACH_SET_BASE, 1, 0);
    null_write();
}

static void
clear_gs_call(void)
{
    if (raw_call(MACH_SET_BASE, 1, 0) == 0) {
        getpid();
    }
    null_write();
}

/* The stack of a vfork child's parent, too. */
static void
vfork_crash(void)
{
    int status;
    pid_t pid = vfork();

    if (pid == 0) {
        null_write();
        _exit(0);
    }
    if (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
        WTERMSIG(status) == SIGSEGV) {
        abort();
    }
}

static void
vfork_kill(void)
{
    int status;
    pid_t pid = vfork();

    if (pid == 0) {
        kill(getpid(), SIGKILL);
        _exit(0);
    }
    if (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
        WTERMSIG(status) == SIGKILL) {
        abort();
    }
}

int
main(void)
{
    test("undefined instruction", undefined, SIGILL);
    test("null pointer", null_write, SIGSEGV);
    test("call of nothing", null_call, SIGSEGV);
    test("division by zero", divide, SIGFPE);
    test("privileged instruction", privileged, SIGSEGV);
    test("breakpoint", breakpoint, SIGTRAP);
    test("write to text", write_text, SIGSEGV);
    test("address that is none", not_canonical, SIGSEGV);
    test("no stack", no_stack, SIGSEGV);
    test("emulator unmapped", unmap_emulator, SIGSEGV);
    test("GS base lost, then a fault", clear_gs, SIGSEGV);
    test("GS base lost, then a call", clear_gs_call, SIGSEGV);
    test("vfork child crashes, its parent goes on", vfork_crash, SIGABRT);
    test("vfork child is killed, its parent goes on", vfork_kill, SIGABRT);
    return tap_done();
}
