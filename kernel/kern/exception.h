/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: whom they go to (exception.c).
 */
#ifndef KERN_EXCEPTION_H
#define KERN_EXCEPTION_H

#include <stdint.h>
#include <base/codes.h>

struct ipc_port;
struct task;
struct thread;

/*
 * The current thread met an exception: to its emulator, its exception port,
 * its task's, in this order; when none takes it the task is terminated and
 * the log says so.  The thread may be waiting afterwards.
 */
void exception_raise_current(struct thread *th, int exception, uint64_t code,
                             uint64_t subcode, uint64_t error);
/* Set the ports of an EXC_MASK; port: borrowed send right, or NULL. */
kern_return_t exception_set_thread_ports(struct thread *th, uint32_t mask,
                                         struct ipc_port *port, int behavior);
kern_return_t exception_set_task_ports(struct task *t, uint32_t mask,
                                       struct ipc_port *port, int behavior);
/* Make what an exception of th will need, if there is none. */
kern_return_t exception_prepare(struct thread *th);
/* The same for a new thread, if its task has exception ports. */
kern_return_t exception_thread_start(struct thread *th);
/* Give up ports, message and reply port. */
void exception_thread_exit(struct thread *th);

#endif
