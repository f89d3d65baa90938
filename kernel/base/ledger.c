/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ledgers (see ledger.h).  A charge walks to the root first and counts, then
 * checks; what was counted is taken back when an ancestor refuses.  The depth
 * is bounded by what LEDGER_DEPTH_MAX allows to be carved.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <base/ledger.h>

#define LEDGER_DEPTH_MAX 64u

struct ledger ledger_root = {
    .le_refs = 1,
    .le_limit = { LEDGER_UNLIMITED, LEDGER_UNLIMITED, LEDGER_UNLIMITED,
                  LEDGER_UNLIMITED, LEDGER_UNLIMITED },
};

kern_return_t
ledger_charge(struct ledger *l, enum ledger_item i, uint64_t n)
{
    struct ledger *at, *undo;

    for (at = l; at != NULL; at = at->le_parent) {
        uint64_t used = at->le_used[i];

        if (n > at->le_limit[i] || used > at->le_limit[i] - n) {
            break;
        }
        at->le_used[i] = used + n;
        if (used + n > at->le_peak[i]) {
            at->le_peak[i] = used + n;
        }
    }
    if (__builtin_expect(at == NULL, 1)) {
        return KERN_SUCCESS;
    }
    for (undo = l; undo != at; undo = undo->le_parent) {
        undo->le_used[i] -= n;
    }
    return KERN_RESOURCE_SHORTAGE;
}

void
ledger_uncharge(struct ledger *l, enum ledger_item i, uint64_t n)
{
    for (; l != NULL; l = l->le_parent) {
        assert(l->le_used[i] >= n);
        l->le_used[i] -= n;
    }
}

kern_return_t
ledger_create(struct ledger *parent, const uint64_t limit[LEDGER_ITEMS],
              struct ledger **out)
{
    struct ledger *l, *up;
    unsigned depth = 0;

    for (up = parent; up != NULL; up = up->le_parent) {
        depth++;
    }
    if (depth >= LEDGER_DEPTH_MAX) {
        return KERN_RESOURCE_SHORTAGE;
    }
    l = kalloc(sizeof(*l), parent);
    if (l == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    l->le_parent = parent;
    l->le_refs = 1;
    for (unsigned i = 0; i < LEDGER_ITEMS; i++) {
        uint64_t max = parent->le_limit[i];

        l->le_limit[i] = limit[i] < max ? limit[i] : max;
    }
    ledger_reference(parent);
    *out = l;
    return KERN_SUCCESS;
}

void
ledger_reference(struct ledger *l)
{
    l->le_refs++;
}

void
ledger_release(struct ledger *l)
{
    while (l != NULL && --l->le_refs == 0) {
        struct ledger *parent = l->le_parent;

        assert(parent != NULL && l->le_port == NULL);
        for (unsigned i = 0; i < LEDGER_ITEMS; i++) {
            assert(l->le_used[i] == 0);
        }
        kfree(l, sizeof(*l), parent);
        l = parent;
    }
}
