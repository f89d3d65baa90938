/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first process: made of nothing, for init.
 *
 * Its ledger is carved out of this task's, so that programs can't take what
 * the servers need.
 */
#include <string.h>

#include <proc_control/proc_S_proc_control_server.h>

#include <exec/exec.h>
#include <host/host.h>
#include <mach_port/mach_port.h>
#include <mach/mig_take.h>
#include <task/task.h>
#include <thread/thread.h>
#include <vfs/vfs.h>

#include "block.h"
#include "budget.h"
#include "process.h"

/* The new task has no names yet, so that these are free: the first ones. */
#define NAME_BASE MACH_PORT_FIRST_INDEX

static uint32_t
spawn_name(uint32_t i)
{
    return MACH_PORT_MAKE(NAME_BASE + i, 0);
}

static kern_return_t
insert_port(mach_port_t task, uint32_t *field, const mach_port_t *ports,
            mach_msg_type_number_t count)
{
    uint32_t index = *field;
    kern_return_t kr;

    if (index >= count) {
        return ERR(EINVAL);
    }
    *field = spawn_name(PORT_COUNT + index);
    kr = mach_port_insert_right(task, *field, ports[index],
                                MACH_MSG_TYPE_COPY_SEND);
    return kr == KERN_NAME_EXISTS || kr == KERN_RIGHT_EXISTS ? KERN_SUCCESS
                                                             : kr;
}

static bool
indexes_valid(const struct exec_block *b, mach_msg_type_number_t count)
{
    const struct exec_fd *fds = block_fds(b);

    for (uint32_t i = 0; i < b->fd_count; i++) {
        if (fds[i].port >= count) {
            return false;
        }
    }
    return b->file < count;
}

/* The block says names, so it must be complete before it is copied. */
static void
name_ports(struct exec_block *b)
{
    struct exec_fd *fds = block_fds(b);

    for (uint32_t i = 0; i < PORT_COUNT; i++) {
        b->ports[i] = spawn_name(i);
    }
    for (uint32_t i = 0; i < b->fd_count; i++) {
        fds[i].port = spawn_name(PORT_COUNT + fds[i].port);
    }
    b->file = spawn_name(PORT_COUNT + b->file);
}

static kern_return_t
insert_ports(mach_port_t task, const mach_port_t *ports,
             mach_msg_type_number_t count)
{
    kern_return_t kr = KERN_SUCCESS;

    for (uint32_t i = 0; i < count && kr == KERN_SUCCESS; i++) {
        uint32_t field = i;

        kr = insert_port(task, &field, ports, count);
    }
    return kr;
}

static kern_return_t
build(struct process *p, struct exec_block *b,
      mach_msg_type_number_t block_size, const mach_port_t *ports,
      mach_msg_type_number_t count)
{
    mach_port_t template, task, thread;
    kern_return_t kr;

    /* A task that holds the ledger for exec to inherit. */
    kr = budget_holder(p->pr_ledger, &template);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = exec_build(exec_service, template, (pointer_t)b, block_size, &task,
                    &thread);
    budget_holder_end(template);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = process_watch_exceptions(task);
    if (kr == KERN_SUCCESS) {
        kr = process_insert_sessions(p, task, b->ports);
    }
    if (kr == KERN_SUCCESS) {
        kr = insert_ports(task, ports, count);
    }
    if (kr == KERN_SUCCESS) {
        kr = process_add_thread(p, p->pr_ids.pid, thread);
    }
    if (kr != KERN_SUCCESS) {
        (void)task_terminate(task);
        (void)mach_port_deallocate_trap(task);
        (void)mach_port_deallocate_trap(thread);
        return kr;
    }
    process_set_task(p, task);
    (void)thread_resume(thread);
    return KERN_SUCCESS;
}

static kern_return_t
first_sessions(struct process *p, const char *cwd)
{
    kern_return_t kr = process_make_sessions(p, MIG_HANDLE_NULL);

    if (kr == KERN_SUCCESS && cwd[0] != '\0') {
        kr = vfs_chdir(p->pr_vfs, MIG_HANDLE_NULL, cwd);
    }
    return kr;
}

kern_return_t
proc_S_proc_spawn(proc_control_ref_t control, uint32_t uid, uint32_t gid,
                  const char *cwd, pointer_t block,
                  mach_msg_type_number_t block_size, const mach_port_t *ports,
                  mach_msg_type_number_t count, mach_port_t exit_notify,
                  int *pid)
{
    struct exec_block *b = (struct exec_block *)block;
    struct process *p;
    kern_return_t kr;

    (void)control;
    if (!block_valid(b, block_size) || !indexes_valid(b, count)) {
        return ERR(EINVAL);
    }
    p = process_create(NULL);
    if (p == NULL) {
        return ERR(ENOMEM);
    }
    p->pr_ids.ppid = 1;
    p->pr_ids.pgid = p->pr_ids.sid = p->pr_ids.pid;
    p->pr_ids.ruid = p->pr_ids.euid = p->pr_ids.suid = p->pr_ids.fsuid = uid;
    p->pr_ids.rgid = p->pr_ids.egid = p->pr_ids.sgid = p->pr_ids.fsgid = gid;
    p->pr_exit_notify = mig_take_port(exit_notify);
    name_ports(b);
    block_complete(p, b);
    kr = budget_first(&p->pr_ledger);
    if (kr == KERN_SUCCESS) {
        kr = first_sessions(p, cwd);
    }
    if (kr == KERN_SUCCESS) {
        kr = build(p, b, block_size, ports, count);
    }
    if (kr != KERN_SUCCESS) {
        process_forget(p);
        return kr;
    }
    *pid = p->pr_ids.pid;
    return KERN_SUCCESS;
}
