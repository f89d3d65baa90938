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
#include <mach/types.h>

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
/* Past all limits: for what there was room a moment ago and can't be refused any
 * more.  As the next charge is refused, no ledger is over by more than one of
 * these. */
void ledger_charge_over(struct ledger *l, enum ledger_item i, uint64_t n);
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

/* What the two below leave to these: at is where the loop was. */
kern_return_t ledger_charge_slow(struct ledger *l, const struct ledger *at,
                                 enum ledger_item i, uint64_t n);

/* Is more in use than the machine has? */
static inline bool
ledger_machine_over(enum ledger_item i)
{
    return (i == LEDGER_KMEM || i == LEDGER_PAGES) &&
           ledger_root.le_used[LEDGER_PAGES] +
                   (ledger_root.le_used[LEDGER_KMEM] >> MACH_PAGE_SHIFT) >
               ledger_memory_limit;
}

/* ledger_charge() and _uncharge() in line, of so little that no sum overflows:
 * where no ledger has a reserve. */
static inline kern_return_t
ledger_charge_little(struct ledger *l, enum ledger_item i, uint64_t n)
{
    for (struct ledger *at = l; at != NULL; at = at->le_parent) {
        uint64_t sum = at->le_used[i] + n;

        if (sum > at->le_limit[i] || at->le_reserve[i] != 0) {
            return ledger_charge_slow(l, at, i, n);
        }
        at->le_used[i] = sum;
        if (sum > at->le_peak[i]) {
            at->le_peak[i] = sum;
        }
    }
    return ledger_machine_over(i) ? ledger_charge_slow(l, NULL, i, n)
                                  : KERN_SUCCESS;
}

/* Would there be room for it? */
static inline bool
ledger_room(const struct ledger *l, enum ledger_item i, uint64_t n)
{
    for (; l != NULL; l = l->le_parent) {
        if (l->le_used[i] + n > l->le_limit[i]) {
            return false;
        }
    }
    return !ledger_machine_over(i);
}

static inline void
ledger_uncharge_little(struct ledger *l, enum ledger_item i, uint64_t n)
{
    for (struct ledger *at = l; at != NULL; at = at->le_parent) {
        if (at->le_reserve[i] != 0) {
            ledger_uncharge(at, i, n);
            return;
        }
        at->le_used[i] -= n;
    }
}

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
