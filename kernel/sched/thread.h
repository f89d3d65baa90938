/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads.
 *
 * States (th_state):
 *   RUNNING    current_thread() of some CPU
 *   READY      on a run queue
 *   WAITING    in thread_wait(): on a wait queue and/or with a deadline;
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
#include <mach/exception.h>
#include <mach/message.h>
#include <base/list.h>
#include <sched/wait.h>
#include <sched/timer.h>
#include <machine/cpu.h>
#include <machine/regs.h>

struct task;
struct ipc_port;
struct ipc_kmsg;
struct ledger;
struct pmap;
struct machine_task;
struct ipc_caller;
struct sync_buffer;
struct vm_object;

/* Who is told of one kind of exception (kern/exception_ports.c). */
struct exception_action {
    struct ipc_port *xa_port; /* naked send right, or NULL */
    int xa_behavior;          /* EXCEPTION_*, and MACH_EXCEPTION_CODES */
    int xa_flavor;            /* of the state that the message carries */
};

/*
 * A thread's part in synchronous calls (sync/).  As a callee it may owe one
 * other thread an answer; as a caller it is owed one, by a thread or through a
 * right that has been saved under a name; never by both.
 */
struct sync_thread {
    struct thread *sy_client;      /* K: whom it owes an answer, or NULL */
    struct thread *sy_holder;      /* K: who owes it one, or NULL */
    struct ipc_port *sy_reply;     /* K: the saved right's port, or NULL */
    struct ipc_port *sy_cancel;    /* K: +1: told of a cancellation; or NULL */
    struct list sy_cancel_link;    /* K: on its ip_cancels, to be told */
    uint64_t sy_cookie;            /* K: of the saved right */
    bool sy_cancelled;             /* K: the caller wants its answer now */
    struct sync_buffer *sy_buffer; /* K: as the kernel sees it, or NULL */
    struct vm_object *sy_object;   /* K: +1: whose page that is */
    uint64_t sy_address;           /* K: where the task was given it */
};

/* WAITING is zero: THREAD_WORD_REST. */
enum thread_state {
    TH_WAITING, TH_RUNNING, TH_READY, TH_HALTED
} __attribute__((packed));

/* th_ast: reasons to look twice before the return to user mode */
#define AST_KICK 1u      /* a kick is latched: ends the next
                            interruptible wait */
#define AST_ABORT 2u     /* thread_abort latched: ends the next wait */
#define AST_TERMINATE 4u
#define AST_SUSPEND 8u
#define AST_RESCHED 16u  /* time slice over or better priority */
#define AST_IRET 32u     /* the full register set must be loaded (iretq) */
#define AST_KICKFLAG 64u /* a kick is still to be delivered: entry entered,
                            restarted, or flag word written */
/* No reason to look, but to wake it by the general way only: */
#define AST_SUSPENDED 128u /* th_suspend_count != 0 */
#define AST_TIMED 256u     /* th_timer ends its wait */
/* those that the way out must look at */
#define AST_EXIT_MASK \
    (AST_TERMINATE | AST_SUSPEND | AST_RESCHED | AST_KICKFLAG)

#define TH_PRIORITIES 256
#define TH_PRIORITY_DEFAULT 128 /* higher is better */

struct thread {
    struct machine_regs th_regs;   /* c: user registers; must stay first */
    union {
        struct {
            unsigned th_ast;                    /* K */
            union {
                struct {
                    enum thread_state th_state; /* K */
                    uint8_t th_ipc_wait;        /* K: IPC_WAIT_*: what
                                                   th_saved.ipc is for */
                    uint16_t th_wait_flags;     /* K: WAIT_* of the wait */
                };
                uint32_t th_waits;              /* these three at once */
            };
        };
        uint64_t th_word; /* all of them */
    };
    const emulator_info_t *th_emulator; /* I: the task's, all zero when there
                                      is none; offset known to the entry
                                      code.  NULL: kernel activity */
    struct upcall_state th_upcall; /* c: kind NONE when none is pending; offset
                                      known likewise */
    uint64_t th_trap_deadline;     /* c: absolute deadline of a trap being
                                      restarted; 0 none; offset likewise */
    struct pmap *const *th_pmap;   /* I: the task's; NULL: kernel activity */
    struct machine_task *th_machine_task; /* I: or NULL */
    const struct ipc_caller *th_caller; /* I: the task's; NULL likewise */
    unsigned th_priority;          /* K: 0..255 */
    unsigned th_max_priority;      /* K: what it may be given */
    unsigned th_depress;           /* K: 1 + the priority to go back to;
                                      0: not depressed.  Then th_timer ends it */
    uint64_t th_switches;          /* K: how often it was chosen to run */
    uint64_t th_faults;            /* K: page faults in user mode */
    uint64_t th_id;                /* I: unique since boot */
    unsigned th_boost;             /* K: 1: above th_priority, see sched.h */
    unsigned th_slice;             /* c: ticks left */
    uint64_t th_recent_base;       /* K: th_cpu_time less what it has used
                                      lately, which decays */
    uint64_t th_recent_at;         /* K: when that was last decayed */
    unsigned th_suspend_count;     /* K */
    unsigned th_refs;              /* K */
    struct task *th_task;          /* I: NULL for kernel activities */
    struct list th_task_link;      /* K: task's thread list */
    struct list th_run_link;       /* K: run queue; a READY thread that is
                                      on none is parked (suspended) */
    struct list th_all_link;       /* K: all threads */
    bool th_in_trap;               /* c: a system call (not a fault) is being
                                      served: results go to the registers */

    struct list th_wait_link;          /* K */
    kern_return_t th_wait_result;      /* K */
    continuation_t th_continuation;    /* K: NULL: restart or return to user */
    struct timer th_timer;             /* K: deadline of the wait */

    /* What a waiting operation keeps; used by one operation at a time. */
    union {
        struct {
            struct ipc_kmsg *kmsg;
            void *object;          /* port or set, +1 reference */
            vm_address_t buffer;   /* of a receiver: for the message, */
            mach_msg_size_t room;  /* with so much room, */
            mach_msg_size_t trailer; /* of which this for its trailer */
        } ipc;
        uint64_t word[8];
    } th_saved;                    /* c */
    struct ipc_kmsg *th_request;   /* K: kernel-served request that waits */
    struct ipc_port *th_ipc_woken_for; /* K: +1: woken for its message; or NULL */

    /* Redirection (mach/emulator.h). */
    vm_address_t th_kick_flag;     /* c: user address or 0 */

    struct ipc_port *th_self;      /* K: kernel port, or NULL when dead */
    struct ipc_port *th_sself;     /* K: what it takes for that: a naked send
                                      right; NULL: th_self */
    struct exception_action th_exc[EXC_TYPES_COUNT]; /* K: by EXC_* */
    struct ipc_kmsg *th_exc_message; /* K: for exceptions (kern/exception.c) */
    struct ipc_port *th_exc_reply;   /* K: the reply port for it */
    struct ledger *th_ledger;      /* I: +1: charged LEDGER_THREADS */
    struct machine_fpu *th_fpu;    /* c: NULL until first used */
    struct sync_thread th_sync;    /* K */
    uint64_t th_cpu_time;          /* c: cycles used; while it runs less the
                                      time when that began: sched_cpu_time() */
    void *th_kernel_request;       /* c: a kernel call that waits (kern) */
    char th_name[32];              /* K: for people */
};

/* Of th_word, shifted left by this, only th_ast and th_state are left. */
#define THREAD_WORD_REST 24
#define THREAD_WAITS(state, ipc_wait, flags) \
    ((uint32_t)(flags) << 16 | (ipc_wait) << 8 | (uint32_t)(state))
_Static_assert(TH_WAITING == 0 && sizeof(enum thread_state) == 1,
               "th_word is 0 there when it waits and nothing is pending");

static inline struct thread *
current_thread(void)
{
    return machine_current_thread();
}

/*
 * A thread of task (NULL: a kernel activity, given its pmap etc. by kern for
 * others), waiting for thread_start(), with one reference.  NULL: l has no
 * room for it.  task is not linked here.
 */
struct thread *thread_alloc(struct task *task, struct ledger *l);
void thread_reference(struct thread *th);
void thread_release(struct thread *th);
/* Called when the last reference goes, before the memory does. */
extern void (*thread_destroy_hook)(struct thread *th);
void thread_start(struct thread *th);          /* READY for the first time */
void thread_terminate(struct thread *th);      /* any thread, any state */
void thread_suspend(struct thread *th);
/* KERN_FAILURE: it was not suspended. */
kern_return_t thread_resume(struct thread *th);
void thread_abort(struct thread *th);
void thread_kick(struct thread *th);
/* If it waits, and ending the wait leaves nothing half done; otherwise
 * nothing is to be ended (KERN_SUCCESS), or can be (KERN_FAILURE). */
kern_return_t thread_abort_safely(struct thread *th);
void thread_change_priority(struct thread *th, unsigned priority);
/* Lowest priority until uptime `until` (TIMER_NEVER: until undepressed).  The
 * current thread only, which then yields. */
void thread_depress(struct thread *th, uint64_t until);
/* KERN_NOT_DEPRESSED */
kern_return_t thread_depress_abort(struct thread *th);

/* Every thread, kernel activities too (th_all_link); and how many. */
extern struct list thread_list;
extern uint64_t thread_count;

/* A kernel activity: runs step (which returns as continuations do) when it
 * is started and whenever what it waits for has happened. */
struct thread *thread_create_activity(const char *name, unsigned priority,
                                      continuation_t step);

#endif
