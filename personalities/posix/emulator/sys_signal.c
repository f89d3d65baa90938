/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls about signals.
 */
#include <proc/proc.h>
#include "signal.h"
#include "syscall.h"

#define PROC process_port(PORT_PROC)

/* proc leaves no zombies of children that nobody waits for. */
static void
tell_sigchld(const struct linux_sigaction *old,
             const struct linux_sigaction *new)
{
    uint32_t before = (old->handler == SIG_IGN ||
                       (old->flags & SA_NOCLDWAIT)) |
                      (old->flags & SA_NOCLDSTOP ? 2u : 0);
    uint32_t after = (new->handler == SIG_IGN ||
                      (new->flags & SA_NOCLDWAIT)) |
                     (new->flags & SA_NOCLDSTOP ? 2u : 0);

    if (before != after) {
        proc_set_sigchld(PROC, after);
    }
}

int64_t
sys_rt_sigaction(const uint64_t *a)
{
    struct process *p = this_process();
    struct linux_sigaction new, old;
    uint32_t signo = (uint32_t)a[0];

    if (a[3] != 8 || signo < 1 || signo > NSIG) {
        return -EINVAL;
    }
    if (a[1] != 0) {
        if (copyin(&new, a[1], sizeof(new)) < 0) {
            return -EFAULT;
        }
        if (signo == SIGKILL || signo == SIGSTOP) {
            return -EINVAL;
        }
        new.mask = signal_mask_sanitize(new.mask);
    }
    lock_acquire(&p->lock);
    old = p->actions[signo - 1];
    if (a[1] != 0) {
        p->actions[signo - 1] = new;
    }
    lock_release(&p->lock);
    if (a[1] != 0 && signo == SIGCHLD) {
        tell_sigchld(&old, &new);
    }
    if (a[1] != 0 && signal_disposition((int)signo, new.handler) ==
                         DISPOSITION_IGNORE) {
        signal_discard(p, SIGMASK(signo));
    }
    return a[2] != 0 ? copyout(a[2], &old, sizeof(old)) : 0;
}

/* Signals that a changed mask lets through are taken at the way out. */
static void
set_mask(struct thread *t, uint64_t mask)
{
    t->mask = signal_mask_sanitize(mask);
    if (t->process->pending_mask & ~t->mask) {
        t->kick = 1;
    }
}

int64_t
sys_rt_sigprocmask(const uint64_t *a)
{
    struct thread *t = this_thread();
    uint64_t old = t->mask, set;

    if (a[3] != 8) {
        return -EINVAL;
    }
    if (a[1] != 0) {
        if (copyin(&set, a[1], 8) < 0) {
            return -EFAULT;
        }
        switch ((int)a[0]) {
        case SIG_BLOCK:
            set_mask(t, old | set);
            break;
        case SIG_UNBLOCK:
            set_mask(t, old & ~set);
            break;
        case SIG_SETMASK:
            set_mask(t, set);
            break;
        default:
            return -EINVAL;
        }
    }
    return a[2] != 0 ? copyout(a[2], &old, 8) : 0;
}

int64_t
sys_rt_sigpending(const uint64_t *a)
{
    struct thread *t = this_thread();
    uint64_t set;

    if (a[1] > 8) {
        return -EINVAL;
    }
    signal_fetch(t);
    set = signal_pending_set(t) & t->mask;
    return copyout(a[0], &set, a[1]);
}

/* Until a signal is there that runs a handler or ends the process. */
static int64_t
wait_signal(struct thread *t)
{
    while (!signal_waiting(t)) {
        clock_sleep(DEADLINE_NEVER, CLOCK_SLEEP_INTERRUPTIBLE);
        t->kick = 1; /* whatever it was: look again */
    }
    return -ERESTARTNOHAND;
}

int64_t
sys_rt_sigsuspend(const uint64_t *a)
{
    struct thread *t = this_thread();
    uint64_t set;

    if (a[1] != 8) {
        return -EINVAL;
    }
    if (copyin(&set, a[0], 8) < 0) {
        return -EFAULT;
    }
    t->saved_mask = t->mask;
    t->restore_mask = true;
    t->mask = signal_mask_sanitize(set);
    t->kick = 1;
    return wait_signal(t);
}

int64_t
sys_pause(const uint64_t *a)
{
    (void)a;
    return wait_signal(this_thread());
}

int64_t
sys_rt_sigtimedwait(const uint64_t *a)
{
    struct thread *t = this_thread();
    struct linux_timespec ts;
    struct linux_siginfo info;
    struct pending s;
    uint64_t set, deadline = DEADLINE_NEVER;
    int64_t ns;

    if (a[3] != 8) {
        return -EINVAL;
    }
    if (copyin(&set, a[0], 8) < 0 ||
        (a[2] != 0 && copyin(&ts, a[2], sizeof(ts)) < 0)) {
        return -EFAULT;
    }
    if (a[2] != 0) {
        ns = timespec_ns(&ts);
        if (ns < 0) {
            return -EINVAL;
        }
        deadline = deadline_after((uint64_t)ns);
    }
    set = signal_mask_sanitize(set);
    signal_fetch(t);
    while (!signal_take(t, set, &s)) {
        if (signal_waiting(t)) {
            return -EINTR;
        }
        if (clock_sleep(deadline, CLOCK_SLEEP_INTERRUPTIBLE) !=
            KERN_INTERRUPTED) {
            return -EAGAIN;
        }
        signal_fetch(t);
    }
    signal_fill_info(&s, &info);
    if (a[1] != 0 && copyout(a[1], &info, sizeof(info)) < 0) {
        return -EFAULT;
    }
    return s.signo;
}

int64_t
sys_sigaltstack(const uint64_t *a)
{
    struct thread *t = this_thread();
    uint64_t sp = thread_frame(t)->rsp;
    struct linux_stack old = t->altstack, new;
    bool active = signal_on_altstack(t, sp);

    old.flags = t->altstack.size == 0 ? SS_DISABLE : active ? SS_ONSTACK : 0;
    if (a[0] != 0) {
        if (copyin(&new, a[0], sizeof(new)) < 0) {
            return -EFAULT;
        }
        if (active) {
            return -EPERM;
        }
        if (new.flags & ~(SS_DISABLE | SS_ONSTACK)) {
            return -EINVAL; /* SS_AUTODISARM included */
        }
        if (new.flags & SS_DISABLE) {
            new = (struct linux_stack){.flags = SS_DISABLE};
        } else if (new.size < MINSIGSTKSZ) {
            return -ENOMEM;
        } else {
            new.flags = 0;
        }
        t->altstack = new;
    }
    return a[1] != 0 ? copyout(a[1], &old, sizeof(old)) : 0;
}

/* ---- sending --------------------------------------------------------------- */

/* A signal to ourselves is taken before the call returns. */
static int64_t
sent(kern_return_t kr)
{
    if (kr == KERN_SUCCESS) {
        this_thread()->kick = 1;
    }
    return error_of(kr);
}

int64_t
sys_kill(const uint64_t *a)
{
    if ((uint32_t)a[1] > NSIG) {
        return -EINVAL;
    }
    return sent(proc_kill(PROC, (int)a[0], (int)a[1], SI_USER, 0));
}

int64_t
sys_tgkill(const uint64_t *a)
{
    if ((uint32_t)a[2] > NSIG || (int)a[0] <= 0 || (int)a[1] <= 0) {
        return -EINVAL;
    }
    return sent(proc_tgkill(PROC, (int)a[0], (int)a[1], (int)a[2], SI_TKILL,
                            0));
}

int64_t
sys_tkill(const uint64_t *a)
{
    if ((uint32_t)a[1] > NSIG || (int)a[0] <= 0) {
        return -EINVAL;
    }
    return sent(proc_tgkill(PROC, -1, (int)a[0], (int)a[1], SI_TKILL, 0));
}

static int64_t
queue_info(uint64_t at, int pid, struct linux_siginfo *info)
{
    if (copyin(info, at, sizeof(*info)) < 0) {
        return -EFAULT;
    }
    if ((info->code >= 0 || info->code == SI_TKILL) &&
        pid != this_process()->ids.pid) {
        return -EPERM;
    }
    return 0;
}

int64_t
sys_rt_sigqueueinfo(const uint64_t *a)
{
    struct linux_siginfo info;
    int64_t error = queue_info(a[2], (int)a[0], &info);

    if (error == 0 && ((uint32_t)a[1] > NSIG || (int)a[0] <= 0)) {
        error = -EINVAL;
    }
    return error < 0 ? error
                     : sent(proc_kill(PROC, (int)a[0], (int)a[1], info.code,
                                      info.u.kill.value));
}

int64_t
sys_rt_tgsigqueueinfo(const uint64_t *a)
{
    struct linux_siginfo info;
    int64_t error = queue_info(a[3], (int)a[0], &info);

    if (error == 0 && ((uint32_t)a[2] > NSIG || (int)a[0] <= 0 ||
                       (int)a[1] <= 0)) {
        error = -EINVAL;
    }
    return error < 0 ? error
                     : sent(proc_tgkill(PROC, (int)a[0], (int)a[1],
                                        (int)a[2], info.code,
                                        info.u.kill.value));
}
