/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine of the calls: see machine.c.
 */
#ifndef CALLS_MACHINE_H
#define CALLS_MACHINE_H

#include <stdbool.h>

/* Make a thread that is ready the current one; false: none is. */
bool host_next_thread(void);

#endif
