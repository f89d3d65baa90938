/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces.
 *
 * A map is a sorted list of entries that don't overlap, with a treap over them
 * (vm_map_tree.c) which also finds gaps.  An entry maps [e_start, e_end) to its
 * object from e_offset on; an entry without object is zero-filled memory
 * that nobody has touched, or one page that came by a message, and its e_offset
 * is its e_start.  It gets an object when one is needed (vm_entry_own).
 *
 * States: live; terminated (vm_terminated: empty, and stays so); dead (no
 * references: on the reap list).
 *
 * Nothing here waits: whoever needs a pager gets KERN_BLOCKED and starts again.
 */
#ifndef VM_VM_MAP_H
#define VM_VM_MAP_H

#include <stdbool.h>
#include <mach/vm.h>
#include <base/codes.h>
#include <base/ledger.h>
#include <base/list.h>
#include <machine/cpu.h>
#include <vm/vm_object.h>
#include <vm/vm_user.h>

struct vm_map_entry {
    struct list e_link;            /* K: map order, or a copy's list */
    struct vm_map_entry *e_child[2]; /* K: treap: below, above */
    struct vm_map_entry *e_parent; /* K */
    vm_size_t e_gap;               /* K: hole in front of the entry */
    vm_size_t e_gap_max;           /* K: largest in the subtree, or more:
                                         vm_lowered */
    vm_address_t e_start, e_end;   /* K */
    struct vm_object *e_object;    /* K: +1, or NULL */
    uint64_t e_frame;              /* K: the only page, of an entry without
                                         an object; or 0 */
    uint64_t e_offset;             /* K: of e_start in the object */
    struct list e_object_link;     /* K: vo_entries, while in a map */
    struct vm_map *e_map;          /* K: NULL: in a copy */
    struct vm_lease *e_lease;      /* K: by which it is here, or NULL */
    uint32_t e_wired;              /* K: wire count */
    uint8_t e_prot, e_max_prot;    /* K: VM_PROT_* */
    uint8_t e_inherit;             /* K: VM_INHERIT_* */
    uint8_t e_random;              /* I: treap priority, a level */
    bool e_needs_copy;             /* K: copy-on-write not resolved yet */
};

struct vm_map {
    struct pmap *vm_pmap;          /* K: NULL: dead, and given back */
    struct list vm_entries;        /* K: e_link */
    struct vm_map_entry *vm_root;  /* K: treap */
    struct vm_map_entry *vm_hint;  /* K: last entry found, or what came after
                                         one that went, or NULL */
    struct vm_map_entry *vm_lowered; /* K: e_gap_max of it and of those above
                                         may be too large; or NULL */
    vm_address_t vm_full;          /* K: no hole from VM_ANYWHERE_MIN to here */
    uint64_t vm_refs;              /* K */
    uint64_t vm_entry_count;       /* K */
    vm_size_t vm_size;             /* K: bytes mapped */
    vm_size_t vm_size_limit;       /* K */
    struct ledger *vm_ledger;      /* I: +1 */
    uint64_t vm_id;                /* I */
    bool vm_terminated;            /* K */
    struct list vm_reap_link;      /* K: maps being emptied */
    struct list vm_leases;         /* K: vl_link: of its memory (vm_lease.h) */
    uint32_t vm_lease_count;       /* K: of them */
};

#define VM_MAP_ENTRIES_MAX 65536u
#define VM_STRETCH 8u /* entries between two interrupt windows */

/* In a loop over entries that may be many, where everything is as an interrupt
 * may find it; n counts them. */
static inline void
vm_breathe(unsigned *n)
{
    if (++*n % VM_STRETCH == 0) {
        machine_interrupt_window();
    }
}

/* ---- tree: vm_map_tree.c ---- */
struct vm_map_entry *vm_map_lookup_tree(struct vm_map *map,
                                        vm_address_t addr);

/* The entry that has addr; NULL: none. */
static inline struct vm_map_entry *
vm_map_lookup(struct vm_map *map, vm_address_t addr)
{
    struct vm_map_entry *e = map->vm_hint;

    return e != NULL && addr >= e->e_start && addr < e->e_end
               ? e
               : vm_map_lookup_tree(map, addr);
}

/* The first entry that ends above addr; NULL: none. */
struct vm_map_entry *vm_map_lookup_above(struct vm_map *map,
                                         vm_address_t addr);

static inline struct vm_map_entry *
vm_map_next(const struct vm_map *map, const struct vm_map_entry *e)
{
    return e->e_link.next == &map->vm_entries
               ? NULL
               : list_entry(e->e_link.next, struct vm_map_entry, e_link);
}

static inline struct vm_map_entry *
vm_map_prev(const struct vm_map *map, const struct vm_map_entry *e)
{
    return e->e_link.prev == &map->vm_entries
               ? NULL
               : list_entry(e->e_link.prev, struct vm_map_entry, e_link);
}

void vm_map_tree_insert(struct vm_map *map, struct vm_map_entry *e);
void vm_map_tree_remove(struct vm_map *map, struct vm_map_entry *e);
/* e's bounds have changed: gaps are computed again. */
void vm_map_tree_update(struct vm_map *map, struct vm_map_entry *e);
/* A free range of size with (address & mask) == 0: lowest at or above hint. */
bool vm_map_find_up(struct vm_map *map, vm_address_t hint, vm_size_t size,
                    vm_offset_t mask, vm_address_t *out);
/* The highest that ends at or below top. */
bool vm_map_find_down(struct vm_map *map, vm_address_t top, vm_size_t size,
                      vm_offset_t mask, vm_address_t *out);

static inline void
vm_map_pmap_remove(struct vm_map *map, vm_address_t start, vm_address_t end)
{
    if (map->vm_pmap != NULL) {
        pmap_remove(map->vm_pmap, start, end);
    }
}

static inline void
vm_map_pmap_protect(struct vm_map *map, vm_address_t start,
                    vm_address_t end, vm_prot_t prot)
{
    if (map->vm_pmap != NULL) {
        pmap_protect(map->vm_pmap, start, end, prot);
    }
}

/* ---- entries: vm_map.c ---- */
struct vm_map_entry *vm_entry_alloc(struct ledger *l);
/* Drops the object; the entry is in no map. */
void vm_entry_free(struct vm_map_entry *e, struct ledger *l);
void vm_map_insert(struct vm_map *map, struct vm_map_entry *e);
/* Unlink; removes the mappings from the pmap. */
void vm_map_unlink(struct vm_map *map, struct vm_map_entry *e);
/* Split so that an entry starts (ends) at addr, where one spans it. */
kern_return_t vm_map_clip_tree(struct vm_map *map, vm_address_t addr);

static inline kern_return_t
vm_map_clip(struct vm_map *map, vm_address_t addr)
{
    const struct vm_map_entry *e = map->vm_hint;

    return e != NULL && (addr == e->e_start || addr == e->e_end)
               ? KERN_SUCCESS
               : vm_map_clip_tree(map, addr);
}

/* Merge entries with their neighbours, in and next to [start, end). */
void vm_map_simplify(struct vm_map *map, vm_address_t start,
                     vm_address_t end);
void vm_map_set_object(struct vm_map_entry *e, struct vm_object *o,
                       uint64_t offset); /* consumes o's reference */
/* Is [start, end) mapped without holes? */
bool vm_map_covered_search(struct vm_map *map, vm_address_t start,
                           vm_address_t end);

static inline bool
vm_map_covered(struct vm_map *map, vm_address_t start, vm_address_t end)
{
    const struct vm_map_entry *e = map->vm_hint;

    return (e != NULL && start >= e->e_start && end <= e->e_end) ||
           vm_map_covered_search(map, start, end);
}
/* Page-widened bounds.  INVALID_ARGUMENT: wraps, or not user space. */
kern_return_t vm_map_range(vm_address_t addr, vm_size_t size,
                           vm_address_t *start, vm_address_t *end);

/* ---- space: vm_map_enter.c ---- */
struct vm_enter {
    vm_address_t addr;   /* wanted or hint; the result */
    vm_size_t size;      /* whole pages, not 0 */
    vm_offset_t mask;
    int flags;           /* VM_FLAGS_* */
    struct vm_object *object; /* NULL: zero-filled; borrowed */
    uint64_t offset;
    bool needs_copy;
    vm_prot_t prot, max_prot;
    vm_inherit_t inherit;
};
/* Find (or with OVERWRITE make) room for req->addr, size. */
kern_return_t vm_map_space(struct vm_map *map, struct vm_enter *req);
/* Room and entry. */
kern_return_t vm_map_enter(struct vm_map *map, struct vm_enter *req);

/* A list of entries that start at 0 and follow each other, in no map: all go
 * to the room that req asks for, or (failure) are freed. */
kern_return_t vm_map_enter_list(struct vm_map *map, struct vm_enter *req,
                                struct list *entries);
void vm_map_free_list(struct list *entries, struct ledger *l);

/* ---- copy-on-write: vm_map_cow.c ---- */
/* Give the entry an object of its own, if it has none or must copy before
 * a write (write: resolve needs_copy). */
kern_return_t vm_entry_own(struct vm_map_entry *e, bool write);
/* The same where its page, if it has one, must be in an object. */
static inline kern_return_t
vm_entry_own_frame(struct vm_map_entry *e)
{
    return e->e_frame == 0 ? KERN_SUCCESS : vm_entry_own(e, false);
}
/* The entry's object is made fit for sharing (own object, vo_shared). */
kern_return_t vm_entry_share(struct vm_map_entry *e);
/*
 * A copy of what the entry maps, which both may go on to write: *obj (+1,
 * NULL for untouched memory) at the entry's own offsets, to be mapped with
 * *needs_copy.  An entry in no map (e_map NULL) is a piece of a named entry:
 * it stays shared.
 */
kern_return_t vm_entry_copy(struct vm_map_entry *e, struct ledger *l,
                            struct vm_object **obj, bool *needs_copy);

/* ---- faults: vm_fault.c ---- */
/* Map what is resident in the aligned block around at, as far as the entry,
 * which has at, reaches. */
#define VM_AROUND_PAGES 16u
kern_return_t vm_entry_premap(struct vm_map_entry *e, vm_address_t at);
/* The same for [va, end), of at most VM_AROUND_PAGES, in one page table. */
kern_return_t vm_entry_premap_range(struct vm_map_entry *e, vm_address_t va,
                                    vm_address_t end);

/* ---- bytes: vm_access.c ---- */
/* Read memory of the map that is loaded, all of one entry, as far as it is
 * mapped: returns how much is left, which vm_map_read() may get. */
vm_size_t vm_map_peek(struct vm_map *map, vm_address_t from, void *to,
                      vm_size_t size);

/* ---- operations: vm_map_ops.c ---- */
kern_return_t vm_map_inherit(struct vm_map *map, vm_address_t addr,
                             vm_size_t size, vm_inherit_t inherit);
kern_return_t vm_map_region(struct vm_map *map, vm_address_t *addr,
                            vm_size_t *size, vm_region_basic_info_t *info);
/* Remove [start, end), which is page-aligned; clip may fail. */
kern_return_t vm_map_remove(struct vm_map *map, vm_address_t start,
                            vm_address_t end);
kern_return_t vm_map_discard(struct vm_map *map, vm_address_t addr,
                             vm_size_t size);
kern_return_t vm_map_wire(struct vm_map *map, vm_address_t addr,
                          vm_size_t size, vm_prot_t access);
kern_return_t vm_map_page_query(struct vm_map *map, vm_address_t addr,
                                vm_size_t size, uint8_t *out, size_t *count);
kern_return_t vm_map_remap(struct vm_map *map, vm_address_t *addr,
                           vm_size_t size, vm_offset_t mask, int flags,
                           struct vm_map *source_map, vm_address_t source,
                           bool copy, vm_inherit_t inherit);

/* ---- destruction: vm_map_reap.c ---- */
void vm_map_setup(void);
bool vm_map_reap_step(void); /* true: there is more to do */

#endif
