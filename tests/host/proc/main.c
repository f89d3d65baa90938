/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of the proc component: what they share, and their order. */
#include <task/task.h>

#include "tests.h"

static const uint32_t names[PORT_COUNT];
static int own_objects; /* that are no processes */

struct process *
first_process(void)
{
    struct process *p = process_create(NULL);
    mach_port_t task;

    p->pr_ids.ppid = 1;
    p->pr_ids.pgid = p->pr_ids.sid = p->pr_ids.pid;
    (void)process_make_sessions(p, MIG_HANDLE_NULL);
    (void)task_create(0, 0, FALSE, &task);
    (void)process_insert_sessions(p, task, names);
    (void)process_add_thread(p, p->pr_ids.pid, task + 5000);
    process_set_task(p, task);
    return p;
}

struct process *
fork_of(struct process *p)
{
    int pid = 0;

    OK(proc_S_proc_fork(p, names, L_SIGCHLD, NULL, 0, &pid) == KERN_SUCCESS);
    return process_find(pid);
}

void
forget(struct process *p)
{
    server_object_unsent(p);
}

void
end_all(struct process *first)
{
    process_exit(first, 0);
    fake_deaths();
    forget(first);
    OK(process_count() == 0);
    OK(fake_objects == own_objects);
}

int
main(void)
{
    proc_start();
    OK(process_watch_exceptions(1) == KERN_SUCCESS);
    own_objects = fake_objects;
    test_life();
    test_signals();
    test_identity();
    return tap_end();
}
