/* SPDX-License-Identifier: BSD-2-Clause */
/* The JSON model: types and arguments. */
#include "comment.h"
#include "diff.h"
#include "emit_ir.h"
#include "ownership.h"

static const char *
kind_name(const struct type *t)
{
    static const char *const names[] = {
        [TYPE_BASIC] = "scalar", [TYPE_PORT] = "port",
        [TYPE_STRING] = "string", [TYPE_ARRAY] = "array",
        [TYPE_STRUCT] = "struct", [TYPE_NATIVE] = "native",
        [TYPE_ERROR] = "error",
    };

    return names[t->kind];
}

static void
put_members(struct out *o, const struct type *t)
{
    uint64_t at = 0;

    out_put(o, ", \"members\": [");
    for (const struct member *m = t->members; m != NULL; m = m->next) {
        unsigned align = m->type->align == 0 ? 1 : m->type->align;

        at = (at + align - 1) / align * align;
        out_put(o, "%s\n      {\"name\": %s, \"offset\": %llu, \"type\": ",
                m == t->members ? "" : ",", json_string(m->name),
                (unsigned long long)at);
        ir_type(o, m->type);
        out_put(o, "}");
        at += m->type->size;
    }
    out_put(o, "]");
}

static void
put_function(struct out *o, const char *key, const struct translation *f)
{
    if (f != NULL) {
        out_put(o, ", \"%s\": {\"function\": %s, \"result\": %s, "
                "\"parameter\": %s}", key, json_string(f->function),
                json_string(f->result), json_string(f->param));
    }
}

void
ir_type(struct out *o, const struct type *t)
{
    out_put(o, "{\"name\": %s, \"kind\": \"%s\", \"size\": %llu, "
            "\"align\": %u, \"out_of_line\": %s, \"variable\": %s",
            json_string(t->name), kind_name(t), (unsigned long long)t->size,
            t->align, json_truth(t->ool), json_truth(t->variable));
    if (t->kind == TYPE_ARRAY || t->kind == TYPE_STRING) {
        out_put(o, ", \"bounded\": %s, \"count\": %u",
                json_truth(t->bounded || !t->variable), t->count);
    }
    if (t->kind == TYPE_PORT) {
        out_put(o, ", \"sent\": \"%s\", \"received\": \"%s\"",
                type_port_text(t->sent), type_port_text(t->received));
    } else if (t->kind == TYPE_BASIC) {
        out_put(o, ", \"wire_type\": %u", t->sent);
    } else if (t->kind == TYPE_NATIVE) {
        out_put(o, ", \"native\": \"%s\"", t->native == NATIVE_VALUE
                ? "value" : "pointer");
    }
    if (t->elem != NULL) {
        out_put(o, ", \"element\": ");
        ir_type(o, t->elem);
    }
    if (t->members != NULL) {
        put_members(o, t);
    }
    put_function(o, "intran", t->intran);
    put_function(o, "outtran", t->outtran);
    put_function(o, "intranpayload", t->payload);
    put_function(o, "destructor", t->destructor);
    out_put(o, "}");
}

static void
put_flags(struct out *o, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *word;
    } words[] = {
        {FLAG_DEALLOC, "dealloc"}, {FLAG_NOT_DEALLOC, "notdealloc"},
        {FLAG_DEALLOC_DYNAMIC, "dealloc[]"},
        {FLAG_COUNT_IN_OUT, "countinout"}, {FLAG_RETCODE, "retcode"},
        {FLAG_SAME_COUNT, "samecount"}, {FLAG_PHYSICAL_COPY, "physicalcopy"},
        {FLAG_OVERWRITE, "overwrite"}, {FLAG_AUTO, "auto"},
        {FLAG_CONST, "const"},
    };
    const char *comma = "";

    out_put(o, "\"flags\": [");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (flags & words[i].flag) {
            out_put(o, "%s\"%s\"", comma, words[i].word);
            comma = ", ";
        }
    }
    out_put(o, "]");
}

static const char *
owner(const struct arg *a, enum side side, bool reply)
{
    bool there = reply ? arg_is_out(a) : !arg_is_out(a) || arg_is_in(a);

    return json_string(there ? ownership_word(ownership_of(&subsystem, a,
                                                           side, reply))
                             : NULL);
}

static void
put_ownership(struct out *o, const struct arg *a)
{
    out_put(o, "\"ownership\": {\n          \"user_in\": %s, "
            "\"user_out\": %s, \"server_in\": %s, \"server_out\": %s}",
            owner(a, SIDE_USER, false), owner(a, SIDE_USER, true),
            owner(a, SIDE_SERVER, false), owner(a, SIDE_SERVER, true));
}

/* The C type of the parameter, or of the elements behind it. */
static const char *
side_type(const struct arg *a, enum side side)
{
    bool there = side == SIDE_USER ? arg_in_user(a) : arg_in_server(a);

    return json_string(there ? ctype_param(a->type, side) : NULL);
}

void
ir_argument(struct out *o, const struct arg *a)
{
    const struct type *t = a->type;
    const char *name = t->name == NULL ? "" : t->name;

    out_put(o, "        {\"name\": %s, \"direction\": \"%s\", \"type\": %s, "
            "\"kind\": \"%s\",\n         \"out_of_line\": %s, "
            "\"variable\": %s, \"size\": %llu, \"limit\": %u,\n         ",
            json_string(a->name), direction_word(a), json_string(name),
            kind_name(t), json_truth(t->ool), json_truth(t->variable),
            (unsigned long long)t->size, t->count);
    put_flags(o, a->flags);
    out_put(o, ", \"count_argument\": %s,\n         \"user_type\": %s, "
            "\"server_type\": %s,\n         ",
            json_string(type_has_count(t) ? arg_count(a) : NULL),
            side_type(a, SIDE_USER), side_type(a, SIDE_SERVER));
    put_ownership(o, a);
    if (t->kind == TYPE_PORT) {
        out_put(o, ",\n         \"sent\": \"%s\", \"received\": \"%s\"",
                type_port_text(t->sent), type_port_text(t->received));
    }
    if (t->ool) {
        out_put(o, ",\n         \"deallocate\": %s",
                json_truth(a->flags & FLAG_DEALLOC));
    }
    out_put(o, ",\n         \"comment\": %s,\n         \"layout\": ",
            json_string(t->name == NULL ? NULL : comment_of(t->loc)));
    ir_type(o, t);
    out_put(o, "}%s\n", a->next == NULL ? "" : ",");
}
