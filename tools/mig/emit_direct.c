/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct binding: functions with the user's prototypes that call the
 * server's routines in the same task.
 *
 * Handles are the objects' addresses.  Rights and out-of-line memory are lent
 * to the routine for the call (struct mig_loan): what it takes is copied or,
 * when the caller gives it, moved.  The limits of the message binding apply
 * here, too, so that a caller cannot tell the bindings apart.
 *
 * Left out: routines that may answer later (they have a reply port), and, in
 * subsystems without `ownership take`, routines that pass rights or memory.
 */
#include <string.h>

#include "cdecl.h"
#include "diag.h"
#include "emit_direct.h"
#include "emit_user.h"

/* Is the user's value a handle for an object that the server knows? */
bool
direct_is_handle(const struct arg *a)
{
    return strcmp(ctype_param(a->type, SIDE_USER), "mig_handle_t") == 0;
}

static bool
passes_rights(const struct routine *rt)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if ((arg_is_in(a) || arg_is_out(a)) && direct_is_lent(a)) {
            return true;
        }
    }
    return false;
}

/* A right by name, rights by name, or a range of memory. */
bool
direct_is_lent(const struct arg *a)
{
    const struct type *t = a->type;

    if (t->kind == TYPE_PORT) {
        return !type_is_translated(t);
    }
    return t->ool || (t->kind == TYPE_ARRAY && !type_is_fixed_data(t) &&
                      !t->variable);
}

static const char *
why_left_out(const struct routine *rt)
{
    if (!rt->simple && rt->sreply_port != NULL) {
        return "it may answer later, and a direct call cannot wait";
    }
    if (rt->sreply_port != NULL) {
        return "it wants a reply port";
    }
    if (!subsystem.ownership_take && passes_rights(rt)) {
        return "it passes rights or memory without 'ownership take'";
    }
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (a->type->kind == TYPE_NATIVE) {
            return "it passes raw host data";
        }
        if (a->same != NULL) {
            return "arrays of it share a count";
        }
        if (arg_is_out(a) && direct_is_handle(a) &&
            !type_is_translated(a->type)) {
            return "it returns a handle that no function translates";
        }
        if (arg_is_in(a) && a->type->kind == TYPE_ARRAY &&
            direct_is_lent(a) && !a->type->ool) {
            return "it passes a fixed array of rights or ranges";
        }
    }
    return NULL;
}

unsigned
direct_loan_count(const struct routine *rt)
{
    unsigned n = 0;

    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        n += arg_is_in(a) && direct_is_lent(a) ? 1 : 0;
    }
    return n;
}

static unsigned
disposition_number(const struct type *t)
{
    while (t->kind == TYPE_ARRAY) {
        t = t->elem;
    }
    return t->sent;
}

static const char *
lent_value(const struct arg *a)
{
    return a->kind == ARG_INOUT ? mig_format("*%s", a->name) : a->name;
}

static bool
is_given(const struct arg *a)
{
    unsigned d = disposition_number(a->type);

    if (a->type->ool) {
        return (a->flags & (FLAG_DEALLOC | FLAG_DEALLOC_DYNAMIC)) != 0;
    }
    return d != MT_COPY_SEND && d != MT_MAKE_SEND && d != MT_MAKE_SEND_ONCE;
}

/* The entry in mig_loans[] of one argument. */
void
direct_loan(struct out *o, const struct arg *a, unsigned i)
{
    const struct type *t = a->type;
    const char *value = lent_value(a);
    const char *kind = "MACH_MSG_PORT_DESCRIPTOR";
    const char *size = "0";
    const char *disposition = "0";

    if (t->ool) {
        bool ports = t->kind == TYPE_ARRAY && t->elem->kind == TYPE_PORT;
        const char *count = type_has_count(t) || t->kind == TYPE_STRING
                                ? request_count(a)
                                : mig_format("%u", t->count);

        kind = ports ? "MACH_MSG_OOL_PORTS_DESCRIPTOR"
                     : "MACH_MSG_OOL_DESCRIPTOR";
        size = ports ? count
                     : mig_format("(uint64_t)%s * %u", count,
                                  layout_elem_size(t));
    }
    if (disposition_number(t) != 0) {
        disposition = disposition_number(t) == MT_POLYMORPHIC
                          ? mig_format("%s%sPoly",
                                       a->kind == ARG_INOUT ? "*" : "",
                                       a->name)
                          : type_port_text(disposition_number(t));
    }
    out_put(o, "    mig_lend(&mig_loans[%u], (uint64_t)(uintptr_t)%s,\n"
            "        %s, %s,\n        %s, %s);\n", i, value, size, kind,
            disposition,
            a->flags & FLAG_DEALLOC_DYNAMIC
                ? mig_format("%sDealloc", a->name)
            : disposition_number(t) == MT_POLYMORPHIC
                ? mig_format("mig_gives(%s)", disposition)
            : is_given(a) ? "TRUE" : "FALSE");
}

void
direct_loans(struct out *o, const struct routine *rt)
{
    unsigned i = 0;

    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (arg_is_in(a) && direct_is_lent(a)) {
            direct_loan(o, a, i++);
        }
    }
}

static void
check_names(const struct routine *rt)
{
    if (strcmp(user_name(rt), server_name(rt)) == 0) {
        diag_error(rt->loc, "direct-name", "the direct binding of '%s' has "
                   "the routine's own name: give -prefix or -sprefix",
                   rt->name);
    }
}

static void
include(struct out *o, enum output_kind kind,
        void (*otherwise)(struct out *o))
{
    const char *h = options.out[kind];

    if (h != NULL && strcmp(h, "/dev/null") != 0) {
        const char *slash = strrchr(h, '/');

        out_put(o, "#include \"%s\"\n", slash == NULL ? h : slash + 1);
    } else {
        otherwise(o);
    }
}

void
emit_direct(struct out *o)
{
    emit_file_head(o, "direct calls");
    include(o, OUT_HEADER, emit_user_header);
    include(o, OUT_SHEADER, emit_server_header);
    out_put(o, "#include <mach/mig_direct.h>\n\n");
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        const char *why = why_left_out(rt);

        if (why != NULL) {
            out_put(o, "/* %s is left out: %s. */\n\n", rt->name, why);
            continue;
        }
        check_names(rt);
        if (rt->simple) {
            direct_queued(o, rt);
        } else {
            direct_call(o, rt);
        }
    }
}
