/* SPDX-License-Identifier: BSD-2-Clause */
/* User stubs: the checks of what the caller gives, and the request. */
#include "cdecl.h"
#include "emit_user.h"
#include "emit_walk.h"

enum side request_side = SIDE_USER;

/* The argument's value; inout arguments are pointers to it. */
static const char *
value_of(const struct arg *a)
{
    if (request_side == SIDE_SERVER && a->type->outtran != NULL) {
        return mig_format("%s(%s)", a->type->outtran->function, a->name);
    }
    if (a->type->kind == TYPE_STRING && !a->type->ool) {
        return a->name; /* the characters are where it points to anyway */
    }
    return a->kind == ARG_INOUT ? mig_format("*%s", a->name) : a->name;
}

static const char *
count_of(const struct arg *a)
{
    return mig_format("%s%s", a->kind == ARG_INOUT ? "*" : "", arg_count(a));
}

static bool
variable_string(const struct arg *a)
{
    return a->type->kind == TYPE_STRING && a->type->variable;
}

const char *
request_count(const struct arg *a)
{
    return variable_string(a) ? mig_format("mig_c_%s", a->name) : count_of(a);
}

/* A range without a count, which a kernel gives with its size. */
static bool
comes_with_size(const struct arg *a)
{
    return kernel_side(request_side) && a->type->ool
           && !type_has_count(a->type)
           && shape_of(a->type, request_side) != SHAPE_OOL_ARRAY;
}

void
user_request_locals(struct out *o, const struct routine *rt)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (arg_is_in(a) && variable_string(a) && !comes_with_size(a)) {
            out_put(o, "    mach_msg_type_number_t mig_c_%s;\n", a->name);
        }
    }
}

static void
too_large(struct out *o, const struct routine *rt, const char *condition)
{
    out_put(o, "    if (%s) {\n", condition);
    user_return_early(o, rt, "        ", "MIG_ARRAY_TOO_LARGE");
    out_put(o, "    }\n");
}

static void
check_argument(struct out *o, const struct routine *rt, const struct arg *a)
{
    const struct type *t = a->type;

    if (comes_with_size(a)) {
        too_large(o, rt, mig_format("%s%sSize %s %llu",
                                    a->kind == ARG_INOUT ? "*" : "", a->name,
                                    t->variable ? ">" : "!=",
                                    (unsigned long long)t->size));
    } else if (t->kind == TYPE_STRING) {
        if (t->variable) {
            out_put(o, "    mig_c_%s = mig_string_length(%s, %u) + 1;\n",
                    a->name, value_of(a), t->count);
            too_large(o, rt, mig_format("mig_c_%s > %u", a->name, t->count));
        } else {
            too_large(o, rt, mig_format("mig_string_length(%s, %u) == %u",
                                        value_of(a), t->count, t->count));
        }
    } else if (type_has_count(t)) {
        if (arg_limit(a) != UINT32_MAX && a->same == NULL) {
            too_large(o, rt, mig_format("%s > %u", count_of(a),
                                        arg_limit(a)));
        } else if (t->bounded) {
            return; /* the owner of the count was looked at */
        } else if (t->elem->kind == TYPE_PORT) {
            too_large(o, rt, mig_format("%s > MACH_MSG_OOL_PORTS_MAX",
                                        count_of(a)));
        } else if (layout_elem_size(t) > 1) {
            too_large(o, rt, mig_format("%s > UINT32_MAX / %u", count_of(a),
                                        layout_elem_size(t)));
        }
    } else if (t->kind == TYPE_ARRAY && t->elem->ool &&
               type_has_count(t->elem)) {
        for (unsigned i = 0; i < t->count; i++) {
            too_large(o, rt, t->elem->bounded
                          ? mig_format("%sCnt[%u] > %u", a->name, i,
                                       t->elem->count)
                          : mig_format("%sCnt[%u] > UINT32_MAX / %u", a->name,
                                       i, layout_elem_size(t->elem)));
        }
    }
}

/* The disposition that goes with a type's rights. */
static const char *
disposition(const struct arg *a, const struct type *t)
{
    if (t->sent == MT_POLYMORPHIC) {
        return mig_format("%s%sPoly", a->kind == ARG_INOUT ? "*" : "",
                          a->name);
    }
    return type_port_text(t->sent);
}

/* The kernel's rights are naked: they are of the kind that is received. */
static const char *
kernel_disposition(const struct arg *a, const struct type *t)
{
    return t->sent == MT_POLYMORPHIC
               ? disposition(a, t)
               : type_port_text(type_received_as(t->sent));
}

static const char *
dealloc_text(const struct arg *a)
{
    if (a->flags & FLAG_DEALLOC_DYNAMIC) {
        return mig_format("%sDealloc", a->name);
    }
    return a->flags & FLAG_DEALLOC ? "TRUE" : "FALSE";
}

static void
put_ool(struct out *o, const struct field *f, unsigned i)
{
    const struct arg *a = f->arg;
    bool array = shape_of(a->type, SIDE_USER) == SHAPE_OOL_ARRAY;
    const struct type *t = array ? a->type->elem : a->type;
    const char *at = array ? mig_format("[%u]", i) : "";
    const char *member = f->repeat == 1 ? "" : at;
    const char *bytes;

    if (comes_with_size(a)) {
        bytes = mig_format("%s%sSize", a->kind == ARG_INOUT ? "*" : "",
                           a->name);
    } else if (t->kind == TYPE_STRING && t->variable) {
        bytes = mig_format("mig_c_%s", a->name);
    } else if (!type_has_count(t)) {
        bytes = mig_format("%llu", (unsigned long long)t->size);
    } else if (array) {
        bytes = mig_format("%sCnt%s * %u", a->name, at, f->elem_size);
    } else {
        bytes = mig_format("%s * %u", count_of(a), f->elem_size);
    }
    if (kernel_side(request_side)) {
        out_put(o, "    mig_kern_out_ool%s(&Mess->Head, %u, %s%s, %s%s%s);\n",
                f->kind == FIELD_OOL_PORTS ? "_ports" : "",
                f->descriptor + i, value_of(a), at,
                f->kind == FIELD_OOL_PORTS ? count_of(a) : bytes,
                f->kind == FIELD_OOL_PORTS ? ",\n        " : "",
                f->kind == FIELD_OOL_PORTS
                    ? kernel_disposition(a, t->elem) : "");
        return;
    }
    if (f->kind == FIELD_OOL) {
        out_put(o, "    mig_put_ool(&Mess->In.%s%s, (uint64_t)(uintptr_t)%s%s,"
                "\n        %s, %s);\n", f->name, member, value_of(a), at,
                bytes, dealloc_text(a));
        return;
    }
    out_put(o, "    mig_put_ool_ports(&Mess->In.%s%s, (uint64_t)(uintptr_t)"
            "%s%s,\n        %s, %s, %s);\n", f->name, member, value_of(a), at,
            type_has_count(t) ? count_of(a) : mig_format("%u", t->count),
            disposition(a, t->elem), dealloc_text(a));
}

static void
put_port(struct out *o, const struct field *f, unsigned i)
{
    const struct arg *a = f->arg;

    if (kernel_side(request_side)) {
        bool array = a->type->kind == TYPE_ARRAY;
        const struct type *t = array ? a->type->elem : a->type;

        /* The right goes beside the message, already as it is received. */
        out_put(o, "    mig_put_port(&Mess->In.%s%s, MACH_PORT_NULL,\n"
                "        %s);\n    mig_ports[%u] = %s%s%s;\n", f->name,
                f->repeat == 1 ? "" : mig_format("[%u]", i),
                kernel_disposition(a, t), f->port + i,
                ctype_explicit(t, request_side) == NULL
                    ? "" : "(struct ipc_port *)(uintptr_t)", a->name,
                array ? mig_format("[%u]", i) : "");
        return;
    }
    if (a->type->kind == TYPE_ARRAY) {
        out_put(o, "    mig_put_port(&Mess->In.%s%s, %s[%u],\n        %s);\n",
                f->name, f->repeat == 1 ? "" : mig_format("[%u]", i), a->name,
                i, disposition(a, a->type->elem));
        return;
    }
    out_put(o, "    mig_put_port(&Mess->In.%s, (mach_port_t)(uintptr_t)%s,\n"
            "        %s);\n", f->name, value_of(a), disposition(a, a->type));
}

static const char *
field_count(const struct field *f)
{
    if (f->kind == FIELD_CAPACITY) {
        return mig_format("mig_least(*%sCnt, %u)", f->arg->name,
                          f->arg->type->count);
    }
    return request_count(f->arg);
}

static void
put_native(struct out *o, const struct field *f, const char *place)
{
    const struct type *t = f->arg->type;

    if (t->native == NATIVE_VALUE) {
        out_put(o, "    MIG_ASSERT(sizeof(%s) <= 8, \"raw value too large\");"
                "\n    mig_clear(%s, 0, 8);\n    mig_copy(%s, &%s, sizeof(%s));"
                "\n", f->arg->name, place, place, f->arg->name, f->arg->name);
    } else {
        out_put(o, "    mig_store64(%s, (uint64_t)(uintptr_t)%s);\n", place,
                f->arg->name);
    }
}

static void
put_fixed(struct out *o, const struct field *f)
{
    const struct type *t = f->arg->type;

    if (f->size == 0) {
        return;
    }
    switch (t->kind) {
    case TYPE_STRING:
        out_put(o, "    mig_put_string(Mess->In.%s, %s, %u);\n", f->name,
                value_of(f->arg), t->count);
        break;
    case TYPE_ARRAY:
        out_put(o, "    mig_copy(Mess->In.%s, %s, %llu);\n", f->name,
                f->arg->name, (unsigned long long)f->size);
        break;
    case TYPE_NATIVE:
        put_native(o, f, mig_format("&Mess->In.%s", f->name));
        break;
    default:
        out_put(o, "    Mess->In.%s = %s;\n", f->name, value_of(f->arg));
        break;
    }
}

/* What comes after a variable array is appended at mig_at. */
static void
append(struct out *o, const struct field *f)
{
    const struct arg *a = f->arg;
    const struct type *t = a->type;

    if (f->align > 4) {
        out_put(o, "    mig_at = mig_pad(Mess, mig_at, %u);\n", f->align);
    }
    if (f->kind == FIELD_COUNT || f->kind == FIELD_CAPACITY) {
        for (unsigned i = 0; i < f->repeat; i++) {
            out_put(o, "    mig_at = mig_append32(Mess, mig_at, %s%s);\n",
                    field_count(f), f->repeat == 1 ? ""
                                                   : mig_format("[%u]", i));
        }
    } else if (f->kind == FIELD_DATA) {
        out_put(o, "    mig_at = mig_append(Mess, mig_at, %s, %s * %u);\n",
                a->name, request_count(a), f->elem_size);
    } else if (t->kind == TYPE_STRING) {
        out_put(o, "    mig_at = mig_append_string(Mess, mig_at, %s, %u);\n",
                a->name, t->count);
    } else if (t->kind == TYPE_NATIVE) {
        put_native(o, f, "mig_place(Mess, mig_at)");
        out_put(o, "    mig_at += 8;\n");
    } else {
        out_put(o, "    mig_at = mig_append(Mess, mig_at, %s%s, %llu);\n",
                t->kind == TYPE_ARRAY || a->kind == ARG_INOUT ? "" : "&",
                a->name, (unsigned long long)f->size);
    }
}

static void
put_field(struct out *o, const struct field *f)
{
    if (f->dynamic) {
        append(o, f);
        return;
    }
    switch (f->kind) {
    case FIELD_PORT:
        for (unsigned i = 0; i < f->repeat; i++) {
            put_port(o, f, i);
        }
        break;
    case FIELD_OOL:
    case FIELD_OOL_PORTS:
        for (unsigned i = 0; i < f->repeat; i++) {
            put_ool(o, f, i);
        }
        break;
    case FIELD_COUNT:
    case FIELD_CAPACITY:
        if (f->repeat == 1) {
            out_put(o, "    Mess->In.%s = %s;\n", f->name, field_count(f));
        } else {
            out_put(o, "    mig_copy(Mess->In.%s, %sCnt, %llu);\n", f->name,
                    f->arg->name, (unsigned long long)f->size);
        }
        break;
    case FIELD_VALUE:
        put_fixed(o, f);
        break;
    case FIELD_DATA:
        out_put(o, "    mig_at = mig_append(Mess, %llu, %s, %s * %u);\n",
                (unsigned long long)f->offset, f->arg->name,
                request_count(f->arg), f->elem_size);
        break;
    }
}

void
request_header(struct out *o, const struct routine *rt)
{
    const struct arg *rp = rt->request_port;
    const char *reply = "MACH_PORT_NULL";
    const char *local = "0";

    if (rt->reply_port != NULL) {
        reply = mig_format("(mach_port_t)(uintptr_t)%s",
                           rt->reply_port->name);
        local = disposition(rt->reply_port, rt->reply_port->type);
    } else if (!rt->simple) {
        out_put(o, "    mig_reply = mig_get_reply_port();\n");
        reply = "mig_reply";
        local = "MACH_MSG_TYPE_MAKE_SEND_ONCE";
    }
    out_put(o, "    mig_request_header(&Mess->Head,\n"
            "        %sMACH_MSGH_BITS(%s,\n            %s),\n"
            "        (mach_port_t)(uintptr_t)%s, %s, %lld);\n",
            rt->request.descriptors != 0 ? "MACH_MSGH_BITS_COMPLEX |\n"
                                           "        " : "",
            disposition(rp, rp->type), local, rp->name, reply,
            (long long)rt->id);
}

void
request_checks(struct out *o, const struct routine *rt)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (arg_is_in(a)) {
            check_argument(o, rt, a);
        }
    }
}

void
request_contents(struct out *o, const struct routine *rt)
{
    const struct message *m = &rt->request;

    if (m->descriptors != 0) {
        out_put(o, "    Mess->In.msgh_body.msgh_descriptor_count = %u;\n",
                m->descriptors);
    }
    out_put(o, "    Mess->In.NDR = NDR_record;\n");
    if (m->has_retcode) {
        out_put(o, "    Mess->In.RetCode = KERN_SUCCESS;\n");
    }
    fill_gaps(o, m, "Mess");
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        put_field(o, f);
    }
    out_put(o, "    Mess->Head.msgh_size = %s;\n",
            m->variable ? "mig_at" : mig_format("%llu", (unsigned long long)
                                                m->max_size));
}
