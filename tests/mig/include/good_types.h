/* SPDX-License-Identifier: BSD-2-Clause */
/* C types that the test interfaces name without saying what they are. */
#ifndef GOOD_TYPES_H
#define GOOD_TYPES_H

#include <mach/types.h>

typedef struct foo foo_t;
typedef int y_t;
typedef mach_port_t *mach_port_array_t;

#endif
