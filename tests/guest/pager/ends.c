/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waits that end without a page: pagers that die or give up, threads that
 * are aborted or terminated.
 */
#include <host/host.h>
#include <mach/mig_errors.h>
#include <mach_port/mach_port.h>
#include <memory_object_control/memory_object_control.h>
#include <task/task.h>
#include <thread/thread.h>
#include "test.h"

static volatile uint32_t ended;
static volatile kern_return_t result;

static void
reader(uint64_t address)
{
    uint64_t value;

    result = probe_read(address, &value);
    ended = 1;
}

static mach_port_t
start(void (*fn)(uint64_t), uint64_t arg)
{
    mach_port_t thread;

    ended = 0;
    result = -1;
    thread = thread_spawn(fn, arg);
    pause_ms(30);
    return thread;
}

static void
test_death(void)
{
    struct pager_object *o = pager_create();
    mach_port_t task;
    uint64_t at, value = 0;
    pointer_t data;
    mach_msg_type_number_t count;
    kern_return_t kr;

    o->answer[4] = DIE;
    task = pager_move(o);
    at = pager_map(o, 0, 8, false);
    kr = probe_read(at + 4 * PAGE, &value);
    check(kr == KERN_MEMORY_FAILURE, "a pager dies while a thread waits",
          (uint64_t)kr);
    kr = probe_write(at + 6 * PAGE, 1);
    check(kr == KERN_MEMORY_FAILURE, "and whoever comes later fails",
          (uint64_t)kr);
    kr = mach_vm_read(mach_task_self(), at + 5 * PAGE, PAGE, &data, &count);
    if (kr == KERN_SUCCESS) {
        kr = probe_read(data, &value);
        vm_deallocate(data, count);
    }
    check(kr == KERN_MEMORY_FAILURE, "in vm_read, too", (uint64_t)kr);
    kr = mach_msg((mach_msg_header_t *)(at + PAGE), MACH_SEND_MSG, 64, 0,
                  MACH_PORT_NULL, 0, MACH_PORT_NULL);
    check(kr == MACH_SEND_INVALID_DATA || kr == MACH_SEND_INVALID_MEMORY,
          "and in a trap", (uint64_t)kr);
    check(vm_deallocate(at, 8 * PAGE) == KERN_SUCCESS, "it is unmapped", 0);
    kr = mach_vm_map(mach_task_self(), &at, PAGE, 0, VM_FLAGS_ANYWHERE,
                     o->port, 0, FALSE, VM_PROT_DEFAULT, VM_PROT_ALL,
                     VM_INHERIT_SHARE);
    check(kr != KERN_SUCCESS, "and can't be mapped again", (uint64_t)kr);
    mach_port_deallocate_trap(task);
    pager_end(o);
}

/* Private copies of a dead pager's pages that were here. */
static void
test_death_keeps(void)
{
    struct pager_object *o = pager_create();
    mach_port_t task = pager_move(o);
    uint64_t at = pager_map(o, 0, 8, false), value = 0, copy;
    kern_return_t kr = probe_read(at, &value);

    copy = pager_map(o, 0, 8, true);
    task_terminate(task);
    pause_ms(20);
    check(kr == KERN_SUCCESS && value == pattern(0, 0),
          "a page of a pager task", value);
    kr = probe_read(copy + PAGE, &value);
    check(kr == KERN_SUCCESS && value == pattern(1, 0),
          "what was here stays when it dies", (uint64_t)kr);
    kr = probe_write(copy + PAGE, 5);
    check(kr == KERN_SUCCESS, "and can be copied", (uint64_t)kr);
    vm_deallocate(at, 8 * PAGE);
    vm_deallocate(copy, 8 * PAGE);
    mach_port_deallocate_trap(task);
    pager_end(o);
}

static void
test_port_dies(void)
{
    struct pager_object *o = pager_create();
    mach_port_t t;
    uint64_t at;

    o->answer[0] = HOLD;
    at = pager_map(o, 0, 1, false);
    t = start(reader, at);
    check(ended == 0 && o->requests == 1, "a thread waits", o->requests);
    mach_port_mod_refs_trap(o->port, MACH_PORT_RIGHT_RECEIVE, -1);
    check(wait_for(&ended, 1) && result == KERN_MEMORY_FAILURE,
          "the memory object's port dies", (uint64_t)result);
    vm_deallocate(at, PAGE);
    mach_port_deallocate_trap(t);
    pager_end(o);
}

static void
test_destroy(void)
{
    struct pager_object *o = pager_create();
    mach_port_t t;
    uint64_t at, value;
    kern_return_t kr;

    o->answer[1] = HOLD;
    at = pager_map(o, 0, 2, false);
    kr = probe_read(at, &value);
    t = start(reader, at + PAGE);
    check(kr == KERN_SUCCESS && ended == 0, "a thread waits", (uint64_t)kr);
    memory_object_destroy(o->control, 1);
    check(wait_for(&ended, 1) && result == KERN_MEMORY_FAILURE,
          "memory_object_destroy ends it", (uint64_t)result);
    o->answer[1] = SUPPLY;
    kr = mach_vm_map(mach_task_self(), &value, PAGE, 0, VM_FLAGS_ANYWHERE,
                     o->port, PAGE, FALSE, VM_PROT_DEFAULT, VM_PROT_ALL,
                     VM_INHERIT_SHARE);
    check(kr == KERN_SUCCESS && *(volatile uint64_t *)value ==
                                    pattern(1, 0) && o->inits == 2,
          "a new mapping is a new object", (uint64_t)kr);
    vm_deallocate(at, 2 * PAGE);
    check(wait_for(&o->terminates, 1), "the old one is terminated",
          o->terminates);
    vm_deallocate(value, PAGE);
    check(wait_for(&o->terminates, 2), "the new one, too", o->terminates);
    mach_port_deallocate_trap(t);
    pager_end(o);
}

/* A pager that never says ready. */
static void
test_not_ready(void)
{
    struct pager_object *o = pager_create();
    mach_port_t t;
    uint64_t at;

    o->no_ready = true;
    at = pager_map(o, 0, 1, false);
    t = start(reader, at);
    check(ended == 0 && o->requests == 0,
          "nothing is asked before ready", o->requests);
    memory_object_ready(o->control, FALSE, MEMORY_OBJECT_COPY_DELAY);
    check(wait_for(&ended, 1) && result == KERN_SUCCESS, "then it is",
          (uint64_t)result);
    vm_deallocate(at, PAGE);
    mach_port_deallocate_trap(t);
    pager_end(o);
}

static void
caller(uint64_t address)
{
    result = mach_vm_write(mach_task_self(), address, (pointer_t)address + PAGE,
                           8);
    ended = 1;
}

static void
sender(uint64_t address)
{
    result = mach_msg((mach_msg_header_t *)address, MACH_SEND_MSG, 64, 0,
                      MACH_PORT_NULL, 0, MACH_PORT_NULL);
    ended = 1;
}

static void
test_abort(void)
{
    struct pager_object *o = pager_create();
    natural_t words[x86_THREAD_STATE64_COUNT];
    mach_msg_type_number_t n = x86_THREAD_STATE64_COUNT;
    x86_thread_state64_t state;
    mach_port_t t;
    uint64_t at;

    o->answer[0] = HOLD;
    o->answer[1] = HOLD;
    o->answer[2] = HOLD;
    at = pager_map(o, 0, 4, false);
    t = start(reader, at);
    check(ended == 0, "a thread waits for a page", 0);
    thread_suspend(t);
    thread_abort(t);
    thread_get_state(t, x86_THREAD_STATE64, words, &n);
    memcpy(&state, words, sizeof(state));
    check(state.rip == (uintptr_t)probe_read, "aborted, it is at its access",
          state.rip);
    state.rip = (uintptr_t)probe_failed;
    state.rax = 99;
    memcpy(words, &state, sizeof(state));
    thread_set_state(t, x86_THREAD_STATE64, words, n);
    thread_resume(t);
    check(wait_for(&ended, 1) && result == 99, "and can be led elsewhere",
          (uint64_t)result);
    mach_port_deallocate_trap(t);

    t = start(sender, at + PAGE);
    check(ended == 0, "a thread waits inside a trap", 0);
    thread_abort(t);
    check(wait_for(&ended, 1) && result != KERN_SUCCESS,
          "thread_abort ends the trap", (uint64_t)result);
    mach_print("# ", 2);
    mach_printf("aborted send: %x\n", (unsigned)result);
    mach_port_deallocate_trap(t);

    t = start(caller, at + 2 * PAGE);
    check(ended == 0, "a thread waits inside a kernel call", 0);
    thread_abort(t);
    check(wait_for(&ended, 1) && result != KERN_SUCCESS,
          "thread_abort ends the call", (uint64_t)result);
    mach_printf("# aborted vm_write: %x\n", (unsigned)result);
    mach_port_deallocate_trap(t);

    t = start(reader, at);
    thread_terminate(t);
    pause_ms(10);
    check(ended == 0 && thread_resume(t) == MACH_SEND_INVALID_DEST,
          "a waiting thread can be terminated", 0);
    mach_port_deallocate_trap(t);
    pager_answer(o, 3);
    o->answer[0] = SUPPLY;
    pager_answer(o, 0);
    check(*(volatile uint64_t *)at == pattern(0, 0),
          "the object is as good as before", 0);
    vm_deallocate(at, 4 * PAGE);
    check(wait_for(&o->terminates, 1), "and goes when it is unmapped",
          o->terminates);
    pager_end(o);
}

/* Unmapped while a thread waits. */
static void
test_unmap(void)
{
    struct pager_object *o = pager_create();
    mach_port_t t;
    uint64_t at;

    o->answer[0] = HOLD;
    at = pager_map(o, 0, 1, false);
    t = start(reader, at);
    vm_deallocate(at, PAGE);
    check(wait_for(&ended, 1) && result == KERN_INVALID_ADDRESS,
          "the mapping goes while a thread waits", (uint64_t)result);
    check(wait_for(&o->terminates, 1), "with the object", o->terminates);
    mach_port_deallocate_trap(t);
    pager_end(o);
}

/* Threads and a task end while they wait. */
static void
test_terminate(void)
{
    static uint8_t stack[16384] __attribute__((aligned(16)));
    x86_thread_state64_t state = { 0 };
    struct pager_object *o = pager_create();
    void (*const waits[])(uint64_t) = { reader, sender, caller };
    mach_port_t t, task = MACH_PORT_NULL;
    uint64_t at;

    memset(o->answer, HOLD, 4);
    at = pager_map(o, 0, 4, false);
    for (unsigned i = 0; i < 3; i++) {
        t = start(waits[i], at + i * PAGE);
        thread_terminate(t);
        pause_ms(10);
        check(ended == 0 && thread_resume(t) == MACH_SEND_INVALID_DEST,
              "a waiting thread can be terminated", i);
        mach_port_deallocate_trap(t);
    }
    task_create(mach_task_self(), MACH_PORT_NULL, TRUE, &task);
    state.rip = (uintptr_t)probe_read;
    state.rdi = at;
    state.rsi = (uintptr_t)stack;
    state.rsp = (uintptr_t)stack + sizeof(stack) - 8;
    thread_create_running(task, x86_THREAD_STATE64, (natural_t *)&state,
                          x86_THREAD_STATE64_COUNT, &t);
    pause_ms(10);
    vm_deallocate(at, 4 * PAGE);
    check(o->terminates == 0, "another task still waits", o->terminates);
    task_terminate(task);
    check(wait_for(&o->terminates, 1), "until it is terminated",
          o->terminates);
    mach_port_deallocate_trap(t);
    mach_port_deallocate_trap(task);
    pager_end(o);
}

static void
all_ends(void)
{
    test_death();
    test_death_keeps();
    test_port_dies();
    test_destroy();
    test_not_ready();
    test_abort();
    test_terminate();
    test_unmap();
}

/* Twice: the second time leaves nothing behind. */
void
test_ends(void)
{
    uint64_t before[16] = { 0 }, after[16] = { 0 };

    all_ends();
    census(before);
    all_ends();
    census(after);
    for (unsigned i = 0; i <= CENSUS_OBJECTS; i++) {
        /* A thread that is terminated in an RPC leaves its reply port to
         * its task. */
        check(after[i] - before[i] == (i == CENSUS_PORTS), census_names[i],
              after[i] - before[i]);
    }
}
