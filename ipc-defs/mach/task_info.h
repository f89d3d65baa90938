/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Special ports and information flavours of tasks and threads.
 */
#ifndef MACH_TASK_INFO_H
#define MACH_TASK_INFO_H

/*
 * Setting a kernel or host port changes what mach_task_self() (_thread_, _host_) stands
 * for in messages of the task (the thread): another can stand between it
 * and the kernel.  Null restores it.
 */
#define TASK_KERNEL_PORT 1
#define TASK_HOST_PORT 2
#define TASK_BOOTSTRAP_PORT 4
#define TASK_EXCEPTION_PORT 16 /* set: all kinds, EXCEPTION_DEFAULT; get: that
                                  of EXC_BAD_ACCESS */
#define THREAD_KERNEL_PORT 1
#define THREAD_EXCEPTION_PORT 16

/* task_info: arrays of u64, in this order */
#define TASK_BASIC_INFO 1 /* suspend count, virtual size (bytes), resident
                             size (bytes), user+system time of dead threads
                             (ns), the same of live threads, threads, id */
#define TASK_BASIC_INFO_COUNT 7
#define TASK_EVENTS_INFO 2 /* page faults, pages filled with zeros, copied on
                              write, asked of pagers; switches to a thread of
                              the task; of the whole task, dead threads too */
#define TASK_EVENTS_INFO_COUNT 5
#define TASK_THREAD_TIMES_INFO 3 /* user and system time of live threads (ns);
                                    not told apart: the second is 0 */
#define TASK_THREAD_TIMES_INFO_COUNT 2
#define TASK_DEBUG_INFO 4 /* names in its space, map entries, essential,
                             dying, priority, maximum, has an emulator */
#define TASK_DEBUG_INFO_COUNT 7
/* thread_info: u64s */
#define THREAD_BASIC_INFO 1 /* cpu time (ns), state, suspend count, priority */
#define THREAD_BASIC_INFO_COUNT 4
#define THREAD_STATE_RUNNING 0
#define THREAD_STATE_READY 1
#define THREAD_STATE_WAITING 2
#define THREAD_STATE_HALTED 3
#define THREAD_SCHED_INFO 2 /* priority it has, priority it was given, maximum,
                               depressed, boosted */
#define THREAD_SCHED_INFO_COUNT 5
#define THREAD_EVENTS_INFO 3 /* switches to it, page faults */
#define THREAD_EVENTS_INFO_COUNT 2
#define THREAD_DEBUG_INFO 4 /* id, id of its task, in a trap, waits in a kernel
                               call, deadline of its wait (uptime; 0: none),
                               flags pending, address of the kick flag */
#define THREAD_DEBUG_INFO_COUNT 7

#endif
