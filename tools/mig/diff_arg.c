/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `mig -diff`: arguments and messages.  Arguments are compared by position,
 * as callers give them: first how they look in the prototypes and who owns
 * them (sources), then what travels (messages).
 */
#include <string.h>

#include "diff.h"
#include "ownership.h"

const char *
direction_word(const struct arg *a)
{
    static const char *const words[] = {
        [ARG_DEFAULT] = "in", [ARG_IN] = "in", [ARG_OUT] = "out",
        [ARG_INOUT] = "inout", [ARG_REQUEST_PORT] = "requestport",
        [ARG_REPLY_PORT] = "replyport", [ARG_SREPLY_PORT] = "sreplyport",
        [ARG_UREPLY_PORT] = "ureplyport", [ARG_WAIT_TIME] = "waittime",
        [ARG_SEND_TIME] = "sendtime", [ARG_MSG_OPTION] = "msgoption",
        [ARG_MSG_SEQNO] = "msgseqno", [ARG_SECURITY_TOKEN] = "sectoken",
        [ARG_SERVER_SECURITY_TOKEN] = "serversectoken",
        [ARG_USER_SECURITY_TOKEN] = "usersectoken",
        [ARG_AUDIT_TOKEN] = "audittoken",
        [ARG_SERVER_AUDIT_TOKEN] = "serveraudittoken",
        [ARG_USER_AUDIT_TOKEN] = "useraudittoken",
        [ARG_SERVER_CONTEXT] = "servercontexttoken",
        [ARG_SERVER_IMPL] = "serverimpl", [ARG_USER_IMPL] = "userimpl",
    };

    return words[a->kind];
}

/* How the argument looks to a program, without its name. */
static const char *
parameter(const struct subsystem *s, const struct arg *a, enum side side)
{
    const struct type *t = a->type;
    enum shape shape;
    const char *ctype;
    const char *text;

    if (side == SIDE_USER ? !arg_in_user(a) : !arg_in_server(a)) {
        return "";
    }
    subsystem = *s; /* the kernel's side has types of its own */
    shape = shape_of(t, side);
    ctype = shape == SHAPE_VALUE ? ctype_param(t, side)
            : ctype_explicit(t, side) != NULL ? ctype_explicit(t, side)
            : t->elem != NULL && t->elem->ool ? ctype_elem(t->elem, side)
                                              : ctype_elem(t, side);
    text = mig_format("%s%s%s", ctype, shape == SHAPE_VALUE ? "" : " *",
                      arg_is_out(a) ? " (result)" : "");
    if (shape == SHAPE_ARRAY || shape == SHAPE_PORTS ||
        shape == SHAPE_OOL_ARRAY) {
        text = mig_format("%s of %u elements", text, t->count);
    }
    if (type_has_count(t) && a->same == NULL) {
        text = mig_format("%s and a count", text);
    }
    return mig_format("%s%s%s", text, arg_has_poly(a, side)
                      ? " and a disposition" : "",
                      a->flags & FLAG_DEALLOC_DYNAMIC
                      ? " and a deallocate flag" : "");
}

static void
diff_prototype(const struct pair *p, const struct arg *a, const struct arg *b)
{
    static const char *const sides[] = {"user's", "server's"};

    for (enum side side = SIDE_USER; side <= SIDE_SERVER; side++) {
        const char *was = parameter(p->old_system, a, side);
        const char *is = parameter(p->new_system, b, side);

        if (strcmp(was, is) != 0) {
            diff_report(b->loc, VERDICT_BREAKING, "prototype", "'%s': on the "
                        "%s side '%s' was %s and is %s", p->new->name,
                        sides[side], b->name, *was == '\0' ? "absent" : was,
                        *is == '\0' ? "absent" : is);
        }
    }
}

static void
diff_ownership(const struct pair *p, const struct arg *a, const struct arg *b)
{
    static const char *const sides[] = {"caller's", "server's"};

    for (enum side side = SIDE_USER; side <= SIDE_SERVER; side++) {
        for (int reply = 0; reply < 2; reply++) {
            enum ownership was, is;

            if (reply ? !arg_is_out(b) : arg_is_out(b) && !arg_is_in(b)) {
                continue;
            }
            was = ownership_of(p->old_system, a, side, reply != 0);
            is = ownership_of(p->new_system, b, side, reply != 0);
            if (was != is && was != OWN_NONE && is != OWN_NONE &&
                p->old_system->ownership_take ==
                    p->new_system->ownership_take) {
                diff_report(b->loc, VERDICT_BREAKING, "ownership", "'%s': "
                            "the %s '%s' was %s and is %s", p->new->name,
                            sides[side], b->name, ownership_word(was),
                            ownership_word(is));
            }
        }
    }
}

/* The type as it travels; limits are compared apart. */
static bool
same_wire(const struct type *a, const struct type *b)
{
    if ((a->elem == NULL) != (b->elem == NULL) ||
        (a->elem != NULL && !same_wire(a->elem, b->elem))) {
        return false;
    }
    return a->kind == b->kind && a->ool == b->ool &&
           a->variable == b->variable && a->sent == b->sent &&
           a->received == b->received &&
           (a->variable || a->ool ||
            (a->size == b->size && a->align == b->align));
}

static void
diff_limit(const struct pair *p, const struct arg *a, const struct arg *b)
{
    uint32_t was = a->type->count;
    uint32_t is = b->type->count;

    if (!a->type->variable || !b->type->variable ||
        a->type->bounded != b->type->bounded || was == is) {
        return;
    }
    if (arg_is_out(b) ? is > was : is < was) {
        diff_report(b->loc, VERDICT_BREAKING, "limit", "'%s': '%s' had at "
                    "most %u elements and has at most %u: %s", p->new->name,
                    b->name, was, is, is > was
                    ? "callers' buffers are too small"
                    : "callers may pass too many");
    } else {
        diff_report(b->loc, VERDICT_SOURCE, "limit", "'%s': '%s' had at most "
                    "%u elements and has at most %u", p->new->name, b->name,
                    was, is);
    }
}

static void
diff_argument(const struct pair *p, const struct arg *a, const struct arg *b)
{
    bool travels = arg_is_in(a) || arg_is_out(a) || arg_is_in(b) ||
                   arg_is_out(b);

    if (strcmp(a->name, b->name) != 0) {
        diff_report(b->loc, VERDICT_COMPATIBLE, "argument-renamed", "'%s': "
                    "'%s' is called '%s' now", p->new->name, a->name,
                    b->name);
    }
    if (strcmp(direction_word(a), direction_word(b)) != 0) {
        diff_report(b->loc, VERDICT_BREAKING, "direction", "'%s': '%s' was "
                    "%s and is %s", p->new->name, b->name, direction_word(a),
                    direction_word(b));
        return;
    }
    diff_prototype(p, a, b);
    diff_ownership(p, a, b);
    if (travels && !same_wire(a->type, b->type)) {
        diff_report(b->loc, VERDICT_SOURCE, "wire", "'%s': '%s' travels "
                    "otherwise", p->new->name, b->name);
    } else if (travels) {
        diff_limit(p, a, b);
    }
    if ((a->flags ^ b->flags) & (FLAG_COUNT_IN_OUT | FLAG_SAME_COUNT)) {
        diff_report(b->loc, VERDICT_SOURCE, "count", "'%s': the count of "
                    "'%s' travels otherwise", p->new->name, b->name);
    }
}

static const struct arg *
find_argument(const struct routine *r, const char *name)
{
    for (const struct arg *a = r->args; a != NULL; a = a->next) {
        if (strcmp(a->name, name) == 0) {
            return a;
        }
    }
    return NULL;
}

static unsigned
count_arguments(const struct routine *r)
{
    unsigned n = 0;

    for (const struct arg *a = r->args; a != NULL; a = a->next) {
        n++;
    }
    return n;
}

/* Not the same number: who came and who went. */
static void
diff_lists(const struct pair *p)
{
    for (const struct arg *a = p->old->args; a != NULL; a = a->next) {
        if (find_argument(p->new, a->name) == NULL) {
            diff_report(p->new->loc, VERDICT_BREAKING, "argument-removed",
                        "'%s': '%s' is gone", p->new->name, a->name);
        }
    }
    for (const struct arg *b = p->new->args; b != NULL; b = b->next) {
        if (find_argument(p->old, b->name) == NULL) {
            diff_report(b->loc, VERDICT_BREAKING, "argument-added",
                        "'%s': '%s' is new", p->new->name, b->name);
        }
    }
}

/* Whatever moved for reasons that no argument shows. */
static void
diff_message(const struct pair *p, const struct message *a,
             const struct message *b, const char *what)
{
    const struct field *f = a->fields;
    const struct field *g = b->fields;

    for (; f != NULL && g != NULL; f = f->next, g = g->next) {
        if (f->kind != g->kind || f->offset != g->offset ||
            f->dynamic != g->dynamic) {
            break;
        }
    }
    if (f != NULL || g != NULL || a->descriptors != b->descriptors) {
        diff_report(p->new->loc, VERDICT_SOURCE, "layout", "'%s': members of "
                    "the %s are at other places", p->new->name, what);
    }
}

void
diff_arguments(const struct pair *p)
{
    const struct arg *b = p->new->args;

    if (count_arguments(p->old) != count_arguments(p->new)) {
        diff_lists(p);
        return;
    }
    for (const struct arg *a = p->old->args; a != NULL; a = a->next) {
        diff_argument(p, a, b);
        b = b->next;
    }
    diff_message(p, &p->old->request, &p->new->request, "request");
    diff_message(p, &p->old->reply, &p->new->reply, "reply");
}
