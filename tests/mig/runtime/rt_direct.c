/* SPDX-License-Identifier: BSD-2-Clause */
/* The direct binding: what a caller sees is what the messages give. */
#include <string.h>
#include <mach/mig_direct.h>

#include "fake_mach.h"
#include "rt_direct_header.h"
#include "rt_server_state.h"
#include "tap.h"

static int copied;

mig_handle_t
handle_copy(mig_handle_t handle)
{
    copied++;
    return handle;
}

void
handle_release(mig_handle_t handle)
{
    (void)handle;
    copied--;
}

mach_port_t
handle_to_port(mig_handle_t handle, mach_msg_type_name_t *disposition)
{
    *disposition = MACH_MSG_TYPE_MAKE_SEND;
    return (mach_port_t)handle;
}

static void
test_direct_values(mig_handle_t o)
{
    int d = 100;
    uint64_t e = 0;
    char f = 0;
    char m[32];
    char w[64];
    int z = 0;
    uint32_t v[16] = {0};
    uint32_t fixed[8] = {1};
    uint64_t c[8] = {5};
    uint64_t fl[8];
    uint32_t h[8];
    mach_msg_type_number_t n = 16;
    mach_msg_type_number_t k = 8;
    mig_handle_t q = 0;

    ok(D_scalars(o, 5, -3000000000LL, 'x', &d, &e, &f) == KERN_SUCCESS &&
           d == 112 && f == 'y', "direct: scalars");
    ok(D_scalars(MIG_HANDLE_NULL, 5, 1, 'x', &d, &e, &f) ==
           MACH_SEND_INVALID_DEST, "direct: no object");
    ok(D_strings(o, "name", "variable", 3, m, w, &z) == KERN_SUCCESS &&
           strcmp(m, "variable") == 0 && z == 7, "direct: strings");
    memset(w, 'x', 63);
    w[63] = '\0';
    ok(D_strings(o, w, "v", 3, m, w, &z) == MIG_ARRAY_TOO_LARGE,
       "direct: the same limits");
    ok(D_arrays(o, v, 2, 7, c, 1, fixed, v, &n, fl, &k, &d, h) ==
           KERN_SUCCESS && n == 2 && k == 1 && fl[0] == 7 && h[0] == 1,
       "direct: arrays");
    n = 1;
    ok(D_arrays(o, v, 2, 7, c, 1, fixed, v, &n, fl, &k, &d, h) ==
           MIG_ARRAY_TOO_LARGE && n == 2, "direct: too little room");
    ok(D_other(o, (mig_handle_t)(uintptr_t)&second_object, &q) ==
           KERN_SUCCESS && state.x == 78 &&
           q == (mig_handle_t)(uintptr_t)&second_object,
       "direct: handles are objects");
    ok(fake_ranges() == 0, "direct: buffers are released");
}

static void
test_direct_rights(mig_handle_t o)
{
    mach_port_t p = fake_port();
    mach_port_t q = fake_port();
    mach_port_t r = 0;
    mach_port_t s = 0;
    mach_msg_type_name_t type = 0;
    uint8_t data[10] = {1, 2, 3};
    uint8_t *e = NULL;
    mach_msg_type_number_t n = 0;

    state.code = KERN_SUCCESS;
    state.take = FALSE;
    ok(D_ports(o, p, q, &r, &s, &type) == KERN_SUCCESS && r == q && s == p &&
           type == MACH_MSG_TYPE_PORT_SEND, "direct: rights");
    ok(fake_refs(p) == 2 && fake_refs(q) == 1,
       "direct: the same references as by message (%d, %d)", fake_refs(p),
       fake_refs(q));
    state.take = TRUE;
    ok(D_fails(o, KERN_SUCCESS, q) == KERN_SUCCESS && state.taken == q &&
           fake_refs(q) == 1, "direct: a given right is taken");
    state.take = FALSE;
    ok(D_fails(o, KERN_SUCCESS, q) == KERN_SUCCESS && fake_refs(q) == 0,
       "direct: a given right is dropped");
    ok(D_memory(o, data, 10, TRUE, &e, &n) == KERN_SUCCESS && n == 10 &&
           state.range != data && fake_ranges() == 2,
       "direct: taken memory is a copy");
    vm_deallocate((vm_address_t)(uintptr_t)e, n);
    vm_deallocate((vm_address_t)(uintptr_t)state.range, 10);
}

static void
test_direct_arrays(mig_handle_t o)
{
    mach_port_t kept[2] = {fake_port(), fake_port()};
    mach_port_t dropped[2] = {fake_port(), fake_port()};
    mach_port_t names[2];
    mach_port_t *k = NULL;
    mach_msg_type_number_t n = 0;

    memcpy(names, kept, sizeof(names));
    ok(D_portarray(o, names, 2, TRUE, &k, &n) == KERN_SUCCESS &&
           k[0] == 0x99 && fake_refs(kept[0]) == 1 && fake_refs(kept[1]) == 1,
       "direct: rights of an array are taken");
    vm_deallocate((vm_address_t)(uintptr_t)k, n * sizeof(*k));
    ok(D_portarray(o, dropped, 2, FALSE, &k, &n) == KERN_SUCCESS &&
           fake_refs(dropped[0]) == 0 && fake_refs(dropped[1]) == 0,
       "direct: or dropped");
    vm_deallocate((vm_address_t)(uintptr_t)k, n * sizeof(*k));
    ok(fake_ranges() == 0, "direct: no range is left");
}

static void
test_direct_queue(mig_handle_t o)
{
    mach_port_t p = fake_port();
    char name[8] = "queued";

    state.x = 0;
    ok(D_oneway(o, 5, name, p) == KERN_SUCCESS && state.x == 0,
       "direct: a simpleroutine is not run at once");
    ok(copied == 1 && fake_refs(p) == 2, "direct: its arguments are kept");
    name[0] = '?';
    ok(mig_direct_run() && state.x == 12 && strcmp(state.name, "queued") == 0,
       "direct: but by the loop");
    ok(copied == 0 && fake_refs(p) == 1 && fake_ranges() == 0,
       "direct: nothing is left");
    ok(!mig_direct_run(), "direct: the queue is empty");
}

void
test_direct(void)
{
    mig_handle_t o = (mig_handle_t)(uintptr_t)&the_object;

    test_direct_values(o);
    test_direct_rights(o);
    test_direct_arrays(o);
    test_direct_queue(o);
}
