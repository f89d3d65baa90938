/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Server stubs of the kernel as tables (-tables): see <mach/mig_table.h>.
 * An operation stands for each field that is checked or gives words, in the
 * order in which an unrolled stub checks them.
 */
#include <string.h>

#include "emit_server.h"
#include "emit_walk.h"

#define WORDS 14 /* as in mig_table.h */
#define SLOTS 24

struct op {
    const char *kind;
    const struct field *field;
    unsigned disposition;
    const char *function;
    uint64_t at;
    uint64_t aux;
    uint64_t size;
    uint64_t element;
};

static const struct type *
port_of(const struct arg *a)
{
    return a->type->kind == TYPE_ARRAY ? a->type->elem : a->type;
}

/* How many words the routine gets for a. */
static unsigned
words_of(const struct arg *a)
{
    enum shape shape = shape_of(a->type, SIDE_SERVER);
    unsigned n = a->kind != ARG_REQUEST_PORT &&
                         (shape == SHAPE_OOL || shape == SHAPE_VAR_ARRAY)
                     ? 2 : 1;

    return arg_has_poly(a, SIDE_SERVER) ? n + 1 : n;
}

static unsigned
slots_of(const struct arg *a)
{
    switch (shape_of(a->type, SIDE_SERVER)) {
    case SHAPE_PORTS:
        return a->type->count;
    case SHAPE_VALUE:
        return arg_is_out(a) && a->type->kind == TYPE_PORT ? 3 : 0;
    case SHAPE_OOL:
        return arg_is_out(a) ? 3 : 0;
    case SHAPE_VAR_ARRAY:
        return arg_is_out(a) ? 1 : 0;
    default:
        return 0;
    }
}

static unsigned
word_of(const struct routine *rt, const struct arg *which)
{
    unsigned n = 0;

    for (const struct arg *a = rt->args; a != which; a = a->next) {
        n += arg_in_server(a) ? words_of(a) : 0;
    }
    return n;
}

static bool
fits_value(const struct arg *a)
{
    const struct type *t = a->type;

    if (t->kind == TYPE_PORT) {
        return a->kind != ARG_INOUT;
    }
    if (type_is_translated(t) || t->kind == TYPE_NATIVE) {
        return false;
    }
    /* Of one in a general register the ABI says the same as of a word. */
    return a->kind != ARG_IN ||
           (t->kind == TYPE_BASIC && (t->size == 4 || t->size == 8) &&
            t->sent != MT_REAL && t->sent != MT_REAL_32 &&
            t->sent != MT_REAL_64);
}

static bool
fits_argument(const struct arg *a)
{
    const struct type *t = a->type;
    bool one_way = a->kind == ARG_IN || a->kind == ARG_OUT;

    if (t->destructor != NULL || t->payload != NULL || a->flags != 0) {
        return false;
    }
    if (a->kind == ARG_REQUEST_PORT) {
        return !arg_has_poly(a, SIDE_SERVER);
    }
    if (!one_way && a->kind != ARG_INOUT) {
        return false;
    }
    switch (shape_of(t, SIDE_SERVER)) {
    case SHAPE_VALUE:
        return fits_value(a);
    case SHAPE_ARRAY:
        return t->size != 0 && (one_way || t->kind != TYPE_STRING);
    case SHAPE_OOL:
        return one_way && t->kind == TYPE_ARRAY;
    case SHAPE_PORTS:
        return one_way && !arg_has_poly(a, SIDE_SERVER);
    case SHAPE_VAR_ARRAY:
    case SHAPE_VAR_STRING:
        return one_way && t->size != 0;
    default:
        return false;
    }
}

static bool
fits_message(const struct message *m)
{
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        if (f->dynamic || f->kind == FIELD_CAPACITY || f->size > UINT16_MAX ||
            f->limit > UINT16_MAX || f->elem_size > UINT16_MAX ||
            f->arg->type->count > UINT16_MAX) {
            return false;
        }
    }
    return m->max_size <= UINT16_MAX && m->descriptors < 16;
}

/* Is this name one of the list's, which has commas between them? */
static bool
listed(const char *list, const char *name)
{
    size_t n = strlen(name);

    for (const char *at = list; at != NULL && *at != '\0';) {
        if (strncmp(at, name, n) == 0 && (at[n] == ',' || at[n] == '\0')) {
            return true;
        }
        at = strchr(at, ',');
        at = at == NULL ? NULL : at + 1;
    }
    return false;
}

bool
table_fits(const struct routine *rt)
{
    unsigned words = 0, slots = 0;

    if (!options.tables || !subsystem.kernel_server ||
        listed(options.unroll, rt->name) || !fits_message(&rt->request) ||
        !fits_message(&rt->reply)) {
        return false;
    }
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (!arg_in_server(a)) {
            continue;
        }
        if (!fits_argument(a)) {
            return false;
        }
        words += words_of(a);
        slots += slots_of(a);
    }
    return words <= WORDS && slots <= SLOTS;
}

/* ---- translations: one list for the subsystem ---- */

static const char **functions;
static unsigned function_count;

/* 0: none; else its place in the list and 1. */
static unsigned
function_number(const char *name)
{
    if (name == NULL) {
        return 0;
    }
    for (unsigned i = 0; i < function_count; i++) {
        if (strcmp(functions[i], name) == 0) {
            return i + 1;
        }
    }
    functions[function_count++] = name;
    return function_count;
}

static void
count_argument(const struct arg *a)
{
    const struct type *t = port_of(a);

    if (a->type->kind == TYPE_PORT || a->kind == ARG_REQUEST_PORT) {
        (void)function_number(t->intran == NULL ? NULL
                                                : t->intran->function);
        (void)function_number(t->outtran == NULL ? NULL
                                                 : t->outtran->function);
    }
}

void
emit_table_functions(struct out *o)
{
    unsigned n = 0;

    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        for (const struct arg *a = rt->args; a != NULL; a = a->next) {
            n += 2;
        }
    }
    functions = mig_alloc((n + 1) * sizeof(*functions));
    function_count = 0;
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        for (const struct arg *a = rt->args; a != NULL && table_fits(rt);
             a = a->next) {
            count_argument(a);
        }
    }
    if (function_count == 0) {
        return;
    }
    out_put(o, "static const mig_function_t __Functions[] = {\n");
    for (unsigned i = 0; i < function_count; i++) {
        out_put(o, "    (mig_function_t)%s,\n", functions[i]);
    }
    out_put(o, "};\n\n");
}

/* ---- operations ---- */

static void
put_op(struct out *o, const struct routine *rt, const struct op *p)
{
    unsigned word = word_of(rt, p->field->arg);

    if (p->field->kind == FIELD_COUNT) {
        word++; /* behind what is counted */
    }
    out_put(o, "    {MIG_%s, %u, %u, %u, %llu, %llu, %llu, %llu},\n", p->kind,
            word, p->disposition, function_number(p->function),
            (unsigned long long)p->at, (unsigned long long)p->aux,
            (unsigned long long)p->size, (unsigned long long)p->element);
}

static unsigned
disposition(unsigned number)
{
    return number == MT_POLYMORPHIC ? 255 : number;
}

static struct op
op_of(const struct field *f)
{
    return (struct op){.field = f, .at = f->offset, .size = f->size,
                       .element = f->elem_size};
}

/* The descriptor that a count belongs to. */
static void
in_count(struct op *p, const struct message *m)
{
    const struct field *d = descriptor_of(m, p->field->arg);
    const struct type *t = p->field->arg->type;

    p->kind = d->kind == FIELD_OOL_PORTS ? "IN_PORT_COUNT" : "IN_COUNT";
    p->aux = d->offset;
    p->element = d->elem_size;
    p->size = t->bounded ? t->count : 0;
}

static void
in_descriptor(struct op *p, const struct message *m)
{
    const struct field *f = p->field;
    const struct type *t = port_of(f->arg);
    bool counted = field_of(m, f->arg, FIELD_COUNT) != NULL;

    p->disposition = disposition(t->received);
    p->aux = !counted;
    if (f->kind == FIELD_PORT) {
        bool many = f->arg->type->kind == TYPE_ARRAY;

        p->kind = many ? "IN_PORTS" : "IN_PORT";
        p->size = f->repeat;
        p->function = many || t->intran == NULL ? NULL : t->intran->function;
    } else if (f->kind == FIELD_OOL) {
        p->kind = "IN_OOL";
        p->size = f->arg->type->size;
        p->disposition = 0;
    } else {
        p->kind = "IN_OOL_PORTS";
        p->size = f->arg->type->count;
    }
}

static unsigned
emit_in_op(struct out *o, const struct routine *rt, const struct field *f)
{
    const struct type *t = f->arg->type;
    const struct message *m = &rt->request;
    struct op p = op_of(f);

    if (f->kind == FIELD_COUNT) {
        if (type_is_inline_variable(t)) {
            return 0;
        }
        in_count(&p, m);
    } else if (f->kind == FIELD_DATA) {
        p.kind = t->kind == TYPE_STRING ? "IN_VAR_STRING" : "IN_ARRAY";
        p.aux = field_of(m, f->arg, FIELD_COUNT)->offset;
        p.size = f->limit;
    } else if (f->kind != FIELD_VALUE) {
        in_descriptor(&p, m);
    } else if (f->arg->kind == ARG_INOUT) {
        return 0; /* copied when the reply is begun */
    } else if (t->kind == TYPE_STRING) {
        p.kind = "IN_STRING";
    } else if (t->kind == TYPE_BASIC) {
        p.kind = f->size == 4 ? "IN_WORD32" : "IN_WORD64";
    } else {
        p.kind = "IN_BYTES";
    }
    put_op(o, rt, &p);
    return 1;
}

static void
out_descriptor(struct op *p, const struct message *m)
{
    const struct field *f = p->field;
    const struct type *t = port_of(f->arg);
    const struct field *count = field_of(m, f->arg, FIELD_COUNT);

    p->disposition = disposition(t->sent == MT_POLYMORPHIC
                                     ? t->sent : type_received_as(t->sent));
    if (f->kind == FIELD_PORT) {
        p->kind = f->arg->type->kind == TYPE_ARRAY ? "OUT_PORTS" : "OUT_PORT";
        p->size = f->repeat;
        p->function = t->outtran == NULL ? NULL : t->outtran->function;
        return;
    }
    p->kind = f->kind == FIELD_OOL ? "OUT_OOL" : "OUT_OOL_PORTS";
    p->aux = count == NULL ? 0 : count->offset;
    p->size = f->kind == FIELD_OOL ? f->arg->type->size
                                   : f->arg->type->count;
    p->disposition = f->kind == FIELD_OOL ? 0 : p->disposition;
}

static unsigned
emit_out_op(struct out *o, const struct routine *rt, const struct field *f)
{
    const struct type *t = f->arg->type;
    struct op p = op_of(f);

    if (f->kind == FIELD_COUNT) {
        return 0;
    }
    if (f->kind == FIELD_DATA) {
        p.kind = t->kind == TYPE_STRING ? "OUT_VAR_STRING" : "OUT_ARRAY";
        p.aux = field_of(&rt->reply, f->arg, FIELD_COUNT)->offset;
        p.size = f->limit;
    } else if (f->kind != FIELD_VALUE) {
        out_descriptor(&p, &rt->reply);
    } else if (f->arg->kind == ARG_INOUT) {
        p.kind = "OUT_INOUT";
        p.aux = field_of(&rt->request, f->arg, FIELD_VALUE)->offset;
    } else {
        p.kind = t->kind == TYPE_STRING ? "OUT_STRING" : "OUT_BYTES";
    }
    put_op(o, rt, &p);
    return 1;
}

static unsigned
all_words(const struct routine *rt)
{
    return word_of(rt, NULL);
}

/* Where the reply's variable array begins, or its end. */
static uint64_t
fixed_size(const struct message *m)
{
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        if (f->kind == FIELD_DATA) {
            return f->offset;
        }
    }
    return m->max_size;
}

static void
emit_record(struct out *o, const struct routine *rt, unsigned in,
            unsigned out)
{
    const struct message *q = &rt->request, *r = &rt->reply;
    const struct type *t = rt->request_port->type;
    uint64_t fixed = fixed_size(r);
    bool nothing = r->fields == NULL;

    out_put(o, "static const struct mig_table __Table__%s = {\n"
            "    (mig_function_t)%s, %s, %s,\n"
            "    %llu, %llu, %llu, %llu, %u, %u, %u, %u, %llu,\n"
            "    %s%s%s, %u, %u, %u\n};\n\n", rt->name, server_name(rt),
            in + out == 0 ? "0" : mig_format("__Ops__%s", rt->name),
            function_count == 0 ? "0" : "__Functions",
            (unsigned long long)q->min_size, (unsigned long long)q->max_size,
            (unsigned long long)(nothing ? 0 : fixed - r->body - 12),
            (unsigned long long)fixed, in, out, q->descriptors,
            r->descriptors, (unsigned long long)r->body,
            rt->simple ? "MIG_TABLE_SIMPLE" : "0",
            q->variable ? " | MIG_TABLE_MOVES" : "",
            nothing ? " | MIG_TABLE_NOTHING" : "",
            word_of(rt, rt->request_port),
            function_number(t->intran == NULL ? NULL : t->intran->function),
            all_words(rt));
}

void
emit_table_stub(struct out *o, const struct routine *rt)
{
    unsigned in = 0, out = 0;
    bool any = rt->request.fields != NULL || rt->reply.fields != NULL;

    emit_message_types(o, rt, SIDE_SERVER);
    if (any) {
        out_put(o, "static const struct mig_op __Ops__%s[] = {\n", rt->name);
    }
    for (const struct field *f = rt->request.fields; f != NULL; f = f->next) {
        in += emit_in_op(o, rt, f);
    }
    for (const struct field *f = rt->reply.fields; f != NULL; f = f->next) {
        out += emit_out_op(o, rt, f);
    }
    if (any) {
        out_put(o, "};\n\n");
    }
    emit_record(o, rt, in, out);
    out_put(o, "static void\n__Stub__%s(mach_msg_header_t *InHeadP, "
            "mach_msg_header_t *OutHeadP)\n{\n"
            "    mig_table_serve(&__Table__%s, InHeadP, OutHeadP);\n}\n\n",
            rt->name, rt->name);
}
