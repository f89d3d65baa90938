/* SPDX-License-Identifier: BSD-2-Clause */
/* Constant expressions, see expr.h.  After an error the value is 1. */
#include "diag.h"
#include "expr.h"

static int64_t
overflow(struct loc loc)
{
    diag_error(loc, "overflow", "constant overflow");
    return 1;
}

int64_t
expr_add(struct loc loc, int64_t a, int64_t b)
{
    int64_t r;

    return __builtin_add_overflow(a, b, &r) ? overflow(loc) : r;
}

int64_t
expr_subtract(struct loc loc, int64_t a, int64_t b)
{
    int64_t r;

    return __builtin_sub_overflow(a, b, &r) ? overflow(loc) : r;
}

int64_t
expr_multiply(struct loc loc, int64_t a, int64_t b)
{
    int64_t r;

    return __builtin_mul_overflow(a, b, &r) ? overflow(loc) : r;
}

int64_t
expr_divide(struct loc loc, int64_t a, int64_t b)
{
    if (b == 0) {
        diag_error(loc, "division", "division by zero");
        return 1;
    }
    if (a == INT64_MIN && b == -1) {
        return overflow(loc);
    }
    return a / b;
}
