/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ipc asks of the roof: whose thread it is, and who serves kernel
 * objects.  Implemented in kern/ipc_kobject.c.
 */
#ifndef IPC_IPC_UPCALL_H
#define IPC_IPC_UPCALL_H

#include <ipc/ipc.h>

struct vm_map;

void ipc_upcall_setup(void); /* at boot, from ipc_setup() */

/* Of the task of a user thread (th_caller); all borrowed.  The function copies
 * it; hot paths look at th_caller themselves. */
struct ipc_caller {
    struct ipc_space *ca_space;
    struct vm_map *ca_map;
    struct ledger *ca_ledger;
    const security_token_t *ca_token;
    const audit_token_t *ca_audit;
};
void ipc_upcall_caller(const struct thread *th, struct ipc_caller *out);

/* The port behind a borrowed name, borrowed; IP_NULL when it is dead. */
struct ipc_port *ipc_upcall_borrowed(struct thread *th,
                                     mach_port_name_t name);

/*
 * Serve a request to a kernel object, in its sender's trap.
 * reply_size: bytes that its reply may need, 0 when it gets none.
 * serve: fills *reply (NULL: none was allocated).  KERN_BLOCKED: the thread
 * waits; it is called again when the wait is over.
 */
mach_msg_size_t ipc_upcall_reply_size(const mach_msg_header_t *request);
kern_return_t ipc_upcall_serve(mach_msg_header_t *request,
                               mach_msg_header_t *reply);
/* Make *reply the answer with this code and nothing else. */
void ipc_upcall_reply_error(const mach_msg_header_t *request,
                            mach_msg_header_t *reply, kern_return_t code);

#endif
