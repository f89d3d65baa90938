/* SPDX-License-Identifier: BSD-2-Clause */
/* Host arch layer: the test says what time it is. */
#ifndef MACHINE_CLOCK_H
#define MACHINE_CLOCK_H

#include <stdint.h>

uint64_t clock_uptime(void);

#endif
