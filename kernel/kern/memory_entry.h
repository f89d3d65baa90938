/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory entries: ports that name memory (vm/vm_named.h).  An entry lives as
 * long as somebody has a send right to its port.
 */
#ifndef KERN_MEMORY_ENTRY_H
#define KERN_MEMORY_ENTRY_H

#include <ipc/ipc.h>
#include <vm/vm_named.h>

void memory_entry_setup(void);

/* A naked send right to a new port for ne, whose reference is consumed on
 * success; charged to l. */
kern_return_t memory_entry_create(struct vm_named_entry *ne,
                                  struct ledger *l, struct ipc_port **out);
/* The memory that a port names, borrowed; NULL: it names none. */
struct vm_named_entry *memory_entry_get(struct ipc_port *port);
/* An entry of device memory or of a page of the kernel. */
kern_return_t memory_entry_physical(uint64_t pa, uint64_t size,
                                    vm_prot_t prot, unsigned cache,
                                    struct ledger *l, struct ipc_port **out);

#endif
