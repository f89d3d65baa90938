/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cost of a message by its size, three ways:
 *
 *   inline_SIZE  in the body of the message: the kernel copies
 *   ool_SIZE     out of line: the kernel maps, copy-on-write; the receiver
 *                drops the mapping
 *   shared_SIZE  the client copies into memory that both map, and sends a
 *                message of 8 bytes
 *
 * In each the data is in memory of the client's own before, and the server reads a word of
 * every page of it.  It answers with 8 bytes.
 */
#include <mach_vm/mach_vm.h>
#include "bench.h"

#define LARGEST (1u << 20)
#define INLINE_MAX 65536

struct inline_message {
    mach_msg_header_t header;
    uint8_t body[INLINE_MAX];
    mach_msg_trailer_t trailer;
};

struct ool_message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
    mach_msg_trailer_t trailer;
};

static union {
    mach_msg_header_t header;
    struct inline_message data;
    struct ool_message ool;
} message;
static mach_port_t server, reply;
static vm_address_t memory, window;
static uint32_t size; /* of the row; the server has a copy */

static void
read_pages(const volatile void *from)
{
    for (uint32_t i = 0; i < size; i += MACH_PAGE_SIZE) {
        (void)((const volatile uint64_t *)from)[i / sizeof(uint64_t)];
    }
}

static inline mach_msg_return_t
answer(mach_msg_size_t room)
{
    mach_msg_header_t *h = &message.header;

    h->msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
    h->msgh_local_port = MACH_PORT_NULL;
    return mach_msg(h, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(*h) + 8, room,
                    server, 0, MACH_PORT_NULL);
}

static mach_msg_return_t
first(void)
{
    return mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), server,
                    0, MACH_PORT_NULL);
}

static void
serve_inline(void)
{
    mach_msg_size_t room = (mach_msg_size_t)sizeof(mach_msg_header_t) + size +
                           (mach_msg_size_t)sizeof(mach_msg_trailer_t);
    mach_msg_return_t mr = first();

    while (mr == MACH_MSG_SUCCESS) {
        read_pages(message.data.body);
        mr = answer(room);
    }
    fail("server", mr);
}

static void
serve_ool(void)
{
    mach_msg_return_t mr = first();

    while (mr == MACH_MSG_SUCCESS) {
        vm_address_t at = message.ool.memory.address;

        read_pages((const volatile void *)(uintptr_t)at);
        MUST(vm_deallocate(at, size));
        mr = answer(sizeof(struct ool_message));
    }
    fail("server", mr);
}

static void
serve_shared(void)
{
    mach_msg_return_t mr = first();

    while (mr == MACH_MSG_SUCCESS) {
        read_pages((const volatile void *)(uintptr_t)window);
        mr = answer(sizeof(mach_msg_header_t) + 8 +
                    sizeof(mach_msg_trailer_t));
    }
    fail("server", mr);
}

static inline void
call(mach_msg_bits_t complex, mach_msg_size_t length)
{
    mach_msg_header_t *h = &message.header;

    h->msgh_bits = complex | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                            MACH_MSG_TYPE_MAKE_SEND_ONCE);
    h->msgh_remote_port = server;
    h->msgh_local_port = reply;
    MUST(mach_msg(h, MACH_SEND_MSG | MACH_RCV_MSG,
                  (mach_msg_size_t)sizeof(*h) + length,
                  sizeof(*h) + 8 + sizeof(mach_msg_trailer_t), reply, 0,
                  MACH_PORT_NULL));
}

static void
run_inline(unsigned n)
{
    while (n-- > 0) {
        call(0, size);
    }
}

static void
run_ool(unsigned n)
{
    while (n-- > 0) {
        message.ool.body.msgh_descriptor_count = 1;
        message.ool.memory = (mach_msg_ool_descriptor_t){
            .address = memory,
            .size = size,
            .copy = MACH_MSG_VIRTUAL_COPY,
            .type = MACH_MSG_OOL_DESCRIPTOR,
        };
        call(MACH_MSGH_BITS_COMPLEX,
             sizeof(mach_msg_body_t) + sizeof(mach_msg_ool_descriptor_t));
    }
}

static void
run_shared(unsigned n)
{
    while (n-- > 0) {
        uint64_t to = window, from = memory, words = size / sizeof(uint64_t);

        __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words)
                         : : "memory");
        call(0, 8);
    }
}

static vm_address_t
fresh(void)
{
    vm_address_t at;

    MUST(vm_allocate(&at, LARGEST, VM_FLAGS_ANYWHERE));
    return at;
}

static void
setup(uint32_t of_row, void (*body)(void))
{
    size = of_row;
    memory = fresh();
    window = fresh();
    memset((void *)(uintptr_t)memory, 1, LARGEST);
    MUST(mach_vm_inherit(mach_task_self(), window, LARGEST,
                         VM_INHERIT_SHARE));
    memset((void *)(uintptr_t)window, 1, LARGEST);
    memset(&message, 0, sizeof(message));
    reply = mach_reply_port();
    server = port_make();
    peer_start(body, &server, 1);
}

static void
finish(void)
{
    peer_end();
    port_end(reply);
    port_end(server);
    MUST(vm_deallocate(memory, LARGEST));
    MUST(vm_deallocate(window, LARGEST));
}

#define KIB 1024u
#define ROW(way, name, bytes)         \
    static void setup_##way##name(void) \
    {                                 \
        setup(bytes, serve_##way);    \
    }
ROW(inline, 0, 0)
ROW(inline, 64, 64)
ROW(inline, 256, 256)
ROW(inline, 1k, KIB)
ROW(inline, 4k, 4 * KIB)
ROW(inline, 16k, 16 * KIB)
ROW(inline, 64k, 64 * KIB)
ROW(ool, 4k, 4 * KIB)
ROW(ool, 16k, 16 * KIB)
ROW(ool, 64k, 64 * KIB)
ROW(ool, 256k, 256 * KIB)
ROW(ool, 1m, LARGEST)
ROW(shared, 64, 64)
ROW(shared, 256, 256)
ROW(shared, 1k, KIB)
ROW(shared, 4k, 4 * KIB)
ROW(shared, 16k, 16 * KIB)
ROW(shared, 64k, 64 * KIB)
ROW(shared, 256k, 256 * KIB)
ROW(shared, 1m, LARGEST)

#define SWEEP(way, name, count)                                     \
    {                                                               \
        #way "_" #name, count, setup_##way##name, run_##way, finish \
    }

const struct row sweep_rows[] = {
    SWEEP(inline, 0, 400), SWEEP(inline, 64, 400),
    SWEEP(inline, 256, 400), SWEEP(inline, 1k, 400),
    SWEEP(inline, 4k, 400), SWEEP(inline, 16k, 400),
    SWEEP(inline, 64k, 100), SWEEP(ool, 4k, 400),
    SWEEP(ool, 16k, 400), SWEEP(ool, 64k, 100),
    SWEEP(ool, 256k, 60), SWEEP(ool, 1m, 20),
    SWEEP(shared, 64, 400), SWEEP(shared, 256, 400),
    SWEEP(shared, 1k, 400), SWEEP(shared, 4k, 400),
    SWEEP(shared, 16k, 400), SWEEP(shared, 64k, 100),
    SWEEP(shared, 256k, 60), SWEEP(shared, 1m, 20),
    { NULL, 0, NULL, NULL, NULL },
};
