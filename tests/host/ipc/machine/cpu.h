/* SPDX-License-Identifier: BSD-2-Clause */
/* Host arch layer: the current thread is a variable. */
#ifndef MACHINE_CPU_H
#define MACHINE_CPU_H

#include <stdint.h>

struct thread;

extern struct thread *host_current;

static inline struct thread *
machine_current_thread(void)
{
    return host_current;
}

static inline uint64_t
machine_cycles(void)
{
    return 0;
}

extern unsigned host_windows; /* how often interrupts were let in */
extern void (*host_interrupt)(void); /* the next one, once; or NULL */

static inline void
machine_interrupt_window(void)
{
    void (*interrupt)(void) = host_interrupt;

    host_windows++;
    host_interrupt = 0;
    if (interrupt != 0) {
        interrupt();
    }
}

#endif
