/* SPDX-License-Identifier: BSD-2-Clause */
/* Who owns an argument, see ownership.h. */
#include "ownership.h"

static const struct type *
element_of(const struct type *t)
{
    while (t->kind == TYPE_ARRAY) {
        t = t->elem;
    }
    return t;
}

/* Is there a right or memory of its own in it? */
static bool
has_something(const struct type *t)
{
    return t->kind == TYPE_PORT || t->ool ||
           (t->elem != NULL && t->kind == TYPE_ARRAY &&
            has_something(t->elem));
}

static bool
is_memory(const struct type *t)
{
    return t->ool || (t->kind == TYPE_ARRAY && t->elem->ool);
}

/* What becomes of a right that is sent so. */
static enum ownership
sent_right(const struct type *t)
{
    switch (t->sent) {
    case MT_POLYMORPHIC:
        return OWN_CHOSEN;
    case MT_MOVE_RECEIVE:
    case MT_MOVE_SEND:
    case MT_MOVE_SEND_ONCE:
        return OWN_GIVEN;
    default:
        return OWN_KEPT;
    }
}

/* What the sender has afterwards. */
static enum ownership
sent(const struct arg *a)
{
    if (is_memory(a->type)) {
        return a->flags & FLAG_DEALLOC_DYNAMIC ? OWN_CHOSEN
               : a->flags & FLAG_DEALLOC       ? OWN_GIVEN
                                               : OWN_KEPT;
    }
    return sent_right(element_of(a->type));
}

static enum ownership
user_side(const struct arg *a, bool reply)
{
    if (!arg_in_user(a)) {
        return OWN_NONE;
    }
    if (!has_something(a->type)) {
        return OWN_VALUE;
    }
    if (!arg_is_in(a) && !arg_is_out(a)) {
        return sent_right(a->type); /* request and reply port */
    }
    return reply ? OWN_RECEIVED : sent(a);
}

static enum ownership
server_side(const struct subsystem *s, const struct arg *a, bool reply)
{
    if (!arg_in_server(a)) {
        return OWN_NONE;
    }
    if (!has_something(a->type)) {
        return OWN_VALUE;
    }
    if (a->kind == ARG_REQUEST_PORT) {
        return OWN_KEPT; /* the server's own, or the object behind it */
    }
    if (a->kind == ARG_REPLY_PORT || a->kind == ARG_SREPLY_PORT) {
        return OWN_DEFERRED;
    }
    if (reply) {
        /* The kernel's results are naked rights and copy objects. */
        return s->kernel_server ? OWN_GIVEN : sent(a);
    }
    return s->ownership_take || s->kernel_server ? OWN_LENT : OWN_OWNED;
}

enum ownership
ownership_of(const struct subsystem *s, const struct arg *a, enum side side,
             bool reply)
{
    return side == SIDE_USER ? user_side(a, reply)
                             : server_side(s, a, reply);
}

const char *
ownership_word(enum ownership o)
{
    static const char *const words[] = {
        [OWN_NONE] = "none", [OWN_VALUE] = "value", [OWN_KEPT] = "kept",
        [OWN_GIVEN] = "given", [OWN_CHOSEN] = "chosen",
        [OWN_RECEIVED] = "received", [OWN_LENT] = "lent",
        [OWN_OWNED] = "owned", [OWN_DEFERRED] = "deferred",
    };

    return words[o];
}
