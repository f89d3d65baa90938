/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes.
 *
 * States (pr_state):
 *   RUNNING   has a task (its own, or as a vfork child its parent's)
 *   STOPPED   the same, suspended by job control; pr_stop_reply answers its
 *             proc_stop() when it is continued
 *   DYING     its task has been terminated, but still holds rights: nobody is
 *             told before those are gone (whoever waits for the process finds
 *             its pipe ends closed)
 *   ZOMBIE    no task, no sessions; pr_status waits for the parent's wait
 * A vfork child ends with the task that it borrows.
 *
 * A reaped process leaves the table; its structure lives until the last
 * right to its session port is gone (pr_state GONE then).
 *
 * The table holds one reference to each process.  pr_vfs and pr_tty are
 * handles of our own.  Everything belongs to the component's one thread.
 */
#ifndef PROC_PROCESS_H
#define PROC_PROCESS_H

#include <stdbool.h>

#include <mach/mach.h>
#include <posix/posix.h>
#include <server/object.h>

#include "../common/linux.h"
#include "objects.h"

enum process_state { PROCESS_RUNNING, PROCESS_STOPPED, PROCESS_DYING,
                     PROCESS_ZOMBIE, PROCESS_GONE };

#define PROC_GROUPS_MAX 32
#define PROC_RT_QUEUE_MAX 256 /* queued real-time signals of a process */

/* A thread that can be kicked. */
struct proc_thread {
    struct proc_thread *next;
    int32_t tid;
    mach_port_t port; /* send right */
};

/* A pending signal. */
struct proc_signal {
    struct proc_signal *next;
    posix_signal_t info;
};

/* A wait4 that is not answered yet. */
struct proc_waiter {
    struct proc_waiter *next;
    cookie_t cookie;
    mach_port_t reply; /* send-once right */
    int32_t pid;
    uint32_t options;
};

struct process {
    struct server_object pr_object; /* first */
    struct process *pr_next;        /* the table's chain */
    enum process_state pr_state;
    posix_ids_t pr_ids;             /* pid, ppid, pgid, sid, uids, gids */
    uint32_t pr_groups[PROC_GROUPS_MAX];
    uint32_t pr_group_count;
    mach_port_t pr_task;            /* send right, or null */
    mach_port_t pr_ledger;          /* of tasks to come; null: the task's */
    bool pr_ledger_new;             /* pr_task doesn't have pr_ledger yet */
    struct process *pr_vfork_parent; /* whose task this one borrows */
    struct proc_thread *pr_threads;
    mig_handle_t pr_vfs, pr_tty;
    struct proc_signal *pr_pending; /* oldest first */
    uint32_t pr_pending_count;
    struct proc_waiter *pr_waiters;
    mach_port_t pr_stop_reply;      /* send-once right, or null */
    int32_t pr_status;              /* as wait4 tells it */
    bool pr_stop_untold;            /* stopped, and no wait has said so */
    bool pr_continued_untold;
    bool pr_execed;                 /* setpgid by the parent: too late */
    int32_t pr_exit_signal;         /* what the parent gets at the end */
    uint32_t pr_sigchld;            /* proc_set_sigchld's flags */
    posix_rusage_t pr_usage, pr_child_usage; /* at the end; of reaped ones */
    uint64_t pr_rlimits[L_RLIM_NLIMITS][2];
    int32_t pr_nice;
    mach_port_t pr_exit_notify;     /* of the first process */
    uint64_t pr_start;              /* nanoseconds of uptime */
};

/* table.c */
extern const struct server_class process_class;
struct process *process_create(const struct process *parent);
void process_forget(struct process *p);     /* reaped, or never begun */
struct process *process_find(int32_t pid);  /* any state but GONE, or NULL */
struct process *process_first(void);
struct process *process_next(const struct process *p);
unsigned process_count(void);
unsigned process_count_of_user(uint32_t uid);
bool process_group_exists(int32_t pgid, int32_t sid);
static inline bool
process_alive(const struct process *p)
{
    return p->pr_state == PROCESS_RUNNING || p->pr_state == PROCESS_STOPPED;
}

/* threads.c: threads to kick, and thread ids (from the same numbers as pids) */
int32_t proc_new_id(void);
kern_return_t process_add_thread(struct process *p, int32_t tid,
                                 mach_port_t port); /* consumes on success */
void process_drop_threads(struct process *p);
void process_kick(struct process *p, int32_t tid);

/* rights.c */
extern mig_handle_t vfs_control, tty_control, exec_service, pipe_service;
kern_return_t process_make_sessions(struct process *p, mig_handle_t vfs_from);
void process_drop_sessions(struct process *p);
kern_return_t process_insert_sessions(struct process *p, mach_port_t task,
                                      const uint32_t *names);
/* A send right of the caller's own, to be moved. */
mach_port_t handle_send_right(mig_handle_t h);
posix_creds_t process_creds(const struct process *p);
/* The process's task is now this one (consumed); its death is watched. */
void process_set_task(struct process *p, mach_port_t task);
void process_drop_task(struct process *p, bool terminate);
/* Terminate it; false: there is nothing to wait for. */
bool process_end_task(struct process *p);

/* exception.c */
kern_return_t process_watch_exceptions(mach_port_t task);
int32_t exception_signal(int exception, uint64_t code);

/* exit.c */
/* The end begins: status as wait4 tells it. */
void process_exit(struct process *p, int32_t status);
/* Its task is gone. p may be gone afterwards, unless referenced. */
void process_exited(struct process *p);

/* wait.c */
void process_children_changed(int32_t pid);
void process_drop_waiters(struct process *p);

/* signal.c */
void process_signal(struct process *p, const posix_signal_t *info);
void process_signal_number(struct process *p, int32_t signo);
void group_signal(int32_t pgid, int32_t signo);
void process_drop_signals(struct process *p);
bool process_pending(const struct process *p, int32_t signo);
void process_discard(struct process *p, uint64_t set);

/* stop.c */
void process_continue(struct process *p);
void process_end_stop(struct process *p); /* it dies while stopped */

/* group.c */
void process_check_orphans(struct process *leaving);
bool process_group_orphaned(int32_t pgid);

/* info.c */
void process_collect_usage(struct process *p);
void rusage_add(posix_rusage_t *to, const posix_rusage_t *from);
void process_default_limits(struct process *p);

#define SIGBIT(n) (1ull << ((n) - 1))

#endif
