/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory controls: finding, making, caching, giving up.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <ipc/ipc_port.h>
#include <pager/pager.h>
#include <sched/reaper.h>

#define HASH_SIZE 64u
#define RECLAIM_PAGES 64
#define RETURN_RETRIES 100

static struct list hash[HASH_SIZE]; /* K: mc_hash_link */
static struct list cached;          /* K: mc_cache_link, oldest first */
static struct list returning;       /* K: mc_cache_link */
static unsigned cached_count;       /* K */
static unsigned reclaim_bucket;     /* K: where the next reclaim looks */

static struct list *
bucket_of(const struct ipc_port *port)
{
    return &hash[((uintptr_t)port >> 6) % HASH_SIZE];
}

/* ---- life ------------------------------------------------------------------ */

static struct memory_control *
control_find(const struct ipc_port *port)
{
    struct list *i;

    list_for_each(i, bucket_of(port)) {
        struct memory_control *mc = list_entry(i, struct memory_control,
                                               mc_hash_link);

        if (mc->mc_pager == port) {
            return mc;
        }
    }
    return NULL;
}

static kern_return_t
control_create(struct ipc_port *port, struct ledger *l,
               struct memory_control **out)
{
    struct memory_control *mc = kalloc(sizeof(*mc), l);
    kern_return_t kr = KERN_RESOURCE_SHORTAGE;

    if (mc == NULL) {
        return kr;
    }
    list_init(&mc->mc_hash_link);
    list_init(&mc->mc_cache_link);
    mc->mc_state = MC_INIT;
    mc->mc_deadline = vm_pager_now() + PAGER_DEADLINE;
    mc->mc_control = ipc_kobject_port(IKOT_MEMORY_CONTROL, mc, l);
    if (mc->mc_control == NULL) {
        goto out_mc;
    }
    kr = vm_object_create_pager(l, 0, &pager_external_ops, mc,
                                &mc->mc_object);
    if (kr != KERN_SUCCESS) {
        goto out_control;
    }
    mc->mc_object->vo_copy_strategy = MEMORY_OBJECT_COPY_DELAY;
    mc->mc_pager = ipc_port_copy_send(port);
    ledger_reference(l);
    mc->mc_ledger = l;
    list_push_back(bucket_of(port), &mc->mc_hash_link);
    kr = pager_send_init(mc);
    if (kr != KERN_SUCCESS) {
        pager_fail(mc);
        vm_object_release(mc->mc_object); /* takes all of it along */
        return kr;
    }
    *out = mc;
    return KERN_SUCCESS;
out_control:
    ipc_kobject_destroy(mc->mc_control);
out_mc:
    kfree(mc, sizeof(*mc), l);
    return kr;
}

static void
uncache(struct memory_control *mc)
{
    list_remove(&mc->mc_cache_link);
    if (mc->mc_state == MC_CACHED) {
        cached_count--;
    }
    mc->mc_state = MC_READY;
}

kern_return_t
pager_object_lookup(struct ipc_port *port, struct ledger *l,
                    struct vm_object **out)
{
    struct memory_control *mc;
    kern_return_t kr;

    if (!ipc_port_active(port)) {
        return KERN_MEMORY_FAILURE;
    }
    if (port->ip_state == IPS_KERNEL) {
        return KERN_INVALID_ARGUMENT; /* some other object of the kernel */
    }
    mc = control_find(port);
    if (mc == NULL) {
        kr = control_create(port, l, &mc);
        if (kr == KERN_SUCCESS) {
            *out = mc->mc_object; /* with its first reference */
        }
        return kr;
    }
    if (mc->mc_state == MC_CACHED || mc->mc_state == MC_RETURNING) {
        uncache(mc);
    }
    vm_object_reference(mc->mc_object);
    *out = mc->mc_object;
    return KERN_SUCCESS;
}

void
pager_extent(struct vm_object *o, uint64_t end)
{
    if (end > o->vo_hi) {
        o->vo_hi = end;
    }
}

void
pager_gone(struct vm_object *o)
{
    struct memory_control *mc = o->vo_pager;
    struct ledger *l = mc->mc_ledger;

    (void)pager_send_terminate(mc);
    list_remove(&mc->mc_hash_link);
    list_remove(&mc->mc_cache_link);
    ipc_kobject_destroy(mc->mc_control);
    ipc_port_release_send(mc->mc_pager);
    kfree(mc, sizeof(*mc), l);
    ledger_release(l);
}

void
pager_fail(struct memory_control *mc)
{
    uint64_t index = 0;
    vm_slot_t *s;

    mc->mc_state = mc->mc_state == MC_CACHED || mc->mc_state == MC_RETURNING
                       ? mc->mc_state
                       : MC_FAILED;
    list_remove(&mc->mc_hash_link); /* a new mapping starts anew */
    while (mc->mc_requests > 0 &&
           (s = vm_radix_next(&mc->mc_object->vo_pages, &index,
                              RADIX_END)) != NULL) {
        if (!slot_present(*s) && (*s & PG_REQUESTED) != 0) {
            *s = 0;
            mc->mc_requests--;
        }
        index++;
    }
    mc->mc_requests = 0;
    wait_queue_wake_all(&mc->mc_object->vo_wait, KERN_SUCCESS);
}

void
pager_progress(struct memory_control *mc, uint64_t pages)
{
    mc->mc_requests -= pages < mc->mc_requests ? (unsigned)pages
                                               : mc->mc_requests;
    mc->mc_deadline = vm_pager_now() + PAGER_DEADLINE;
    wait_queue_wake_all(&mc->mc_object->vo_wait, KERN_SUCCESS);
}

/* ---- after the last reference ----------------------------------------------- */

static bool
object_dirty(struct vm_object *o)
{
    uint64_t index = 0;
    vm_slot_t *s;

    while ((s = vm_radix_next(&o->vo_pages, &index, RADIX_END)) != NULL) {
        if (slot_present(*s) && (*s & (PG_DIRTY | PG_PRECIOUS)) != 0) {
            return true;
        }
        index++;
    }
    return false;
}

/* Give up the object that has been cached longest. */
static void
cache_trim(void)
{
    struct memory_control *mc = list_entry(list_first(&cached),
                                           struct memory_control,
                                           mc_cache_link);

    uncache(mc);
    vm_object_terminate(mc->mc_object);
}

/* Cached objects whose pager has died since: one at a time. */
static bool
orphan_step(void)
{
    struct list *i;

    list_for_each(i, &cached) {
        struct memory_control *mc = list_entry(i, struct memory_control,
                                               mc_cache_link);

        if (!ipc_port_active(mc->mc_pager)) {
            uncache(mc);
            vm_object_terminate(mc->mc_object);
            return true;
        }
    }
    return false;
}

static bool
cache_enter(struct memory_control *mc)
{
    if (!mc->mc_may_cache || mc->mc_state == MC_FAILED) {
        return false;
    }
    mc->mc_state = MC_CACHED;
    list_push_back(&cached, &mc->mc_cache_link);
    if (++cached_count > PAGER_CACHED_MAX) {
        cache_trim();
    }
    return true;
}

bool
pager_unreferenced(struct vm_object *o)
{
    struct memory_control *mc = o->vo_pager;

    if (mc->mc_state == MC_FAILED || !ipc_port_active(mc->mc_pager)) {
        return false;
    }
    if (object_dirty(o)) {
        mc->mc_state = MC_RETURNING;
        mc->mc_return_at = 0;
        mc->mc_return_failures = 0;
        list_push_back(&returning, &mc->mc_cache_link);
        reaper_wakeup();
        return true;
    }
    return mc->mc_state == MC_READY && cache_enter(mc);
}

/* A cluster of one object whose dirty pages go back. */
static bool
returning_step(void)
{
    struct list *i = list_first(&returning);
    struct memory_control *mc;

    if (i == NULL) {
        return false;
    }
    mc = list_entry(i, struct memory_control, mc_cache_link);
    if (pager_return_step(mc, &mc->mc_return_at, PAGER_OBJECT_SIZE, false,
                          !mc->mc_may_cache) != KERN_SUCCESS &&
        ipc_port_active(mc->mc_pager) &&
        mc->mc_return_failures++ < RETURN_RETRIES) {
        return true; /* no memory: other reapers may find some */
    }
    if (mc->mc_return_at < PAGER_OBJECT_SIZE &&
        ipc_port_active(mc->mc_pager) &&
        mc->mc_return_failures <= RETURN_RETRIES) {
        return true;
    }
    uncache(mc);
    if (!cache_enter(mc)) {
        vm_object_terminate(mc->mc_object);
    }
    return !list_empty(&returning);
}

/* ---- reclaim ----------------------------------------------------------------- */

static bool
object_drop_clean(struct vm_object *o)
{
    unsigned budget = RECLAIM_PAGES;
    bool dropped = false;
    uint64_t index = 0;
    vm_slot_t *s;

    while (budget-- > 0 &&
           (s = vm_radix_next(&o->vo_pages, &index, RADIX_END)) != NULL) {
        uint64_t offset = index << PAGE_SHIFT;

        if (slot_present(*s) && (*s & (PG_DIRTY | PG_PRECIOUS)) == 0 &&
            !pager_page_wired(o, offset)) {
            vm_object_unmap(o, offset, offset + PAGE_SIZE);
            vm_object_free_range(o, offset, offset + PAGE_SIZE, 1);
            dropped = true;
        }
        index++;
    }
    return dropped;
}

bool
pager_reclaim(void)
{
    unsigned n;
    struct list *i;

    if (cached_count > 0) {
        cache_trim();
        return true;
    }
    for (n = 0; n < HASH_SIZE; n++) {
        reclaim_bucket = (reclaim_bucket + 1) % HASH_SIZE;
        list_for_each(i, &hash[reclaim_bucket]) {
            struct memory_control *mc = list_entry(i, struct memory_control,
                                                   mc_hash_link);

            if (object_drop_clean(mc->mc_object)) {
                return true;
            }
        }
    }
    return false;
}

void
pager_setup(void)
{
    unsigned i;

    for (i = 0; i < HASH_SIZE; i++) {
        list_init(&hash[i]);
    }
    list_init(&cached);
    list_init(&returning);
    vm_pager_register(&pager_external_ops);
    reaper_register(returning_step);
    reaper_register(orphan_step);
}
