/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the system-call entry to the function of a call, and what an unknown call is
 * answered with.
 */
#include <proc/proc.h>
#include "syscall.h"

extern const int32_t syscall_table[], syscall_table_end[];

typedef int64_t syscall_function_t(const uint64_t *a);

/* ENOSYS, counted; reported the first time when the runner asked for it. */
static int64_t
missing(struct process *p, uint64_t number)
{
    uint64_t slot = number < MISSING_MAX ? number : MISSING_MAX - 1;
    char line[64];

    if (p->missing[slot]++ == 0 && p->strace_missing != 0) {
        mach_snprintf(line, sizeof(line), "%s[%d]: system call %ld", p->comm,
                      p->ids.pid, (long)number);
        proc_report(p->ports[PORT_PROC], line);
    }
    return -ENOSYS;
}

void
emulator_syscall(regs_t *frame)
{
    struct thread *t = this_thread();
    uint64_t number = (uint32_t)frame->rax;
    uint64_t a[6] = {frame->rdi, frame->rsi, frame->rdx,
                     frame->r10, frame->r8,  frame->r9};
    int64_t result;

    t->call = (int64_t)number;
    if (number < (uint64_t)(syscall_table_end - syscall_table) &&
        syscall_table[number] != 0) {
        syscall_function_t *f =
            (syscall_function_t *)((uintptr_t)syscall_table +
                                   (intptr_t)syscall_table[number]);

        result = f(a);
    } else {
        result = missing(t->process, number);
    }
    if (t->full) {
        return; /* the frame is a new one: sigreturn, a vfork child's end */
    }
    frame->rax = (uint64_t)result;
    if (result <= -ERESTARTSYS && result >= -ERESTART_BLOCK) {
        t->kick = 1;
    } else {
        t->call = -1;
    }
}
