/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Round trips by mach_msg, send and receive in one trap on both sides.  The
 * server answers every request with 8 bytes.
 */
#include <bench/bench.h>
#include <bench/serve_bench_server.h>
#include <mach_port/mach_port.h>
#include "bench.h"

#define BODY_MAX 4096
#define SET_PORTS 1000
#define RCV_SIZE(body) \
    ((mach_msg_size_t)(sizeof(mach_msg_header_t) + (body) + 8))

struct message {
    mach_msg_header_t header;
    union {
        uint8_t bytes[BODY_MAX];
        struct {
            mach_msg_body_t body;
            mach_msg_port_descriptor_t port;
        };
    };
    mach_msg_trailer_t trailer;
};
#define PORT_BODY \
    (sizeof(mach_msg_body_t) + sizeof(mach_msg_port_descriptor_t))

static struct message buffer; /* the client's and, copied, the server's */
static mach_port_t server, reply, carried, set;
static mach_port_t members[SET_PORTS];

/* Makes the request in the buffer a reply of 8 bytes. */
static inline void
answer(mach_msg_header_t *h)
{
    h->msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
    h->msgh_size = sizeof(*h) + 8;
    h->msgh_local_port = MACH_PORT_NULL;
    h->msgh_id += 100;
}

static _Noreturn void
serve(mach_port_t from, bool drop)
{
    mach_msg_return_t mr = mach_msg(&buffer.header, MACH_RCV_MSG, 0,
                                    sizeof(buffer), from, 0, MACH_PORT_NULL);

    while (mr == MACH_MSG_SUCCESS) {
        if (drop) {
            mach_port_deallocate_trap(buffer.port.name);
        }
        answer(&buffer.header);
        mr = mach_msg(&buffer.header, MACH_SEND_MSG | MACH_RCV_MSG,
                      sizeof(mach_msg_header_t) + 8, sizeof(buffer), from, 0,
                      MACH_PORT_NULL);
    }
    fail("server", mr);
}

static void
serve_port(void)
{
    serve(server, false);
}

static void
serve_dropping(void)
{
    serve(server, true);
}

static void
serve_set(void)
{
    MUST(mach_port_allocate_trap(MACH_PORT_RIGHT_PORT_SET, &set));
    for (unsigned i = 0; i < SET_PORTS; i++) {
        MUST(mach_port_move_member_trap(members[i], set));
    }
    serve(set, false);
}

static inline void
call(mach_msg_bits_t complex, mach_msg_size_t body)
{
    mach_msg_header_t *h = &buffer.header;
    mach_msg_return_t mr;

    h->msgh_bits = complex | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                            MACH_MSG_TYPE_MAKE_SEND_ONCE);
    h->msgh_remote_port = server;
    h->msgh_local_port = reply;
    h->msgh_voucher_port = MACH_PORT_NULL;
    h->msgh_id = 1;
    mr = mach_msg(h, MACH_SEND_MSG | MACH_RCV_MSG,
                  (mach_msg_size_t)sizeof(*h) + body, RCV_SIZE(8), reply, 0,
                  MACH_PORT_NULL);
    if (mr != MACH_MSG_SUCCESS) {
        fail("mach_msg", mr);
    }
}

#define RUN(name, body)             \
    void name(unsigned n)           \
    {                               \
        while (n-- > 0) {           \
            call(0, body);          \
        }                           \
    }
RUN(mach_rt_run, 8)
static RUN(run_256, 256)
static RUN(run_1k, 1024)
static RUN(run_4k, 4096)

static void
run_descriptor(unsigned n, mach_msg_type_name_t disposition)
{
    while (n-- > 0) {
        buffer.body.msgh_descriptor_count = 1;
        buffer.port = (mach_msg_port_descriptor_t){
            .name = carried,
            .disposition = disposition & 0xff,
            .type = MACH_MSG_PORT_DESCRIPTOR,
        };
        call(MACH_MSGH_BITS_COMPLEX, PORT_BODY);
    }
}

static void
run_port(unsigned n)
{
    run_descriptor(n, MACH_MSG_TYPE_COPY_SEND);
}

static void
run_port_new(unsigned n)
{
    run_descriptor(n, MACH_MSG_TYPE_MAKE_SEND);
}

static void
setup_with(void (*body)(void))
{
    memset(&buffer, 0, sizeof(buffer));
    reply = mach_reply_port();
    server = port_make();
    carried = port_make();
    peer_start(body, &server, 1);
}

void
mach_rt_setup(void)
{
    setup_with(serve_port);
}

static void
setup_dropping(void)
{
    setup_with(serve_dropping);
}

/* The client's own names come first: it is as that of mach_rt. */
static void
setup_set(void)
{
    reply = mach_reply_port();
    for (unsigned i = 0; i < SET_PORTS; i++) {
        members[i] = port_make();
    }
    server = members[0];
    carried = MACH_PORT_NULL;
    peer_start(serve_set, members, SET_PORTS);
}

void
mach_rt_finish(void)
{
    peer_end();
    port_end(reply);
    port_end(server);
    if (carried != MACH_PORT_NULL) {
        port_end(carried);
    }
}

static void
finish_set(void)
{
    peer_end();
    port_end(reply);
    for (unsigned i = 0; i < SET_PORTS; i++) {
        port_end(members[i]);
    }
}

/* ---- through generated stubs ---- */

kern_return_t
serve_bench_next(mach_port_t port, int in, int *out)
{
    (void)port;
    *out = in + 1;
    return KERN_SUCCESS;
}

static _Noreturn void
serve_stubs(void)
{
    static struct message one, other;
    struct message *request = &one, *answered = &other, *last;
    mach_msg_option_t option = MACH_RCV_MSG;
    mach_msg_return_t mr;

    for (;;) {
        mr = mach_msg_rpc(&request->header, option, request->header.msgh_size,
                          sizeof(one), server, 0);
        if (mr != MACH_MSG_SUCCESS) {
            fail("server", mr);
        }
        serve_bench_server(&request->header, &answered->header);
        /* The next request comes where this answer was. */
        last = request;
        request = answered;
        answered = last;
        option |= MACH_SEND_MSG;
    }
}

static void
setup_stubs(void)
{
    setup_with(serve_stubs);
}

static void
run_stubs(unsigned n)
{
    int value = 0;

    while (n-- > 0) {
        MUST(bench_next(server, value, &value));
    }
}

const struct row mach_rows[] = {
    { "mach_rt", 500, mach_rt_setup, mach_rt_run, mach_rt_finish },
    { "mach_rt_256", 500, mach_rt_setup, run_256, mach_rt_finish },
    { "mach_rt_1k", 500, mach_rt_setup, run_1k, mach_rt_finish },
    { "mach_rt_4k", 500, mach_rt_setup, run_4k, mach_rt_finish },
    { "mig_rt", 500, setup_stubs, run_stubs, mach_rt_finish },
    { "mach_rt_port", 500, mach_rt_setup, run_port, mach_rt_finish },
    { "mach_rt_port_new", 500, setup_dropping, run_port_new, mach_rt_finish },
    /* In a machine of its own, whose kernel was told to leave fast paths. */
    { "mach_rt_slow", 500, mach_rt_setup, mach_rt_run, mach_rt_finish },
    { NULL, 0, NULL, NULL, NULL },
};

const struct row set_rows[] = {
    { "mach_rt_pset", 500, setup_set, mach_rt_run, finish_set },
    { NULL, 0, NULL, NULL, NULL },
};
