/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting: wait queues and the two halves of a wait.
 *
 * There is no stack to keep: a function that must wait puts the current
 * thread on a queue with a continuation, and returns KERN_BLOCKED to its caller,
 * which returns it to the dispatcher.
 */
#ifndef SCHED_WAIT_H
#define SCHED_WAIT_H

#include <stdbool.h>
#include <base/codes.h>
#include <base/list.h>

struct thread;

struct wait_queue {
    struct list wq_threads; /* K: of th_wait_link, in order of arrival */
};

/*
 * Runs in the thread's own context (its address space is loaded) when the
 * wait has ended with result: KERN_SUCCESS (woken), KERN_OPERATION_TIMED_OUT,
 * KERN_INTERRUPTED (kick) or KERN_ABORTED.  What it returns becomes the
 * trap's result (rax), unless KERN_BLOCKED (it waits again) or KERN_RESTART (the trap is executed again from the saved registers).
 */
typedef kern_return_t (*continuation_t)(struct thread *th,
                                        kern_return_t result);
#define KERN_RESTART 0x7f000002
#define KERN_NO_RESULT 0x7f000003 /* the registers are right as they are */
#define KERN_SWITCHED 0x7f000004  /* another thread is current, its registers
                                     complete and nothing pending for it */
#define KERN_GENERAL 0x7f000005   /* of a trap's fast path: nothing has
                                     happened */
#define KERN_CODES_FIRST 0x7f000000 /* this and above: never for a user */

#define WAIT_FOREVER (~0ull)
#define WAIT_INTERRUPTIBLE 0x400u /* thread_kick ends it; MACH_RCV_INTERRUPT's
                                     bit */
#define WAIT_ABORTABLE 2u     /* thread_abort ends it (nearly every wait) */

void wait_queue_init(struct wait_queue *wq);

/*
 * Put the current thread on wq (NULL: on none, for a sleep) until woken, or until deadline
 * (absolute nanoseconds of uptime).  k NULL: restart the trap or instruction.
 * A latched kick or abort is honoured: then nothing waits and the result code
 * is returned.  Otherwise KERN_BLOCKED.
 */
kern_return_t thread_wait(struct wait_queue *wq, continuation_t k,
                          uint64_t deadline, unsigned flags);

/* End the wait of th, if it waits: dequeue, cancel the deadline, make it runnable. */
void thread_wakeup(struct thread *th, kern_return_t result);
/*
 * The same, and let it run next when the current thread blocks in this trap
 * (if nothing better is ready): what an RPC does.  It touches no run queue.
 */
void thread_wakeup_handoff(struct thread *th, kern_return_t result);
/* Wake the first (first come, first served) or all; NULL or 0: none there. */
struct thread *wait_queue_wake_one(struct wait_queue *wq,
                                   kern_return_t result);
unsigned wait_queue_wake_all(struct wait_queue *wq, kern_return_t result);
struct thread *wait_queue_first(const struct wait_queue *wq);

#endif
