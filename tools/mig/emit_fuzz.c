/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzz harness: the requests of an interface as tables (<mach/mig_fuzz.h>),
 * from which libmach/mig_fuzz.c makes messages that are right, nearly right or
 * noise; and, with MIG_FUZZ_HARNESS defined, libFuzzer's entry, which hands
 * them to the generated server.
 */
#include "emit.h"

static const char *
kind_name(const struct field *f)
{
    static const char *const names[] = {
        [FIELD_PORT] = "PORT", [FIELD_OOL] = "OOL",
        [FIELD_OOL_PORTS] = "OOL_PORTS", [FIELD_COUNT] = "COUNT",
        [FIELD_CAPACITY] = "CAPACITY", [FIELD_VALUE] = "VALUE",
        [FIELD_DATA] = "DATA",
    };

    return names[f->kind];
}

/* The type that the values have: of arrays and out-of-line data, the
 * elements'. */
static const struct type *
value_type(const struct type *t)
{
    while (t->elem != NULL && (t->kind == TYPE_ARRAY || t->ool)) {
        t = t->elem;
    }
    return t;
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
        if (t->kind == TYPE_BASIC) {
            return (unsigned)t->size;
        }
        return t->kind == TYPE_NATIVE ? 8 : 1;
    default:
        return f->elem_size == 0 ? 1 : f->elem_size;
    }
}

static void
put_field(struct out *o, const struct field *f)
{
    const struct type *t = value_type(f->arg->type);
    bool text = t->kind == TYPE_STRING;

    out_put(o, "    {MIG_FUZZ_%s, %u, %s, %u, %u, %u, %llu, %u, \"%s\", "
            "\"%s\"},\n", kind_name(f), f->repeat, text ? "1" : "0",
            f->align, t->kind == TYPE_PORT ? t->sent & 0xff : 0, unit(f),
            (unsigned long long)f->size, f->limit, f->name,
            t->name == NULL ? "" : t->name);
}

static unsigned
put_fields(struct out *o, const struct routine *rt)
{
    unsigned n = 0;

    if (rt->request.fields == NULL) {
        return 0;
    }
    out_put(o, "static const struct mig_fuzz_field %s_fields[] = {\n",
            rt->name);
    for (const struct field *f = rt->request.fields; f != NULL; f = f->next) {
        put_field(o, f);
        n++;
    }
    out_put(o, "};\n\n");
    return n;
}

static void
put_routine(struct out *o, const struct routine *rt, unsigned fields)
{
    const char *target = rt->request_port == NULL
                             ? NULL
                             : rt->request_port->type->name;

    out_put(o, "    {\"%s\", %lld, %u, %u, %s, %u, %llu, %llu, ",
            rt->name, (long long)rt->id, rt->request.descriptors,
            (unsigned)rt->request.body, rt->simple ? "1" : "0", fields,
            (unsigned long long)rt->request.min_size,
            (unsigned long long)rt->request.max_size);
    out_put(o, "\"%s\", ", target == NULL ? "" : target);
    if (fields == 0) {
        out_put(o, "(const struct mig_fuzz_field *)0},\n");
    } else {
        out_put(o, "%s_fields},\n", rt->name);
    }
}

static void
put_harness(struct out *o)
{
    const char *symbol = mig_format("%s%s", server_prefix(), subsystem.name);

    out_put(o, "\n#ifdef MIG_FUZZ_HARNESS\n"
            "extern const struct mig_subsystem %s_subsystem;\n\n"
            "int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);\n\n"
            "int\nLLVMFuzzerTestOneInput(const uint8_t *data, size_t size)\n"
            "{\n    mig_fuzz_serve(&%s_fuzz, &%s_subsystem, data, size);\n"
            "    return 0;\n}\n#endif\n", symbol, subsystem.name, symbol);
}

void
emit_fuzz(struct out *o)
{
    unsigned count = 0;
    unsigned *fields;

    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        count++;
    }
    fields = mig_alloc(sizeof(*fields) * count);
    emit_file_head(o, "a fuzz harness");
    out_put(o, "#include <mach/mig_fuzz.h>\n\n");
    count = 0;
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        fields[count++] = put_fields(o, rt);
    }
    out_put(o, "static const struct mig_fuzz_routine routines[] = {\n");
    count = 0;
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        put_routine(o, rt, fields[count++]);
    }
    if (count == 0) {
        out_put(o, "    {\"\", 0, 0, 0, 0, 0, 0, 0, \"\", "
                "(const struct mig_fuzz_field *)0},\n");
    }
    out_put(o, "};\n\n#ifdef __cplusplus\nextern\n#endif\n"
            "const struct mig_fuzz_interface %s_fuzz = {\n"
            "    \"%s\", %lld, %lld, %u, routines,\n};\n", subsystem.name,
            subsystem.name, (long long)subsystem.base,
            (long long)subsystem.next_id, count);
    put_harness(o);
}
