/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions as messages: a thread's handler at a port looks at it, changes
 * the state, resumes it; an unhandled one ends the task.
 */
#include <exc/catch_exc_server.h>
#include <mach/mig_errors.h>
#include <mach_port/mach_port.h>
#include <task/task.h>
#include <thread/thread.h>
#include "test.h"

static volatile uint32_t got, code, passed;
static mach_port_t handler;

void fault_ud2(void);

kern_return_t
catch_exception_raise(mach_port_t port, mach_port_t thread, mach_port_t task,
                      int exception, const uint64_t *codes,
                      mach_msg_type_number_t count)
{
    natural_t words[x86_THREAD_STATE64_COUNT];
    mach_msg_type_number_t n = x86_THREAD_STATE64_COUNT;
    x86_thread_state64_t state;
    kern_return_t kr;

    (void)port;
    (void)count;
    got = (uint32_t)exception;
    code = (uint32_t)codes[0];
    kr = thread_get_state(thread, x86_THREAD_STATE64, words, &n);
    memcpy(&state, words, sizeof(state));
    state.rip += 2; /* over ud2 */
    memcpy(words, &state, sizeof(state));
    if (kr == KERN_SUCCESS) {
        kr = thread_set_state(thread, x86_THREAD_STATE64, words, n);
    }
    mach_port_deallocate_trap(thread);
    mach_port_deallocate_trap(task);
    return kr;
}

kern_return_t
catch_exception_raise_state(mach_port_t port, int exception,
                            const uint64_t *codes,
                            mach_msg_type_number_t count, int *flavor,
                            const natural_t *old,
                            mach_msg_type_number_t old_count, natural_t *new,
                            mach_msg_type_number_t *new_count)
{
    (void)port;
    (void)exception;
    (void)codes;
    (void)count;
    (void)flavor;
    (void)old;
    (void)old_count;
    (void)new;
    (void)new_count;
    return KERN_NOT_SUPPORTED;
}

kern_return_t
catch_exception_raise_state_identity(
    mach_port_t port, mach_port_t thread, mach_port_t task, int exception,
    const uint64_t *codes, mach_msg_type_number_t count, int *flavor,
    const natural_t *old, mach_msg_type_number_t old_count, natural_t *new,
    mach_msg_type_number_t *new_count)
{
    x86_thread_state64_t state;

    (void)port;
    (void)count;
    (void)flavor;
    memcpy(&state, old, sizeof(state));
    state.rip += 2;
    memcpy(new, &state, sizeof(state));
    *new_count = old_count;
    got = (uint32_t)exception | 0x100;
    code = (uint32_t)codes[0];
    mach_port_deallocate_trap(thread);
    mach_port_deallocate_trap(task);
    return KERN_SUCCESS;
}

/* One message; false: none within a second. */
static bool
serve_one(void)
{
    static union {
        mach_msg_header_t head;
        uint8_t space[2048];
    } in, out;
    kern_return_t kr;

    kr = mach_msg(&in.head,
                  MACH_RCV_MSG | MACH_RCV_TIMEOUT |
                      MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX),
                  0, sizeof(in), handler, 1000, MACH_PORT_NULL);
    if (kr != KERN_SUCCESS || !catch_exc_server(&in.head, &out.head)) {
        return false;
    }
    return mach_msg(&out.head, MACH_SEND_MSG, out.head.msgh_size, 0,
                    MACH_PORT_NULL, 0, MACH_PORT_NULL) == KERN_SUCCESS;
}

static void
faulter(uint64_t arg)
{

    (void)arg;
    fault_ud2();
    passed++;
}

static void
test_handler(int behavior, uint32_t expected)
{
    mach_port_t t;

    got = 0;
    passed = 0;
    task_set_exception_ports(mach_task_self(),
                             EXC_MASK(EXC_BAD_INSTRUCTION), handler,
                             behavior);
    t = thread_spawn(faulter, 0);
    check(serve_one() && got == expected && code == 6,
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
    kern_return_t kr;

    task_create(mach_task_self(), MACH_PORT_NULL, TRUE, &task);
    task_set_exception_ports(task, EXC_MASK_ALL, MACH_PORT_NULL,
                             EXCEPTION_DEFAULT);
    task_set_name(task, "faulty");
    state.rip = (uintptr_t)fault_ud2;
    state.rsp = (uintptr_t)stack + sizeof(stack) - 8;
    thread_create_running(task, x86_THREAD_STATE64, (natural_t *)&state,
                          x86_THREAD_STATE64_COUNT, &thread);
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 20);
    kr = task_info(task, 1, info, &n);
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
    check(serve_one() && got == (EXC_BAD_INSTRUCTION | 0x100),
          "an exception under it arrives all the same", got);
    check(serve_one() && got == (EXC_BAD_ACCESS | 0x100),
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
    handler = mach_reply_port();
    mach_port_insert_right_trap(handler, handler, MACH_MSG_TYPE_MAKE_SEND);
    test_handler(EXCEPTION_DEFAULT, EXC_BAD_INSTRUCTION);
    test_handler(EXCEPTION_STATE_IDENTITY, EXC_BAD_INSTRUCTION | 0x100);
    test_exhausted();
    task_set_exception_ports(mach_task_self(), EXC_MASK_ALL, MACH_PORT_NULL,
                             EXCEPTION_DEFAULT);
    test_unhandled();
    mach_port_mod_refs_trap(handler, MACH_PORT_RIGHT_SEND, -1);
    mach_port_mod_refs_trap(handler, MACH_PORT_RIGHT_RECEIVE, -1);
}
