/* SPDX-License-Identifier: BSD-2-Clause */
/* Reference pages: the arguments, their shape and unit, and who owns them. */
#include <string.h>

#include "comment.h"
#include "diff.h"
#include "emit_doc.h"
#include "ownership.h"

static const char *
right_name(const struct type *t)
{
    switch (t->received) {
    case MT_MOVE_RECEIVE:
        return "receive right";
    case MT_MOVE_SEND_ONCE:
    case MT_MAKE_SEND_ONCE:
        return "send-once right";
    case MT_POLYMORPHIC:
        return "right of any kind";
    default:
        return "send right";
    }
}

/* "bytes", "elements of 8 bytes", "rights". */
static const char *
units(const struct type *t)
{
    uint64_t size = t->elem == NULL ? 1 : t->elem->size;

    return t->elem != NULL && t->elem->kind == TYPE_PORT
               ? mig_format("%ss", right_name(t->elem))
           : size == 1 ? "bytes"
                       : mig_format("elements of %llu bytes",
                                    (unsigned long long)size);
}

static const char *
memory_shape(const struct arg *a, const struct type *t)
{
    if (t->kind == TYPE_STRING) {
        return "string, out of line";
    }
    if (type_has_count(t)) {
        return mig_format("`%s` %s, out of line%s", arg_count(a), units(t),
                          t->bounded ? mig_format(", at most %u", t->count)
                                     : "");
    }
    return t->kind == TYPE_ARRAY
               ? mig_format("%u %s, out of line", t->count, units(t))
               : mig_format("%llu bytes, out of line",
                            (unsigned long long)t->size);
}

static const char *
array_shape(const struct arg *a, const struct type *t)
{
    if (t->variable) {
        return mig_format("`%s` %s, at most %u, in line", arg_count(a),
                          units(t), t->count);
    }
    if (t->elem->ool) {
        return mig_format("%u times: %s", t->count,
                          memory_shape(a, t->elem));
    }
    return mig_format("%u %s", t->count, units(t));
}

static const char *
shape_text(const struct arg *a)
{
    const struct type *t = a->type;

    if (t->ool) {
        return memory_shape(a, t);
    }
    switch (t->kind) {
    case TYPE_PORT:
        return right_name(t);
    case TYPE_STRING:
        return mig_format("string, %s %u bytes with its NUL",
                          t->variable ? "at most" : "in", t->count);
    case TYPE_ARRAY:
        return array_shape(a, t);
    case TYPE_STRUCT:
        return mig_format("%llu bytes", (unsigned long long)t->size);
    case TYPE_BASIC:
        return mig_format("%llu-bit number",
                          (unsigned long long)t->size * 8);
    default:
        return "data of the same task";
    }
}

static const char *
caller_text(enum ownership o)
{
    switch (o) {
    case OWN_KEPT:
        return "the caller keeps its own";
    case OWN_GIVEN:
        return "goes with the request";
    case OWN_CHOSEN:
        return "as the caller says";
    case OWN_RECEIVED:
        return "the caller's";
    default:
        return NULL;
    }
}

static const char *
server_text(enum ownership o)
{
    switch (o) {
    case OWN_LENT:
        return "server: lent";
    case OWN_OWNED:
        return "server: its own on success";
    case OWN_DEFERRED:
        return "server: its own with `MIG_NO_REPLY`";
    case OWN_KEPT:
        return "the server keeps its own";
    case OWN_GIVEN:
        return "goes with the reply";
    case OWN_CHOSEN:
        return "as the server says";
    default:
        return NULL;
    }
}

static const char *
join(const char *a, const char *b)
{
    return a == NULL ? b : b == NULL ? a : mig_format("%s; %s", a, b);
}

/* Both sides, way in and way out; the kernel's own rules are its own. */
static const char *
ownership_text(const struct arg *a)
{
    bool kernel_serves = comment_file_has(options.input, "KernelServer");
    bool kernel_calls = comment_file_has(options.input, "KernelUser");
    const char *text = NULL;

    for (int reply = 0; reply < 2; reply++) {
        if (reply ? !arg_is_out(a) : arg_is_out(a) && !arg_is_in(a)) {
            continue;
        }
        if (!kernel_calls) {
            text = join(text, caller_text(ownership_of(
                                  &subsystem, a, SIDE_USER, reply != 0)));
        }
        if (!kernel_serves && a->kind != ARG_REQUEST_PORT) {
            text = join(text, server_text(ownership_of(
                                  &subsystem, a, SIDE_SERVER, reply != 0)));
        }
    }
    return text == NULL ? "" : text;
}

static const char *
direction_text(const struct arg *a)
{
    switch (a->kind) {
    case ARG_REQUEST_PORT:
        return "port";
    case ARG_SREPLY_PORT:
        return "server only";
    default:
        return direction_word(a);
    }
}

/* What the comment on the type adds: a unit, or the name of a structure. */
static void
put_type(struct out *o, const struct arg *a)
{
    const struct type *t = a->type;
    const char *comment = t->name == NULL || t->predefined
                              ? NULL : comment_of(t->loc);

    out_put(o, "%s", shape_text(a));
    if (comment != NULL && strchr(comment, '\n') == NULL &&
        strlen(comment) < 60) {
        out_put(o, ": ");
        doc_text(o, comment);
    }
}

static const char *
type_name(const struct arg *a)
{
    const struct type *t = a->type;

    return t->name == NULL ? "" : mig_format("`%s`", t->name);
}

void
doc_arguments(struct out *o, const struct routine *rt)
{
    out_put(o, "| argument | | type | shape and unit | ownership |\n"
            "|---|---|---|---|---|\n");
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        out_put(o, "| `%s` | %s | %s | ", a->name, direction_text(a),
                type_name(a));
        put_type(o, a);
        out_put(o, " | %s |\n", ownership_text(a));
    }
    out_put(o, "\n");
}
