/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each party dies in each state; the other gets an error.
 */
#include <mach_port/mach_port.h>
#include <task/task.h>
#include <thread/thread.h>
#include "test.h"

static mach_port_t port, other;
static struct actor a, b;

/* The thread of the actor ends where it is. */
static void
kill(struct actor *actor)
{
    thread_terminate(actor->thread);
    mach_port_deallocate_trap(actor->thread);
    pause_ms(5);
}

static void
start(struct actor *actor, unsigned trap, mach_port_t name)
{
    *actor = (struct actor){ .trap = trap, .name = name };
    actor_start(actor);
}

/* The port goes while somebody waits at it. */
static void
test_port(void)
{
    static const unsigned traps[] = { TRAP_sync_call, TRAP_sync_send,
                                      TRAP_sync_receive };

    for (unsigned i = 0; i < 3; i++) {
        port = port_make();
        start(&a, traps[i], port);
        mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_RECEIVE, -1);
        check(actor_done(&a) &&
                  a.kr == (i < 2 ? KERN_INVALID_CAPABILITY
                                 : KERN_INVALID_RIGHT),
              "the port dies: those who wait are told", (uint64_t)a.kr);
        mach_port_deallocate_trap(port);
    }
    mach_port_allocate_trap(MACH_PORT_RIGHT_PORT_SET, &other);
    start(&a, TRAP_sync_receive, other);
    mach_port_mod_refs_trap(other, MACH_PORT_RIGHT_PORT_SET, -1);
    check(actor_done(&a) && a.kr == KERN_INVALID_NAME,
          "the set dies: who listens is told", (uint64_t)a.kr);
    /* After the call has been received it needs no port any more. */
    port = port_make();
    struct sync_message m = message(0);

    start(&a, TRAP_sync_call, port);
    sync_receive(port, &m);
    port_end(port);
    m = message(0);
    check(actor_waits(&a) && sync_send(MACH_PORT_NULL, &m) == KERN_SUCCESS &&
              actor_done(&a) && a.kr == KERN_SUCCESS,
          "a call that was received outlives its port", (uint64_t)a.kr);
}

/* Threads that wait die, and nobody finds them. */
static void
test_waiting(void)
{
    struct sync_message m;

    port = port_make();
    start(&a, TRAP_sync_call, port);
    kill(&a);
    start(&a, TRAP_sync_send, port);
    kill(&a);
    m = message(SYNC_NOWAIT);
    check(sync_receive(port, &m) == KERN_OPERATION_TIMED_OUT,
          "a caller that died isn't received", m.tag);
    start(&a, TRAP_sync_receive, port);
    kill(&a);
    m = message(SYNC_NOWAIT);
    check(sync_call(port, &m) == KERN_OPERATION_TIMED_OUT,
          "a listener that died doesn't receive", m.tag);
    port_end(port);
}

static void
callee(uint64_t arg)
{
    struct sync_message m = message(0);

    sync_receive(port, &m);
    if (arg != 0) {
        mach_port_t name;

        sync_save_reply(MACH_PORT_NULL, 0, &name);
    }
    if (arg == 2) { /* holds the right of one, and calls another */
        m = message(0);
        sync_call(other, &m);
    }
    for (;;) {
        pause_ms(1000);
    }
}

static void
test_callee(void)
{
    static uint8_t stack[16384];

    for (unsigned saved = 0; saved < 2; saved++) {
        mach_port_t task, thread = MACH_PORT_NULL;

        port = port_make();
        task = task_make(MACH_PORT_NULL, callee, saved, stack, sizeof(stack),
                         &thread);
        mach_port_insert_right(task, port, port, MACH_MSG_TYPE_MOVE_RECEIVE);
        task_resume(task);
        start(&a, TRAP_sync_call, port);
        check(actor_waits(&a), "received by another task", a.state);
        task_end(task, thread);
        check(actor_done(&a) && a.kr == KERN_TERMINATED,
              saved ? "the holder of a saved right dies: the caller is told"
                    : "the callee dies: the caller is told",
              (uint64_t)a.kr);
        mach_port_deallocate_trap(port);
    }
}

/* The caller dies: its answer finds nobody. */
static void
test_caller(void)
{
    struct sync_message m = message(0);
    mach_port_t name = MACH_PORT_NULL;
    mach_port_type_t type = 0;

    port = port_make();
    start(&a, TRAP_sync_call, port);
    sync_receive(port, &m);
    kill(&a);
    m = message(0);
    check(sync_send(MACH_PORT_NULL, &m) == KERN_INVALID_CAPABILITY,
          "the caller dies: nobody is to be answered", 0);
    start(&a, TRAP_sync_call, port);
    m = message(0);
    sync_receive(port, &m);
    sync_save_reply(port, 1, &name);
    kill(&a);
    mach_port_type_trap(name, &type);
    check(type == MACH_PORT_TYPE_DEAD_NAME, "a saved right is dead then",
          type);
    m = message(0);
    check(sync_send(name, &m) == KERN_INVALID_CAPABILITY, "and says so", 0);
    mach_port_deallocate_trap(name);
    port_end(port);
}

/* A chain: a calls b's thread, which calls on; the one in the middle dies. */
static void
test_chain(void)
{
    struct sync_message m = message(0);

    port = port_make();
    other = port_make();
    mach_port_t thread = thread_spawn(callee, 2);

    start(&a, TRAP_sync_call, port);
    check(sync_receive(other, &m) == KERN_SUCCESS, "the call on arrives", 0);
    b = (struct actor){ .thread = thread };
    kill(&b);
    m = message(0);
    check(sync_send(MACH_PORT_NULL, &m) == KERN_INVALID_CAPABILITY,
          "the one in the middle dies: the last one is told", 0);
    check(actor_waits(&a), "its saved right is the task's, which lives",
          a.state);
    kill(&a);
    port_end(port);
    port_end(other);
}

void
test_deaths(void)
{
    census_begin();
    test_port();
    test_waiting();
    test_callee();
    test_caller();
    census_end("the dead leave nothing behind");
    test_chain();
}
