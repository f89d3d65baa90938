/* SPDX-License-Identifier: BSD-2-Clause */
/* The IPC trace, see ipc_trace.c. */
#ifndef KERN_IPC_TRACE_H
#define KERN_IPC_TRACE_H

/* Starts it when the command line asks for it. */
void ipc_trace_setup(void);

#endif
