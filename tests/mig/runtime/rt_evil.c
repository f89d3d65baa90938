/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that no honest program sends.  Requests are those of the stubs,
 * changed; each is delivered in a block of its exact size, so that the
 * address sanitizer sees every byte read outside.
 */
#include <stdlib.h>
#include <string.h>

#include "fake_mach.h"
#include "rt.h"
#include "rt_server.h"
#include "rt_server_state.h"
#include "tap.h"

#define OBJECT ((mig_handle_t)0x44)
#define ROOM 0x12000

static uint64_t request_space[ROOM / 8];
static mach_msg_header_t *const request = (mach_msg_header_t *)request_space;

static void
load_request(void)
{
    memset(request_space, 0, sizeof(request_space));
    memcpy(request, fake_last_request, fake_last_request->msgh_size);
}

static void
store(unsigned at, uint32_t value)
{
    memcpy((char *)request + at, &value, sizeof(value));
}

static void
send_arrays(void)
{
    uint32_t a[16] = {1, 2, 3};
    uint32_t e[16];
    uint32_t h[8] = {0};
    uint64_t c[8] = {1, 2};
    uint64_t f[8];
    mach_msg_type_number_t en = 16;
    mach_msg_type_number_t fn = 8;
    int g;

    U_arrays(OBJECT, a, 3, 1, c, 2, h, e, &en, f, &fn, &g, h);
    load_request();
}

static void
send_strings(void)
{
    char m[32];
    char w[64];
    int z;

    U_strings(OBJECT, "name", "variable", 3, m, w, &z);
    load_request();
}

/* Every size but the right one. */
static void
every_size(const char *name)
{
    mach_msg_size_t right = request->msgh_size;
    int good = 1;

    for (mach_msg_size_t size = 24; size < right + 64; size += 4) {
        request->msgh_size = size;
        if (size != right &&
            fake_deliver(request, NULL) != MIG_BAD_ARGUMENTS) {
            good = 0;
            printf("# %s: size %u is accepted\n", name, size);
        }
    }
    request->msgh_size = right;
    ok(good, "%s: every wrong size is refused", name);
}

static void
test_sizes(void)
{
    pair_t s = {1, 2};
    int d = 1;
    uint64_t e;
    char f;

    U_scalars(OBJECT, 1, 2, 3, &d, &e, &f);
    load_request();
    every_size("scalars");
    request->msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    ok(fake_deliver(request, NULL) == MIG_BAD_ARGUMENTS,
       "a complex bit where none belongs");
    send_arrays();
    every_size("arrays");
    send_strings();
    every_size("strings");
    U_structs(OBJECT, s, &s);
    load_request();
    every_size("structs");
}

static void
test_counts(void)
{
    static const uint32_t counts[] = {5, 2, 17, 0x40000000, 0x7fffffff,
                                      0x80000000, 0xffffffff, 0x3ffffffd};
    int good = 1;

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        send_arrays();
        store(32, counts[i]); /* aCnt */
        good = good && fake_deliver(request, NULL) == MIG_BAD_ARGUMENTS;
        send_arrays();
        store(52, counts[i]); /* cCnt, behind a and b */
        good = good && (counts[i] == 2 ||
                        fake_deliver(request, NULL) == MIG_BAD_ARGUMENTS);
    }
    ok(good, "counts that lie are refused");
    send_strings();
    memset((char *)request + 32, 'x', 32);
    ok(fake_deliver(request, NULL) == MIG_BAD_ARGUMENTS,
       "a fixed string without NUL");
    send_strings();
    ((char *)request)[70] = '\0';
    ok(fake_deliver(request, NULL) == MIG_BAD_ARGUMENTS,
       "a variable string with a NUL inside");
    send_strings();
    ((char *)request)[76] = 'x';
    ok(fake_deliver(request, NULL) == MIG_BAD_ARGUMENTS,
       "a variable string without its NUL");
}

static uint32_t
random_word(void)
{
    static uint64_t seed = 12345;

    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(seed >> 33);
}

/* Random bodies and sizes: nothing may be read outside, nothing lost. */
static void
fuzz(const char *name, unsigned body)
{
    static uint64_t original[ROOM / 8];
    int rights = fake_rights();
    int ranges = fake_ranges();

    memcpy(original, request_space, sizeof(original));
    for (int i = 0; i < 20000; i++) {
        mach_msg_size_t size = request->msgh_size;

        for (unsigned n = random_word() % 3 + 1; n != 0; n--) {
            unsigned at = body + random_word() % (size - body);

            ((unsigned char *)request)[at] = (unsigned char)random_word();
        }
        if (random_word() % 4 == 0) {
            request->msgh_size = body + random_word() % (size + 40 - body) /
                                 4 * 4;
        }
        fake_deliver(request, NULL);
        memcpy(request_space, original, sizeof(original));
    }
    ok(fake_rights() == rights && fake_ranges() == ranges,
       "%s: 20000 random messages lose no right and no range", name);
}

static void
test_fuzz(void)
{
    send_arrays();
    fuzz("arrays", 24);
    send_strings();
    fuzz("strings", 24);
    U_oneway(OBJECT, 1, "fuzzed", fake_port());
    load_request();
    fuzz("oneway", 40);
}

static void
change_disposition(mach_msg_header_t *m)
{
    mach_msg_port_descriptor_t *d =
        (mach_msg_port_descriptor_t *)(void *)((char *)m + 28);

    d->disposition = MACH_MSG_TYPE_PORT_SEND_ONCE;
}

static void
change_count(mach_msg_header_t *m)
{
    ((mach_msg_body_t *)(m + 1))->msgh_descriptor_count = 0;
}

static void
change_ool_size(mach_msg_header_t *m)
{
    mach_msg_ool_descriptor_t *d =
        (mach_msg_ool_descriptor_t *)(void *)((char *)m + 28);

    d->size--;
}

static void
change_to_simple(mach_msg_header_t *m)
{
    m->msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
}

static void
test_descriptors(void)
{
    uint8_t data[16] = {1};
    uint8_t *e = NULL;
    mach_msg_type_number_t n = 0;
    mach_port_t p;

    p = fake_port();
    fake_change_request = change_disposition;
    ok(U_fails(OBJECT, 0, p) == MIG_TYPE_ERROR && fake_refs(p) == 0,
       "a right of the wrong kind is refused and destroyed");
    fake_change_request = change_count;
    p = fake_port();
    ok(U_fails(OBJECT, 0, p) == MIG_TYPE_ERROR, "too few descriptors");
    fake_change_request = change_to_simple;
    ok(U_fails(OBJECT, 0, p) == MIG_BAD_ARGUMENTS, "no complex bit");
    fake_change_request = change_ool_size;
    ok(U_memory(OBJECT, data, 16, FALSE, &e, &n) == MIG_TYPE_ERROR &&
           fake_ranges() == 0, "a range that is not as long as its count");
    fake_change_request = NULL;
    p = fake_port();
    U_fails(OBJECT, 0, p);
    load_request();
    ((mach_msg_port_descriptor_t *)(void *)((char *)request + 28))->type =
        MACH_MSG_OOL_DESCRIPTOR;
    store(28, 0);
    store(32, 0);
    store(40, 0);
    ok(fake_deliver(request, NULL) == MIG_TYPE_ERROR,
       "memory where a right belongs");
}

static void
test_ids(void)
{
    int d = 1;
    uint64_t e;
    char f;

    U_scalars(OBJECT, 1, 2, 3, &d, &e, &f);
    load_request();
    request->msgh_id = 5007;
    ok(fake_deliver(request, NULL) == MIG_BAD_ID, "a skipped id");
    request->msgh_id = 4999;
    ok(fake_deliver(request, NULL) == MIG_BAD_ID, "an id below");
    request->msgh_id = (mach_msg_id_t)0x80000000;
    ok(fake_deliver(request, NULL) == MIG_BAD_ID, "a negative id");
    request->msgh_id = S_rt_subsystem.end;
    ok(fake_deliver(request, NULL) == MIG_BAD_ID, "an id above");
}

static void reply_id(mach_msg_header_t *m) { m->msgh_id++; }
static void reply_short(mach_msg_header_t *m) { m->msgh_size -= 4; }
static void reply_long(mach_msg_header_t *m) { m->msgh_size += 4; }
static void reply_died(mach_msg_header_t *m) { m->msgh_id = 71; }

static void
reply_complex(mach_msg_header_t *m)
{
    m->msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    ((mach_msg_body_t *)(m + 1))->msgh_descriptor_count = 0;
}

static void
reply_count(mach_msg_header_t *m)
{
    ((uint32_t *)m)[9] = 0x40000001;
}

static kern_return_t
call_arrays(void (*change)(mach_msg_header_t *))
{
    uint32_t a[16] = {1, 2, 3};
    uint32_t e[16];
    uint32_t h[8] = {0};
    uint64_t c[8] = {1, 2};
    uint64_t f[8];
    mach_msg_type_number_t en = 16;
    mach_msg_type_number_t fn = 8;
    int g;
    kern_return_t kr;

    fake_change_reply = change;
    kr = U_arrays(OBJECT, a, 3, 1, c, 2, h, e, &en, f, &fn, &g, h);
    fake_change_reply = NULL;
    return kr;
}

static void
reply_random(mach_msg_header_t *m)
{
    for (unsigned n = random_word() % 3 + 1; n != 0; n--) {
        ((unsigned char *)m)[32 + random_word() % (m->msgh_size - 32)] =
            (unsigned char)random_word();
    }
    if (random_word() % 4 == 0) {
        m->msgh_size = 24 + random_word() % m->msgh_size / 4 * 4;
    }
}

static void
test_replies(void)
{
    ok(call_arrays(NULL) == KERN_SUCCESS, "an honest reply");
    ok(call_arrays(reply_id) == MIG_REPLY_MISMATCH, "a reply's wrong id");
    ok(call_arrays(reply_died) == MIG_SERVER_DIED, "a server that died");
    ok(call_arrays(reply_short) == MIG_BAD_ARGUMENTS, "a short reply");
    ok(call_arrays(reply_long) == MIG_BAD_ARGUMENTS, "a long reply");
    ok(call_arrays(reply_complex) == MIG_TYPE_ERROR, "a complex reply");
    ok(call_arrays(reply_count) == MIG_BAD_ARGUMENTS, "a reply's count lies");
    for (int i = 0; i < 20000; i++) {
        call_arrays(reply_random);
    }
    ok(1, "20000 random replies");
}

void
test_evil(void)
{
    test_sizes();
    test_counts();
    test_descriptors();
    test_ids();
    test_replies();
    test_fuzz();
}
