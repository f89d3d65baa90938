/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Life and death of memory objects.
 *
 * Small objects are freed at once, so that fork and exit give their pages
 * back promptly; large ones are taken apart by the reaper in steps.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <base/page_alloc.h>
#include <sched/reaper.h>
#include <vm/vm_object.h>
#include <vm/vm_pager.h>

#define REAP_SLOTS 48 /* slots freed in one step */
#define REAP_NODES 32

static struct list object_reap_list; /* K: vo_reap_link */

static bool
object_step(void)
{
    return vm_object_reap_step() || vm_object_collapse_step();
}

void
vm_object_setup(void)
{
    list_init(&object_reap_list);
    reaper_register(object_step);
}

static struct vm_object *
object_alloc(struct ledger *l, enum vm_object_kind kind, uint64_t lo,
             uint64_t hi)
{
    struct vm_object *o = kalloc(sizeof(*o), l);

    if (o == NULL) {
        return NULL;
    }
    o->vo_kind = kind;
    o->vo_refs = 1;
    o->vo_id = ++vm_stats.vs_next_id;
    o->vo_lo = lo;
    o->vo_hi = hi;
    list_init(&o->vo_shadowers);
    list_init(&o->vo_shadow_link);
    list_init(&o->vo_entries);
    list_init(&o->vo_reap_link);
    wait_queue_init(&o->vo_wait);
    ledger_reference(l);
    o->vo_kmem = l;
    ledger_reference(l);
    o->vo_ledger = l;
    vm_stats.vs_objects++;
    return o;
}

kern_return_t
vm_object_create(struct ledger *l, uint64_t lo, uint64_t hi,
                 struct vm_object **out)
{
    struct vm_object *o = object_alloc(l, VO_ANON, lo, hi);

    if (o == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    *out = o;
    return KERN_SUCCESS;
}

kern_return_t
vm_object_create_phys(struct ledger *l, uint64_t pa, uint64_t size,
                      unsigned cache, struct vm_object **out)
{
    struct vm_object *o = object_alloc(l, VO_PHYS, 0, size);

    if (o == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    o->vo_phys = pa;
    o->vo_cache = (uint8_t)cache;
    o->vo_shared = true;
    *out = o;
    return KERN_SUCCESS;
}

kern_return_t
vm_object_create_dma(struct ledger *l, uint64_t pa, uint64_t size,
                     struct vm_object **out)
{
    kern_return_t kr = vm_object_create_phys(l, pa, size, PMAP_CACHE_NORMAL,
                                             out);

    if (kr == KERN_SUCCESS) {
        (*out)->vo_dma = true;
        vm_stats.vs_pages += size >> PAGE_SHIFT;
        vm_stats.vs_wired += size >> PAGE_SHIFT;
    }
    return kr;
}

kern_return_t
vm_object_create_pager(struct ledger *l, uint64_t size,
                       const struct pager_ops *ops, void *pager,
                       struct vm_object **out)
{
    struct vm_object *o = object_alloc(l, VO_PAGER, 0, size);

    if (o == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    o->vo_ops = ops;
    o->vo_pager = pager;
    o->vo_shared = true;
    *out = o;
    return KERN_SUCCESS;
}

kern_return_t
vm_object_from_physical(uint64_t pa, uint64_t size, struct ledger *l,
                        struct vm_object **out)
{
    struct vm_object *o;
    kern_return_t kr;
    uint64_t off;

    size = page_round(size);
    kr = vm_object_create(l, 0, size, &o);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    for (off = 0; off < size; off += PAGE_SIZE) {
        kr = ledger_charge(l, LEDGER_PAGES, 1);
        if (kr == KERN_SUCCESS) {
            kr = vm_object_insert(o, off, pa + off, 0);
            if (kr != KERN_SUCCESS) {
                ledger_uncharge(l, LEDGER_PAGES, 1);
            }
        }
        if (kr != KERN_SUCCESS) {
            vm_object_release(o);
            return kr;
        }
        vm_stats.vs_pages++;
    }
    *out = o;
    return KERN_SUCCESS;
}

void
vm_object_reference(struct vm_object *o)
{
    assert(o->vo_refs > 0 || o->vo_kind == VO_PAGER);
    o->vo_refs++;
}

/* Nothing can reach the object any more: free it, or let the reaper. */
static bool
object_free_step(struct vm_object *o)
{
    uint64_t n;

    if (o->vo_kind == VO_PHYS) {
        for (n = 0; o->vo_dma && o->vo_lo < o->vo_hi && n < REAP_SLOTS; n++) {
            vm_page_free(o->vo_phys, o->vo_ledger);
            vm_stats.vs_wired--;
            o->vo_phys += PAGE_SIZE;
            o->vo_lo += PAGE_SIZE;
        }
        if (o->vo_dma && o->vo_lo < o->vo_hi) {
            return true;
        }
    } else if (vm_object_free_all(o, REAP_SLOTS) ||
               vm_radix_free_step(&o->vo_pages, REAP_NODES, o->vo_kmem)) {
        return true;
    }
    assert(o->vo_pages.rx_pages == 0);
    list_remove(&o->vo_reap_link);
    ledger_release(o->vo_ledger);
    struct ledger *l = o->vo_kmem;
    kfree(o, sizeof(*o), l);
    ledger_release(l);
    vm_stats.vs_objects--;
    return false;
}

/* Cut the dead object off its chain.  Returns the reference to its shadow. */
static struct vm_object *
object_die(struct vm_object *o)
{
    struct vm_object *s = o->vo_shadow;

    assert(list_empty(&o->vo_entries) && list_empty(&o->vo_shadowers));
    vm_object_collapse_forget(o);
    if (s != NULL) {
        vm_object_set_shadow(o, NULL);
        if (s->vo_copy == o) {
            s->vo_copy = NULL;
        }
    }
    assert(o->vo_copy == NULL);
    if (object_free_step(o)) {
        list_push_back(&object_reap_list, &o->vo_reap_link);
        reaper_wakeup();
    }
    return s;
}

void
vm_object_release(struct vm_object *o)
{
    struct list *only;

    while (o != NULL) {
        assert(o->vo_refs > 0);
        o->vo_refs--;
        if (o->vo_refs > 0) {
            only = list_first(&o->vo_shadowers);
            if (o->vo_refs == 1 && only != NULL) {
                vm_object_collapse(list_entry(only, struct vm_object,
                                              vo_shadow_link));
            }
            return;
        }
        if (o->vo_kind == VO_PAGER && o->vo_ops->po_unreferenced(o)) {
            return;
        }
        if (o->vo_kind == VO_PAGER) {
            o->vo_ops->po_gone(o);
        }
        o = object_die(o);
    }
}

void
vm_object_terminate(struct vm_object *o)
{
    assert(o->vo_kind == VO_PAGER && o->vo_refs == 0);
    o->vo_ops->po_gone(o);
    object_die(o);
}

kern_return_t
vm_object_set_ledger(struct vm_object *o, struct ledger *l)
{
    uint64_t n = o->vo_pages.rx_pages;
    kern_return_t kr;

    if (l == o->vo_ledger) {
        return KERN_SUCCESS;
    }
    kr = ledger_charge(l, LEDGER_PAGES, n);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    ledger_uncharge(o->vo_ledger, LEDGER_PAGES, n);
    ledger_release(o->vo_ledger);
    ledger_reference(l);
    o->vo_ledger = l;
    return KERN_SUCCESS;
}

bool
vm_object_reap_step(void)
{
    struct list *e = list_first(&object_reap_list);

    if (e != NULL) {
        object_free_step(list_entry(e, struct vm_object, vo_reap_link));
    }
    return !list_empty(&object_reap_list);
}
