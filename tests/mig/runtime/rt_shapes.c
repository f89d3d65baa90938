/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages with rights and memory whose parts do not fit together, in either
 * direction, and what a reply must not carry: bytes of earlier messages.
 */
#include <stdlib.h>
#include <string.h>

#include "fake_mach.h"
#include "rt.h"
#include "rt_server.h"
#include "rt_server_state.h"
#include "tap.h"

#define OBJECT ((mig_handle_t)0x44)
#define FIRST 28u  /* the first descriptor */
#define COUNT 52u  /* the count behind one descriptor of memory, in requests */
#define RCOUNT 56u /* the same in replies, behind RetCode */

static unsigned change_at;
static uint32_t change_to;

static void
change_word(mach_msg_header_t *m)
{
    memcpy((char *)m + change_at, &change_to, sizeof(change_to));
}

static void
grow(mach_msg_header_t *m)
{
    m->msgh_size += 4;
}

static void
shrink(mach_msg_header_t *m)
{
    m->msgh_size -= 4;
}

static void
wrong_port(mach_msg_header_t *m)
{
    ((mach_msg_port_descriptor_t *)(void *)((char *)m + change_at))
        ->disposition = MACH_MSG_TYPE_PORT_SEND_ONCE;
}

static void
wrong_ports(mach_msg_header_t *m)
{
    ((mach_msg_ool_ports_descriptor_t *)(void *)((char *)m + FIRST))
        ->disposition = MACH_MSG_TYPE_PORT_RECEIVE;
}

static void
fail_whole(mach_msg_header_t *m)
{
    ((mig_reply_error_t *)m)->RetCode = KERN_FAILURE;
}

static kern_return_t
call_memory(void)
{
    uint8_t data[16] = {1};
    uint8_t *e = NULL;
    mach_msg_type_number_t n = 0;
    kern_return_t kr = U_memory(OBJECT, data, 16, FALSE, &e, &n);

    if (kr == KERN_SUCCESS) {
        vm_deallocate((vm_address_t)(uintptr_t)e, n);
    }
    return kr;
}

static kern_return_t
call_port_array(void)
{
    mach_port_t in[3] = {fake_port(), fake_port(), fake_port()};
    mach_port_t *k = NULL;
    mach_msg_type_number_t n = 0;
    kern_return_t kr = U_portarray(OBJECT, in, 3, FALSE, &k, &n);

    if (kr == KERN_SUCCESS) {
        vm_deallocate((vm_address_t)(uintptr_t)k, 4);
    }
    return kr;
}

static kern_return_t
call_two_ports(void)
{
    mach_port_t two[2] = {fake_port(), fake_port()};
    mach_port_t back[2];

    return U_twoports(OBJECT, two, back);
}

static void
request_is(kern_return_t (*call)(void), void (*change)(mach_msg_header_t *),
           kern_return_t code, const char *what)
{
    int ranges = fake_ranges();

    fake_change_request = change;
    ok(call() == code && fake_ranges() == ranges, "request: %s", what);
    fake_change_request = NULL;
}

static void
reply_is(kern_return_t (*call)(void), void (*change)(mach_msg_header_t *),
         kern_return_t code, const char *what)
{
    int ranges = fake_ranges();

    fake_change_reply = change;
    ok(call() == code && fake_ranges() == ranges, "reply: %s", what);
    fake_change_reply = NULL;
}

static void
test_requests(void)
{
    static const uint32_t counts[] = {0, 15, 17, 0x10000010, 0x40000010,
                                      0x80000010, 0xffffffff};

    request_is(call_memory, grow, MIG_BAD_ARGUMENTS, "memory, 4 too long");
    request_is(call_memory, shrink, MIG_BAD_ARGUMENTS, "memory, 4 too short");
    request_is(call_two_ports, grow, MIG_BAD_ARGUMENTS, "rights, too long");
    request_is(call_two_ports, shrink, MIG_BAD_ARGUMENTS, "rights, too short");
    change_at = COUNT;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        change_to = counts[i];
        request_is(call_memory, change_word, MIG_TYPE_ERROR,
                   "a count of bytes that is not the range's");
        request_is(call_port_array, change_word, MIG_TYPE_ERROR,
                   "a count of rights that is not the array's");
    }
    request_is(call_port_array, wrong_ports, MIG_TYPE_ERROR,
               "an array of rights of the wrong kind");
    change_at = FIRST + 12;
    request_is(call_two_ports, wrong_port, MIG_TYPE_ERROR,
               "the second right of the wrong kind");
}

static void
test_answers(void)
{
    change_at = RCOUNT;
    change_to = 0x40000010;
    reply_is(call_memory, change_word, MIG_TYPE_ERROR,
             "a count of bytes that is not the range's");
    change_to = 9;
    reply_is(call_port_array, change_word, MIG_TYPE_ERROR,
             "more rights than the bound");
    reply_is(call_port_array, wrong_ports, MIG_TYPE_ERROR,
             "an array of rights of the wrong kind");
    change_at = FIRST;
    reply_is(call_two_ports, wrong_port, MIG_TYPE_ERROR,
             "the first right of the wrong kind");
    change_at = FIRST + 12;
    reply_is(call_two_ports, wrong_port, MIG_TYPE_ERROR,
             "the second right of the wrong kind");
    reply_is(call_memory, grow, MIG_TYPE_ERROR, "memory, 4 too long");
    reply_is(call_two_ports, shrink, MIG_TYPE_ERROR, "rights, too short");
}

/* fake_mach.c fills the room for a reply with 0xee before the stub. */
static int
has_stale_bytes(const mach_msg_header_t *m)
{
    const unsigned char *byte = (const unsigned char *)m;

    for (mach_msg_size_t i = 24; i < m->msgh_size; i++) {
        if (byte[i] == 0xee) {
            return 1;
        }
    }
    return 0;
}

static void
test_stale(void)
{
    pair_t s = {1, 2};
    uint32_t v[16];
    mach_msg_type_number_t n = 3;
    int d = 1;
    uint64_t e;
    char f;
    char m[32];
    char w[64];
    int z;

    U_scalars(OBJECT, 1, 2, 3, &d, &e, &f);
    ok(!has_stale_bytes(fake_last_reply), "no stale bytes: scalars");
    U_strings(OBJECT, "a", "b", 1, m, w, &z);
    ok(!has_stale_bytes(fake_last_reply), "no stale bytes: strings");
    U_structs(OBJECT, s, &s);
    ok(!has_stale_bytes(fake_last_reply), "no stale bytes: structures");
    U_room(OBJECT, v, &n);
    ok(!has_stale_bytes(fake_last_reply), "no stale bytes: an array");
    call_memory();
    ok(!has_stale_bytes(fake_last_reply), "no stale bytes: memory");
    fake_change_reply = fail_whole;
    d = 1;
    e = 77;
    ok(U_scalars(OBJECT, 1, 2, 3, &d, &e, &f) == KERN_FAILURE && d == 1 &&
           e == 77, "a failure in a whole reply: no result is written");
    fake_change_reply = NULL;
}

void
test_shapes(void)
{
    test_requests();
    test_answers();
    test_stale();
}
