/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Job control: a process stops by calling proc_stop(), and is answered when
 * it is continued.  Meanwhile its task is suspended, so its other threads
 * stop, too.
 */
#include <proc/proc_S_proc_server.h>
#include <proc/proc_replies.h>
#include <task/task.h>

#include "process.h"

#define L_SA_NOCLDSTOP_FLAG 2u /* in pr_sigchld */

static void
tell_parent(struct process *p, int32_t code, int32_t status)
{
    struct process *parent = process_find(p->pr_ids.ppid);
    posix_signal_t info = {.signo = L_SIGCHLD, .code = code,
                           .pid = p->pr_ids.pid, .uid = p->pr_ids.ruid,
                           .status = status};

    if (parent != NULL && (parent->pr_sigchld & L_SA_NOCLDSTOP_FLAG) == 0) {
        process_signal(parent, &info);
    }
    process_children_changed(p->pr_ids.ppid);
}

kern_return_t
proc_S_proc_stop(proc_ref_t proc, mach_port_t reply, int sig)
{
    if (sig < 1 || sig > L_NSIG || proc->pr_state != PROCESS_RUNNING) {
        return ERR(EINVAL);
    }
    if (sig != L_SIGSTOP && process_group_orphaned(proc->pr_ids.pgid)) {
        return KERN_SUCCESS; /* nobody could continue it: ignored */
    }
    if (process_pending(proc, L_SIGCONT)) {
        return KERN_SUCCESS; /* continued before it had stopped */
    }
    reply = server_reply_later(reply, proc, 0);
    if (reply == MACH_PORT_NULL) {
        return ERR(ENOMEM);
    }
    proc->pr_state = PROCESS_STOPPED;
    proc->pr_stop_reply = reply;
    proc->pr_status = (sig << 8) | 0x7f;
    proc->pr_stop_untold = true;
    proc->pr_continued_untold = false;
    if (proc->pr_vfork_parent == NULL) {
        (void)task_suspend(proc->pr_task);
    }
    tell_parent(proc, L_CLD_STOPPED, sig);
    return MIG_NO_REPLY;
}

static void
resume(struct process *p)
{
    mach_port_t reply = p->pr_stop_reply;

    p->pr_state = PROCESS_RUNNING;
    p->pr_stop_reply = MACH_PORT_NULL;
    p->pr_stop_untold = false;
    if (p->pr_vfork_parent == NULL) {
        (void)task_resume(p->pr_task);
    }
    if (proc_stop_reply(reply, KERN_SUCCESS) != KERN_SUCCESS) {
        (void)mach_port_deallocate_trap(reply);
    }
}

void
process_continue(struct process *p)
{
    if (p->pr_state == PROCESS_STOPPED) {
        resume(p);
        p->pr_continued_untold = true;
        tell_parent(p, L_CLD_CONTINUED, L_SIGCONT);
    }
}

void
process_end_stop(struct process *p)
{
    if (p->pr_state == PROCESS_STOPPED) {
        resume(p);
    }
}
