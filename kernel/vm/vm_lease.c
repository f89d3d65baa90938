/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Leases: see vm_lease.h.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <machine/cpu.h>
#include <machine/pmap.h>
#include <vm/vm_lease.h>

static struct vm_lease *
lease_create(struct vm_map *from, vm_address_t source,
             const struct vm_lease_request *r)
{
    struct vm_lease *l;

    if (from->vm_lease_count >= VM_LEASES_MAX) {
        return NULL;
    }
    l = kalloc(sizeof(*l), r->ledger);
    if (l != NULL) {
        ledger_reference(r->ledger);
        l->vl_ledger = r->ledger;
        l->vl_from = from;
        l->vl_source = source;
        l->vl_to = r->to;
        l->vl_address = r->address;
        l->vl_size = r->size;
        list_push_back(&from->vm_leases, &l->vl_link);
        from->vm_lease_count++;
    }
    return l;
}

void
vm_lease_reference(struct vm_lease *l)
{
    l->vl_entries++;
}

static __attribute__((noinline)) void
lease_free(struct vm_lease *l)
{
    struct ledger *ledger = l->vl_ledger;

    list_take(&l->vl_link);
    l->vl_from->vm_lease_count--;
    kfree(l, sizeof(*l), ledger);
    ledger_release(ledger);
}

void
vm_lease_release(struct vm_lease *l)
{
    assert(l->vl_entries > 0);
    if (--l->vl_entries == 0) {
        lease_free(l);
    }
}

/* ---- taking back ---- */

static struct vm_lease *
lease_of(const struct vm_map *map, vm_address_t start, vm_address_t end)
{
    struct list *i;

    list_for_each(i, &map->vm_leases) {
        struct vm_lease *l = list_entry(i, struct vm_lease, vl_link);

        if (l->vl_source < end && start < l->vl_source + l->vl_size) {
            return l;
        }
    }
    return NULL;
}

/* What map has of [start, end) by this lease (NULL: by none) goes; with the last
 * entry of a lease the lease. */
static void
entries_end(struct vm_map *map, vm_address_t start, vm_address_t end,
            const struct vm_lease *l)
{
    struct vm_map_entry *e = vm_map_lookup_above(map, start), *next;

    for (; e != NULL && e->e_start < end; e = next) {
        next = vm_map_next(map, e);
        if (e->e_lease == l) {
            vm_map_unlink(map, e);
            vm_entry_free(e, map->vm_ledger);
        }
    }
}

/* One that nothing has been lent on of: l, or one derived from it. */
static void
revoke_leaf(struct vm_lease *l)
{
    struct vm_lease *on = l;

    while (on != NULL) {
        l = on;
        on = lease_of(l->vl_to, l->vl_address, l->vl_address + l->vl_size);
    }
    entries_end(l->vl_to, l->vl_address, l->vl_address + l->vl_size, l);
}

bool
vm_lease_revoke_step(struct vm_map *map, vm_address_t start,
                     vm_address_t end)
{
    struct vm_lease *l = lease_of(map, start, end);

    if (l != NULL) {
        revoke_leaf(l);
    }
    return l != NULL && !list_empty(&map->vm_leases);
}

void
vm_lease_revoke(struct vm_map *map, vm_address_t start, vm_address_t end)
{
    while (vm_lease_revoke_step(map, start, end)) {
        machine_interrupt_window();
    }
}

/* ---- lending ---- */

/* The counterpart of what e has of the source, at its place in r->to. */
static kern_return_t
share_piece(const struct vm_lease_request *r, struct vm_map_entry *e,
            struct vm_lease *lease)
{
    vm_address_t end = r->source + r->size;
    vm_address_t lo = e->e_start > r->source ? e->e_start : r->source;
    vm_address_t hi = e->e_end < end ? e->e_end : end;
    struct vm_map_entry *n;
    kern_return_t kr;

    if ((r->prot & ~e->e_prot) != 0) {
        return KERN_PROTECTION_FAILURE;
    }
    kr = vm_entry_share(e);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    n = r->to->vm_entry_count < VM_MAP_ENTRIES_MAX
            ? vm_entry_alloc(r->to->vm_ledger)
            : NULL;
    if (n == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    vm_object_reference(e->e_object);
    n->e_object = e->e_object;
    n->e_offset = e->e_offset + (lo - e->e_start);
    n->e_start = lo - r->source + r->address;
    n->e_end = hi - r->source + r->address;
    n->e_prot = (uint8_t)r->prot;
    n->e_max_prot = r->grant ? e->e_max_prot : (uint8_t)r->prot;
    n->e_inherit = VM_INHERIT_DEFAULT; /* it is to's own */
    n->e_lease = lease;
    if (lease != NULL) {
        n->e_inherit = VM_INHERIT_NONE;
        lease->vl_entries++;
    }
    vm_map_insert(r->to, n);
    return KERN_SUCCESS;
}

/* Pages that are there need no fault; whatever fails here, a fault will do.  One
 * page is looked for where the source has it mapped, which is quicker; of many
 * the first two blocks are mapped, as for a fault. */
static void
premap(const struct vm_lease_request *r)
{
    vm_address_t at = r->address, end = at + r->size;
    vm_address_t table = (at | (512 * PAGE_SIZE - 1)) + 1;
    struct vm_map_entry *e = vm_map_lookup(r->to, at);

    if (e->e_object->vo_kind != VO_ANON) {
        return;
    }
    if (r->size == PAGE_SIZE) {
        pmap_enter_from(r->to->vm_pmap, at, r->from->vm_pmap, r->source,
                        r->prot);
    } else if (r->size <= VM_AROUND_PAGES * PAGE_SIZE) {
        end = end < e->e_end ? end : e->e_end;
        (void)vm_entry_premap_range(e, at, end < table ? end : table);
    } else if (vm_entry_premap(e, at) == KERN_SUCCESS) {
        at = (at | (VM_AROUND_PAGES * PAGE_SIZE - 1)) + 1;
        if (at < e->e_end) {
            (void)vm_entry_premap(e, at);
        }
    }
}

/* The source to r->address, by the lease or, NULL, for good. */
static kern_return_t
enter(struct vm_lease_request *r, struct vm_lease *lease)
{
    vm_address_t end = r->source + r->size;
    struct vm_map_entry *e = vm_map_lookup(r->from, r->source);
    bool one = e->e_end >= end;
    kern_return_t kr;

    do {
        kr = share_piece(r, e, lease);
        e = vm_map_next(r->from, e);
    } while (kr == KERN_SUCCESS && e != NULL && e->e_start < end);
    if (kr != KERN_SUCCESS) {
        entries_end(r->to, r->address, r->address + r->size, lease);
        return kr;
    }
    if (!one || lease == NULL) { /* else it is alone of its kind */
        vm_map_simplify(r->to, r->address, r->address + r->size);
    }
    premap(r);
    return KERN_SUCCESS;
}

/* ---- granting ---- */

/* All of the source by the same lease or none, and what was lent of it lies
 * within: *held is that lease. */
static kern_return_t
grant_check(const struct vm_lease_request *r, struct vm_lease **held)
{
    vm_address_t end = r->source + r->size;
    struct vm_map_entry *e = vm_map_lookup(r->from, r->source);
    struct list *i;

    *held = e->e_lease;
    for (; e != NULL && e->e_start < end; e = vm_map_next(r->from, e)) {
        if (e->e_lease != *held || e->e_wired != 0) {
            return KERN_INVALID_ARGUMENT;
        }
    }
    if (r->from->vm_lease_count + r->to->vm_lease_count > VM_LEASES_MAX) {
        return KERN_RESOURCE_SHORTAGE;
    }
    list_for_each(i, &r->from->vm_leases) {
        const struct vm_lease *l = list_entry(i, struct vm_lease, vl_link);

        if (l->vl_source < end && r->source < l->vl_source + l->vl_size
            && (l->vl_source < r->source
                || l->vl_source + l->vl_size > end)) {
            return KERN_INVALID_ARGUMENT;
        }
    }
    return KERN_SUCCESS;
}

/* The source, clipped, goes; what was lent of it is to's now. */
static void
grant_move(const struct vm_lease_request *r)
{
    vm_address_t end = r->source + r->size;
    struct vm_map_entry *e = vm_map_lookup(r->from, r->source), *next;
    struct vm_lease *l;

    while ((l = lease_of(r->from, r->source, end)) != NULL) {
        list_remove(&l->vl_link);
        r->from->vm_lease_count--;
        l->vl_source += r->address - r->source;
        l->vl_from = r->to;
        list_push_back(&r->to->vm_leases, &l->vl_link);
        r->to->vm_lease_count++;
    }
    for (; e != NULL && e->e_start < end; e = next) {
        next = vm_map_next(r->from, e);
        vm_map_unlink(r->from, e);
        vm_entry_free(e, r->from->vm_ledger);
    }
}

static kern_return_t
clip(const struct vm_lease_request *r)
{
    kern_return_t kr = vm_map_clip(r->from, r->source);

    if (kr == KERN_SUCCESS) {
        kr = vm_map_clip(r->from, r->source + r->size);
    }
    return kr;
}

/* from, source: of what the lease is, or NULL. */
static kern_return_t
lend(struct vm_lease_request *r, struct vm_map *from, vm_address_t source)
{
    struct vm_lease *lease = NULL;
    struct vm_enter req = {
        .addr = r->address,
        .size = r->size,
        .flags = r->address == 0 ? VM_FLAGS_ANYWHERE : 0,
    };
    kern_return_t kr = vm_map_space(r->to, &req);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    r->address = req.addr;
    if (from != NULL) {
        lease = lease_create(from, source, r);
        if (lease == NULL) {
            return KERN_RESOURCE_SHORTAGE;
        }
        lease->vl_entries++; /* for us */
    }
    kr = enter(r, lease);
    if (lease != NULL) {
        vm_lease_release(lease);
    }
    return kr;
}

static kern_return_t
grant(struct vm_lease_request *r)
{
    struct vm_lease *held;
    kern_return_t kr = grant_check(r, &held);

    if (kr == KERN_SUCCESS) {
        kr = clip(r);
    }
    if (kr == KERN_SUCCESS && held != NULL) {
        kr = lend(r, held->vl_from,
                  held->vl_source + (r->source - held->vl_address));
    } else if (kr == KERN_SUCCESS) {
        kr = lend(r, NULL, 0);
    }
    if (kr == KERN_SUCCESS) {
        grant_move(r);
    }
    vm_map_simplify(r->from, r->source, r->source + r->size);
    return kr;
}

kern_return_t
vm_lease_map(struct vm_lease_request *r)
{
    if (r->source >= VM_MAX_ADDRESS || r->size > VM_MAX_ADDRESS - r->source) {
        return KERN_INVALID_ADDRESS;
    }
    if (r->size == 0 || ((r->source | r->size) & PAGE_MASK) != 0
        || (r->prot & ~VM_PROT_ALL) != 0 || r->from == r->to) {
        return KERN_INVALID_ARGUMENT;
    }
    if (!vm_map_covered(r->from, r->source, r->source + r->size)) {
        return KERN_INVALID_ADDRESS;
    }
    return r->grant ? grant(r)
                    : lend(r, r->from, r->source);
}
