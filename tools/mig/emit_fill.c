/* SPDX-License-Identifier: BSD-2-Clause */
/* Clearing what lies between the members of a message. */
#include "emit_user.h"

static void
clear(struct out *o, const char *target, uint64_t at, uint64_t n)
{
    if (n != 0) {
        out_put(o, "    mig_clear(%s, %llu, %llu);\n", target,
                (unsigned long long)at, (unsigned long long)n);
    }
}

void
fill_gaps(struct out *o, const struct message *m, const char *target)
{
    uint64_t at = m->body + 8 + (m->has_retcode ? 4 : 0);

    for (const struct field *f = m->fields; f != NULL; f = f->next) {
        if (f->offset < m->body || f->dynamic) {
            continue;
        }
        if (f->kind == FIELD_DATA) {
            clear(o, target, at, f->offset - at);
            return;
        }
        clear(o, target, at, f->offset - at);
        at = f->offset + f->size;
    }
    clear(o, target, at, m->max_size - at);
}
