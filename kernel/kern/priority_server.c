/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Priorities of tasks and threads, and their maxima.  Nobody gives a thread
 * more than its maximum; a maximum is raised by the privileged only.
 */
#include <kern/mig_kernel.h>
#include <kern/priority.h>
#include <kern/task.h>
#include <kern/task_server.h>
#include <kern/thread_server.h>
#include <sched/thread.h>

static bool
valid(int priority)
{
    return priority >= 0 && priority < TH_PRIORITIES;
}

void
priority_limit_thread(struct thread *th, unsigned max)
{
    unsigned given = th->th_depress != 0 ? th->th_depress - 1
                                         : th->th_priority;

    th->th_max_priority = max;
    if (given > max) {
        thread_change_priority(th, max);
    }
}

kern_return_t
serve_thread_set_priority(thread_ref_t thread, int priority)
{
    if (!valid(priority)) {
        return KERN_INVALID_ARGUMENT;
    }
    if ((unsigned)priority > thread->th_max_priority) {
        return KERN_NO_ACCESS;
    }
    thread_change_priority(thread, (unsigned)priority);
    return KERN_SUCCESS;
}

kern_return_t
serve_thread_max_priority(thread_ref_t thread, struct ipc_port *host,
                          int max_priority)
{
    if (!valid(max_priority)) {
        return KERN_INVALID_ARGUMENT;
    }
    if ((unsigned)max_priority > thread->th_max_priority &&
        convert_port_to_host_priv(host) == NULL) {
        return KERN_NO_ACCESS;
    }
    priority_limit_thread(thread, (unsigned)max_priority);
    return KERN_SUCCESS;
}

kern_return_t
serve_task_priority(task_ref_t task, int priority, boolean_t change_threads)
{
    struct list *l;

    if (!valid(priority)) {
        return KERN_INVALID_ARGUMENT;
    }
    if ((unsigned)priority > task->ta_max_priority) {
        return KERN_NO_ACCESS;
    }
    task->ta_priority = (unsigned)priority;
    list_for_each(l, &task->ta_threads) {
        struct thread *th = list_entry(l, struct thread, th_task_link);

        if (change_threads && (unsigned)priority <= th->th_max_priority) {
            thread_change_priority(th, (unsigned)priority);
        }
    }
    return KERN_SUCCESS;
}

kern_return_t
serve_task_set_priority(task_ref_t task, int priority)
{
    return serve_task_priority(task, priority, 0);
}

kern_return_t
serve_task_max_priority(task_ref_t task, struct ipc_port *host,
                        int max_priority, boolean_t change_threads)
{
    if (!valid(max_priority)) {
        return KERN_INVALID_ARGUMENT;
    }
    if ((unsigned)max_priority > task->ta_max_priority &&
        convert_port_to_host_priv(host) == NULL) {
        return KERN_NO_ACCESS;
    }
    priority_limit_task(task, (unsigned)max_priority, change_threads != 0);
    return KERN_SUCCESS;
}

void
priority_limit_task(struct task *t, unsigned max, bool threads)
{
    struct list *l;

    t->ta_max_priority = max;
    if (t->ta_priority > max) {
        t->ta_priority = max;
    }
    list_for_each(l, &t->ta_threads) {
        struct thread *th = list_entry(l, struct thread, th_task_link);

        if (threads) {
            priority_limit_thread(th, max);
        }
    }
}
