/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine contract: the clock and one one-shot timer a CPU.
 */
#ifndef MACHINE_CLOCK_H
#define MACHINE_CLOCK_H

#include <stdint.h>
#include <mach/time_page.h>

struct time_page;

/* Calibrate; page is the time page, which from then on is kept right. */
void clock_machine_setup(struct time_page *page, void (*tick)(void));
/* Nanoseconds since boot. */
uint64_t clock_uptime(void);
/* Cycles; cheap, for traces and accounting. */
uint64_t clock_cycles(void);
uint64_t clock_cycles_to_ns(uint64_t cycles);
/* Nanoseconds between two moments that clock_arm() tells apart. */
#define CLOCK_ARM_RESOLUTION 838u
/* Interrupt once at about this uptime (or earlier: the hardware's longest
 * interval is some 50 ms). */
void clock_arm(uint64_t deadline);
/* Unix epoch minus boot, in nanoseconds. */
void clock_set_realtime(struct time_page *page, int64_t offset);
/* Seconds since 1970 by the battery clock. */
int64_t clock_read_rtc(void);

#endif
