/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User stubs.  Each checks its arguments, fills the request, makes one
 * mig_rpc(), checks the whole reply, and only then writes results.
 */
#include <string.h>

#include "cdecl.h"
#include "emit.h"
#include "emit_user.h"

bool user_looks_only;

static uint64_t small_size(void);

/* Can the buffer be larger than what the stack is used for? */
static bool
may_be_large(const struct routine *rt)
{
    return user_buffer_size(rt) > small_size();
}

static uint64_t
small_size(void)
{
    uint64_t limit = subsystem.on_stack_limit != 0 ? subsystem.on_stack_limit
                                                   : options.max_on_stack;

    return limit / 8 * 8;
}

static const char *
send_time_text(const struct routine *rt)
{
    if (rt->send_arg != NULL) {
        return mig_format("(mach_msg_timeout_t)%s", rt->send_arg->name);
    }
    return rt->send_time;
}

static const char *
wait_time_text(const struct routine *rt)
{
    if (rt->wait_arg != NULL) {
        return mig_format("(mach_msg_timeout_t)%s", rt->wait_arg->name);
    }
    return rt->wait_time;
}

/* Do the send and the answer have limits of their own? */
static bool
has_two_times(const struct routine *rt)
{
    return !rt->simple && send_time_text(rt) != NULL &&
           wait_time_text(rt) != NULL;
}

/* With -binding sync: what a synchronous message can carry, both ways. */
static bool
goes_synchronously(const struct routine *rt)
{
    return options.sync && !has_two_times(rt) && rt->reply_port == NULL &&
           rt->request.descriptors == rt->request.ports &&
           rt->reply.descriptors == rt->reply.ports &&
           rt->request.ports <= 1 && rt->reply.ports <= 1 &&
           rt->request.min_size <= LAYOUT_SYNC_MAX &&
           rt->reply.min_size <= LAYOUT_SYNC_MAX;
}

/* What any answer needs. */
static unsigned
least_room(const struct routine *rt)
{
    return goes_synchronously(rt) ? LAYOUT_SYNC_ROOM
                                  : LAYOUT_ERROR_SIZE + LAYOUT_TRAILER_MAX;
}

static uint64_t
receive_size(const struct routine *rt)
{
    uint64_t size = rt->simple ? 0 : rt->reply.max_size + LAYOUT_TRAILER_MAX;

    return size < least_room(rt) ? least_room(rt) : size;
}

uint64_t
user_buffer_size(const struct routine *rt)
{
    uint64_t size = rt->request.max_size;

    if (receive_size(rt) > size) {
        size = receive_size(rt);
    }
    return (size + 7) / 8 * 8;
}

/* In the kernel the buffer is charged like the message. */
static void
put_release(struct out *o, const struct routine *rt, const char *indent)
{
    if (may_be_large(rt) && !user_looks_only) {
        out_put(o, "%s%s_release(Mess, mig_small, mig_need%s);\n", indent,
                kernel_side(SIDE_USER) ? "mig_kern_buffer" : "mig_buffer",
                kernel_side(SIDE_USER) ? ",\n        mig_ledger" : "");
    }
}

/* Leaves the stub: error processing, and the buffer goes. */
void
user_return(struct out *o, const struct routine *rt, const char *indent,
            const char *value)
{
    put_release(o, rt, indent);
    user_return_early(o, rt, indent, value);
}

void
user_return_early(struct out *o, const struct routine *rt, const char *indent,
                  const char *value)
{
    if (rt->error_proc != NULL && strcmp(value, "KERN_SUCCESS") != 0) {
        out_put(o, "%s%s(%s);\n", indent, rt->error_proc, value);
    }
    out_put(o, "%sreturn %s;\n", indent, value);
}

void
user_buffer_type(struct out *o, const struct routine *rt)
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

void
user_locals(struct out *o, const struct routine *rt)
{
    if (may_be_large(rt)) {
        out_put(o, "    __Buffer__%s_t *Mess;\n"
                "    uint64_t mig_small[%llu];\n"
                "    mach_msg_size_t mig_need;\n", rt->name,
                (unsigned long long)small_size() / 8);
        if (!rt->simple) {
            out_put(o, "    mach_msg_size_t mig_room;\n");
        }
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
    out_put(o, kernel_side(SIDE_USER) ? "" : "\n");
}

/* What a message needs with the counts that it has now: as much as it can
 * have, less the arrays, plus their present contents and padding. */
static const char *
need_text(const struct message *m, bool reply)
{
    uint64_t fixed = m->max_size;
    const char *text = "";

    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        const char *count;

        if (f->kind != FIELD_DATA) {
            continue;
        }
        if (reply && f->arg->type->kind == TYPE_STRING) {
            continue;
        }
        fixed = fixed - f->size + 8;
        count = reply ? mig_format("mig_least(*%s, %u)", arg_count(f->arg),
                                   f->limit)
                      : request_count(f->arg);
        text = mig_format("%s +\n        %s * %u", text, count, f->elem_size);
    }
    return mig_format("%llu%s", (unsigned long long)(fixed + 7) / 8 * 8, text);
}

void
user_allocate(struct out *o, const struct routine *rt)
{
    if (!may_be_large(rt)) {
        return;
    }
    out_put(o, "    mig_need = %s;\n", need_text(&rt->request, false));
    if (!rt->simple) {
        out_put(o, "    mig_room = %s + %u;\n"
                "    if (mig_room < %u) {\n        mig_room = %u;\n    }\n"
                "    mig_room = mig_round(mig_room, 8);\n"
                "    if (mig_need < mig_room) {\n"
                "        mig_need = mig_room;\n    }\n",
                need_text(&rt->reply, true), LAYOUT_TRAILER_MAX,
                least_room(rt), least_room(rt));
    }
    out_put(o, "    Mess = (__Buffer__%s_t *)%s(mig_small, "
            "sizeof(mig_small),\n        mig_need%s);\n"
            "    if (Mess == NULL) {\n", rt->name,
            kernel_side(SIDE_USER) ? "mig_kern_buffer" : "mig_buffer",
            kernel_side(SIDE_USER) ? ", mig_ledger" : "");
    user_return_early(o, rt, "        ", "KERN_RESOURCE_SHORTAGE");
    out_put(o, "    }\n");
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
    if (strstr(base, "SEND") != NULL &&
        (send_time_text(rt) != NULL ||
         (rt->simple && wait_time_text(rt) != NULL))) {
        text = mig_format("%s | MACH_SEND_TIMEOUT", text);
    }
    if (strstr(base, "RCV") != NULL && wait_time_text(rt) != NULL) {
        text = mig_format("%s | MACH_RCV_TIMEOUT", text);
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
    const char *send = send_time_text(rt);
    const char *wait = wait_time_text(rt);

    return send != NULL ? send : wait != NULL ? wait
                                              : "MACH_MSG_TIMEOUT_NONE";
}

/* Arguments of the prototype that the stub has no use for. */
static void
leave_unused(struct out *o, const struct routine *rt)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        bool empty = (arg_is_in(a) || arg_is_out(a)) && !a->type->variable &&
                     !a->type->ool && a->type->size == 0;

        if (a->kind == ARG_USER_IMPL || empty ||
            (a == rt->wait_arg && rt->simple && rt->send_arg != NULL)) {
            out_put(o, "    (void)%s;\n", a->name);
        }
    }
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
    put_release(o, rt, "    ");
    out_put(o, "    return mig_ret;\n}\n\n");
}

static void
emit_call(struct out *o, const struct routine *rt)
{
    const char *reply = rt->reply_port == NULL ? "mig_reply"
                                               : rt->reply_port->name;

    out_put(o, "    mig_ret = %s(&Mess->Head,\n        %s,\n",
            goes_synchronously(rt) ? "mig_sync_rpc" : "mig_rpc",
            option_text(rt, has_two_times(rt)
                                ? "MACH_SEND_MSG"
                                : "MACH_SEND_MSG | MACH_RCV_MSG"));
    if (has_two_times(rt)) {
        out_put(o, "        %s, 0, MACH_PORT_NULL, %s);\n"
                "    if (mig_ret == MACH_MSG_SUCCESS) {\n"
                "        mig_ret = mig_rpc(&Mess->Head,\n            %s,\n"
                "            0, ", send_size_text(rt), send_time_text(rt),
                option_text(rt, "MACH_RCV_MSG"));
    } else {
        out_put(o, "        %s, ", send_size_text(rt));
    }
    out_put(o, "%s, (mach_port_t)(uintptr_t)%s,\n            %s%s);\n%s",
            may_be_large(rt) ? "mig_room"
                             : mig_format("%llu", (unsigned long long)
                                          receive_size(rt)),
            reply, has_two_times(rt) ? wait_time_text(rt) : time_text(rt),
            !goes_synchronously(rt) ? ""
            : rt->reply.ports != 0  ? ", MIG_SYNC_RIGHT"
                                    : ", 0",
            has_two_times(rt) ? "    }\n" : "");
    out_put(o, "    if (mig_ret != MACH_MSG_SUCCESS) {\n");
    if (rt->consume != 0) {
        out_put(o, "        mig_consume_unsent(&Mess->Head, mig_ret, %u);\n",
                rt->consume);
    }
    if (rt->reply_port == NULL) {
        out_put(o, "        mig_rpc_failed(mig_ret, mig_reply);\n");
    }
    if (may_be_large(rt)) {
        /* The room was what the caller's arrays can take. */
        out_put(o, "        if (mig_ret == MACH_RCV_TOO_LARGE) {\n"
                "            mig_ret = MIG_ARRAY_TOO_LARGE;\n        }\n");
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
    user_buffer_type(o, rt);
    if (!rt->simple) {
        user_reply_check(o, rt);
    }
    emit_prototype(o, rt, SIDE_USER);
    out_put(o, "\n{\n");
    user_locals(o, rt);
    leave_unused(o, rt);
    request_checks(o, rt);
    user_allocate(o, rt);
    request_header(o, rt);
    request_contents(o, rt);
    if (rt->simple) {
        emit_send(o, rt);
        return;
    }
    emit_call(o, rt);
    user_reply(o, rt);
    user_return(o, rt, "    ", "KERN_SUCCESS");
    out_put(o, "}\n\n");
}

static void
emit_head(struct out *o)
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
    out_put(o, options.sync ? "#include <mach/mig_sync.h>\n\n"
                            : "#include <mach/mig_user.h>\n\n");
}

static void
emit_routine(struct out *o, const struct routine *rt)
{
    if (rt->error_proc != NULL) {
        out_put(o, "extern void %s(kern_return_t);\n", rt->error_proc);
    }
    emit_stub(o, rt);
}

void
emit_user(struct out *o)
{
    if (subsystem.kernel_user) {
        emit_kernel_user(o);
        return;
    }
    emit_head(o);
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        emit_routine(o, rt);
    }
}

void
emit_user_files(void)
{
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        struct out *o = out_open(mig_format("%s%s.c", options.file_prefix,
                                            rt->name));

        if (subsystem.kernel_user) {
            emit_kernel_user_head(o);
            emit_kernel_user_routine(o, rt);
        } else {
            emit_head(o);
            emit_routine(o, rt);
        }
    }
}
