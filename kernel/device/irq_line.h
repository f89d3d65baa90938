/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interrupt line as an object (IKOT_IRQ).
 *
 * States: idle (no notify port); armed (unmasked: the next interrupt sends a message); pending
 * (masked, from the interrupt to the acknowledgement).
 */
#ifndef DEVICE_IRQ_LINE_H
#define DEVICE_IRQ_LINE_H

#include <ipc/ipc.h>

#define DEVICE_INTERRUPT 5200 /* id of the message */

void irq_line_setup(void);

/* A naked send right to the line's object, charged to l.  KERN_RIGHT_EXISTS: somebody has
 * it; KERN_INVALID_ARGUMENT: no such line. */
kern_return_t irq_line_create(unsigned irq, struct ledger *l,
                              struct ipc_port **out);
/* notify: naked send right, borrowed; replaces an earlier one. Arms the line. */
kern_return_t irq_line_register(struct ipc_port *line,
                                struct ipc_port *notify);
kern_return_t irq_line_ack(struct ipc_port *line);

#endif
