/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `mig -diff OLD NEW`: each change has a verdict.
 *
 *   compatible         programs that were built from the old file work with
 *                      those built from the new one, and their sources too
 *   source-compatible  the sources need no change, but both sides must be
 *                      built anew: messages of the two differ
 *   breaking           sources of the user or of the server must change
 */
#ifndef MIG_DIFF_H
#define MIG_DIFF_H

#include "emit.h"

enum verdict {
    VERDICT_COMPATIBLE,
    VERDICT_SOURCE,
    VERDICT_BREAKING
};

/* Two routines of the same name, and the subsystems they are in. */
struct pair {
    struct subsystem *old_system;
    struct subsystem *new_system;
    const struct routine *old;
    const struct routine *new;
};

void diff_report(struct loc loc, enum verdict v, const char *name,
                 const char *format, ...) MIG_PRINTF(4, 5);

/* diff_arg.c: the arguments of two routines, and their messages. */
void diff_arguments(const struct pair *p);
const char *direction_word(const struct arg *a);

#endif
