/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding (or making) the page that is seen at an offset through an object.
 * The picture is in vm_fault.c.
 */
#include <base/assert.h>
#include <vm/vm_object.h>
#include <vm/vm_pager.h>

/* Where a search down the chain ended. */
struct page_search {
    struct vm_object *object; /* that has the page; NULL: zeros */
    vm_slot_t *slot;
};

/* Go down the chain.  KERN_BLOCKED and so on from a pager. */
static kern_return_t
page_search(struct vm_object *top, uint64_t offset, vm_prot_t access,
            struct page_search *out)
{
    struct vm_object *o = top;
    kern_return_t kr;
    vm_slot_t *s;

    for (;;) {
        s = vm_object_slot(o, offset);
        if (s != NULL && slot_present(*s)) {
            if (((*s & PG_LOCK_MASK) >> PG_LOCK_SHIFT & access) != 0) {
                kr = o->vo_ops->po_unlock(o, offset, access);
                if (kr != KERN_SUCCESS) {
                    return kr;
                }
                continue; /* it may be used now */
            }
            out->object = o;
            out->slot = s;
            return KERN_SUCCESS;
        }
        if (o->vo_kind == VO_PAGER) {
            kr = o->vo_ops->po_request(o, offset, access);
            if (kr != KERN_SUCCESS) {
                return kr;
            }
            continue; /* it is here now */
        }
        if (!vm_object_in_window(o, offset)) {
            out->object = NULL;
            out->slot = NULL;
            return KERN_SUCCESS;
        }
        if (o->vo_poisoned) {
            return KERN_RESOURCE_SHORTAGE;
        }
        o = o->vo_shadow;
        access = VM_PROT_READ;
    }
}

/* Zero-fill in o itself. */
static kern_return_t
page_zero_fill(struct vm_object *o, uint64_t offset, bool write, bool last,
               uint64_t *pa)
{
    if (write && o->vo_copy != NULL &&
        !vm_object_push(o, offset, 0, last)) {
        return KERN_RESOURCE_SHORTAGE;
    }
    *pa = vm_page_alloc_zero(o->vo_ledger);
    if (*pa == 0) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (vm_object_insert(o, offset, *pa, 0) != KERN_SUCCESS) {
        vm_page_free(*pa, o->vo_ledger);
        return KERN_RESOURCE_SHORTAGE;
    }
    return KERN_SUCCESS;
}

/* Copy the page from behind into o, for a write. */
static kern_return_t
page_copy_up(struct vm_object *o, uint64_t offset, uint64_t from, bool last,
             uint64_t *pa)
{
    if (o->vo_copy != NULL && !vm_object_push(o, offset, from, last)) {
        return KERN_RESOURCE_SHORTAGE;
    }
    *pa = vm_page_alloc(o->vo_ledger);
    if (*pa == 0) {
        return KERN_RESOURCE_SHORTAGE;
    }
    vm_page_copy(from, *pa);
    if (vm_object_insert(o, offset, *pa, 0) != KERN_SUCCESS) {
        vm_page_free(*pa, o->vo_ledger);
        return KERN_RESOURCE_SHORTAGE;
    }
    vm_stats.vs_cow_faults++;
    vm_object_unmap_others(o, offset);
    return KERN_SUCCESS;
}

/* May a page of o, found in o itself, be mapped for writing as it is? */
static bool
page_writable(struct vm_object *o, uint64_t offset, vm_slot_t s)
{
    if ((s & (PG_BUSY | VM_PROT_WRITE << PG_LOCK_SHIFT)) != 0 ||
        (o->vo_kind == VO_PAGER && (s & PG_DIRTY) == 0)) {
        return false;
    }
    return o->vo_copy == NULL ||
           !vm_object_in_window(o->vo_copy, offset) ||
           vm_object_present(o->vo_copy, offset);
}

/* One attempt, with the memory that is free now. */
static kern_return_t
page_get(struct vm_object *o, uint64_t offset, bool write, bool last,
         struct vm_page_seen *out)
{
    struct page_search ps;
    kern_return_t kr;

    kr = page_search(o, offset, write ? VM_PROT_WRITE : VM_PROT_READ, &ps);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (ps.object == NULL) {
        out->writable = write || o->vo_copy == NULL;
        out->made = true;
        return page_zero_fill(o, offset, write, last, &out->pa);
    }
    out->pa = slot_pa(*ps.slot);
    out->made = false;
    if (ps.object != o) {
        out->writable = write;
        out->made = write;
        return write ? page_copy_up(o, offset, out->pa, last, &out->pa)
                     : KERN_SUCCESS;
    }
    if (write) {
        if (o->vo_copy != NULL &&
            !vm_object_push(o, offset, out->pa, last)) {
            return KERN_RESOURCE_SHORTAGE;
        }
        if (o->vo_kind == VO_PAGER) {
            *ps.slot |= PG_DIRTY;
        }
    }
    out->writable = page_writable(o, offset, *ps.slot);
    return KERN_SUCCESS;
}

kern_return_t
vm_object_get_page(struct vm_object *o, uint64_t offset, bool write,
                   struct vm_page_seen *out)
{
    unsigned steps = 0;
    bool last = false;
    kern_return_t kr;

    if (o->vo_kind == VO_PHYS) {
        if (offset < o->vo_lo || offset >= o->vo_hi) {
            return KERN_MEMORY_ERROR;
        }
        out->pa = o->vo_phys + (offset - o->vo_lo);
        out->writable = true;
        out->made = false;
        return KERN_SUCCESS;
    }
    for (;;) {
        kr = page_get(o, offset, write, last, out);
        if (kr != KERN_RESOURCE_SHORTAGE || last) {
            return kr;
        }
        /* Give back what is dead or clean, and look again: chains and
         * frames may have changed. */
        last = steps++ == VM_RECLAIM_STEPS || !vm_object_reclaim_step();
    }
}

bool
vm_object_peek_page(struct vm_object *top, uint64_t offset, uint64_t *pa,
                    bool *writable)
{
    struct vm_object *o = top;
    vm_slot_t *s;

    if (o->vo_kind == VO_PHYS) {
        *pa = o->vo_phys + (offset - o->vo_lo);
        *writable = true;
        return offset >= o->vo_lo && offset < o->vo_hi;
    }
    for (;;) {
        s = vm_object_slot(o, offset);
        if (s != NULL && slot_present(*s)) {
            *pa = slot_pa(*s);
            *writable = o == top && page_writable(o, offset, *s);
            return (*s & VM_PROT_READ << PG_LOCK_SHIFT) == 0;
        }
        if (o->vo_poisoned || !vm_object_in_window(o, offset)) {
            return false;
        }
        o = o->vo_shadow;
    }
}

/* Those of the pending pages (bit i: page i from offset on) that o has itself;
 * the others that may be found further down are left. */
static uint64_t
peek_level(struct vm_object *o, bool top, uint64_t offset,
           uint64_t pending, uint64_t frames[])
{
    uint64_t below = 0;
    unsigned first = 0, end = 0;
    vm_slot_t *run = NULL;

    while (pending != 0) {
        unsigned i = (unsigned)__builtin_ctzll(pending);
        uint64_t at = offset + i * PAGE_SIZE;
        vm_slot_t s;

        if (i >= end) {
            first = i;
            end = i + vm_radix_run(&o->vo_pages, at >> PAGE_SHIFT, &run);
        }
        s = run != NULL ? run[i - first] : 0;
        if (!slot_present(s)) {
            if (vm_object_in_window(o, at) && !o->vo_poisoned) {
                below |= 1ull << i;
            }
        } else if ((s & VM_PROT_READ << PG_LOCK_SHIFT) == 0) {
            frames[i] = slot_pa(s);
            if (!top || !page_writable(o, at, s)) {
                frames[i] |= PMAP_FRAME_READ;
            }
        }
        pending &= pending - 1;
    }
    return below;
}

void
vm_object_peek_pages(struct vm_object *top, uint64_t offset, unsigned n,
                     uint64_t frames[])
{
    uint64_t pending = (1ull << n) - 1;
    unsigned i;

    assert(n < 64);
    for (i = 0; i < n; i++) {
        uint64_t at = offset + i * PAGE_SIZE;

        frames[i] = top->vo_kind == VO_PHYS && at >= top->vo_lo &&
                            at < top->vo_hi
                        ? top->vo_phys + (at - top->vo_lo)
                        : 0;
    }
    if (top->vo_kind != VO_PHYS) {
        for (struct vm_object *o = top; pending != 0; o = o->vo_shadow) {
            pending = peek_level(o, o == top, offset, pending, frames);
        }
    }
}
