/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals: permission, what is pending, and the kick that makes the process
 * fetch it.  Masks, handlers and default actions are the emulator's, except
 * for SIGKILL, which ends the task here, and the effect of SIGCONT and the
 * stop signals on each other.
 */
#include <stdlib.h>

#include <proc/proc_S_proc_server.h>
#include <proc_control/proc_S_proc_control_server.h>

#include "process.h"

#define STOP_SIGNALS (SIGBIT(L_SIGSTOP) | SIGBIT(L_SIGTSTP) | \
                      SIGBIT(L_SIGTTIN) | SIGBIT(L_SIGTTOU))

bool
process_pending(const struct process *p, int32_t signo)
{
    for (struct proc_signal *s = p->pr_pending; s != NULL; s = s->next) {
        if (s->info.signo == signo) {
            return true;
        }
    }
    return false;
}

/* Throw away what is pending of this set. */
void
process_discard(struct process *p, uint64_t set)
{
    struct proc_signal **at = &p->pr_pending;

    while (*at != NULL) {
        struct proc_signal *s = *at;

        if ((SIGBIT(s->info.signo) & set) != 0) {
            *at = s->next;
            p->pr_pending_count--;
            free(s);
        } else {
            at = &s->next;
        }
    }
}

void
process_drop_signals(struct process *p)
{
    process_discard(p, ~0ull);
}

static bool
same_already(const struct process *p, const posix_signal_t *info)
{
    for (struct proc_signal *s = p->pr_pending; s != NULL; s = s->next) {
        if (s->info.signo == info->signo && s->info.tid == info->tid) {
            return true;
        }
    }
    return false;
}

/* A standard signal is pending once; real-time ones queue. */
static bool
enqueue(struct process *p, const posix_signal_t *info)
{
    struct proc_signal **at = &p->pr_pending;
    struct proc_signal *s;

    if (info->signo < L_SIGRTMIN ? same_already(p, info)
                                 : p->pr_pending_count >= PROC_RT_QUEUE_MAX) {
        return info->signo < L_SIGRTMIN;
    }
    s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return false;
    }
    s->info = *info;
    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = s;
    p->pr_pending_count++;
    return true;
}

static kern_return_t
deliver(struct process *p, const posix_signal_t *info)
{
    if (!process_alive(p)) {
        return KERN_SUCCESS;
    }
    if (info->signo == L_SIGKILL && p->pr_vfork_parent == NULL) {
        process_exit(p, L_SIGKILL);
        return KERN_SUCCESS;
    }
    if (info->signo == L_SIGCONT) {
        process_discard(p, STOP_SIGNALS);
        process_continue(p);
    } else if ((SIGBIT(info->signo) & STOP_SIGNALS) != 0) {
        process_discard(p, SIGBIT(L_SIGCONT));
    }
    if (!enqueue(p, info)) {
        return ERR(EAGAIN);
    }
    if (p->pr_state == PROCESS_RUNNING) {
        process_kick(p, info->tid);
    }
    return KERN_SUCCESS;
}

void
process_signal(struct process *p, const posix_signal_t *info)
{
    (void)deliver(p, info);
}

void
process_signal_number(struct process *p, int32_t signo)
{
    posix_signal_t info = {.signo = signo, .code = L_SI_KERNEL};

    (void)deliver(p, &info);
}

/* from NULL: the system. */
static bool
may_signal(const struct process *from, const struct process *to, int32_t sig)
{
    const posix_ids_t *t = &to->pr_ids;
    const posix_ids_t *f = from == NULL ? NULL : &from->pr_ids;

    if (f == NULL || f->euid == 0 || f->euid == t->ruid || f->euid == t->suid ||
        f->ruid == t->ruid || f->ruid == t->suid) {
        return true;
    }
    return sig == L_SIGCONT && f->sid == t->sid;
}

static bool
addressed(const struct process *from, const struct process *p, int32_t pid)
{
    if (pid == 0) {
        return p->pr_ids.pgid == from->pr_ids.pgid;
    }
    if (pid == -1) {
        return p != from;
    }
    return p->pr_ids.pgid == -pid;
}

/* Processes that a kill reaches, each with a reference: delivery may reap. */
static unsigned
collect(const struct process *from, int32_t pid, struct process **list)
{
    unsigned n = 0;

    for (struct process *p = process_first(); p != NULL;
         p = process_next(p)) {
        if (addressed(from, p, pid)) {
            server_object_reference(p);
            list[n++] = p;
        }
    }
    return n;
}

static kern_return_t
kill_many(struct process *from, int32_t pid, const posix_signal_t *info)
{
    struct process **list = calloc(process_count() + 1, sizeof(*list));
    bool reached = false;
    unsigned n;

    if (list == NULL) {
        return ERR(ENOMEM);
    }
    n = collect(from, pid, list);
    for (unsigned i = 0; i < n; i++) {
        if (may_signal(from, list[i], info->signo)) {
            reached = true;
            if (info->signo != 0) {
                process_signal(list[i], info);
            }
        }
        server_object_release(list[i]);
    }
    free(list);
    return reached ? KERN_SUCCESS : n != 0 ? ERR(EPERM) : ERR(ESRCH);
}

void
group_signal(int32_t pgid, int32_t signo)
{
    posix_signal_t info = {.signo = signo, .code = L_SI_KERNEL};

    (void)kill_many(NULL, -pgid, &info);
}

static posix_signal_t
info_of(const struct process *from, int sig, int code, uint64_t value)
{
    return (posix_signal_t){.signo = sig, .code = code,
                            .pid = from->pr_ids.pid,
                            .uid = from->pr_ids.ruid, .value = value};
}

/* After a kill that has ended the caller itself there is nobody to answer. */
static kern_return_t
result_for(const struct process *from, kern_return_t kr)
{
    return process_alive(from) ? kr : MIG_NO_REPLY;
}

kern_return_t
proc_S_proc_kill(proc_ref_t proc, int pid, int sig, int code, uint64_t value)
{
    posix_signal_t info = info_of(proc, sig, code, value);
    struct process *p;
    kern_return_t kr;

    if (sig < 0 || sig > L_NSIG) {
        return ERR(EINVAL);
    }
    if (pid <= 0) {
        kr = kill_many(proc, pid, &info);
        return result_for(proc, kr);
    }
    p = process_find(pid);
    if (p == NULL) {
        return pid == 1 ? ERR(EPERM) : ERR(ESRCH);
    }
    if (!may_signal(proc, p, sig)) {
        return ERR(EPERM);
    }
    kr = sig == 0 ? KERN_SUCCESS : deliver(p, &info);
    return result_for(proc, kr);
}

static bool
has_thread(const struct process *p, int32_t tid)
{
    for (struct proc_thread *t = p->pr_threads; t != NULL; t = t->next) {
        if (t->tid == tid) {
            return true;
        }
    }
    return tid == p->pr_ids.pid;
}

kern_return_t
proc_S_proc_tgkill(proc_ref_t proc, int tgid, int tid, int sig, int code,
                   uint64_t value)
{
    posix_signal_t info = info_of(proc, sig, code, value);
    struct process *p = NULL;

    if (sig < 0 || sig > L_NSIG || tid <= 0) {
        return ERR(EINVAL);
    }
    if (tgid > 0) {
        p = process_find(tgid);
    } else { /* tkill: whoever has the thread */
        for (p = process_first(); p != NULL && !has_thread(p, tid);
             p = process_next(p)) {
        }
    }
    if (p == NULL || !has_thread(p, tid)) {
        return ERR(ESRCH);
    }
    if (!may_signal(proc, p, sig)) {
        return ERR(EPERM);
    }
    info.tid = tid;
    return result_for(proc, sig == 0 ? KERN_SUCCESS : deliver(p, &info));
}

kern_return_t
proc_S_proc_signals(proc_ref_t proc, uint8_t *signals,
                    mach_msg_type_number_t *size)
{
    posix_signal_t *out = (posix_signal_t *)(void *)signals;
    mach_msg_type_number_t room = *size / (mach_msg_type_number_t)sizeof(*out);
    mach_msg_type_number_t n = 0;

    while (proc->pr_pending != NULL && n < room) {
        struct proc_signal *s = proc->pr_pending;

        proc->pr_pending = s->next;
        proc->pr_pending_count--;
        out[n++] = s->info;
        free(s);
    }
    *size = n * (mach_msg_type_number_t)sizeof(*out);
    return KERN_SUCCESS;
}

kern_return_t
proc_S_proc_signal_group(proc_control_ref_t control, int pgid, int sig)
{
    (void)control;
    if (sig < 1 || sig > L_NSIG) {
        return ERR(EINVAL);
    }
    group_signal(pgid, sig);
    return KERN_SUCCESS;
}

kern_return_t
proc_S_proc_signal_process(proc_control_ref_t control, int pid, int sig)
{
    struct process *p = process_find(pid);

    (void)control;
    if (p == NULL || sig < 1 || sig > L_NSIG) {
        return ERR(EINVAL);
    }
    process_signal_number(p, sig);
    return KERN_SUCCESS;
}
