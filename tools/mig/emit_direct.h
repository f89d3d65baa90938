/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the direct binding. */
#ifndef MIG_EMIT_DIRECT_H
#define MIG_EMIT_DIRECT_H

#include "emit.h"

bool direct_is_handle(const struct arg *a);
bool direct_is_lent(const struct arg *a);
unsigned direct_loan_count(const struct routine *rt);
void direct_loan(struct out *o, const struct arg *a, unsigned i);
void direct_loans(struct out *o, const struct routine *rt);

/* emit_direct_call.c: a routine, called at once. */
void direct_call(struct out *o, const struct routine *rt);
/* The user's value as the server's argument; prefix is put before names. */
const char *direct_value(const struct arg *a, const char *prefix);
/* The arguments of the server's routine, from `(` to `)`; in arguments have
 * prefix before their names. */
void direct_arguments(struct out *o, const struct routine *rt,
                      const char *prefix);

void direct_user_only(struct out *o, const struct arg *a);

/* emit_direct_queued.c: a simpleroutine, recorded and called later. */
void direct_queued(struct out *o, const struct routine *rt);

#endif
