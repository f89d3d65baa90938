/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -emit-types: the C types that generated code names and no header declares,
 * made from the model.  A type that travels gets its model's size and shape;
 * one that only translation functions know is a pointer to an unknown
 * structure; one that stands for an array is a pointer to its elements.
 *
 * The generated headers include this file behind their imports.  An imported
 * header that does not exist is left out.  A type that the tree's headers
 * declare with another size is given a name of its own by a macro.
 */
#include <ctype.h>
#include <string.h>

#include "cdecl.h"
#include "emit_types.h"
#include "names.h"
#include "need.h"

static const char *condition; /* of the output, see put_condition */

static const char *
scalar(const struct type *t)
{
    switch (t->sent) {
    case MT_REAL:
    case MT_REAL_32:
        return "float";
    case MT_REAL_64:
        return "double";
    case MT_CHAR:
        return "char";
    case MT_PORT_NAME:
        return "mach_port_name_t";
    default:
        return t->size == 8   ? "int64_t"
               : t->size == 4 ? "int32_t"
               : t->size == 2 ? "int16_t"
                              : "uint8_t";
    }
}

/* `TYPE name[N]`: a member, or what a typedef declares. */
static const char *
declaration(const struct type *t, const char *name)
{
    if (t->kind == TYPE_ARRAY || t->kind == TYPE_STRING) {
        unsigned each = ctype_elem_size(t);

        return mig_format("%s[%llu]",
                          cdecl_declare(ctype_elem(t, SIDE_USER), name),
                          (unsigned long long)t->size / each);
    }
    return cdecl_declare(ctype_wire(t, SIDE_USER), name);
}

/* C++ has more words than C. */
static const char *
member_name(const struct member *m)
{
    return name_is_cxx_keyword(m->name) ? mig_format("%s_", m->name)
                                        : m->name;
}

static void
put_structure(struct out *o, const struct type *t, const char *tag)
{
    unsigned i = 0;

    out_put(o, "struct %s {\n", tag);
    if (t->size == 0) {
        out_put(o, "    char empty[0];\n");
    } else if (t->kind == TYPE_STRUCT && t->elem != NULL) {
        out_put(o, "    %s[%u];\n",
                cdecl_declare(ctype_wire(t->elem, SIDE_USER), "element"),
                t->count);
    } else if (t->kind == TYPE_STRUCT) {
        for (const struct member *m = t->members; m != NULL; m = m->next) {
            out_put(o, "    %s;\n", declaration(m->type, member_name(m)));
            i++;
        }
    } else {
        out_put(o, "    %s;\n", declaration(t, "value"));
    }
    out_put(o, "};\n");
}

static void
put_value(struct out *o, const struct need *n)
{
    const struct type *t = n->type;

    if (n->tag || t->kind == TYPE_STRUCT) {
        put_structure(o, t, n->name);
        if (!n->tag) {
            out_put(o, "typedef struct %s %s;\n", n->name, n->name);
        }
    } else if (t->kind == TYPE_NATIVE) {
        out_put(o, "typedef uint64_t %s;\n", n->name);
    } else if (t->kind == TYPE_PORT) {
        out_put(o, "typedef %s;\n",
                cdecl_declare(kernel_side(SIDE_SERVER) ? "struct ipc_port *"
                                                       : "mach_port_t",
                              n->name));
    } else {
        out_put(o, "typedef %s %s;\n", scalar(t), n->name);
    }
}

static void
put_declaration(struct out *o, const struct need *n)
{
    if (n->same_as != NULL) {
        out_put(o, "typedef %s;\n", cdecl_declare(n->same_as, n->name));
    } else if (n->kind == NEED_VALUE) {
        put_value(o, n);
    } else if (n->tag) {
        out_put(o, "struct %s;\n", n->name);
    } else if (n->kind == NEED_POINTER) {
        out_put(o, "typedef %s;\n",
                cdecl_declare(cdecl_join(n->elem, "*"), n->name));
    } else {
        out_put(o, "typedef struct %s_object *%s;\n", n->name, n->name);
    }
}

static void put_need(struct out *o, struct need *n);

/* What follows stands under this condition; NULL: under none. */
static void
put_condition(struct out *o, const char *where)
{
    if (condition != NULL && where != NULL && strcmp(condition, where) == 0) {
        return;
    }
    if (condition != NULL) {
        out_put(o, "#endif\n");
    }
    if (where != NULL) {
        out_put(o, "#if !(%s)\n", where);
    }
    condition = where;
}

static void
put_named(struct out *o, const char *ctype)
{
    unsigned stars;
    bool tag;
    const char *name = need_base(ctype, &stars, &tag);
    struct need *n = name == NULL ? NULL : need_find(name, tag);

    if (n != NULL) {
        put_need(o, n);
    }
}

/* The parts of a structure come before it. */
static void
put_parts(struct out *o, const struct type *t)
{
    if (t->kind != TYPE_STRUCT && t->kind != TYPE_ARRAY) {
        return;
    }
    for (const struct member *m = t->members; m != NULL || t->elem != NULL;
         m = m->next) {
        const struct type *part = m == NULL ? t->elem : m->type;

        put_parts(o, part);
        put_named(o, part->kind == TYPE_ARRAY || part->kind == TYPE_STRING
                         ? ctype_elem(part, SIDE_USER)
                         : ctype_wire(part, SIDE_USER));
        if (m == NULL) {
            break;
        }
    }
}

/* Does a header declare it otherwise, or only sometimes? */
static bool
has_other_size(const struct need *n, const struct known_type *k)
{
    if (k == NULL && known_from_imports(n->name) == NULL &&
        known_as_extension(n->name)) {
        return true;
    }
    if (n->kind != NEED_VALUE || n->type->kind == TYPE_PORT || n->tag) {
        return false;
    }
    if (k != NULL) {
        return k->size != n->type->size;
    }
    return known_from_imports(n->name) != NULL &&
           known_library_size(n->name) != 0 &&
           known_library_size(n->name) != n->type->size;
}

static void
put_need(struct out *o, struct need *n)
{
    const struct known_type *k = n->tag ? NULL : known_type(n->name);
    bool other_size = has_other_size(n, k);
    const char *where;

    if (n->done) {
        return;
    }
    n->done = true;
    if (!other_size && k != NULL && k->guard == NULL) {
        return;
    }
    where = known_from_imports(n->name);
    if (k != NULL) {
        where = mig_format(where == NULL ? "defined(%s)" : "defined(%s) || %s",
                           k->guard, where);
    }
    if (n->same_as != NULL) {
        put_named(o, n->same_as);
    } else if (n->kind == NEED_VALUE) {
        put_parts(o, n->type);
    }
    put_condition(o, other_size ? NULL : where);
    if (other_size) {
        out_put(o, "#define %s mig_%s_%s\n", n->name, subsystem.name,
                n->name);
    }
    put_declaration(o, n);
}

/* Constants in statements and PointerToIfNot: 0 where no header has them. */
static void
put_constants(struct out *o, const char *text)
{
    while (text != NULL && *text != '\0') {
        size_t n = 0;

        while (isalnum((unsigned char)text[n]) || text[n] == '_') {
            n++;
        }
        if (n != 0 && !isdigit((unsigned char)*text)) {
            const char *name = mig_format("%.*s", (int)n, text);
            const char *where = known_from_imports(name);

            out_put(o, "#if !defined(%s)%s\n#define %s 0\n#endif\n", name,
                    where == NULL ? "" : mig_format(" && !(%s)", where),
                    name);
        }
        text += n == 0 ? 1 : n;
    }
}

static void
put_all_constants(struct out *o)
{
    const char *last[3] = {NULL, NULL, NULL};

    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        const char *now[3] = {rt->msg_option, rt->wait_time, rt->send_time};

        for (int i = 0; i < 3; i++) {
            if (now[i] != last[i]) {
                put_constants(o, now[i]);
                last[i] = now[i];
            }
        }
        for (const struct arg *a = rt->args; a != NULL; a = a->next) {
            if (a->type->kind == TYPE_NATIVE) {
                put_constants(o, a->type->native_bad);
            }
        }
    }
}

void
emit_types(struct out *o)
{
    char *guard = mig_format("%s_TYPES", guard_name(o->path));

    emit_file_head(o, "the C types that no header declares");
    out_put(o, "#ifndef %s\n#define %s\n\n"
            "#ifndef MIG_EMITTED_TYPES\n#define MIG_EMITTED_TYPES 1\n#endif\n"
            "#include <mach/mig_types.h>\n%s", guard, guard,
            subsystem.kernel_server || subsystem.kernel_user
                ? "struct ipc_port;\nstruct vm_map_copy;\n" : "");
    emit_common_imports(o);
    out_put(o, "\n");
    need_collect();
    need_settle();
    for (struct need *n = needs; n != NULL; n = n->next) {
        put_need(o, n);
    }
    put_condition(o, NULL);
    put_all_constants(o);
    out_put(o, "\n#endif\n");
}
