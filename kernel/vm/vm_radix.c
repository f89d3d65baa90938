/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Radix trees of page slots.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <vm/vm_radix.h>

#define RADIX_HEIGHT_MAX 9 /* 54 bits of index are enough for 52 */

static inline struct radix_node *
node_child(const struct radix_node *n, unsigned i)
{
    return (struct radix_node *)(uintptr_t)n->rn_word[i];
}

/* The first node: the slot in the head goes there. */
static bool
radix_plant(struct vm_radix *rx, struct ledger *l)
{
    struct radix_node *n = kalloc(sizeof(*n), l);

    if (n == NULL) {
        return false;
    }
    n->rn_word[vm_radix_word(rx->rx_base, 1)] = rx->rx_slot;
    rx->rx_slot = 0;
    rx->rx_root = n;
    rx->rx_height = 1;
    rx->rx_base &= ~(uint64_t)(RADIX_SLOTS - 1);
    return true;
}

/* Add levels above the root until its window holds index. */
static bool
radix_grow(struct vm_radix *rx, uint64_t index, struct ledger *l)
{
    struct radix_node *n;

    if (rx->rx_height == 0 && rx->rx_slot == 0) {
        rx->rx_base = index;
        return true;
    }
    if (rx->rx_height == 0 && !radix_plant(rx, l)) {
        return false;
    }
    while (!vm_radix_covers(rx, index)) {
        assert(rx->rx_height < RADIX_HEIGHT_MAX);
        n = kalloc(sizeof(*n), l);
        if (n == NULL) {
            return false;
        }
        rx->rx_height++;
        n->rn_word[vm_radix_word(rx->rx_base, rx->rx_height)] =
            (uintptr_t)rx->rx_root;
        rx->rx_root = n;
        rx->rx_base &= ~((1ull << (RADIX_BITS * rx->rx_height)) - 1);
    }
    return true;
}

vm_slot_t *
vm_radix_make(struct vm_radix *rx, uint64_t index, struct ledger *l)
{
    struct radix_node *n, *child;
    unsigned level, i;

    if (!vm_radix_covers(rx, index) && !radix_grow(rx, index, l)) {
        return NULL;
    }
    if (rx->rx_height == 0) {
        return &rx->rx_slot;
    }
    n = rx->rx_root;
    for (level = rx->rx_height; level > 1; level--) {
        i = vm_radix_word(index, level);
        child = node_child(n, i);
        if (child == NULL) {
            child = kalloc(sizeof(*child), l);
            if (child == NULL) {
                return NULL;
            }
            n->rn_word[i] = (uintptr_t)child;
        }
        n = child;
    }
    return &n->rn_word[vm_radix_word(index, 1)];
}

vm_slot_t *
vm_radix_next(struct vm_radix *rx, uint64_t *index, uint64_t end)
{
    struct radix_node *n;
    uint64_t i = *index, last, span;
    unsigned level, k;

    if (rx->rx_height == 0) {
        if (rx->rx_slot == 0 || rx->rx_base < i || rx->rx_base >= end) {
            return NULL;
        }
        *index = rx->rx_base;
        return &rx->rx_slot;
    }
    span = RADIX_BITS * rx->rx_height;
    last = rx->rx_base + ((1ull << span) - 1);
    if (i < rx->rx_base) {
        i = rx->rx_base;
    }
    if (end <= last) {
        if (end == 0) {
            return NULL;
        }
        last = end - 1;
    }
    while (i <= last) {
        n = rx->rx_root;
        for (level = rx->rx_height; level > 1; level--) {
            if (node_child(n, vm_radix_word(i, level)) == NULL) {
                break;
            }
            n = node_child(n, vm_radix_word(i, level));
        }
        if (level > 1) { /* nothing under this pointer: skip its span */
            span = 1ull << (RADIX_BITS * (level - 1));
            i = (i | (span - 1)) + 1;
            continue;
        }
        for (k = vm_radix_word(i, 1); k < RADIX_SLOTS && i <= last; k++, i++) {
            if (n->rn_word[k] != 0) {
                *index = i;
                return &n->rn_word[k];
            }
        }
    }
    return NULL;
}

static bool
node_empty(const struct radix_node *n)
{
    unsigned i;

    for (i = 0; i < RADIX_SLOTS; i++) {
        if (n->rn_word[i] != 0) {
            return false;
        }
    }
    return true;
}

void
vm_radix_prune(struct vm_radix *rx, uint64_t index, struct ledger *l)
{
    struct radix_node *path[RADIX_HEIGHT_MAX + 1], *n = rx->rx_root;
    unsigned level, top = rx->rx_height;

    if (!vm_radix_covers(rx, index)) {
        return;
    }
    for (level = top; level > 1; level--) {
        path[level] = n;
        n = node_child(n, vm_radix_word(index, level));
        if (n == NULL) {
            return;
        }
    }
    path[1] = n;
    for (level = 1; level <= top && node_empty(path[level]); level++) {
        kfree(path[level], sizeof(*n), l);
        if (level == top) {
            rx->rx_root = NULL;
            rx->rx_height = 0;
        } else {
            path[level + 1]->rn_word[vm_radix_word(index, level + 1)] = 0;
        }
    }
}

bool
vm_radix_free_step(struct vm_radix *rx, unsigned budget, struct ledger *l)
{
    struct radix_node *path[RADIX_HEIGHT_MAX + 1], *n;
    unsigned level, i;

    while (rx->rx_root != NULL && budget-- > 0) {
        /* Descend to the first node that has no child, and free it. */
        n = rx->rx_root;
        level = rx->rx_height;
        for (;;) {
            path[level] = n;
            if (level == 1) {
                break;
            }
            for (i = 0; i < RADIX_SLOTS && n->rn_word[i] == 0; i++) {
                continue;
            }
            if (i == RADIX_SLOTS) {
                break;
            }
            n = node_child(n, i);
            level--;
        }
        if (level == rx->rx_height) {
            rx->rx_root = NULL;
            rx->rx_height = 0;
        } else {
            for (i = 0; node_child(path[level + 1], i) != n; i++) {
                continue;
            }
            path[level + 1]->rn_word[i] = 0;
        }
        kfree(n, sizeof(*n), l);
    }
    return rx->rx_root != NULL;
}
