/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reaper: a kernel activity that takes dead things apart in bounded steps.
 * Each folder registers a step function at boot; it returns true while there is more to do.
 */
#ifndef SCHED_REAPER_H
#define SCHED_REAPER_H

#include <stdbool.h>

void reaper_register(bool (*step)(void));
void reaper_wakeup(void);
void reaper_setup(void); /* start it */

#endif
