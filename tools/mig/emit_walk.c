/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding the members that move in a checked message.  For each such member
 * x there are locals: mig_o_x, its offset; mig_n_x, its count (variable
 * arrays, also the first one, which does not move); mig_v_x, a copy of a
 * plain value.
 */
#include <string.h>

#include "cdecl.h"
#include "emit_walk.h"

static bool
is_plain(const struct field *f)
{
    const struct type *t = f->arg->type;

    return f->kind == FIELD_VALUE && t->kind != TYPE_ARRAY &&
           t->kind != TYPE_STRING;
}

static bool
is_inline_count(const struct field *f)
{
    return f->kind == FIELD_COUNT && type_is_inline_variable(f->arg->type);
}

/* Is there anything behind the first variable array? */
static bool
moves(const struct message *m)
{
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        if (f->dynamic) {
            return true;
        }
    }
    return false;
}

void
walk_locals(struct out *o, const struct message *m, enum side side)
{
    if (moves(m)) {
        out_put(o, "    mach_msg_size_t mig_walk;\n");
    }
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        if (f->kind == FIELD_DATA) {
            out_put(o, "    mach_msg_type_number_t mig_n_%s;\n", f->name);
            if (f->dynamic) {
                out_put(o, "    mach_msg_size_t mig_o_%s;\n", f->name);
            }
        } else if (f->dynamic && is_plain(f)) {
            const char *ctype = f->arg->type->kind == TYPE_NATIVE
                                    ? "uint64_t"
                                    : ctype_wire(f->arg->type, side);

            out_put(o, "    %s;\n",
                    cdecl_declare(ctype, mig_format("mig_v_%s", f->name)));
        } else if (f->dynamic && !is_inline_count(f)) {
            out_put(o, "    mach_msg_size_t mig_o_%s;\n", f->name);
        }
    }
}

const char *
walk_place(const struct field *f)
{
    return f->dynamic ? mig_format("mig_o_%s", f->name)
                      : mig_format("%llu", (unsigned long long)f->offset);
}

void
walk(struct out *o, const struct message *m, const char *p)
{
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        if (!f->dynamic && f->kind != FIELD_DATA) {
            continue;
        }
        if (f->dynamic && f->align > 4) {
            out_put(o, "    mig_walk = mig_round(mig_walk, %u);\n", f->align);
        }
        if (f->kind == FIELD_DATA) {
            if (f->arg->same != NULL) {
                out_put(o, "    mig_n_%s = mig_n_%s;\n", f->name,
                        f->arg->same->name);
            } else if (!f->dynamic) {
                out_put(o, "    mig_n_%s = %s->%sCnt;\n", f->name, p,
                        f->name);
            }
            if (f->dynamic) {
                out_put(o, "    mig_o_%s = mig_walk;\n", f->name);
            }
            if (f->next != NULL) {
                out_put(o, "    mig_walk = mig_round(%s + mig_n_%s * %u, 4);\n",
                        walk_place(f), f->name, f->elem_size);
            }
            out_put(o, "    (void)mig_n_%s;\n", f->name);
            continue;
        }
        if (is_inline_count(f)) {
            out_put(o, "    mig_n_%s = mig_load32(%s, mig_walk);\n",
                    f->arg->name, p);
        } else if (is_plain(f)) {
            out_put(o, "    mig_load(&mig_v_%s, %s, mig_walk, "
                    "sizeof(mig_v_%s));\n", f->name, p, f->name);
        } else {
            out_put(o, "    mig_o_%s = mig_walk;\n", f->name);
        }
        if (f->next != NULL) {
            out_put(o, "    mig_walk = mig_round(mig_walk + %llu, 4);\n",
                    (unsigned long long)f->size);
        }
    }
    if (moves(m)) {
        out_put(o, "    (void)mig_walk;\n");
    }
}

const char *
walk_value(const struct field *f, const char *p)
{
    return f->dynamic ? mig_format("mig_v_%s", f->name)
                      : mig_format("%s->%s", p, f->name);
}

const char *
walk_pointer(const struct field *f, const char *p, enum side side)
{
    const char *elem = ctype_elem(f->arg->type, side);

    return f->dynamic
               ? mig_format("(%s)mig_place(%s, mig_o_%s)",
                            cdecl_declare(elem, "*"), p, f->name)
               : mig_format("%s->%s", p, f->name);
}

const char *
walk_count(const struct field *f, const char *p, unsigned i)
{
    if (f->dynamic) {
        return mig_format("mig_load32(%s, mig_o_%s + %u)", p, f->name, i * 4);
    }
    return f->repeat == 1 ? mig_format("%s->%s", p, f->name)
                          : mig_format("%s->%s[%u]", p, f->name, i);
}

const struct field *
field_of(const struct message *m, const struct arg *a, enum field_kind kind)
{
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        if (f->arg == a && f->kind == kind) {
            return f;
        }
    }
    return NULL;
}

const struct field *
descriptor_of(const struct message *m, const struct arg *a)
{
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        if (f->arg == a && (f->kind == FIELD_PORT || f->kind == FIELD_OOL ||
                            f->kind == FIELD_OOL_PORTS)) {
            return f;
        }
    }
    return NULL;
}
