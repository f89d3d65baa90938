/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine contract: the console of the kernel's log, and what a task may do
 * with I/O ports.
 */
#ifndef MACHINE_IO_H
#define MACHINE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <base/codes.h>
#include <base/ledger.h>

/* Works from the first instruction on; polls. */
void machine_console_write(const char *text, size_t size);

/* The device that takes a trace, when there is one. */
bool machine_trace_present(void);
void machine_trace_write(const void *data, size_t size);

/* Ports 0 to 65535. */
#define MACHINE_IO_PORTS 65536u
#define MACHINE_IO_BITMAP_SIZE (MACHINE_IO_PORTS / 8)

/* The machine's part of a task; zero is a task without I/O permissions. */
struct machine_task {
    uint8_t *mt_iobitmap; /* K: NULL or MACHINE_IO_BITMAP_SIZE bytes */
};

/* The task's threads may execute in/out on [first, first + count).  The
 * bitmap is charged to l when it must be made. */
kern_return_t machine_task_enable_ports(struct machine_task *mt,
                                        unsigned first, unsigned count,
                                        struct ledger *l);
void machine_task_destroy(struct machine_task *mt, struct ledger *l);

#endif
