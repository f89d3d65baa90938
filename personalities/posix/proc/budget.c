/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ledgers of sessions.
 */
#include <mach/exception.h>
#include <mach/mach.h>
#include <mach/task_info.h>

#include <bootstrap/bootstrap.h>
#include <host/host.h>
#include <server/object.h>
#include <task/task.h>

#include "budget.h"

enum { KMEM, PAGES, PORTS, THREADS, TASKS, ITEMS }; /* task.defs' order */

#define TASKS_MAX 2000u
#define PAGES_PER_TASK 256u /* what a task is reckoned to need */
#define THREADS_MAX 8000u
#define PORTS_MAX 400000u

/* A carved ledger is worth its while only above this. */
#define TASKS_MIN 16u

kern_return_t
budget_first(mach_port_t *ledger)
{
    uint64_t limits[ITEMS];
    vm_statistics_t stats;
    kern_return_t kr = host_statistics(mach_host_self(), &stats);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    limits[KMEM] = stats.free_count * MACH_PAGE_SIZE / 4;
    limits[PAGES] = stats.free_count / 2;
    limits[PORTS] = PORTS_MAX;
    limits[THREADS] = THREADS_MAX;
    limits[TASKS] = stats.free_count / PAGES_PER_TASK;
    if (limits[TASKS] > TASKS_MAX) {
        limits[TASKS] = TASKS_MAX;
    }
    return ledger_create(mach_task_self(), limits, ledger);
}

/* Where processes look up public services; null when there are none. */
static mach_port_t
public_port(void)
{
    static mach_port_t port;
    static bool asked;

    if (!asked) {
        asked = true;
        if (bootstrap_look_up(bootstrap_port, "public", &port) !=
            KERN_SUCCESS) {
            port = MACH_PORT_NULL;
        }
    }
    return port;
}

kern_return_t
budget_holder(mach_port_t ledger, mach_port_t *task)
{
    kern_return_t kr = task_create(mach_task_self(), ledger, FALSE, task);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = task_set_special_port(*task, TASK_BOOTSTRAP_PORT, public_port());
    if (kr == KERN_SUCCESS) {
        kr = task_set_exception_ports(*task, EXC_MASK_ALL, MACH_PORT_NULL,
                                      EXCEPTION_DEFAULT);
    }
    if (kr != KERN_SUCCESS) {
        budget_holder_end(*task);
    }
    return kr;
}

void
budget_holder_end(mach_port_t task)
{
    (void)task_terminate(task);
    (void)mach_port_deallocate_trap(task);
}

static kern_return_t
carve(mach_port_t from, const uint64_t limits[ITEMS], mach_port_t *ledger)
{
    mach_port_t holder;
    kern_return_t kr;

    /* ledger_create() carves from a task's ledger: make one that has it. */
    kr = budget_holder(from, &holder);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = ledger_create(holder, limits, ledger);
    budget_holder_end(holder);
    return kr;
}

void
budget_split(mach_port_t *ledger)
{
    uint64_t used[ITEMS], limits[ITEMS];
    mach_port_t half;

    if (*ledger == MACH_PORT_NULL ||
        ledger_info(*ledger, used, limits) != KERN_SUCCESS ||
        limits[TASKS] / 2 < TASKS_MIN) {
        return;
    }
    for (unsigned i = 0; i < ITEMS; i++) {
        limits[i] /= 2;
    }
    if (carve(*ledger, limits, &half) == KERN_SUCCESS) {
        (void)mach_port_deallocate_trap(*ledger);
        *ledger = half;
    }
}

kern_return_t
budget_job(mach_port_t leader_task, mach_port_t leader_ledger,
           mach_port_t *ledger)
{
    uint64_t used[ITEMS], limits[ITEMS];
    kern_return_t kr = ledger_info(leader_ledger, used, limits);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    for (unsigned i = 0; i < ITEMS; i++) {
        limits[i] -= limits[i] / 4;
    }
    return ledger_create(leader_task, limits, ledger);
}
