/* SPDX-License-Identifier: BSD-2-Clause */
/* Host arch layer: the current thread is a variable. */
#ifndef MACHINE_CPU_H
#define MACHINE_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct thread;

extern struct thread *host_current;

static inline struct thread *
machine_current_thread(void)
{
    return host_current;
}

static inline void
machine_interrupt_window(void)
{
}

static inline uint64_t
machine_cycles(void)
{
    return 0;
}

void machine_switch(struct thread *th);
void machine_random(void *buf, size_t size);
void machine_random_stir(uint64_t value);
void machine_poweroff(int code) __attribute__((noreturn));
void machine_reset(void) __attribute__((noreturn));

static inline uint64_t
machine_space_loads(void)
{
    return 0;
}

#endif
