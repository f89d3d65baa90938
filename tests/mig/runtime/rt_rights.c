/* SPDX-License-Identifier: BSD-2-Clause */
/* Rights and memory: every reference is accounted for after each call. */
#include <string.h>

#include "fake_mach.h"
#include "rt.h"
#include "rt_server_state.h"
#include "rtc.h"
#include "rtc_server.h"
#include "rt_server.h"
#include "tap.h"

#define OBJECT ((mig_handle_t)0x44)

static void
test_taking(void)
{
    mach_port_t p = fake_port();
    mach_port_t q = fake_port();
    mach_port_t r = 0;
    mach_port_t s = 0;
    mach_msg_type_name_t type = 0;

    state.code = KERN_SUCCESS;
    state.take = FALSE;
    ok(U_ports(OBJECT, p, q, &r, &s, &type) == KERN_SUCCESS, "ports");
    ok(r == q && s == p && type == MACH_MSG_TYPE_PORT_SEND, "rights arrive");
    /* q: moved and dropped, then a new one made; p: copied, and back. */
    ok(fake_refs(p) == 2 && fake_refs(q) == 1, "not taken: dropped (%d, %d)",
       fake_refs(p), fake_refs(q));
    state.take = TRUE;
    ok(U_fails(OBJECT, KERN_SUCCESS, q) == KERN_SUCCESS && state.taken == q &&
           fake_refs(q) == 1, "taken on success: the routine's");
    ok(U_fails(OBJECT, KERN_FAILURE, q) == KERN_FAILURE && fake_refs(q) == 1,
       "taken on error: the routine's");
    state.take = FALSE;
    ok(U_fails(OBJECT, KERN_FAILURE, q) == KERN_FAILURE && fake_refs(q) == 0,
       "not taken on error: dropped");
    ok(U_fails(OBJECT, KERN_SUCCESS, MACH_PORT_NULL) == KERN_SUCCESS,
       "a null right");
}

static void
test_memory(void)
{
    uint8_t data[100];
    uint8_t *e = NULL;
    mach_msg_type_number_t n = 0;

    memset(data, 3, sizeof(data));
    ok(U_memory(OBJECT, data, 100, FALSE, &e, &n) == KERN_SUCCESS &&
           n == 100 && e[99] == 3, "out-of-line memory in and out");
    ok(fake_ranges() == 1, "one range is left: the caller's");
    vm_deallocate((vm_address_t)(uintptr_t)e, n);
    ok(U_memory(OBJECT, data, 100, TRUE, &e, &n) == KERN_SUCCESS &&
           fake_ranges() == 2 && memcmp(state.range, data, 100) == 0,
       "memory that the routine takes stays");
    vm_deallocate((vm_address_t)(uintptr_t)e, n);
    vm_deallocate((vm_address_t)(uintptr_t)state.range, 100);
    ok(U_memory(OBJECT, NULL, 0, FALSE, &e, &n) == KERN_SUCCESS && n == 0 &&
           fake_ranges() == 0, "no memory at all");
}

static void
test_port_arrays(void)
{
    mach_port_t in[3] = {fake_port(), fake_port(), fake_port()};
    mach_port_t two[2] = {fake_port(), fake_port()};
    mach_port_t back[2];
    mach_port_t *k = NULL;
    mach_msg_type_number_t n = 0;

    ok(U_portarray(OBJECT, in, 3, TRUE, &k, &n) == KERN_SUCCESS && n == 1 &&
           k[0] == 0x99 && state.ports == 3, "an array of rights");
    ok(fake_refs(in[0]) == 1 && fake_refs(in[2]) == 1,
       "taken one by one: the routine's");
    vm_deallocate((vm_address_t)(uintptr_t)k, 4);
    ok(U_portarray(OBJECT, in, 3, FALSE, &k, &n) == KERN_SUCCESS &&
           fake_refs(in[0]) == 0 && fake_refs(in[1]) == 0,
       "not taken: all are dropped");
    vm_deallocate((vm_address_t)(uintptr_t)k, 4);
    ok(U_portarray(OBJECT, in, 9, FALSE, &k, &n) == MIG_ARRAY_TOO_LARGE,
       "more rights than the bound");
    ok(U_twoports(OBJECT, two, back) == KERN_SUCCESS && back[0] == two[1] &&
           back[1] == two[0], "a fixed array of rights");
    ok(fake_ranges() == 0, "no range is left");
}

static void
test_classic(void)
{
    mach_port_t q = fake_port();
    mach_port_t r = 0;

    fake_server = &S_rtc_subsystem;
    ok(U_classic(0x44, KERN_SUCCESS, q, &r) == KERN_SUCCESS && r == q &&
           fake_refs(q) == 1, "classic: the routine owns it on success");
    ok(U_classic(0x44, KERN_FAILURE, q, &r) == KERN_FAILURE &&
           fake_refs(q) == 0, "classic: destroyed on error");
    q = fake_port();
    ok(U_classic_oneway(0x44, q, KERN_SUCCESS) == KERN_SUCCESS &&
           fake_refs(q) == 1, "classic simpleroutine: owned");
    ok(U_classic_oneway(0x44, q, KERN_FAILURE) == KERN_SUCCESS &&
           fake_refs(q) == 0, "classic simpleroutine: destroyed on error");
    fake_server = &S_rt_subsystem;
}

/* samecount: three arrays in, three out, two counts. */
static void
test_group(void)
{
    static const int a[6] = {1, 2, 3, 4, 5, 6};
    static const int64_t b[4] = {10, 20, 30, 40};
    mach_port_t q[3] = {fake_port(), fake_port(), fake_port()};
    int c[6];
    int64_t d[6];
    mach_port_t *e = NULL;
    mach_msg_type_number_t n = 4;
    int sum = 0;

    fake_server = &S_rtc_subsystem;
    ok(U_group(0x44, a, 3, b, q, -1, c, &n, d, &e, &sum) == KERN_SUCCESS &&
           n == 3 && sum == 65 && c[2] == 6 && d[2] == 60 && e[2] == q[2],
       "arrays with one count (%d, %d)", (int)n, sum);
    ok(state.room == 4, "the routine is told the smallest room");
    ok(fake_last_request->msgh_size == 24 + 4 + 16 + 8 + 4 + 16 + 24 + 4 &&
           fake_last_reply->msgh_size == 24 + 4 + 16 + 8 + 4 + 4 + 12 + 24 +
           4, "one count on the wire (%u, %u)",
       fake_last_request->msgh_size, fake_last_reply->msgh_size);
    vm_deallocate((vm_address_t)(uintptr_t)e, 3 * sizeof(*e));
    n = 2;
    ok(U_group(0x44, a, 3, b, q, -1, c, &n, d, &e, &sum) ==
           MIG_ARRAY_TOO_LARGE && n == 3, "too little room for one is for all");
    n = 6;
    ok(U_group(0x44, a, 5, b, q, -1, c, &n, d, &e, &sum) ==
           MIG_ARRAY_TOO_LARGE, "more than the smaller array takes");
    ok(fake_ranges() == 0, "no range is left");
    fake_server = &S_rt_subsystem;
}

static void
test_failures(void)
{
    int d = 1;
    uint64_t e = 2;
    char f = 3;
    int rights = fake_rights();

    fake_failure = MACH_SEND_INVALID_DEST;
    ok(U_scalars(OBJECT, 1, 1, 1, &d, &e, &f) == MACH_SEND_INVALID_DEST &&
           d == 1 && e == 2 && f == 3, "a failed send writes nothing");
    fake_failure = MACH_RCV_INTERRUPTED;
    ok(U_scalars(OBJECT, 1, 1, 1, &d, &e, &f) == MACH_RCV_INTERRUPTED,
       "a failed receive");
    fake_failure = 0;
    ok(U_fails(OBJECT, 4711, MACH_PORT_NULL) == 4711,
       "a routine's error is the stub's");
    ok(fake_rights() == rights, "no right is lost or made");
}

void
test_rights(void)
{
    test_taking();
    test_memory();
    test_port_arrays();
    test_classic();
    test_group();
    test_failures();
}
