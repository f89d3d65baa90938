/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: the emulator's entry, then the thread's port, then the task's,
 * else the end of the task, with a line in the log.
 */
#include <base/printf.h>
#include <ipc/ipc.h>
#include <kern/emulator.h>
#include <kern/exception.h>
#include <kern/task.h>
#include <mach/exception.h>
#include <sched/thread.h>

static const char *const names[EXC_TYPES_COUNT] = {
    [EXC_BAD_ACCESS] = "bad access",
    [EXC_BAD_INSTRUCTION] = "bad instruction",
    [EXC_ARITHMETIC] = "arithmetic",
    [EXC_EMULATION] = "emulation",
    [EXC_SOFTWARE] = "software",
    [EXC_BREAKPOINT] = "breakpoint",
    [EXC_SYSCALL] = "system call without an emulator",
    [EXC_RESOURCE] = "out of resources (ledger)",
};

/* Nobody wants it: say who, what, where, and what to do about it. */
static void
die(struct thread *th, int exception, uint64_t code, uint64_t subcode)
{
    struct task *t = th->th_task;
    const char *name = names[exception] != NULL ? names[exception] : "?";

    kprintf("kernel: task %lu (%s) thread %s: %s, code %lu, address %lx, "
            "pc %lx, sp %lx: terminated\n"
            "kernel: find the line with: addr2line -fe <the ELF file of %s> "
            "0x%lx\n",
            t->ta_id, t->ta_name[0] != '\0' ? t->ta_name : "unnamed",
            th->th_name[0] != '\0' ? th->th_name : "unnamed", name, code,
            subcode, regs_pc(&th->th_regs), th->th_regs.rsp,
            t->ta_name[0] != '\0' ? t->ta_name : "the task",
            regs_pc(&th->th_regs));
    task_terminate(t);
}

void
exception_raise_current(struct thread *th, int exception, uint64_t code,
                        uint64_t subcode, uint64_t error)
{
    if (th->th_ast & AST_TERMINATE) {
        return; /* it dies on the way out */
    }
    if (emulator_exception(th, exception, code, subcode, error)) {
        return;
    }
    die(th, exception, code, subcode);
}
