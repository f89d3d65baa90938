/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clocks as kernel objects, their alarms, and the slewing of the wall clock.
 */
#ifndef KERN_CLOCK_H
#define KERN_CLOCK_H

#include <base/codes.h>
#include <base/list.h>

struct ipc_port;

void clock_ports_setup(void);
/* A naked send right to SYSTEM_CLOCK or CALENDAR_CLOCK; NULL: no such one. */
struct ipc_port *clock_port(int which);
/* The task ends: its alarms are called off, their rights destroyed. */
void clock_alarms_cancel(struct list *alarms);

/* clock_adjust.c.  Set: slewing that is going on ends.  Adjust: delta
 * nanoseconds from now on, in small steps; returns what was still to come. */
void clock_adjust_setup(void);
void clock_set(int64_t offset);
int64_t clock_adjust(int64_t delta);

#endif
