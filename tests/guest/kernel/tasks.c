/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks: creation and termination leave nothing behind; ledgers hold.
 */
#include <host/host.h>
#include <mach/task_info.h>
#include <mach_port/mach_port.h>
#include <task/task.h>
#include <thread/thread.h>
#include "test.h"

#define ROUNDS 50

static void
child(void)
{
    for (;;) {
        thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1000);
    }
}

static kern_return_t
one_round(void)
{
    static uint8_t stack[4096];
    x86_thread_state64_t state = { 0 };
    mach_port_t task = MACH_PORT_NULL, thread = MACH_PORT_NULL;
    kern_return_t kr;

    kr = task_create(mach_task_self(), MACH_PORT_NULL, TRUE, &task);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    state.rip = (uintptr_t)child;
    state.rsp = (uintptr_t)stack + sizeof(stack) - 8;
    kr = thread_create_running(task, x86_THREAD_STATE64, (natural_t *)&state,
                               x86_THREAD_STATE64_COUNT, &thread);
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_NONE, 0);
    task_terminate(task);
    mach_port_deallocate_trap(thread);
    mach_port_deallocate_trap(task);
    return kr;
}

static bool
refused(kern_return_t kr)
{
    return kr == KERN_INVALID_ARGUMENT || kr == MACH_SEND_INVALID_DEST;
}

/* A dying task keeps its port until its name space is empty. */
static void
test_dying(void)
{
    mach_port_t task = MACH_PORT_NULL, self = mach_task_self(), name;
    kern_return_t port, handlers, child;

    task_create(self, MACH_PORT_NULL, FALSE, &task);
    for (unsigned i = 0; i < 200; i++) {
        mach_port_allocate(task, MACH_PORT_RIGHT_RECEIVE, &name);
    }
    task_terminate(task);
    port = task_set_special_port(task, TASK_BOOTSTRAP_PORT, self);
    handlers = task_set_exception_ports(task, EXC_MASK_ALL, self,
                                        EXCEPTION_DEFAULT);
    child = task_create(task, MACH_PORT_NULL, FALSE, &name);
    check(refused(port), "a dying task takes no special port",
          (uint64_t)port);
    check(refused(handlers), "and no exception ports", (uint64_t)handlers);
    check(refused(child), "and makes no task", (uint64_t)child);
    mach_printf("# %x %x %x\n", (unsigned)port, (unsigned)handlers,
                (unsigned)child);
    mach_port_deallocate_trap(task);
}

static void
test_leaks(void)
{
    uint64_t before[16] = { 0 }, after[16] = { 0 };
    kern_return_t kr = KERN_SUCCESS;

    for (unsigned i = 0; i < ROUNDS; i++) { /* slabs and caches fill */
        one_round();
    }
    test_dying();
    census(before);
    for (unsigned i = 0; i < ROUNDS && kr == KERN_SUCCESS; i++) {
        kr = one_round();
    }
    census(after);
    check(kr == KERN_SUCCESS, "tasks come and go", (uint64_t)kr);
    for (unsigned i = 0; i < CENSUS_COUNTS; i++) {
        if (i == CENSUS_PAGES) { /* pages: caches of the allocators may keep a few */
            check(after[i] <= before[i] + 8, census_names[i],
                  after[i] - before[i]);
        } else {
            check(after[i] == before[i], census_names[i], after[i] - before[i]);
        }
    }
}

static void
test_ledger(void)
{
    uint64_t limits[5] = { 1 << 20, 256, 64, 16, 4 }, used[5], given[5];
    mach_port_t ledger = MACH_PORT_NULL, tasks[8];
    unsigned made = 0;
    kern_return_t kr;

    kr = ledger_create(mach_task_self(), limits, &ledger);
    check(kr == KERN_SUCCESS, "ledger_create", (uint64_t)kr);
    while (made < 8 && task_create(mach_task_self(), ledger, FALSE,
                                   &tasks[made]) == KERN_SUCCESS) {
        made++;
    }
    check(made == 4, "its task limit holds", made);
    kr = ledger_info(ledger, used, given);
    check(kr == KERN_SUCCESS && used[4] == 4 && given[4] == 4,
          "and it is told", used[4]);
    while (made > 0) {
        made--;
        task_terminate(tasks[made]);
        mach_port_deallocate_trap(tasks[made]);
    }
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 50);
    kr = ledger_info(ledger, used, given);
    check(kr == KERN_SUCCESS && used[4] == 0 && used[0] < 4096,
          "all is given back", used[0]);
    mach_port_deallocate_trap(ledger);
}

/* What is set aside for one is not there for the others. */
static void
test_reserve(void)
{
    uint64_t limits[5] = { 1 << 20, 256, 8, 16, 4 };
    const uint64_t all[5] = { 1 << 16, 16, 8, 0, 0 }, none[5] = { 0 };
    uint64_t used[5], given[5], peak[5], reserve[5];
    mach_port_t outer = MACH_PORT_NULL, inner = MACH_PORT_NULL, task, port;
    kern_return_t kr;

    ledger_create(mach_task_self(), limits, &outer);
    task_create(mach_task_self(), outer, FALSE, &task);
    ledger_create(task, limits, &inner);
    kr = ledger_set_reserve(inner, all);
    check(kr == KERN_RESOURCE_SHORTAGE, "a reserve that is not there",
          (uint64_t)kr);
    ledger_info(outer, used, given);
    limits[2] = 8 - used[2]; /* all ports that are left */
    kr = ledger_set_reserve(inner, limits);
    check(kr == KERN_RESOURCE_SHORTAGE, "nor in part", (uint64_t)kr);
    ledger_info(outer, given, peak);
    check(memcmp(used, given, sizeof(used)) == 0, "nothing has changed",
          given[0]);
    limits[0] = limits[1] = limits[3] = limits[4] = 0;
    kr = ledger_set_reserve(inner, limits);
    CHECK_KR(kr, "ledger_set_reserve");
    kr = mach_port_allocate(task, MACH_PORT_RIGHT_RECEIVE, &port);
    check(kr == KERN_RESOURCE_SHORTAGE, "the others have no port left",
          (uint64_t)kr);
    kr = ledger_statistics(inner, peak, reserve);
    check(kr == KERN_SUCCESS && reserve[2] == limits[2] && peak[2] == 1,
          "ledger_statistics", reserve[2]);
    kr = ledger_set_reserve(inner, none);
    check(kr == KERN_SUCCESS &&
              mach_port_allocate(task, MACH_PORT_RIGHT_RECEIVE, &port) ==
                  KERN_SUCCESS,
          "given back, they have", (uint64_t)kr);
    task_end(task, MACH_PORT_NULL);
    mach_port_deallocate_trap(inner);
    pause_ms(50);
    kr = ledger_info(outer, used, given);
    check(kr == KERN_SUCCESS && used[2] == 1 && used[4] == 0,
          "all is given back", used[2]);
    mach_port_deallocate_trap(outer);
}

void
test_tasks(void)
{
    test_leaks();
    test_ledger();
    test_reserve();
}
