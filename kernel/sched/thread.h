/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads.
 *
 * States (th_state):
 *   RUNNING    current_thread() of some CPU
 *   READY      on a run queue
 *   WAITING    in thread_wait(): on th_wait_queue and/or with a deadline;
 *              th_continuation says how it goes on
 *   HALTED     being taken apart by the reaper; never runs again
 * Suspension (th_suspend_count > 0, or the task's) is orthogonal: a suspended
 * thread that becomes runnable is parked instead of queued.
 *
 * A thread has no kernel stack.  Its user registers are in th_regs from kernel
 * entry to exit; a user-less kernel activity has only a continuation.
 */
#ifndef SCHED_THREAD_H
#define SCHED_THREAD_H

#include <stdbool.h>
#include <mach/emulator.h>
#include <base/list.h>
#include <sched/wait.h>
#include <machine/regs.h>

struct task;
struct ipc_port;
struct ipc_kmsg;
struct ledger;

enum thread_state { TH_RUNNING, TH_READY, TH_WAITING, TH_HALTED };

/* th_ast: reasons to look twice before the return to user mode */
#define AST_KICK 1u      /* a kick is latched */
#define AST_ABORT 2u     /* thread_abort latched: ends the next wait */
#define AST_TERMINATE 4u
#define AST_SUSPEND 8u
#define AST_RESCHED 16u  /* time slice over or better priority */
#define AST_IRET 32u     /* the full register set must be loaded (iretq) */
#define AST_KICKFLAG 64u /* the kick flag word is still to be written */

#define TH_PRIORITIES 256
#define TH_PRIORITY_DEFAULT 128 /* higher is better */

struct thread {
    struct machine_regs th_regs;   /* c: user registers; must stay first */
    unsigned th_ast;               /* K */
    enum thread_state th_state;    /* K */
    unsigned th_priority;          /* K: 0..255 */
    unsigned th_slice;             /* c: ticks left */
    unsigned th_suspend_count;     /* K */
    unsigned th_refs;              /* K */
    struct task *th_task;          /* I: NULL for kernel activities */
    struct list th_task_link;      /* K: task's thread list */
    struct list th_run_link;       /* K: run queue */

    struct list th_wait_link;          /* K */
    struct wait_queue *th_wait_queue;  /* K: or NULL */
    unsigned th_wait_flags;            /* K: WAIT_* of the wait */
    kern_return_t th_wait_result;      /* K */
    continuation_t th_continuation;    /* K: NULL: restart or return to user */
    uint64_t th_deadline;              /* K: of the wait; WAIT_FOREVER none */
    struct list th_timer_link;         /* K: timer queue */
    uint64_t th_trap_deadline;         /* c: absolute deadline of a trap being restarted; 0 none */

    /* What a waiting operation keeps; used by one operation at a time. */
    union {
        struct {
            struct ipc_kmsg *kmsg;
            void *object;          /* port or set, +1 reference */
            uint64_t word[4];
        } ipc;
        uint64_t word[8];
    } th_saved;                    /* c */

    /* Redirection (mach/emulator.h). */
    struct upcall_state th_upcall; /* c: kind NONE when none is pending */
    vm_address_t th_kick_flag;     /* c: user address or 0 */

    struct ipc_port *th_self;      /* K: kernel port, or NULL when dead */
    struct ipc_port *th_exc_ports[14]; /* K: naked send rights, by EXC_* */
    int th_exc_behavior[14];
    struct ledger *th_ledger;      /* I: +1: charged LEDGER_THREADS */
    struct machine_fpu *th_fpu;    /* c: NULL until first used */
    uint64_t th_cpu_time;          /* c: nanoseconds */
    char th_name[32];              /* K: for people */
};

/* kernel-wide list and counts live in sched/thread.c */
struct thread *thread_alloc(struct task *task, struct ledger *l);
void thread_reference(struct thread *th);
void thread_release(struct thread *th);
void thread_start(struct thread *th);          /* READY for the first time */
void thread_terminate(struct thread *th);      /* any thread, any state */
void thread_suspend(struct thread *th);
kern_return_t thread_resume(struct thread *th);
void thread_abort(struct thread *th);
void thread_kick(struct thread *th);

#endif
