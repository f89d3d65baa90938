/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Server stubs: the reply.  The routine writes its results where they are in
 * a reply whose arrays are full; what follows a variable array is then moved
 * forward.  Constant-size results are cleared first, so that no stale bytes
 * leave the task.
 */
#include "cdecl.h"
#include "emit_server.h"
#include "emit_user.h"
#include "emit_walk.h"

void
server_reply_locals(struct out *o, const struct routine *rt)
{
    if (!rt->simple && rt->reply.variable) {
        out_put(o, "    mach_msg_size_t mig_at;\n");
        for (const struct arg *a = rt->args; a != NULL; a = a->next) {
            if (arg_is_out(a) && a->type->kind == TYPE_STRING &&
                type_is_inline_variable(a->type)) {
                out_put(o, "    mach_msg_type_number_t mig_k_%s;\n", a->name);
            }
        }
    }
}

static void
clear_range(struct out *o, uint64_t at, uint64_t n)
{
    if (n != 0) {
        out_put(o, "    mig_clear(OutP, %llu, %llu);\n",
                (unsigned long long)at, (unsigned long long)n);
    }
}

static const char *
element(const struct arg *a)
{
    return a->type->kind == TYPE_ARRAY &&
                   !a->type->ool && !type_is_inline_variable(a->type)
               ? "array" : NULL;
}

/* Locals that the routine may leave alone start as nothing. */
static void
begin_local(struct out *o, const struct arg *a)
{
    const struct type *t = a->type;
    enum shape shape = shape_of(t, SIDE_SERVER);
    bool in_local = shape == SHAPE_OOL || shape == SHAPE_PORTS ||
                    shape == SHAPE_OOL_ARRAY ||
                    (shape == SHAPE_VALUE &&
                     (t->kind == TYPE_PORT || type_is_translated(t)));

    if (a->kind == ARG_OUT && in_local) {
        out_put(o, "    mig_clear(&mig_a_%s, 0, sizeof(mig_a_%s));\n",
                a->name, a->name);
        if (shape == SHAPE_OOL || shape == SHAPE_OOL_ARRAY) {
            const struct type *e = element(a) != NULL ? t->elem : t;

            if (type_has_count(e)) {
                out_put(o, "    mig_clear(&mig_k_%s, 0, sizeof(mig_k_%s));\n",
                        a->name, a->name);
            }
            if (subsystem.kernel_server) {
                out_put(o, "    mig_clear(&mig_s_%s, 0, sizeof(mig_s_%s));\n",
                        a->name, a->name);
            }
        }
    }
    if (arg_has_poly(a, SIDE_SERVER) && a->kind == ARG_OUT) {
        out_put(o, "    mig_p_%s = 0;\n", a->name);
    }
    if (server_says_dealloc(a)) {
        out_put(o, "    mig_d_%s = FALSE;\n", a->name);
    }
}

void
server_reply_begin(struct out *o, const struct routine *rt)
{
    const struct message *m = &rt->reply;
    uint64_t from = m->body + 12;
    bool inout = false;

    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        inout = inout || a->kind == ARG_INOUT;
        if (arg_is_out(a)) {
            begin_local(o, a);
        }
    }
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        if (f->kind == FIELD_VALUE && f->arg->kind == ARG_OUT &&
            (f->dynamic || inout)) {
            clear_range(o, f->offset, f->size);
        }
        if (f->kind != FIELD_DATA) {
            continue;
        }
        if (f->arg->type->kind == TYPE_STRING) {
            out_put(o, "    OutP->%s[0] = '\\0';\n", f->name);
        } else if (f->arg->flags & FLAG_COUNT_IN_OUT) {
            const struct field *c = field_of(&rt->request, f->arg,
                                             FIELD_CAPACITY);

            out_put(o, "    mig_k_%s = mig_least(%s, %u);\n", f->name,
                    walk_count(c, "In0P", 0), arg_limit(f->arg));
        } else {
            out_put(o, "    mig_k_%s = %u;\n", f->name, arg_limit(f->arg));
        }
    }
    if (!inout && m->fields != NULL) {
        clear_range(o, from, (m->variable ? m->fixed_end : m->max_size) -
                                 from);
    }
}

/* The kernel's results are naked rights, already of the kind received. */
static const char *
reply_disposition(const struct arg *a, const struct type *t)
{
    if (subsystem.kernel_server && t->sent != MT_POLYMORPHIC) {
        return type_port_text(type_received_as(t->sent));
    }
    return t->sent == MT_POLYMORPHIC ? mig_format("mig_p_%s", a->name)
                                     : type_port_text(t->sent);
}

static const char *
reply_dealloc(const struct arg *a)
{
    return a->flags & FLAG_DEALLOC_DYNAMIC
               ? mig_format("mig_d_%s", a->name)
               : a->flags & FLAG_DEALLOC ? "TRUE" : "FALSE";
}

static const char *
outtran(const struct type *t, const char *value)
{
    return t->outtran == NULL ? value
                              : mig_format("%s(%s)", t->outtran->function,
                                           value);
}

static void
fill_port(struct out *o, const struct field *f, unsigned i)
{
    const struct arg *a = f->arg;
    bool array = a->type->kind == TYPE_ARRAY;
    const struct type *t = array ? a->type->elem : a->type;
    const char *value = mig_format("mig_a_%s%s", a->name,
                                   array ? mig_format("[%u]", i) : "");

    value = outtran(t, value);
    if (subsystem.kernel_server) {
        out_put(o, "    mig_kern_out_port(OutHeadP, %u,\n"
                "        (struct ipc_port *)%s, %s);\n",
                f->descriptor + i, value, reply_disposition(a, t));
        return;
    }
    out_put(o, "    mig_put_port(&OutP->%s%s, (mach_port_t)(uintptr_t)%s,\n        %s);\n",
            f->name, f->repeat == 1 ? "" : mig_format("[%u]", i), value,
            reply_disposition(a, t));
}

static void
fill_ool(struct out *o, const struct field *f, unsigned i)
{
    const struct arg *a = f->arg;
    bool array = shape_of(a->type, SIDE_SERVER) == SHAPE_OOL_ARRAY;
    const struct type *t = array ? a->type->elem : a->type;
    const char *at = array ? mig_format("[%u]", i) : "";
    const char *member = f->repeat == 1 ? "" : at;
    bool ports = f->kind == FIELD_OOL_PORTS;
    const char *amount;

    if (t->kind == TYPE_STRING && t->variable && !subsystem.kernel_server) {
        amount = mig_format("mig_string_length((const char *)(uintptr_t)"
                            "mig_a_%s%s, %u) + 1", a->name, at, t->count - 1);
    } else if (type_has_count(t)) {
        amount = mig_format(ports ? "mig_k_%s%s" : "mig_k_%s%s * %u",
                            a->name, at, f->elem_size);
    } else {
        amount = mig_format("%llu", ports ? (unsigned long long)t->count
                                          : (unsigned long long)t->size);
    }
    if (subsystem.kernel_server) {
        out_put(o, "    mig_kern_out_ool%s(OutHeadP, %u, mig_a_%s%s, %s%s%s);"
                "\n", ports ? "_ports" : "", f->descriptor + i, a->name, at,
                amount, ports ? ",\n        " : "",
                ports ? reply_disposition(a, t->elem) : "");
        return;
    }
    out_put(o, "    mig_put_ool%s(&OutP->%s%s,\n"
            "        (uint64_t)(uintptr_t)mig_a_%s%s, %s, %s%s%s);\n",
            ports ? "_ports" : "", f->name, member, a->name, at, amount,
            ports ? reply_disposition(a, t->elem) : "", ports ? ", " : "",
            reply_dealloc(a));
}

static const char *
fill_count(const struct field *f, unsigned i)
{
    bool array = shape_of(f->arg->type, SIDE_SERVER) == SHAPE_OOL_ARRAY;

    return mig_format("mig_k_%s%s", f->arg->name,
                      array ? mig_format("[%u]", i) : "");
}

/* Strings end inside their space whatever the routine wrote. */
static void
settle_results(struct out *o, const struct routine *rt,
               const struct message *m)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (arg_is_out(a) && a->same != NULL) {
            out_put(o, "    mig_k_%s = mig_k_%s;\n", a->name, a->same->name);
        }
    }
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        bool string = f->arg->type->kind == TYPE_STRING &&
                      !f->arg->type->ool;

        if (f->kind == FIELD_VALUE && type_is_translated(f->arg->type)) {
            out_put(o, "    OutP->%s = %s;\n", f->name,
                    outtran(f->arg->type,
                            mig_format("mig_a_%s", f->arg->name)));
        } else if (f->kind == FIELD_VALUE && string) {
            out_put(o, "    OutP->%s[%llu] = '\\0';\n", f->name,
                    (unsigned long long)f->size - 1);
        } else if (f->kind == FIELD_DATA && string) {
            out_put(o, "    OutP->%s[%u] = '\\0';\n"
                    "    mig_k_%s = mig_string_length(OutP->%s, %u) + 1;\n",
                    f->name, f->limit - 1, f->name, f->name, f->limit);
        } else if (f->kind == FIELD_DATA) {
            out_put(o, "    if (mig_k_%s > %u) {\n"
                    "        mig_set_return(OutHeadP, MIG_ARRAY_TOO_LARGE);\n"
                    "        return;\n    }\n", f->name, f->limit);
        }
    }
}

static void
fill_moving(struct out *o, const struct field *f)
{
    if (f->kind == FIELD_DATA && !f->dynamic) {
        out_put(o, "    mig_at = mig_pad(OutP, %llu + mig_k_%s * %u, 4);\n",
                (unsigned long long)f->offset, f->name, f->elem_size);
        return;
    }
    if (f->align > 4) {
        out_put(o, "    mig_at = mig_pad(OutP, mig_at, %u);\n", f->align);
    }
    if (f->kind == FIELD_COUNT) {
        for (unsigned i = 0; i < f->repeat; i++) {
            out_put(o, "    mig_at = mig_append32(OutP, mig_at, %s);\n",
                    fill_count(f, i));
        }
    } else if (f->kind == FIELD_DATA) {
        out_put(o, "    mig_at = mig_move(OutP, mig_at, %llu, "
                "mig_k_%s * %u);\n", (unsigned long long)f->offset, f->name,
                f->elem_size);
    } else {
        out_put(o, "    mig_at = mig_move(OutP, mig_at, %llu, %llu);\n",
                (unsigned long long)f->offset, (unsigned long long)f->size);
    }
}

static void
fill_field(struct out *o, const struct field *f)
{
    if (f->dynamic || f->kind == FIELD_DATA) {
        fill_moving(o, f);
        return;
    }
    for (unsigned i = 0; i < f->repeat; i++) {
        if (f->kind == FIELD_PORT) {
            fill_port(o, f, i);
        } else if (f->kind == FIELD_OOL || f->kind == FIELD_OOL_PORTS) {
            fill_ool(o, f, i);
        } else if (f->kind == FIELD_COUNT) {
            out_put(o, "    OutP->%s%s = %s;\n", f->name,
                    f->repeat == 1 ? "" : mig_format("[%u]", i),
                    fill_count(f, i));
        }
    }
}

void
server_reply_fill(struct out *o, const struct routine *rt)
{
    const struct message *m = &rt->reply;

    settle_results(o, rt, m);
    if (m->descriptors != 0) {
        out_put(o, "    OutHeadP->msgh_bits |= MACH_MSGH_BITS_COMPLEX;\n"
                "    OutP->msgh_body.msgh_descriptor_count = %u;\n",
                m->descriptors);
    }
    if (m->fields == NULL) {
        out_put(o, "    mig_set_return(OutHeadP, KERN_SUCCESS);\n");
        return;
    }
    out_put(o, "    OutP->NDR = NDR_record;\n"
            "    OutP->RetCode = KERN_SUCCESS;\n");
    if (!m->variable) {
        fill_gaps(o, m, "OutP");
    } else {
        fill_gaps(o, m, "OutP");
    }
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        fill_field(o, f);
    }
    out_put(o, "    OutHeadP->msgh_size = %s;\n",
            m->variable ? "mig_at" : mig_format("%llu", (unsigned long long)
                                                m->max_size));
}
