/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process's list of pending signals.
 */
#include <proc/proc.h>
#include "signal.h"

static bool
same(const struct pending *s, int signo, int tid)
{
    return s->signo == signo && s->tid == tid;
}

/* The lock is held. */
static void
add(struct process *p, const struct posix_signal *from)
{
    struct pending *s;

    if (from->signo < SIGRTMIN && (p->pending_mask & SIGMASK(from->signo))) {
        for (uint32_t i = 0; i < p->pending_count; i++) {
            if (same(&p->pending[i], from->signo, from->tid)) {
                return; /* ordinary signals don't queue */
            }
        }
    }
    if (p->pending_count == PENDING_MAX) {
        return;
    }
    s = &p->pending[p->pending_count++];
    *s = (struct pending){
        .signo = from->signo,
        .code = from->code,
        .pid = from->pid,
        .uid = from->uid,
        .value = from->signo == SIGCHLD ? (uint32_t)from->status
                                        : from->value,
        .tid = from->tid,
    };
    p->pending_mask |= SIGMASK(from->signo);
}

static void
remove_at(struct process *p, uint32_t index)
{
    uint64_t mask = 0;

    p->pending_count--;
    for (uint32_t i = index; i < p->pending_count; i++) {
        p->pending[i] = p->pending[i + 1];
    }
    for (uint32_t i = 0; i < p->pending_count; i++) {
        mask |= SIGMASK(p->pending[i].signo);
    }
    p->pending_mask = mask;
}

void
signal_fetch(struct thread *t)
{
    struct process *p = t->process;
    struct posix_signal list[64];
    mach_msg_type_number_t size;

    do {
        size = sizeof(list);
        if (proc_signals(p->ports[PORT_PROC], (void *)list, &size) !=
            KERN_SUCCESS) {
            return;
        }
        lock_acquire(&p->lock);
        for (uint32_t i = 0; i < size / sizeof(list[0]); i++) {
            const struct posix_signal *s = &list[i];

            if (s->signo >= 1 && s->signo <= NSIG) {
                add(p, s);
            }
        }
        lock_release(&p->lock);
    } while (size == sizeof(list));
}

static bool
for_thread(const struct pending *s, struct thread *t)
{
    return s->tid == 0 || s->tid == t->tid;
}

bool
signal_take(struct thread *t, uint64_t set, struct pending *out)
{
    struct process *p = t->process;
    bool found = false;

    if ((p->pending_mask & set) == 0) {
        return false;
    }
    lock_acquire(&p->lock);
    for (uint32_t i = 0; i < p->pending_count; i++) {
        struct pending *s = &p->pending[i];

        if ((set & SIGMASK(s->signo)) && for_thread(s, t)) {
            *out = *s;
            remove_at(p, i);
            found = true;
            break;
        }
    }
    lock_release(&p->lock);
    return found;
}

void
signal_discard(struct process *p, uint64_t set)
{
    lock_acquire(&p->lock);
    for (uint32_t i = p->pending_count; i-- > 0;) {
        if (set & SIGMASK(p->pending[i].signo)) {
            remove_at(p, i);
        }
    }
    lock_release(&p->lock);
}

uint64_t
signal_pending_set(struct thread *t)
{
    struct process *p = t->process;
    uint64_t set = 0;

    lock_acquire(&p->lock);
    for (uint32_t i = 0; i < p->pending_count; i++) {
        if (for_thread(&p->pending[i], t)) {
            set |= SIGMASK(p->pending[i].signo);
        }
    }
    lock_release(&p->lock);
    return set;
}

bool
signal_waiting(struct thread *t)
{
    struct process *p = t->process;
    uint64_t set;

    if (t->kick) {
        t->kick = 0;
        signal_fetch(t);
    }
    set = signal_pending_set(t) & ~t->mask;
    for (int s = 1; s <= NSIG && set != 0; s++) {
        if ((set & SIGMASK(s)) &&
            signal_disposition(s, p->actions[s - 1].handler) !=
                DISPOSITION_IGNORE) {
            t->kick = 1;
            return true;
        }
    }
    return false;
}

void
signal_fill_info(const struct pending *s, struct linux_siginfo *info)
{
    memset(info, 0, sizeof(*info));
    info->signo = s->signo;
    info->code = s->code;
    if (s->is_fault) {
        info->u.address = s->value;
        return;
    }
    info->u.kill.pid = s->pid;
    info->u.kill.uid = s->uid;
    info->u.kill.value = s->value;
}
