/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exec: the process moves to a new task.
 *
 * The exec block names what the new program is to have: its open file and its
 * descriptors.  Just those rights are copied from the old task, under the
 * same names, so nothing else leaks from a vfork parent or from code that
 * lost a name.
 */
#include <proc/proc_S_proc_server.h>

#include <exec/exec.h>
#include <mach_port/mach_port.h>
#include <task/task.h>
#include <thread/thread.h>
#include <vfs_control/vfs_control.h>

#include "block.h"
#include "budget.h"
#include "process.h"

/* A name that the old task does not have (any more) is left out: the new
 * emulator finds it missing. */
static kern_return_t
copy_right(mach_port_t from, mach_port_t to, uint32_t name)
{
    mach_msg_type_name_t type;
    mach_port_t right;
    kern_return_t kr;

    kr = mach_port_extract_right(from, name, MACH_MSG_TYPE_COPY_SEND, &right,
                                 &type);
    if (kr != KERN_SUCCESS) {
        return kr == KERN_RESOURCE_SHORTAGE ? kr : KERN_SUCCESS;
    }
    kr = mach_port_insert_right(to, name, right, MACH_MSG_TYPE_COPY_SEND);
    (void)mach_port_deallocate_trap(right);
    /* Two descriptors may share a name. */
    return kr == KERN_NAME_EXISTS || kr == KERN_RIGHT_EXISTS ? KERN_SUCCESS
                                                             : kr;
}

static kern_return_t
copy_rights(mach_port_t from, mach_port_t to, const struct exec_block *b)
{
    const struct exec_fd *fds = block_fds(b);
    kern_return_t kr = copy_right(from, to, b->file);

    for (uint32_t i = 0; i < b->fd_count && kr == KERN_SUCCESS; i++) {
        kr = copy_right(from, to, fds[i].port);
    }
    return kr;
}

/* The ids of the new program: set-id bits of its file, and the saved and the
 * file system's ids follow the effective ones. */
static kern_return_t
new_ids(const struct process *p, uint32_t file, posix_ids_t *ids)
{
    posix_creds_t creds = process_creds(p);
    mach_msg_type_name_t type;
    mach_port_t port;
    mig_handle_t object;
    kern_return_t kr;

    *ids = p->pr_ids;
    creds.uid = ids->euid;
    creds.gid = ids->egid;
    kr = mach_port_extract_right(p->pr_task, file, MACH_MSG_TYPE_COPY_SEND,
                                 &port, &type);
    if (kr != KERN_SUCCESS) {
        return ERR(EBADF);
    }
    object = handle_from_port(port, "vfs");
    kr = vfs_exec_creds(vfs_control, p->pr_vfs, object, &creds);
    if (object != MIG_HANDLE_NULL) {
        handle_release(object);
    }
    (void)mach_port_deallocate_trap(port);
    ids->euid = ids->suid = ids->fsuid = creds.uid;
    ids->egid = ids->sgid = ids->fsgid = creds.gid;
    return kr;
}

/* vfs checks by the file system's ids. */
static kern_return_t
take_ids(struct process *p, const posix_ids_t *ids)
{
    posix_ids_t old = p->pr_ids;
    kern_return_t kr;

    p->pr_ids = *ids;
    if (old.fsuid == ids->fsuid && old.fsgid == ids->fsgid) {
        return KERN_SUCCESS;
    }
    kr = vfs_session_set_creds(vfs_control, p->pr_vfs, process_creds(p));
    if (kr != KERN_SUCCESS) {
        p->pr_ids = old;
    }
    return kr;
}

/* ---- point of no return: the process is the new task from here on ---- */
static void
move_process(struct process *p, mach_port_t task, mach_port_t thread)
{
    struct process *parent = p->pr_vfork_parent;

    process_drop_threads(p);
    process_drop_task(p, true);
    if (parent != NULL) {
        p->pr_vfork_parent = NULL;
        server_object_release(parent);
    }
    p->pr_execed = true;
    p->pr_ledger_new = false;
    p->pr_sigchld &= 1u;
    (void)process_add_thread(p, p->pr_ids.pid, thread);
    process_set_task(p, task);
    (void)thread_resume(thread);
}

/* The new task, with the process's ledger: if its task doesn't have that, one
 * that does stands in for it. */
static kern_return_t
build_image(struct process *p, pointer_t block,
            mach_msg_type_number_t block_size, mach_port_t *task,
            mach_port_t *thread)
{
    mach_port_t holder = p->pr_task;
    kern_return_t kr;

    if (p->pr_ledger_new) {
        kr = budget_holder(p->pr_ledger, &holder);
        if (kr != KERN_SUCCESS) {
            return kr == KERN_RESOURCE_SHORTAGE ? ERR(ENOMEM) : kr;
        }
    }
    kr = exec_build(exec_service, holder, block, block_size, task, thread);
    if (p->pr_ledger_new) {
        budget_holder_end(holder);
    }
    return kr;
}

kern_return_t
proc_S_proc_exec(proc_ref_t proc, const uint32_t *names, pointer_t block,
                 mach_msg_type_number_t block_size)
{
    struct exec_block *b = (struct exec_block *)block;
    bool borrowed = proc->pr_vfork_parent != NULL;
    mach_port_t task, thread;
    posix_ids_t ids;
    kern_return_t kr;

    if (!process_alive(proc)) {
        return ERR(ESRCH);
    }
    if (!block_valid(b, block_size)) {
        return ERR(EINVAL);
    }
    kr = new_ids(proc, b->file, &ids);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    block_complete(proc, b);
    b->ids = ids;
    kr = build_image(proc, block, block_size, &task, &thread);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = process_watch_exceptions(task);
    if (kr == KERN_SUCCESS) {
        kr = process_insert_sessions(proc, task, names);
    }
    if (kr == KERN_SUCCESS) {
        kr = copy_rights(proc->pr_task, task, b);
    }
    if (kr == KERN_SUCCESS) {
        kr = take_ids(proc, &ids);
    }
    if (kr != KERN_SUCCESS) {
        (void)task_terminate(task);
        (void)mach_port_deallocate_trap(task);
        (void)mach_port_deallocate_trap(thread);
        return kr == KERN_RESOURCE_SHORTAGE ? ERR(ENOMEM) : kr;
    }
    move_process(proc, task, thread);
    return borrowed ? KERN_SUCCESS : MIG_NO_REPLY;
}
