/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine contract: interrupt lines 0 to IRQ_LINES - 1.
 *
 * When an interrupt arrives the line is masked and acknowledged at the
 * controller, then its handler runs (interrupts off).  The line stays
 * masked until irq_unmask(), so that a user-level driver can quieten its
 * device first.
 */
#ifndef MACHINE_IRQ_H
#define MACHINE_IRQ_H

#include <base/codes.h>

#define IRQ_LINES 16u

typedef void (*irq_handler_t)(void *arg, unsigned irq);

void irq_setup(void);
/* Masked at first.  KERN_INVALID_ARGUMENT: no such line;
 * KERN_RIGHT_EXISTS: it has a handler, or is the kernel's own. */
kern_return_t irq_register(unsigned irq, irq_handler_t fn, void *arg);
void irq_unregister(unsigned irq);
void irq_mask(unsigned irq);
void irq_unmask(unsigned irq);
/* The entry code's upcall. */
void irq_dispatch(unsigned irq);

#endif
