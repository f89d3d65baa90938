/* SPDX-License-Identifier: BSD-2-Clause */
/* Host arch layer: there are no interrupts. */
#ifndef MACHINE_CPU_H
#define MACHINE_CPU_H

static inline void
machine_interrupt_window(void)
{
}

#endif
