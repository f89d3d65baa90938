/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Direct simpleroutines: the arguments are copied into a record, which keeps
 * handles and rights alive, and the server's loop calls the routine later.
 */
#include <string.h>

#include "cdecl.h"
#include "emit_direct.h"
#include "emit_user.h"

static bool
is_pointer(const struct arg *a)
{
    enum shape s = shape_of(a->type, SIDE_SERVER);

    return s == SHAPE_ARRAY || s == SHAPE_VAR_ARRAY || s == SHAPE_VAR_STRING;
}

static bool
is_recorded(const struct arg *a)
{
    return a->kind == ARG_REQUEST_PORT || a->kind == ARG_IN;
}

static const char *
member_ctype(const struct arg *a)
{
    const struct type *t = a->type;

    if (is_pointer(a)) {
        return cdecl_join(ctype_elem(t, SIDE_USER), "*");
    }
    if (t->ool && ctype_explicit(t, SIDE_USER) == NULL) {
        return cdecl_join(ctype_elem(t, SIDE_USER), "*");
    }
    return ctype_param(t, SIDE_USER);
}

static const char *
bytes_of(const struct arg *a)
{
    const struct type *t = a->type;

    if (t->variable) {
        return mig_format("(size_t)%s * %u", request_count(a),
                          layout_elem_size(t));
    }
    return mig_format("%llu", (unsigned long long)t->size);
}

static void
record_type(struct out *o, const struct routine *rt)
{
    unsigned loans = direct_loan_count(rt);

    out_put(o, "struct __Record__%s {\n    struct mig_direct_record mig_head;"
            "\n", rt->name);
    if (loans != 0) {
        out_put(o, "    struct mig_loan mig_loans[%u];\n", loans);
    }
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (!is_recorded(a)) {
            continue;
        }
        out_put(o, "    %s;\n", cdecl_declare(member_ctype(a), a->name));
        if (type_has_count(a->type)) {
            out_put(o, "    mach_msg_type_number_t %sCnt;\n", a->name);
        }
        if (arg_has_poly(a, SIDE_USER) || arg_has_poly(a, SIDE_SERVER)) {
            out_put(o, "    mach_msg_type_name_t %sPoly;\n", a->name);
        }
    }
    out_put(o, "};\n\n");
}

static bool
needs_translation(const struct arg *a)
{
    return !direct_is_handle(a) && type_is_translated(a->type);
}

static void
run_function(struct out *o, const struct routine *rt)
{
    unsigned loans = direct_loan_count(rt);

    out_put(o, "static void\n__Run__%s(void *mig_record)\n{\n"
            "    struct __Record__%s *mig_r =\n"
            "        (struct __Record__%s *)mig_record;\n", rt->name, rt->name,
            rt->name);
    if (loans != 0) {
        out_put(o, "    struct mig_call mig_call;\n");
    }
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (is_recorded(a) && needs_translation(a)) {
            out_put(o, "    %s = %s(mig_r->%s);\n",
                    cdecl_declare(ctype_param(a->type, SIDE_SERVER),
                                  mig_format("mig_a_%s", a->name)),
                    a->type->intran != NULL ? a->type->intran->function : "",
                    a->name);
        } else if (is_recorded(a) && direct_is_handle(a) &&
                   !type_is_translated(a->type)) {
            out_put(o, "    mach_msg_type_name_t mig_p_%s;\n"
                    "    mach_port_t mig_a_%s = handle_to_port(mig_r->%s, "
                    "&mig_p_%s);\n", a->name, a->name, a->name, a->name);
        }
    }
    out_put(o, "\n");
    if (loans != 0) {
        out_put(o, "    mig_call_begin_direct(&mig_call, mig_r->mig_loans, "
                "%u);\n", loans);
    }
    out_put(o, "    (void)%s", server_name(rt));
    direct_arguments(o, rt, "mig_r->");
    out_put(o, ";\n");
    if (loans != 0) {
        out_put(o, "    mig_call_end(&mig_call);\n");
    }
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (is_recorded(a) && direct_is_handle(a)) {
            out_put(o, "    handle_release(mig_r->%s);\n", a->name);
        } else if (is_recorded(a) && needs_translation(a) &&
                   a->type->destructor != NULL) {
            out_put(o, "    if (mig_a_%s) {\n        %s(mig_a_%s);\n    }\n",
                    a->name, a->type->destructor->function, a->name);
        }
    }
    out_put(o, "    mig_direct_free(&mig_r->mig_head);\n}\n\n");
}

static void
record_argument(struct out *o, const struct arg *a)
{
    if (direct_is_handle(a)) {
        out_put(o, "    mig_r->%s = handle_copy(%s);\n", a->name, a->name);
    } else if (is_pointer(a)) {
        out_put(o, "    mig_r->%s = (%s)mig_place(mig_r, "
                "(mach_msg_size_t)mig_size);\n"
                "    mig_copy(mig_r->%s, %s, %s);\n"
                "    mig_size += (%s + 7) & ~(size_t)7;\n", a->name,
                member_ctype(a), a->name, a->name, bytes_of(a), bytes_of(a));
    } else if (a->type->ool) {
        out_put(o, "    mig_r->%s = (%s)(uintptr_t)%s;\n", a->name,
                member_ctype(a), a->name);
    } else {
        out_put(o, "    mig_r->%s = %s;\n", a->name, a->name);
    }
    if (type_has_count(a->type)) {
        out_put(o, "    mig_r->%sCnt = %sCnt;\n", a->name, a->name);
    }
    if (arg_has_poly(a, SIDE_USER)) {
        out_put(o, "    mig_r->%sPoly = %sPoly;\n", a->name, a->name);
    }
}

/* Loans outlive the caller, so they are made the record's own. */
static void
record_loans(struct out *o, const struct routine *rt)
{
    unsigned i = 0;

    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (!arg_is_in(a) || !direct_is_lent(a)) {
            continue;
        }
        out_put(o, "    mig_ret = mig_keep_loan(&mig_r->mig_loans[%u]);\n"
                "    if (mig_ret != KERN_SUCCESS) {\n"
                "        mig_drop_loans(mig_r->mig_loans, %u);\n"
                "        mig_direct_free(&mig_r->mig_head);\n"
                "        return mig_ret;\n    }\n", i, i);
        out_put(o, "    mig_r->%s = (%s)(uintptr_t)mig_r->mig_loans[%u].value;"
                "\n", a->name, member_ctype(a), i);
        i++;
    }
}

void
direct_queued(struct out *o, const struct routine *rt)
{
    unsigned i = 0;

    record_type(o, rt);
    run_function(o, rt);
    emit_prototype(o, rt, SIDE_USER);
    out_put(o, "\n{\n    struct __Record__%s *mig_r;\n"
            "    size_t mig_size = (sizeof(*mig_r) + 7) & ~(size_t)7;\n"
            "    size_t mig_need = mig_size;\n", rt->name);
    if (direct_loan_count(rt) != 0) {
        out_put(o, "    kern_return_t mig_ret;\n");
    }
    user_request_locals(o, rt);
    out_put(o, "\n");
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        direct_user_only(o, a);
    }
    request_checks(o, rt);
    if (direct_is_handle(rt->request_port)) {
        out_put(o, "    if (%s == MIG_HANDLE_NULL) {\n"
                "        return MACH_SEND_INVALID_DEST;\n    }\n",
                rt->request_port->name);
    }
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (is_recorded(a) && is_pointer(a)) {
            out_put(o, "    mig_need += (%s + 7) & ~(size_t)7;\n",
                    bytes_of(a));
        }
    }
    out_put(o, "    mig_r = (struct __Record__%s *)mig_direct_allocate("
            "mig_need);\n    if (mig_r == NULL) {\n"
            "        return KERN_RESOURCE_SHORTAGE;\n    }\n", rt->name);
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (arg_is_in(a) && direct_is_lent(a)) {
            out_put(o, "    {\n    struct mig_loan *mig_loans = "
                    "mig_r->mig_loans;\n");
            direct_loan(o, a, i++);
            out_put(o, "    }\n");
        }
    }
    record_loans(o, rt);
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (is_recorded(a) && !(arg_is_in(a) && direct_is_lent(a))) {
            record_argument(o, a);
        } else if (is_recorded(a) && type_has_count(a->type)) {
            out_put(o, "    mig_r->%sCnt = %sCnt;\n", a->name, a->name);
        }
    }
    out_put(o, "    (void)mig_size;\n"
            "    mig_direct_enqueue(__Run__%s, mig_r);\n"
            "    return KERN_SUCCESS;\n}\n\n", rt->name);
}
