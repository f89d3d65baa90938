/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Budgets: what all processes together, and what each session, may use of the machine.
 *
 * All processes share a ledger that leaves the servers their part.  Each
 * setsid() carves a ledger of its own out of the session's that it leaves,
 * with half of each limit: whatever runs in one session (a fork bomb, say), the
 * other half is there for the rest.
 */
#ifndef PROC_BUDGET_H
#define PROC_BUDGET_H

#include <mach/types.h>

/* A ledger for the first process. */
kern_return_t budget_first(mach_port_t *ledger);
/* A ledger with half of the limits of the one that *ledger names (replaced); when
 * there is no room for one, the old one stays. */
void budget_split(mach_port_t *ledger);

#endif
