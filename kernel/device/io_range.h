/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A range of I/O ports as an object (IKOT_IOPORTS).
 */
#ifndef DEVICE_IO_RANGE_H
#define DEVICE_IO_RANGE_H

#include <ipc/ipc.h>
#include <machine/io.h>

void io_range_setup(void);

/* A naked send right to a new range, charged to l. KERN_INVALID_ARGUMENT:
 * no such ports. */
kern_return_t io_range_create(unsigned first, unsigned count,
                              struct ledger *l, struct ipc_port **out);
/* The threads of a task may use the range that port names. */
kern_return_t io_range_enable(struct ipc_port *port, struct machine_task *mt,
                              struct ledger *l);

#endif
