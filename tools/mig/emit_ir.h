/* SPDX-License-Identifier: BSD-2-Clause */
/* The JSON model: its schema is in docs/mig-model.md. */
#ifndef MIG_EMIT_IR_H
#define MIG_EMIT_IR_H

#include "emit.h"

/* Changes when something that was there is taken away or means something
 * else; what is added doesn't change it. */
#define IR_FORMAT 1

const char *json_string(const char *s); /* with its quotes; null for NULL */
const char *json_truth(bool b);

/* emit_ir_type.c: {...} of a type, of an argument. */
void ir_type(struct out *o, const struct type *t);
void ir_argument(struct out *o, const struct arg *a);

#endif
