/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Round trips of synchronous IPC: call on one side, reply_wait on the other.
 * The answer has as many words as the request.
 */
#include <mach/sync_user.h>
#include "bench.h"
#include "sync_trap.h"

static mach_port_t server, carried;
static struct sync_buffer *mine; /* the client's, or the server's */
static uint8_t memory[4096] __attribute__((aligned(4096)));

static inline __attribute__((always_inline)) void
run(unsigned n, uint64_t words)
{
    while (n-- > 0) {
        uint64_t tag = words;
        int64_t kr = sync_trap_fast(TRAP_sync_call, server, &tag);

        if (kr != KERN_SUCCESS) {
            fail("sync_call", (kern_return_t)kr);
        }
    }
}

#define RUN(words)                     \
    static void run_##words(unsigned n) \
    {                                   \
        run(n, words);                  \
    }
RUN(0)
RUN(4)
RUN(8)
RUN(10)

static inline __attribute__((always_inline)) _Noreturn void
serve(uint64_t words, uint64_t takes)
{
    uint64_t tag = takes;
    int64_t kr = sync_trap_fast(TRAP_sync_receive, server, &tag);

    while (kr == KERN_SUCCESS) {
        tag = words | takes;
        kr = sync_trap_fast(TRAP_sync_reply_wait, server, &tag);
    }
    fail("sync_reply_wait", (kern_return_t)kr);
}

static void
take_buffer(void)
{
    mine = sync_buffer();
    if (mine == NULL) {
        fail("sync_buffer", KERN_RESOURCE_SHORTAGE);
    }
}

static void
serve_0(void)
{
    serve(0, 0);
}

static void
serve_4(void)
{
    serve(4, 0);
}

static void
serve_8(void)
{
    serve(8, 0);
}

static void
serve_10(void)
{
    take_buffer();
    serve(10, 0);
}

static void
serve_right(void)
{
    take_buffer();
    serve(0, SYNC_TAKE_RIGHT);
}

static void
serve_map(void)
{
    take_buffer();
    mine->sb_window_size = sizeof(memory);
    serve(0, SYNC_TAKE_MAP);
}

static void
setup_with(void (*body)(void))
{
    server = port_make();
    carried = port_make();
    peer_start(body, &server, 1);
}

static void
setup_0(void)
{
    setup_with(serve_0);
}

static void
setup_4(void)
{
    setup_with(serve_4);
}

static void
setup_8(void)
{
    setup_with(serve_8);
}

static void
setup_10(void)
{
    take_buffer();
    setup_with(serve_10);
}

static void
setup_right(void)
{
    take_buffer();
    setup_with(serve_right);
}

static void
setup_map(void)
{
    take_buffer();
    memory[0] = 1;
    setup_with(serve_map);
}

/* A right that the server has already, after the first. */
static void
run_right(unsigned n)
{
    mine->sb_right = carried;
    mine->sb_disposition = MACH_MSG_TYPE_COPY_SEND;
    run(n, SYNC_RIGHT);
}

/* A page shown to the server, and taken back. */
static void
run_map(unsigned n)
{
    while (n-- > 0) {
        mine->sb_address = (vm_address_t)(uintptr_t)memory;
        mine->sb_size = sizeof(memory);
        mine->sb_prot = VM_PROT_READ | VM_PROT_WRITE;
        run(1, SYNC_MAP);
        MUST(sync_unmap((vm_address_t)(uintptr_t)memory, sizeof(memory)));
    }
}

static void
finish(void)
{
    peer_end();
    port_end(server);
    port_end(carried);
}

const struct row sync_rows[] = {
    { "l4_rt_0", 500, setup_0, run_0, finish },
    { "l4_rt_4", 500, setup_4, run_4, finish },
    { "l4_rt_8", 500, setup_8, run_8, finish },
    { "l4_rt_10", 500, setup_10, run_10, finish },
    { "l4_rt_right", 500, setup_right, run_right, finish },
    { "l4_rt_map", 500, setup_map, run_map, finish },
    { NULL, 0, NULL, NULL, NULL },
};
