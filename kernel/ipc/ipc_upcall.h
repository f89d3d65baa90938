/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ipc asks of the roof: whose thread it is, and who serves kernel
 * objects.  Implemented in kern/ipc_kobject.c.
 */
#ifndef IPC_IPC_UPCALL_H
#define IPC_IPC_UPCALL_H

#include <ipc/ipc.h>

struct mig_routine; /* <mach/mig_types.h> */
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
 * A request to a kernel object is served in its sender's trap, by the stub of
 * the routine that has its id: never NULL, one refuses the ids of none.  The
 * stub is given room for an error at least.  That it waits is what the
 * thread's state says; then it is called again when the wait is over.
 */
const struct mig_routine *ipc_upcall_routine(mach_msg_id_t id);

/* The request that is being served (K), or NULL. */
extern struct ipc_kmsg *ipc_serving;

#endif
