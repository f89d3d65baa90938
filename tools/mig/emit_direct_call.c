/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Direct calls of routines.  Locals of argument x: mig_a_x a translated in
 * argument (when it is not a handle), or a result before it becomes the
 * user's; mig_b_x a buffer as long as the server may fill, when the caller's
 * is shorter; mig_k_x its count.
 */
#include <string.h>

#include "cdecl.h"
#include "emit_direct.h"
#include "emit_user.h"

/* Is the right given as a name that the server's function translates? */
static bool
is_translated_name(const struct arg *a)
{
    return type_is_translated(a->type) && !direct_is_handle(a);
}

static bool
is_in_or_object(const struct arg *a)
{
    return a->kind == ARG_REQUEST_PORT || a->kind == ARG_IN;
}

/* A result that is not the user's type as it comes. */
static bool
has_result_local(const struct arg *a)
{
    const struct type *t = a->type;

    return arg_is_out(a) && type_is_translated(t);
}

static bool
has_buffer(const struct arg *a)
{
    return arg_is_out(a) && shape_of(a->type, SIDE_SERVER) ==
                                SHAPE_VAR_ARRAY;
}

const char *
direct_value(const struct arg *a, const char *prefix)
{
    const char *value = mig_format("%s%s", prefix, a->name);

    if (is_translated_name(a)) {
        return mig_format("mig_a_%s", a->name);
    }
    if (type_is_translated(a->type)) {
        return mig_format("(%s)(uintptr_t)%s",
                          ctype_param(a->type, SIDE_SERVER), value);
    }
    if (direct_is_handle(a)) {
        return mig_format("mig_a_%s", a->name);
    }
    return value;
}

static void
locals(struct out *o, const struct routine *rt)
{
    unsigned loans = direct_loan_count(rt);

    out_put(o, "    kern_return_t mig_ret;\n");
    if (loans != 0) {
        out_put(o, "    struct mig_loan mig_loans[%u];\n"
                "    struct mig_call mig_call;\n", loans);
    }
    user_request_locals(o, rt);
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (has_result_local(a) ||
            (is_in_or_object(a) && is_translated_name(a))) {
            out_put(o, "    %s;\n",
                    cdecl_declare(ctype_param(a->type, SIDE_SERVER),
                                  mig_format("mig_a_%s", a->name)));
        } else if (is_in_or_object(a) && direct_is_handle(a) &&
                   !type_is_translated(a->type)) {
            out_put(o, "    mach_port_t mig_a_%s;\n"
                    "    mach_msg_type_name_t mig_p_%s;\n", a->name, a->name);
        } else if (has_buffer(a)) {
            const char *elem = ctype_elem(a->type, SIDE_SERVER);

            out_put(o, "    %s;\n    mach_msg_type_number_t mig_k_%s;\n",
                    cdecl_declare(cdecl_join(elem, "*"),
                                  mig_format("mig_b_%s", a->name)), a->name);
        }
        if (arg_is_out(a) && arg_has_poly(a, SIDE_SERVER) !=
                                 arg_has_poly(a, SIDE_USER)) {
            out_put(o, "    mach_msg_type_name_t mig_p_%s = 0;\n", a->name);
        }
    }
    out_put(o, "\n");
}

/* Arguments that are about messages say nothing here; tokens of the answer
 * are those of nobody. */
void
direct_user_only(struct out *o, const struct arg *a)
{
    switch (a->kind) {
    case ARG_WAIT_TIME:
    case ARG_SEND_TIME:
    case ARG_MSG_OPTION:
    case ARG_UREPLY_PORT:
    case ARG_USER_IMPL:
        out_put(o, "    (void)%s;\n", a->name);
        if (arg_has_poly(a, SIDE_USER)) {
            out_put(o, "    (void)%sPoly;\n", a->name);
        }
        break;
    case ARG_AUDIT_TOKEN:
    case ARG_USER_AUDIT_TOKEN:
    case ARG_SECURITY_TOKEN:
    case ARG_USER_SECURITY_TOKEN:
        out_put(o, "    mig_clear(%s, 0, sizeof(*%s));\n", a->name, a->name);
        break;
    default:
        break;
    }
}

/* What the message binding would refuse is refused here. */
static void
translate(struct out *o, const struct routine *rt)
{
    const struct arg *rp = rt->request_port;

    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        direct_user_only(o, a);
    }
    if (direct_is_handle(rp)) {
        out_put(o, "    if (%s == MIG_HANDLE_NULL) {\n"
                "        return MACH_SEND_INVALID_DEST;\n    }\n", rp->name);
    }
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (!is_in_or_object(a)) {
            continue;
        }
        if (is_translated_name(a) && a->type->intran != NULL) {
            out_put(o, "    mig_a_%s = %s(%s);\n", a->name,
                    a->type->intran->function, a->name);
        } else if (direct_is_handle(a) && !type_is_translated(a->type)) {
            out_put(o, "    mig_a_%s = handle_to_port(%s, &mig_p_%s);\n",
                    a->name, a->name, a->name);
        }
    }
}

/* A routine may fill as much as its interface says; a caller with less room
 * gets it through a buffer, unless the routine is told the room. */
static void
begin_results(struct out *o, const struct routine *rt)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (has_result_local(a)) {
            out_put(o, "    mig_clear(&mig_a_%s, 0, sizeof(mig_a_%s));\n",
                    a->name, a->name);
        }
        if (!has_buffer(a)) {
            continue;
        }
        if (a->flags & FLAG_COUNT_IN_OUT) {
            out_put(o, "    mig_k_%s = mig_least(*%sCnt, %u);\n"
                    "    mig_b_%s = %s;\n", a->name, a->name, a->type->count,
                    a->name, a->name);
            continue;
        }
        out_put(o, "    mig_k_%s = %u;\n    mig_b_%s = %s;\n"
                "    if (*%sCnt < %u) {\n"
                "        mig_b_%s = (%s)mig_user_allocate(%llu);\n"
                "        if (mig_b_%s == NULL) {\n", a->name, a->type->count,
                a->name, a->name, a->name, a->type->count, a->name,
                cdecl_join(ctype_elem(a->type, SIDE_SERVER), "*"),
                (unsigned long long)a->type->size, a->name);
        for (const struct arg *b = rt->args; b != a; b = b->next) {
            if (has_buffer(b)) {
                out_put(o, "            mig_buffer_release(mig_b_%s, %s, "
                        "%llu);\n", b->name, b->name,
                        (unsigned long long)b->type->size);
            }
        }
        out_put(o, "            return KERN_RESOURCE_SHORTAGE;\n"
                "        }\n    }\n");
    }
}

static void
pass(struct out *o, unsigned *n, const char *text)
{
    out_put(o, "%s\n        %s", (*n)++ == 0 ? "" : ",", text);
}

static void
argument(struct out *o, const struct arg *a, const char *prefix, unsigned *n)
{
    const struct type *t = a->type;
    enum shape shape = shape_of(t, SIDE_SERVER);

    if (has_result_local(a)) {
        pass(o, n, mig_format("&mig_a_%s", a->name));
    } else if (has_buffer(a)) {
        pass(o, n, ctype_explicit(t, SIDE_SERVER) != NULL
                       ? mig_format("MIG_POINTER(mig_b_%s)", a->name)
                       : mig_format("mig_b_%s", a->name));
        pass(o, n, mig_format("&mig_k_%s", a->name));
    } else {
        pass(o, n, arg_is_out(a) ? mig_format("%s%s", prefix, a->name)
                                 : direct_value(a, prefix));
        if (shape == SHAPE_VAR_ARRAY ||
            (shape == SHAPE_OOL && type_has_count(t)) ||
            (shape == SHAPE_OOL_ARRAY && type_has_count(t->elem))) {
            pass(o, n, mig_format("%s%sCnt", prefix, a->name));
        }
    }
    if (arg_has_poly(a, SIDE_SERVER)) {
        pass(o, n, arg_is_out(a) && !arg_has_poly(a, SIDE_USER)
                       ? mig_format("&mig_p_%s", a->name)
                       : mig_format("%s%sPoly", prefix, a->name));
    }
    if ((a->flags & FLAG_DEALLOC_DYNAMIC) && arg_is_out(a)) {
        pass(o, n, "NULL");
    }
}

void
direct_arguments(struct out *o, const struct routine *rt, const char *prefix)
{
    unsigned n = 0;

    out_put(o, "(");
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (!arg_in_server(a)) {
            continue;
        }
        switch (a->kind) {
        case ARG_IN:
        case ARG_OUT:
        case ARG_INOUT:
            argument(o, a, prefix, &n);
            break;
        case ARG_REQUEST_PORT:
            pass(o, &n, direct_value(a, prefix));
            break;
        case ARG_AUDIT_TOKEN:
        case ARG_SERVER_AUDIT_TOKEN:
            pass(o, &n, "mig_direct_audit()");
            break;
        case ARG_SECURITY_TOKEN:
        case ARG_SERVER_SECURITY_TOKEN:
            pass(o, &n, "mig_direct_sender()");
            break;
        default:
            pass(o, &n, "0");
            break;
        }
    }
    out_put(o, ")");
}

static void
result(struct out *o, const struct arg *a)
{
    const struct type *t = a->type;

    if (has_result_local(a)) {
        if (direct_is_handle(a)) {
            out_put(o, "    *%s = (mig_handle_t)(uintptr_t)mig_a_%s;\n",
                    a->name, a->name);
        } else if (t->outtran != NULL) {
            out_put(o, "    *%s = %s(mig_a_%s);\n", a->name,
                    t->outtran->function, a->name);
        }
    } else if (has_buffer(a)) {
        out_put(o, "    if (mig_k_%s > *%sCnt) {\n"
                "        mig_ret = MIG_ARRAY_TOO_LARGE;\n"
                "    } else if (mig_b_%s != %s) {\n"
                "        mig_copy(%s, mig_b_%s, (size_t)mig_k_%s * %u);\n"
                "    }\n    *%sCnt = mig_k_%s;\n", a->name, a->name, a->name,
                a->name, a->name, a->name, a->name, layout_elem_size(t),
                a->name, a->name);
    }
    if (t->kind == TYPE_PORT && (!type_is_translated(t) ||
                                 !direct_is_handle(a))) {
        const char *d = t->sent != MT_POLYMORPHIC ? type_port_text(t->sent)
                        : arg_has_poly(a, SIDE_USER)
                            ? mig_format("*%sPoly", a->name)
                            : mig_format("mig_p_%s", a->name);

        out_put(o, "    mig_direct_port(%s, %s);\n", a->name, d);
        if (arg_has_poly(a, SIDE_USER)) {
            out_put(o, "    *%sPoly = mig_received_as(%s);\n", a->name, d);
        }
    } else if (t->ool && !(a->flags & FLAG_DEALLOC)) {
        out_put(o, "    *%s = (%s)(uintptr_t)mig_direct_range(\n"
                "        (uint64_t)(uintptr_t)*%s, %s * (uint64_t)%u);\n",
                a->name,
                ctype_explicit(t, SIDE_USER) != NULL
                    ? ctype_explicit(t, SIDE_USER)
                    : cdecl_join(ctype_elem(t, SIDE_USER), "*"),
                a->name, type_has_count(t) ? mig_format("*%sCnt", a->name)
                                           : mig_format("%u", t->count),
                layout_elem_size(t));
    }
}

static void
finish(struct out *o, const struct routine *rt)
{
    bool results = false;

    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (is_in_or_object(a) && is_translated_name(a) &&
            a->type->destructor != NULL) {
            out_put(o, "    if (mig_a_%s) {\n        %s(mig_a_%s);\n    }\n",
                    a->name, a->type->destructor->function, a->name);
        }
        results = results || arg_is_out(a);
    }
    if (results) {
        out_put(o, "    if (mig_ret == KERN_SUCCESS) {\n");
        for (const struct arg *a = rt->args; a != NULL; a = a->next) {
            if (arg_is_out(a)) {
                result(o, a);
            }
        }
        out_put(o, "    }\n");
    }
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (has_buffer(a)) {
            out_put(o, "    mig_buffer_release(mig_b_%s, %s, %llu);\n",
                    a->name, a->name, (unsigned long long)a->type->size);
        }
    }
}

void
direct_call(struct out *o, const struct routine *rt)
{
    bool loans = direct_loan_count(rt) != 0;

    emit_prototype(o, rt, SIDE_USER);
    out_put(o, "\n{\n");
    locals(o, rt);
    request_checks(o, rt);
    translate(o, rt);
    begin_results(o, rt);
    if (loans) {
        direct_loans(o, rt);
        out_put(o, "    mig_call_begin_direct(&mig_call, mig_loans, %u);\n",
                direct_loan_count(rt));
    }
    out_put(o, "    mig_ret = %s", server_name(rt));
    direct_arguments(o, rt, "");
    out_put(o, ";\n");
    if (loans) {
        out_put(o, "    mig_call_end(&mig_call);\n");
    }
    finish(o, rt);
    out_put(o, "    return mig_ret;\n}\n\n");
}
