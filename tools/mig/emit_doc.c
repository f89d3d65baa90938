/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reference page in Markdown: what the interface is, a list of its
 * routines, and for each its prototype, what the comment before it says, the
 * messages, and its arguments (emit_doc_arg.c).
 */
#include <string.h>

#include "comment.h"
#include "emit_doc.h"

/* Comments are plain text: what Markdown would take as HTML is escaped. */
void
doc_text(struct out *o, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            out_put(o, "&lt;");
            break;
        case '*':
            out_put(o, "\\*");
            break;
        default:
            out_put(o, "%c", *text);
        }
    }
}

/* The same for a table's cell, up to the end of the first sentence. */
static void
doc_summary(struct out *o, const char *text)
{
    const char *end = text;
    char *line;

    while (*end != '\0' && strncmp(end, "\n\n", 2) != 0 &&
           !((*end == '.' || *end == ';') &&
             (end[1] == '\0' || end[1] == ' ' || end[1] == '\n'))) {
        end++;
    }
    line = mig_strdup(text);
    line[end - text] = '\0';
    for (char *p = line; *p != '\0'; p++) {
        *p = *p == '\n' ? ' ' : *p == '|' ? '/' : *p;
    }
    doc_text(o, line);
}

static void
put_sizes(struct out *o, const struct message *m)
{
    if (m->min_size == m->max_size) {
        out_put(o, "%llu bytes", (unsigned long long)m->max_size);
    } else {
        out_put(o, "%llu to %llu bytes", (unsigned long long)m->min_size,
                (unsigned long long)m->max_size);
    }
}

static void
put_messages(struct out *o, const struct routine *rt)
{
    out_put(o, "Request %lld (", (long long)rt->id);
    put_sizes(o, &rt->request);
    if (rt->simple) {
        out_put(o, "); there is no reply: the call returns when the request "
                "is queued.\n\n");
        return;
    }
    out_put(o, "), reply %lld (",
            (long long)(rt->id + MIG_REPLY_DISTANCE));
    put_sizes(o, &rt->reply);
    out_put(o, ").%s\n\n", rt->sreply_port == NULL ? ""
            : " The server may answer later.");
}

static void
put_routine(struct out *o, const struct routine *rt)
{
    const char *comment = comment_of(rt->loc);

    out_put(o, "## %s\n\n```c\n", rt->name);
    emit_prototype(o, rt, SIDE_USER);
    out_put(o, ";\n```\n\n");
    if (comment != NULL) {
        doc_text(o, comment);
        out_put(o, "\n\n");
    }
    put_messages(o, rt);
    doc_arguments(o, rt);
}

/* Does the comment only explain an argument? */
static bool
is_about_argument(const struct routine *rt, const char *comment)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        size_t n = strlen(a->name);

        if (strncmp(comment, a->name, n) == 0 && comment[n] == ':') {
            return true;
        }
    }
    return false;
}

static void
put_list(struct out *o)
{
    out_put(o, "| id | routine | |\n|---:|---|---|\n");
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        const char *comment = comment_of(rt->loc);

        out_put(o, "| %lld | [%s](#%s) | ", (long long)rt->id, rt->name,
                rt->name);
        if (comment != NULL && !is_about_argument(rt, comment)) {
            doc_summary(o, comment);
        }
        out_put(o, " |\n");
    }
    out_put(o, "\n");
}

/* Who is at the other end; conditions of the preprocessor hide it. */
static const char *
kernel_part(void)
{
    return comment_file_has(options.input, "KernelServer")
               ? "The kernel serves it. "
           : comment_file_has(options.input, "KernelUser")
               ? "The kernel is the caller. "
               : "";
}

void
emit_doc(struct out *o)
{
    const char *head = comment_head(options.input);

    out_put(o, "<!-- SPDX-License-Identifier: BSD-2-Clause -->\n"
            "<!-- Written by mig -doc: changes here are lost. -->\n"
            "# %s\n\n", subsystem.name);
    if (head != NULL) {
        doc_text(o, head);
        out_put(o, "\n\n");
    }
    out_put(o, "Header `<%s/%s.h>`, message ids %lld to %lld, replies %d "
            "more. %sWords about ownership are explained in "
            "[interfaces](interfaces.md).\n\n", subsystem.name, subsystem.name,
            (long long)subsystem.base, (long long)subsystem.next_id - 1,
            MIG_REPLY_DISTANCE, kernel_part());
    put_list(o);
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        put_routine(o, rt);
    }
}
