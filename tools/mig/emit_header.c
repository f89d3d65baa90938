/* SPDX-License-Identifier: BSD-2-Clause */
/* Headers: prototypes for either side, and the message ids. */
#include <string.h>

#include "cdecl.h"
#include "emit.h"
#include "emit_user.h"

void
emit_user_prototypes(struct out *o)
{
    if (subsystem.kernel_user) {
        emit_kernel_user_prototypes(o);
        return;
    }
    emit_prototypes_begin(o, SIDE_USER);
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        out_put(o, "/* %s %s, request id %lld */\n",
                rt->simple ? "simpleroutine" : "routine", rt->name,
                (long long)rt->id);
        emit_prototype(o, rt, SIDE_USER);
        out_put(o, ";\n\n");
    }
    emit_prototypes_end(o, SIDE_USER);
}

static void
emit_ids(struct out *o)
{
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        out_put(o, "#ifndef MIG_ID_%s_%s\n#define MIG_ID_%s_%s %lld\n#endif\n",
                subsystem.name, rt->name, subsystem.name, rt->name,
                (long long)rt->id);
    }
}

void
emit_user_header(struct out *o)
{
    char *guard = mig_format("%s_USER", guard_name(o->path));

    emit_file_head(o, "the user's prototypes");
    out_put(o, "#ifndef %s\n#define %s\n\n#include <mach/mig_types.h>\n",
            guard, guard);
    emit_imports(o, SIDE_USER);
    emit_user_prototypes(o);
    emit_ids(o);
    out_put(o, "\n#endif\n");
}

/* A simport declares the translation functions: several types may share one
 * function with a parameter of its own choice, which we could only guess. */
static bool
has_server_import(void)
{
    for (const struct import *im = subsystem.imports; im != NULL;
         im = im->next) {
        if (im->kind == IMPORT_SERVER) {
            return true;
        }
    }
    return false;
}

bool
server_has_demux(void)
{
    return subsystem.server_demux != NULL && options.server_prefix == NULL &&
           strcmp(subsystem.server_demux,
                  mig_format("%s%s_server", server_prefix(),
                             subsystem.name)) != 0;
}

void
emit_server_header(struct out *o)
{
    char *guard = mig_format("%s_SERVER", guard_name(o->path));
    const char *symbol = mig_format("%s%s", server_prefix(), subsystem.name);

    emit_file_head(o, "the server's prototypes");
    out_put(o, "#ifndef %s\n#define %s\n\n#include <mach/mig_types.h>\n",
            guard, guard);
    emit_imports(o, SIDE_SERVER);
    if (subsystem.kernel_server) {
        out_put(o, "\nstruct ipc_port;\nstruct vm_map_copy;\n");
    }
    emit_prototypes_begin(o, SIDE_SERVER);
    if (!has_server_import() || options.out[OUT_TYPES] != NULL) {
        emit_translations(o);
    }
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        out_put(o, "\n/* %s, request id %lld */\n", rt->name,
                (long long)rt->id);
        emit_prototype(o, rt, SIDE_SERVER);
        out_put(o, ";\n");
    }
    out_put(o, "\nextern const struct mig_subsystem %s_subsystem;\n"
            "mig_stub_t %s_server_routine(const mach_msg_header_t *InHeadP);\n"
            "boolean_t %s_server(mach_msg_header_t *InHeadP,\n"
            "    mach_msg_header_t *OutHeadP);\n",
            symbol, symbol, symbol);
    if (server_has_demux()) {
        out_put(o, "boolean_t %s(mach_msg_header_t *InHeadP,\n"
                "    mach_msg_header_t *OutHeadP);\n",
                subsystem.server_demux);
    }
    out_put(o, "\n");
    emit_prototypes_end(o, SIDE_SERVER);
    emit_ids(o);
    out_put(o, "\n#endif\n");
}

/* Ids and sizes, for those who look at messages without stubs. */
void
emit_defines_header(struct out *o)
{
    char *guard = mig_format("%s_DEFINES", guard_name(o->path));

    emit_file_head(o, "ids and sizes");
    out_put(o, "#ifndef %s\n#define %s\n\n", guard, guard);
    for (const struct import *im = subsystem.imports; im != NULL;
         im = im->next) {
        if (im->kind == IMPORT_D) {
            out_put(o, "#include %s\n", im->file);
        }
    }
    out_put(o, "#define MIG_BASE_%s %lld\n#define MIG_END_%s %lld\n",
            subsystem.name, (long long)subsystem.base, subsystem.name,
            (long long)subsystem.next_id);
    emit_ids(o);
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        out_put(o, "#define MIG_REQUEST_MAX_%s_%s %llu\n"
                "#define MIG_REPLY_MAX_%s_%s %llu\n", subsystem.name,
                rt->name, (unsigned long long)rt->request.max_size,
                subsystem.name, rt->name,
                (unsigned long long)(rt->simple ? 0 : rt->reply.max_size));
    }
    out_put(o, "\n#endif\n");
}
