/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Special ports and information flavours of tasks and threads.
 */
#ifndef MACH_TASK_INFO_H
#define MACH_TASK_INFO_H

#define TASK_KERNEL_PORT 1
#define TASK_BOOTSTRAP_PORT 4

/* task_info: arrays of u64, in this order */
#define TASK_BASIC_INFO 1 /* suspend count, virtual size (bytes), resident
                             size (bytes), user+system time of dead threads
                             (ns), the same of live threads, threads, id */
#define TASK_BASIC_INFO_COUNT 7
/* thread_info: u64s */
#define THREAD_BASIC_INFO 1 /* cpu time (ns), state, suspend count, priority */
#define THREAD_BASIC_INFO_COUNT 4

#endif
