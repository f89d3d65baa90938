/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way out when something is to be done: signals are fetched and handled,
 * interrupted system calls begun anew.
 */
#include <proc/proc.h>
#include "signal.h"

#define NO_HANDLER (~0ull)

/* handler: the flags of the action that runs, or NO_HANDLER. */
static void
settle_restart(struct thread *t, regs_t *frame, uint64_t handler)
{
    int64_t result = (int64_t)frame->rax;
    bool restart = handler == NO_HANDLER;

    if (t->call < 0) {
        return;
    }
    switch (result) {
    case -ERESTARTNOINTR:
        restart = true;
        break;
    case -ERESTARTSYS:
        restart = restart || (handler & SA_RESTART);
        break;
    case -ERESTARTNOHAND:
    case -ERESTART_BLOCK:
        break;
    default:
        return;
    }
    if (!restart) {
        frame->rax = (uint64_t)-(int64_t)EINTR;
    } else {
        frame->rax = result == -ERESTART_BLOCK ? 219 : (uint64_t)t->call;
        frame->rip -= 2;
    }
    t->call = -1;
}

static void
run_handler(struct thread *t, regs_t *frame, const struct pending *s,
            struct linux_sigaction *action)
{
    uint64_t mask = t->restore_mask ? t->saved_mask : t->mask;

    t->restore_mask = false;
    settle_restart(t, frame, action->flags);
    if (signal_frame_push(t, frame, s, action, mask) < 0) {
        process_exit(t, SIGSEGV);
        return;
    }
    t->mask |= action->mask;
    if (!(action->flags & SA_NODEFER)) {
        t->mask |= SIGMASK(s->signo);
    }
    t->mask = signal_mask_sanitize(t->mask);
    if (action->flags & SA_RESETHAND) {
        t->process->actions[s->signo - 1].handler = SIG_DFL;
    }
}

static void
handle(struct thread *t, regs_t *frame, const struct pending *s)
{
    struct process *p = t->process;
    struct linux_sigaction action = p->actions[s->signo - 1];

    switch (signal_disposition(s->signo, action.handler)) {
    case DISPOSITION_IGNORE:
        break;
    case DISPOSITION_HANDLER:
        run_handler(t, frame, s, &action);
        break;
    case DISPOSITION_STOP:
        proc_stop(p->ports[PORT_PROC], s->signo);
        t->kick = 1; /* SIGCONT's handler, whatever came meanwhile */
        break;
    case DISPOSITION_TERMINATE:
        process_exit(t, s->signo);
        break;
    }
}

/* A fault can't be blocked or ignored. */
static void
handle_fault(struct thread *t, regs_t *frame)
{
    struct pending s = t->fault;
    struct linux_sigaction *action = &t->process->actions[s.signo - 1];

    t->has_fault = false;
    if ((t->mask & SIGMASK(s.signo)) || action->handler <= SIG_IGN) {
        process_exit(t, s.signo);
        return;
    }
    handle(t, frame, &s);
}

/* What this thread blocks and another doesn't is the other's. */
static void
pass_on(struct thread *t)
{
    struct process *p = t->process;

    if (p->pending_count == 0 || p->thread_count < 2) {
        return;
    }
    lock_acquire(&p->lock);
    for (uint32_t i = 0; i < p->pending_count; i++) {
        struct pending *s = &p->pending[i];

        for (struct thread *o = p->threads; o != NULL; o = o->next) {
            if (o != t && (s->tid == 0 || s->tid == o->tid) &&
                !(o->mask & SIGMASK(s->signo)) &&
                o->port != MACH_PORT_NULL) {
                thread_kick_trap(o->port);
                break;
            }
        }
    }
    lock_release(&p->lock);
}

void
emulator_work(regs_t *frame)
{
    struct thread *t = this_thread();
    struct pending s;

    t->kick = 0;
    if (t->has_fault) {
        handle_fault(t, frame);
    }
    signal_fetch(t);
    while (signal_take(t, ~t->mask, &s)) {
        handle(t, frame, &s);
    }
    settle_restart(t, frame, NO_HANDLER);
    if (t->restore_mask) {
        t->restore_mask = false;
        t->mask = t->saved_mask;
        t->kick = 1; /* some of them may be unblocked now */
        return;
    }
    pass_on(t);
}

void
emulator_kick(regs_t *frame)
{
    struct thread *t = this_thread();

    if (thread_upcall_state_trap(&t->upcall) == KERN_SUCCESS) {
        *frame = t->upcall.state;
    }
    t->fs_base = frame->fs_base;
    t->full = 1;
    t->call = -1;
    t->kick = 1;
}

void
signal_fault(struct thread *t, int signo, int code, uint64_t address,
             uint32_t trapno, uint64_t error)
{
    t->fault = (struct pending){
        .signo = signo,
        .code = code,
        .value = address,
        .tid = t->tid,
        .is_fault = true,
        .trapno = trapno,
        .error = error,
    };
    t->has_fault = true;
    t->kick = 1;
}

void
signal_self(struct thread *t, int signo)
{
    struct process *p = t->process;

    proc_kill(p->ports[PORT_PROC], p->ids.pid, signo, SI_USER, 0);
    t->kick = 1;
}
