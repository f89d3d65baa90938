/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs: the one that is called, unless a better one is ready.
 */
#include <mach_port/mach_port.h>
#include <thread/thread.h>
#include "test.h"

#define LOW 20
#define MIDDLE 60

static mach_port_t port;
static volatile uint32_t busy, finished, ready;

/* Tells whether the busy thread had finished when it was called. */
static void
server(uint64_t arg)
{
    struct sync_message m = message(0);
    kern_return_t kr;

    (void)arg;
    thread_set_priority(mach_thread_self(), LOW);
    ready = 1;
    kr = sync_receive(port, &m);
    while (kr == KERN_SUCCESS && m.words[0] == 0) {
        m.words[0] = finished;
        m.tag = 1;
        kr = sync_reply_wait(port, &m);
    }
    m.tag = 1;
    sync_send(MACH_PORT_NULL, &m);
}

static void
burn(uint64_t arg)
{
    (void)arg;
    thread_set_priority(mach_thread_self(), MIDDLE);
    busy = 1;
    for (volatile unsigned i = 0; i < 3000000; i++) {
        continue;
    }
    finished = 1;
}

static uint64_t
ask(uint64_t word)
{
    struct sync_message m = message(1);

    m.words[0] = word;
    return sync_call(port, &m) == KERN_SUCCESS ? m.words[0] : ~0ull;
}

void
test_priorities(void)
{
    mach_port_t low, middle;

    census_begin();
    port = port_make();
    low = thread_spawn(server, 0);
    check(wait_for(&ready, 1), "a server of low priority", 0);
    pause_ms(5);
    check(ask(0) == 0, "is run by a call", 0);
    middle = thread_spawn(burn, 0);
    while (busy == 0) {
        pause_ms(1);
    }
    check(finished == 0, "a better one than it is busy", finished);
    check(ask(0) == 1, "the call doesn't run it ahead of that", finished);
    check(ask(0) == 1, "and does again when that is done", finished);
    ask(1);
    mach_port_deallocate_trap(low);
    mach_port_deallocate_trap(middle);
    port_end(port);
    census_end("priorities leave nothing behind");
}
