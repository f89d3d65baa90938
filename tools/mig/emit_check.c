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

static void
check_ool(struct out *o, const struct field *f, unsigned i)
{
    const struct type *t = descriptor_type(f);
    const char *d = indexed(f, f->name, i);

    out_put(o, "    if (%s.type != MACH_MSG_OOL_DESCRIPTOR) {\n"
            "        return MIG_TYPE_ERROR;\n    }\n", d);
    if (t->kind == TYPE_STRING && t->variable) {
        out_put(o, "    if (%s.size > %u || %s.size == 0) {\n"
                "        return MIG_TYPE_ERROR;\n    }\n", d, t->count, d);
    } else if (!type_has_count(t)) {
        out_put(o, "    if (%s.size != %llu) {\n        return MIG_TYPE_ERROR;"
                "\n    }\n", d, (unsigned long long)t->size);
    }
}

static void
check_ool_ports(struct out *o, const struct field *f, unsigned i)
{
    const struct type *t = descriptor_type(f);
    const char *d = indexed(f, f->name, i);
    unsigned want = t->elem->received;

    out_put(o, "    if (%s.type != MACH_MSG_OOL_PORTS_DESCRIPTOR", d);
    if (want != MT_POLYMORPHIC) {
        out_put(o, " ||\n        %s.disposition != %s", d,
                type_port_text(want));
    }
    out_put(o, ") {\n        return MIG_TYPE_ERROR;\n    }\n");
    if (!type_has_count(t)) {
        out_put(o, "    if (%s.count != %u) {\n        return MIG_TYPE_ERROR;"
                "\n    }\n", d, t->count);
    }
}

static void
check_port(struct out *o, const struct field *f, unsigned i)
{
    const char *d = indexed(f, f->name, i);
    unsigned want = descriptor_type(f)->received;

    out_put(o, "    if (%s.type != MACH_MSG_PORT_DESCRIPTOR", d);
    if (want != MT_POLYMORPHIC) {
        out_put(o, " ||\n        %s.disposition != %s", d,
                type_port_text(want));
    }
    out_put(o, ") {\n        return MIG_TYPE_ERROR;\n    }\n");
}

void
check_descriptors(struct out *o, const struct message *m)
{
    if (m->descriptors != 0) {
        out_put(o, "    if (M->msgh_body.msgh_descriptor_count != %u) {\n"
                "        return MIG_TYPE_ERROR;\n    }\n", m->descriptors);
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

        out_put(o, "    if (");
        if (t->bounded) {
            out_put(o, "%s > %u || ", have, t->count);
        }
        if (d->kind == FIELD_OOL_PORTS) {
            out_put(o, "%s != %s.count", have, indexed(d, d->name, i));
        } else {
            out_put(o, "(uint64_t)%s * %u != %s.size", have, d->elem_size,
                    indexed(d, d->name, i));
        }
        out_put(o, ") {\n        return MIG_TYPE_ERROR;\n    }\n");
    }
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
    out_put(o, "    if (mig_span > mig_size || mig_at > mig_size - mig_span) {"
            "\n        return MIG_BAD_ARGUMENTS;\n    }\n");
    if (counts_descriptor(f)) {
        check_count(o, m, f);
    } else if (f->kind == FIELD_COUNT) {
        out_put(o, "    mig_count = mig_load32(M, mig_at);\n"
                "    if (mig_count > %u) {\n"
                "        return MIG_BAD_ARGUMENTS;\n    }\n",
                f->next->limit);
    }
    if (is_string(f) && f->kind == FIELD_DATA) {
        out_put(o, "    if (!mig_string_exact(M, mig_at, mig_count)) {\n"
                "        return MIG_BAD_ARGUMENTS;\n    }\n");
    } else if (is_string(f) && f->kind == FIELD_VALUE) {
        out_put(o, "    if (!mig_string_within(M, mig_at, mig_span)) {\n"
                "        return MIG_BAD_ARGUMENTS;\n    }\n");
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
            out_put(o, "    mig_count = M->%sCnt;\n"
                    "    if (mig_count > %u) {\n"
                    "        return MIG_BAD_ARGUMENTS;\n    }\n"
                    "    mig_at = %llu;\n", f->name, f->limit,
                    (unsigned long long)f->offset);
            check_moving(o, m, f);
        } else if (f->kind == FIELD_VALUE && is_string(f)) {
            out_put(o, "    if (!mig_string_within(M, %llu, %llu)) {\n"
                    "        return MIG_BAD_ARGUMENTS;\n    }\n",
                    (unsigned long long)f->offset,
                    (unsigned long long)f->size);
        } else if (counts_descriptor(f)) {
            check_count(o, m, f);
        }
    }
    if (moving) {
        out_put(o, "    if (mig_at != mig_size) {\n"
                "        return MIG_BAD_ARGUMENTS;\n    }\n");
    }
}
