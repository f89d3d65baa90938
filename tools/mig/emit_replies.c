/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deferred replies: for each routine with a reply port on the server's side a
 * function NAME_reply(port, code, results...) that sends what the stub would
 * have sent.  It is made by the code that fills requests, from a routine
 * whose in arguments are the results.
 */
#include <string.h>

#include "cdecl.h"
#include "emit.h"
#include "emit_user.h"

static bool
can_defer(const struct routine *rt)
{
    return !rt->simple && rt->sreply_port != NULL;
}

/* A result as an argument that goes in; its rights are those the server
 * sends. */
static struct arg *
result_argument(const struct arg *a)
{
    struct arg *r = mig_alloc(sizeof(*r));
    struct type *t = mig_alloc(sizeof(*t));

    *r = *a;
    *t = *a->type;
    t->received = t->sent;
    r->type = t;
    r->kind = ARG_OUT;
    r->next = NULL;
    if (r->flags & FLAG_DEALLOC_DYNAMIC) {
        r->flags = (r->flags & ~(unsigned)FLAG_DEALLOC_DYNAMIC) |
                   FLAG_DEALLOC;
    }
    return r;
}

static struct routine *
reply_routine(const struct routine *rt)
{
    struct routine *r = mig_alloc(sizeof(*r));
    struct arg **end = &r->args;

    r->loc = rt->loc;
    r->name = mig_format("%s_reply", rt->name);
    r->simple = true;
    r->id = rt->id + 100;
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (arg_is_out(a)) {
            *end = result_argument(a);
            end = &(*end)->next;
        }
    }
    layout_reply_message(r);
    for (struct arg *a = r->args; a != NULL; a = a->next) {
        a->kind = ARG_IN;
    }
    return r;
}

static void
prototype(struct out *o, const struct routine *r)
{
    out_put(o, "kern_return_t\n%s(\n    mach_port_t mig_reply,\n"
            "    kern_return_t mig_code%s", server_name(r),
            r->args == NULL ? ")" : ",");
    if (r->args != NULL) {
        emit_params(o, r, SIDE_SERVER);
    }
}

static void
emit_function(struct out *o, const struct routine *r)
{
    emit_message_types(o, r, SIDE_SERVER);
    user_buffer_type(o, r);
    prototype(o, r);
    out_put(o, "\n{\n");
    user_locals(o, r);
    out_put(o, "    if (mig_code != KERN_SUCCESS) {\n"
            "        return mig_send_error(mig_reply, %lld, mig_code);\n"
            "    }\n", (long long)r->id);
    request_checks(o, r);
    user_allocate(o, r);
    out_put(o, "    mig_request_header(&Mess->Head, %s\n"
            "        MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0u),\n"
            "        mig_reply, MACH_PORT_NULL, %lld);\n",
            r->request.descriptors != 0 ? "MACH_MSGH_BITS_COMPLEX |" : "",
            (long long)r->id);
    request_contents(o, r);
    out_put(o, "    mig_ret = mig_rpc(&Mess->Head, "
            "MACH_SEND_MSG | MACH_SEND_TIMEOUT,\n"
            "        Mess->Head.msgh_size, 0, MACH_PORT_NULL, 0);\n");
    user_return(o, r, "    ", "mig_ret");
    out_put(o, "}\n\n");
}

void
emit_replies(struct out *o)
{
    const char *h = options.out[OUT_REPLIESHEADER];

    emit_file_head(o, "deferred replies");
    if (h != NULL) {
        const char *slash = strrchr(h, '/');

        out_put(o, "#include \"%s\"\n", slash == NULL ? h : slash + 1);
    } else {
        emit_replies_header(o);
    }
    out_put(o, "#include <mach/mig_user.h>\n\n");
    request_side = SIDE_SERVER;
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        if (can_defer(rt)) {
            emit_function(o, reply_routine(rt));
        }
    }
    request_side = SIDE_USER;
}

void
emit_replies_header(struct out *o)
{
    char *guard = guard_name(o->path);

    emit_file_head(o, "deferred replies");
    out_put(o, "#ifndef %s_R\n#define %s_R\n\n#include <mach/mig_types.h>\n",
            guard, guard);
    emit_imports(o, SIDE_SERVER);
    out_put(o, "\n/*\n"
            " * Each answers a request whose routine returned MIG_NO_REPLY:"
            " with the results,\n * or with an error when the code is not"
            " KERN_SUCCESS (results are ignored then).\n"
            " * Returns what the send returned; when it failed, the reply"
            " right and whatever\n * rights the results name are still the"
            " caller's.\n */\n"
            "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        if (can_defer(rt)) {
            prototype(o, reply_routine(rt));
            out_put(o, ";\n\n");
        }
    }
    out_put(o, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}
