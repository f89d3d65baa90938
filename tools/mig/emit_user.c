/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User stubs.  Each checks its arguments, fills the request, makes one
 * mig_rpc(), checks the whole reply, and only then writes results.
 */
#include <string.h>

#include "cdecl.h"
#include "emit.h"
#include "emit_user.h"

static bool
uses_heap(const struct routine *rt)
{
    uint64_t limit = subsystem.on_stack_limit != 0 ? subsystem.on_stack_limit
                                                   : options.max_on_stack;

    return user_buffer_size(rt) > limit;
}

uint64_t
user_buffer_size(const struct routine *rt)
{
    uint64_t size = rt->request.max_size;

    if (!rt->simple && rt->reply.max_size + LAYOUT_TRAILER_MAX > size) {
        size = rt->reply.max_size + LAYOUT_TRAILER_MAX;
    }
    if (size < LAYOUT_ERROR_SIZE + LAYOUT_TRAILER_MAX) {
        size = LAYOUT_ERROR_SIZE + LAYOUT_TRAILER_MAX;
    }
    return (size + 7) / 8 * 8;
}

/* Leaves the stub: error processing, and the buffer goes. */
void
user_return(struct out *o, const struct routine *rt, const char *indent,
            const char *value)
{
    if (rt->error_proc != NULL && strcmp(value, "KERN_SUCCESS") != 0) {
        out_put(o, "%s%s(%s);\n", indent, rt->error_proc, value);
    }
    if (uses_heap(rt)) {
        out_put(o, "%smig_user_deallocate(Mess, sizeof(*Mess));\n", indent);
    }
    out_put(o, "%sreturn %s;\n", indent, value);
}

static void
emit_buffer_type(struct out *o, const struct routine *rt)
{
    out_put(o, "typedef union {\n    mach_msg_header_t Head;\n"
            "    mig_reply_error_t Error;\n"
            "    __Request__%s_t In;\n", rt->name);
    if (!rt->simple) {
        out_put(o, "    __Reply__%s_t Out;\n", rt->name);
    }
    out_put(o, "    uint64_t Space[%llu];\n} __Buffer__%s_t;\n\n",
            (unsigned long long)user_buffer_size(rt) / 8, rt->name);
}

static void
emit_locals(struct out *o, const struct routine *rt)
{
    if (uses_heap(rt)) {
        out_put(o, "    __Buffer__%s_t *Mess;\n", rt->name);
    } else {
        out_put(o, "    __Buffer__%s_t MessBuffer;\n"
                "    __Buffer__%s_t *Mess = &MessBuffer;\n", rt->name,
                rt->name);
    }
    out_put(o, "    mach_msg_return_t mig_ret;\n");
    if (!rt->simple && rt->reply_port == NULL) {
        out_put(o, "    mach_port_t mig_reply;\n");
    }
    if (rt->request.variable) {
        out_put(o, "    mach_msg_size_t mig_at;\n");
    }
    user_request_locals(o, rt);
    user_reply_locals(o, rt);
    out_put(o, "\n");
}

/* "a | b" of the message options that apply. */
static const char *
option_text(const struct routine *rt, const char *base)
{
    const char *text = base;

    if (rt->msg_option != NULL) {
        text = mig_format("%s | (%s)", text, rt->msg_option);
    }
    if (rt->option_arg != NULL) {
        text = mig_format("%s | (mach_msg_option_t)%s", text,
                          rt->option_arg->name);
    }
    if (rt->send_arg != NULL || rt->send_time != NULL) {
        text = mig_format("%s | MACH_SEND_TIMEOUT", text);
    }
    if (rt->wait_arg != NULL || rt->wait_time != NULL) {
        text = mig_format("%s | %s", text, rt->simple ? "MACH_SEND_TIMEOUT"
                                                      : "MACH_RCV_TIMEOUT");
    }
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (a->kind == ARG_AUDIT_TOKEN || a->kind == ARG_USER_AUDIT_TOKEN ||
            a->kind == ARG_SECURITY_TOKEN ||
            a->kind == ARG_USER_SECURITY_TOKEN) {
            text = mig_format("%s | MACH_RCV_TRAILER_ELEMENTS("
                              "MACH_RCV_TRAILER_AUDIT)", text);
            break;
        }
    }
    return text;
}

static const char *
time_text(const struct routine *rt)
{
    if (rt->wait_arg != NULL) {
        return mig_format("(mach_msg_timeout_t)%s", rt->wait_arg->name);
    }
    if (rt->wait_time != NULL) {
        return rt->wait_time;
    }
    if (rt->send_arg != NULL) {
        return mig_format("(mach_msg_timeout_t)%s", rt->send_arg->name);
    }
    return rt->send_time != NULL ? rt->send_time : "MACH_MSG_TIMEOUT_NONE";
}

static const char *
send_size_text(const struct routine *rt)
{
    return rt->request.variable
               ? "mig_at"
               : mig_format("%llu", (unsigned long long)rt->request.max_size);
}

static void
emit_send(struct out *o, const struct routine *rt)
{
    out_put(o, "    mig_ret = mig_rpc(&Mess->Head,\n        %s,\n"
            "        %s, 0, MACH_PORT_NULL,\n        %s);\n",
            option_text(rt, "MACH_SEND_MSG"), send_size_text(rt),
            time_text(rt));
    if (rt->error_proc != NULL || rt->consume != 0) {
        out_put(o, "    if (mig_ret != MACH_MSG_SUCCESS) {\n");
        if (rt->consume != 0) {
            out_put(o, "        mig_consume_unsent(&Mess->Head, mig_ret, %u);"
                    "\n", rt->consume);
        }
        user_return(o, rt, "        ", "mig_ret");
        out_put(o, "    }\n");
    }
    if (uses_heap(rt)) {
        out_put(o, "    mig_user_deallocate(Mess, sizeof(*Mess));\n");
    }
    out_put(o, "    return mig_ret;\n}\n\n");
}

static void
emit_call(struct out *o, const struct routine *rt)
{
    const char *reply = rt->reply_port == NULL ? "mig_reply"
                                               : rt->reply_port->name;

    out_put(o, "    mig_ret = mig_rpc(&Mess->Head,\n        %s,\n"
            "        %s, %llu, (mach_port_t)%s,\n        %s);\n",
            option_text(rt, "MACH_SEND_MSG | MACH_RCV_MSG"),
            send_size_text(rt),
            (unsigned long long)user_buffer_size(rt), reply, time_text(rt));
    out_put(o, "    if (mig_ret != MACH_MSG_SUCCESS) {\n");
    if (rt->consume != 0) {
        out_put(o, "        mig_consume_unsent(&Mess->Head, mig_ret, %u);\n",
                rt->consume);
    }
    if (rt->reply_port == NULL) {
        out_put(o, "        mig_rpc_failed(mig_ret, mig_reply);\n");
    }
    user_return(o, rt, "        ", "mig_ret");
    out_put(o, "    }\n");
    if (rt->reply_port == NULL) {
        out_put(o, "    mig_put_reply_port(mig_reply);\n");
    }
}

static void
emit_stub(struct out *o, const struct routine *rt)
{
    emit_message_types(o, rt, SIDE_USER);
    emit_buffer_type(o, rt);
    if (!rt->simple) {
        user_reply_check(o, rt);
    }
    emit_prototype(o, rt, SIDE_USER);
    out_put(o, "\n{\n");
    emit_locals(o, rt);
    if (uses_heap(rt)) {
        out_put(o, "    Mess = (__Buffer__%s_t *)mig_user_allocate("
                "sizeof(*Mess));\n"
                "    if (Mess == NULL) {\n"
                "        return KERN_RESOURCE_SHORTAGE;\n    }\n", rt->name);
    }
    user_request(o, rt);
    if (rt->simple) {
        emit_send(o, rt);
        return;
    }
    emit_call(o, rt);
    user_reply(o, rt);
    user_return(o, rt, "    ", "KERN_SUCCESS");
    out_put(o, "}\n\n");
}

void
emit_user(struct out *o)
{
    emit_file_head(o, "user stubs");
    if (options.out[OUT_HEADER] != NULL &&
        strcmp(options.out[OUT_HEADER], "/dev/null") != 0) {
        const char *h = options.out[OUT_HEADER];
        const char *slash = strrchr(h, '/');

        out_put(o, "#include \"%s\"\n", slash == NULL ? h : slash + 1);
    } else {
        out_put(o, "#include <mach/mig_types.h>\n");
        emit_imports(o, SIDE_USER);
        emit_user_prototypes(o);
    }
    out_put(o, "#include <mach/mig_user.h>\n\n");
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        if (rt->error_proc != NULL) {
            out_put(o, "extern void %s(kern_return_t);\n", rt->error_proc);
        }
        emit_stub(o, rt);
    }
}
