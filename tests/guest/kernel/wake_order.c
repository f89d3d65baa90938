/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs first of those that one call wakes: the better priority, then who has
 * waited longest; and they all before a thread of their priority that was busy.
 * A server that an RPC switches to runs no earlier than its priority has it.
 */
#include <thread/thread.h>
#include "test.h"

#define WAITERS 4u
#define LAST WAITERS
#define LOW 100
#define HIGH 110

static uint32_t word;
static volatile uint32_t order, waiting;

static void
waiter(uint64_t digit)
{
    waiting++;
    futex_wait(&word, 0, DEADLINE_NEVER, 0);
    order = order * 10 + (uint32_t)digit;
}

/* One after the other; best: the last of them is better than the others. */
static uint32_t
wake_all(bool best)
{
    mach_port_t t[WAITERS], self = mach_thread_self();

    word = 0;
    order = 0;
    waiting = 0;
    for (uint32_t i = 0; i < WAITERS; i++) {
        t[i] = thread_spawn(waiter, i + 1);
        wait_for(&waiting, i + 1);
        pause_ms(1);
        thread_set_priority(t[i], best && i + 1 == LAST ? HIGH : LOW);
    }
    thread_set_priority(self, LOW); /* with nothing of its last wake-up */
    word = 1;
    futex_wake(&word, WAITERS, 0, NULL);
    order = order * 10 + 9;
    thread_set_priority(self, 128);
    for (unsigned i = 0; i < 100 && order < 10000; i++) {
        pause_ms(1);
    }
    for (unsigned i = 0; i < WAITERS; i++) {
        mach_port_deallocate_trap(t[i]);
    }
    return order;
}

/* Several times: on a busy host a slice may be over before its time. */
static void
expect(bool best, uint32_t wanted, const char *what)
{
    uint32_t got = 0;

    for (unsigned tries = 0; tries < 10 && got != wanted; tries++) {
        got = wake_all(best);
    }
    check(got == wanted, what, got);
}

static mach_port_t server_port;
static volatile uint32_t busy, finished;

/* Answers whether the busy thread had finished when it was asked. */
static void
server(uint64_t arg)
{
    struct {
        mach_msg_header_t head;
        mach_msg_trailer_t trailer;
    } m;
    kern_return_t kr = mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof(m),
                                server_port, 0, MACH_PORT_NULL);

    (void)arg;
    while (kr == KERN_SUCCESS && m.head.msgh_id == 0) {
        m.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
        m.head.msgh_local_port = MACH_PORT_NULL;
        m.head.msgh_id = (mach_msg_id_t)finished;
        kr = mach_msg(&m.head, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(m.head),
                      sizeof(m), server_port, 0, MACH_PORT_NULL);
    }
    mach_msg_destroy(&m.head);
}

static int
ask(int id)
{
    struct {
        mach_msg_header_t head;
        mach_msg_trailer_t trailer;
    } m = { .head = { .msgh_bits =
                          MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                         MACH_MSG_TYPE_MAKE_SEND_ONCE),
                      .msgh_remote_port = server_port,
                      .msgh_local_port = mach_reply_port(),
                      .msgh_id = id } };
    mach_port_t reply = m.head.msgh_local_port;
    kern_return_t kr = mach_msg(&m.head, MACH_SEND_MSG | MACH_RCV_MSG,
                                sizeof(m.head), sizeof(m), reply, 0,
                                MACH_PORT_NULL);

    mach_port_mod_refs_trap(reply, MACH_PORT_RIGHT_RECEIVE, -1);
    return kr == KERN_SUCCESS ? m.head.msgh_id : -1;
}

static void
burn(uint64_t arg)
{
    (void)arg;
    busy = 1;
    for (volatile unsigned i = 0; i < 3000000; i++) {
        continue;
    }
    finished = 1;
}

/* low and middle: of the server and of a busy one, both below this thread. */
static void
test_server(unsigned low, unsigned middle)
{
    mach_port_t other, thread;

    server_port = port_make();
    thread = thread_spawn(server, 0);
    pause_ms(5);
    thread_set_priority(thread, (int)low);
    check(ask(0) == 0, "a server of low priority is run by an RPC", 0);
    other = thread_spawn(burn, 0);
    thread_set_priority(other, (int)middle);
    while (busy == 0) {
        pause_ms(1);
    }
    check(finished == 0 && ask(0) == 1,
          "but not ahead of a better one that is ready", finished);
    ask(1); /* which it does not answer: the right is destroyed */
    mach_port_deallocate_trap(thread);
    mach_port_deallocate_trap(other);
    port_end(server_port);
}

void
test_wake_order(void)
{
    expect(false, 12349, "those that are woken run in the order of waiting");
    expect(true, 41239, "the best of them first, the others in order");
    test_server(20, 60);
}
