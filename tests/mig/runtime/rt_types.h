/* SPDX-License-Identifier: BSD-2-Clause */
/* C types of the run-time test's interface. */
#ifndef RT_TYPES_H
#define RT_TYPES_H

#include <mach/mig_types.h>

typedef struct {
    uint64_t a;
    uint64_t b;
} pair_t;

struct object {
    int number;
    int in_use; /* translated and not yet done */
};
typedef struct object *object_ref_t;

#endif
