/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What drivers need of the machine, as objects behind ports.  Each lives as
 * long as somebody has a send right to it.
 *
 * Interrupt line (IKOT_IRQ):
 *   idle        no port to notify; masked
 *   armed       unmasked; an interrupt masks it and sends the message
 *   delivered   masked until device_irq_ack
 *   pending     masked; the message was still on its way when another came
 *               (after a premature ack): the next ack sends it again
 */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include <stdint.h>
#include <base/codes.h>
#include <ipc/ipc.h>
#include <vm/vm_object.h>

#define DEVICE_INTERRUPT 5200 /* msgh_id */

/* At boot, after ipc_setup(). */
void device_irq_setup(void);
void device_ports_setup(void);

/* ---- device_irq.c ---- */
/* A naked send right to a new line.  KERN_INVALID_ARGUMENT: no such line;
 * KERN_RIGHT_EXISTS: it is taken, or the kernel's. */
kern_return_t device_irq_line_create(unsigned irq, struct ledger *l,
                                     struct ipc_port **out);
/* notify: a naked send right, borrowed; NULL: nobody. */
kern_return_t device_irq_line_register(struct ipc_port *line,
                                       struct ipc_port *notify);
kern_return_t device_irq_line_ack(struct ipc_port *line);

/* ---- device_ports.c ---- */
kern_return_t device_ports_create(unsigned first, unsigned count,
                                  struct ledger *l, struct ipc_port **out);
/* The range behind a port.  KERN_INVALID_ARGUMENT: it is none. */
kern_return_t device_ports_range(struct ipc_port *port, unsigned *first,
                                 unsigned *count);

/* ---- device_memory.c ---- */
/* Is [pa, pa+size) something that may be mapped as device memory? */
kern_return_t device_physical_check(uint64_t pa, uint64_t size, int cache);
/*
 * Contiguous zeroed memory, wired, wholly below limit (0: anywhere), aligned
 * to a power of two (0: a page); its frames are charged to l and freed with
 * the object.
 */
kern_return_t device_dma_object(uint64_t size, uint64_t alignment,
                                uint64_t limit, struct ledger *l,
                                struct vm_object **out, uint64_t *pa);

#endif
