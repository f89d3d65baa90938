/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Life and death of maps.  A map that dies is emptied in steps; small ones,
 * which most are, at once.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <machine/cpu.h>
#include <sched/reaper.h>
#include <vm/vm_lease.h>
#include <vm/vm_map.h>

#define REAP_ENTRIES 16

static struct list map_reap_list; /* K: vm_reap_link */

kern_return_t
vm_map_create(struct ledger *l, struct vm_map **out)
{
    struct vm_map *map = kalloc(sizeof(*map), l);
    kern_return_t kr;

    if (map == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kr = pmap_create(l, &map->vm_pmap);
    if (kr != KERN_SUCCESS) {
        kfree(map, sizeof(*map), l);
        return kr;
    }
    list_init(&map->vm_entries);
    list_init(&map->vm_reap_link);
    list_init(&map->vm_leases);
    map->vm_full = VM_ANYWHERE_MIN;
    map->vm_refs = 1;
    map->vm_size_limit = VM_MAX_ADDRESS;
    ledger_reference(l);
    map->vm_ledger = l;
    map->vm_id = ++vm_stats.vs_next_id;
    vm_stats.vs_maps++;
    *out = map;
    return KERN_SUCCESS;
}

void
vm_map_reference(struct vm_map *map)
{
    map->vm_refs++;
}

/* True: there is more to do, and the map stays on the list.  In the reaper
 * interrupts may come between two entries: their pages and objects are many. */
static bool
map_step(struct vm_map *map, bool reaper)
{
    unsigned budget = REAP_ENTRIES;
    struct list *l;

    if (vm_lease_revoke_step(map, 0, VM_MAX_ADDRESS)) {
        return true;
    }
    if (map->vm_refs == 0 && map->vm_pmap != NULL) {
        /* Nobody can use it: the page tables go as a whole, and before any
         * frame that they show. */
        if (pmap_destroy_step(map->vm_pmap)) {
            return true;
        }
        pmap_destroy(map->vm_pmap);
        map->vm_pmap = NULL;
    }
    while ((l = list_first(&map->vm_entries)) != NULL) {
        struct vm_map_entry *e = list_entry(l, struct vm_map_entry, e_link);

        if (budget-- == 0) {
            return true;
        }
        vm_map_unlink(map, e);
        vm_entry_free(e, map->vm_ledger);
        if (reaper) {
            machine_interrupt_window();
        }
    }
    list_remove(&map->vm_reap_link);
    if (map->vm_refs == 0) {
        struct ledger *ledger = map->vm_ledger;

        kfree(map, sizeof(*map), ledger);
        ledger_release(ledger);
        vm_stats.vs_maps--;
    }
    return false;
}

static void
map_reap(struct vm_map *map, bool reaper)
{
    map->vm_terminated = true;
    if (map_step(map, reaper)) {
        list_remove(&map->vm_reap_link);
        list_push_back(&map_reap_list, &map->vm_reap_link);
        reaper_wakeup();
    }
}

void
vm_map_terminate(struct vm_map *map)
{
    map_reap(map, true); /* by the reaper of tasks */
}

void
vm_map_release(struct vm_map *map)
{
    assert(map->vm_refs > 0);
    map->vm_refs--;
    if (map->vm_refs == 0) {
        map_reap(map, false);
    }
}

bool
vm_map_reap_step(void)
{
    struct list *l = list_first(&map_reap_list);

    if (l != NULL) {
        map_step(list_entry(l, struct vm_map, vm_reap_link), true);
    }
    return !list_empty(&map_reap_list);
}

void
vm_map_setup(void)
{
    list_init(&map_reap_list);
    reaper_register(vm_map_reap_step);
}

struct pmap *
vm_map_pmap(struct vm_map *map)
{
    return map->vm_pmap;
}

vm_size_t
vm_map_virtual_size(const struct vm_map *map)
{
    return map->vm_size;
}

uint64_t
vm_map_resident_count(const struct vm_map *map)
{
    return map->vm_pmap == NULL ? 0 : pmap_resident_count(map->vm_pmap);
}
