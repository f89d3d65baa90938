/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A round trip through generated stubs whose calls are synchronous: the
 * interface of the row mig_rt, under another name, and a server that takes no
 * messages.
 */
#include <mach/mig_sync.h>
#include "bench.h"

#define bench_next bench_next_sync
#include "bench/bench_sync.c"
#include "bench/serve_bench_server.h"

union body {
    mach_msg_header_t header;
    uint64_t space[(MIG_SYNC_MAX + MAX_TRAILER_SIZE) / 8];
};

static mach_port_t server;

static _Noreturn void
serve_stubs(void)
{
    static union body request, answer;
    struct sync_message *in = mig_sync_words(&request.header),
                        *out = mig_sync_words(&answer.header);
    kern_return_t kr = sync_receive(server, in);

    while (kr == KERN_SUCCESS) {
        mig_sync_request(&request.header, NULL, MACH_PORT_NULL);
        serve_bench_server(&request.header, &answer.header);
        if (!mig_sync_answer(&answer.header, NULL)) {
            fail("answer", KERN_FAILURE);
        }
        kr = sync_trap(TRAP_sync_reply_wait, server, out, in);
    }
    fail("sync_reply_wait", kr);
}

/* Stubs send a message when nobody listens, so that is waited for, by a call of
 * no routine. */
static void
setup_stubs(void)
{
    struct sync_message m = { .tag = 0 };

    server = port_make();
    peer_start(serve_stubs, &server, 1);
    MUST(sync_call(server, &m));
}

static void
run_stubs(unsigned n)
{
    int value = 0;

    while (n-- > 0) {
        MUST(bench_next_sync(server, value, &value));
    }
}

static void
finish_stubs(void)
{
    peer_end();
    port_end(server);
}

const struct row sync_stub_rows[] = {
    { "l4_mig_rt", 500, setup_stubs, run_stubs, finish_stubs },
    { NULL, 0, NULL, NULL, NULL },
};
