/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: life, suspension, and the three ways to disturb one (abort, kick,
 * terminate).
 *
 * Termination: the thread is made to run once more, its wait ended with
 * KERN_ABORTED; its continuation drops what the wait held, and on the way
 * out it meets AST_TERMINATE.  So everything a thread holds is given back by
 * the code that took it, in the thread's own context.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <base/string.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <machine/fpu.h>

struct list thread_list = { &thread_list, &thread_list };
uint64_t thread_count;
void (*thread_destroy_hook)(struct thread *th);
static uint64_t last_id;

/* A thread waits, or is depressed, never both. */
static void
deadline_passed(void *arg)
{
    if (thread_depress_abort(arg) == KERN_NOT_DEPRESSED) {
        thread_wakeup(arg, KERN_OPERATION_TIMED_OUT);
    }
}

struct thread *
thread_alloc(struct task *task, struct ledger *l)
{
    struct thread *th;

    if (ledger_charge(l, LEDGER_THREADS, 1) != KERN_SUCCESS) {
        return NULL;
    }
    th = kalloc(sizeof(*th), l);
    if (th == NULL) {
        ledger_uncharge(l, LEDGER_THREADS, 1);
        return NULL;
    }
    regs_init(&th->th_regs);
    th->th_ast = AST_IRET;
    th->th_state = TH_WAITING;
    th->th_priority = TH_PRIORITY_DEFAULT;
    th->th_max_priority = TH_PRIORITIES - 1;
    th->th_id = ++last_id;
    th->th_refs = 1;
    th->th_task = task;
    th->th_ledger = l;
    ledger_reference(l);
    list_init(&th->th_task_link);
    list_init(&th->th_run_link);
    list_init(&th->th_wait_link);
    list_init(&th->th_sync.sy_cancel_link);
    timer_init(&th->th_timer, deadline_passed, th);
    list_push_back(&thread_list, &th->th_all_link);
    thread_count++;
    return th;
}

void
thread_reference(struct thread *th)
{
    th->th_refs++;
}

void
thread_release(struct thread *th)
{
    struct ledger *l = th->th_ledger;

    assert(th->th_refs != 0);
    if (--th->th_refs != 0) {
        return;
    }
    assert(th != current_thread() && !th->th_timer.tm_set);
    sched_dequeue(th);
    if (thread_destroy_hook != NULL) {
        thread_destroy_hook(th);
    }
    fpu_release(th);
    list_remove(&th->th_all_link);
    thread_count--;
    kfree(th, sizeof(*th), l);
    ledger_uncharge(l, LEDGER_THREADS, 1);
    ledger_release(l);
}

void
thread_start(struct thread *th)
{
    assert(th->th_state == TH_WAITING && list_empty(&th->th_wait_link));
    th->th_state = TH_READY;
    sched_enqueue(th);
}

void
thread_terminate(struct thread *th)
{
    if (th->th_state == TH_HALTED || (th->th_ast & AST_TERMINATE)) {
        return;
    }
    th->th_ast |= AST_TERMINATE;
    if (th->th_state == TH_WAITING) {
        thread_wakeup(th, KERN_ABORTED);
    } else if (th->th_state == TH_READY && th->th_suspend_count != 0) {
        sched_dequeue(th);
        sched_enqueue(th);
    }
}

void
thread_suspend(struct thread *th)
{
    th->th_suspend_count++;
    th->th_ast |= AST_SUSPENDED;
    if (th->th_state == TH_READY && !(th->th_ast & AST_TERMINATE)) {
        sched_dequeue(th);
    } else if (th->th_state == TH_RUNNING) {
        th->th_ast |= AST_SUSPEND;
    }
}

kern_return_t
thread_resume(struct thread *th)
{
    if (th->th_suspend_count == 0) {
        return KERN_FAILURE;
    }
    if (--th->th_suspend_count != 0) {
        return KERN_SUCCESS;
    }
    th->th_ast &= ~(AST_SUSPEND | AST_SUSPENDED);
    if (th->th_state == TH_READY && list_empty(&th->th_run_link)) {
        sched_enqueue(th);
    }
    return KERN_SUCCESS;
}

/* A wait without a continuation begins again when the trap does; the latch
 * must still be there then. */
void
thread_abort(struct thread *th)
{
    if (th->th_state == TH_HALTED) {
        return;
    }
    th->th_ast |= AST_ABORT;
    if (th->th_state == TH_WAITING && (th->th_wait_flags & WAIT_ABORTABLE)) {
        if (th->th_continuation != NULL) {
            th->th_ast &= ~AST_ABORT;
        }
        thread_wakeup(th, KERN_ABORTED);
    }
}

void
thread_kick(struct thread *th)
{
    if (th->th_state == TH_HALTED) {
        return;
    }
    th->th_ast |= AST_KICK | AST_KICKFLAG;
    if (th->th_state == TH_WAITING &&
        (th->th_wait_flags & WAIT_INTERRUPTIBLE)) {
        if (th->th_continuation != NULL) {
            th->th_ast &= ~AST_KICK;
        }
        thread_wakeup(th, KERN_INTERRUPTED);
    }
}

kern_return_t
thread_abort_safely(struct thread *th)
{
    if (th->th_state != TH_WAITING || th->th_continuation == NULL) {
        return KERN_SUCCESS; /* in user mode, or will be there again */
    }
    if (th->th_request != NULL || !(th->th_wait_flags & WAIT_ABORTABLE)) {
        return KERN_FAILURE;
    }
    thread_wakeup(th, KERN_ABORTED);
    return KERN_SUCCESS;
}

void
thread_depress(struct thread *th, uint64_t until)
{
    assert(th == current_thread() && th->th_depress == 0);
    th->th_depress = th->th_priority + 1;
    th->th_priority = 0;
    th->th_boost = 0;
    if (until != TIMER_NEVER) {
        timer_set(&th->th_timer, until);
    }
}

kern_return_t
thread_depress_abort(struct thread *th)
{
    unsigned priority = th->th_depress - 1;

    if (th->th_depress == 0) {
        return KERN_NOT_DEPRESSED;
    }
    th->th_depress = 0;
    timer_unset(&th->th_timer);
    thread_change_priority(th, priority);
    return KERN_SUCCESS;
}

void
thread_change_priority(struct thread *th, unsigned priority)
{
    bool queued = !list_empty(&th->th_run_link);

    if (th->th_depress != 0) {
        th->th_depress = priority + 1;
        return;
    }
    if (queued) {
        sched_dequeue(th);
    }
    th->th_priority = priority;
    th->th_boost = 0;
    if (queued) {
        sched_enqueue(th);
    } else if (th->th_state == TH_RUNNING) {
        th->th_ast |= AST_RESCHED;
    }
}

struct thread *
thread_create_activity(const char *name, unsigned priority,
                       continuation_t step)
{
    struct thread *th = thread_alloc(NULL, &ledger_root);

    if (th == NULL) {
        panic("no memory for the kernel activity %s", name);
    }
    strlcpy(th->th_name, name, sizeof(th->th_name));
    th->th_priority = priority;
    th->th_continuation = step;
    return th;
}
