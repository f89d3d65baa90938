/* SPDX-License-Identifier: BSD-2-Clause */
/* Host arch layer: time stands still until a test moves it. */
#ifndef MACHINE_CLOCK_H
#define MACHINE_CLOCK_H

#include <stdint.h>

uint64_t clock_uptime(void);
void host_clock_advance(uint64_t ns); /* and expire timers */

#endif
