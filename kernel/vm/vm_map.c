/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries of a map: making, linking, splitting, merging.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <vm/vm_lease.h>
#include <vm/vm_map.h>

struct vm_map_entry *
vm_entry_alloc(struct ledger *l)
{
    struct vm_map_entry *e = kalloc(sizeof(*e), l);

    if (e != NULL) {
        list_init(&e->e_link);
        list_init(&e->e_object_link);
        vm_stats.vs_entries++;
    }
    return e;
}

void
vm_entry_free(struct vm_map_entry *e, struct ledger *l)
{
    assert(e->e_map == NULL);
    vm_stats.vs_entries--;
    if (e->e_object != NULL) {
        vm_object_release(e->e_object);
    } else if (e->e_frame != 0) {
        vm_page_free(e->e_frame, l);
    }
    if (e->e_lease != NULL) {
        vm_lease_release(e->e_lease);
    }
    kfree(e, sizeof(*e), l);
}

void
vm_map_set_object(struct vm_map_entry *e, struct vm_object *o,
                  uint64_t offset)
{
    if (e->e_map != NULL && e->e_object != NULL) {
        vm_object_detach(e->e_object, e);
    }
    e->e_object = o;
    e->e_offset = offset;
    if (e->e_map != NULL && o != NULL) {
        vm_object_attach(o, e);
    }
}

void
vm_map_insert(struct vm_map *map, struct vm_map_entry *e)
{
    assert(e->e_start < e->e_end && e->e_map == NULL);
    vm_map_tree_insert(map, e);
    e->e_map = map;
    if (e->e_object != NULL) {
        vm_object_attach(e->e_object, e);
    }
    map->vm_entry_count++;
    map->vm_size += e->e_end - e->e_start;
}

void
vm_map_unlink(struct vm_map *map, struct vm_map_entry *e)
{
    assert(e->e_map == map);
    if (e->e_object != NULL) {
        vm_map_pmap_remove(map, e->e_start, e->e_end);
        vm_object_detach(e->e_object, e);
    } else if (e->e_frame != 0) {
        vm_map_pmap_remove(map, e->e_start, e->e_end);
    }
    if (e->e_wired != 0) {
        vm_stats.vs_wired -= (e->e_end - e->e_start) >> PAGE_SHIFT;
        e->e_wired = 0;
    }
    vm_map_tree_remove(map, e);
    e->e_map = NULL;
    map->vm_entry_count--;
    map->vm_size -= e->e_end - e->e_start;
}

kern_return_t
vm_map_clip_tree(struct vm_map *map, vm_address_t addr)
{
    struct vm_map_entry *e = vm_map_lookup(map, addr), *n;

    if (e == NULL || e->e_start == addr) {
        return KERN_SUCCESS;
    }
    if (map->vm_entry_count >= VM_MAP_ENTRIES_MAX) {
        return KERN_RESOURCE_SHORTAGE;
    }
    n = vm_entry_alloc(map->vm_ledger);
    if (n == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    n->e_start = addr;
    n->e_end = e->e_end;
    n->e_offset = e->e_offset + (addr - e->e_start);
    n->e_prot = e->e_prot;
    n->e_max_prot = e->e_max_prot;
    n->e_inherit = e->e_inherit;
    n->e_needs_copy = e->e_needs_copy;
    n->e_wired = e->e_wired;
    n->e_lease = e->e_lease;
    if (n->e_lease != NULL) {
        vm_lease_reference(n->e_lease);
    }
    n->e_object = e->e_object;
    if (n->e_object != NULL) {
        vm_object_reference(n->e_object);
    }
    map->vm_size -= e->e_end - addr;
    e->e_end = addr;
    vm_map_tree_update(map, e);
    vm_map_insert(map, n);
    return KERN_SUCCESS;
}

static bool
entries_mergeable(const struct vm_map_entry *a, const struct vm_map_entry *b)
{
    return a->e_end == b->e_start && a->e_object == b->e_object &&
           a->e_frame == b->e_frame &&
           a->e_offset + (a->e_end - a->e_start) == b->e_offset &&
           a->e_prot == b->e_prot && a->e_max_prot == b->e_max_prot &&
           a->e_inherit == b->e_inherit &&
           a->e_needs_copy == b->e_needs_copy && a->e_wired == b->e_wired &&
           a->e_lease == b->e_lease;
}

/* b, which continues a, becomes part of it. */
static void
entries_merge(struct vm_map *map, struct vm_map_entry *a,
              struct vm_map_entry *b)
{
    vm_size_t size = b->e_end - b->e_start;

    if (b->e_object != NULL) {
        vm_object_detach(b->e_object, b);
    }
    vm_map_tree_remove(map, b);
    b->e_map = NULL;
    map->vm_entry_count--;
    a->e_end += size;
    vm_map_tree_update(map, a);
    vm_entry_free(b, map->vm_ledger);
}

void
vm_map_simplify(struct vm_map *map, vm_address_t start, vm_address_t end)
{
    struct vm_map_entry *e, *n;
    unsigned seen = 0;

    e = vm_map_lookup_above(map, start == 0 ? 0 : start - 1);
    while (e != NULL && e->e_start <= end) {
        n = vm_map_next(map, e);
        if (n != NULL && entries_mergeable(e, n)) {
            entries_merge(map, e, n);
        } else {
            e = n;
        }
        vm_breathe(&seen);
    }
}

bool
vm_map_covered_search(struct vm_map *map, vm_address_t start,
                      vm_address_t end)
{
    struct vm_map_entry *e = vm_map_lookup(map, start);
    unsigned n = 0;

    while (e != NULL && e->e_start <= start) {
        if (e->e_end >= end) {
            return true;
        }
        start = e->e_end;
        e = vm_map_next(map, e);
        vm_breathe(&n);
    }
    return false;
}

kern_return_t
vm_map_range(vm_address_t addr, vm_size_t size, vm_address_t *start,
             vm_address_t *end)
{
    if (addr >= VM_MAX_ADDRESS || size > VM_MAX_ADDRESS ||
        addr + size > VM_MAX_ADDRESS) {
        return KERN_INVALID_ADDRESS;
    }
    *start = page_trunc(addr);
    *end = page_round(addr + size);
    return KERN_SUCCESS;
}
