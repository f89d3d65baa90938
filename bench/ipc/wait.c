/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that wait: a futex ping-pong of two tasks, and up to 64 clients
 * queued on one server.
 */
#include <mach_vm/mach_vm.h>
#include <thread/thread.h>
#include "bench.h"

#define CLIENTS 64
#define STACK 4096

static uint32_t *words; /* shared with the peer */

static void
turn(uint32_t *mine, uint32_t *other, uint32_t value)
{
    while (__atomic_load_n(mine, __ATOMIC_ACQUIRE) != value) {
        futex_wait(mine, value - 1, DEADLINE_NEVER, 0);
    }
    __atomic_store_n(other, value, __ATOMIC_RELEASE);
    futex_wake(other, 1, 0, NULL);
}

static void
futex_peer(void)
{
    for (uint32_t value = 1;; value++) {
        turn(&words[0], &words[1], value);
    }
}

static uint32_t rounds;

static void
run_futex(unsigned n)
{
    while (n-- > 0) {
        uint32_t value = ++rounds;

        __atomic_store_n(&words[0], value, __ATOMIC_RELEASE);
        futex_wake(&words[0], 1, 0, NULL);
        while (__atomic_load_n(&words[1], __ATOMIC_ACQUIRE) != value) {
            futex_wait(&words[1], value - 1, DEADLINE_NEVER, 0);
        }
    }
}

static void
setup_futex(void)
{
    vm_address_t page;

    rounds = 0;
    MUST(vm_allocate(&page, MACH_PAGE_SIZE, VM_FLAGS_ANYWHERE));
    MUST(mach_vm_inherit(mach_task_self(), page, MACH_PAGE_SIZE,
                         VM_INHERIT_SHARE));
    words = (uint32_t *)(uintptr_t)page;
    words[0] = words[1] = 0;
    peer_start(futex_peer, NULL, 0);
}

static void
finish_futex(void)
{
    peer_end();
    MUST(vm_deallocate((vm_address_t)(uintptr_t)words, MACH_PAGE_SIZE));
}

/* ---- many clients ---- */

struct message {
    mach_msg_header_t header;
    uint64_t body;
    mach_msg_trailer_t trailer;
};

static mach_port_t server;
static unsigned clients;            /* of this row */
static uint32_t started[CLIENTS];   /* runs that each client was told of */
static uint32_t left, idle;
static unsigned made;
static uint8_t stacks[CLIENTS][STACK] __attribute__((aligned(16)));

static void
serve(void)
{
    struct message m;
    mach_msg_header_t *h = &m.header;
    mach_msg_return_t mr = mach_msg(h, MACH_RCV_MSG, 0, sizeof(m), server, 0,
                                    MACH_PORT_NULL);

    while (mr == MACH_MSG_SUCCESS) {
        h->msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
        h->msgh_local_port = MACH_PORT_NULL;
        mr = mach_msg(h, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(*h) + 8,
                      sizeof(m), server, 0, MACH_PORT_NULL);
    }
    fail("server", mr);
}

static void
request(mach_port_t reply)
{
    struct message m = { 0 };

    m.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                        MACH_MSG_TYPE_MAKE_SEND_ONCE);
    m.header.msgh_remote_port = server;
    m.header.msgh_local_port = reply;
    MUST(mach_msg(&m.header, MACH_SEND_MSG | MACH_RCV_MSG,
                  sizeof(m.header) + 8, sizeof(m), reply, 0, MACH_PORT_NULL));
}

/* Takes part in each run that it is told of until no request is left. */
static void
client(uint64_t number)
{
    mach_port_t reply = mach_reply_port();
    uint32_t *start = &started[number];

    for (uint32_t seen = 0;;) {
        while (__atomic_load_n(start, __ATOMIC_ACQUIRE) == seen) {
            futex_wait(start, seen, DEADLINE_NEVER, 0);
        }
        seen++;
        while ((int32_t)__atomic_sub_fetch(&left, 1, __ATOMIC_ACQ_REL) >= 0) {
            request(reply);
        }
        if (__atomic_add_fetch(&idle, 1, __ATOMIC_ACQ_REL) == clients) {
            futex_wake(&idle, 1, 0, NULL);
        }
    }
}

static void
run_queued(unsigned n)
{
    uint32_t now;

    __atomic_store_n(&idle, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&left, n, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < clients; i++) {
        __atomic_add_fetch(&started[i], 1, __ATOMIC_ACQ_REL);
        futex_wake(&started[i], 1, 0, NULL);
    }
    while ((now = __atomic_load_n(&idle, __ATOMIC_ACQUIRE)) != clients) {
        futex_wait(&idle, now, DEADLINE_NEVER, 0);
    }
}

/* Clients stay, for other rows, and wait. */
static void
setup_queued(unsigned count)
{
    server = port_make();
    peer_start(serve, &server, 1);
    for (clients = count; made < count; made++) {
        x86_thread_state64_t state = {
            .rip = (uint64_t)(uintptr_t)client,
            .rdi = made,
            .rsp = (uint64_t)(uintptr_t)(stacks[made] + STACK - 8),
        };
        mach_port_t thread = MACH_PORT_NULL;

        MUST(thread_create_running(
            mach_task_self(), x86_THREAD_STATE64, (natural_t *)&state,
            x86_THREAD_STATE64_COUNT, &thread));
        mach_port_deallocate_trap(thread);
    }
}

static void
finish_queued(void)
{
    peer_end();
    port_end(server);
}

#define QUEUED(count)                \
    static void setup_##count(void)  \
    {                                \
        setup_queued(count);         \
    }
QUEUED(1)
QUEUED(2)
QUEUED(4)
QUEUED(8)
QUEUED(16)
QUEUED(32)
QUEUED(64)

const struct row wait_rows[] = {
    { "futex_rt", 500, setup_futex, run_futex, finish_futex },
    { "mach_rt_queued", 6400, setup_64, run_queued, finish_queued },
    { "queued_1", 800, setup_1, run_queued, finish_queued },
    { "queued_2", 800, setup_2, run_queued, finish_queued },
    { "queued_4", 800, setup_4, run_queued, finish_queued },
    { "queued_8", 800, setup_8, run_queued, finish_queued },
    { "queued_16", 800, setup_16, run_queued, finish_queued },
    { "queued_32", 3200, setup_32, run_queued, finish_queued },
    { NULL, 0, NULL, NULL, NULL },
};
