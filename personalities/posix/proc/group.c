/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Process groups and sessions.
 */
#include <proc/proc_S_proc_server.h>

#include <tty_control/tty_control.h>

#include "budget.h"
#include "process.h"

/* The caller's own, a child's, or ESRCH. */
static kern_return_t
target_of(struct process *caller, int32_t pid, struct process **out)
{
    struct process *p = pid == 0 ? caller : process_find(pid);

    if (p == NULL ||
        (p != caller && p->pr_ids.ppid != caller->pr_ids.pid)) {
        return ERR(ESRCH);
    }
    if (p != caller && p->pr_execed) {
        return ERR(EACCES);
    }
    if (p->pr_ids.sid != caller->pr_ids.sid ||
        p->pr_ids.sid == p->pr_ids.pid) {
        return ERR(EPERM);
    }
    *out = p;
    return KERN_SUCCESS;
}

static void
tell_tty(const struct process *p)
{
    if (p->pr_tty != MIG_HANDLE_NULL) {
        (void)tty_session_update(tty_control, p->pr_tty, p->pr_ids.pgid,
                                 p->pr_ids.sid);
    }
}

kern_return_t
proc_S_proc_setpgid(proc_ref_t proc, int pid, int pgid)
{
    struct process *p;
    kern_return_t kr;

    if (pgid < 0 || pid < 0) {
        return ERR(EINVAL);
    }
    kr = target_of(proc, pid, &p);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (pgid == 0) {
        pgid = p->pr_ids.pid;
    }
    if (pgid != p->pr_ids.pid &&
        !process_group_exists(pgid, p->pr_ids.sid)) {
        return ERR(EPERM);
    }
    p->pr_ids.pgid = pgid;
    tell_tty(p);
    return KERN_SUCCESS;
}

kern_return_t
proc_S_proc_getpgid(proc_ref_t proc, int pid, int *pgid, int *sid)
{
    const struct process *p = pid == 0 ? proc : process_find(pid);

    if (p == NULL) {
        return ERR(ESRCH);
    }
    *pgid = p->pr_ids.pgid;
    *sid = p->pr_ids.sid;
    return KERN_SUCCESS;
}

static bool
group_in_use(int32_t pgid)
{
    for (struct process *p = process_first(); p != NULL;
         p = process_next(p)) {
        if (p->pr_ids.pgid == pgid) {
            return true;
        }
    }
    return false;
}

kern_return_t
proc_S_proc_setsid(proc_ref_t proc, int *sid)
{
    if (!process_alive(proc) || group_in_use(proc->pr_ids.pid)) {
        return ERR(EPERM);
    }
    proc->pr_ids.sid = proc->pr_ids.pgid = proc->pr_ids.pid;
    tell_tty(proc);
    budget_split(&proc->pr_ledger);
    proc->pr_ledger_new = proc->pr_ledger != MACH_PORT_NULL;
    *sid = proc->pr_ids.sid;
    return KERN_SUCCESS;
}

/* Is some member's parent in the same session, but another group? */
static bool
anchored(int32_t pgid, const struct process *leaving)
{
    for (struct process *p = process_first(); p != NULL;
         p = process_next(p)) {
        const struct process *parent;

        if (p->pr_ids.pgid != pgid || !process_alive(p)) {
            continue;
        }
        parent = process_find(p->pr_ids.ppid);
        if (parent != NULL && parent != leaving && process_alive(parent) &&
            parent->pr_ids.sid == p->pr_ids.sid &&
            parent->pr_ids.pgid != pgid) {
            return true;
        }
    }
    return false;
}

/* Nobody could continue its members if they stopped. */
bool
process_group_orphaned(int32_t pgid)
{
    return !anchored(pgid, NULL);
}

static bool
has_stopped(int32_t pgid)
{
    for (struct process *p = process_first(); p != NULL;
         p = process_next(p)) {
        if (p->pr_ids.pgid == pgid && p->pr_state == PROCESS_STOPPED) {
            return true;
        }
    }
    return false;
}

/* Does its end newly orphan that group, and leave it stopped? */
static bool
strands(int32_t pgid, const struct process *leaving)
{
    return has_stopped(pgid) && !anchored(pgid, leaving);
}

static void
wake_stranded(int32_t pgid)
{
    group_signal(pgid, L_SIGHUP);
    group_signal(pgid, L_SIGCONT);
}

/* A group of one of its children that its end strands, or 0. */
static int32_t
stranded_child_group(const struct process *leaving)
{
    for (struct process *p = process_first(); p != NULL;
         p = process_next(p)) {
        if (p->pr_ids.ppid == leaving->pr_ids.pid &&
            p->pr_ids.pgid != leaving->pr_ids.pgid &&
            p->pr_ids.sid == leaving->pr_ids.sid &&
            strands(p->pr_ids.pgid, leaving)) {
            return p->pr_ids.pgid;
        }
    }
    return 0;
}

/*
 * A process is ending, and still has its children.  The groups that lose with
 * it the last one who could continue them (its own, when its parent
 * is of another; its children's) get SIGHUP and SIGCONT if they
 * have stopped members.  A group that was orphaned before is left alone.
 */
void
process_check_orphans(struct process *leaving)
{
    const struct process *parent = process_find(leaving->pr_ids.ppid);
    int32_t pgid = leaving->pr_ids.pgid;

    if (parent != NULL && parent->pr_ids.pgid != pgid &&
        parent->pr_ids.sid == leaving->pr_ids.sid && strands(pgid, leaving)) {
        wake_stranded(pgid);
    }
    while ((pgid = stranded_child_group(leaving)) != 0) {
        wake_stranded(pgid); /* nothing in it is stopped any more */
    }
}
