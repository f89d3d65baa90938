/* SPDX-License-Identifier: BSD-2-Clause */
/* Names, prototypes and the fixed parts of generated files. */
#include <ctype.h>
#include <string.h>

#include "cdecl.h"
#include "emit.h"
#include "emit_types.h"

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

    return mig_format("%s%s%s",
                      options.subr_prefix == NULL ? "" : options.subr_prefix,
                      p == NULL ? "" : p, rt->name);
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
    if (a->same != NULL) {
        return;
    }
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
    if ((a->flags & FLAG_DEALLOC_DYNAMIC) && !kernel_side(side)) {
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

/* Routines may be called like functions that compilers know. */
static bool
is_library_function(const char *name)
{
    static const char *const words[] = {
        "abort", "abs", "alloca", "atan", "bcmp", "bcopy", "bzero", "calloc",
        "ceil", "cos", "exit", "exp", "fabs", "fflush", "floor", "fopen",
        "fork", "fprintf", "fputc", "fputs", "free", "fwrite", "index",
        "isalpha", "isdigit", "log", "logb", "malloc", "memchr", "memcmp",
        "memcpy", "memmove", "memset", "pow", "printf", "putc", "putchar",
        "puts", "realloc", "rindex", "rint", "scanf", "signbit", "sin",
        "snprintf", "sprintf", "sqrt", "sscanf", "strcat", "strchr",
        "strcmp", "strcpy", "strdup", "strlen", "strncmp", "strncpy",
        "strspn", "tan", "tolower", "toupper", "trunc", "vprintf", "y0",
        "y1", "yn", "j0", "j1", "jn", "round", "remainder", "signal",
        "scalb", "gamma", "isspace", "isupper", "islower", "vfprintf",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(name, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool
has_library_function(enum side side)
{
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        if (is_library_function(side == SIDE_USER ? user_name(rt)
                                                  : server_name(rt))) {
            return true;
        }
    }
    return false;
}

void
emit_prototypes_begin(struct out *o, enum side side)
{
    if (has_library_function(side)) {
        out_put(o, "\n#if defined(__clang__)\n#pragma clang diagnostic push\n"
                "#pragma clang diagnostic ignored "
                "\"-Wincompatible-library-redeclaration\"\n"
                "#elif defined(__GNUC__)\n#pragma GCC diagnostic push\n"
                "#pragma GCC diagnostic ignored "
                "\"-Wbuiltin-declaration-mismatch\"\n#endif\n");
    }
    out_put(o, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
}

void
emit_prototypes_end(struct out *o, enum side side)
{
    out_put(o, "#ifdef __cplusplus\n}\n#endif\n\n");
    if (has_library_function(side)) {
        /* What stays: stubs of abort() and exit() do return. */
        out_put(o, "#if defined(__clang__)\n#pragma clang diagnostic pop\n"
                "#pragma clang diagnostic ignored \"-Winvalid-noreturn\"\n"
                "#elif defined(__GNUC__)\n#pragma GCC diagnostic pop\n"
                "#endif\n\n");
    }
}

void
emit_file_head(struct out *o, const char *what)
{
    out_put(o, "/* Generated by mig from the interface \"%s\": %s.\n"
            " * Changes here are lost. */\n", subsystem.name, what);
}

/* With types of our own, a header that does not exist is not missed. */
void
emit_import(struct out *o, const struct import *im)
{
    out_put(o, "#if !defined(MIG_EMITTED_TYPES) || __has_include(%s)\n"
            "#include %s\n#endif\n", im->file, im->file);
}

void
emit_common_imports(struct out *o)
{
    for (const struct import *im = subsystem.imports; im != NULL;
         im = im->next) {
        if (im->kind == IMPORT_ALL) {
            emit_import(o, im);
        }
    }
}

void
emit_imports(struct out *o, enum side side)
{
    enum import_kind mine = side == SIDE_USER ? IMPORT_USER : IMPORT_SERVER;
    const char *types = options.out[OUT_TYPES];

    if (types != NULL && strcmp(types, "/dev/null") == 0) {
        types = NULL;
    }
    if (types != NULL) {
        out_put(o, "#ifndef MIG_EMITTED_TYPES\n"
                "#define MIG_EMITTED_TYPES 1\n#endif\n");
    }
    for (const struct import *im = subsystem.imports; im != NULL;
         im = im->next) {
        if (im->kind == IMPORT_ALL || im->kind == mine) {
            emit_import(o, im);
        }
    }
    if (types != NULL) {
        const char *slash = strrchr(types, '/');

        out_put(o, "#include \"%s\"\n", slash == NULL ? types : slash + 1);
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

/* In the kernel a right is an object, whatever the definition calls it. */
const char *
right_ctype(const struct type *t, const char *ctype)
{
    return t->kind == TYPE_PORT && subsystem.kernel_server &&
                   strcmp(ctype, "mach_port_t") == 0
               ? "struct ipc_port *"
               : ctype;
}

static void
emit_translation(struct out *o, const struct type *t,
                 struct translation *tran, const char *param)
{
    const char *result;
    const char *where;

    if (tran == NULL || tran->declared) {
        return;
    }
    tran->declared = true;
    result = tran->result == NULL ? "void" : right_ctype(t, tran->result);
    where = options.out[OUT_TYPES] == NULL ? NULL
                                           : known_from_imports(tran->function);
    if (where != NULL) {
        out_put(o, "#if !(%s)\n", where);
    }
    out_put(o, "#ifndef MIG_DECLARED_%s\n#define MIG_DECLARED_%s 1\n"
            "extern %s(%s);\n#endif\n", tran->function, tran->function,
            cdecl_declare(result, tran->function),
            right_ctype(t, tran->param == NULL ? param : tran->param));
    if (where != NULL) {
        out_put(o, "#endif\n");
    }
}

/* Each function once, whatever the number of arguments and types. */
void
emit_translations(struct out *o)
{
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        for (const struct arg *a = rt->args; a != NULL; a = a->next) {
            const struct type *t = a->type;

            emit_translation(o, t, t->intran, "mach_port_t");
            emit_translation(o, t, t->payload, "uint64_t");
            emit_translation(o, t, t->outtran, "mach_port_t");
            emit_translation(o, t, t->destructor,
                             t->kind == TYPE_PORT && !type_is_translated(t)
                                 ? "mach_port_t" : "void *");
        }
    }
}
