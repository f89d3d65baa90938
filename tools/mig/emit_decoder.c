/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace decoder table: what is needed to show a message of this interface
 * by name and argument, as JSON.  For each routine its id and the members of
 * request and reply in wire order; places follow from sizes, counts and
 * alignment as one goes (see layout.c).
 *
 *   {"kind": port | memory | ports | count | capacity | value | elements,
 *    "name", "type": as declared, of arrays the elements',
 *    "format": int | uint | hex | bool | real | text | bytes | right,
 *    "unit": bytes of a value or an element, "size": in line, at most,
 *    "align", "repeat": how many in a row}
 */
#include <string.h>

#include "emit.h"

static const struct type *
value_type(const struct type *t)
{
    while (t->elem != NULL && (t->kind == TYPE_ARRAY || t->ool)) {
        t = t->elem;
    }
    return t;
}

static const char *
kind_name(const struct field *f)
{
    static const char *const names[] = {
        [FIELD_PORT] = "port", [FIELD_OOL] = "memory",
        [FIELD_OOL_PORTS] = "ports", [FIELD_COUNT] = "count",
        [FIELD_CAPACITY] = "capacity", [FIELD_VALUE] = "value",
        [FIELD_DATA] = "elements",
    };

    return names[f->kind];
}

static const char *
scalar_format(const struct type *t)
{
    const char *c = t->basic_c == NULL ? "" : t->basic_c;

    if (t->sent == MT_REAL_32 || t->sent == MT_REAL_64 ||
        t->sent == MT_REAL) {
        return "real";
    }
    if (t->name != NULL && strstr(t->name, "boolean") != NULL) {
        return "bool";
    }
    if (t->name != NULL && (strstr(t->name, "address") != NULL ||
                            strstr(t->name, "port") != NULL)) {
        return "hex";
    }
    if (t->sent == MT_BYTE || t->sent == MT_CHAR) {
        return "bytes";
    }
    return c[0] == 'u' ? "uint" : "int";
}

static const char *
format_name(const struct field *f)
{
    const struct type *t = value_type(f->arg->type);

    if (f->kind == FIELD_COUNT || f->kind == FIELD_CAPACITY) {
        return "uint";
    }
    switch (t->kind) {
    case TYPE_PORT:
        return "right";
    case TYPE_STRING:
        return "text";
    case TYPE_BASIC:
        return scalar_format(t);
    default:
        return "bytes";
    }
}

static unsigned
unit(const struct field *f)
{
    const struct type *t = value_type(f->arg->type);

    switch (f->kind) {
    case FIELD_COUNT:
    case FIELD_CAPACITY:
        return 4;
    case FIELD_VALUE:
        return t->kind == TYPE_BASIC ? (unsigned)t->size : 1;
    default:
        return f->elem_size == 0 ? 1 : f->elem_size;
    }
}

static void
put_field(struct out *o, const struct field *f)
{
    const struct type *t = value_type(f->arg->type);

    out_put(o, "    {\"kind\": \"%s\", \"name\": \"%s\", \"type\": \"%s\", "
            "\"format\": \"%s\",\n     \"unit\": %u, \"size\": %llu, "
            "\"align\": %u, \"repeat\": %u}%s\n", kind_name(f),
            f->kind == FIELD_COUNT || f->kind == FIELD_CAPACITY
                ? f->name : f->arg->name,
            t->name == NULL ? "" : t->name, format_name(f), unit(f),
            (unsigned long long)f->size, f->align, f->repeat,
            f->next == NULL ? "" : ",");
}

static void
put_message(struct out *o, const char *name, const struct message *m)
{
    out_put(o, "   \"%s\": [\n", name);
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        put_field(o, f);
    }
    out_put(o, "   ]");
}

void
emit_decoder(struct out *o)
{
    out_put(o, "{\"format\": 1, \"subsystem\": \"%s\", \"routines\": [\n",
            subsystem.name);
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        out_put(o, "  {\"id\": %lld, \"name\": \"%s\", \"simple\": %s, "
                "\"target\": \"%s\",\n", (long long)rt->id, rt->name,
                rt->simple ? "true" : "false",
                rt->request_port == NULL ? "" : rt->request_port->name);
        put_message(o, "request", &rt->request);
        if (!rt->simple) {
            out_put(o, ",\n");
            put_message(o, "reply", &rt->reply);
        }
        out_put(o, "}%s\n", rt->next == NULL ? "" : ",");
    }
    out_put(o, "]}\n");
}
