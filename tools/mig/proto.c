/* SPDX-License-Identifier: BSD-2-Clause */
/* Names, prototypes and the fixed parts of generated files. */
#include <ctype.h>
#include <string.h>

#include "cdecl.h"
#include "emit.h"

const char *
server_prefix(void)
{
    const char *p = options.server_prefix != NULL ? options.server_prefix
                                                  : subsystem.server_prefix;

    return p == NULL ? "" : p;
}

const char *
user_name(const struct routine *rt)
{
    const char *p = options.user_prefix != NULL ? options.user_prefix
                                                : subsystem.user_prefix;

    return mig_format("%s%s", p == NULL ? "" : p, rt->name);
}

const char *
server_name(const struct routine *rt)
{
    return mig_format("%s%s", server_prefix(), rt->name);
}

struct params {
    struct out *o;
    unsigned count;
};

static void
add_param(struct params *p, const char *ctype, const char *name)
{
    out_put(p->o, "%s\n    %s", p->count++ == 0 ? "" : ",",
            cdecl_declare(ctype, name));
}

static const char *
pointer_to(const char *ctype)
{
    return mig_format("%s*", cdecl_join(ctype, ""));
}

/* `const E *` for what only goes in. */
static const char *
elem_pointer(const struct arg *a, enum side side)
{
    const char *elem = ctype_elem(a->type, side);
    bool constant = !arg_is_out(a) &&
                    !(a->flags & (FLAG_DEALLOC | FLAG_DEALLOC_DYNAMIC));

    if (constant && strncmp(elem, "const ", 6) != 0) {
        return strchr(elem, '*') != NULL
                   ? mig_format("%sconst *", elem)
                   : mig_format("const %s *", elem);
    }
    return pointer_to(elem);
}

static void
add_pointer_param(struct params *p, const struct arg *a, enum side side)
{
    const char *written = ctype_explicit(a->type, side);

    add_param(p, written != NULL ? written : elem_pointer(a, side), a->name);
}

static void
add_count_param(struct params *p, const struct arg *a)
{
    add_param(p, arg_is_out(a) ? "mach_msg_type_number_t *"
                               : "mach_msg_type_number_t",
              mig_format("%sCnt", a->name));
}

static void
add_ool_param(struct params *p, const struct arg *a, enum side side)
{
    const struct type *t = a->type;
    const char *written = ctype_explicit(t, side);
    bool ports = t->kind == TYPE_ARRAY && t->elem->kind == TYPE_PORT;

    if (kernel_side(side)) {
        const char *base = ports ? "struct ipc_port **"
                                 : "struct vm_map_copy *";

        add_param(p, arg_is_out(a) ? pointer_to(base) : base, a->name);
    } else if (written != NULL) {
        add_param(p, arg_is_out(a) ? pointer_to(written) : written, a->name);
    } else {
        const char *base = elem_pointer(a, side);

        add_param(p, arg_is_out(a) ? pointer_to(base) : base, a->name);
    }
    if (type_has_count(t)) {
        add_count_param(p, a);
    } else if (kernel_side(side)) {
        /* The kernel's copy objects say their size beside them. */
        add_param(p, arg_is_out(a) ? "mach_msg_size_t *" : "mach_msg_size_t",
                  mig_format("%sSize", a->name));
    }
}

static void
add_ool_array_params(struct params *p, const struct arg *a, enum side side)
{
    const char *range = kernel_side(side)
                            ? "struct vm_map_copy *"
                            : pointer_to(ctype_elem(a->type->elem, side));

    add_param(p, arg_is_out(a) ? pointer_to(range)
                               : mig_format("%sconst *", range), a->name);
    if (type_has_count(a->type->elem)) {
        add_param(p, arg_is_out(a) ? "mach_msg_type_number_t *"
                                   : "const mach_msg_type_number_t *",
                  mig_format("%sCnt", a->name));
    }
}

static void
add_data_param(struct params *p, const struct arg *a, enum side side)
{
    switch (shape_of(a->type, side)) {
    case SHAPE_VALUE: {
        const char *ctype = ctype_param(a->type, side);

        add_param(p, arg_is_out(a) ? pointer_to(ctype) : ctype, a->name);
        break;
    }
    case SHAPE_ARRAY:
    case SHAPE_VAR_STRING:
    case SHAPE_PORTS:
        add_pointer_param(p, a, side);
        break;
    case SHAPE_VAR_ARRAY:
        add_pointer_param(p, a, side);
        add_count_param(p, a);
        break;
    case SHAPE_OOL:
        add_ool_param(p, a, side);
        break;
    case SHAPE_OOL_ARRAY:
        add_ool_array_params(p, a, side);
        break;
    }
    if (arg_has_poly(a, side)) {
        add_param(p, arg_is_out(a) ? "mach_msg_type_name_t *"
                                   : "mach_msg_type_name_t",
                  mig_format("%sPoly", a->name));
    }
    if (a->flags & FLAG_DEALLOC_DYNAMIC) {
        bool sends = side == SIDE_USER ? arg_is_in(a) : arg_is_out(a);

        if (sends) {
            add_param(p, arg_is_out(a) ? "boolean_t *" : "boolean_t",
                      mig_format("%sDealloc", a->name));
        }
    }
}

static void
add_arg(struct params *p, const struct arg *a, enum side side)
{
    switch (a->kind) {
    case ARG_IN:
    case ARG_OUT:
    case ARG_INOUT:
        add_data_param(p, a, side);
        break;
    case ARG_AUDIT_TOKEN:
    case ARG_SECURITY_TOKEN:
    case ARG_USER_AUDIT_TOKEN:
    case ARG_USER_SECURITY_TOKEN:
        add_param(p, side == SIDE_USER
                         ? pointer_to(ctype_param(a->type, side))
                         : ctype_param(a->type, side), a->name);
        break;
    default:
        add_param(p, ctype_param(a->type, side), a->name);
        if (arg_has_poly(a, side)) {
            add_param(p, "mach_msg_type_name_t",
                      mig_format("%sPoly", a->name));
        }
        break;
    }
}

void
emit_params(struct out *o, const struct routine *rt, enum side side)
{
    struct params p = {o, 0};

    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (side == SIDE_USER ? arg_in_user(a) : arg_in_server(a)) {
            add_arg(&p, a, side);
        }
    }
    out_put(o, p.count == 0 ? "void)" : ")");
}

void
emit_prototype(struct out *o, const struct routine *rt, enum side side)
{
    out_put(o, "kern_return_t\n%s(",
            side == SIDE_USER ? user_name(rt) : server_name(rt));
    emit_params(o, rt, side);
}

void
emit_file_head(struct out *o, const char *what)
{
    out_put(o, "/* Generated by mig from the interface \"%s\": %s.\n"
            " * Changes here are lost. */\n", subsystem.name, what);
}

void
emit_imports(struct out *o, enum side side)
{
    enum import_kind mine = side == SIDE_USER ? IMPORT_USER : IMPORT_SERVER;

    for (const struct import *im = subsystem.imports; im != NULL;
         im = im->next) {
        if (im->kind == IMPORT_ALL || im->kind == mine) {
            out_put(o, "#include %s\n", im->file);
        }
    }
}

char *
guard_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *guard = mig_format("MIG_%s", slash == NULL ? path : slash + 1);

    for (char *c = guard; *c != '\0'; c++) {
        *c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c)
                                        : '_';
    }
    return guard;
}

static void
emit_translation(struct out *o, const struct translation *tran,
                 const char *param)
{
    const char *result = tran->result == NULL ? "void" : tran->result;

    out_put(o, "extern %s(%s);\n", cdecl_declare(result, tran->function),
            tran->param == NULL ? param : tran->param);
}

/* Each type's functions once, whatever the number of arguments. */
void
emit_translations(struct out *o)
{
    const struct type *done[1024];
    unsigned n = 0;

    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        for (const struct arg *a = rt->args; a != NULL; a = a->next) {
            const struct type *t = a->type;
            bool seen = false;

            for (unsigned i = 0; i < n; i++) {
                seen = seen || done[i] == t;
            }
            if (seen || n == sizeof(done) / sizeof(done[0])) {
                continue;
            }
            done[n++] = t;
            if (t->intran != NULL) {
                emit_translation(o, t->intran, "mach_port_t");
            }
            if (t->payload != NULL) {
                emit_translation(o, t->payload, "uint64_t");
            }
            if (t->outtran != NULL) {
                emit_translation(o, t->outtran, "mach_port_t");
            }
            if (t->destructor != NULL) {
                emit_translation(o, t->destructor, "void *");
            }
        }
    }
}
