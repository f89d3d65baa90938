/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A look at every message, for tools (kern/ipc_trace.c); it costs one test
 * when nobody looks.
 *
 *   PREPARE  a user's message is about to be sent: names are still the
 *            sender's
 *   DONE     it was, or was not: with the code
 *   REFUSED  it is wrong: nothing but its header can be relied on
 *   KERNEL   a message of the kernel's, with pointers
 */
#ifndef IPC_IPC_TRACE_H
#define IPC_IPC_TRACE_H

#include <ipc/ipc_kmsg.h>

enum ipc_trace_event {
    IPC_TRACE_PREPARE, IPC_TRACE_DONE, IPC_TRACE_REFUSED, IPC_TRACE_KERNEL
};

/* dest: borrowed, NULL when REFUSED; k only compared when DONE. */
extern void (*ipc_trace_hook)(struct ipc_kmsg *k, struct ipc_port *dest,
                              enum ipc_trace_event event, kern_return_t code);

static inline void
ipc_trace(struct ipc_kmsg *k, struct ipc_port *dest,
          enum ipc_trace_event event, kern_return_t code)
{
    if (__builtin_expect(ipc_trace_hook != NULL, 0)) {
        ipc_trace_hook(k, dest, event, code);
    }
}

#endif
