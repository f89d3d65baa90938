/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a user stub. */
#ifndef MIG_EMIT_USER_H
#define MIG_EMIT_USER_H

#include "emit.h"

void emit_user_prototypes(struct out *o);
uint64_t user_buffer_size(const struct routine *rt);
void user_return(struct out *o, const struct routine *rt, const char *indent,
                 const char *value);

/* user_request.c: checks of arguments, the request's contents. */
void user_request_locals(struct out *o, const struct routine *rt);
void user_request(struct out *o, const struct routine *rt);

/* user_reply.c: the check function, and copying results out. */
void user_reply_locals(struct out *o, const struct routine *rt);
void user_reply_check(struct out *o, const struct routine *rt);
void user_reply(struct out *o, const struct routine *rt);

/* check.c: what both directions check of a received message.  The generated
 * code stands in a function that returns kern_return_t, with `Head` the
 * message's header and `M` the structure. */
void check_descriptors(struct out *o, const struct message *m);
void check_contents(struct out *o, const struct message *m);
void check_locals(struct out *o, const struct message *m, const char *type);

/* fill.c: filling a message M whose values are in variables of the arguments'
 * names (value: an expression for each). */
void fill_gaps(struct out *o, const struct message *m, const char *target);

#endif
