/* SPDX-License-Identifier: BSD-2-Clause */
/* The routines of rt.defs and rtc.defs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mach/mig_take.h>

#include "fake_mach.h"
#include "rt_replies.h"
#include "rt_server.h"
#include "rt_server_state.h"
#include "rtc_server.h"

struct object the_object = {7, 0};
struct object second_object = {8, 0};
struct server_state state;

object_ref_t
object_from_payload(uint64_t payload)
{
    object_ref_t o = (object_ref_t)(uintptr_t)payload;

    if (o != NULL) {
        o->in_use++;
    }
    return o;
}

object_ref_t
object_from_port(mach_port_t port)
{
    object_ref_t o = port == 0x55 ? &second_object : NULL;

    if (o != NULL) {
        o->in_use++;
    }
    return o;
}

mach_port_t
object_to_port(object_ref_t o)
{
    return o == &second_object ? 0x55 : 0x44;
}

void
object_done(object_ref_t o)
{
    o->in_use--;
}

kern_return_t
S_scalars(object_ref_t o, int a, int64_t b, char c, int *d, uint64_t *e,
          char *f)
{
    *d = *d + a + o->number;
    *e = (uint64_t)(b * 2);
    *f = (char)(c + 1);
    return KERN_SUCCESS;
}

kern_return_t
S_strings(object_ref_t o, const char *n, const char *v, int after, char *m,
          char *w, int *z)
{
    (void)o;
    snprintf(m, 32, "%s", v);
    snprintf(w, 64, "%s", n);
    *z = after + (int)strlen(n);
    return KERN_SUCCESS;
}

kern_return_t
S_arrays(object_ref_t o, const uint32_t *a, mach_msg_type_number_t aCnt,
         int b, const uint64_t *c, mach_msg_type_number_t cCnt,
         const uint32_t *d, uint32_t *e, mach_msg_type_number_t *eCnt,
         uint64_t *f, mach_msg_type_number_t *fCnt, int *g, uint32_t *h)
{
    (void)o;
    if (*eCnt != 16 || *fCnt != 8) {
        return KERN_FAILURE;
    }
    for (unsigned i = 0; i < aCnt; i++) {
        e[i] = a[i] + 1;
    }
    for (unsigned i = 0; i < cCnt; i++) {
        f[i] = c[i] + 2;
    }
    memcpy(h, d, 32);
    *eCnt = state.overflow ? 17 : aCnt;
    *fCnt = cCnt;
    *g = b;
    return KERN_SUCCESS;
}

kern_return_t
S_structs(object_ref_t o, pair_t s, pair_t *p)
{
    (void)o;
    p->a += s.a;
    p->b += s.b;
    return KERN_SUCCESS;
}

kern_return_t
S_ports(object_ref_t o, mach_port_t p, mach_port_t q, mach_port_t *r,
        mach_port_t *s, mach_msg_type_name_t *sPoly)
{
    (void)o;
    state.port = p;
    *r = q == 0 ? 0x66 : q;
    *s = p;
    *sPoly = MACH_MSG_TYPE_COPY_SEND;
    if (state.take) {
        state.taken = mig_take_port(q);
    }
    return state.code;
}

kern_return_t
S_memory(object_ref_t o, const uint8_t *d, mach_msg_type_number_t dCnt,
         boolean_t keep, uint8_t **e, mach_msg_type_number_t *eCnt)
{
    vm_address_t copy = 0;

    (void)o;
    if (dCnt != 0) {
        vm_allocate(&copy, dCnt, 0);
        memcpy((void *)(uintptr_t)copy, d, dCnt);
    }
    if (keep) {
        state.range = mig_take_ool(d);
    }
    *e = (uint8_t *)(uintptr_t)copy;
    *eCnt = dCnt;
    return KERN_SUCCESS;
}

kern_return_t
S_portarray(object_ref_t o, const mach_port_t *l, mach_msg_type_number_t lCnt,
            boolean_t keep, mach_port_t **k, mach_msg_type_number_t *kCnt)
{
    vm_address_t copy = 0;

    (void)o;
    state.ports = 0;
    for (unsigned i = 0; i < lCnt; i++) {
        mach_port_t name = l[i];

        state.ports += name != 0;
        if (keep && mig_take_port(name) != name) {
            return KERN_FAILURE;
        }
    }
    vm_allocate(&copy, 4, 0);
    *(mach_port_t *)(uintptr_t)copy = 0x99;
    *k = (mach_port_t *)(uintptr_t)copy;
    *kCnt = 1;
    return KERN_SUCCESS;
}

kern_return_t
S_twoports(object_ref_t o, const mach_port_t *t, mach_port_t *u)
{
    (void)o;
    u[0] = mig_take_port(t[1]);
    u[1] = mig_take_port(t[0]);
    return KERN_SUCCESS;
}

kern_return_t
S_room(object_ref_t o, uint32_t *v, mach_msg_type_number_t *vCnt)
{
    (void)o;
    state.room = *vCnt;
    for (unsigned i = 0; i < *vCnt; i++) {
        v[i] = i;
    }
    return KERN_SUCCESS;
}

kern_return_t
S_later(object_ref_t o, mach_port_t reply, int x, uint32_t *v,
        mach_msg_type_number_t *vCnt, char *q, mach_port_t *port)
{
    static const uint32_t values[3] = {1, 2, 3};

    (void)o;
    if (x == 0) {
        v[0] = 1;
        v[1] = 2;
        v[2] = 3;
        *vCnt = 3;
        strcpy(q, "late");
        *port = 0x66;
        return KERN_SUCCESS;
    }
    S_later_reply(reply, x == 1 ? KERN_SUCCESS : x, values, 3, "late", 0x66);
    return MIG_NO_REPLY;
}

kern_return_t
S_oneway(object_ref_t o, int x, const char *n, mach_port_t p)
{
    state.x = x + o->number;
    state.port = p;
    strcpy(state.name, n);
    return KERN_SUCCESS;
}

kern_return_t
S_other(object_ref_t o, object_ref_t p, object_ref_t *q)
{
    state.x = o->number * 10 + (p == NULL ? 0 : p->number);
    *q = &second_object;
    return KERN_SUCCESS;
}

kern_return_t
S_fails(object_ref_t o, int code, mach_port_t p)
{
    (void)o;
    if (state.take) {
        state.taken = mig_take_port(p);
    }
    return code;
}

kern_return_t
S_big(object_ref_t o, const uint8_t *b, mach_msg_type_number_t bCnt,
      uint8_t *c, mach_msg_type_number_t *cCnt, int *n)
{
    (void)o;
    memcpy(c, b, bCnt);
    *cCnt = bCnt;
    *n = (int)bCnt;
    return KERN_SUCCESS;
}

kern_return_t
S_token(object_ref_t o, audit_token_t t, uint32_t s, uint32_t *first,
        uint32_t *seqno)
{
    (void)o;
    *first = t.val[0];
    *seqno = s;
    return KERN_SUCCESS;
}

kern_return_t
S_classic(mach_port_t p, int code, mach_port_t q, mach_port_t *r)
{
    (void)p;
    *r = q;
    return code;
}

kern_return_t
S_classic_oneway(mach_port_t p, mach_port_t q, int code)
{
    (void)p;
    state.port = q;
    return code;
}

/* One count in and one out; `last` says how many come back. */
kern_return_t
S_group(mach_port_t p, const int *a, mach_msg_type_number_t aCnt,
        const int64_t *b, const mach_port_t *q, int last, int *c,
        mach_msg_type_number_t *cCnt, int64_t *d, mach_port_t **e, int *sum)
{
    vm_address_t range = 0;
    kern_return_t kr = vm_allocate(&range, 64, VM_FLAGS_ANYWHERE);

    (void)p;
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    state.room = *cCnt;
    *sum = last;
    *e = (mach_port_t *)(uintptr_t)range;
    for (unsigned i = 0; i < aCnt; i++) {
        *sum += a[i] + (int)b[i];
        c[i] = a[i] * 2;
        d[i] = b[i] * 2;
        (*e)[i] = q[i];
    }
    vm_deallocate((vm_address_t)(uintptr_t)q, aCnt * sizeof(*q));
    *cCnt = last < 0 ? aCnt : (mach_msg_type_number_t)last;
    return KERN_SUCCESS;
}
