/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Those who must not notice: a bystander, and a server.
 */
#include "floods.h"

#define KEPT 32 /* pages that the bystander holds */
#define TICK (5 * MS)

/* One question to the server; KERN_SUCCESS when the answer is right. */
static kern_return_t
ask(mach_port_t reply, uint64_t value)
{
    struct echo m = {
        .head = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE),
                  .msgh_size = ECHO_SIZE,
                  .msgh_remote_port = server_port,
                  .msgh_local_port = reply,
                  .msgh_id = ECHO },
        .value = value,
    };
    kern_return_t kr = mach_msg(&m.head,
                                MACH_SEND_MSG | MACH_RCV_MSG |
                                    MACH_RCV_TIMEOUT,
                                ECHO_SIZE, sizeof(m), reply, 5000,
                                MACH_PORT_NULL);

    if (kr == KERN_SUCCESS && m.value != value + 1) {
        kr = KERN_INVALID_VALUE;
    }
    return kr;
}

static void
note_failure(kern_return_t kr, uint32_t where)
{
    if (kr != KERN_SUCCESS && shared->failed == 0) {
        shared->failed = (uint32_t)kr;
        shared->where = where;
    }
}

/* A page (written to, given back later) and an answer every few ms. */
void
bystander_main(uint64_t arg)
{
    vm_address_t kept[KEPT] = { 0 };
    mach_port_t reply = mach_reply_port();
    uint64_t last = clock_uptime(), now;

    (void)arg;
    for (uint64_t i = 0;; i++) {
        vm_address_t *page = &kept[i % KEPT];

        while (shared->hold) {
            shared->held = 1;
            clock_sleep(clock_uptime() + MS, 0);
            last = clock_uptime();
        }
        shared->held = 0;
        if (*page != 0) {
            note_failure(vm_deallocate(*page, PAGE), 1);
        }
        note_failure(vm_allocate(page, PAGE, VM_FLAGS_ANYWHERE), 2);
        *(volatile uint64_t *)*page = i; /* no handler: it would die */
        note_failure(ask(reply, i), 3);
        now = clock_uptime();
        if (now - last > shared->longest) {
            shared->longest = now - last;
        }
        last = now;
        shared->ticks++;
        clock_sleep(now + TICK, 0);
    }
}

/* Whoever asks gets an answer, if there is a way to give it. */
void
server_main(uint64_t arg)
{
    struct echo m;

    (void)arg;
    for (;;) {
        kern_return_t kr = mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof(m),
                                    server_port, 0, MACH_PORT_NULL);

        if (kr != KERN_SUCCESS) {
            continue; /* too large, or without room for its rights */
        }
        m.head.msgh_bits =
            MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(m.head.msgh_bits), 0);
        m.head.msgh_local_port = MACH_PORT_NULL;
        m.value++;
        kr = mach_msg(&m.head, MACH_SEND_MSG | MACH_SEND_TIMEOUT, ECHO_SIZE,
                      0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
        if (kr == KERN_SUCCESS) {
            shared->answered++;
        } else {
            shared->unanswered++;
            mach_msg_destroy(&m.head);
        }
    }
}
