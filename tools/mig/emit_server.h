/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a server stub. */
#ifndef MIG_EMIT_SERVER_H
#define MIG_EMIT_SERVER_H

#include "emit.h"

const char *server_symbol(void);

/* emit_server_args.c: from the request to the routine's arguments. */
void server_argument_locals(struct out *o, const struct routine *rt);
void server_arguments(struct out *o, const struct routine *rt);
void server_call(struct out *o, const struct routine *rt);
bool server_says_dealloc(const struct arg *a);
void server_destructors(struct out *o, const struct routine *rt);

/* emit_server_reply.c: from its results to the reply. */
void server_reply_locals(struct out *o, const struct routine *rt);
void server_reply_begin(struct out *o, const struct routine *rt);
void server_reply_fill(struct out *o, const struct routine *rt);

/* What of a reply is written for one argument, with `value` in a local or
 * parameter of the argument's name; used by -replies, too. */
void reply_descriptor(struct out *o, const struct routine *rt,
                      const struct field *f);

/* emit_table.c: the kernel's stubs as tables. */
bool table_fits(const struct routine *rt);
void emit_table_functions(struct out *o);
void emit_table_stub(struct out *o, const struct routine *rt);

#endif
