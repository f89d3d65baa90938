/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks of a received message's contents.  The header (complex bit, size
 * between the smallest and the largest) has been checked before, so members
 * that never move may be read; every count is compared with its bound before
 * it takes part in arithmetic, and whatever moves is inside the message
 * before it is read.
 */
#include <string.h>

#include "emit_user.h"

static const char *
indexed(const struct field *f, const char *name, unsigned i)
{
    return f->repeat == 1 ? mig_format("M->%s", name)
                          : mig_format("M->%s[%u]", name, i);
}

static const struct type *
descriptor_type(const struct field *f)
{
    const struct type *t = f->arg->type;

    return t->kind == TYPE_ARRAY && !t->ool ? t->elem : t;
}

/* A check: what is refused when it holds, and the check's name, which stands
 * behind it; tests/mig/checks.py breaks each. */
static void
refuse(struct out *o, const char *condition, const char *error,
       const char *name)
{
    out_put(o, "    if (%s) {\n        return %s; /* check: %s */\n    }\n",
            condition, error, name);
}

static void
check_ool(struct out *o, const struct field *f, unsigned i)
{
    const struct type *t = descriptor_type(f);
    const char *d = indexed(f, f->name, i);

    refuse(o, mig_format("%s.type != MACH_MSG_OOL_DESCRIPTOR", d),
           "MIG_TYPE_ERROR", "range-type");
    if (t->kind == TYPE_STRING && t->variable) {
        refuse(o, mig_format("%s.size > %u", d, t->count), "MIG_TYPE_ERROR",
               "range-string-bound");
        refuse(o, mig_format("%s.size == 0", d), "MIG_TYPE_ERROR",
               "range-string-empty");
    } else if (!type_has_count(t)) {
        refuse(o, mig_format("%s.size != %llu", d,
                             (unsigned long long)t->size),
               "MIG_TYPE_ERROR", "range-size");
    }
}

static void
check_disposition(struct out *o, const char *d, unsigned want,
                  const char *name)
{
    if (want != MT_POLYMORPHIC) {
        refuse(o, mig_format("%s.disposition != %s", d,
                             type_port_text(want)), "MIG_TYPE_ERROR", name);
    }
}

static void
check_ool_ports(struct out *o, const struct field *f, unsigned i)
{
    const struct type *t = descriptor_type(f);
    const char *d = indexed(f, f->name, i);

    refuse(o, mig_format("%s.type != MACH_MSG_OOL_PORTS_DESCRIPTOR", d),
           "MIG_TYPE_ERROR", "rights-type");
    check_disposition(o, d, t->elem->received, "rights-disposition");
    if (!type_has_count(t)) {
        refuse(o, mig_format("%s.count != %u", d, t->count),
               "MIG_TYPE_ERROR", "rights-number");
    }
}

static void
check_port(struct out *o, const struct field *f, unsigned i)
{
    const char *d = indexed(f, f->name, i);

    refuse(o, mig_format("%s.type != MACH_MSG_PORT_DESCRIPTOR", d),
           "MIG_TYPE_ERROR", "right-type");
    check_disposition(o, d, descriptor_type(f)->received,
                      "right-disposition");
}

void
check_descriptors(struct out *o, const struct message *m)
{
    if (m->descriptors != 0) {
        refuse(o, mig_format("M->msgh_body.msgh_descriptor_count != %u",
                             m->descriptors),
               "MIG_TYPE_ERROR", "descriptors");
    }
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        for (unsigned i = 0; i < f->repeat; i++) {
            if (f->kind == FIELD_PORT) {
                check_port(o, f, i);
            } else if (f->kind == FIELD_OOL) {
                check_ool(o, f, i);
            } else if (f->kind == FIELD_OOL_PORTS) {
                check_ool_ports(o, f, i);
            }
        }
    }
}

static bool
is_string(const struct field *f)
{
    return f->arg->type->kind == TYPE_STRING && !f->arg->type->ool;
}

/* The descriptors that have a's count as well. */
static void
check_same_count(struct out *o, const struct message *m, const struct arg *a,
                 const char *have)
{
    for (const struct field *d = m->fields; d != NULL; d = d->next) {
        if (d->arg->same != a || d->kind == FIELD_DATA) {
            continue;
        }
        if (d->kind == FIELD_OOL_PORTS) {
            refuse(o, mig_format("%s != M->%s.count", have, d->name),
                   "MIG_TYPE_ERROR", "rights-count");
        } else {
            refuse(o, mig_format("(uint64_t)%s * %u != M->%s.size", have,
                                 d->elem_size, d->name),
                   "MIG_TYPE_ERROR", "range-count");
        }
    }
}

/* The count of a descriptor: at most its bound, and what the kernel says. */
static void
check_count(struct out *o, const struct message *m, const struct field *f)
{
    const struct field *d = m->fields;

    while (d->arg != f->arg) {
        d = d->next;
    }
    for (unsigned i = 0; i < f->repeat; i++) {
        const struct type *t = descriptor_type(d);
        const char *have = f->dynamic
                               ? mig_format("mig_load32(M, mig_at + %u)",
                                            i * 4)
                               : indexed(f, f->name, i);
        uint32_t limit = type_has_count(f->arg->type) ? arg_limit(f->arg)
                         : t->bounded ? t->count : UINT32_MAX;

        if (limit != UINT32_MAX) {
            refuse(o, mig_format("%s > %u", have, limit),
                   "MIG_TYPE_ERROR", d->kind == FIELD_OOL_PORTS
                                         ? "rights-bound" : "range-bound");
        }
        if (d->kind == FIELD_OOL_PORTS) {
            refuse(o, mig_format("%s != %s.count", have,
                                 indexed(d, d->name, i)),
                   "MIG_TYPE_ERROR", "rights-count");
        } else {
            refuse(o, mig_format("(uint64_t)%s * %u != %s.size", have,
                                 d->elem_size, indexed(d, d->name, i)),
                   "MIG_TYPE_ERROR", "range-count");
        }
        check_same_count(o, m, f->arg, have);
    }
}

/* The bound of a count in line, of an array or a string. */
static uint32_t
count_limit(const struct field *f)
{
    return type_has_count(f->arg->type) ? arg_limit(f->arg)
                                        : f->arg->type->count;
}

/* Is it the count of a descriptor, not of an array in line? */
static bool
counts_descriptor(const struct field *f)
{
    return f->kind == FIELD_COUNT && !type_is_inline_variable(f->arg->type);
}

/* A member that moves: it must lie inside before it is looked at. */
static void
check_moving(struct out *o, const struct message *m, const struct field *f)
{
    if (f->align > 4) {
        out_put(o, "    mig_at = mig_round(mig_at, %u);\n", f->align);
    }
    if (f->kind == FIELD_DATA) {
        out_put(o, "    mig_span = mig_count * %u;\n", f->elem_size);
    } else {
        out_put(o, "    mig_span = %llu;\n", (unsigned long long)f->size);
    }
    /* Where it can be at most, every message of the least size still is. */
    if (f->offset + f->size > m->min_size) {
        refuse(o, "mig_span > mig_size || mig_at > mig_size - mig_span",
               "MIG_BAD_ARGUMENTS", "inside");
    }
    if (counts_descriptor(f)) {
        check_count(o, m, f);
    } else if (f->kind == FIELD_COUNT) {
        out_put(o, "    mig_count = mig_load32(M, mig_at);\n");
        refuse(o, mig_format("mig_count > %u", count_limit(f)),
               "MIG_BAD_ARGUMENTS", "array-bound");
        check_same_count(o, m, f->arg, "mig_count");
    }
    if (is_string(f) && f->kind == FIELD_DATA) {
        refuse(o, "!mig_string_exact(M, mig_at, mig_count)",
               "MIG_BAD_ARGUMENTS", "string-exact");
    } else if (is_string(f) && f->kind == FIELD_VALUE) {
        refuse(o, "!mig_string_within(M, mig_at, mig_span)",
               "MIG_BAD_ARGUMENTS", "string-within");
    }
    out_put(o, "    mig_at = mig_round(mig_at + mig_span, 4);\n");
}

void
check_contents(struct out *o, const struct message *m)
{
    bool moving = false;

    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        if (f->kind == FIELD_PORT || f->kind == FIELD_OOL ||
            f->kind == FIELD_OOL_PORTS) {
            continue;
        }
        if (f->dynamic) {
            check_moving(o, m, f);
        } else if (f->kind == FIELD_DATA) {
            moving = true;
            out_put(o, "    mig_count = M->%sCnt;\n", f->name);
            refuse(o, mig_format("mig_count > %u", count_limit(f)),
                   "MIG_BAD_ARGUMENTS", "array-bound");
            check_same_count(o, m, f->arg, "mig_count");
            out_put(o, "    mig_at = %llu;\n",
                    (unsigned long long)f->offset);
            check_moving(o, m, f);
        } else if (f->kind == FIELD_VALUE && is_string(f)) {
            refuse(o, mig_format("!mig_string_within(M, %llu, %llu)",
                                 (unsigned long long)f->offset,
                                 (unsigned long long)f->size),
                   "MIG_BAD_ARGUMENTS", "string-within");
        } else if (counts_descriptor(f)) {
            check_count(o, m, f);
        }
    }
    if (moving) {
        refuse(o, "mig_at != mig_size", "MIG_BAD_ARGUMENTS", "end");
    }
}
