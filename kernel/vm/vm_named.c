/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Named entries.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <vm/vm_named.h>

static struct vm_named_entry *
named_alloc(struct ledger *l, vm_prot_t prot)
{
    struct vm_named_entry *ne = kalloc(sizeof(*ne), l);

    if (ne != NULL) {
        ne->ne_refs = 1;
        ne->ne_prot = prot;
        list_init(&ne->ne_pieces);
        ledger_reference(l);
        ne->ne_ledger = l;
    }
    return ne;
}

/* Append a piece; takes a reference of its own to o. */
static kern_return_t
named_append(struct vm_named_entry *ne, struct vm_object *o, uint64_t offset,
             vm_size_t size)
{
    struct vm_map_entry *e = vm_entry_alloc(ne->ne_ledger);

    if (e == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    vm_object_reference(o);
    e->e_object = o;
    e->e_offset = offset;
    e->e_start = ne->ne_size;
    e->e_end = e->e_start + size;
    ne->ne_size += size;
    list_push_back(&ne->ne_pieces, &e->e_link);
    return KERN_SUCCESS;
}

void
vm_named_reference(struct vm_named_entry *ne)
{
    ne->ne_refs++;
}

void
vm_named_release(struct vm_named_entry *ne)
{
    struct ledger *l = ne->ne_ledger;

    assert(ne->ne_refs > 0);
    if (--ne->ne_refs > 0) {
        return;
    }
    vm_map_free_list(&ne->ne_pieces, l);
    kfree(ne, sizeof(*ne), l);
    ledger_release(l);
}

kern_return_t
vm_named_from_map(struct vm_map *map, vm_address_t addr, vm_size_t size,
                  vm_prot_t prot, struct ledger *l,
                  struct vm_named_entry **out)
{
    struct vm_named_entry *ne;
    struct vm_map_entry *e;
    vm_address_t start, end;
    kern_return_t kr = vm_map_range(addr, size, &start, &end);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (start == end || !vm_map_covered(map, start, end)) {
        return KERN_INVALID_ADDRESS;
    }
    ne = named_alloc(l, prot);
    if (ne == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    for (e = vm_map_lookup(map, start); start < end; e = vm_map_next(map, e)) {
        vm_address_t to = e->e_end < end ? e->e_end : end;

        kr = e->e_lease != NULL ? KERN_PROTECTION_FAILURE
                                : vm_entry_share(e);
        if (kr == KERN_SUCCESS) {
            kr = named_append(ne, e->e_object,
                              e->e_offset + (start - e->e_start),
                              to - start);
        }
        if (kr != KERN_SUCCESS) {
            vm_named_release(ne);
            return kr;
        }
        ne->ne_prot &= e->e_max_prot;
        start = to;
    }
    *out = ne;
    return KERN_SUCCESS;
}

kern_return_t
vm_named_sub(struct vm_named_entry *parent, uint64_t offset, vm_size_t size,
             vm_prot_t prot, struct ledger *l, struct vm_named_entry **out)
{
    struct vm_named_entry *ne;
    struct list *i;
    kern_return_t kr;

    if (offset > parent->ne_size || size > parent->ne_size - offset) {
        return KERN_INVALID_ARGUMENT;
    }
    ne = named_alloc(l, prot & parent->ne_prot);
    if (ne == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    list_for_each(i, &parent->ne_pieces) {
        struct vm_map_entry *e = list_entry(i, struct vm_map_entry, e_link);
        uint64_t from = e->e_start > offset ? e->e_start : offset;
        uint64_t to = e->e_end < offset + size ? e->e_end : offset + size;

        if (from >= to) {
            continue;
        }
        kr = named_append(ne, e->e_object, e->e_offset + (from - e->e_start),
                          to - from);
        if (kr != KERN_SUCCESS) {
            vm_named_release(ne);
            return kr;
        }
    }
    *out = ne;
    return KERN_SUCCESS;
}

kern_return_t
vm_named_from_object(struct vm_object *o, uint64_t offset, vm_size_t size,
                     vm_prot_t prot, struct ledger *l,
                     struct vm_named_entry **out)
{
    struct vm_named_entry *ne = named_alloc(l, prot);
    kern_return_t kr;

    if (ne == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    o->vo_shared = true;
    kr = named_append(ne, o, offset, size);
    if (kr != KERN_SUCCESS) {
        vm_named_release(ne);
        return kr;
    }
    *out = ne;
    return KERN_SUCCESS;
}

/* The counterpart, for a map, of what piece e has of [from, to). */
static kern_return_t
named_entry(struct vm_map_entry *e, uint64_t from, uint64_t to,
            const struct vm_enter *req, bool copy, struct ledger *l,
            struct vm_map_entry **out)
{
    struct vm_map_entry *n = vm_entry_alloc(l);
    kern_return_t kr = KERN_SUCCESS;

    if (n == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (!copy) {
        vm_object_reference(e->e_object);
        n->e_object = e->e_object;
    } else if (e->e_object->vo_kind == VO_PHYS) {
        kr = KERN_NOT_SUPPORTED;
    } else {
        kr = vm_entry_copy(e, l, &n->e_object, &n->e_needs_copy);
    }
    if (kr != KERN_SUCCESS) {
        vm_entry_free(n, l);
        return kr;
    }
    n->e_start = from;
    n->e_end = to;
    n->e_offset = e->e_offset + (from - e->e_start);
    n->e_prot = req->prot;
    n->e_max_prot = req->max_prot;
    n->e_inherit = req->inherit;
    *out = n;
    return KERN_SUCCESS;
}

kern_return_t
vm_named_map(struct vm_map *map, struct vm_enter *req,
             struct vm_named_entry *ne, uint64_t offset, bool copy)
{
    uint64_t end = offset + req->size;
    struct vm_map_entry *n;
    struct list new, *i;
    kern_return_t kr;

    if ((offset & PAGE_MASK) != 0 || offset > ne->ne_size ||
        req->size > ne->ne_size - offset) {
        return KERN_INVALID_ARGUMENT;
    }
    /* A private copy may be written to whoever may read the original. */
    if (copy ? (ne->ne_prot & VM_PROT_READ) == 0
             : (req->prot & ~ne->ne_prot) != 0) {
        return KERN_NO_ACCESS;
    }
    if (!copy) {
        req->max_prot &= ne->ne_prot;
    }
    list_init(&new);
    list_for_each(i, &ne->ne_pieces) {
        struct vm_map_entry *e = list_entry(i, struct vm_map_entry, e_link);
        uint64_t from = e->e_start > offset ? e->e_start : offset;
        uint64_t to = e->e_end < end ? e->e_end : end;

        if (from >= to) {
            continue;
        }
        kr = named_entry(e, from, to, req, copy, map->vm_ledger, &n);
        if (kr != KERN_SUCCESS) {
            vm_map_free_list(&new, map->vm_ledger);
            return kr;
        }
        n->e_start -= offset;
        n->e_end -= offset;
        list_push_back(&new, &n->e_link);
    }
    return vm_map_enter_list(map, req, &new);
}
