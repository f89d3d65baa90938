/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding room in a map, and entering memory there.  Anonymous memory that
 * continues a neighbour becomes part of it, in either direction, so that a heap,
 * a stack or a run of small allocations stays one entry.
 */
#include <base/assert.h>
#include <vm/vm_map.h>

#define EXTEND_ENTRIES 16 /* entries of an object looked at */

/* May private anonymous o get zero-filled [lo, hi), next to what it has? */
static bool
object_can_extend(struct vm_object *o, uint64_t lo, uint64_t hi)
{
    struct list *l;

    if (o->vo_kind != VO_ANON || o->vo_shared || o->vo_poisoned ||
        o->vo_copy != NULL || !list_empty(&o->vo_shadowers) ||
        o->vo_refs != o->vo_entry_count || o->vo_refs > EXTEND_ENTRIES ||
        (o->vo_shadow != NULL && lo < o->vo_win_hi && hi > o->vo_win_lo)) {
        return false;
    }
    if (vm_radix_next(&o->vo_pages, &(uint64_t){lo >> PAGE_SHIFT},
                      hi >> PAGE_SHIFT) != NULL) {
        return false;
    }
    list_for_each(l, &o->vo_entries) {
        struct vm_map_entry *e = list_entry(l, struct vm_map_entry,
                                            e_object_link);

        if (e->e_offset < hi &&
            e->e_offset + (e->e_end - e->e_start) > lo) {
            return false;
        }
    }
    return true;
}

/* Can e grow by [start, end), which touches it? */
static bool
entry_can_extend(struct vm_map_entry *e, const struct vm_enter *req,
                 vm_address_t start, vm_address_t end)
{
    uint64_t lo = e->e_offset + (start - e->e_start), hi;

    if (e->e_prot != req->prot || e->e_max_prot != req->max_prot ||
        e->e_inherit != req->inherit || e->e_wired != 0 ||
        vm_entry_own_frame(e) != KERN_SUCCESS) {
        return false;
    }
    if (e->e_object == NULL) {
        return true;
    }
    hi = lo + (end - start);
    if (hi <= lo || lo >> 52 != 0 || hi >> 52 != 0 ||
        e->e_object->vo_kind != VO_ANON) {
        return false;
    }
    if (e->e_needs_copy && !e->e_object->vo_pristine &&
        vm_entry_own(e, true) != KERN_SUCCESS) {
        return false;
    }
    return !e->e_needs_copy && object_can_extend(e->e_object, lo, hi);
}

static void
entry_extend(struct vm_map *map, struct vm_map_entry *e, vm_address_t start,
             vm_address_t end)
{
    struct vm_object *o = e->e_object;
    uint64_t lo, hi;

    map->vm_size += end - start;
    if (start < e->e_start) {
        e->e_offset -= end - start;
        e->e_start = start;
    } else {
        e->e_end = end;
    }
    lo = e->e_offset;
    hi = lo + (e->e_end - e->e_start);
    if (o != NULL && lo < o->vo_lo) {
        o->vo_lo = lo;
    }
    if (o != NULL && hi > o->vo_hi) {
        o->vo_hi = hi;
    }
    vm_map_tree_update(map, e);
}

static bool
enter_coalesce(struct vm_map *map, const struct vm_enter *req)
{
    vm_address_t start = req->addr, end = req->addr + req->size;
    struct vm_map_entry *next = vm_map_lookup_above(map, start), *prev;
    struct list *last = list_last(&map->vm_entries);

    if (req->object != NULL) {
        return false;
    }
    prev = next != NULL ? vm_map_prev(map, next)
           : last != NULL ? list_entry(last, struct vm_map_entry, e_link)
                          : NULL;
    if (prev != NULL && prev->e_end == start &&
        entry_can_extend(prev, req, start, end)) {
        entry_extend(map, prev, start, end);
    } else if (next != NULL && next->e_start == end &&
               entry_can_extend(next, req, start, end)) {
        entry_extend(map, next, start, end);
    } else {
        return false;
    }
    vm_map_simplify(map, start, end);
    return true;
}

kern_return_t
vm_map_space(struct vm_map *map, struct vm_enter *req)
{
    vm_address_t a = req->addr;
    struct vm_map_entry *e;
    kern_return_t kr;

    req->mask |= PAGE_MASK;
    if (map->vm_terminated) {
        return KERN_TERMINATED;
    }
    if (req->size > map->vm_size_limit ||
        map->vm_size > map->vm_size_limit - req->size) {
        return KERN_NO_SPACE;
    }
    if ((req->flags & VM_FLAGS_TOP_DOWN) != 0 &&
        (req->flags & VM_FLAGS_ANYWHERE) != 0) {
        if (a == 0 || a > VM_MAX_ADDRESS) {
            a = VM_MAX_ADDRESS;
        }
        return vm_map_find_down(map, a, req->size, req->mask, &req->addr)
                   ? KERN_SUCCESS
                   : KERN_NO_SPACE;
    }
    if ((req->flags & VM_FLAGS_ANYWHERE) != 0) {
        a = a < VM_ANYWHERE_MIN ? VM_ANYWHERE_MIN : page_round(a);
        return vm_map_find_up(map, a, req->size, req->mask, &req->addr)
                   ? KERN_SUCCESS
                   : KERN_NO_SPACE;
    }
    if (a < VM_MIN_ADDRESS || a >= VM_MAX_ADDRESS ||
        req->size > VM_MAX_ADDRESS - a) {
        return KERN_INVALID_ADDRESS;
    }
    if ((a & req->mask) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    e = vm_map_lookup_above(map, a);
    if (e != NULL && e->e_start < a + req->size) {
        if ((req->flags & VM_FLAGS_OVERWRITE) == 0) {
            return KERN_NO_SPACE;
        }
        kr = vm_map_remove(map, a, a + req->size);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
    }
    return KERN_SUCCESS;
}

kern_return_t
vm_map_enter(struct vm_map *map, struct vm_enter *req)
{
    struct vm_map_entry *e;
    kern_return_t kr;

    assert(req->size != 0 && (req->size & PAGE_MASK) == 0);
    if (map->vm_entry_count >= VM_MAP_ENTRIES_MAX) {
        return KERN_RESOURCE_SHORTAGE;
    }
    /* First what can fail, for OVERWRITE destroys. */
    e = vm_entry_alloc(map->vm_ledger);
    if (e == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kr = vm_map_space(map, req);
    if (kr != KERN_SUCCESS || enter_coalesce(map, req)) {
        vm_entry_free(e, map->vm_ledger);
        return kr;
    }
    e->e_start = req->addr;
    e->e_end = req->addr + req->size;
    e->e_object = req->object;
    e->e_offset = req->object != NULL ? req->offset : req->addr;
    e->e_needs_copy = req->needs_copy;
    e->e_prot = req->prot;
    e->e_max_prot = req->max_prot;
    e->e_inherit = req->inherit;
    if (e->e_object != NULL) {
        vm_object_reference(e->e_object);
    }
    vm_map_insert(map, e);
    if (e->e_object != NULL) {
        vm_map_simplify(map, e->e_start, e->e_end);
    }
    return KERN_SUCCESS;
}

kern_return_t
vm_map_allocate(struct vm_map *map, vm_address_t *addr, vm_size_t size,
                int flags)
{
    struct vm_enter req = {
        .addr = *addr,
        .flags = flags,
        .prot = VM_PROT_DEFAULT,
        .max_prot = VM_PROT_ALL,
        .inherit = VM_INHERIT_DEFAULT,
    };
    kern_return_t kr;

    if (size == 0 || size > VM_MAX_ADDRESS ||
        (flags & ~(VM_FLAGS_ANYWHERE | VM_FLAGS_OVERWRITE |
                   VM_FLAGS_TOP_DOWN)) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    req.size = page_round(size);
    if ((flags & VM_FLAGS_ANYWHERE) == 0) {
        if (*addr > VM_MAX_ADDRESS) {
            return KERN_INVALID_ADDRESS;
        }
        /* Widened to whole pages. */
        req.size = page_round(*addr + size) - page_trunc(*addr);
        req.addr = page_trunc(*addr);
    }
    kr = vm_map_enter(map, &req);
    if (kr == KERN_SUCCESS) {
        *addr = req.addr;
    }
    return kr;
}

kern_return_t
vm_map_enter_object(struct vm_map *map, vm_address_t *addr, vm_size_t size,
                    int flags, struct vm_object *object, uint64_t offset,
                    vm_prot_t prot, vm_prot_t max_prot)
{
    struct vm_enter req = {
        .addr = *addr,
        .size = page_round(size),
        .flags = flags,
        .object = object,
        .offset = offset,
        .prot = prot,
        .max_prot = max_prot,
        .inherit = VM_INHERIT_DEFAULT,
    };
    kern_return_t kr = vm_map_enter(map, &req);

    if (kr == KERN_SUCCESS) {
        *addr = req.addr;
    }
    return kr;
}

kern_return_t
vm_map_enter_phys(struct vm_map *map, vm_address_t *addr, uint64_t pa,
                  vm_size_t size, int flags, vm_prot_t prot, unsigned cache)
{
    struct vm_object *o;
    kern_return_t kr;

    kr = vm_object_create_phys(map->vm_ledger, pa, page_round(size), cache,
                               &o);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = vm_map_enter_object(map, addr, size, flags, o, 0, prot, prot);
    vm_object_release(o);
    return kr;
}
