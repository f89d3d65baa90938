/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a process: exit, a fatal signal, the death of its task.
 */
#include <proc/proc_S_proc_server.h>

#include <init/init.h>
#include <tty_control/tty_control.h>

#include "process.h"

/* Its children get init (this component, which reaps at once) as parent. */
static void
give_children_away(struct process *p)
{
    struct process *next;

    for (struct process *c = process_first(); c != NULL; c = next) {
        next = process_next(c);
        if (c->pr_ids.ppid == p->pr_ids.pid) {
            c->pr_ids.ppid = 1;
            if (c->pr_state == PROCESS_ZOMBIE) {
                process_forget(c);
            }
        }
    }
}

/* The vfork children that ran in its task are gone with that. */
static void
end_borrowers(struct process *p)
{
    struct process *c = process_first();

    while (c != NULL) {
        if (c->pr_vfork_parent == p && process_alive(c)) {
            process_exit(c, L_SIGKILL);
            c = process_first(); /* the table may have changed */
        } else {
            c = process_next(c);
        }
    }
}

static bool
parent_waits(const struct process *p)
{
    const struct process *parent = process_find(p->pr_ids.ppid);

    return parent != NULL && process_alive(parent) &&
           !((parent->pr_sigchld & 1u) != 0 &&
             p->pr_exit_signal == L_SIGCHLD);
}

static void
tell_parent(struct process *p)
{
    struct process *parent = process_find(p->pr_ids.ppid);
    int32_t sig = p->pr_status & 0x7f;
    posix_signal_t info = {
        .signo = p->pr_exit_signal,
        .code = sig == 0 ? L_CLD_EXITED
                : (p->pr_status & 0x80) != 0 ? L_CLD_DUMPED : L_CLD_KILLED,
        .pid = p->pr_ids.pid,
        .uid = p->pr_ids.ruid,
        .status = sig == 0 ? (p->pr_status >> 8) & 0xff : sig,
    };

    if (parent != NULL && process_alive(parent) && info.signo != 0) {
        process_signal(parent, &info);
    }
}

void
process_exited(struct process *p)
{
    struct process *vfork_parent = p->pr_vfork_parent;
    int32_t ppid;

    process_end_stop(p);
    p->pr_state = PROCESS_ZOMBIE;
    process_drop_task(p, false);
    if (vfork_parent != NULL) {
        p->pr_vfork_parent = NULL;
        server_object_release(vfork_parent);
    }
    process_drop_threads(p);
    process_drop_signals(p);
    process_drop_waiters(p);
    process_drop_sessions(p);
    end_borrowers(p);
    process_check_orphans(p);
    give_children_away(p);
    if (p->pr_ids.sid == p->pr_ids.pid) {
        (void)tty_leader_exit(tty_control, p->pr_ids.sid);
    }
    if (p->pr_exit_notify != MACH_PORT_NULL) {
        (void)init_exited(p->pr_exit_notify, p->pr_ids.pid, p->pr_status);
    }
    tell_parent(p);
    ppid = p->pr_ids.ppid;
    if (!parent_waits(p)) {
        process_forget(p);
    }
    process_children_changed(ppid);
}

void
process_exit(struct process *p, int32_t status)
{
    process_collect_usage(p);
    process_end_stop(p);
    p->pr_status = status;
    p->pr_continued_untold = false;
    p->pr_state = PROCESS_DYING;
    if (!process_end_task(p)) {
        process_exited(p);
    }
}

kern_return_t
proc_S_proc_exit(proc_ref_t proc, int status)
{
    bool borrowed = proc->pr_vfork_parent != NULL;

    if (!process_alive(proc)) {
        return ERR(ESRCH);
    }
    process_exit(proc, status & 0xffff);
    return borrowed ? KERN_SUCCESS : MIG_NO_REPLY;
}
