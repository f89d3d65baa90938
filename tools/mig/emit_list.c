/* SPDX-License-Identifier: BSD-2-Clause */
/* Small outputs: the list of routines, and the messages' structures. */
#include "emit.h"

/* SUBSYSTEM BASE ROUTINE NUMBER REQUEST-ID REPLY-ID, 0 for none. */
void
emit_routine_list(struct out *o)
{
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        out_put(o, "%s %lld %s %lld %lld %lld\n", subsystem.name,
                (long long)subsystem.base, rt->name,
                (long long)(rt->id - subsystem.base), (long long)rt->id,
                rt->simple ? 0 : (long long)rt->id + 100);
    }
}

/* For those who look at messages themselves (-iheader). */
void
emit_internal_header(struct out *o)
{
    char *guard = mig_format("%s_INTERNAL", guard_name(o->path));

    emit_file_head(o, "the messages");
    out_put(o, "#ifndef %s\n#define %s\n\n#include <mach/mig_wire.h>\n",
            guard, guard);
    emit_imports(o, SIDE_USER);
    for (const struct import *im = subsystem.imports; im != NULL;
         im = im->next) {
        if (im->kind == IMPORT_I) {
            emit_import(o, im);
        }
    }
    out_put(o, "\n");
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        emit_message_types(o, rt, SIDE_USER);
    }
    out_put(o, "#endif\n");
}
