/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time page: one read-only page, mapped with host_get_time_page(), from
 * which a task computes the time without a trap.
 *
 *   do { s = tp_sequence (even); ...read...; } while (s != tp_sequence)
 *   ns = tp_uptime_base + ((rdtsc() - tp_tsc_base) * tp_tsc_mult >> 32)
 *   wall clock = ns + tp_realtime_offset
 */
#ifndef MACH_TIME_PAGE_H
#define MACH_TIME_PAGE_H

#include <mach/types.h>

struct time_page {
    volatile uint32_t tp_sequence;
    uint32_t tp_pad;
    uint64_t tp_tsc_base;
    uint64_t tp_tsc_mult;        /* nanoseconds per cycle, 32.32 fixed point */
    uint64_t tp_uptime_base;     /* nanoseconds since boot at tp_tsc_base */
    int64_t tp_realtime_offset;  /* nanoseconds, Unix epoch minus boot */
    uint64_t tp_tsc_hz;
};
_Static_assert(sizeof(struct time_page) == 48, "ABI");

#endif
