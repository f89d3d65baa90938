/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control of threads and tasks: priorities and their maxima, yielding to one,
 * depression, safe aborts, special ports, who hears of new tasks.
 */
#include <host/host.h>
#include <mach/host_info.h>
#include <mach/mig_errors.h>
#include <mach/task_info.h>
#include <task/task.h>
#include <thread/thread.h>
#include "test.h"

#define MS 1000000ull

static volatile uint32_t order, stop, ready, result;
static uint32_t word;

static void
note_order(uint64_t digit)
{
    order = order * 10 + (uint32_t)digit;
}

static void
spin(uint64_t arg)
{
    (void)arg;
    ready = 1;
    while (!stop) {
        continue;
    }
}

static void
test_switch(void)
{
    mach_port_t t[3], spinner;
    uint64_t start;

    for (unsigned tries = 0; tries < 10 && order / 100 != 2; tries++) {
        pause_ms(1); /* a new slice: most likely they wait for us */
        order = 0;
        for (unsigned i = 0; i < 3; i++) {
            t[i] = thread_spawn(note_order, i + 1);
        }
        thread_switch(t[1], SWITCH_OPTION_NONE, 0);
        pause_ms(5);
        for (unsigned i = 0; i < 3; i++) {
            mach_port_deallocate_trap(t[i]);
        }
    }
    check(order / 100 == 2, "thread_switch: the one named runs first", order);
    check(thread_switch(MACH_PORT_DEAD, SWITCH_OPTION_NONE, 0) ==
              KERN_SUCCESS,
          "a hint that names nothing", 0);
    start = clock_uptime();
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, 1000);
    check(clock_uptime() - start < 900 * MS,
          "depressed and alone: back at once", clock_uptime() - start);
    check(!swtch_pri(0), "nobody else", 0);
    stop = 0;
    ready = 0;
    spinner = thread_spawn(spin, 0);
    wait_for(&ready, 1);
    check(swtch(), "swtch tells of others", 0);
    start = clock_uptime();
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, 60);
    check(clock_uptime() - start >= 60 * MS,
          "depressed for 60 ms, others run", clock_uptime() - start);
    stop = 1;
    mach_port_deallocate_trap(spinner);
}

static void
depressed(uint64_t arg)
{
    (void)arg;
    ready = 1;
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, 0);
    ready = 2;
}

static void
test_depress_abort(void)
{
    mach_port_t spinner, t;
    uint64_t info[8];
    mach_msg_type_number_t n = 8;
    kern_return_t kr;

    stop = 0;
    ready = 0;
    spinner = thread_spawn(spin, 0);
    wait_for(&ready, 1);
    ready = 0;
    t = thread_spawn(depressed, 0);
    wait_for(&ready, 1);
    pause_ms(30);
    kr = thread_info(t, THREAD_SCHED_INFO, info, &n);
    check(kr == KERN_SUCCESS && ready == 1 && info[0] == 0 && info[1] != 0 &&
              info[3] == 1,
          "depressed without end", info[0]);
    kr = thread_depress_abort(t);
    check(kr == KERN_SUCCESS && wait_for(&ready, 2),
          "thread_depress_abort ends it", (uint64_t)kr);
    kr = thread_depress_abort(mach_thread_self());
    check(kr == KERN_NOT_DEPRESSED, "there is nothing to end", (uint64_t)kr);
    stop = 1;
    pause_ms(5);
    mach_port_deallocate_trap(t);
    mach_port_deallocate_trap(spinner);
}

static void
test_priorities(void)
{
    mach_port_t task = MACH_PORT_NULL, thread = MACH_PORT_NULL;
    uint64_t info[8];
    mach_msg_type_number_t n = 8;
    kern_return_t kr;

    task_create(mach_task_self(), MACH_PORT_NULL, FALSE, &task);
    thread_create(task, &thread);
    kr = task_priority(task, 140, TRUE);
    thread_info(thread, THREAD_SCHED_INFO, info, &n);
    check(kr == KERN_SUCCESS && info[0] == 140, "task_priority", info[0]);
    kr = task_max_priority(task, MACH_PORT_NULL, 130, TRUE);
    n = 8;
    thread_info(thread, THREAD_SCHED_INFO, info, &n);
    check(kr == KERN_SUCCESS && info[0] == 130 && info[2] == 130,
          "a lower maximum lowers", info[0]);
    check(thread_set_priority(thread, 131) == KERN_NO_ACCESS &&
              task_priority(task, 131, FALSE) == KERN_NO_ACCESS &&
              task_set_priority(task, 131) == KERN_NO_ACCESS &&
              thread_set_priority(thread, 130) == KERN_SUCCESS,
          "and holds", 0);
    check(task_max_priority(task, mach_host_self(), 200, TRUE) ==
                  KERN_NO_ACCESS &&
              thread_max_priority(thread, MACH_PORT_NULL, 200) ==
                  KERN_NO_ACCESS,
          "not everybody raises it", 0);
    check(task_max_priority(task, host_priv, 200, FALSE) == KERN_SUCCESS &&
              thread_max_priority(thread, host_priv, 200) == KERN_SUCCESS &&
              thread_set_priority(thread, 200) == KERN_SUCCESS,
          "the privileged host does", 0);
    check(thread_set_priority(thread, 256) == KERN_INVALID_ARGUMENT,
          "there is no 256", 0);
    kr = task_set_essential(task, mach_host_self(), TRUE);
    check(kr != KERN_SUCCESS, "task_set_essential is for the privileged", 0);
    kr = task_set_essential(task, host_priv, TRUE);
    check(kr == KERN_SUCCESS &&
              task_set_essential(task, host_priv, FALSE) == KERN_SUCCESS,
          "who can take it back", (uint64_t)kr);
    task_end(task, thread);
}

static void
waiter(uint64_t arg)
{
    (void)arg;
    ready = 1;
    result = (uint32_t)futex_wait(&word, 0, DEADLINE_NEVER, 0);
    ready = 2;
}

static void
test_abort_safely(void)
{
    mach_port_t t;
    kern_return_t kr;

    ready = 0;
    t = thread_spawn(waiter, 0);
    wait_for(&ready, 1);
    pause_ms(5);
    kr = thread_abort_safely(t);
    check(kr == KERN_SUCCESS && wait_for(&ready, 2) && result == KERN_ABORTED,
          "thread_abort_safely ends a wait", result);
    mach_port_deallocate_trap(t);
    stop = 0;
    ready = 0;
    t = thread_spawn(spin, 0);
    wait_for(&ready, 1);
    kr = thread_abort_safely(t);
    CHECK_KR(kr, "one that runs is left alone");
    thread_terminate(t);
    mach_port_deallocate_trap(t);
}

/* thread_terminate_release of itself, by name. */
static void
release_self(uint64_t arg)
{
    mach_port_t self = MACH_PORT_NULL;
    vm_address_t at = 0;

    (void)arg;
    vm_allocate(&at, MACH_PAGE_SIZE, VM_FLAGS_ANYWHERE);
    word = mach_reply_port();
    thread_get_special_port(mach_thread_self(), THREAD_KERNEL_PORT, &self);
    ready = 1;
    result = (uint32_t)thread_terminate_release(
        mach_thread_self(), mach_task_self(), self, word, at, MACH_PAGE_SIZE);
    ready = 2; /* not reached */
}

static void
test_terminate_release(void)
{
    mach_port_urefs_t refs = 0;
    mach_port_t t;
    kern_return_t kr;

    ready = 0;
    t = thread_spawn(release_self, 0);
    wait_for(&ready, 1);
    pause_ms(10);
    kr = mach_port_get_refs_trap(word, MACH_PORT_RIGHT_RECEIVE, &refs);
    check(ready == 1 && kr == KERN_INVALID_NAME,
          "thread_terminate_release: the thread and its port are gone",
          (uint64_t)kr);
    check(thread_suspend(t) != KERN_SUCCESS, "its port, too", 0);
    mach_port_deallocate_trap(t);
    word = 0;
}

/* What a task takes for its kernel port. */
static void
test_special(void)
{
    mach_port_t mine = port_make(), task = MACH_PORT_NULL, told;
    mach_port_t thread = MACH_PORT_NULL;
    kern_return_t kr;

    task_create(mach_task_self(), MACH_PORT_NULL, FALSE, &task);
    thread_create(task, &thread);
    kr = task_get_special_port(task, TASK_KERNEL_PORT, &told);
    check(kr == KERN_SUCCESS && told == task, "a task's kernel port", told);
    mach_port_deallocate_trap(told);
    kr = task_set_special_port(task, TASK_KERNEL_PORT, mine);
    CHECK_KR(kr, "another stands between");
    kr = task_get_special_port(task, TASK_KERNEL_PORT, &told);
    check(kr == KERN_SUCCESS && told == mine, "and is told", told);
    mach_port_deallocate_trap(told);
    kr = task_set_special_port(task, TASK_KERNEL_PORT, MACH_PORT_NULL);
    CHECK_KR(kr, "and is gone again");
    kr = task_set_special_port(task, TASK_HOST_PORT, mine);
    check(kr == KERN_SUCCESS &&
              task_get_special_port(task, TASK_HOST_PORT, &told) ==
                  KERN_SUCCESS &&
              told == mine,
          "TASK_HOST_PORT", told);
    mach_port_deallocate_trap(told);
    kr = task_set_special_port(task, TASK_EXCEPTION_PORT, mine);
    check(kr == KERN_SUCCESS &&
              task_get_special_port(task, TASK_EXCEPTION_PORT, &told) ==
                  KERN_SUCCESS &&
              told == mine,
          "TASK_EXCEPTION_PORT", told);
    mach_port_deallocate_trap(told);
    kr = thread_set_special_port(thread, THREAD_KERNEL_PORT, mine);
    check(kr == KERN_SUCCESS &&
              thread_get_special_port(thread, THREAD_KERNEL_PORT, &told) ==
                  KERN_SUCCESS &&
              told == mine,
          "THREAD_KERNEL_PORT", told);
    mach_port_deallocate_trap(told);
    check(task_get_special_port(task, 77, &told) == KERN_INVALID_ARGUMENT &&
              thread_set_special_port(thread, 77, mine) ==
                  KERN_INVALID_ARGUMENT,
          "there is no 77", 0);
    task_end(task, thread);
    port_end(mine);
}

static void
test_new_tasks(void)
{
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t task, parent;
        NDR_record_t ndr;
        mach_msg_max_trailer_t trailer;
    } m;
    mach_port_t port = port_make(), task = MACH_PORT_NULL, self;
    kern_return_t kr;

    kr = register_new_task_notification(mach_host_self(), port);
    check(kr != KERN_SUCCESS, "not everybody hears of new tasks", 0);
    kr = register_new_task_notification(host_priv, port);
    CHECK_KR(kr, "register_new_task_notification");
    task_create(mach_task_self(), MACH_PORT_NULL, FALSE, &task);
    kr = mach_msg(&m.head,
                  MACH_RCV_MSG | MACH_RCV_TIMEOUT |
                      MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_SENDER),
                  0, sizeof(m), port, 100, MACH_PORT_NULL);
    task_get_special_port(mach_task_self(), TASK_KERNEL_PORT, &self);
    check(kr == KERN_SUCCESS && m.head.msgh_id == 2600 &&
              m.task.name == task && m.parent.name == self &&
              ((mach_msg_max_trailer_t *)(void *)((char *)&m +
                                                  m.head.msgh_size))
                      ->msgh_sender.val[0] == KERNEL_SECURITY_TOKEN_VAL0,
          "a task and its parent", (uint64_t)kr);
    register_new_task_notification(host_priv, MACH_PORT_NULL);
    mach_port_deallocate_trap(self);
    mach_port_deallocate_trap(self);
    mach_port_deallocate_trap(task);
    task_end(task, MACH_PORT_NULL);
    port_end(port);
}

void
test_control(void)
{
    test_switch();
    test_depress_abort();
    test_priorities();
    test_abort_safely();
    test_terminate_release();
    test_special();
    test_new_tasks();
}
