/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults on a pager's memory: asking, and waiting.
 *
 * A wait never holds anything: the faulting instruction, trap or request is
 * executed again when it ends, finds the page, or an answer that there is
 * none, or waits again.  A wait ends after PAGER_WAIT_SLICE at the latest, so
 * that a dead port or the deadline is noticed.  One that thread_abort() ended is
 * known by th_wait_flags and makes the next look return KERN_ABORTED.
 */
#include <base/assert.h>
#include <pager/pager.h>
#include <sched/thread.h>

#define WAIT_PAGER 0x80u /* th_wait_flags: the wait was one of ours */

static kern_return_t
pager_wait(struct memory_control *mc)
{
    struct thread *th = current_thread();
    uint64_t until = vm_pager_now() + PAGER_WAIT_SLICE;

    if ((th->th_wait_flags & WAIT_PAGER) != 0 &&
        th->th_wait_result == KERN_ABORTED) {
        th->th_wait_flags = 0;
        return KERN_ABORTED;
    }
    return thread_wait(&mc->mc_object->vo_wait, NULL, until,
                       WAIT_ABORTABLE | WAIT_PAGER);
}

/* Has the pager died, or let its deadline pass? */
static bool
pager_failed(struct memory_control *mc)
{
    if (mc->mc_state == MC_FAILED) {
        return true;
    }
    if (!ipc_port_active(mc->mc_pager) ||
        ((mc->mc_state == MC_INIT || mc->mc_requests > 0) &&
         vm_pager_now() >= mc->mc_deadline)) {
        pager_fail(mc);
        return true;
    }
    return false;
}

/* Mark the cluster at offset as asked for.  Returns its pages, 0: shortage. */
static unsigned
cluster_mark(struct vm_object *o, uint64_t offset)
{
    unsigned n;

    for (n = 0; n < PAGER_CLUSTER; n++, offset += PAGE_SIZE) {
        vm_slot_t *s;

        if (n > 0 && offset >= o->vo_hi) {
            break;
        }
        s = vm_radix_make(&o->vo_pages, offset >> PAGE_SHIFT, o->vo_kmem);
        if (s == NULL || *s != 0) {
            break;
        }
        *s = PG_REQUESTED;
    }
    return n;
}

static void
cluster_unmark(struct vm_object *o, uint64_t offset, unsigned n)
{
    for (; n > 0; n--, offset += PAGE_SIZE) {
        vm_slot_t *s = vm_object_slot(o, offset);

        if (s != NULL && *s == PG_REQUESTED) {
            *s = 0;
        }
    }
}

static kern_return_t
external_request(struct vm_object *o, uint64_t offset, vm_prot_t access)
{
    struct memory_control *mc = o->vo_pager;
    vm_slot_t *s = vm_object_slot(o, offset);
    kern_return_t kr;
    unsigned n;

    if (offset >= PAGER_OBJECT_SIZE) {
        return KERN_MEMORY_ERROR;
    }
    if (s != NULL && (*s & PG_ERROR) != 0) {
        kr = (kern_return_t)(*s >> PAGE_SHIFT);
        *s = 0; /* told; whoever comes next asks again */
        return kr;
    }
    if (pager_failed(mc)) {
        return KERN_MEMORY_FAILURE;
    }
    s = vm_object_slot(o, offset); /* pager_failed() may have looked at it */
    if (mc->mc_state == MC_INIT || (s != NULL && *s == PG_REQUESTED)) {
        return pager_wait(mc);
    }
    n = cluster_mark(o, offset);
    if (n == 0) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kr = pager_send_request(mc, offset, (uint64_t)n << PAGE_SHIFT, access);
    if (kr != KERN_SUCCESS) {
        cluster_unmark(o, offset, n);
        return kr == KERN_RESOURCE_SHORTAGE ? kr : KERN_MEMORY_FAILURE;
    }
    if (mc->mc_requests == 0) {
        mc->mc_deadline = vm_pager_now() + PAGER_DEADLINE;
    }
    mc->mc_requests += n;
    vm_stats.vs_pageins += n;
    return pager_wait(mc);
}

static kern_return_t
external_unlock(struct vm_object *o, uint64_t offset, vm_prot_t access)
{
    struct memory_control *mc = o->vo_pager;
    vm_slot_t *s = vm_object_slot(o, offset);
    kern_return_t kr;

    if (pager_failed(mc)) {
        return KERN_MEMORY_FAILURE;
    }
    if ((*s & PG_UNLOCKING) == 0) {
        kr = pager_send_unlock(mc, offset, PAGE_SIZE, access);
        if (kr != KERN_SUCCESS) {
            return kr == KERN_RESOURCE_SHORTAGE ? kr : KERN_MEMORY_FAILURE;
        }
        *s |= PG_UNLOCKING;
        if (mc->mc_requests == 0) {
            mc->mc_deadline = vm_pager_now() + PAGER_DEADLINE;
        }
        mc->mc_requests++;
    }
    return pager_wait(mc);
}

const struct pager_ops pager_external_ops = {
    .po_request = external_request,
    .po_unlock = external_unlock,
    .po_unreferenced = pager_unreferenced,
    .po_gone = pager_gone,
    .po_reclaim = pager_reclaim,
};
