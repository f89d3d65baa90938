/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model as JSON (docs/mig-model.md): the subsystem, its routines, and
 * their messages with the place of every member ("moves" when a variable
 * array before it can be shorter).
 */
#include <string.h>

#include "comment.h"
#include "emit_ir.h"

/* Bytes of the UTF-8 character at s; 0 when it is none. */
static size_t
utf8_length(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t n = u[0] >= 0xf0 && u[0] < 0xf5 ? 4
               : u[0] >= 0xe0 && u[0] < 0xf0 ? 3
               : u[0] >= 0xc2 && u[0] < 0xe0 ? 2
                                             : 0;

    for (size_t i = 1; i < n; i++) {
        if ((u[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return n;
}

const char *
json_string(const char *s)
{
    char *text;
    char *p;

    if (s == NULL) {
        return "null";
    }
    text = mig_alloc(strlen(s) * 6 + 3);
    p = text;
    *p++ = '"';
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;

        size_t n = utf8_length(s);

        if (c == '"' || c == '\\') {
            *p++ = '\\';
            *p++ = (char)c;
        } else if (n != 0) {
            memcpy(p, s, n);
            p += n;
            s += n - 1;
        } else if (c < 0x20 || c >= 0x7f) {
            memcpy(p, mig_format("\\u%04x", c), 6);
            p += 6;
        } else {
            *p++ = (char)c;
        }
    }
    *p++ = '"';
    return text;
}

const char *
json_truth(bool b)
{
    return b ? "true" : "false";
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

static void
put_field(struct out *o, const struct field *f)
{
    bool descriptor = f->kind == FIELD_PORT || f->kind == FIELD_OOL ||
                      f->kind == FIELD_OOL_PORTS;

    out_put(o, "        {\"name\": %s, \"kind\": \"%s\", \"argument\": %s, "
            "\"offset\": %llu, \"size\": %llu,\n         \"align\": %u, "
            "\"moves\": %s", json_string(f->name), field_name(f->kind),
            json_string(f->arg->name), (unsigned long long)f->offset,
            (unsigned long long)f->size, f->align, json_truth(f->dynamic));
    if (descriptor || f->kind == FIELD_COUNT) {
        out_put(o, ", \"repeat\": %u", f->repeat);
    }
    if (descriptor) {
        out_put(o, ", \"descriptor\": %u", f->descriptor);
    }
    if (f->kind == FIELD_DATA || descriptor) {
        out_put(o, ", \"element_size\": %u, \"limit\": %u", f->elem_size,
                f->limit);
    }
    out_put(o, "}%s\n", f->next == NULL ? "" : ",");
}

static void
put_message(struct out *o, const char *name, int64_t id,
            const struct message *m)
{
    out_put(o, "       \"%s\": {\"id\": %lld, \"min_size\": %llu, "
            "\"max_size\": %llu, \"descriptors\": %u,\n"
            "        \"complex\": %s, \"body\": %llu, \"has_return_code\": %s, "
            "\"members\": [\n", name, (long long)id,
            (unsigned long long)m->min_size, (unsigned long long)m->max_size,
            m->descriptors, json_truth(m->descriptors != 0),
            (unsigned long long)m->body, json_truth(m->has_retcode));
    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        put_field(o, f);
    }
    out_put(o, "       ]}");
}

static const char *
name_of(const struct arg *a)
{
    return json_string(a == NULL ? NULL : a->name);
}

static void
put_routine(struct out *o, const struct routine *rt)
{
    out_put(o, "      {\"name\": %s, \"simple\": %s, \"may_defer\": %s,\n"
            "       \"user\": %s, \"server\": %s,\n"
            "       \"request_port\": %s, \"reply_port\": %s, "
            "\"server_reply_port\": %s,\n"
            "       \"comment\": %s,\n       \"arguments\": [\n",
            json_string(rt->name), json_truth(rt->simple),
            json_truth(rt->sreply_port != NULL), json_string(user_name(rt)),
            json_string(server_name(rt)), name_of(rt->request_port),
            name_of(rt->reply_port), name_of(rt->sreply_port),
            json_string(comment_of(rt->loc)));
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        ir_argument(o, a);
    }
    out_put(o, "       ],\n");
    put_message(o, "request", rt->id, &rt->request);
    if (!rt->simple) {
        out_put(o, ",\n");
        put_message(o, "reply", rt->id + MIG_REPLY_DISTANCE, &rt->reply);
    }
    out_put(o, "}%s\n", rt->next == NULL ? "" : ",");
}

static void
put_imports(struct out *o)
{
    static const char *const kinds[] = {
        [IMPORT_ALL] = "import", [IMPORT_USER] = "uimport",
        [IMPORT_SERVER] = "simport", [IMPORT_I] = "iimport",
        [IMPORT_D] = "dimport",
    };

    out_put(o, " \"imports\": [");
    for (const struct import *im = subsystem.imports; im != NULL;
         im = im->next) {
        out_put(o, "%s\n      {\"kind\": \"%s\", \"file\": %s}",
                im == subsystem.imports ? "" : ",", kinds[im->kind],
                json_string(im->file));
    }
    out_put(o, "],\n");
}

void
emit_ir(struct out *o)
{
    out_put(o, "{\"format\": %d,\n \"subsystem\": %s, \"base\": %lld, "
            "\"end\": %lld, \"reply_distance\": %d,\n"
            " \"ownership\": \"%s\", \"kernel_server\": %s, "
            "\"kernel_user\": %s,\n \"user_prefix\": %s, "
            "\"server_prefix\": %s, \"server_demux\": %s,\n"
            " \"comment\": %s,\n", IR_FORMAT, json_string(subsystem.name),
            (long long)subsystem.base, (long long)subsystem.next_id,
            MIG_REPLY_DISTANCE,
            subsystem.ownership_take ? "take" : "classic",
            json_truth(subsystem.kernel_server),
            json_truth(subsystem.kernel_user),
            json_string(subsystem.user_prefix),
            json_string(server_prefix()), json_string(subsystem.server_demux),
            json_string(comment_head(options.input)));
    put_imports(o);
    out_put(o, " \"routines\": [\n");
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        put_routine(o, rt);
    }
    out_put(o, "]}\n");
}
