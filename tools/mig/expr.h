/* SPDX-License-Identifier: BSD-2-Clause */
/* Constant expressions; overflow and division by zero are errors. */
#ifndef MIG_EXPR_H
#define MIG_EXPR_H

#include "mig.h"

int64_t expr_add(struct loc loc, int64_t a, int64_t b);
int64_t expr_subtract(struct loc loc, int64_t a, int64_t b);
int64_t expr_multiply(struct loc loc, int64_t a, int64_t b);
int64_t expr_divide(struct loc loc, int64_t a, int64_t b);

#endif
