/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads one interface after another: what the parser fills (`subsystem`, the
 * table of types) is emptied before each.  The models of earlier files stay
 * valid, since nothing is freed.
 */
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "model.h"

bool
model_read(const char *path)
{
    struct options one = options;
    char *text;

    one.input = path;
    text = cpp_read(&one);
    if (text == NULL) {
        return false;
    }
    statement_reset();
    type_setup();
    lexer_begin(text, path);
    parser_run();
    return diag_errors() == 0;
}

struct subsystem *
model_keep(void)
{
    struct subsystem *s = mig_alloc(sizeof(*s));

    *s = subsystem;
    return s;
}

struct subsystem **
model_read_all(char *const *paths, int count)
{
    struct subsystem **all = mig_alloc(sizeof(*all) * (size_t)(count + 1));

    options.dep_file = NULL;
    for (int i = 0; i < count; i++) {
        if (!model_read(paths[i])) {
            return NULL;
        }
        all[i] = model_keep();
        all[i]->file = paths[i];
    }
    return all;
}

int64_t
model_reply_id(const struct routine *rt)
{
    return rt->id + MIG_REPLY_DISTANCE;
}
