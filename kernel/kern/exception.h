/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: whom they go to (exception.c).
 */
#ifndef KERN_EXCEPTION_H
#define KERN_EXCEPTION_H

#include <stdint.h>
#include <base/codes.h>

struct ipc_port;
struct thread;

/*
 * The current thread met an exception: to its emulator, its exception port,
 * its task's, in this order; when none takes it the task is terminated and
 * the log says so.  The thread may be waiting afterwards.
 */
void exception_raise_current(struct thread *th, int exception, uint64_t code,
                             uint64_t subcode, uint64_t error);
/* Set ports[] and behaviors[] of an EXC_MASK; port: borrowed send right. */
kern_return_t exception_set_ports(struct ipc_port *ports[], int behaviors[],
                                  uint32_t mask, struct ipc_port *port,
                                  int behavior);

#endif
