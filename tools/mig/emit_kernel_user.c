/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that the kernel sends (subsystem KernelUser).  The kernel never
 * waits for an answer in place, so each routine gives two functions:
 *
 *   NAME(args..., reply, kmsg, ledger)
 *                      queues the request in kmsg, a preallocated message
 *                      that is not on its way, or, when that is null, in a
 *                      new one charged to ledger; simpleroutines have no reply
 *   NAME_decode(message, results)
 *                      checks a reply completely, then copies
 *
 * Rights are objects: those among the arguments are naked and consumed on
 * success; dest is borrowed, reply is a naked send-once right, consumed.
 */
#include <string.h>

#include "cdecl.h"
#include "emit.h"
#include "emit_user.h"

/* The request's part: what comes out is not its matter. */
static struct routine *
request_routine(const struct routine *rt)
{
    struct routine *r = mig_alloc(sizeof(*r));
    struct arg **end = &r->args;

    *r = *rt;
    r->args = NULL;
    r->simple = true;
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        struct arg *copy = mig_alloc(sizeof(*copy));

        if (a->kind == ARG_REQUEST_PORT || arg_is_in(a)) {
            *copy = *a;
            copy->kind = a->kind == ARG_INOUT ? ARG_IN : a->kind;
            copy->next = NULL;
            *end = copy;
            end = &copy->next;
            if (a->kind == ARG_REQUEST_PORT) {
                r->request_port = copy;
            }
        }
    }
    memset(&r->request, 0, sizeof(r->request));
    layout_routine(r);
    return r;
}

static struct routine *
reply_routine(const struct routine *rt)
{
    struct routine *r = mig_alloc(sizeof(*r));
    struct arg **end = &r->args;

    *r = *rt;
    r->args = NULL;
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        struct arg *copy = mig_alloc(sizeof(*copy));

        if (arg_is_out(a)) {
            *copy = *a;
            copy->kind = ARG_OUT;
            copy->next = NULL;
            *end = copy;
            end = &copy->next;
        }
    }
    memset(&r->request, 0, sizeof(r->request));
    memset(&r->reply, 0, sizeof(r->reply));
    layout_routine(r);
    return r;
}

static void
send_prototype(struct out *o, const struct routine *rt,
               const struct routine *r)
{
    struct out params = {NULL, mig_alloc(16384), 0, 16384};

    emit_params(&params, r, SIDE_USER);
    params.text[params.size - 1] = '\0'; /* the closing parenthesis */
    out_put(o, "kern_return_t\n%s(%s,%s\n    struct ipc_kmsg *mig_kmsg,"
            "\n    struct ledger *mig_ledger)",
            user_name(rt), params.text,
            rt->simple ? "" : "\n    struct ipc_port *mig_reply,");
}

static void
decode_prototype(struct out *o, const struct routine *rt,
                 const struct routine *r)
{
    out_put(o, "kern_return_t\n%s_decode(\n"
            "    const mach_msg_header_t *mig_message%s", user_name(rt),
            r->args == NULL ? ")" : ",");
    if (r->args != NULL) {
        emit_params(o, r, SIDE_USER);
    }
}

/* Rights in a reply would need a place in the kernel: none has any. */
static bool
can_decode(const struct routine *rt)
{
    return !rt->simple && rt->reply.descriptors == 0;
}

static void
emit_send(struct out *o, const struct routine *rt)
{
    struct routine *r = request_routine(rt);
    unsigned n = r->request.ports;
    bool complex = r->request.descriptors != 0;

    send_prototype(o, rt, r);
    out_put(o, "\n{\n");
    user_locals(o, r);
    out_put(o, "    struct ipc_port *mig_ports[%u] = {0};\n\n", n == 0 ? 1 : n);
    request_checks(o, r);
    user_allocate(o, r);
    out_put(o, "    mig_request_header(&Mess->Head, %s, MACH_PORT_NULL,\n"
            "        MACH_PORT_NULL, %lld);\n",
            complex ? "MACH_MSGH_BITS_COMPLEX" : "0", (long long)rt->id);
    request_contents(o, r);
    out_put(o, "    mig_ret = mig_kernel_send(mig_kmsg, &Mess->Head, %s,\n"
            "        %s, mig_ports, %u, mig_ledger);\n",
            r->request_port->name, rt->simple ? "NULL" : "mig_reply",
            r->request.ports);
    user_return(o, r, "    ", "mig_ret");
    out_put(o, "}\n\n");
}

static void
emit_decode(struct out *o, const struct routine *rt)
{
    struct routine *r = reply_routine(rt);

    user_reply_check(o, r);
    decode_prototype(o, rt, r);
    out_put(o, "\n{\n    const __Buffer__%s_t *Mess =\n"
            "        (const __Buffer__%s_t *)(const void *)mig_message;\n"
            "    kern_return_t mig_ret;\n", rt->name, rt->name);
    user_reply_locals(o, r);
    out_put(o, "\n    (void)Mess;\n");
    user_looks_only = true;
    user_reply_decode(o, r);
    user_looks_only = false;
    out_put(o, "}\n\n");
}

void
emit_kernel_user_head(struct out *o)
{
    const char *h = options.out[OUT_HEADER];

    emit_file_head(o, "messages that the kernel sends");
    if (h != NULL && strcmp(h, "/dev/null") != 0) {
        const char *slash = strrchr(h, '/');

        out_put(o, "#include \"%s\"\n", slash == NULL ? h : slash + 1);
    } else {
        emit_user_header(o);
    }
    out_put(o, "#include <mach/mig_wire.h>\n#include <mach/mig_kern.h>\n\n"
            "/* What is only looked at is its owner's to destroy. */\n"
            "#define mig_destroy_reply(message) ((void)(message))\n\n");
}

void
emit_kernel_user_routine(struct out *o, const struct routine *rt)
{
    emit_message_types(o, rt, SIDE_USER);
    user_buffer_type(o, rt);
    emit_send(o, rt);
    if (can_decode(rt)) {
        emit_decode(o, rt);
    }
}

void
emit_kernel_user(struct out *o)
{
    emit_kernel_user_head(o);
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        emit_kernel_user_routine(o, rt);
    }
}

void
emit_kernel_user_prototypes(struct out *o)
{
    out_put(o, "\nstruct ipc_kmsg;\nstruct ipc_port;\nstruct ledger;\nstruct vm_map_copy;\n\n");
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        out_put(o, "/* %s %s, request id %lld */\n",
                rt->simple ? "simpleroutine" : "routine", rt->name,
                (long long)rt->id);
        send_prototype(o, rt, request_routine(rt));
        out_put(o, ";\n/* bytes at most */\n#define MIG_SIZE_%s_%s %llu\n\n",
                subsystem.name, rt->name,
                (unsigned long long)request_routine(rt)->request.max_size);
        if (can_decode(rt)) {
            decode_prototype(o, rt, reply_routine(rt));
            out_put(o, ";\n\n");
        }
    }
}
