/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Process contexts and thread blocks: their making and end.
 */
#include <proc/proc.h>
#include <task/task.h>
#include <thread/thread.h>
#include "emulator.h"

#define PROCESS_SIZE PAGE_CEIL(sizeof(struct process) + sizeof(struct space))

struct process *
process_create(void)
{
    vm_address_t at = EMULATOR_BLOCKS;
    struct process *p;

    if (vm_allocate(&at, PROCESS_SIZE, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return NULL;
    }
    p = (struct process *)(uintptr_t)at;
    p->space = (struct space *)(uintptr_t)(at + sizeof(struct process));
    return p;
}

void
process_destroy(struct process *p)
{
    vm_deallocate((vm_address_t)(uintptr_t)p, PROCESS_SIZE);
}

mach_port_t
process_port(enum posix_port which)
{
    return this_process()->ports[which];
}

void
process_exit(struct thread *t, int status)
{
    struct process *p = t->process;

    /* Before anybody is told: whoever waits sees the ends of pipes closed. */
    fd_close_range(0, FD_MAX);
    missing_report_counts(p);
    if (p->vfork_parent != NULL) {
        proc_exit(p->ports[PORT_PROC], status);
        vfork_return(t);
        return;
    }
    for (;;) {
        proc_exit(p->ports[PORT_PROC], status);
        /* proc is gone: nobody can end this task but itself. */
        task_terminate(mach_task_self());
    }
}

struct thread *
thread_block_create(struct process *p)
{
    vm_address_t at = EMULATOR_BLOCKS;
    struct thread *t;

    if (vm_allocate(&at, THREAD_BLOCK_SIZE, VM_FLAGS_ANYWHERE) !=
        KERN_SUCCESS) {
        return NULL;
    }
    t = (struct thread *)(uintptr_t)at;
    t->self = t;
    t->top = at + THREAD_BLOCK_SIZE;
    t->process = p;
    t->call = -1;
    t->altstack.flags = SS_DISABLE;
    return t;
}

void
thread_block_destroy(struct thread *t)
{
    vm_deallocate((vm_address_t)(uintptr_t)t, THREAD_BLOCK_SIZE);
}

void
thread_register(struct thread *t)
{
    thread_set_kick_flag(mach_thread_self(),
                         (vm_address_t)(uintptr_t)&t->kick);
}
