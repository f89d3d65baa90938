/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks: creation, termination, and the threads of a task.
 *
 * Death: task_terminate() marks the task dying and every thread of it for
 * termination; what only names need (ports) goes at once.  When the last
 * thread has left, space and map are handed to their reapers.  The structure
 * goes with the last reference (threads, and whoever names it for a while).
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <base/string.h>
#include <ipc/ipc.h>
#include <kern/clock.h>
#include <kern/exception.h>
#include <kern/task.h>
#include <machine/cpu.h>
#include <sched/reaper.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <sync/sync.h>
#include <vm/vm_map.h>
#include <vm/vm_page.h>
#include <vm/vm_user.h>

struct list task_list = { &task_list, &task_list };
uint64_t task_count;
unsigned task_max_priority_default = TH_PRIORITIES - 1;

static struct list dying = { &dying, &dying }; /* ta_reap_link */
#define FIRST_TASK 1u /* ta_id */
#define THREADS_AT_ONCE 16u /* marked between two interrupt windows */
static uint64_t next_id = FIRST_TASK;

/* What the child takes over from its parent. */
static void
inherit_ports(struct task *t, const struct task *parent)
{
    t->ta_bootstrap = ipc_port_copy_send(parent->ta_bootstrap);
    for (unsigned i = 0; i < TASK_PORT_REGISTER_MAX; i++) {
        t->ta_registered[i] = ipc_port_copy_send(parent->ta_registered[i]);
    }
    exception_actions_copy(t->ta_exc, parent->ta_exc);
    t->ta_token = parent->ta_token;
    t->ta_audit = parent->ta_audit;
    t->ta_priority = parent->ta_priority;
    t->ta_max_priority = parent->ta_max_priority;
    t->ta_host = ipc_port_copy_send(parent->ta_host);
    strlcpy(t->ta_name, parent->ta_name, sizeof(t->ta_name));
}

static kern_return_t
create_parts(struct task *t, struct task *parent, struct ledger *l,
             bool inherit)
{
    kern_return_t kr;

    kr = ledger_charge(l, LEDGER_TASKS, 1);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = parent != NULL && inherit ? vm_map_fork(parent->ta_map, l, &t->ta_map)
                                   : vm_map_create(l, &t->ta_map);
    if (kr != KERN_SUCCESS) {
        goto out_charge;
    }
    machine_interrupt_window(); /* nobody knows of the task yet */
    kr = ipc_space_create(l, &t->ta_space);
    if (kr != KERN_SUCCESS) {
        goto out_map;
    }
    t->ta_self = ipc_kobject_port(IKOT_TASK, t, l);
    if (t->ta_self == NULL) {
        kr = KERN_RESOURCE_SHORTAGE;
        goto out_space;
    }
    return KERN_SUCCESS;

out_space:
    ipc_space_destroy(t->ta_space);
    ipc_space_release(t->ta_space);
out_map:
    vm_map_release(t->ta_map);
out_charge:
    ledger_uncharge(l, LEDGER_TASKS, 1);
    return kr;
}

kern_return_t
task_create(struct task *parent, struct ledger *l, bool inherit,
            struct task **out)
{
    struct task *t;
    kern_return_t kr;

    if (parent != NULL && !parent->ta_active) {
        return KERN_TERMINATED;
    }
    t = kalloc(sizeof(*t), l);
    if (t == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kr = create_parts(t, parent, l, inherit);
    if (kr != KERN_SUCCESS) {
        kfree(t, sizeof(*t), l);
        return kr;
    }
    t->ta_ledger = l;
    t->ta_caller = (struct ipc_caller){
        .ca_space = t->ta_space,
        .ca_map = t->ta_map,
        .ca_ledger = l,
        .ca_token = &t->ta_token,
        .ca_audit = &t->ta_audit,
    };
    ledger_reference(l);
    t->ta_refs = 1;
    t->ta_active = true;
    t->ta_priority = TH_PRIORITY_DEFAULT;
    t->ta_max_priority = task_max_priority_default;
    t->ta_id = next_id++;
    t->ta_essential = t->ta_id == FIRST_TASK;
    list_init(&t->ta_alarms);
    list_init(&t->ta_threads);
    list_init(&t->ta_reap_link);
    list_push_back(&task_list, &t->ta_link);
    task_count++;
    if (parent != NULL) {
        inherit_ports(t, parent);
        ipc_space_inherit_limit(t->ta_space, parent->ta_space);
        if (inherit) { /* the emulator's code has come along */
            t->ta_emulator = parent->ta_emulator;
        }
    }
    *out = t;
    return KERN_SUCCESS;
}

void
task_reference(struct task *t)
{
    t->ta_refs++;
}

void
task_release(struct task *t)
{
    struct ledger *l = t->ta_ledger;

    assert(t->ta_refs != 0);
    if (--t->ta_refs != 0) {
        return;
    }
    assert(!t->ta_active && list_empty(&t->ta_threads));
    ipc_space_release(t->ta_space);
    vm_map_release(t->ta_map);
    machine_task_destroy(&t->ta_machine, l);
    task_count--;
    kfree(t, sizeof(*t), l);
    ledger_uncharge(l, LEDGER_TASKS, 1);
    ledger_release(l);
}

static void
release_ports(struct task *t)
{
    ipc_port_release_send(t->ta_bootstrap);
    t->ta_bootstrap = NULL;
    ipc_port_release_send(t->ta_sself);
    t->ta_sself = NULL;
    ipc_port_release_send(t->ta_host);
    t->ta_host = NULL;
    for (unsigned i = 0; i < TASK_PORT_REGISTER_MAX; i++) {
        ipc_port_release_send(t->ta_registered[i]);
        t->ta_registered[i] = NULL;
    }
    exception_actions_release(t->ta_exc);
}

/* After the nth of a task's threads: an interrupt takes none off the list. */
static void
breathe(unsigned n)
{
    if (n % THREADS_AT_ONCE == 0) {
        machine_interrupt_window();
    }
}

/* No thread is left: space and map are emptied by their own reapers. */
static void
task_last_thread_gone(struct task *t)
{
    list_push_back(&dying, &t->ta_reap_link);
    reaper_wakeup();
}

void
task_terminate(struct task *t)
{
    unsigned threads = 0;
    struct list *l, *n;

    if (!t->ta_active) {
        return;
    }
    if (t->ta_essential) {
        panic("the essential task %lu (%s) has ended: the system can't go on "
              "without it", t->ta_id, t->ta_name);
    }
    t->ta_active = false;
    clock_alarms_cancel(&t->ta_alarms);
    list_remove(&t->ta_link);
    memset(&t->ta_emulator, 0, sizeof(t->ta_emulator));
    release_ports(t);
    list_for_each_safe(l, n, &t->ta_threads) {
        thread_terminate(list_entry(l, struct thread, th_task_link));
        breathe(++threads);
    }
    if (list_empty(&t->ta_threads)) {
        task_last_thread_gone(t);
    }
}

/*
 * One dying task a step.  Its port dies, and those who watch it are told, when its
 * name space is empty: whoever hears of a task's death finds that it
 * holds nothing any more.
 */
static bool
task_reap_step(void)
{
    struct list *l = list_pop_front(&dying);
    struct ipc_port *self;
    struct task *t;

    if (l == NULL) {
        return false;
    }
    t = list_entry(l, struct task, ta_reap_link);
    ipc_space_destroy(t->ta_space);
    if (!ipc_space_empty(t->ta_space)) {
        list_push_back(&dying, &t->ta_reap_link);
        return true;
    }
    vm_map_terminate(t->ta_map);
    self = t->ta_self;
    t->ta_self = NULL;
    ipc_kobject_destroy(self);
    task_release(t); /* what task_create() gave */
    return !list_empty(&dying);
}

void
task_suspend_threads(struct task *t)
{
    unsigned n = 0;
    struct list *l;

    if (t->ta_suspend_count++ != 0) {
        return;
    }
    list_for_each(l, &t->ta_threads) {
        thread_suspend(list_entry(l, struct thread, th_task_link));
        breathe(++n);
    }
}

kern_return_t
task_resume_threads(struct task *t)
{
    unsigned n = 0;
    struct list *l;

    if (t->ta_suspend_count == 0) {
        return KERN_FAILURE;
    }
    if (--t->ta_suspend_count != 0) {
        return KERN_SUCCESS;
    }
    list_for_each(l, &t->ta_threads) {
        thread_resume(list_entry(l, struct thread, th_task_link));
        breathe(++n);
    }
    return KERN_SUCCESS;
}

kern_return_t
task_thread_create(struct task *t, struct thread **out)
{
    struct thread *th;

    if (!t->ta_active) {
        return KERN_TERMINATED;
    }
    th = thread_alloc(t, t->ta_ledger);
    if (th == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    th->th_self = ipc_kobject_port(IKOT_THREAD, th, t->ta_ledger);
    if (th->th_self == NULL || exception_thread_start(th) != KERN_SUCCESS) {
        ipc_kobject_destroy(th->th_self);
        th->th_self = NULL;
        exception_thread_exit(th);
        th->th_task = NULL; /* not one of the task's yet */
        thread_release(th);
        return KERN_RESOURCE_SHORTAGE;
    }
    task_reference(t);
    th->th_pmap = &t->ta_map->vm_pmap;
    th->th_machine_task = &t->ta_machine;
    th->th_caller = &t->ta_caller;
    th->th_emulator = &t->ta_emulator;
    th->th_priority = t->ta_priority;
    th->th_max_priority = t->ta_max_priority;
    th->th_suspend_count = t->ta_suspend_count != 0 ? 2 : 1;
    th->th_ast |= AST_SUSPENDED;
    list_push_back(&t->ta_threads, &th->th_task_link);
    t->ta_thread_count++;
    thread_start(th);
    *out = th;
    return KERN_SUCCESS;
}

void
task_thread_exit(struct thread *th)
{
    struct task *t = th->th_task;
    struct ipc_port *self = th->th_self;

    assert(th == current_thread());
    ipc_thread_abandon(th);
    sync_thread_exit(th);
    th->th_state = TH_HALTED;
    th->th_self = NULL;
    ipc_kobject_destroy(self);
    ipc_port_release_send(th->th_sself);
    th->th_sself = NULL;
    exception_thread_exit(th);
    list_remove(&th->th_task_link);
    t->ta_thread_count--;
    if (!list_empty(&t->ta_threads)) {
        return;
    }
    if (!t->ta_active) {
        task_last_thread_gone(t);
    } else if (t->ta_essential) {
        task_terminate(t); /* says so */
    }
}

/* The last reference of a thread takes its reference to the task along. */
static void
thread_destroyed(struct thread *th)
{
    if (th->th_task != NULL) {
        th->th_task->ta_cpu_time += th->th_cpu_time;
        th->th_task->ta_events.te_switches += th->th_switches;
        task_release(th->th_task);
    }
}

kern_return_t
task_fault(struct thread *th, vm_address_t address, vm_prot_t prot)
{
    struct task_events *e = &th->th_task->ta_events;
    struct vm_page_stats before = vm_stats;
    kern_return_t kr = vm_fault(th->th_task->ta_map, address, prot);

    th->th_faults++;
    e->te_faults++;
    e->te_zero_fills += vm_stats.vs_zero_fill - before.vs_zero_fill;
    e->te_cow_faults += vm_stats.vs_cow_faults - before.vs_cow_faults;
    e->te_pageins += vm_stats.vs_pageins - before.vs_pageins;
    return kr;
}

void
task_setup(void)
{
    thread_destroy_hook = thread_destroyed;
    reaper_register(task_reap_step);
}
