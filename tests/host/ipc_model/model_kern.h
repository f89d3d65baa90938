/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of the model test knows the kernel's task, and what asks for it: the
 * rights that a task has without names.
 */
#ifndef IPC_MODEL_KERN_H
#define IPC_MODEL_KERN_H

#include <mach/kern_return.h>

struct ipc_port;

#define M_TASKS 4
#define M_REGISTERED 3 /* rights that a task has registered */

void m_register(int task, struct ipc_port *const *ports, unsigned n,
                kern_return_t *kr);
kern_return_t m_ports_lookup(int task, struct ipc_port **ports);

#endif
