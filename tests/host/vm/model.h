/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model's state, shared by its driver and its operations.
 */
#ifndef VM_MODEL_H
#define VM_MODEL_H

#include "vm_test.h"

#define MAPS 4
#define WINDOW 48 /* pages of each map that are tested, from BASE */
#define BASE 0x100000ull
#define NAMED 4
#define NAMED_PAGES 12
#define COPIES 4
#define COPY_BYTES (24 * PAGE_SIZE)

struct model_page {
    struct cell *cell; /* NULL: not mapped */
    vm_prot_t prot, max;
    vm_inherit_t inherit;
};

struct model_map {
    struct vm_map *map; /* NULL: none */
    struct model_page page[WINDOW];
};

struct model_named {
    struct vm_named_entry *ne; /* NULL: none */
    unsigned pages;
    vm_prot_t prot;
    struct cell *cell[NAMED_PAGES];
};

struct model_copy {
    struct vm_map_copy *copy; /* NULL: none */
    vm_offset_t offset;       /* in page */
    vm_size_t size;
    unsigned char *bytes;
};

extern struct model_map model_maps[MAPS];
extern struct model_named model_named[NAMED];
extern struct model_copy model_copies[COPIES];
extern bool model_failing; /* allocations fail at random */

/* An operation failed for memory, and may. */
bool model_shortage(kern_return_t kr);
struct model_map *model_pick(void); /* a map that is there, or NULL */
void model_unmap(struct model_map *m, unsigned first, unsigned count);
void model_forget_map(struct model_map *m);
void model_op(unsigned kind);
#define MODEL_OPS 17u
void model_op_transfer(struct model_map *m, unsigned kind);

static inline unsigned
model_rand(unsigned n)
{
    return host_random() % n;
}

static inline vm_address_t
model_va(unsigned page)
{
    return BASE + page * PAGE_SIZE;
}

#endif
