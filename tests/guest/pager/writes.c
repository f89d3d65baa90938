/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What clients write: back to the pager, to each other, or to nobody.
 */
#include <memory_object_control/memory_object_control.h>
#include <task/task.h>
#include <thread/thread.h>
#include "test.h"

static uint64_t
stored(const struct pager_object *o, unsigned page)
{
    return *(uint64_t *)(o->store + (uint64_t)page * PAGE);
}

static void
test_lock_request(void)
{
    struct pager_object *o = pager_create();
    uint64_t at = pager_map(o, 0, 8, false);
    volatile uint64_t *w = (volatile uint64_t *)at;
    uint32_t requests;

    (void)w[0];
    w[PAGE / 8] = 1001;
    w[3 * PAGE / 8] = 1003;
    memory_object_lock_request(o->control, 0, 8 * PAGE, 1, FALSE, -1, TRUE);
    check(wait_for(&o->completed, 1), "lock_request ends", o->completed);
    check(o->returns == 2 && o->dirty == 2 && o->kept == 2,
          "dirty pages were returned, no others", o->returns);
    check(stored(o, 1) == 1001 && stored(o, 3) == 1003 &&
              stored(o, 2) == pattern(2, 0),
          "with what was written", stored(o, 1));
    memory_object_lock_request(o->control, 0, 8 * PAGE, 1, FALSE, -1, TRUE);
    check(wait_for(&o->completed, 2) && o->returns == 2,
          "clean now, they are not returned again", o->returns);
    w[PAGE / 8] = 2001;
    memory_object_lock_request(o->control, 0, 8 * PAGE, 1, TRUE, -1, TRUE);
    check(wait_for(&o->completed, 3) && o->returns == 3 &&
              stored(o, 1) == 2001,
          "written again, again returned; all flushed", o->returns);
    *(uint64_t *)(o->store + PAGE) = 3001;
    requests = o->requests;
    check(w[PAGE / 8] == 3001 && o->requests > requests,
          "flushed pages are asked for again", w[PAGE / 8]);
    memory_object_lock_request(o->control, 0, 8 * PAGE, 0, FALSE,
                               VM_PROT_WRITE, TRUE);
    wait_for(&o->completed, 4);
    w[2 * PAGE / 8] = 5;
    check(o->unlocks == 1 && w[2 * PAGE / 8] == 5,
          "a write to a locked page: data_unlock first",
          o->unlocks);
    vm_deallocate(at, 8 * PAGE);
    check(wait_for(&o->terminates, 1) && stored(o, 2) == 5,
          "what is dirty at the last unmap is returned, then terminate",
          stored(o, 2));
}

static void
test_two_mappings(void)
{
    struct pager_object *o = pager_create();
    uint64_t a = pager_map(o, 0, 4, false), b = pager_map(o, 1, 2, false);
    volatile uint64_t *wa = (volatile uint64_t *)(a + PAGE);
    volatile uint64_t *wb = (volatile uint64_t *)b;
    uint64_t private;

    *wa = 1;
    check(*wb == 1, "two mappings see each other's writes", *wb);
    *wb = 2;
    check(*wa == 2 && o->inits == 1, "both ways, one object", *wa);
    private = pager_map(o, 0, 4, true);
    check(*(volatile uint64_t *)private == pattern(0, 0) &&
              *(volatile uint64_t *)(private + PAGE) == 2,
          "a private copy sees the object", 0);
    *(volatile uint64_t *)private = 9;
    check(*(volatile uint64_t *)a == pattern(0, 0),
          "what it writes is its own", *(volatile uint64_t *)a);
    *wa = 3;
    check(*(volatile uint64_t *)(private + PAGE) == 2,
          "and later writes to the object are not seen in it",
          *(volatile uint64_t *)(private + PAGE));
    vm_deallocate(a, 4 * PAGE);
    vm_deallocate(b, 2 * PAGE);
    check(o->terminates == 0 &&
              *(volatile uint64_t *)(private + 2 * PAGE) == pattern(2, 0),
          "it keeps the object alive", o->terminates);
    vm_deallocate(private, 4 * PAGE);
    check(wait_for(&o->terminates, 1) && stored(o, 1) == 3 &&
              stored(o, 0) == pattern(0, 0),
          "in the end the shared writes are returned", stored(o, 1));
}

/* ---- two tasks ---- */

static volatile uint64_t *shared;

static void
child_main(void)
{
    /* page 0 is a mailbox, page 9 not resident when it starts */
    while (shared[0] != 100) {
        pause_ms(1);
    }
    shared[1] = shared[9 * PAGE / 8];
    shared[10 * PAGE / 8] = 1234;
    shared[0] = 200;
    for (;;) {
        pause_ms(1000);
    }
}

static void
test_two_tasks(void)
{
    static uint8_t stack[16384] __attribute__((aligned(16)));
    x86_thread_state64_t state = {
        .rip = (uintptr_t)child_main,
        .rsp = (uintptr_t)stack + sizeof(stack) - 8,
    };
    struct pager_object *o = pager_create();
    mach_port_t task = MACH_PORT_NULL, thread = MACH_PORT_NULL;
    uint64_t at = pager_map(o, 0, 32, false);

    o->answer[9] = LATER;
    o->answer[10] = LATER;
    shared = (volatile uint64_t *)at;
    task_create(mach_task_self(), MACH_PORT_NULL, TRUE, &task);
    thread_create_running(task, x86_THREAD_STATE64, (natural_t *)&state,
                          x86_THREAD_STATE64_COUNT, &thread);
    shared[0] = 100;
    check(wait_for((volatile uint32_t *)shared, 200),
          "another task shares the object", shared[0]);
    check(shared[1] == pattern(9, 0) && shared[10 * PAGE / 8] == 1234,
          "and each sees the other's writes", shared[1]);
    vm_deallocate(at, 32 * PAGE);
    pause_ms(20);
    check(o->terminates == 0, "one mapping is left", o->terminates);
    task_terminate(task);
    check(wait_for(&o->terminates, 1) && stored(o, 10) == 1234,
          "the task's end is the object's, its pages returned",
          stored(o, 10));
    mach_port_deallocate_trap(thread);
    mach_port_deallocate_trap(task);
}

static void
test_cached(void)
{
    struct pager_object *o = pager_create();
    uint64_t at;

    o->may_cache = true;
    at = pager_map(o, 0, 4, false);
    *(volatile uint64_t *)at = 8;
    vm_deallocate(at, 4 * PAGE);
    wait_for(&o->returns, 1);
    pause_ms(20);
    check(o->terminates == 0 && stored(o, 0) == 8,
          "one that may be cached stays, written back", o->terminates);
    at = pager_map(o, 0, 4, false);
    check(*(volatile uint64_t *)at == 8 && o->requests == 1 && o->inits == 1,
          "and is mapped again without a request", o->requests);
    memory_object_change_attributes(o->control, FALSE,
                                    MEMORY_OBJECT_COPY_DELAY);
    vm_deallocate(at, 4 * PAGE);
    check(wait_for(&o->terminates, 1), "until the pager forbids it",
          o->terminates);
}

void
test_writes(void)
{
    test_lock_request();
    test_two_mappings();
    test_two_tasks();
    test_cached();
}
