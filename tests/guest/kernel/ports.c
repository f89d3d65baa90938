/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions as messages: a thread's handler at a port looks at it, changes
 * the state, resumes it; an unhandled one ends the task.
 */
#include <mach/mig_errors.h>
#include <mach_port/mach_port.h>
#include <task/task.h>
#include <thread/thread.h>
#include "test.h"

static volatile uint32_t got, code, passed;
static mach_port_t handler;

void fault_ud2(void);

/* Over ud2, by a call or by the state in the answer. */
static kern_return_t
skip(struct guest_exception *e)
{
    natural_t words[x86_THREAD_STATE64_COUNT], *at = e->state;
    mach_msg_type_number_t n = x86_THREAD_STATE64_COUNT;
    x86_thread_state64_t state;

    got = (uint32_t)e->exception | (uint32_t)e->behavior << 8;
    code = (uint32_t)e->code;
    if (at == NULL) {
        at = words;
        thread_get_state(e->thread, x86_THREAD_STATE64, words, &n);
    }
    memcpy(&state, at, sizeof(state));
    state.rip += 2;
    memcpy(at, &state, sizeof(state));
    return at != words ? KERN_SUCCESS
                       : thread_set_state(e->thread, x86_THREAD_STATE64,
                                          words, n);
}

static void
faulter(uint64_t arg)
{

    (void)arg;
    fault_ud2();
    passed++;
}

static void
test_handler(int behavior)
{
    uint32_t expected = EXC_BAD_INSTRUCTION | (uint32_t)behavior << 8;
    mach_port_t t;

    got = 0;
    passed = 0;
    task_set_exception_ports(mach_task_self(),
                             EXC_MASK(EXC_BAD_INSTRUCTION), handler,
                             behavior);
    t = thread_spawn(faulter, 0);
    check(guest_catch(handler, 1000) && got == expected && code == 6,
          "the exception arrives at the port", got);
    check(wait_for(&passed, 1), "and the handler resumes the thread", passed);
    mach_port_deallocate_trap(t);
}

/* In a task of its own: nobody handles it, the task ends. */
static void
test_unhandled(void)
{
    static uint8_t stack[4096];
    x86_thread_state64_t state = { 0 };
    mach_port_t task = MACH_PORT_NULL, thread = MACH_PORT_NULL;
    uint64_t info[64];
    mach_msg_type_number_t n = 64;
    kern_return_t kr = KERN_SUCCESS;

    task_create(mach_task_self(), MACH_PORT_NULL, TRUE, &task);
    task_set_exception_ports(task, EXC_MASK_ALL, MACH_PORT_NULL,
                             EXCEPTION_DEFAULT);
    task_set_name(task, "faulty");
    state.rip = (uintptr_t)fault_ud2;
    state.rsp = (uintptr_t)stack + sizeof(stack) - 8;
    thread_create_running(task, x86_THREAD_STATE64, (natural_t *)&state,
                          x86_THREAD_STATE64_COUNT, &thread);
    for (int i = 0; i < 200; i++) {
        thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 20);
        n = 64;
        kr = task_info(task, 1, info, &n);
        if (kr == MACH_SEND_INVALID_DEST) {
            break;
        }
    }
    check(kr == MACH_SEND_INVALID_DEST, "an unhandled one ends the task",
          (uint64_t)kr);
    mach_port_deallocate_trap(thread);
    mach_port_deallocate_trap(task);
}

/* In a task whose ledger has nothing left: it does not need anything. */
static void
test_exhausted(void)
{
    static uint8_t stack[4096];
    uint64_t limits[5] = { 1 << 20, 256, 32, 4, 4 };
    x86_thread_state64_t state = { 0 };
    mach_port_t ledger = MACH_PORT_NULL, task = MACH_PORT_NULL;
    mach_port_t thread = MACH_PORT_NULL, name;
    kern_return_t kr;

    got = 0;
    ledger_create(mach_task_self(), limits, &ledger);
    task_create(mach_task_self(), ledger, TRUE, &task);
    task_set_exception_ports(task, EXC_MASK_ALL, handler,
                             EXCEPTION_STATE_IDENTITY);
    state.rip = (uintptr_t)fault_ud2;
    state.rsp = (uintptr_t)stack + sizeof(stack) - 8;
    thread_create(task, &thread);
    thread_set_state(thread, x86_THREAD_STATE64, (natural_t *)&state,
                     x86_THREAD_STATE64_COUNT);
    do {
        kr = mach_port_allocate(task, MACH_PORT_RIGHT_RECEIVE, &name);
    } while (kr == KERN_SUCCESS);
    check(kr == KERN_RESOURCE_SHORTAGE, "a ledger without ports left",
          (uint64_t)kr);
    thread_resume(thread);
    check(guest_catch(handler, 1000) && got == (EXC_BAD_INSTRUCTION | 0x300),
          "an exception under it arrives all the same", got);
    check(guest_catch(handler, 1000) && got == (EXC_BAD_ACCESS | 0x300),
          "and the next one", got);
    task_terminate(task);
    mach_port_deallocate_trap(thread);
    mach_port_deallocate_trap(task);
    mach_port_deallocate_trap(ledger);
}

void
test_ports(void)
{
    emulator_info_t none = { 0 };

    task_set_emulator(mach_task_self(), none);
    handler = port_make();
    guest_exception = skip;
    test_handler(EXCEPTION_DEFAULT);
    test_handler(EXCEPTION_STATE_IDENTITY);
    test_exhausted();
    task_set_exception_ports(mach_task_self(), EXC_MASK_ALL, MACH_PORT_NULL,
                             EXCEPTION_DEFAULT);
    test_unhandled();
    port_end(handler);
}
