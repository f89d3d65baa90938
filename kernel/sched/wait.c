/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting (see wait.h).
 */
#include <base/assert.h>
#include <base/compiler.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <sched/wait.h>
#include <machine/clock.h>
#include <machine/cpu.h>

#define WAKE_STRETCH 32u /* threads woken between two interrupt windows */

void
wait_queue_init(struct wait_queue *wq)
{
    list_init(&wq->wq_threads);
}

/* A latched event that ends the wait before it begins. */
static __attribute__((noinline)) kern_return_t
latched(struct thread *th, unsigned flags)
{
    if (th->th_ast & AST_TERMINATE) {
        return KERN_ABORTED;
    }
    if ((flags & WAIT_ABORTABLE) && (th->th_ast & AST_ABORT)) {
        th->th_ast &= ~AST_ABORT;
        return KERN_ABORTED;
    }
    if ((flags & WAIT_INTERRUPTIBLE) && (th->th_ast & AST_KICK)) {
        th->th_ast &= ~AST_KICK;
        return KERN_INTERRUPTED;
    }
    return KERN_SUCCESS;
}

static inline kern_return_t
wait(struct thread *th, struct wait_queue *wq, continuation_t k,
     unsigned flags)
{
    if (wq != NULL) {
        list_push_back(&wq->wq_threads, &th->th_wait_link);
    } else {
        list_init(&th->th_wait_link);
    }
    th->th_wait_flags = flags;
    th->th_continuation = k;
    th->th_state = TH_WAITING;
    if (th->th_slice == 0) {
        th->th_slice = SCHED_SLICE; /* whoever wakes it need not look */
    }
    return KERN_BLOCKED;
}

/* With a deadline, or something latched. */
static __attribute__((noinline)) kern_return_t
wait_slow(struct wait_queue *wq, continuation_t k, uint64_t deadline,
          unsigned flags)
{
    struct thread *th = current_thread();
    kern_return_t kr = latched(th, flags);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (deadline != WAIT_FOREVER) {
        if (deadline <= clock_uptime()) {
            return KERN_OPERATION_TIMED_OUT;
        }
        timer_set(&th->th_timer, deadline);
        th->th_ast |= AST_TIMED;
    }
    return wait(th, wq, k, flags);
}

kern_return_t
thread_wait(struct wait_queue *wq, continuation_t k, uint64_t deadline,
            unsigned flags)
{
    struct thread *th = current_thread();

    assert(th->th_state == TH_RUNNING);
    if (deadline != WAIT_FOREVER ||
        (th->th_ast & (AST_TERMINATE | AST_ABORT | AST_KICK)) != 0) {
        return wait_slow(wq, k, deadline, flags);
    }
    return wait(th, wq, k, flags);
}

static inline bool
wakeup(struct thread *th, kern_return_t result)
{
    if (th->th_state != TH_WAITING) {
        return false;
    }
    list_remove(&th->th_wait_link);
    if (th->th_ast & AST_TIMED) {
        th->th_ast &= ~AST_TIMED;
        timer_unset(&th->th_timer);
    }
    th->th_wait_result = result;
    th->th_boost = 1; /* if the scheduler finds that it may */
    th->th_state = TH_READY;
    return true;
}

void
thread_wakeup(struct thread *th, kern_return_t result)
{
    if (wakeup(th, result)) {
        sched_enqueue(th);
    }
}

void
thread_wakeup_handoff(struct thread *th, kern_return_t result)
{
    if (wakeup(th, result)) {
        sched_handoff(th);
    }
}

struct thread *
wait_queue_first(const struct wait_queue *wq)
{
    struct list *l = list_first(&wq->wq_threads);

    return l == NULL ? NULL : list_entry(l, struct thread, th_wait_link);
}

COLD struct thread *
wait_queue_wake_one(struct wait_queue *wq, kern_return_t result)
{
    struct thread *th = wait_queue_first(wq);

    if (th != NULL) {
        thread_wakeup(th, result);
    }
    return th;
}

COLD unsigned
wait_queue_wake_all(struct wait_queue *wq, kern_return_t result)
{
    unsigned n = 0;

    while (wait_queue_wake_one(wq, result) != NULL) {
        if (++n % WAKE_STRETCH == 0) {
            machine_interrupt_window();
        }
    }
    return n;
}
