/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one task does with the kernel alone: traps, a kernel call both ways,
 * page faults, redirected system calls.
 */
#include <mach/emulator.h>
#include <mach_port/mach_port.h>
#include <task/task.h>
#include "../../libmach/trap.h"
#include "bench.h"

#define FAULTS 1000u
#define FAULT_RUNS 8u /* RUNS of main.c and the first, shorter one */

/* redirect.S */
extern char redirect_base[], redirect_entry[], redirect_exception[],
    redirect_end[];

static mach_port_t port;
static vm_address_t memory, untouched;

static void
run_null(unsigned n)
{
    int64_t rax = 0;

    while (n-- > 0) {
        rax -= TRAP_null; /* what the last one gave: 0 */
        __asm__ volatile("syscall"
                         : "+a"(rax)
                         :
                         : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10",
                           "r11", "memory");
    }
}

static void
setup_port(void)
{
    port = port_make();
}

static void
finish_port(void)
{
    port_end(port);
}

static void
run_kern_trap(unsigned n)
{
    mach_port_urefs_t refs;

    while (n-- > 0) {
        MUST(mach_port_get_refs_trap(port, MACH_PORT_RIGHT_SEND, &refs));
    }
}

static void
run_kern_rpc(unsigned n)
{
    natural_t refs;

    while (n-- > 0) {
        MUST(mach_port_get_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND,
                                &refs));
    }
}

static void
setup_fault(void)
{
    MUST(vm_allocate(&memory, FAULTS * FAULT_RUNS * MACH_PAGE_SIZE,
                     VM_FLAGS_ANYWHERE));
    untouched = memory;
}

static void
run_fault(unsigned n)
{
    while (n-- > 0) {
        *(volatile uint8_t *)(uintptr_t)untouched = 1;
        untouched += MACH_PAGE_SIZE;
    }
}

static void
finish_fault(void)
{
    MUST(vm_deallocate(memory, FAULTS * FAULT_RUNS * MACH_PAGE_SIZE));
}

static void
set_emulator(bool on)
{
    emulator_info_t e = { 0 };

    if (on) {
        e.base = (uintptr_t)redirect_base;
        e.end = (uintptr_t)redirect_end;
        e.syscall_entry = (uintptr_t)redirect_entry;
        e.exception_entry = (uintptr_t)redirect_exception;
    }
    MUST(task_set_emulator(mach_task_self(), e));
}

static void
setup_redirect(void)
{
    set_emulator(true);
}

static void
finish_redirect(void)
{
    set_emulator(false);
}

static void
run_redirect(unsigned n)
{
    uint64_t rax;

    while (n-- > 0) {
        rax = 39;
        __asm__ volatile("syscall" : "+a"(rax) : : "rcx", "r11", "memory");
    }
}

static void
run_exception(unsigned n)
{
    while (n-- > 0) {
        __asm__ volatile("int3");
    }
}

const struct row kernel_rows[] = {
    { "null_trap", 10000, NULL, run_null, NULL },
    { "kern_trap", 5000, setup_port, run_kern_trap, finish_port },
    { "kern_rpc", 2000, setup_port, run_kern_rpc, finish_port },
    { "redirect_null", 5000, setup_redirect, run_redirect, finish_redirect },
    { "exc_redirect", 2000, setup_redirect, run_exception, finish_redirect },
    { "fault_zero", FAULTS, setup_fault, run_fault, finish_fault },
    { NULL, 0, NULL, NULL, NULL },
};
