/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ledgers of sessions.
 */
#include <mach/mach.h>

#include <host/host.h>
#include <task/task.h>

#include "budget.h"

enum { KMEM, PAGES, PORTS, THREADS, TASKS, ITEMS }; /* task.defs' order */

#define TASKS_MAX 2000u
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
    limits[TASKS] = TASKS_MAX;
    return ledger_create(mach_task_self(), limits, ledger);
}

static kern_return_t
carve(mach_port_t from, const uint64_t limits[ITEMS], mach_port_t *ledger)
{
    mach_port_t holder;
    kern_return_t kr;

    /* ledger_create() carves from a task's ledger: make one that has it. */
    kr = task_create(mach_task_self(), from, FALSE, &holder);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = ledger_create(holder, limits, ledger);
    (void)task_terminate(holder);
    (void)mach_port_deallocate_trap(holder);
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
