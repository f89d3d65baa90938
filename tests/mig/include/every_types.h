/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types of good/g91_everything.defs. */
#ifndef EVERY_TYPES_H
#define EVERY_TYPES_H

#include <mach/types.h>

typedef struct {
    int32_t x;
    int64_t y;
    char tag[3];
} point_t;
typedef uint32_t bit_t;

#endif
