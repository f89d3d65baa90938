/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks: an address space, a port name space, threads, a ledger, and what a
 * personality has registered.
 *
 * States: active (ta_active) -> dying (on the reap list, taken apart in
 * bounded steps) -> gone with the last reference.
 */
#ifndef KERN_TASK_H
#define KERN_TASK_H

#include <stdbool.h>
#include <mach/emulator.h>
#include <mach/message.h>
#include <mach/port_info.h>
#include <base/list.h>
#include <base/ledger.h>
#include <sched/thread.h>
#include <ipc/ipc_upcall.h>
#include <machine/io.h>

struct vm_map;
struct ipc_space;
struct ipc_port;
struct thread;


struct task {
    struct vm_map *ta_map;         /* I: +1 */
    struct ipc_space *ta_space;    /* I: +1 */
    struct ledger *ta_ledger;      /* K: +1 */
    struct ipc_caller ta_caller;   /* I: map, space, ledger and tokens again */
    unsigned ta_refs;              /* K */
    bool ta_active;                /* K */
    unsigned ta_suspend_count;     /* K */
    struct list ta_threads;        /* K: th_task_link */
    unsigned ta_thread_count;      /* K */
    struct list ta_link;           /* K: all tasks */
    struct list ta_reap_link;      /* K */
    struct ipc_port *ta_self;      /* K: kernel port */
    struct ipc_port *ta_bootstrap; /* K: naked send right or NULL */
    struct ipc_port *ta_registered[TASK_PORT_REGISTER_MAX]; /* K */
    struct exception_action ta_exc[EXC_TYPES_COUNT]; /* K: by EXC_* */
    emulator_info_t ta_emulator;   /* K: base == end == 0: none */
    struct machine_task ta_machine; /* K */
    security_token_t ta_token;     /* K: msgh_sender of its messages */
    audit_token_t ta_audit;        /* K */
    unsigned ta_priority;          /* K: of new threads */
    unsigned ta_max_priority;      /* K: theirs */
    bool ta_essential;             /* K: the system ends when it does */
    struct ipc_port *ta_sself;     /* K: what its threads take for the task's
                                      port: a naked send right; NULL: ta_self */
    struct ipc_port *ta_host;      /* K: likewise for the host's */
    struct list ta_alarms;         /* K: clock_alarm()s that it waits for */
    struct task_events {
        uint64_t te_faults, te_zero_fills, te_cow_faults, te_pageins;
        uint64_t te_switches;      /* of dead threads */
    } ta_events;                   /* K */
    uint64_t ta_cpu_time;          /* K: of dead threads, nanoseconds */
    uint64_t ta_id;                /* I: unique since boot */
    char ta_name[32];              /* K */
};

/* parent NULL: the first task.  inherit: the map is an inheritance copy. */
kern_return_t task_create(struct task *parent, struct ledger *l, bool inherit,
                          struct task **out);
void task_reference(struct task *t);
void task_release(struct task *t);
/* Every thread dies; the rest is taken apart by the reaper. */
void task_terminate(struct task *t);
void task_suspend_threads(struct task *t);
kern_return_t task_resume_threads(struct task *t);
void task_setup(void);

extern struct list task_list; /* ta_link of active tasks */
extern uint64_t task_count;   /* of all there are, dying ones too */
/* Of tasks that inherit none; the processor set's. */
extern unsigned task_max_priority_default;

/* A thread of the task, suspended once.  KERN_TERMINATED: the task dies. */
kern_return_t task_thread_create(struct task *t, struct thread **out);
/* kr of vm_fault() for the current thread, counted. */
kern_return_t task_fault(struct thread *th, vm_address_t address,
                         vm_prot_t prot);
/* The current thread has met AST_TERMINATE: it leaves its task for good. */
void task_thread_exit(struct thread *th);

#endif
