/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Server stubs: the routine's arguments.  Locals of argument x: mig_a_x what
 * a translation gave, or a value that has no place in the messages; mig_k_x
 * its count; mig_p_x a disposition; mig_d_x whether out memory is given away.
 */
#include <string.h>

#include "cdecl.h"
#include "emit_server.h"
#include "emit_walk.h"

static const struct type *
elem_or_self(const struct type *t)
{
    return t->kind == TYPE_ARRAY && !t->ool ? t->elem : t;
}

static void
local(struct out *o, const char *ctype, const char *prefix,
      const struct arg *a, const char *suffix)
{
    out_put(o, "    %s%s;\n",
            cdecl_declare(ctype, mig_format("mig_%s_%s", prefix, a->name)),
            suffix);
}

static const char *
ool_ctype(const struct type *t)
{
    bool ports = t->kind == TYPE_ARRAY && t->elem->kind == TYPE_PORT;

    if (subsystem.kernel_server) {
        return ports ? "struct ipc_port **" : "struct vm_map_copy *";
    }
    if (ctype_explicit(t, SIDE_SERVER) != NULL) {
        return ctype_explicit(t, SIDE_SERVER);
    }
    return cdecl_join(ctype_elem(t, SIDE_SERVER), "*");
}

/* Does the value live in a local, not in a message? */
static bool
value_is_local(const struct arg *a)
{
    const struct type *t = a->type;

    return type_is_translated(t) || t->kind == TYPE_PORT ||
           t->kind == TYPE_NATIVE;
}

/* Does the routine say whether memory is given away?  In the kernel it always
 * is. */
bool
server_says_dealloc(const struct arg *a)
{
    return (a->flags & FLAG_DEALLOC_DYNAMIC) && arg_is_out(a) &&
           !subsystem.kernel_server;
}

static void
data_locals(struct out *o, const struct arg *a)
{
    const struct type *t = a->type;
    enum shape shape = shape_of(t, SIDE_SERVER);
    const char *many = mig_format("[%u]", t->count == 0 ? 1 : t->count);

    if (shape == SHAPE_VALUE && value_is_local(a)) {
        local(o, ctype_param(t, SIDE_SERVER), "a", a, "");
    } else if (shape == SHAPE_OOL) {
        local(o, ool_ctype(t), "a", a, "");
        if (subsystem.kernel_server) {
            local(o, "mach_msg_size_t", "s", a, "");
        }
        if (type_has_count(t) && (a->same == NULL || arg_is_out(a))) {
            local(o, "mach_msg_type_number_t", "k", a, "");
        }
    } else if (shape == SHAPE_PORTS) {
        local(o, subsystem.kernel_server ? "struct ipc_port *"
                                         : "mach_port_t", "a", a, many);
    } else if (shape == SHAPE_OOL_ARRAY) {
        local(o, ool_ctype(t->elem), "a", a, many);
        if (subsystem.kernel_server) {
            local(o, "mach_msg_size_t", "s", a, many);
        }
        if (type_has_count(t->elem)) {
            local(o, "mach_msg_type_number_t", "k", a, many);
        }
    } else if (shape == SHAPE_VAR_ARRAY && arg_is_out(a)) {
        local(o, "mach_msg_type_number_t", "k", a, "");
    }
    if (arg_has_poly(a, SIDE_SERVER)) {
        local(o, "mach_msg_type_name_t", "p", a, "");
    }
    if (server_says_dealloc(a)) {
        local(o, "boolean_t", "d", a, "");
    }
}

void
server_argument_locals(struct out *o, const struct routine *rt)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (arg_is_in(a) || arg_is_out(a)) {
            if (!(a->flags & FLAG_RETCODE) || a->kind != ARG_OUT) {
                data_locals(o, a);
            }
        } else if (a->kind == ARG_REQUEST_PORT) {
            local(o, ctype_param(a->type, SIDE_SERVER), "a", a, "");
        }
    }
}

/* The right in a descriptor, as it is before translation. */
static const char *
port_at(const struct field *f, unsigned i)
{
    if (subsystem.kernel_server) {
        return mig_format("mig_kern_in_port(InHeadP, %u)", f->descriptor + i);
    }
    return mig_format("In0P->%s%s.name", f->name,
                      f->repeat == 1 ? "" : mig_format("[%u]", i));
}

static const char *
translated(const struct type *t, const char *value)
{
    return t->intran == NULL ? value
                             : mig_format("%s(%s)", t->intran->function,
                                          value);
}

static void
load_ool(struct out *o, const struct routine *rt, const struct field *f)
{
    const struct arg *a = f->arg;
    const struct type *t = elem_or_self(a->type);
    const struct field *count = field_of(&rt->request, a, FIELD_COUNT);
    bool array = shape_of(a->type, SIDE_SERVER) == SHAPE_OOL_ARRAY;

    for (unsigned i = 0; i < f->repeat; i++) {
        const char *at = array ? mig_format("[%u]", i) : "";
        const char *member = f->repeat == 1 ? "" : at;

        if (subsystem.kernel_server) {
            out_put(o, "    mig_a_%s%s = mig_kern_in_ool%s(InHeadP, %u, "
                    "&mig_s_%s%s);\n", a->name, at,
                    f->kind == FIELD_OOL_PORTS ? "_ports" : "",
                    f->descriptor + i, a->name, at);
        } else {
            out_put(o, "    mig_a_%s%s = (%s)(uintptr_t)In0P->%s%s.address;\n",
                    a->name, at, ool_ctype(t), f->name, member);
        }
        if (count != NULL) {
            out_put(o, "    mig_k_%s%s = %s;\n", a->name, at,
                    walk_count(count, "In0P", i));
        }
    }
    if (arg_has_poly(a, SIDE_SERVER)) {
        out_put(o, "    mig_p_%s = In0P->%s.disposition;\n", a->name, f->name);
    }
}

static void
load_value(struct out *o, const struct arg *a, const struct field *f)
{
    const struct type *t = a->type;

    if (t->kind == TYPE_NATIVE) {
        if (t->native == NATIVE_VALUE) {
            out_put(o, "    mig_load(&mig_a_%s, &%s, 0, sizeof(mig_a_%s));\n",
                    a->name, walk_value(f, "In0P"), a->name);
        } else {
            out_put(o, "    mig_a_%s = (%s)(uintptr_t)%s;\n", a->name,
                    ctype_param(t, SIDE_SERVER), walk_value(f, "In0P"));
        }
    } else if (type_is_translated(t)) {
        out_put(o, "    mig_a_%s = %s;\n", a->name,
                translated(t, walk_value(f, "In0P")));
    } else if (a->kind == ARG_INOUT) {
        if (t->kind == TYPE_ARRAY || t->kind == TYPE_STRING) {
            out_put(o, "    mig_copy(OutP->%s, %s, %llu);\n", a->name,
                    walk_pointer(f, "In0P", SIDE_SERVER),
                    (unsigned long long)f->size);
        } else {
            out_put(o, "    OutP->%s = %s;\n", a->name,
                    walk_value(f, "In0P"));
        }
    }
}

static void
load_argument(struct out *o, const struct routine *rt, const struct arg *a)
{
    const struct field *d = descriptor_of(&rt->request, a);
    const struct field *f = field_of(&rt->request, a, FIELD_VALUE);

    if (f != NULL) {
        load_value(o, a, f);
    } else if (d != NULL && d->kind == FIELD_PORT) {
        for (unsigned i = 0; i < d->repeat; i++) {
            bool array = a->type->kind == TYPE_ARRAY;

            out_put(o, "    mig_a_%s%s = %s;\n", a->name,
                    array ? mig_format("[%u]", i) : "",
                    array ? port_at(d, i)
                          : translated(a->type, port_at(d, i)));
        }
        if (arg_has_poly(a, SIDE_SERVER)) {
            out_put(o, "    mig_p_%s = In0P->%s.disposition;\n", a->name,
                    d->name);
        }
    } else if (d != NULL) {
        load_ool(o, rt, d);
    }
}

/* The object that the request was sent to. */
static void
load_request_port(struct out *o, const struct arg *a)
{
    const struct type *t = a->type;
    const char *port = subsystem.kernel_server
                           ? "mig_kern_request_port(InHeadP)"
                           : "InHeadP->msgh_local_port";

    if (t->payload != NULL) {
        out_put(o, "    mig_a_%s = %s(mig_request_payload(InHeadP));\n",
                a->name, t->payload->function);
    } else {
        out_put(o, "    mig_a_%s = %s;\n", a->name, translated(t, port));
    }
    if (type_is_translated(t)) {
        out_put(o, "    if (!mig_a_%s) {\n"
                "        mig_reject(InHeadP, OutHeadP, "
                "KERN_INVALID_ARGUMENT);\n        return;\n    }\n", a->name);
    }
}

void
server_arguments(struct out *o, const struct routine *rt)
{
    /* The object first: when there is none, nothing else is looked up. */
    load_request_port(o, rt->request_port);
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (arg_is_in(a)) {
            load_argument(o, rt, a);
        }
    }
}

static void
pass(struct out *o, unsigned *count, const char *text)
{
    out_put(o, "%s\n        %s", (*count)++ == 0 ? "" : ",", text);
}

static void
pass_data(struct out *o, const struct routine *rt, const struct arg *a,
          unsigned *n)
{
    const struct type *t = a->type;
    const char *ref = arg_is_out(a) ? "&" : "";
    const struct field *f;

    switch (shape_of(t, SIDE_SERVER)) {
    case SHAPE_VALUE:
        if (value_is_local(a)) {
            pass(o, n, mig_format("%smig_a_%s", ref, a->name));
        } else if (arg_is_out(a)) {
            pass(o, n, mig_format("&OutP->%s", a->name));
        } else {
            f = field_of(&rt->request, a, FIELD_VALUE);
            pass(o, n, walk_value(f, "In0P"));
        }
        break;
    case SHAPE_ARRAY:
    case SHAPE_VAR_STRING:
    case SHAPE_VAR_ARRAY: {
        const char *p;

        f = field_of(&rt->request, a,
                     type_is_inline_variable(t) ? FIELD_DATA : FIELD_VALUE);
        p = t->size == 0 ? "NULL"
            : arg_is_out(a) ? mig_format("OutP->%s", a->name)
                            : walk_pointer(f, "In0P", SIDE_SERVER);
        if (ctype_explicit(t, SIDE_SERVER) != NULL && t->size != 0) {
            p = mig_format("MIG_POINTER(%s)", p);
        }
        pass(o, n, p);
        if (type_has_count(t) && a->same == NULL) {
            pass(o, n, arg_is_out(a) ? mig_format("&mig_k_%s", a->name)
                                     : mig_format("mig_n_%s", a->name));
        }
        break;
    }
    case SHAPE_PORTS:
        pass(o, n, mig_format("mig_a_%s", a->name));
        break;
    case SHAPE_OOL:
        pass(o, n, mig_format("%smig_a_%s", ref, a->name));
        if (a->same != NULL) {
            break; /* the other's count is passed */
        }
        if (type_has_count(t)) {
            pass(o, n, mig_format("%smig_k_%s", ref, a->name));
        } else if (subsystem.kernel_server) {
            pass(o, n, mig_format("%smig_s_%s", ref, a->name));
        }
        break;
    case SHAPE_OOL_ARRAY:
        pass(o, n, mig_format("mig_a_%s", a->name));
        if (type_has_count(t->elem)) {
            pass(o, n, mig_format("mig_k_%s", a->name));
        }
        break;
    }
    if (arg_has_poly(a, SIDE_SERVER)) {
        pass(o, n, mig_format("%smig_p_%s", ref, a->name));
    }
    if (server_says_dealloc(a)) {
        pass(o, n, mig_format("&mig_d_%s", a->name));
    }
}

static void
pass_argument(struct out *o, const struct routine *rt, const struct arg *a,
              unsigned *n)
{
    const char *ctype = ctype_param(a->type, SIDE_SERVER);

    switch (a->kind) {
    case ARG_IN:
    case ARG_OUT:
    case ARG_INOUT:
        pass_data(o, rt, a, n);
        break;
    case ARG_REQUEST_PORT:
        pass(o, n, mig_format("mig_a_%s", a->name));
        break;
    case ARG_REPLY_PORT:
    case ARG_SREPLY_PORT:
        pass(o, n, mig_format("(%s)%s", ctype,
                              subsystem.kernel_server
                                  ? "mig_kern_reply_port(InHeadP)"
                                  : "InHeadP->msgh_remote_port"));
        if (arg_has_poly(a, SIDE_SERVER)) {
            pass(o, n, "MACH_MSGH_BITS_REMOTE(InHeadP->msgh_bits)");
        }
        break;
    case ARG_MSG_SEQNO:
        pass(o, n, mig_format("(%s)mig_request_seqno(InHeadP)", ctype));
        break;
    case ARG_AUDIT_TOKEN:
    case ARG_SERVER_AUDIT_TOKEN:
        pass(o, n, "mig_request_audit(InHeadP)");
        break;
    case ARG_SECURITY_TOKEN:
    case ARG_SERVER_SECURITY_TOKEN:
        pass(o, n, "mig_request_sender(InHeadP)");
        break;
    case ARG_SERVER_CONTEXT:
        pass(o, n, mig_format("(%s)mig_request_payload(InHeadP)", ctype));
        break;
    default:
        pass(o, n, "0");
        break;
    }
}

void
server_call(struct out *o, const struct routine *rt)
{
    unsigned n = 0;

    out_put(o, "    mig_ret = %s(", server_name(rt));
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (arg_in_server(a)) {
            pass_argument(o, rt, a, &n);
        }
    }
    out_put(o, ");\n");
}

void
server_destructors(struct out *o, const struct routine *rt)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        const struct type *t = a->type;

        if (t->destructor == NULL ||
            (a->kind != ARG_REQUEST_PORT && a->kind != ARG_IN)) {
            continue;
        }
        if (type_is_translated(t)) {
            out_put(o, "    if (mig_a_%s) {\n        %s(mig_a_%s);\n    }\n",
                    a->name, t->destructor->function, a->name);
        } else {
            out_put(o, "    %s(%s);\n", t->destructor->function,
                    value_is_local(a) || a->kind == ARG_REQUEST_PORT ||
                            t->ool
                        ? mig_format("mig_a_%s", a->name)
                        : mig_format("In0P->%s", a->name));
        }
    }
}
