/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the system-call entry to the function of a call, and what an unknown call is
 * answered with.
 */
#include <proc/proc.h>
#include "syscall.h"

extern const int32_t syscall_table[], syscall_table_end[];

typedef int64_t syscall_function_t(const uint64_t *a);

/* The entry of an unknown call; NULL when there are too many. */
static struct missing *
find_missing(struct process *p, uint32_t number)
{
    for (uint32_t i = 0; i < MISSING_MAX; i++) {
        struct missing *m = &p->missing[i];

        if (m->count == 0 || m->number == number) {
            m->number = number;
            return m;
        }
    }
    return NULL;
}

static void
report(struct process *p, const struct missing *m)
{
    char line[64];

    mach_snprintf(line, sizeof(line),
                  m->count == 1 ? "%s[%d]: system call %u"
                                : "%s[%d]: system call %u, %u times",
                  p->comm, p->ids.pid, m->number, m->count);
    proc_report(p->ports[PORT_PROC], line);
}

/* ENOSYS, counted; told the first time when the runner asked for it, and how
 * often at the end. */
static int64_t
missing(struct process *p, uint64_t number)
{
    struct missing *m;
    bool first;

    lock_acquire(&p->lock);
    m = find_missing(p, (uint32_t)number);
    first = m != NULL && ++m->count == 1;
    lock_release(&p->lock);
    if (first && p->strace_missing != 0) {
        report(p, m);
    }
    return -ENOSYS;
}

void
missing_report_counts(struct process *p)
{
    for (uint32_t i = 0; i < MISSING_MAX && p->strace_missing != 0; i++) {
        if (p->missing[i].count > 1) {
            report(p, &p->missing[i]);
        }
    }
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
