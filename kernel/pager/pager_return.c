/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages on their way back to a pager, and what it asks to be done with those
 * that are here: lock requests.
 *
 * The message gets copies, so that a send that fails has changed nothing.  A
 * flush does not reach pages that a wired entry maps.  An asymmetric copy that
 * still reads through the object sees what the pager supplies next.
 */
#include <base/assert.h>
#include <pager/pager.h>
#include <sched/thread.h>
#include <vm/vm_map_copy.h>

#define SHORTAGE_WAIT 10000000ull /* nanoseconds before it is tried again */

bool
pager_page_wired(struct vm_object *o, uint64_t offset)
{
    struct list *i;

    list_for_each(i, &o->vo_entries) {
        struct vm_map_entry *e = list_entry(i, struct vm_map_entry,
                                            e_object_link);

        if (e->e_wired != 0 && offset >= e->e_offset &&
            offset - e->e_offset < e->e_end - e->e_start) {
            return true;
        }
    }
    return false;
}

/* A copy of the page at offset becomes out's page at `to`. */
static kern_return_t
return_page(struct vm_object *o, uint64_t offset, struct vm_object *out,
            uint64_t to)
{
    uint64_t pa = vm_page_alloc(out->vo_ledger);
    kern_return_t kr;

    if (pa == 0) {
        return KERN_RESOURCE_SHORTAGE;
    }
    vm_page_copy(slot_pa(*vm_object_slot(o, offset)), pa);
    kr = vm_object_insert(out, to, pa, 0);
    if (kr != KERN_SUCCESS) {
        vm_page_free(pa, out->vo_ledger);
    }
    return kr;
}

static bool
returnable(const vm_slot_t *s, bool all)
{
    return s != NULL && slot_present(*s) &&
           (all || (*s & (PG_DIRTY | PG_PRECIOUS)) != 0);
}

/* Send n pages from offset on. */
static kern_return_t
return_run(struct memory_control *mc, uint64_t offset, unsigned n,
           bool flush)
{
    struct vm_object *o = mc->mc_object, *out;
    struct vm_map_copy *copy;
    uint64_t size = (uint64_t)n << PAGE_SHIFT, at;
    bool dirty = false;
    kern_return_t kr;

    kr = vm_object_create(o->vo_ledger, 0, size, &out);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    /* No write may slip in between the copy and the clean bit. */
    if (flush) {
        vm_object_unmap(o, offset, offset + size);
    } else {
        vm_object_protect(o, offset, offset + size,
                          VM_PROT_READ | VM_PROT_EXECUTE);
    }
    for (at = 0; at < size; at += PAGE_SIZE) {
        dirty |= (*vm_object_slot(o, offset + at) & PG_DIRTY) != 0;
        kr = return_page(o, offset + at, out, at);
        if (kr != KERN_SUCCESS) {
            vm_object_release(out);
            return kr;
        }
    }
    kr = vm_map_copy_from_object(out, 0, size, mc->mc_ledger, &copy);
    if (kr != KERN_SUCCESS) {
        vm_object_release(out);
        return kr;
    }
    kr = pager_send_return(mc, offset, copy, size, dirty, !flush);
    if (kr != KERN_SUCCESS) {
        vm_map_copy_discard(copy);
        return kr;
    }
    /* ---- point of no return: the pager has them ---- */
    for (at = 0; at < size; at += PAGE_SIZE) {
        *vm_object_slot(o, offset + at) &= ~(uint64_t)(PG_DIRTY |
                                                       PG_PRECIOUS);
    }
    if (flush) {
        vm_object_free_range(o, offset, offset + size, ~0u);
    }
    vm_stats.vs_pageouts += n;
    return KERN_SUCCESS;
}

kern_return_t
pager_return_step(struct memory_control *mc, uint64_t *at, uint64_t end,
                  bool all, bool flush)
{
    struct vm_object *o = mc->mc_object;
    uint64_t index = *at >> PAGE_SHIFT, first;
    unsigned n = 0;
    kern_return_t kr;
    vm_slot_t *s;

    while ((s = vm_radix_next(&o->vo_pages, &index, end >> PAGE_SHIFT)) !=
               NULL &&
           !returnable(s, all)) {
        index++;
    }
    if (s == NULL) {
        *at = end;
        return KERN_SUCCESS;
    }
    first = index << PAGE_SHIFT;
    while (n < PAGER_CLUSTER && first + ((uint64_t)n << PAGE_SHIFT) < end &&
           returnable(vm_object_slot(o, first + ((uint64_t)n << PAGE_SHIFT)),
                      all)) {
        n++;
    }
    kr = return_run(mc, first, n, flush && !pager_page_wired(o, first));
    if (kr == KERN_SUCCESS) {
        *at = first + ((uint64_t)n << PAGE_SHIFT);
    }
    return kr;
}

/* Set the locks of what is here in the range, and drop it with flush. */
static void
lock_range(struct memory_control *mc, uint64_t offset, uint64_t end,
           bool flush, vm_prot_t prot)
{
    struct vm_object *o = mc->mc_object;
    uint64_t index = offset >> PAGE_SHIFT, at, unlocked = 0;
    vm_slot_t *s;

    while ((s = vm_radix_next(&o->vo_pages, &index, end >> PAGE_SHIFT)) !=
           NULL) {
        at = index++ << PAGE_SHIFT;
        if (!slot_present(*s)) {
            continue;
        }
        if (prot != -1 || (flush && !pager_page_wired(o, at))) {
            vm_object_unmap(o, at, at + PAGE_SIZE);
            unlocked += (*s & PG_UNLOCKING) != 0;
            *s &= ~(uint64_t)PG_UNLOCKING;
        }
        if (prot != -1) {
            *s = (*s & ~(uint64_t)PG_LOCK_MASK) |
                 (uint64_t)prot << PG_LOCK_SHIFT;
        }
        if (flush && !pager_page_wired(o, at)) {
            vm_object_free_range(o, at, at + PAGE_SIZE, 1);
        }
    }
    pager_progress(mc, unlocked);
}

kern_return_t
pager_lock_request(struct memory_control *mc, uint64_t offset,
                   uint64_t length, int should_return, bool flush,
                   vm_prot_t prot, bool reply)
{
    uint64_t at = offset, end;
    kern_return_t kr;

    if (((offset | length) & PAGE_MASK) != 0 ||
        offset > PAGER_OBJECT_SIZE || should_return < 0 ||
        should_return > 2 || (prot != -1 && (prot & ~VM_PROT_ALL) != 0)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (mc->mc_state == MC_FAILED || mc->mc_state == MC_INIT) {
        return KERN_FAILURE;
    }
    end = length > PAGER_OBJECT_SIZE - offset ? PAGER_OBJECT_SIZE
                                              : offset + length;
    while (should_return != 0 && at < end) {
        kr = pager_return_step(mc, &at, end, should_return == 2, flush);
        if (kr == KERN_RESOURCE_SHORTAGE) {
            /* What was sent is clean now, so that this makes progress. */
            return thread_wait(NULL, NULL, vm_pager_now() + SHORTAGE_WAIT,
                               WAIT_ABORTABLE);
        }
        if (kr != KERN_SUCCESS) {
            return kr;
        }
    }
    lock_range(mc, offset, end, flush, prot);
    return reply ? pager_send_completed(mc, offset, end - offset)
                 : KERN_SUCCESS;
}
