/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of every shape through the message binding. */
#include <stdlib.h>
#include <string.h>

#include "fake_mach.h"
#include "rt.h"
#include "rt_server_state.h"
#include "tap.h"

#define OBJECT ((mig_handle_t)0x44)

static void
test_scalars(void)
{
    int d = 100;
    uint64_t e = 0;
    char f = 0;

    ok(U_scalars(OBJECT, 5, -3000000000LL, 'x', &d, &e, &f) == KERN_SUCCESS,
       "scalars succeeds");
    ok(d == 112, "inout int");
    ok(e == (uint64_t)-6000000000LL, "64-bit in and out");
    ok(f == 'y', "char in and out");
    ok(fake_last_request->msgh_size == 56 && fake_last_reply->msgh_size == 52,
       "sizes are those of the layout (%u, %u)", fake_last_request->msgh_size,
       fake_last_reply->msgh_size);
    ok(((const char *)fake_last_request)[49] == 0 &&
           ((const char *)fake_last_request)[51] == 0,
       "padding behind the char is zero");
}

static void
test_strings(void)
{
    char m[32] = "?";
    char w[64] = "?";
    char long_name[64];
    int z = 0;

    ok(U_strings(OBJECT, "name", "a variable one", 3, m, w, &z) ==
           KERN_SUCCESS, "strings succeeds");
    ok(strcmp(m, "a variable one") == 0 && strcmp(w, "name") == 0 && z == 7,
       "strings and what follows them");
    ok(fake_last_reply->msgh_size == 84,
       "the variable string is sent short (%u)", fake_last_reply->msgh_size);
    memset(long_name, 'n', 63);
    long_name[63] = '\0';
    ok(U_strings(OBJECT, "n", long_name, 3, m, w, &z) == KERN_SUCCESS,
       "longest variable string");
    ok(U_strings(OBJECT, long_name, "", 3, m, w, &z) == MIG_ARRAY_TOO_LARGE,
       "a string without its NUL in the space is refused");
    long_name[31] = '\0';
    ok(U_strings(OBJECT, long_name, "", 3, m, w, &z) == KERN_SUCCESS,
       "a string that just fits");
    ok(strcmp(w, long_name) == 0 && m[0] == '\0', "it arrived");
}

static void
one_array_call(unsigned n, unsigned k)
{
    uint32_t a[16];
    uint32_t e[16];
    uint32_t h[8];
    uint64_t c[8];
    uint64_t f[8];
    uint32_t fixed[8] = {9, 8, 7, 6, 5, 4, 3, 2};
    mach_msg_type_number_t en = 16;
    mach_msg_type_number_t fn = 8;
    int g = 0;
    int good;

    for (unsigned i = 0; i < 16; i++) {
        a[i] = i * 3;
    }
    for (unsigned i = 0; i < 8; i++) {
        c[i] = i * 0x100000001ull;
    }
    good = U_arrays(OBJECT, a, n, 77, c, k, fixed, e, &en, f, &fn, &g, h) ==
               KERN_SUCCESS && en == n && fn == k && g == 77 &&
           memcmp(h, fixed, sizeof(h)) == 0;
    for (unsigned i = 0; good && i < n; i++) {
        good = e[i] == a[i] + 1;
    }
    for (unsigned i = 0; good && i < k; i++) {
        good = f[i] == c[i] + 2;
    }
    ok(good, "arrays of %u and %u elements", n, k);
}

static void
test_arrays(void)
{
    static const unsigned counts[][2] = {{0, 0}, {1, 0}, {0, 1}, {1, 1},
                                         {2, 3}, {3, 8}, {16, 8}};
    uint32_t a[17] = {0};
    uint32_t e[16];
    uint32_t h[8] = {0};
    uint64_t f[8];
    mach_msg_type_number_t en = 2;
    mach_msg_type_number_t fn = 8;
    int g = 5;

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        one_array_call(counts[i][0], counts[i][1]);
    }
    ok(U_arrays(OBJECT, a, 17, 1, f, 0, h, e, &en, f, &fn, &g, h) ==
           MIG_ARRAY_TOO_LARGE, "an array past its bound is refused");
    ok(U_arrays(OBJECT, a, 3, 1, NULL, 0, h, e, &en, f, &fn, &g, h) ==
           MIG_ARRAY_TOO_LARGE && en == 3 && g == 5,
       "too little room is told, and nothing is written");
    en = 16;
    state.overflow = TRUE;
    ok(U_arrays(OBJECT, a, 3, 1, NULL, 0, h, e, &en, f, &fn, &g, h) ==
           MIG_ARRAY_TOO_LARGE, "a routine that claims too much is refused");
    state.overflow = FALSE;
}

static void
test_others(void)
{
    pair_t s = {1, 2};
    pair_t p = {10, 20};
    uint32_t v[16];
    uint32_t first = 0;
    uint32_t seqno = 0;
    static uint8_t big[16384];
    static uint8_t back[16384];
    mach_msg_type_number_t n = 3;
    int got = 0;

    ok(U_structs(OBJECT, s, &p) == KERN_SUCCESS && p.a == 11 && p.b == 22,
       "structs by value");
    ok(U_room(OBJECT, v, &n) == KERN_SUCCESS && state.room == 3 && n == 3 &&
           v[2] == 2, "countinout tells the server the room");
    ok(U_token(OBJECT, &first, &seqno) == KERN_SUCCESS && first == 42 &&
           seqno == 41, "audit token and sequence number");
    memset(big, 5, sizeof(big));
    n = sizeof(back);
    ok(U_big(OBJECT, big, sizeof(big), back, &n, &got) == KERN_SUCCESS &&
           n == sizeof(big) && got == (int)sizeof(big) &&
           memcmp(big, back, n) == 0, "a message of 16 KiB");
    n = sizeof(back);
    ok(U_big(OBJECT, big, 5, back, &n, &got) == KERN_SUCCESS && n == 5,
       "the same routine with little data");
    n = 100;
    ok(U_big(OBJECT, big, 5000, back, &n, &got) == MIG_ARRAY_TOO_LARGE,
       "more data than the caller's room");
    ok(fake_ranges() == 0, "all buffers are released");
}

static void
test_deferred(void)
{
    uint32_t v[16];
    uint32_t w[16];
    char q[64];
    char r[64];
    mach_port_t port = 0;
    mach_msg_type_number_t n = 16;
    mach_msg_header_t *direct;

    ok(U_later(OBJECT, 0, v, &n, q, &port) == KERN_SUCCESS && n == 3,
       "a deferrable routine that answers at once");
    direct = fake_last_reply;
    fake_last_reply = NULL;
    n = 16;
    ok(U_later(OBJECT, 1, w, &n, r, &port) == KERN_SUCCESS && n == 3 &&
           w[2] == 3 && strcmp(r, "late") == 0 && port == 0x66,
       "and later");
    ok(direct->msgh_size == fake_last_reply->msgh_size &&
           memcmp(direct + 1, fake_last_reply + 1,
                  direct->msgh_size - sizeof(*direct)) == 0,
       "both replies are the same to the byte");
    free(direct);
    ok(U_later(OBJECT, 1234, w, &n, r, &port) == 1234, "a late error");
    ok(U_oneway(OBJECT, 5, "one", 0x99) == KERN_SUCCESS && state.x == 12 &&
           strcmp(state.name, "one") == 0 && state.port == 0x99,
       "a simpleroutine");
}

static void
test_objects(void)
{
    mig_handle_t q = 0;

    ok(U_other(OBJECT, 0x55, &q) == KERN_SUCCESS && state.x == 78 &&
           q == 0x55, "objects by payload, by name, and back");
    ok(U_other(OBJECT, 0x54, &q) == KERN_SUCCESS && state.x == 70,
       "a name that is no object is null");
    ok(the_object.in_use == 0 && second_object.in_use == 0,
       "each translation is undone");
    fake_payload = 0;
    ok(U_other(OBJECT, 0x55, &q) == KERN_INVALID_ARGUMENT,
       "a request to no object");
    fake_payload = (uint64_t)(uintptr_t)&the_object;
}

void
test_values(void)
{
    test_scalars();
    test_strings();
    test_arrays();
    test_others();
    test_deferred();
    test_objects();
}
