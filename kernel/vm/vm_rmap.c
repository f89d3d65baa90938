/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reverse mapping: from a page of an object to the places where it is mapped.
 *
 * There are no lists of mappings per page.  A page of object O at an offset can
 * be mapped
 *   - by the entries on O's vo_entries, at e_start + (offset - e_offset), and
 *   - read-only by the entries of objects in front of O, wherever the offset is
 *     in the window of each object in between.
 * Only rare operations ask (a pager takes pages back, an asymmetric copy is
 * made or pushed to), so they pay for the search and a fault doesn't.
 */
#include <base/assert.h>
#include <vm/vm_map.h>

void
vm_object_attach(struct vm_object *o, struct vm_map_entry *e)
{
    list_push_back(&o->vo_entries, &e->e_object_link);
    o->vo_entry_count++;
}

void
vm_object_detach(struct vm_object *o, struct vm_map_entry *e)
{
    assert(o->vo_entry_count > 0);
    list_remove(&e->e_object_link);
    o->vo_entry_count--;
}

/* Protect (NONE: remove) what o's own entries map of [lo, hi). */
static void
rmap_entries(struct vm_object *o, uint64_t lo, uint64_t hi, vm_prot_t prot)
{
    struct list *l;
    unsigned n = 0;

    list_for_each(l, &o->vo_entries) {
        struct vm_map_entry *e = list_entry(l, struct vm_map_entry,
                                            e_object_link);
        uint64_t from = e->e_offset;
        uint64_t to = e->e_offset + (e->e_end - e->e_start);

        vm_breathe(&n);
        if (from < lo) {
            from = lo;
        }
        if (to > hi) {
            to = hi;
        }
        if (from >= to) {
            continue;
        }
        from = e->e_start + (from - e->e_offset);
        to = e->e_start + (to - e->e_offset);
        if (prot == VM_PROT_NONE) {
            vm_map_pmap_remove(e->e_map, from, to);
        } else {
            vm_map_pmap_protect(e->e_map, from, to, prot);
        }
    }
}

void
vm_object_protect(struct vm_object *o, uint64_t lo, uint64_t hi,
                  vm_prot_t prot)
{
    rmap_entries(o, lo, hi, prot);
}

/* The object after o, in a walk of the tree of shadowers below root, of those
 * that see something of [lo, hi); children: o's own may come next. */
static struct vm_object *
rmap_next(struct vm_object *root, struct vm_object *o, bool children)
{
    struct list *l;

    if (children && (l = list_first(&o->vo_shadowers)) != NULL) {
        return list_entry(l, struct vm_object, vo_shadow_link);
    }
    while (o != root) {
        l = o->vo_shadow_link.next;
        if (l != &o->vo_shadow->vo_shadowers) {
            return list_entry(l, struct vm_object, vo_shadow_link);
        }
        o = o->vo_shadow;
    }
    return NULL;
}

void
vm_object_unmap(struct vm_object *root, uint64_t lo, uint64_t hi)
{
    struct vm_object *o = root;
    bool sees = true;

    do {
        if (o != root) {
            sees = lo < o->vo_win_hi && hi > o->vo_win_lo;
        }
        if (sees) {
            rmap_entries(o, lo, hi, VM_PROT_NONE);
        }
        o = rmap_next(root, o, sees);
    } while (o != NULL);
}

void
vm_object_unmap_others(struct vm_object *o, uint64_t offset)
{
    if (o->vo_entry_count > 1 || !list_empty(&o->vo_shadowers)) {
        vm_object_unmap(o, offset, offset + PAGE_SIZE);
    }
}
