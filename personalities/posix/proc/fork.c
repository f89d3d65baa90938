/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork and vfork.
 *
 * The child of a fork gets an inheritance copy of the parent's task.  Its name
 * space: first its own sessions, then copies of the parent's send rights under
 * the names that are still free.  On any failure the child's task is
 * terminated and the parent has seen nothing but the error.
 */
#include <proc/proc_S_proc_server.h>

#include <mach_port/mach_port.h>
#include <task/task.h>
#include <thread/thread.h>

#include "budget.h"
#include "process.h"

static kern_return_t
fork_error(kern_return_t kr)
{
    return kr == KERN_RESOURCE_SHORTAGE ? ERR(EAGAIN) : kr;
}

static bool
may_fork(const struct process *p)
{
    uint64_t limit = p->pr_rlimits[L_RLIMIT_NPROC][0];

    return p->pr_ids.euid == 0 ||
           process_count_of_user(p->pr_ids.ruid) < limit;
}

/* What a session leader starts is a job with a budget of its own. */
static kern_return_t
give_budget(const struct process *parent, struct process *child)
{
    mach_port_t ledger;
    kern_return_t kr;

    if (parent->pr_ids.sid != parent->pr_ids.pid ||
        parent->pr_ledger == MACH_PORT_NULL) {
        return KERN_SUCCESS;
    }
    kr = budget_job(parent->pr_task, parent->pr_ledger, &ledger);
    if (kr == KERN_SUCCESS) {
        (void)mach_port_deallocate_trap(child->pr_ledger);
        child->pr_ledger = ledger;
    }
    return kr;
}

/* A child in the table, with sessions, and no task. */
static kern_return_t
make_child(struct process *parent, int32_t exit_signal, struct process **out)
{
    struct process *child;
    kern_return_t kr;

    if (!process_alive(parent)) {
        return ERR(ESRCH);
    }
    if (!may_fork(parent)) {
        return ERR(EAGAIN);
    }
    child = process_create(parent);
    if (child == NULL) {
        return ERR(ENOMEM);
    }
    child->pr_exit_signal = exit_signal;
    kr = give_budget(parent, child);
    if (kr == KERN_SUCCESS) {
        kr = process_make_sessions(child, parent->pr_vfs);
    }
    if (kr != KERN_SUCCESS) {
        process_forget(child);
        return fork_error(kr);
    }
    *out = child;
    return KERN_SUCCESS;
}

static kern_return_t
fill_task(struct process *parent, struct process *child, mach_port_t task,
          const uint32_t *names)
{
    kern_return_t kr = process_insert_sessions(child, task, names);

    if (kr == KERN_SUCCESS) {
        kr = mach_port_copy_space(task, parent->pr_task);
    }
    return kr;
}

static kern_return_t
make_thread(struct process *child, mach_port_t task,
            const natural_t *state, mach_msg_type_number_t state_count,
            mach_port_t *thread)
{
    kern_return_t kr = thread_create(task, thread);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = thread_set_state(*thread, x86_THREAD_STATE64, state, state_count);
    if (kr == KERN_SUCCESS) {
        kr = process_add_thread(child, child->pr_ids.pid, *thread);
    }
    if (kr != KERN_SUCCESS) {
        (void)mach_port_deallocate_trap(*thread);
    }
    return kr;
}

kern_return_t
proc_S_proc_fork(proc_ref_t proc, const uint32_t *names, int exit_signal,
                 const natural_t *state, mach_msg_type_number_t state_count,
                 int *pid)
{
    struct process *child;
    mach_port_t task, thread;
    kern_return_t kr;

    if (exit_signal < 0 || exit_signal > L_NSIG) {
        return ERR(EINVAL);
    }
    kr = make_child(proc, exit_signal, &child);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = task_create(proc->pr_task, child->pr_ledger, TRUE, &task);
    if (kr != KERN_SUCCESS) {
        process_forget(child);
        return fork_error(kr);
    }
    kr = fill_task(proc, child, task, names);
    if (kr == KERN_SUCCESS) {
        kr = make_thread(child, task, state, state_count, &thread);
    }
    if (kr != KERN_SUCCESS) {
        (void)task_terminate(task);
        (void)mach_port_deallocate_trap(task);
        process_forget(child);
        return fork_error(kr);
    }
    process_set_task(child, task);
    *pid = child->pr_ids.pid;
    (void)thread_resume(thread);
    return KERN_SUCCESS;
}

kern_return_t
proc_S_proc_vfork(proc_ref_t proc, int exit_signal, int *pid,
                  mach_port_t *child_port, mach_port_t *vfs, mach_port_t *tty)
{
    struct process *child;
    kern_return_t kr;

    if (exit_signal < 0 || exit_signal > L_NSIG) {
        return ERR(EINVAL);
    }
    kr = make_child(proc, exit_signal, &child);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    child->pr_vfork_parent = proc;
    child->pr_ledger_new = child->pr_ledger != MACH_PORT_NULL;
    server_object_reference(proc);
    child->pr_task = proc->pr_task;
    (void)mach_port_mod_refs_trap(child->pr_task, MACH_PORT_RIGHT_SEND, 1);
    *pid = child->pr_ids.pid;
    *child_port = server_object_to_port(child);
    (void)mach_port_insert_right_trap(*child_port, *child_port,
                                      MACH_MSG_TYPE_MAKE_SEND);
    *vfs = handle_send_right(child->pr_vfs);
    *tty = handle_send_right(child->pr_tty);
    return KERN_SUCCESS;
}
