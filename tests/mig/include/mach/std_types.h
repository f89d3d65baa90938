/* SPDX-License-Identifier: BSD-2-Clause */
/* What older interfaces expect of Mach's <mach/std_types.h>. */
#ifndef TEST_STD_TYPES_H
#define TEST_STD_TYPES_H

#include <mach/types.h>

typedef struct {
    uint64_t word[3];
} st_t;

#endif
