/* SPDX-License-Identifier: BSD-2-Clause */
/* The time, read from the kernel's time page. */
#ifndef POSIX_COMMON_CLOCK_H
#define POSIX_COMMON_CLOCK_H

#include <stdint.h>

/* Nanoseconds since 1970, and since boot. */
int64_t clock_realtime(void);
uint64_t clock_since_boot(void);

#endif
