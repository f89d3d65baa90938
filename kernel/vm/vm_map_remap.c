/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entering prepared lists of entries, and mapping a part of one map in
 * another.
 */
#include <base/assert.h>
#include <vm/vm_map.h>

void
vm_map_free_list(struct list *entries, struct ledger *l)
{
    struct list *i;

    while ((i = list_pop_front(entries)) != NULL) {
        vm_entry_free(list_entry(i, struct vm_map_entry, e_link), l);
    }
}

kern_return_t
vm_map_enter_list(struct vm_map *map, struct vm_enter *req,
                  struct list *entries)
{
    uint64_t count = 0;
    struct list *i;
    kern_return_t kr;

    list_for_each(i, entries) {
        count++;
    }
    kr = map->vm_entry_count + count > VM_MAP_ENTRIES_MAX
             ? KERN_RESOURCE_SHORTAGE
             : vm_map_space(map, req);
    if (kr != KERN_SUCCESS) {
        vm_map_free_list(entries, map->vm_ledger);
        return kr;
    }
    /* ---- point of no return ---- */
    while ((i = list_pop_front(entries)) != NULL) {
        struct vm_map_entry *e = list_entry(i, struct vm_map_entry, e_link);

        e->e_start += req->addr;
        e->e_end += req->addr;
        if (e->e_object == NULL) {
            e->e_offset = e->e_start;
        }
        vm_map_insert(map, e);
    }
    if (map->vm_hint->e_lease == NULL || count > 1) {
        vm_map_simplify(map, req->addr, req->addr + req->size);
    } /* else it is one of its own kind, and alone */
    return KERN_SUCCESS;
}

static kern_return_t
remap_entry(struct vm_map_entry *e, bool copy, vm_inherit_t inherit,
            struct ledger *l, struct vm_map_entry **out)
{
    struct vm_map_entry *n = vm_entry_alloc(l);
    kern_return_t kr;

    if (n == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (!copy && e->e_lease != NULL) { /* not to be had by two ways */
        vm_entry_free(n, l);
        return KERN_PROTECTION_FAILURE;
    }
    if (copy) {
        kr = vm_entry_copy(e, l, &n->e_object, &n->e_needs_copy);
    } else {
        kr = vm_entry_share(e);
        if (kr == KERN_SUCCESS) {
            vm_object_reference(e->e_object);
            n->e_object = e->e_object;
        }
    }
    if (kr != KERN_SUCCESS) {
        vm_entry_free(n, l);
        return kr;
    }
    n->e_offset = e->e_offset;
    n->e_prot = e->e_prot;
    n->e_max_prot = e->e_max_prot;
    n->e_inherit = inherit;
    *out = n;
    return KERN_SUCCESS;
}

kern_return_t
vm_map_remap(struct vm_map *map, vm_address_t *addr, vm_size_t size,
             vm_offset_t mask, int flags, struct vm_map *source_map,
             vm_address_t source, bool copy, vm_inherit_t inherit)
{
    struct vm_enter req = { .addr = *addr, .mask = mask, .flags = flags };
    vm_address_t start, end;
    struct vm_map_entry *e, *n;
    struct list new;
    kern_return_t kr = vm_map_range(source, size, &start, &end);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (start == end || inherit > VM_INHERIT_NONE) {
        return KERN_INVALID_ARGUMENT;
    }
    if (!vm_map_covered(source_map, start, end)) {
        return KERN_INVALID_ADDRESS;
    }
    kr = vm_map_clip(source_map, start);
    if (kr == KERN_SUCCESS) {
        kr = vm_map_clip(source_map, end);
    }
    list_init(&new);
    for (e = vm_map_lookup(source_map, start);
         kr == KERN_SUCCESS && e != NULL && e->e_start < end;
         e = vm_map_next(source_map, e)) {
        kr = remap_entry(e, copy, inherit, map->vm_ledger, &n);
        if (kr == KERN_SUCCESS) {
            n->e_start = e->e_start - start;
            n->e_end = e->e_end - start;
            list_push_back(&new, &n->e_link);
        }
    }
    vm_map_simplify(source_map, start, end);
    if (kr != KERN_SUCCESS) {
        vm_map_free_list(&new, map->vm_ledger);
        return kr;
    }
    req.size = end - start;
    kr = vm_map_enter_list(map, &req, &new);
    if (kr == KERN_SUCCESS) {
        *addr = req.addr + (source - start);
    }
    return kr;
}
