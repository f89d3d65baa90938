/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory out of line: the server reads one word of each page and drops it;
 * the client does not write to it again.
 */
#include "bench.h"

#define LARGE (1u << 20)

struct message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
    mach_msg_trailer_t trailer;
};

static struct message message;
static mach_port_t server, reply;
static vm_address_t memory;

static uint64_t
read_pages(const mach_msg_ool_descriptor_t *d)
{
    const volatile uint8_t *p = (const uint8_t *)(uintptr_t)d->address;
    uint64_t sum = 0;

    for (mach_msg_size_t i = 0; i < d->size; i += MACH_PAGE_SIZE) {
        sum += *(const volatile uint64_t *)(p + i);
    }
    return sum;
}

static void
serve(void)
{
    mach_msg_header_t *h = &message.header;
    mach_msg_return_t mr = mach_msg(h, MACH_RCV_MSG, 0, sizeof(message),
                                    server, 0, MACH_PORT_NULL);

    while (mr == MACH_MSG_SUCCESS) {
        read_pages(&message.memory);
        MUST(vm_deallocate(message.memory.address,
                           message.memory.size));
        h->msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
        h->msgh_local_port = MACH_PORT_NULL;
        mr = mach_msg(h, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(*h),
                      sizeof(message), server, 0, MACH_PORT_NULL);
    }
    fail("server", mr);
}

static void
run(unsigned n, mach_msg_size_t size)
{
    mach_msg_header_t *h = &message.header;
    mach_msg_return_t mr;

    while (n-- > 0) {
        h->msgh_bits = MACH_MSGH_BITS_COMPLEX |
                       MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                      MACH_MSG_TYPE_MAKE_SEND_ONCE);
        h->msgh_remote_port = server;
        h->msgh_local_port = reply;
        message.body.msgh_descriptor_count = 1;
        message.memory = (mach_msg_ool_descriptor_t){
            .address = memory,
            .size = size,
            .copy = MACH_MSG_VIRTUAL_COPY,
            .type = MACH_MSG_OOL_DESCRIPTOR,
        };
        mr = mach_msg(h, MACH_SEND_MSG | MACH_RCV_MSG,
                      sizeof(message) - sizeof(message.trailer),
                      sizeof(message), reply, 0, MACH_PORT_NULL);
        if (mr != MACH_MSG_SUCCESS) {
            fail("mach_msg", mr);
        }
    }
}

static void
run_4k(unsigned n)
{
    run(n, 4096);
}

static void
run_1m(unsigned n)
{
    run(n, LARGE);
}

static void
setup(void)
{
    reply = mach_reply_port();
    server = port_make();
    MUST(vm_allocate(&memory, LARGE, VM_FLAGS_ANYWHERE));
    memset((void *)(uintptr_t)memory, 1, LARGE);
    peer_start(serve, &server, 1);
}

static void
finish(void)
{
    peer_end();
    port_end(reply);
    port_end(server);
    MUST(vm_deallocate(memory, LARGE));
}

const struct row ool_rows[] = {
    { "mach_rt_ool4k", 400, setup, run_4k, finish },
    { "mach_rt_ool1m", 20, setup, run_1m, finish },
    { NULL, 0, NULL, NULL, NULL },
};
