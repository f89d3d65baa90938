/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Server stubs and the demultiplexer.
 *
 * A stub checks the request completely, finds the objects, calls the
 * routine, releases what it found, settles who owns the request's rights and
 * memory, and fills the reply.  A request that fails its checks is emptied
 * by the stub (mig_reject); nothing of it is left for the caller to destroy.
 */
#include <string.h>

#include "cdecl.h"
#include "emit_server.h"
#include "emit_user.h"
#include "emit_walk.h"

const char *
server_symbol(void)
{
    return mig_format("%s%s", server_prefix(), subsystem.name);
}

static void
emit_check(struct out *o, const struct routine *rt)
{
    const struct message *m = &rt->request;

    out_put(o, "static kern_return_t\n"
            "__Check_Request__%s(const mach_msg_header_t *Head)\n{\n",
            rt->name);
    check_locals(o, m, mig_format("__Request__%s_t", rt->name));
    out_put(o, "    kern_return_t mig_ret = mig_check_request(Head, %s, "
            "%llu, %llu);\n\n", m->descriptors != 0 ? "TRUE" : "FALSE",
            (unsigned long long)m->min_size, (unsigned long long)m->max_size);
    out_put(o, "    if (mig_ret != KERN_SUCCESS) {\n"
            "        return mig_ret;\n    }\n");
    check_descriptors(o, m);
    check_contents(o, m);
    out_put(o, "    return KERN_SUCCESS;\n}\n\n");
}

/* The call record is what mig_take_*() looks into. */
static bool
has_call_record(const struct routine *rt)
{
    return subsystem.ownership_take && !subsystem.kernel_server &&
           rt->request.descriptors != 0;
}

static void
emit_locals(struct out *o, const struct routine *rt)
{
    bool reads = rt->request.fields != NULL;

    if (reads) {
        out_put(o, "    __Request__%s_t *In0P = "
                "(__Request__%s_t *)(void *)InHeadP;\n", rt->name, rt->name);
    }
    if (!rt->simple && (rt->reply.fields != NULL)) {
        out_put(o, "    __Reply__%s_t *OutP = "
                "(__Reply__%s_t *)(void *)OutHeadP;\n", rt->name, rt->name);
    }
    out_put(o, "    kern_return_t mig_ret;\n");
    if (has_call_record(rt)) {
        out_put(o, "    struct mig_call mig_call;\n");
    }
    walk_locals(o, &rt->request, SIDE_SERVER);
    server_argument_locals(o, rt);
    server_reply_locals(o, rt);
    out_put(o, "\n");
    if (reads && subsystem.kernel_server) {
        out_put(o, "    (void)In0P;\n"); /* rights are read otherwise */
    }
}

static void
emit_ownership(struct out *o, const struct routine *rt)
{
    const char *failed = "mig_ret != KERN_SUCCESS && "
                         "mig_ret != MIG_NO_REPLY";

    if (subsystem.kernel_server) {
        return; /* the kernel destroys what was not taken */
    }
    if (has_call_record(rt)) {
        out_put(o, "    mig_call_end(&mig_call);\n");
    } else if (rt->request.descriptors != 0) {
        out_put(o, "    if (%s) {\n"
                "        mig_destroy_contents(InHeadP);\n    }\n", failed);
    }
    if (rt->sreply_port != NULL) {
        return;
    }
    if (rt->simple) {
        out_put(o, "    mig_drop_reply_port(InHeadP);\n");
    } else {
        out_put(o, "    if (mig_ret == MIG_NO_REPLY) {\n"
                "        mig_drop_reply_port(InHeadP);\n    }\n");
    }
}

/* A simpleroutine has no reply; whoever sent a reply port anyway with it gets
 * nothing.  A sreplyport belongs to the routine unless it failed. */
static void
emit_simple_end(struct out *o, const struct routine *rt)
{
    if (rt->sreply_port != NULL && !subsystem.kernel_server) {
        out_put(o, "    if (mig_ret != KERN_SUCCESS && "
                "mig_ret != MIG_NO_REPLY) {\n"
                "        mig_drop_reply_port(InHeadP);\n    }\n");
    }
    out_put(o, "    mig_set_return(OutHeadP, MIG_NO_REPLY);\n}\n\n");
}

static void
emit_stub(struct out *o, const struct routine *rt)
{
    emit_message_types(o, rt, SIDE_SERVER);
    emit_check(o, rt);
    out_put(o, "static void\n__Stub__%s(mach_msg_header_t *InHeadP, "
            "mach_msg_header_t *OutHeadP)\n{\n", rt->name);
    emit_locals(o, rt);
    out_put(o, "    mig_ret = __Check_Request__%s(InHeadP);\n"
            "    if (mig_ret != KERN_SUCCESS) {\n"
            "        mig_reject(InHeadP, OutHeadP, mig_ret);\n"
            "        return;\n    }\n", rt->name);
    walk(o, &rt->request, "In0P");
    server_arguments(o, rt);
    if (!rt->simple) {
        server_reply_begin(o, rt);
    }
    if (has_call_record(rt)) {
        out_put(o, "    mig_call_begin(&mig_call, InHeadP);\n");
    }
    server_call(o, rt);
    server_destructors(o, rt);
    emit_ownership(o, rt);
    if (rt->simple) {
        emit_simple_end(o, rt);
        return;
    }
    out_put(o, "    if (mig_ret != KERN_SUCCESS) {\n"
            "        mig_set_return(OutHeadP, mig_ret);\n"
            "        return;\n    }\n");
    server_reply_fill(o, rt);
    out_put(o, "}\n\n");
}

static uint64_t
largest(bool reply)
{
    uint64_t size = LAYOUT_ERROR_SIZE;

    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        uint64_t s = reply ? rt->reply.max_size : rt->request.max_size;

        size = s > size ? s : size;
    }
    return size;
}

static void
emit_table(struct out *o)
{
    int64_t id = subsystem.base;

    out_put(o, "static const struct mig_routine __Routines[] = {\n");
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        uint64_t reply = rt->simple ? LAYOUT_ERROR_SIZE : rt->reply.max_size;

        for (; id < rt->id; id++) {
            out_put(o, "    {0, 0, 0, 0},\n");
        }
        out_put(o, "    {__Stub__%s, %llu, %llu, \"%s\"},\n", rt->name,
                (unsigned long long)(reply < LAYOUT_ERROR_SIZE
                                         ? LAYOUT_ERROR_SIZE : reply),
                (unsigned long long)rt->request.max_size, rt->name);
        id++;
    }
    if (id == subsystem.base) {
        out_put(o, "    {0, 0, 0, 0},\n");
        id++;
    }
    out_put(o, "};\n\nconst struct mig_subsystem %s_subsystem = {\n"
            "    %s_server, %lld, %lld, %llu, %llu, \"%s\", __Routines\n};\n\n",
            server_symbol(), server_symbol(), (long long)subsystem.base,
            (long long)id, (unsigned long long)largest(true),
            (unsigned long long)largest(false), subsystem.name);
}

static void
emit_demux(struct out *o)
{
    const char *s = server_symbol();

    emit_table(o);
    out_put(o, "mig_stub_t\n%s_server_routine("
            "const mach_msg_header_t *InHeadP)\n{\n"
            "    return mig_find_routine(&%s_subsystem, "
            "InHeadP->msgh_id);\n}\n\n", s, s);
    out_put(o, "boolean_t\n%s_server(mach_msg_header_t *InHeadP, "
            "mach_msg_header_t *OutHeadP)\n{\n"
            "    mig_stub_t stub = %s_server_routine(InHeadP);\n\n"
            "    mig_reply_header(InHeadP, OutHeadP);\n"
            "    if (stub == 0) {\n"
            "        mig_set_return(OutHeadP, MIG_BAD_ID);\n"
            "        return FALSE;\n    }\n"
            "    stub(InHeadP, OutHeadP);\n    return TRUE;\n}\n", s, s);
    if (server_has_demux()) {
        out_put(o, "\nboolean_t\n%s(mach_msg_header_t *InHeadP, "
                "mach_msg_header_t *OutHeadP)\n{\n"
                "    return %s_server(InHeadP, OutHeadP);\n}\n",
                subsystem.server_demux, s);
    }
}

void
emit_server(struct out *o)
{
    const char *h = options.out[OUT_SHEADER];

    emit_file_head(o, "server stubs");
    if (h != NULL && strcmp(h, "/dev/null") != 0) {
        const char *slash = strrchr(h, '/');

        out_put(o, "#include \"%s\"\n", slash == NULL ? h : slash + 1);
    } else {
        emit_server_header(o);
    }
    out_put(o, "%s#include <mach/mig_server.h>\n%s%s\n",
            subsystem.kernel_server ? "#define MIG_KERNEL_SERVER 1\n" : "",
            subsystem.kernel_server && options.tables
                ? "#include <mach/mig_table.h>\n" : "",
            subsystem.kernel_server ? "#include <mach/mig_kern.h>\n"
            : subsystem.ownership_take ? "#include <mach/mig_take.h>\n"
                                       : "");
    if (options.tables) {
        emit_table_functions(o);
    }
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        if (table_fits(rt)) {
            emit_table_stub(o, rt);
        } else {
            emit_stub(o, rt);
        }
    }
    emit_demux(o);
}
