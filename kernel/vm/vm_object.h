/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects: what map entries map.
 *
 *   entry --> N (shadow: own pages) --> C (copy object) --> O (original)
 *
 * Kinds:
 *   ANON   zero-filled pages; what it lacks is looked for in vo_shadow, within
 *          the window [vo_win_lo, vo_win_hi), else it is zero
 *   PAGER  pages come from a pager by vo_ops; never shadows another object
 *   PHYS   the frames at vo_phys + (offset - vo_lo): devices, DMA, kernel pages
 *
 * All objects of a chain number their pages alike: an offset means the same
 * page in each, so collapse moves slots and whole trees as they are.  The
 * offset of fresh anonymous memory is its address; neighbours that grow
 * together share one object in either direction.
 *
 * Copy-on-write comes in two ways.
 *   Symmetric: an object that only its map knows is copied by marking the entry
 *   and its copy needs_copy; whoever writes first puts a shadow object in front.
 *   Asymmetric: an object that is shared on purpose (vo_shared: a memory entry
 *   names it, maps share it) or belongs to a pager with COPY_DELAY must stay what
 *   its sharers write to.  Its copy is an object C whose shadow it is;
 *   vo_copy points to the newest C, and before a page of the original is
 *   written its old contents are pushed into C.
 *
 * States:
 *   live      vo_refs > 0
 *   dead      vo_refs == 0, on the reap list until its pages are freed
 *   (a PAGER object that nobody maps goes through its pager's ops first)
 */
#ifndef VM_VM_OBJECT_H
#define VM_VM_OBJECT_H

#include <stdbool.h>
#include <mach/vm.h>
#include <base/codes.h>
#include <base/ledger.h>
#include <base/list.h>
#include <sched/wait.h>
#include <vm/vm_page.h>
#include <vm/vm_radix.h>

struct pager_ops;
struct vm_map_entry;

enum vm_object_kind { VO_ANON, VO_PAGER, VO_PHYS };

struct vm_object {
    enum vm_object_kind vo_kind;  /* I */
    bool vo_shared;               /* K: copied asymmetrically */
    bool vo_pristine;             /* K: a copy object that only needs_copy
                                        entries map: may be shared by copiers */
    bool vo_poisoned;             /* K: a push failed; what it lacks is lost */
    bool vo_collapse_queued;      /* K: on the collapse list */
    bool vo_dma;                  /* I: PHYS: its frames are freed with it */
    uint8_t vo_copy_strategy;     /* K: PAGER: MEMORY_OBJECT_COPY_* */
    uint8_t vo_cache;             /* I: PHYS: PMAP_CACHE_* */
    uint64_t vo_refs;             /* K: entries, shadowers, names, copies */
    uint64_t vo_entry_count;      /* K: length of vo_entries */
    uint64_t vo_id;               /* I: unique since boot */
    uint64_t vo_lo, vo_hi;        /* K: offsets in use, bytes */
    struct vm_object *vo_shadow;  /* K: +1 */
    uint64_t vo_win_lo, vo_win_hi; /* K: where vo_shadow shows through */
    struct list vo_shadowers;     /* K: objects whose vo_shadow this is */
    struct list vo_shadow_link;   /* K: on the shadow's vo_shadowers */
    struct vm_object *vo_copy;    /* K: newest asymmetric copy; it holds a
                                        reference to this, not the reverse */
    struct list vo_entries;       /* K: eo_link of entries mapping this */
    struct vm_radix vo_pages;     /* K */
    struct ledger *vo_ledger;     /* K: +1: pages */
    struct ledger *vo_kmem;       /* I: +1: this struct and tree nodes */
    union {
        uint64_t vo_phys;         /* K: PHYS: the first frame */
        const struct pager_ops *vo_ops; /* I: PAGER */
    };
    void *vo_pager;               /* K: PAGER: its state */
    struct wait_queue vo_wait;    /* K: PAGER: faults that wait for a page */
    struct list vo_reap_link;     /* K: reap, collapse or cache list */
};

/* ---- life: vm_object.c ---- */
kern_return_t vm_object_create(struct ledger *l, uint64_t lo, uint64_t hi,
                               struct vm_object **out);
kern_return_t vm_object_create_phys(struct ledger *l, uint64_t pa,
                                    uint64_t size, unsigned cache,
                                    struct vm_object **out);
/* Like create_phys; the frames belong to the object and are charged to l
 * already (LEDGER_PAGES). */
kern_return_t vm_object_create_dma(struct ledger *l, uint64_t pa,
                                   uint64_t size, struct vm_object **out);
kern_return_t vm_object_from_physical(uint64_t pa, uint64_t size,
                                      struct ledger *l,
                                      struct vm_object **out);
void vm_object_reference(struct vm_object *o);
void vm_object_release(struct vm_object *o);
/* Pages from now on charged to l, those there included.  Shortage: nothing
 * has changed. */
kern_return_t vm_object_set_ledger(struct vm_object *o, struct ledger *l);
/* One bounded step; true: there is more to do. */
bool vm_object_reap_step(void);
/* For the allocator: true when something has been freed. */
bool vm_object_reclaim_step(void);
void vm_object_setup(void);

/* ---- slots: vm_object_page.c ---- */
static inline vm_slot_t *
vm_object_slot(struct vm_object *o, uint64_t offset)
{
    return vm_radix_lookup(&o->vo_pages, offset >> PAGE_SHIFT);
}

static inline bool
vm_object_present(struct vm_object *o, uint64_t offset)
{
    vm_slot_t *s = vm_object_slot(o, offset);

    return s != NULL && slot_present(*s);
}

static inline bool
vm_object_in_window(const struct vm_object *o, uint64_t offset)
{
    return o->vo_shadow != NULL && offset >= o->vo_win_lo &&
           offset < o->vo_win_hi;
}

/* Put a frame (charged to vo_ledger already) where no page is. */
kern_return_t vm_object_insert(struct vm_object *o, uint64_t offset,
                               uint64_t pa, vm_slot_t bits);
/* Free pages in [lo, hi), at most budget slots looked at; true: more.
 * The caller has removed the mappings. */
bool vm_object_free_range(struct vm_object *o, uint64_t lo, uint64_t hi,
                          unsigned budget);
/* The same for all; nodes of the tree may be left. */
bool vm_object_free_all(struct vm_object *o, unsigned budget);

/* ---- copy-on-write: vm_object_shadow.c, vm_object_collapse.c ---- */
/* *obj gets a new object over [lo, hi) in front; consumes its reference. */
kern_return_t vm_object_shadow(struct vm_object **obj, uint64_t lo,
                               uint64_t hi, struct ledger *l);
/* An asymmetric copy of [lo, hi), to be mapped needs_copy; +1. */
kern_return_t vm_object_copy_delayed(struct vm_object *o, uint64_t lo,
                                     uint64_t hi, struct ledger *l,
                                     struct vm_object **out);
/* o's page at offset will be written: old is its frame, 0 for zeros.  False:
 * no memory; with last it can't fail, the copy is poisoned instead. */
bool vm_object_push(struct vm_object *o, uint64_t offset, uint64_t old,
                    bool last);
/* Change the shadow of o (which has one) to s (or NULL); takes a reference to
 * s, gives none back: the caller owns o's old one. */
void vm_object_set_shadow(struct vm_object *o, struct vm_object *s);
/* Shorten the chain below o as far as a bounded amount of work gets. */
void vm_object_collapse(struct vm_object *o);
bool vm_object_collapse_step(void);
void vm_object_collapse_forget(struct vm_object *o);
unsigned vm_object_chain_length(const struct vm_object *o);

/* ---- reverse mapping: vm_rmap.c ---- */
/* Remove every mapping of what is seen at [lo, hi) through o. */
void vm_object_unmap(struct vm_object *o, uint64_t lo, uint64_t hi);
/* The same for one page that has just changed in o, when only the entry
 * that faulted can have mapped it: nothing to do. */
void vm_object_unmap_others(struct vm_object *o, uint64_t offset);
/* Lower the protection of o's own mappings (through its entries). */
void vm_object_protect(struct vm_object *o, uint64_t lo, uint64_t hi,
                       vm_prot_t prot);
void vm_object_attach(struct vm_object *o, struct vm_map_entry *e);
void vm_object_detach(struct vm_object *o, struct vm_map_entry *e);

/* ---- pages for access: vm_fault_page.c ---- */
/*
 * The frame seen at offset through o, for reading or (write) private to o and
 * pushed.  KERN_BLOCKED, or RESOURCE_SHORTAGE, MEMORY_ERROR, MEMORY_FAILURE,
 * ABORTED.
 */
struct vm_page_seen {
    uint64_t pa;
    bool writable; /* it may be mapped for writing */
    bool made;     /* it is new in o: zeros, or a copy */
};
kern_return_t vm_object_get_page(struct vm_object *o, uint64_t offset,
                                 bool write, struct vm_page_seen *out);
/* The same without side effect: false when anything would have to be done. */
bool vm_object_peek_page(struct vm_object *o, uint64_t offset, uint64_t *pa,
                         bool *writable);
/* The same of n (less than 64) pages, as pmap_enter_pages() takes them. */
void vm_object_peek_pages(struct vm_object *o, uint64_t offset, unsigned n,
                          uint64_t frames[]);

#endif
