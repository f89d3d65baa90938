/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ledgers (see ledger.h).  A charge walks towards the root, as far as the
 * reserves it meets don't cover it; what was counted is taken back when an ancestor refuses.  The depth
 * is bounded by what LEDGER_DEPTH_MAX allows to be carved.
 */
#include <base/assert.h>
#include <base/compiler.h>
#include <base/kalloc.h>
#include <base/ledger.h>
#include <mach/types.h>

#define LEDGER_DEPTH_MAX 64u

struct ledger ledger_root = {
    .le_refs = 1,
    .le_limit = { LEDGER_UNLIMITED, LEDGER_UNLIMITED, LEDGER_UNLIMITED,
                  LEDGER_UNLIMITED, LEDGER_UNLIMITED },
};

uint64_t ledger_memory_limit = LEDGER_UNLIMITED;

static inline uint64_t
greater(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* What the parent is charged for when used of a ledger is this much. */
static inline uint64_t
share(const struct ledger *l, enum ledger_item i, uint64_t used)
{
    return greater(used, l->le_reserve[i]);
}

/* Take back n from l and what that means for the ledgers above, up to end
 * (which is left alone). */
static inline void
take_back(struct ledger *l, const struct ledger *end, enum ledger_item i,
          uint64_t n)
{
    for (; l != end && n != 0; l = l->le_parent) {
        uint64_t used = l->le_used[i];

        assert(used >= n);
        l->le_used[i] = used - n;
        if (l->le_reserve[i] != 0) {
            n = share(l, i, used) - share(l, i, used - n);
        }
    }
}

static COLD kern_return_t
refuse(struct ledger *l, const struct ledger *at, enum ledger_item i,
       uint64_t n)
{
    take_back(l, at, i, n);
    return KERN_RESOURCE_SHORTAGE;
}

kern_return_t
ledger_charge(struct ledger *l, enum ledger_item i, uint64_t n)
{
    struct ledger *at = l;
    uint64_t up = n;

    while (at != NULL && up != 0) {
        uint64_t used = at->le_used[i], sum = used + up;

        if (sum < up || sum > at->le_limit[i]) {
            return refuse(l, at, i, n);
        }
        at->le_used[i] = sum;
        if (sum > at->le_peak[i]) {
            at->le_peak[i] = sum;
        }
        if (at->le_reserve[i] != 0) {
            up = share(at, i, sum) - share(at, i, used);
        }
        at = at->le_parent;
    }
    if (at == NULL && ledger_machine_over(i)) {
        return refuse(l, NULL, i, n);
    }
    return KERN_SUCCESS;
}

void
ledger_charge_over(struct ledger *l, enum ledger_item i, uint64_t n)
{
    for (; l != NULL && n != 0; l = l->le_parent) {
        uint64_t used = l->le_used[i], sum = used + n;

        l->le_used[i] = sum;
        l->le_peak[i] = greater(l->le_peak[i], sum);
        n = share(l, i, sum) - share(l, i, used);
    }
}

/* Those below at have been charged; a reserve, or a refusal. */
kern_return_t
ledger_charge_slow(struct ledger *l, const struct ledger *at,
                   enum ledger_item i, uint64_t n)
{
    take_back(l, at, i, n);
    return ledger_charge(l, i, n);
}

void
ledger_uncharge(struct ledger *l, enum ledger_item i, uint64_t n)
{
    take_back(l, NULL, i, n);
}

kern_return_t
ledger_reserve(struct ledger *l, const uint64_t reserve[LEDGER_ITEMS])
{
    uint64_t old[LEDGER_ITEMS], now[LEDGER_ITEMS];
    enum ledger_item i;

    if (l->le_parent == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    for (i = 0; i < LEDGER_ITEMS; i++) {
        if (reserve[i] > l->le_limit[i]) {
            return KERN_INVALID_ARGUMENT;
        }
        old[i] = share(l, i, l->le_used[i]);
        now[i] = greater(reserve[i], l->le_used[i]);
    }
    for (i = 0; i < LEDGER_ITEMS; i++) {
        if (now[i] > old[i] &&
            ledger_charge(l->le_parent, i, now[i] - old[i]) != KERN_SUCCESS) {
            goto out_undo;
        }
    }
    for (i = 0; i < LEDGER_ITEMS; i++) {
        l->le_reserve[i] = reserve[i];
        if (now[i] < old[i]) {
            ledger_uncharge(l->le_parent, i, old[i] - now[i]);
        }
    }
    return KERN_SUCCESS;

out_undo:
    while (i-- > 0) {
        if (now[i] > old[i]) {
            ledger_uncharge(l->le_parent, i, now[i] - old[i]);
        }
    }
    return KERN_RESOURCE_SHORTAGE;
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
ledger_free(struct ledger *l)
{
    while (l != NULL && l->le_refs == 0) {
        struct ledger *parent = l->le_parent;

        assert(parent != NULL && l->le_port == NULL);
        for (unsigned i = 0; i < LEDGER_ITEMS; i++) {
            assert(l->le_used[i] == 0);
            ledger_uncharge(parent, (enum ledger_item)i, l->le_reserve[i]);
        }
        kfree(l, sizeof(*l), parent);
        parent->le_refs--;
        l = parent;
    }
}
