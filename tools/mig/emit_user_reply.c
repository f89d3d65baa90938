/* SPDX-License-Identifier: BSD-2-Clause */
/* User stubs: checking the reply, and handing its contents to the caller. */
#include <string.h>

#include "cdecl.h"
#include "emit_user.h"
#include "emit_walk.h"

void
user_reply_locals(struct out *o, const struct routine *rt)
{
    if (!rt->simple) {
        walk_locals(o, &rt->reply, SIDE_USER);
    }
}

/* Variable arrays in line need locals in the check function. */
void
check_locals(struct out *o, const struct message *m, const char *type)
{
    bool uses_m = m->descriptors != 0 || m->variable;

    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        uses_m = uses_m || (f->kind == FIELD_VALUE &&
                            f->arg->type->kind == TYPE_STRING);
    }
    if (uses_m) {
        out_put(o, "    const %s *M = (const %s *)(const void *)Head;\n",
                type, type);
    }
    if (m->variable) {
        out_put(o, "    mach_msg_size_t mig_size = Head->msgh_size;\n"
                "    mach_msg_size_t mig_at;\n"
                "    mach_msg_size_t mig_span;\n"
                "    mach_msg_type_number_t mig_count;\n");
    }
}

void
user_reply_check(struct out *o, const struct routine *rt)
{
    const struct message *m = &rt->reply;

    out_put(o, "static kern_return_t\n"
            "__Check_Reply__%s(const mach_msg_header_t *Head)\n{\n",
            rt->name);
    check_locals(o, m, mig_format("__Reply__%s_t", rt->name));
    out_put(o, "    kern_return_t mig_ret = mig_check_reply(Head, %lld, %s, "
            "%llu, %llu);\n\n", (long long)rt->id + 100,
            m->descriptors != 0 ? "TRUE" : "FALSE",
            (unsigned long long)m->min_size, (unsigned long long)m->max_size);
    out_put(o, "    if (mig_ret != KERN_SUCCESS) {\n"
            "        return mig_ret;\n    }\n");
    /* A failure may come with a whole reply: nothing of it counts. */
    out_put(o, "    mig_ret = ((const __Reply__%s_t *)(const void *)Head)"
            "->RetCode;\n    if (mig_ret != KERN_SUCCESS) {\n"
            "        return mig_ret;\n    }\n", rt->name);
    check_descriptors(o, m);
    check_contents(o, m);
    out_put(o, "    return KERN_SUCCESS;\n}\n\n");
}

/* Does the caller's array take what came?  Nothing is written before. */
static void
check_capacity(struct out *o, const struct routine *rt, const struct field *f)
{
    if (f->kind != FIELD_DATA || f->arg->type->kind == TYPE_STRING) {
        return;
    }
    if (f->arg->same != NULL) {
        return; /* the other's count was looked at */
    }
    out_put(o, "    if (mig_n_%s > *%sCnt) {\n"
            "        *%sCnt = mig_n_%s;\n"
            "        mig_destroy_reply(&Mess->Head);\n",
            f->name, f->name, f->name, f->name);
    user_return(o, rt, "        ", "MIG_ARRAY_TOO_LARGE");
    out_put(o, "    }\n");
}

static const char *
user_cast(const struct arg *a)
{
    const char *written = ctype_explicit(a->type, SIDE_USER);

    return written != NULL ? written : ctype_param(a->type, SIDE_USER);
}

static void
get_port(struct out *o, const struct field *f)
{
    const struct arg *a = f->arg;

    if (a->type->kind == TYPE_ARRAY) {
        for (unsigned i = 0; i < f->repeat; i++) {
            out_put(o, "    %s[%u] = Mess->Out.%s%s.name;\n", a->name, i,
                    f->name, f->repeat == 1 ? "" : mig_format("[%u]", i));
        }
        return;
    }
    out_put(o, "    *%s = (%s)%sMess->Out.%s.name;\n", a->name, user_cast(a),
            strcmp(user_cast(a), "mach_port_t") == 0 ? "" : "(uintptr_t)",
            f->name);
    if (arg_has_poly(a, SIDE_USER)) {
        out_put(o, "    *%sPoly = Mess->Out.%s.disposition;\n", a->name,
                f->name);
    }
}

static void
get_ool(struct out *o, const struct routine *rt, const struct field *f)
{
    const struct arg *a = f->arg;
    const struct type *t = a->type;
    const struct field *count = field_of(&rt->reply, a, FIELD_COUNT);

    if (shape_of(t, SIDE_USER) == SHAPE_OOL_ARRAY) {
        for (unsigned i = 0; i < f->repeat; i++) {
            out_put(o, "    %s[%u] = (%s)(uintptr_t)Mess->Out.%s%s.address;\n",
                    a->name, i,
                    cdecl_declare(ctype_elem(t->elem, SIDE_USER), "*"),
                    f->name, f->repeat == 1 ? "" : mig_format("[%u]", i));
            if (count != NULL) {
                out_put(o, "    %sCnt[%u] = %s;\n", a->name, i,
                        walk_count(count, "(&Mess->Out)", i));
            }
        }
        return;
    }
    out_put(o, "    *%s = (%s)(uintptr_t)Mess->Out.%s.address;\n", a->name,
            ctype_explicit(t, SIDE_USER) != NULL
                ? ctype_explicit(t, SIDE_USER)
                : cdecl_declare(ctype_elem(t, SIDE_USER), "*"),
            f->name);
    if (count != NULL) {
        out_put(o, "    *%sCnt = %s;\n", a->name,
                walk_count(count, "(&Mess->Out)", 0));
    }
    if (arg_has_poly(a, SIDE_USER)) {
        out_put(o, "    *%sPoly = Mess->Out.%s.disposition;\n", a->name,
                f->name);
    }
}

static void
get_value(struct out *o, const struct field *f)
{
    const struct arg *a = f->arg;
    bool pointer = a->type->kind == TYPE_ARRAY || a->type->kind == TYPE_STRING;

    if (f->size == 0) {
        return;
    }
    if (pointer) {
        out_put(o, "    mig_copy(%s, %s, %llu);\n", a->name,
                walk_pointer(f, "(&Mess->Out)", SIDE_USER),
                (unsigned long long)f->size);
    } else {
        out_put(o, "    *%s = %s;\n", a->name,
                walk_value(f, "(&Mess->Out)"));
    }
}

static void
get_field(struct out *o, const struct routine *rt, const struct field *f)
{
    switch (f->kind) {
    case FIELD_PORT:
        get_port(o, f);
        break;
    case FIELD_OOL:
    case FIELD_OOL_PORTS:
        get_ool(o, rt, f);
        break;
    case FIELD_VALUE:
        get_value(o, f);
        break;
    case FIELD_DATA:
        out_put(o, "    mig_copy(%s, mig_place(Mess, %s), "
                "(size_t)mig_n_%s * %u);\n", f->name, walk_place(f), f->name,
                f->elem_size);
        if (f->arg->type->kind != TYPE_STRING && f->arg->same == NULL) {
            out_put(o, "    *%sCnt = mig_n_%s;\n", f->name, f->name);
        }
        break;
    case FIELD_COUNT:
    case FIELD_CAPACITY:
        break;
    }
}

static void
get_tokens(struct out *o, const struct routine *rt)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (a->kind == ARG_AUDIT_TOKEN || a->kind == ARG_USER_AUDIT_TOKEN) {
            out_put(o, "    mig_message_audit(&Mess->Head, %s, "
                    "sizeof(*%s));\n", a->name, a->name);
        } else if (a->kind == ARG_SECURITY_TOKEN ||
                   a->kind == ARG_USER_SECURITY_TOKEN) {
            out_put(o, "    mig_message_sender(&Mess->Head, %s, "
                    "sizeof(*%s));\n", a->name, a->name);
        }
    }
}

static void
copy_results(struct out *o, const struct routine *rt)
{
    const struct message *m = &rt->reply;

    walk(o, m, "(&Mess->Out)");
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        check_capacity(o, rt, f);
    }
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        get_field(o, rt, f);
    }
}

void
user_reply(struct out *o, const struct routine *rt)
{
    out_put(o, "    mig_ret = __Check_Reply__%s(&Mess->Head);\n"
            "    if (mig_ret != KERN_SUCCESS) {\n"
            "        mig_destroy_reply(&Mess->Head);\n", rt->name);
    user_return(o, rt, "        ", "mig_ret");
    out_put(o, "    }\n");
    copy_results(o, rt);
    get_tokens(o, rt);
}

void
user_reply_decode(struct out *o, const struct routine *rt)
{
    out_put(o, "    mig_ret = __Check_Reply__%s(mig_message);\n"
            "    if (mig_ret != KERN_SUCCESS) {\n"
            "        return mig_ret;\n    }\n", rt->name);
    copy_results(o, rt);
    out_put(o, "    return KERN_SUCCESS;\n");
}
