/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages of an object: a radix tree from page index to slot.
 *
 *                 rx_root (level 2, base 0x7f000)
 *                /      |        \                64 pointers
 *           leaf(1)   NULL      leaf(1)
 *          64 slots            64 slots
 *
 * The root covers the aligned window of 64^height pages from rx_base, just
 * large enough for the indices in use: anonymous objects number their pages
 * by address, and must not pay seven levels for that.  A tree of one page has
 * no node at all: the slot is in the tree's head.
 *
 * A slot is one word: a page's physical address and PG_* bits, or, without
 * PG_PRESENT, what is known of a page that is not here.  0: nothing.  There is
 * no structure per page, and no list of a page's mappings: see vm_rmap.c.
 */
#ifndef VM_VM_RADIX_H
#define VM_VM_RADIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <base/ledger.h>

#define PG_PRESENT 1u
#define PG_DIRTY 2u     /* pager's page: differs from what the pager has */
#define PG_PRECIOUS 4u  /* pager's page: the pager kept no copy */
#define PG_ERROR 8u     /* not present: the pager's error in bits 12..43 */
#define PG_REQUESTED 16u /* not present: a data_request is outstanding */
#define PG_UNLOCKING 32u /* a data_unlock is outstanding */
#define PG_LOCK_SHIFT 6  /* 3 bits VM_PROT_*: accesses the pager forbids */
#define PG_LOCK_MASK (7u << PG_LOCK_SHIFT)
#define PG_BUSY 512u    /* being returned to its pager */
#define PG_PA_MASK 0x000ffffffffff000ull

typedef uint64_t vm_slot_t;

static inline uint64_t
slot_pa(vm_slot_t s)
{
    return s & PG_PA_MASK;
}

static inline bool
slot_present(vm_slot_t s)
{
    return (s & PG_PRESENT) != 0;
}

#define RADIX_BITS 6
#define RADIX_SLOTS (1u << RADIX_BITS)

/* At level 1 the words are slots, above they are pointers to nodes. */
struct radix_node {
    uint64_t rn_word[RADIX_SLOTS];
};

struct vm_radix {
    struct radix_node *rx_root; /* K: NULL: height 0 */
    uint64_t rx_base;           /* K: first index of the root's window */
    vm_slot_t rx_slot;          /* K: of rx_base, at height 0; else 0 */
    unsigned rx_height;         /* K: levels */
    uint64_t rx_pages;          /* K: slots with PG_PRESENT (kept by users) */
};

#define RADIX_END (~0ull)

static inline unsigned
vm_radix_word(uint64_t index, unsigned level)
{
    return (unsigned)(index >> (RADIX_BITS * (level - 1))) &
           (RADIX_SLOTS - 1);
}

/* Does the root's window hold index? */
static inline bool
vm_radix_covers(const struct vm_radix *rx, uint64_t index)
{
    return ((index ^ rx->rx_base) >> (RADIX_BITS * rx->rx_height)) == 0;
}

/* NULL: no such slot (as good as 0). */
static inline vm_slot_t *
vm_radix_lookup(struct vm_radix *rx, uint64_t index)
{
    struct radix_node *n = rx->rx_root;

    if (!vm_radix_covers(rx, index)) {
        return NULL;
    }
    if (rx->rx_height == 0) {
        return &rx->rx_slot;
    }
    for (unsigned level = rx->rx_height; level > 1; level--) {
        n = (struct radix_node *)(uintptr_t)
                n->rn_word[vm_radix_word(index, level)];
        if (n == NULL) {
            return NULL;
        }
    }
    return &n->rn_word[vm_radix_word(index, 1)];
}

/* The slots of index and what follows it, in memory as in number: how many
 * there are; *s NULL: all as good as 0. */
static inline unsigned
vm_radix_run(struct vm_radix *rx, uint64_t index, vm_slot_t **s)
{
    *s = vm_radix_lookup(rx, index);
    return rx->rx_height == 0 ? 1 : RADIX_SLOTS - vm_radix_word(index, 1);
}

/* The slot, made if need be; charged to l.  NULL: shortage.  Others of the tree
 * may have moved, and one made before that is still 0 may be gone. */
vm_slot_t *vm_radix_make(struct vm_radix *rx, uint64_t index,
                         struct ledger *l);
/* The first slot that isn't 0 in [*index, end); *index becomes its index. */
vm_slot_t *vm_radix_next(struct vm_radix *rx, uint64_t *index,
                         uint64_t end);
/* Free the nodes of empty leaves on the path to index. */
void vm_radix_prune(struct vm_radix *rx, uint64_t index, struct ledger *l);
/* Free at most budget nodes; all slots are 0.  True: there are more. */
bool vm_radix_free_step(struct vm_radix *rx, unsigned budget,
                        struct ledger *l);

#endif
