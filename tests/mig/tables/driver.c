/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives the same requests to unrolled stubs and to tables (mig -tables, and
 * kernel/kern/mig_table.c), and compares what the routine got and the reply.
 * The routines are all one function here: `routine`, which writes down its
 * words and makes results up.  stubs.h is written by tables.py.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/panic.h>
#include <ipc/ipc_kmsg.h>
#include <kern/mig_kernel.h>
#include <mach/mig_table.h>
#include <mach/mig_types.h>

#define ROOM 8192
#define LOG 4096
#define DEAD_NAME 0xdead0000u

struct pair {
    const char *name;
    const struct mig_subsystem *unrolled, *tabled;
    const struct mig_table *const *tables; /* NULL: unrolled there, too */
};

#include "stubs.h"

static _Alignas(16) char request[ROOM], copy[ROOM], reply[2][ROOM];
static char got[2][LOG];
static size_t got_size;
static unsigned side;
static const struct mig_table *now;
static uint64_t seed, seed_of_call;
static unsigned long called, refused, answered;

static uint32_t
dice(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static void
note(const void *p, size_t n)
{
    if (got_size + n > LOG) {
        abort();
    }
    memcpy(got[side] + got_size, p, n);
    got_size += n;
}

static void
note_word(uint64_t w)
{
    uintptr_t in = (uintptr_t)request, out = (uintptr_t)reply[side];

    /* Addresses in messages as places. */
    w = w - in < ROOM ? 0x10000 + (w - in)
        : w - out < ROOM ? 0x20000 + (w - out) : w;
    note(&w, sizeof(w));
}

/* ---- the kernel's half of the stubs ---- */

static char *
place(mach_msg_header_t *h, unsigned i)
{
    char *d = (char *)(h + 1) + 4;

    while (i-- > 0) {
        d += ipc_desc_size(ipc_desc_type(d));
    }
    return d;
}

struct ipc_port *
mig_kern_request_port(const mach_msg_header_t *in)
{
    return (struct ipc_port *)(uintptr_t)in->msgh_remote_port;
}

struct ipc_port *
mig_kern_reply_port(const mach_msg_header_t *in)
{
    return (struct ipc_port *)(uintptr_t)in->msgh_local_port;
}

struct ipc_port *
mig_kern_in_port(mach_msg_header_t *in, unsigned i)
{
    struct ipc_port *port = ipc_desc_get(place(in, i));

    return port == IP_DEAD ? IP_NULL : port;
}

struct vm_map_copy *
mig_kern_in_ool(mach_msg_header_t *in, unsigned i, mach_msg_size_t *size)
{
    mach_msg_ool_descriptor_t *d = (void *)place(in, i);

    *size = d->size;
    return ipc_desc_get(d);
}

struct ipc_port **
mig_kern_in_ool_ports(mach_msg_header_t *in, unsigned i,
                      mach_msg_size_t *count)
{
    mach_msg_ool_ports_descriptor_t *d = (void *)place(in, i);
    char *a = ipc_desc_get(d);

    *count = d->count;
    return a == NULL ? NULL
                     : (void *)(a + offsetof(struct ipc_port_array,
                                             pa_ports));
}

void
mig_kern_put_port(mach_msg_header_t *out, void *at, struct ipc_port *port,
                  mach_msg_type_name_t disposition)
{
    mach_msg_port_descriptor_t d = {.type = MACH_MSG_PORT_DESCRIPTOR,
                                    .disposition = disposition & 0xff};

    (void)out;
    ipc_desc_set(&d, port);
    memcpy(at, &d, sizeof(d));
}

void
mig_kern_out_port(mach_msg_header_t *out, unsigned i, struct ipc_port *port,
                  mach_msg_type_name_t disposition)
{
    mig_kern_put_port(out, place(out, i), port, disposition);
}

void
mig_kern_put_ool(void *at, struct vm_map_copy *range, mach_msg_size_t size)
{
    mach_msg_ool_descriptor_t d = {.type = MACH_MSG_OOL_DESCRIPTOR,
                                   .size = size};

    ipc_desc_set(&d, range);
    memcpy(at, &d, sizeof(d));
}

void
mig_kern_out_ool(mach_msg_header_t *out, unsigned i, struct vm_map_copy *range,
                 mach_msg_size_t size)
{
    mig_kern_put_ool(place(out, i), range, size);
}

void
mig_kern_put_ool_ports(void *at, struct ipc_port **ports,
                       mach_msg_size_t count, mach_msg_type_name_t disposition)
{
    mach_msg_ool_ports_descriptor_t d = {
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
        .disposition = disposition & 0xff,
        .count = count,
    };

    ipc_desc_set(&d, ports);
    memcpy(at, &d, sizeof(d));
}

void
mig_kern_out_ool_ports(mach_msg_header_t *out, unsigned i,
                       struct ipc_port **ports, mach_msg_size_t count,
                       mach_msg_type_name_t disposition)
{
    mig_kern_put_ool_ports(place(out, i), ports, count, disposition);
}

void
assert_failed(const char *what)
{
    puts(what);
    abort();
}

/* Each kind of object has numbers of its own; one port in four is none. */
#define CONVERT(function, type, number)                                 \
    type function(struct ipc_port *port)                                \
    {                                                                   \
        uintptr_t p = (uintptr_t)port;                                  \
        return p % 4 == 0 ? NULL : (type)(p ^ ((number) * 0x1000000ul)); \
    }
CONVERT(convert_port_to_task, task_ref_t, 1)
CONVERT(convert_port_to_space, space_ref_t, 2)
CONVERT(convert_port_to_map, map_ref_t, 3)
CONVERT(convert_port_to_thread, thread_ref_t, 4)
CONVERT(convert_port_to_host, host_ref_t, 5)
CONVERT(convert_port_to_host_priv, host_ref_t, 6)
CONVERT(convert_port_to_ledger, ledger_ref_t, 7)
CONVERT(convert_port_to_memory_control, memory_control_ref_t, 8)
#define CONVERT_BACK(function, type, number)                            \
    struct ipc_port *function(type object)                              \
    {                                                                   \
        return (void *)((uintptr_t)object ^ ((number) * 0x1000000ul));  \
    }
CONVERT_BACK(convert_task_to_port, task_ref_t, 9)
CONVERT_BACK(convert_thread_to_port, thread_ref_t, 10)
CONVERT_BACK(convert_ledger_to_port, ledger_ref_t, 11)

/* ---- the routine ---- */

static void
fill(void *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ((unsigned char *)p)[i] = (unsigned char)(1 + dice(255));
    }
}

static void
give_right(void *p)
{
    uint64_t port = dice(3) == 0 ? 0 : 1 + dice(1000);

    memcpy(p, &port, sizeof(port));
}

static void
give(const struct mig_op *op, const uintptr_t *w)
{
    uint32_t number = 16 + dice(3);
    uint32_t count;

    switch (op->kind) {
    case MIG_OUT_PORT:
    case MIG_OUT_OOL:
    case MIG_OUT_OOL_PORTS:
        give_right((void *)w[0]);
        w += op->kind == MIG_OUT_PORT ? 0 : 1;
        if (op->kind != MIG_OUT_PORT) {
            count = dice(2000);
            memcpy((void *)w[0], &count, sizeof(count));
        }
        if (op->disposition == MIG_ANY_DISPOSITION) {
            memcpy((void *)w[1], &number, sizeof(number));
        }
        return;
    case MIG_OUT_PORTS:
        for (unsigned i = 0; i < op->size; i++) {
            give_right((void *)(w[0] + i * 8));
        }
        return;
    case MIG_OUT_ARRAY:
        memcpy(&count, (void *)w[1], sizeof(count));
        note(&count, sizeof(count));
        fill((void *)w[0], (size_t)op->size * op->element);
        count = dice(op->size + 2);
        memcpy((void *)w[1], &count, sizeof(count));
        return;
    case MIG_OUT_INOUT:
        note((void *)w[0], op->size);
        /* fallthrough */
    default: /* a string may have no NUL */
        fill((void *)w[0], op->size);
        if (op->kind == MIG_OUT_VAR_STRING && dice(2)) {
            ((char *)w[0])[dice(op->size)] = '\0';
        }
    }
}

kern_return_t routine(const char *name, const uintptr_t *w);

/* A word of 32 bits may have anything above them. */
static uint64_t
word(unsigned i, uint64_t value)
{
    for (unsigned k = 0; k < now->in; k++) {
        const struct mig_op *op = &now->ops[k];
        bool counted = op->kind == MIG_IN_ARRAY || op->kind == MIG_IN_OOL
                       || op->kind == MIG_IN_OOL_PORTS;
        bool narrow = op->kind == MIG_IN_WORD32 || op->kind == MIG_IN_COUNT
                      || op->kind == MIG_IN_PORT_COUNT;

        if ((narrow && op->word == i) || (counted && op->word + 1u == i)
            || (op->disposition == MIG_ANY_DISPOSITION
                && op->word + (op->kind == MIG_IN_PORT ? 1u : 2u) == i)) {
            return (uint32_t)value;
        }
    }
    return value;
}

/* Is word i the address of something the stub keeps, or an array of it? */
static const struct mig_op *
kept(unsigned i)
{
    for (unsigned k = 0; k < (unsigned)now->in + now->out; k++) {
        const struct mig_op *op = &now->ops[k];

        if (op->word <= i && i < op->word + 3u
            && ((op->word == i && op->kind == MIG_IN_PORTS)
                || (op->word == i && op->kind == MIG_OUT_PORTS)
                || (op->kind == MIG_OUT_PORT
                    && i < op->word
                               + (op->disposition == MIG_ANY_DISPOSITION
                                      ? 2u : 1u))
                || (op->kind == MIG_OUT_OOL && i < op->word + 2u)
                || (op->kind == MIG_OUT_OOL_PORTS
                    && i < op->word
                               + (op->disposition == MIG_ANY_DISPOSITION
                                      ? 3u : 2u))
                || (op->kind == MIG_OUT_ARRAY && i == op->word + 1u))) {
            return op;
        }
    }
    return NULL;
}

kern_return_t
routine(const char *name, const uintptr_t *w)
{
    static const kern_return_t codes[] = {
        KERN_SUCCESS, KERN_SUCCESS, KERN_SUCCESS, KERN_FAILURE, MIG_NO_REPLY,
    };

    called++;
    seed = seed_of_call;
    note(name, strlen(name));
    for (unsigned i = 0; i < now->words; i++) {
        const struct mig_op *op = kept(i);

        if (op == NULL) {
            note_word(word(i, w[i]));
        } else if (op->kind == MIG_IN_PORTS) {
            note((void *)w[i], op->size * sizeof(void *));
        } else {
            note((void *)w[i], 4); /* it is nothing yet */
        }
    }
    for (unsigned k = now->in; k < (unsigned)now->in + now->out; k++) {
        if (dice(8) != 0) {
            give(&now->ops[k], &w[now->ops[k].word]);
        }
    }
    return codes[dice(5)];
}

/* ---- requests ---- */

static void
put32(unsigned at, uint32_t value)
{
    memcpy(request + at, &value, sizeof(value));
}

/* Descriptors that the operation accepts, and counts that agree. */
static uint32_t
honest(const struct mig_op *op, uint32_t size)
{
    char *at = request + op->at;
    mach_msg_ool_ports_descriptor_t d = {.disposition = op->disposition};
    uint32_t n = op->size;

    switch (op->kind) {
    case MIG_IN_PORT:
    case MIG_IN_PORTS:
        for (unsigned i = 0; i < op->size; i++) {
            mach_msg_port_descriptor_t p = {
                .type = MACH_MSG_PORT_DESCRIPTOR,
                .disposition = op->disposition == 255 ? 16 + dice(3)
                                                      : op->disposition,
            };

            ipc_desc_set(&p, dice(5) == 0 ? IP_DEAD
                                          : (void *)(uintptr_t)dice(99));
            memcpy(at + i * sizeof(p), &p, sizeof(p));
        }
        break;
    case MIG_IN_OOL:
    case MIG_IN_OOL_PORTS:
        d.type = op->kind == MIG_IN_OOL ? MACH_MSG_OOL_DESCRIPTOR
                                        : MACH_MSG_OOL_PORTS_DESCRIPTOR;
        d.count = op->size;
        ipc_desc_set(&d, dice(5) == 0 ? NULL : (void *)0x7000);
        memcpy(at, &d, sizeof(d));
        break;
    case MIG_IN_COUNT:
    case MIG_IN_PORT_COUNT:
        n = dice((op->size == 0 ? 100 : op->size) + 1);
        put32(op->at, n);
        put32(op->aux + 12, op->kind == MIG_IN_COUNT ? n * op->element : n);
        break;
    case MIG_IN_STRING:
        at[dice(op->size)] = '\0';
        break;
    case MIG_IN_ARRAY:
    case MIG_IN_VAR_STRING:
        n = dice(op->size + 1);
        n += n == 0 && op->kind == MIG_IN_VAR_STRING;
        put32(op->aux, n);
        if (op->kind == MIG_IN_VAR_STRING) {
            at[n - 1] = '\0';
        }
        return (op->at + n * op->element + 3) & ~3u;
    default:
        break;
    }
    return size;
}

static void
make_request(mach_msg_id_t id)
{
    mach_msg_header_t *h = (void *)request;
    uint32_t size = now->most;

    fill(request, now->most + 64u);
    h->msgh_bits = now->in_descriptors == 0 ? 0 : MACH_MSGH_BITS_COMPLEX;
    h->msgh_id = id;
    h->msgh_remote_port = dice(50);
    put32(sizeof(*h), now->in_descriptors == 0 ? dice(9)
                                               : now->in_descriptors);
    for (unsigned k = 0; k < now->in; k++) {
        size = honest(&now->ops[k], size);
    }
    h->msgh_size = size;
}

static void
spoil(void)
{
    mach_msg_header_t *h = (void *)request;
    uint32_t at = 24 + dice(now->most - 24u + 8);

    switch (dice(6)) {
    case 0:
        h->msgh_size = h->msgh_size - 8 + 4 * dice(5);
        break;
    case 1:
        h->msgh_bits ^= MACH_MSGH_BITS_COMPLEX;
        break;
    case 2:
        put32(at & ~3u, dice(40));
        break;
    case 3:
        put32(at & ~3u, 0x80000000u >> dice(32));
        break;
    default:
        request[at] = (char)dice(256);
        break;
    }
}

static void
serve(const struct mig_subsystem *s, mach_msg_id_t id)
{
    mach_msg_header_t *out = (void *)reply[side];

    memset(out, 0x5a, ROOM);
    out->msgh_bits = 0;
    got_size = 0;
    s->routine[id - s->start].stub((void *)request, out);
}

/* One request; did both do the same? */
static bool
same(const struct pair *p, mach_msg_id_t id)
{
    mach_msg_header_t *a = (void *)reply[0], *b = (void *)reply[1];
    size_t n;

    memcpy(copy, request, ROOM);
    seed_of_call = seed;
    side = 0;
    serve(p->unrolled, id);
    n = got_size;
    side = 1;
    serve(p->tabled, id);
    if (n == 0) {
        refused++;
    } else if (a->msgh_size > sizeof(mig_reply_error_t)) {
        answered++;
    }
    return n == got_size && memcmp(got[0], got[1], n) == 0
           && a->msgh_size == b->msgh_size && a->msgh_bits == b->msgh_bits
           && memcmp(a + 1, b + 1, a->msgh_size - sizeof(*a)) == 0
           && memcmp(copy, request, ROOM) == 0;
}

static int
try_routine(const struct pair *p, mach_msg_id_t id, unsigned rounds)
{
    const char *name = p->unrolled->routine[id - p->unrolled->start].name;

    called = refused = answered = 0;
    for (unsigned i = 0; i < rounds; i++) {
        unsigned bad = dice(4);

        make_request(id);
        while (bad-- > 1) {
            spoil();
        }
        if (!same(p, id)) {
            printf("differs %s %s request %u\n", p->name, name, i);
            return 1;
        }
    }
    if (called == 0 || (now->least > 24 && refused == 0)) {
        printf("weak %s %s\n", p->name, name);
        return 1;
    }
    return 0;
}

int
main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 2000;
    unsigned tables = 0;
    int bad = 0;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const struct pair *p = &pairs[i];

        for (mach_msg_id_t id = p->unrolled->start; id < p->unrolled->end;
             id++) {
            now = p->tables[id - p->unrolled->start];
            if (now != NULL) {
                tables++;
                bad |= try_routine(p, id, rounds);
            }
        }
    }
    printf("tables %u\n", tables);
    return bad;
}
