/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Budgets: what all processes together, and what each session, may use of the
 * machine.
 *
 * All processes share a ledger that leaves the servers their part.  Each
 * setsid() carves a ledger of its own out of the session's that it leaves,
 * with half of each limit: whatever runs in one session (a fork bomb, say),
 * the other half is there for the rest.
 *
 * Each child of a session leader has, with all that descends from it, a
 * ledger with three quarters of the leader's: a job that takes all it can get
 * leaves the shell a quarter to go on with.  The limits are caps: what is
 * free can be had by any.
 */
#ifndef PROC_BUDGET_H
#define PROC_BUDGET_H

#include <mach/types.h>

/* A ledger for the first process. */
kern_return_t budget_first(mach_port_t *ledger);
/* A ledger with half of the limits of the one that *ledger names (replaced);
 * when there is no room for one, the old one stays. */
void budget_split(mach_port_t *ledger);

/* An empty task with this ledger, for exec to make a task like it.  It has
 * none of the rights that every task of ours is given: no exception ports, and
 * a bootstrap port that knows public services only (or none). */
kern_return_t budget_holder(mach_port_t ledger, mach_port_t *task);
void budget_holder_end(mach_port_t task);
/* A ledger for a child of this session leader. */
kern_return_t budget_job(mach_port_t leader_task, mach_port_t leader_ledger,
                         mach_port_t *ledger);

#endif
