/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding members in a checked message, see emit_walk.c. */
#ifndef MIG_EMIT_WALK_H
#define MIG_EMIT_WALK_H

#include "emit.h"

void walk_locals(struct out *o, const struct message *m, enum side side);
/* p: the C expression of a pointer to the message. */
void walk(struct out *o, const struct message *m, const char *p);
/* The offset of a member: a number, or the local that holds it. */
const char *walk_place(const struct field *f);
const char *walk_value(const struct field *f, const char *p);
const char *walk_pointer(const struct field *f, const char *p,
                         enum side side);
const char *walk_count(const struct field *f, const char *p, unsigned i);

const struct field *field_of(const struct message *m, const struct arg *a,
                             enum field_kind kind);
const struct field *descriptor_of(const struct message *m,
                                  const struct arg *a);

#endif
