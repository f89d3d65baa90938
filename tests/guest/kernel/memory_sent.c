/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory sent out of line from task to task: what arrives is what the sender
 * had when it sent, and what either side writes then is its own.  Small and
 * large, by an RPC (whose server waits) and by a send of its own.
 */
#include <mach_port/mach_port.h>
#include <task/task.h>
#include "test.h"

#define PAGE MACH_PAGE_SIZE
#define MEMORY (20 * PAGE)
#define STOP 0u

struct request {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
    uint32_t seed;
    mach_msg_trailer_t trailer;
};

struct answer {
    mach_msg_header_t header;
    uint32_t good;
    mach_msg_trailer_t trailer;
};

static const struct {
    uint32_t offset, size;
    const char *what;
} sent[] = {
    { 0, PAGE, "a page" },
    { 0, 1, "a byte" },
    { PAGE - 1, 2, "two bytes in two pages" },
    { 100, 3 * PAGE, "parts of pages" },
    { 0, 8 * PAGE, "eight pages" },
    { 0, 8 * PAGE + 1, "eight pages and a byte" },
    { 8, 16 * PAGE, "many pages" },
};

static char stack[16384];
static vm_address_t memory;
static mach_port_t port, reply;

static uint8_t
byte_of(uint32_t seed, uint64_t i)
{
    return (uint8_t)(seed + i + (i >> 12) * 3);
}

static bool
is_pattern(const uint8_t *p, uint32_t seed, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++) {
        if (p[i] != byte_of(seed, i)) {
            return false;
        }
    }
    return true;
}

/* Nothing of the sender's lies around what was sent. */
static bool
is_clear(const uint8_t *p, uint64_t size)
{
    for (; ((uintptr_t)p + size) % PAGE != 0; size++) {
        if (p[size] != 0) {
            return false;
        }
    }
    for (; (uintptr_t)p % PAGE != 0; p--) {
        if (p[-1] != 0) {
            return false;
        }
    }
    return true;
}

/* The other task: looks at what it gets, writes all over it, and says. */
static void
server(uint64_t arg)
{
    struct request r;
    struct answer a;

    (void)arg;
    for (;;) {
        uint8_t *p;

        if (mach_msg(&r.header, MACH_RCV_MSG, 0, sizeof(r), port, 0,
                     MACH_PORT_NULL) != MACH_MSG_SUCCESS ||
            r.seed == STOP) {
            return;
        }
        p = (uint8_t *)(uintptr_t)r.memory.address;
        a.good = is_pattern(p, r.seed, r.memory.size) &&
                 is_clear(p, r.memory.size);
        memset(p, 0xee, r.memory.size);
        a.good &= vm_deallocate(r.memory.address, r.memory.size) ==
                  KERN_SUCCESS;
        a.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
        a.header.msgh_remote_port = r.header.msgh_remote_port;
        a.header.msgh_local_port = MACH_PORT_NULL;
        mach_msg(&a.header, MACH_SEND_MSG,
                 sizeof(a) - sizeof(a.trailer), 0, MACH_PORT_NULL, 0,
                 MACH_PORT_NULL);
    }
}

static void
fill(struct request *r, uint32_t offset, uint32_t size, uint32_t seed)
{
    uint8_t *p = (uint8_t *)(uintptr_t)(memory + offset);

    memset((void *)(uintptr_t)memory, 0x55, MEMORY);
    for (uint64_t i = 0; i < size; i++) {
        p[i] = byte_of(seed, i);
    }
    *r = (struct request){
        .header.msgh_bits =
            MACH_MSGH_BITS_COMPLEX |
            MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                           MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .header.msgh_remote_port = port,
        .header.msgh_local_port = reply,
        .body.msgh_descriptor_count = 1,
        .memory.address = memory + offset,
        .memory.size = size,
        .memory.copy = MACH_MSG_VIRTUAL_COPY,
        .memory.type = MACH_MSG_OOL_DESCRIPTOR,
        .seed = seed,
    };
}

/* apart: the sender writes to it before it looks for the answer. */
static void
send_one(unsigned i, bool apart)
{
    mach_msg_size_t size = sizeof(struct request) - sizeof(mach_msg_trailer_t);
    uint8_t *p = (uint8_t *)(uintptr_t)(memory + sent[i].offset);
    uint32_t seed = 17 * (i + 1) + apart;
    union {
        struct request r;
        struct answer a;
    } m;
    kern_return_t kr;

    fill(&m.r, sent[i].offset, sent[i].size, seed);
    if (apart) {
        kr = mach_msg(&m.r.header, MACH_SEND_MSG, size, 0, MACH_PORT_NULL, 0,
                      MACH_PORT_NULL);
        memset(p, 0x77, sent[i].size);
        if (kr == KERN_SUCCESS) {
            kr = mach_msg(&m.a.header, MACH_RCV_MSG, 0, sizeof(m), reply, 0,
                          MACH_PORT_NULL);
        }
    } else {
        kr = mach_msg(&m.r.header, MACH_SEND_MSG | MACH_RCV_MSG, size,
                      sizeof(m), reply, 0, MACH_PORT_NULL);
    }
    check(kr == KERN_SUCCESS && m.a.good == 1, sent[i].what,
          (uint64_t)kr);
    check(apart || is_pattern(p, seed, sent[i].size),
          "the receiver's writes are its own", 0);
}

/* With a new task and new ports. */
static void
send_all(void)
{
    struct request stop;
    kern_return_t kr;
    mach_port_t task;

    kr = vm_allocate(&memory, MEMORY, VM_FLAGS_ANYWHERE);
    CHECK_KR(kr, "memory to be sent");
    port = port_make();
    reply = port_make();
    task = task_make(MACH_PORT_NULL, server, 0, stack, sizeof(stack), NULL);
    kr = mach_port_insert_right(task, port, port, MACH_MSG_TYPE_MOVE_RECEIVE);
    CHECK_KR(kr, "the port is the other task's");
    kr = task_resume(task);
    CHECK_KR(kr, "which runs");
    for (unsigned i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
        send_one(i, false);
        send_one(i, true);
    }
    fill(&stop, 0, 0, STOP);
    mach_msg(&stop.header, MACH_SEND_MSG,
             sizeof(stop) - sizeof(stop.trailer), 0, MACH_PORT_NULL, 0,
             MACH_PORT_NULL);
    task_end(task, MACH_PORT_NULL);
    mach_port_deallocate_trap(port);
    port_end(reply);
    vm_deallocate(memory, MEMORY);
}

void
test_memory_sent(void)
{
    uint64_t before[16], after[16];

    send_all(); /* what is kept for reuse is there then */
    census(before);
    send_all();
    census(after);
    check(after[CENSUS_OBJECTS] == before[CENSUS_OBJECTS],
          "no object is left of it", after[CENSUS_OBJECTS]);
    check(after[CENSUS_PORTS] == before[CENSUS_PORTS] &&
              after[CENSUS_MESSAGES] == before[CENSUS_MESSAGES],
          "no port and no message", after[CENSUS_PORTS]);
    check(after[CENSUS_BYTES] == before[CENSUS_BYTES], "no byte of the kernel",
          after[CENSUS_BYTES] - before[CENSUS_BYTES]);
    check(after[CENSUS_PAGES] <= before[CENSUS_PAGES] + 8, "no pages",
          after[CENSUS_PAGES] - before[CENSUS_PAGES]);
}
