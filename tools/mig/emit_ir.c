/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model as JSON: routines with their ids, arguments with direction and
 * types, messages with the place of every member ("moves" when a variable
 * array before it can be shorter).
 */
#include "emit.h"

static const char *
direction(const struct arg *a)
{
    switch (a->kind) {
    case ARG_REQUEST_PORT:
        return "requestport";
    case ARG_REPLY_PORT:
        return "replyport";
    case ARG_SREPLY_PORT:
        return "sreplyport";
    case ARG_UREPLY_PORT:
        return "ureplyport";
    case ARG_WAIT_TIME:
        return "waittime";
    case ARG_SEND_TIME:
        return "sendtime";
    case ARG_MSG_OPTION:
        return "msgoption";
    case ARG_OUT:
        return "out";
    case ARG_INOUT:
        return "inout";
    case ARG_IN:
        return "in";
    default:
        return "implicit";
    }
}

static const char *
kind_name(const struct type *t)
{
    switch (t->kind) {
    case TYPE_BASIC:
        return "scalar";
    case TYPE_PORT:
        return "port";
    case TYPE_STRING:
        return "string";
    case TYPE_ARRAY:
        return "array";
    case TYPE_STRUCT:
        return "struct";
    default:
        return "native";
    }
}

static const char *
field_name(enum field_kind kind)
{
    static const char *const names[] = {
        [FIELD_PORT] = "port", [FIELD_OOL] = "memory",
        [FIELD_OOL_PORTS] = "ports", [FIELD_COUNT] = "count",
        [FIELD_CAPACITY] = "capacity", [FIELD_VALUE] = "value",
        [FIELD_DATA] = "elements",
    };

    return names[kind];
}

static const char *
truth(bool b)
{
    return b ? "true" : "false";
}

static void
put_arg(struct out *o, const struct arg *a)
{
    const struct type *t = a->type;

    out_put(o, "        {\"name\": \"%s\", \"direction\": \"%s\", "
            "\"type\": \"%s\", \"kind\": \"%s\",\n"
            "         \"out_of_line\": %s, \"variable\": %s, \"size\": %llu, "
            "\"limit\": %u,\n"
            "         \"user_type\": \"%s\", \"server_type\": \"%s\"",
            a->name, direction(a), t->name == NULL ? "" : t->name,
            kind_name(t), truth(t->ool), truth(t->variable),
            (unsigned long long)t->size, t->count,
            ctype_param(t, SIDE_USER), ctype_param(t, SIDE_SERVER));
    if (t->kind == TYPE_PORT) {
        out_put(o, ",\n         \"sent\": \"%s\", \"received\": \"%s\"",
                type_port_text(t->sent), type_port_text(t->received));
    }
    if (t->ool) {
        out_put(o, ",\n         \"deallocate\": %s",
                truth(a->flags & FLAG_DEALLOC));
    }
    out_put(o, "}%s\n", a->next == NULL ? "" : ",");
}

static void
put_message(struct out *o, const char *name, int64_t id,
            const struct message *m)
{
    out_put(o, "       \"%s\": {\"id\": %lld, \"min_size\": %llu, "
            "\"max_size\": %llu, \"descriptors\": %u, \"members\": [\n",
            name, (long long)id, (unsigned long long)m->min_size,
            (unsigned long long)m->max_size, m->descriptors);
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        out_put(o, "        {\"name\": \"%s\", \"kind\": \"%s\", "
                "\"argument\": \"%s\", \"offset\": %llu, \"size\": %llu, "
                "\"moves\": %s}%s\n", f->name, field_name(f->kind),
                f->arg->name, (unsigned long long)f->offset,
                (unsigned long long)f->size, truth(f->dynamic),
                f->next == NULL ? "" : ",");
    }
    out_put(o, "       ]}");
}

void
emit_ir(struct out *o)
{
    out_put(o, "{\"format\": 1,\n \"subsystem\": \"%s\", \"base\": %lld, "
            "\"ownership\": \"%s\",\n \"kernel_server\": %s, "
            "\"kernel_user\": %s,\n \"routines\": [\n", subsystem.name,
            (long long)subsystem.base,
            subsystem.ownership_take ? "take" : "classic",
            truth(subsystem.kernel_server), truth(subsystem.kernel_user));
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        out_put(o, "      {\"name\": \"%s\", \"simple\": %s, "
                "\"may_defer\": %s,\n       \"user\": \"%s\", "
                "\"server\": \"%s\",\n       \"arguments\": [\n", rt->name,
                truth(rt->simple), truth(rt->sreply_port != NULL),
                user_name(rt), server_name(rt));
        for (const struct arg *a = rt->args; a != NULL; a = a->next) {
            put_arg(o, a);
        }
        out_put(o, "       ],\n");
        put_message(o, "request", rt->id, &rt->request);
        if (!rt->simple) {
            out_put(o, ",\n");
            put_message(o, "reply", rt->id + 100, &rt->reply);
        }
        out_put(o, "}%s\n", rt->next == NULL ? "" : ",");
    }
    out_put(o, "]}\n");
}
