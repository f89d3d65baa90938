/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Information flavours of host, processors and clocks: arrays of u64, in the
 * order given.
 */
#ifndef MACH_HOST_INFO_H
#define MACH_HOST_INFO_H

#include <mach/types.h>

/* host_info */
#define HOST_BASIC_INFO 1 /* processors at most, processors that run, bytes of
                             memory, CPU_TYPE_*, page size, counts a second
                             of the cycle counter */
#define HOST_BASIC_INFO_COUNT 6
#define HOST_PROCESSOR_SLOTS 2 /* number of each processor that runs */
#define HOST_PROCESSOR_SLOTS_COUNT 1
#define HOST_SCHED_INFO 3 /* shortest time-out, slice; nanoseconds */
#define HOST_SCHED_INFO_COUNT 2
#define HOST_LOAD_INFO 4 /* threads that run or want to, on average of the last
                            5, 30, 60 s; the power left for one more, likewise;
                            times LOAD_SCALE.  Reckoned when asked for: times
                            between two calls count as even. */
#define HOST_LOAD_INFO_COUNT 6
#define LOAD_SCALE 1000u
#define CPU_TYPE_X86_64 0x01000007u

struct slab_info {
    uint64_t size;     /* bytes of an element */
    uint64_t used;     /* elements handed out */
    uint64_t capacity; /* elements there are */
    uint64_t slabs;
    uint64_t empty;    /* slabs wholly free */
    uint64_t pages;    /* of all slabs */
};
typedef struct slab_info slab_info_t;
_Static_assert(sizeof(slab_info_t) == 48, "ABI");

/* processor_set_info */
#define PROCESSOR_SET_BASIC_INFO 1 /* processors, tasks, threads, load average
                                      and mach factor (of 5 s), highest
                                      priority */
#define PROCESSOR_SET_BASIC_INFO_COUNT 6

/* processor_info */
#define PROCESSOR_BASIC_INFO 1 /* CPU_TYPE_*, running, number, is it the
                                  first */
#define PROCESSOR_BASIC_INFO_COUNT 4
#define PROCESSOR_CPU_LOAD_INFO 2 /* nanoseconds: busy, idle; switches of
                                     address spaces */
#define PROCESSOR_CPU_LOAD_INFO_COUNT 3

/* clocks */
#define SYSTEM_CLOCK 0   /* since boot */
#define CALENDAR_CLOCK 1 /* since 1970 */
#define TIME_ABSOLUTE 0
#define TIME_RELATIVE 1
/* clock_get_attributes */
#define CLOCK_GET_TIME_RES 1  /* resolution of the time */
#define CLOCK_ALARM_CURRES 3  /* of alarms */

#endif
