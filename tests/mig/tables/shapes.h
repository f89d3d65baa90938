/* SPDX-License-Identifier: BSD-2-Clause */
/* Structures of shapes.defs. */
#ifndef SHAPES_H
#define SHAPES_H

#include <stdint.h>

typedef struct {
    uint32_t part[3];
} record_t;

#endif
