/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Results of a routine that is called by a table.  Constant-size ones are
 * written where they are in the reply, rights and memory into slots, from
 * which their descriptors are filled; a variable array is the last.
 */
#include <base/codes.h>
#include <kern/mig_table_call.h>

/* Results are written into the reply, or into slots. */
static void
result_words(struct mig_table_call *c, const struct mig_op *op)
{
    uintptr_t *w = &c->c_words[op->word];
    char *at = c->c_out + op->at;
    union mig_slot *s;

    w[0] = (uintptr_t)at;
    switch (op->kind) {
    case MIG_OUT_PORT:
    case MIG_OUT_PORTS:
    case MIG_OUT_OOL:
    case MIG_OUT_OOL_PORTS:
        s = mig_take_slots(c, op->kind == MIG_OUT_PORTS ? op->size
                                                  : RESULT_SLOTS);
        w[0] = (uintptr_t)s;
        if (op->kind == MIG_OUT_OOL || op->kind == MIG_OUT_OOL_PORTS) {
            *++w = (uintptr_t)&s[1];
        }
        if (op->disposition == MIG_ANY_DISPOSITION && op->function == 0) {
            *++w = (uintptr_t)&s[2];
        }
        break;
    case MIG_OUT_INOUT:
        memcpy(at, c->c_in + op->aux, op->size);
        break;
    case MIG_OUT_ARRAY:
        s = mig_take_slots(c, 1);
        s->number = op->size;
        w[1] = (uintptr_t)s;
        break;
    case MIG_OUT_VAR_STRING:
        *at = '\0';
        break;
    default:
        break;
    }
}

void
mig_table_results(struct mig_table_call *c)
{
    const struct mig_table *t = c->c_table;
    const struct mig_op *op = t->ops + t->in, *end = op + t->out;

    if (t->clear != 0) {
        memset(c->c_out + t->reply_body + sizeof(NDR_record_t)
                   + sizeof(kern_return_t), 0, t->clear);
    }
    for (; op < end; op++) {
        result_words(c, op);
    }
}

static unsigned
result_disposition(const struct mig_op *op, const union mig_slot *s)
{
    return op->disposition == MIG_ANY_DISPOSITION ? s[2].number
                                                  : op->disposition;
}

static void
fill_ports(struct mig_table_call *c, const struct mig_op *op)
{
    mach_msg_port_descriptor_t *d = (void *)(c->c_out + op->at);
    mach_msg_header_t *out = (void *)c->c_out;
    union mig_slot *s = c->c_next;
    unsigned i;

    if (op->kind == MIG_OUT_PORT) {
        c->c_next += RESULT_SLOTS;
        mig_kern_put_port(out, d,
                          (void *)mig_translate(c->c_table, op->function,
                                            s->address),
                          result_disposition(op, s));
        return;
    }
    c->c_next += op->size;
    for (i = 0; i < op->size; i++) {
        mig_kern_put_port(out, &d[i], s[i].port, op->disposition);
    }
}

static void
fill_ool(struct mig_table_call *c, const struct mig_op *op)
{
    union mig_slot *s = c->c_next;
    uint32_t n = op->aux == 0 ? op->size : s[1].number;
    void *d = c->c_out + op->at;

    c->c_next += RESULT_SLOTS;
    if (op->aux != 0) {
        mig_append32(c->c_out, op->aux, n);
    }
    if (op->kind == MIG_OUT_OOL) {
        mig_kern_put_ool(d, s->address,
                         op->aux == 0 ? n : n * op->element);
    } else {
        mig_kern_put_ool_ports(d, s->address, n, result_disposition(op, s));
    }
}

/* The variable array at the reply's end: where it ends. */
static mach_msg_size_t
fill_array(struct mig_table_call *c, const struct mig_op *op)
{
    char *at = c->c_out + op->at;
    uint32_t n;

    if (op->kind == MIG_OUT_VAR_STRING) {
        at[op->size - 1] = '\0';
        n = mig_string_length(at, op->size) + 1;
    } else {
        n = c->c_next++->number;
    }
    mig_append32(c->c_out, op->aux, n);
    return mig_pad(c->c_out, op->at + n * op->element, 4);
}

static mach_msg_size_t
fill(struct mig_table_call *c)
{
    const struct mig_table *t = c->c_table;
    const struct mig_op *op = t->ops + t->in, *end = op + t->out;
    mach_msg_size_t size = t->reply_size;

    for (; op < end; op++) {
        switch (op->kind) {
        case MIG_OUT_PORT:
        case MIG_OUT_PORTS:
            fill_ports(c, op);
            break;
        case MIG_OUT_OOL:
        case MIG_OUT_OOL_PORTS:
            fill_ool(c, op);
            break;
        case MIG_OUT_STRING:
            c->c_out[op->at + op->size - 1] = '\0';
            break;
        case MIG_OUT_ARRAY:
        case MIG_OUT_VAR_STRING:
            size = fill_array(c, op);
            break;
        default:
            break;
        }
    }
    return size;
}

/* Did the routine give more elements than there is room for?  An array is the
 * last result and has the last slot. */
static bool
too_many(const struct mig_table_call *c)
{
    const struct mig_table *t = c->c_table;
    const struct mig_op *last;

    if (t->out == 0) {
        return false;
    }
    last = t->ops + t->in + t->out - 1;
    return last->kind == MIG_OUT_ARRAY && c->c_next[-1].number > last->size;
}

void
mig_table_reply(struct mig_table_call *c, mach_msg_header_t *out, union mig_slot *slots)
{
    const struct mig_table *t = c->c_table;
    struct {
        NDR_record_t ndr;
        kern_return_t code;
    } body = {NDR_record, KERN_SUCCESS};

    if (too_many(c)) {
        mig_set_return(out, MIG_ARRAY_TOO_LARGE);
        return;
    }
    if ((t->flags & MIG_TABLE_NOTHING) != 0) {
        mig_set_return(out, KERN_SUCCESS);
        return;
    }
    if (t->out_descriptors != 0) {
        out->msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        mig_append32(out, sizeof(*out), t->out_descriptors);
    }
    memcpy(c->c_out + t->reply_body, &body, sizeof(body));
    c->c_next = slots;
    out->msgh_size = fill(c);
}
