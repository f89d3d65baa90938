/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process holds: its task, its sessions with the other components, and
 * the send rights to those in its name space.
 */
#include <string.h>

#include <mach_port/mach_port.h>
#include <task/task.h>
#include <tty_control/tty_control.h>
#include <vfs_control/vfs_control.h>

#include "process.h"

mig_handle_t vfs_control, tty_control, exec_service, pipe_service;

posix_creds_t
process_creds(const struct process *p)
{
    posix_creds_t c = {.uid = p->pr_ids.fsuid,
                       .gid = p->pr_ids.fsgid,
                       .ngroups = p->pr_group_count};

    memcpy(c.groups, p->pr_groups, sizeof(p->pr_groups));
    return c;
}

/* vfs_from: whose directories the new session has (0: "/"). */
kern_return_t
process_make_sessions(struct process *p, mig_handle_t vfs_from)
{
    kern_return_t kr;

    kr = vfs_session_create(vfs_control, vfs_from, p->pr_ids.pid,
                            process_creds(p), &p->pr_vfs);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    return tty_session_create(tty_control, p->pr_ids.pid, p->pr_ids.pgid,
                              p->pr_ids.sid, &p->pr_tty);
}

static void
drop_handle(mig_handle_t *h)
{
    if (*h != MIG_HANDLE_NULL) {
        handle_release(*h);
        *h = MIG_HANDLE_NULL;
    }
}

void
process_drop_sessions(struct process *p)
{
    drop_handle(&p->pr_vfs);
    drop_handle(&p->pr_tty);
}

mach_port_t
handle_send_right(mig_handle_t h)
{
    mach_msg_type_name_t disposition;
    mach_port_t name = handle_to_port(h, &disposition);

    if (disposition == MACH_MSG_TYPE_COPY_SEND) {
        (void)mach_port_mod_refs_trap(name, MACH_PORT_RIGHT_SEND, 1);
    } else {
        (void)mach_port_insert_right_trap(name, name, disposition);
    }
    return name;
}

static kern_return_t
insert_handle(mach_port_t task, uint32_t name, mig_handle_t h)
{
    mach_msg_type_name_t disposition;
    mach_port_t port = handle_to_port(h, &disposition);

    return mach_port_insert_right(task, name, port, disposition);
}

/* Under the caller's names, in the order of enum posix_port. */
kern_return_t
process_insert_sessions(struct process *p, mach_port_t task,
                        const uint32_t *names)
{
    kern_return_t kr;

    kr = mach_port_insert_right(task, names[PORT_PROC],
                                server_object_to_port(p),
                                MACH_MSG_TYPE_MAKE_SEND);
    if (kr == KERN_SUCCESS) {
        kr = insert_handle(task, names[PORT_VFS], p->pr_vfs);
    }
    if (kr == KERN_SUCCESS) {
        kr = insert_handle(task, names[PORT_TTY], p->pr_tty);
    }
    if (kr == KERN_SUCCESS) {
        kr = insert_handle(task, names[PORT_PIPE], pipe_service);
    }
    return kr;
}

/* The task is gone: after process_exit(), or by an exception that nobody
 * handled. */
static void
task_died(void *arg, mach_port_t name)
{
    struct process *p = arg;

    if (p->pr_task == name) {
        if (process_alive(p)) {
            p->pr_status = L_SIGKILL;
        }
        process_exited(p); /* drops the reference of this watch */
    } else {
        server_object_release(p);
    }
}

void
process_set_task(struct process *p, mach_port_t task)
{
    p->pr_task = task;
    server_object_reference(p);
    if (server_on_death(task, task_died, p) != KERN_SUCCESS) {
        /* It is dead already; dropping the task drops the reference. */
        p->pr_status = L_SIGKILL;
        process_exited(p);
    }
}

bool
process_end_task(struct process *p)
{
    if (p->pr_task == MACH_PORT_NULL || p->pr_vfork_parent != NULL) {
        return false;
    }
    return task_terminate(p->pr_task) == KERN_SUCCESS;
}

void
process_drop_task(struct process *p, bool terminate)
{
    if (p->pr_task == MACH_PORT_NULL) {
        return;
    }
    if (p->pr_vfork_parent == NULL) {
        server_death_cancel(p->pr_task, task_died, p);
        server_object_release(p);
        if (terminate) {
            (void)task_terminate(p->pr_task);
        }
    }
    (void)mach_port_deallocate_trap(p->pr_task);
    p->pr_task = MACH_PORT_NULL;
}
