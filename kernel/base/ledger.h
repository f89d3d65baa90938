/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ledgers: budgets of kernel memory, ports, threads, tasks and resident pages.
 *
 * A ledger has a parent; a charge is made to it and to every ancestor, or to
 * none.  The root ledger has the machine's limits.  Charging never waits.
 *
 * A ledger may have a reserve, which its parent has been charged for at once and
 * for good: what its holders use up to that can't be refused because others
 * have used up what the parent has.  Only what goes beyond the reserve is charged upwards.
 */
#ifndef BASE_LEDGER_H
#define BASE_LEDGER_H

#include <stdbool.h>
#include <base/codes.h>

enum ledger_item {
    LEDGER_KMEM,    /* bytes of kernel objects and queued messages */
    LEDGER_PAGES,   /* resident anonymous pages */
    LEDGER_PORTS,
    LEDGER_THREADS,
    LEDGER_TASKS,
    LEDGER_ITEMS
};

#define LEDGER_UNLIMITED (~0ull)

struct ledger {
    struct ledger *le_parent;              /* I; +1 reference; NULL: root */
    uint64_t le_refs;                      /* K */
    uint64_t le_used[LEDGER_ITEMS];        /* K */
    uint64_t le_limit[LEDGER_ITEMS];       /* K */
    uint64_t le_peak[LEDGER_ITEMS];        /* K */
    uint64_t le_reserve[LEDGER_ITEMS];     /* K: the parent's share is the
                                              greater of this and le_used */
    void *le_port;                         /* K: its kernel port, or NULL */
};

extern struct ledger ledger_root;
/* Kernel memory and resident pages together, in pages; the root's. */
extern uint64_t ledger_memory_limit;

/* Returns: KERN_SUCCESS or KERN_RESOURCE_SHORTAGE (nothing charged). */
kern_return_t ledger_charge(struct ledger *l, enum ledger_item i, uint64_t n);
void ledger_uncharge(struct ledger *l, enum ledger_item i, uint64_t n);
/* Carve a child whose limits may not exceed the parent's (min is taken). */
kern_return_t ledger_create(struct ledger *parent,
                            const uint64_t limit[LEDGER_ITEMS],
                            struct ledger **out);
/* Set the reserve of l; each is at most its limit.  KERN_RESOURCE_SHORTAGE:
 * the parent has not as much left; KERN_INVALID_ARGUMENT: a reserve above the
 * limit, or of the root.  Nothing has changed then. */
kern_return_t ledger_reserve(struct ledger *l,
                             const uint64_t reserve[LEDGER_ITEMS]);
/* One that nobody refers to any more, and its parents that nobody else did. */
void ledger_free(struct ledger *l);

static inline void
ledger_reference(struct ledger *l)
{
    l->le_refs++;
}

static inline void
ledger_release(struct ledger *l)
{
    if (l != NULL && --l->le_refs == 0) {
        ledger_free(l);
    }
}

#endif
