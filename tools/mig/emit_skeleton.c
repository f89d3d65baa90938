/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server to begin with: a routine for each entry, which refuses, and a main
 * that serves them with libserver under the subsystem's name.
 */
#include <string.h>

#include "comment.h"
#include "emit.h"

/* The file without its folders. */
static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static void
put_comment(struct out *o, const char *text)
{
    out_put(o, "/*\n * ");
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            out_put(o, text[1] == '\n' || text[1] == '\0' ? "\n *" : "\n * ");
        } else {
            out_put(o, "%c", *text);
        }
    }
    out_put(o, "\n */\n");
}

static void
unused(struct out *o, const struct arg *a, const char *suffix)
{
    out_put(o, "    (void)%s%s;\n", a->name, suffix);
}

/* The parameters that proto.c gives to this argument. */
static void
put_unused(struct out *o, const struct arg *a)
{
    const struct type *t = a->type;
    bool data = arg_is_in(a) || arg_is_out(a);
    enum shape shape = shape_of(t, SIDE_SERVER);

    unused(o, a, "");
    if (data && shape != SHAPE_VALUE && a->same == NULL &&
        type_has_count(shape == SHAPE_OOL_ARRAY ? t->elem : t)) {
        unused(o, a, "Cnt");
    }
    if (arg_has_poly(a, SIDE_SERVER)) {
        unused(o, a, "Poly");
    }
    if (arg_is_out(a) && (a->flags & FLAG_DEALLOC_DYNAMIC)) {
        unused(o, a, "Dealloc");
    }
}

static void
put_routine(struct out *o, const struct routine *rt)
{
    const char *comment = comment_of(rt->loc);

    if (comment != NULL) {
        put_comment(o, comment);
    }
    emit_prototype(o, rt, SIDE_SERVER);
    out_put(o, "\n{\n");
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (arg_in_server(a)) {
            put_unused(o, a);
        }
    }
    out_put(o, "    return KERN_NOT_SUPPORTED;\n}\n\n");
}

static void
put_main(struct out *o)
{
    out_put(o, "static const struct mig_subsystem *const subsystems[] = {\n"
            "    &%s%s_subsystem, NULL\n};\n\n", server_prefix(),
            subsystem.name);
    out_put(o, "static const struct server_class class = {\n"
            "    .sc_name = \"%s\",\n    .sc_subsystems = subsystems,\n"
            "};\n\n"
            "static struct server_object control;\n\n", subsystem.name);
    out_put(o, "int\nmain(void)\n{\n"
            "    server_object_init(&control, &class);\n"
            "    server_add_control(\"%s\", &control);\n"
            "    server_run();\n}\n", subsystem.name);
}

void
emit_skeleton(struct out *o)
{
    const char *header = options.out[OUT_SHEADER];

    if (header == NULL || strcmp(header, "/dev/null") == 0) {
        header = mig_format("%s_server.h", subsystem.name);
    }
    out_put(o, "/*\n * A server of the interface \"%s\", begun by mig "
            "-skeleton.\n * Its object is `control`; what libserver offers "
            "is in <server/object.h>.\n */\n#include <mach/mach.h>\n"
            "#include <mach/mig_server.h>\n#include <server/object.h>\n"
            "#include \"%s\"\n\n", subsystem.name, base_name(header));
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        put_routine(o, rt);
    }
    put_main(o);
}
