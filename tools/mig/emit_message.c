/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The structures of a routine's messages, as they are with every array full.
 * Gaps are members, so that they can be cleared, and the place and size of
 * each member is asserted.
 */
#include "cdecl.h"
#include "emit.h"

static void
member_declaration(struct out *o, const struct field *f, enum side side)
{
    const struct type *t = f->arg->type;
    const char *many = f->repeat == 1 ? "" : mig_format("[%u]", f->repeat);

    switch (f->kind) {
    case FIELD_PORT:
        out_put(o, "    mach_msg_port_descriptor_t %s%s;\n", f->name, many);
        break;
    case FIELD_OOL:
        out_put(o, "    mach_msg_ool_descriptor_t %s%s;\n", f->name, many);
        break;
    case FIELD_OOL_PORTS:
        out_put(o, "    mach_msg_ool_ports_descriptor_t %s%s;\n", f->name,
                many);
        break;
    case FIELD_COUNT:
    case FIELD_CAPACITY:
        out_put(o, "    mach_msg_type_number_t %s%s;\n", f->name, many);
        break;
    case FIELD_VALUE:
    case FIELD_DATA:
        if (f->size == 0) {
            break;
        }
        if (t->kind == TYPE_ARRAY || t->kind == TYPE_STRING) {
            out_put(o, "    %s[%llu];\n",
                    cdecl_declare(ctype_elem(t, side), f->name),
                    (unsigned long long)f->size / ctype_elem_size(t));
        } else if (t->kind == TYPE_NATIVE) {
            out_put(o, "    uint64_t %s;\n", f->name);
        } else {
            out_put(o, "    %s;\n",
                    cdecl_declare(ctype_wire(t, side), f->name));
        }
        break;
    }
}

static bool
is_descriptor(const struct field *f)
{
    return f->kind == FIELD_PORT || f->kind == FIELD_OOL ||
           f->kind == FIELD_OOL_PORTS;
}

static void
message_struct(struct out *o, const struct message *m, const char *name,
               enum side side)
{
    const struct field *f = m->fields;
    uint64_t at = m->body + 8;

    out_put(o, "typedef struct {\n    mach_msg_header_t Head;\n");
    if (m->descriptors != 0) {
        out_put(o, "    mach_msg_body_t msgh_body;\n");
    }
    for (; f != NULL && is_descriptor(f); f = f->next) {
        member_declaration(o, f, side);
    }
    out_put(o, "    NDR_record_t NDR;\n");
    if (m->has_retcode) {
        out_put(o, "    kern_return_t RetCode;\n");
        at += 4;
    }
    for (; f != NULL; f = f->next) {
        if (f->offset != at && f->size != 0) {
            out_put(o, "    char mig_gap%llu[%llu];\n",
                    (unsigned long long)at,
                    (unsigned long long)(f->offset - at));
        }
        member_declaration(o, f, side);
        at = f->offset + f->size;
    }
    out_put(o, "} %s;\n"
            "MIG_ASSERT(sizeof(%s) >= %llu && sizeof(%s) < %llu,\n"
            "    \"the size of a message\");\n", name, name,
            (unsigned long long)m->max_size, name,
            (unsigned long long)m->max_size + 8);
    for (f = m->fields; f != NULL; f = f->next) {
        if (f->size == 0) {
            continue;
        }
        out_put(o, "MIG_ASSERT_MEMBER(%s, %s, %llu, %llu);\n", name, f->name,
                (unsigned long long)f->offset, (unsigned long long)f->size);
    }
    out_put(o, "\n");
}

/* Elements out of line are in no structure: the type that the prototype
 * names must have the size that counts are multiplied by. */
static void
assert_elements(struct out *o, const struct message *m, enum side side)
{
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        const struct type *t = f->arg->type;

        if (f->kind != FIELD_OOL || kernel_side(side)) {
            continue;
        }
        t = t->kind == TYPE_ARRAY && !t->ool ? t->elem : t;
        if (t->kind == TYPE_ARRAY && t->elem->size != 0 &&
            ctype_explicit(t, side) == NULL) {
            out_put(o, "MIG_ASSERT(sizeof(%s) == %u,\n"
                    "    \"an element of %s\");\n", ctype_elem(t, side),
                    ctype_elem_size(t), f->name);
        }
    }
}

void
emit_message_types(struct out *o, const struct routine *rt, enum side side)
{
    assert_elements(o, &rt->request, side);
    assert_elements(o, &rt->reply, side);
    message_struct(o, &rt->request, mig_format("__Request__%s_t", rt->name),
                   side);
    if (!rt->simple) {
        message_struct(o, &rt->reply, mig_format("__Reply__%s_t", rt->name),
                       side);
    }
}
