/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stub of all routines that are served by a table: <mach/mig_table.h>.
 *
 * A request is checked completely, and the routine's words are collected,
 * before anything is done; a translation only looks an object up.  The reply
 * is cleared, the routine called, its results are put into the reply.  What
 * is checked, in which order and with which answer, who owns what: as in the
 * stubs that mig unrolls (tests/mig/tables.py compares them).
 */
#include <base/assert.h>
#include <base/codes.h>
#include <ipc/ipc_kmsg.h>
#include <kern/mig_table_call.h>

static struct ipc_port *
right_in(const void *descriptor)
{
    struct ipc_port *port = ipc_desc_get(descriptor);

    return port == IP_DEAD ? IP_NULL : port;
}

static bool
wrong_disposition(const struct mig_op *op, unsigned disposition)
{
    return op->disposition != MIG_ANY_DISPOSITION
           && op->disposition != disposition;
}

/* ---- the request: each gives MIG_TYPE_ERROR or the words ---- */

static kern_return_t
in_port(struct mig_table_call *c, const struct mig_op *op, const void *at)
{
    const mach_msg_port_descriptor_t *d = at;
    uintptr_t *w = &c->c_words[op->word];

    if (d->type != MACH_MSG_PORT_DESCRIPTOR
        || wrong_disposition(op, d->disposition)) {
        return MIG_TYPE_ERROR;
    }
    w[0] = mig_translate(c->c_table, op->function, right_in(d));
    if (op->disposition == MIG_ANY_DISPOSITION && op->function == 0) {
        w[1] = d->disposition;
    }
    return KERN_SUCCESS;
}

static kern_return_t
in_ports(struct mig_table_call *c, const struct mig_op *op, const void *at)
{
    const mach_msg_port_descriptor_t *d = at;
    union mig_slot *s = mig_take_slots(c, op->size);
    unsigned i;

    for (i = 0; i < op->size; i++) {
        if (d[i].type != MACH_MSG_PORT_DESCRIPTOR
            || wrong_disposition(op, d[i].disposition)) {
            return MIG_TYPE_ERROR;
        }
        s[i].port = right_in(&d[i]);
    }
    c->c_words[op->word] = (uintptr_t)s;
    return KERN_SUCCESS;
}

static kern_return_t
in_ool(struct mig_table_call *c, const struct mig_op *op, const void *at)
{
    const mach_msg_ool_descriptor_t *d = at;

    if (d->type != MACH_MSG_OOL_DESCRIPTOR
        || (op->aux && d->size != op->size)) {
        return MIG_TYPE_ERROR;
    }
    c->c_words[op->word] = (uintptr_t)ipc_desc_get(d);
    if (op->aux) {
        c->c_words[op->word + 1] = d->size;
    }
    return KERN_SUCCESS;
}

static kern_return_t
in_ool_ports(struct mig_table_call *c, const struct mig_op *op, const void *at)
{
    const mach_msg_ool_ports_descriptor_t *d = at;
    uintptr_t *w = &c->c_words[op->word];
    struct ipc_port_array *a;

    if (d->type != MACH_MSG_OOL_PORTS_DESCRIPTOR
        || wrong_disposition(op, d->disposition)
        || (op->aux && d->count != op->size)) {
        return MIG_TYPE_ERROR;
    }
    a = ipc_desc_get(d);
    w[0] = a == NULL ? 0 : (uintptr_t)a->pa_ports;
    if (op->aux) {
        w[1] = d->count;
    }
    if (op->disposition == MIG_ANY_DISPOSITION) {
        w[2] = d->disposition;
    }
    return KERN_SUCCESS;
}

static kern_return_t
in_count(struct mig_table_call *c, const struct mig_op *op, const void *at)
{
    uint32_t n = mig_load32(at, 0);
    const mach_msg_ool_descriptor_t *d = (void *)(c->c_in + op->aux);
    uint64_t want = op->kind == MIG_IN_COUNT ? (uint64_t)n * op->element : n;

    /* A range's size stands where an array of rights has its count. */
    if ((op->size != 0 && n > op->size) || want != d->size) {
        return MIG_TYPE_ERROR;
    }
    c->c_words[op->word] = n;
    return KERN_SUCCESS;
}

/* ---- the same with MIG_BAD_ARGUMENTS ---- */

static kern_return_t
in_array(struct mig_table_call *c, const struct mig_op *op, const void *at)
{
    uint32_t n = mig_load32(c->c_in, op->aux);
    mach_msg_size_t end = ((mach_msg_header_t *)(void *)c->c_in)->msgh_size;

    if (n > op->size || mig_round(op->at + n * op->element, 4) != end
        || (op->kind == MIG_IN_VAR_STRING
            && !mig_string_exact(at, 0, n))) {
        return MIG_BAD_ARGUMENTS;
    }
    c->c_words[op->word] = (uintptr_t)at;
    if (op->kind == MIG_IN_ARRAY) {
        c->c_words[op->word + 1] = n;
    }
    return KERN_SUCCESS;
}

static kern_return_t
in_any(struct mig_table_call *c, const struct mig_op *op)
{
    const char *at = c->c_in + op->at;

    switch (op->kind) {
    case MIG_IN_WORD32:
        c->c_words[op->word] = mig_load32(at, 0);
        return KERN_SUCCESS;
    case MIG_IN_WORD64:
        memcpy(&c->c_words[op->word], at, sizeof(uint64_t));
        return KERN_SUCCESS;
    case MIG_IN_PORT:
        return in_port(c, op, at);
    case MIG_IN_PORTS:
        return in_ports(c, op, at);
    case MIG_IN_OOL:
        return in_ool(c, op, at);
    case MIG_IN_OOL_PORTS:
        return in_ool_ports(c, op, at);
    case MIG_IN_COUNT:
    case MIG_IN_PORT_COUNT:
        return in_count(c, op, at);
    case MIG_IN_ARRAY:
    case MIG_IN_VAR_STRING:
        return in_array(c, op, at);
    case MIG_IN_STRING:
        if (!mig_string_within(at, 0, op->size)) {
            return MIG_BAD_ARGUMENTS;
        }
        break;
    default:
        assert(op->kind == MIG_IN_BYTES);
        break;
    }
    c->c_words[op->word] = (uintptr_t)at;
    return KERN_SUCCESS;
}

static kern_return_t
request(struct mig_table_call *c, const mach_msg_header_t *in)
{
    const struct mig_table *t = c->c_table;
    const struct mig_op *op, *end = t->ops + t->in;
    kern_return_t kr = mig_check_request(in, t->in_descriptors != 0, t->least,
                                         t->most);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (t->in_descriptors != 0
        && mig_load32(in, sizeof(*in)) != t->in_descriptors) {
        return MIG_TYPE_ERROR;
    }
    for (op = t->ops; op < end; op++) {
        kr = in_any(c, op);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
    }
    c->c_words[t->object] = mig_translate(t, t->object_function,
                                      mig_kern_request_port(in));
    return t->object_function != 0 && c->c_words[t->object] == 0
               ? KERN_INVALID_ARGUMENT : KERN_SUCCESS;
}

/*
 * The routine as it is: what it takes are integers and addresses only, which
 * the ABI passes as words, and words too many do no harm.
 */
static kern_return_t
call_routine(const struct mig_table_call *c)
{
    typedef uintptr_t w_t;
    typedef kern_return_t (*few_t)(w_t, w_t, w_t, w_t, w_t, w_t);
    typedef kern_return_t (*many_t)(w_t, w_t, w_t, w_t, w_t, w_t, w_t, w_t,
                                    w_t, w_t, w_t, w_t, w_t, w_t);
    const uintptr_t *w = c->c_words;
    mig_function_t routine = c->c_table->routine;

    if (c->c_table->words <= 6) {
        return ((few_t)routine)(w[0], w[1], w[2], w[3], w[4], w[5]);
    }
    return ((many_t)routine)(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7],
                             w[8], w[9], w[10], w[11], w[12], w[13]);
}

void
mig_table_serve(const struct mig_table *t, mach_msg_header_t *in,
                mach_msg_header_t *out)
{
    struct mig_table_call c;
    union mig_slot *slots;
    kern_return_t kr;

    c.c_table = t;
    c.c_in = (char *)in;
    c.c_out = (char *)out;
    c.c_next = c.c_slots;
    kr = request(&c, in);
    if (kr != KERN_SUCCESS) {
        mig_set_return(out, kr);
        return;
    }
    slots = c.c_next;
    mig_table_results(&c);
    kr = call_routine(&c);
    if ((t->flags & MIG_TABLE_SIMPLE) != 0) {
        kr = MIG_NO_REPLY;
    }
    if (kr != KERN_SUCCESS) {
        mig_set_return(out, kr);
        return;
    }
    mig_table_reply(&c, out, slots);
}
