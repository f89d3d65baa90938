/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a user stub. */
#ifndef MIG_EMIT_USER_H
#define MIG_EMIT_USER_H

#include "emit.h"

void emit_user_prototypes(struct out *o);

/* emit_kernel_user.c: messages that the kernel sends. */
void emit_kernel_user(struct out *o);
void emit_kernel_user_head(struct out *o);
void emit_kernel_user_routine(struct out *o, const struct routine *rt);
void emit_kernel_user_prototypes(struct out *o);
/* The message is somebody else's: there is no buffer to release. */
extern bool user_looks_only;
uint64_t user_buffer_size(const struct routine *rt);
void user_return(struct out *o, const struct routine *rt, const char *indent,
                 const char *value);
/* The same before there is a buffer. */
void user_return_early(struct out *o, const struct routine *rt,
                       const char *indent, const char *value);
void user_buffer_type(struct out *o, const struct routine *rt);
void user_locals(struct out *o, const struct routine *rt);
void user_allocate(struct out *o, const struct routine *rt);

/* emit_user_request.c: checks of arguments, the request's contents.  The
 * arguments have the types of `request_side`. */
extern enum side request_side;
void user_request_locals(struct out *o, const struct routine *rt);
void request_checks(struct out *o, const struct routine *rt);
void request_header(struct out *o, const struct routine *rt);
void request_contents(struct out *o, const struct routine *rt);
/* The C expression of an array's count, or of a string's with its NUL. */
const char *request_count(const struct arg *a);

/* user_reply.c: the check function, and copying results out. */
void user_reply_locals(struct out *o, const struct routine *rt);
void user_reply_check(struct out *o, const struct routine *rt);
void user_reply(struct out *o, const struct routine *rt);
/* The same for a message that is only looked at. */
void user_reply_decode(struct out *o, const struct routine *rt);

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
