/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lays out the messages of a routine.
 *
 *   0   mach_msg_header_t (24 bytes)
 *   24  u32 descriptor count, then packed descriptors (complex only)
 *       NDR_record_t (8 bytes, alignment 4)
 *       i32 RetCode (replies)
 *       arguments in order, each aligned to its own alignment (4 to 8)
 *
 * A variable array is a u32 count and, aligned, its elements.  What follows
 * it moves; the offsets here are those when every array is full, so moving
 * is always towards the start of the message.
 */
#include <string.h>

#include "diag.h"
#include "layout.h"

#define HEADER_SIZE 24u
#define NDR_SIZE 8u
#define DESCRIPTORS_MAX 256u

struct builder {
    struct message *m;
    struct field **end;
    uint64_t at;     /* the next free byte, arrays full */
    uint64_t at_min; /* the same, arrays empty */
};

static uint64_t
round_up(uint64_t at, unsigned align)
{
    return (at + align - 1) / align * align;
}

static struct field *
add(struct builder *b, enum field_kind kind, struct arg *a, const char *name)
{
    struct field *f = mig_alloc(sizeof(*f));

    f->kind = kind;
    f->arg = a;
    f->name = name;
    f->repeat = 1;
    *b->end = f;
    b->end = &f->next;
    return f;
}

/* Gives f its place; empty is its size when arrays are empty. */
static void
place(struct builder *b, struct field *f, uint64_t size, unsigned align,
      uint64_t empty)
{
    f->size = size;
    f->align = align < 4 ? 4 : align;
    f->offset = round_up(b->at, f->align);
    f->dynamic = b->m->variable;
    b->at = f->offset + size;
    b->at_min = round_up(b->at_min, f->align) + empty;
}

unsigned
layout_elem_size(const struct type *t)
{
    return t->elem == NULL ? 1 : (unsigned)t->elem->size;
}

static void
add_descriptor(struct builder *b, struct arg *a)
{
    const struct type *t = a->type;
    enum field_kind kind = FIELD_PORT;
    unsigned size = 12;
    unsigned repeat = 1;
    struct field *f;

    if (t->kind == TYPE_ARRAY && !t->ool) {
        repeat = t->count;
        t = t->elem;
    }
    if (t->ool) {
        bool ports = t->kind == TYPE_ARRAY && t->elem->kind == TYPE_PORT;

        kind = ports ? FIELD_OOL_PORTS : FIELD_OOL;
        size = 16;
    }
    f = add(b, kind, a, a->name);
    f->repeat = repeat;
    f->descriptor = b->m->descriptors;
    f->port = b->m->ports;
    b->m->ports += kind == FIELD_PORT ? repeat : 0;
    f->elem_size = layout_elem_size(t);
    f->limit = t->bounded || !t->variable ? t->count : 0;
    b->m->descriptors += repeat;
    place(b, f, (uint64_t)size * repeat, 4, (uint64_t)size * repeat);
}

static bool
needs_descriptor(const struct type *t)
{
    return t->kind == TYPE_PORT || t->ool ||
           (t->kind == TYPE_ARRAY && !type_is_fixed_data(t) && !t->variable);
}

static void
add_count(struct builder *b, struct arg *a, unsigned repeat)
{
    struct field *f = add(b, FIELD_COUNT, a, mig_format("%sCnt", a->name));

    f->repeat = repeat;
    place(b, f, 4u * repeat, 4, 4u * repeat);
}

static void
add_value(struct builder *b, struct arg *a)
{
    struct type *t = a->type;

    if (needs_descriptor(t)) {
        bool repeated = t->kind == TYPE_ARRAY && !t->ool;

        if (a->same == NULL && type_has_count(repeated ? t->elem : t)) {
            add_count(b, a, repeated ? t->count : 1);
        }
        return;
    }
    if (type_is_inline_variable(t)) {
        struct field *f;

        if (a->same == NULL) {
            add_count(b, a, 1);
        }
        if (!b->m->variable) {
            b->m->fixed_end = b->at;
        }
        f = add(b, FIELD_DATA, a, a->name);
        place(b, f, t->size, t->align, 0);
        f->elem_size = layout_elem_size(t);
        f->limit = t->count;
        b->m->variable = true;
        return;
    }
    place(b, add(b, FIELD_VALUE, a, a->name), t->size, t->align, t->size);
}

static bool
travels(const struct arg *a, bool reply)
{
    return reply ? arg_is_out(a) : arg_is_in(a);
}

static void
build(struct routine *rt, struct message *m, bool reply)
{
    struct builder b = {m, &m->fields, HEADER_SIZE, HEADER_SIZE};

    for (struct arg *a = rt->args; a != NULL; a = a->next) {
        if (travels(a, reply) && needs_descriptor(a->type)) {
            if (m->descriptors == 0) {
                b.at += 4;
                b.at_min += 4;
            }
            add_descriptor(&b, a);
        }
    }
    m->body = b.at;
    b.at += NDR_SIZE;
    b.at_min += NDR_SIZE;
    if (reply) {
        m->has_retcode = true;
        b.at += 4;
        b.at_min += 4;
    }
    if (!reply && rt->retcode_arg != NULL && arg_is_in(rt->retcode_arg)) {
        add_value(&b, rt->retcode_arg);
    }
    for (struct arg *a = rt->args; a != NULL; a = a->next) {
        if (travels(a, reply) && !(a->flags & FLAG_RETCODE)) {
            add_value(&b, a);
        } else if (!reply && (a->flags & FLAG_COUNT_IN_OUT)) {
            struct field *f = add(&b, FIELD_CAPACITY, a,
                                  mig_format("%sCnt", a->name));

            place(&b, f, 4, 4, 4);
        }
    }
    if (!m->variable) {
        m->fixed_end = b.at;
    }
    m->max_size = round_up(b.at, 4);
    m->min_size = round_up(b.at_min, 4);
}

static void
check_limits(const struct routine *rt, const struct message *m,
             const char *what)
{
    if (m->max_size > LAYOUT_MESSAGE_MAX) {
        diag_error(rt->loc, "message-size", "the %s of '%s' can have %llu "
                   "bytes in line; the limit is %u", what, rt->name,
                   (unsigned long long)m->max_size, LAYOUT_MESSAGE_MAX);
    }
    if (m->descriptors > DESCRIPTORS_MAX) {
        diag_error(rt->loc, "descriptors", "the %s of '%s' has %u "
                   "descriptors; the limit is %u", what, rt->name,
                   m->descriptors, DESCRIPTORS_MAX);
    }
}

void
layout_routine(struct routine *rt)
{
    build(rt, &rt->request, false);
    check_limits(rt, &rt->request, "request");
    if (!rt->simple) {
        build(rt, &rt->reply, true);
        check_limits(rt, &rt->reply, "reply");
    }
}

void
layout_reply_message(struct routine *rt)
{
    build(rt, &rt->request, true);
}
