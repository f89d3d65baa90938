/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting and what ends it: deadlines, aborts, kicks; order of arrival.
 */
#include <mach_port/mach_port.h>
#include <thread/thread.h>
#include "test.h"

#define MS 1000000ull

static mach_port_t port;

static void
start(struct actor *a, unsigned trap, uint64_t tag)
{
    *a = (struct actor){ .trap = trap, .name = port };
    a->m.tag = tag;
    actor_start(a);
}

static void
test_deadlines(void)
{
    static const unsigned traps[] = { TRAP_sync_call, TRAP_sync_send,
                                      TRAP_sync_receive };
    static struct actor a;

    for (unsigned i = 0; i < 3; i++) {
        uint64_t begin = clock_uptime();
        struct sync_message m = message(SYNC_DEADLINE);

        m.deadline = begin + 20 * MS;
        check(sync_trap(traps[i], port, &m, &m) == KERN_OPERATION_TIMED_OUT &&
                  clock_uptime() >= begin + 20 * MS,
              "a deadline ends the wait for the other side", i);
        m = message(SYNC_DEADLINE);
        check(sync_trap(traps[i], port, &m, &m) == KERN_OPERATION_TIMED_OUT,
              "one that has passed does so at once", i);
    }
    /* In the wait for the answer: the right to reply is void then. */
    a = (struct actor){ .trap = TRAP_sync_call, .name = port };
    a.m.tag = SYNC_DEADLINE;
    a.m.deadline = clock_uptime() + 50 * MS;
    actor_start(&a);
    struct sync_message m = message(0);

    check(sync_receive(port, &m) == KERN_SUCCESS, "the call is received", 0);
    check(actor_done(&a) && a.kr == KERN_OPERATION_TIMED_OUT,
          "but not answered by the deadline", (uint64_t)a.kr);
    m = message(0);
    check(sync_send(MACH_PORT_NULL, &m) == KERN_INVALID_CAPABILITY,
          "so there is nobody to answer", 0);
}

static void
test_aborts(void)
{
    static const unsigned traps[] = { TRAP_sync_call, TRAP_sync_send,
                                      TRAP_sync_receive };
    static struct actor a;

    for (unsigned i = 0; i < 3; i++) {
        start(&a, traps[i], 0);
        thread_abort(a.thread);
        check(actor_done(&a) && a.kr == KERN_ABORTED,
              "thread_abort ends the wait for the other side", i);
        start(&a, traps[i], 0);
        thread_kick_trap(a.thread);
        check(actor_waits(&a), "thread_kick doesn't", i);
        thread_abort(a.thread);
        actor_done(&a);
        start(&a, traps[i], SYNC_INTERRUPTIBLE);
        thread_kick_trap(a.thread);
        check(actor_done(&a) && a.kr == KERN_INTERRUPTED,
              "unless that was asked for", i);
    }
}

/* First come, first served. */
static void
test_order(void)
{
    static struct actor a[5];
    bool good = true;

    for (unsigned i = 0; i < 5; i++) {
        a[i] = (struct actor){ .trap = i % 2 == 0 ? TRAP_sync_call
                                                  : TRAP_sync_send,
                               .name = port };
        a[i].m.tag = 1;
        a[i].m.words[0] = i;
        actor_start(&a[i]);
    }
    for (unsigned i = 0; i < 5; i++) {
        struct sync_message m = message(0);

        good = good && sync_receive(port, &m) == KERN_SUCCESS &&
               m.words[0] == i &&
               (m.tag & SYNC_KIND) ==
                   (i % 2 == 0 ? SYNC_KIND_CALL : SYNC_KIND_SEND);
        if (i % 2 == 0) {
            good = good && actor_waits(&a[i]);
            m = message(0);
            good = good && sync_send(MACH_PORT_NULL, &m) == KERN_SUCCESS;
        }
        good = good && actor_done(&a[i]) && a[i].kr == KERN_SUCCESS;
    }
    check(good, "callers and senders are taken in their order", 0);
}

/* A right that is lost while its holder waits. */
static void
test_lost_name(void)
{
    static struct actor a;
    mach_port_t send = MACH_PORT_NULL, receive = mach_reply_port();
    mach_msg_type_name_t type;
    struct sync_message m = message(SYNC_NOWAIT);

    mach_port_extract_right(mach_task_self(), receive,
                            MACH_MSG_TYPE_MAKE_SEND, &send, &type);
    a = (struct actor){ .trap = TRAP_sync_call, .name = receive };
    actor_start(&a);
    mach_port_deallocate_trap(receive); /* the send right, not the other */
    check(sync_receive(receive, &m) == KERN_OPERATION_TIMED_OUT,
          "a caller that has lost its right isn't received", m.tag);
    check(actor_done(&a) && a.kr == KERN_INVALID_RIGHT, "and is told so",
          (uint64_t)a.kr);
    mach_port_mod_refs_trap(receive, MACH_PORT_RIGHT_RECEIVE, -1);
}

/* A thousand calls between two threads, both ways of going first. */
static void
echo(uint64_t arg)
{
    struct sync_message m = message(0);
    kern_return_t kr = sync_receive(port, &m);

    while (kr == KERN_SUCCESS && m.words[0] != arg) {
        m.words[0]++;
        m.tag = 1;
        kr = sync_reply_wait(port, &m);
    }
    m.tag = 1;
    sync_send(MACH_PORT_NULL, &m);
}

static void
test_echo(void)
{
    mach_port_t thread = thread_spawn(echo, ~0ull);
    struct sync_message m = message(1);
    kern_return_t kr = KERN_SUCCESS;
    bool good = true;

    for (unsigned i = 0; i < 1000 && kr == KERN_SUCCESS; i++) {
        m.tag = SYNC_TAG(i, 1);
        m.words[0] = i;
        kr = sync_call(port, &m);
        good = good && m.words[0] == i + 1;
    }
    check(kr == KERN_SUCCESS && good, "a thousand calls", (uint64_t)kr);
    m.tag = 1;
    m.words[0] = ~0ull;
    kr = sync_call(port, &m);
    check_kr(kr, "and the last");
    mach_port_deallocate_trap(thread);
}

void
test_waits(void)
{
    census_begin();
    port = port_make();
    test_deadlines();
    test_aborts();
    test_order();
    test_lost_name();
    test_echo();
    port_end(port);
    census_end("waits leave nothing behind");
}
