/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers of a pager: pages, zeros, errors.
 *
 * What a pager sends is looked at page by page: a page that is here already
 * stays (the kernel's may be newer), and one that can't be taken for lack of
 * memory becomes an error for those who wait for it, not for the pager.
 */
#include <base/assert.h>
#include <pager/pager.h>
#include <vm/vm_map_copy.h>

static bool
range_valid(uint64_t offset, uint64_t length)
{
    return ((offset | length) & PAGE_MASK) == 0 &&
           offset <= PAGER_OBJECT_SIZE &&
           length <= PAGER_OBJECT_SIZE - offset;
}

kern_return_t
pager_ready(struct memory_control *mc, bool may_cache, int copy_strategy,
            bool first)
{
    if (copy_strategy != MEMORY_OBJECT_COPY_NONE &&
        copy_strategy != MEMORY_OBJECT_COPY_DELAY) {
        return KERN_INVALID_ARGUMENT;
    }
    if (mc->mc_state == MC_FAILED || (!first && mc->mc_state == MC_INIT)) {
        return KERN_FAILURE;
    }
    mc->mc_may_cache = may_cache;
    mc->mc_object->vo_copy_strategy = (uint8_t)copy_strategy;
    if (mc->mc_state == MC_INIT) {
        mc->mc_state = MC_READY;
        pager_progress(mc, 0);
    }
    return KERN_SUCCESS;
}

/* The slot gets an error instead of a page. */
static void
slot_fail(struct vm_object *o, uint64_t offset, kern_return_t kr)
{
    vm_slot_t *s = vm_object_slot(o, offset);

    if (s != NULL && !slot_present(*s)) {
        *s = PG_ERROR | (uint64_t)(uint32_t)kr << PAGE_SHIFT;
    }
}

/* A frame (charged to the object's ledger) becomes the page at offset. */
static kern_return_t
slot_fill(struct vm_object *o, uint64_t offset, uint64_t pa, vm_slot_t bits)
{
    vm_slot_t *s = vm_object_slot(o, offset);

    if (s != NULL) {
        *s = 0;
    }
    return vm_object_insert(o, offset, pa, bits);
}

/* A frame with the data's page i. */
static kern_return_t
data_page(struct vm_map_copy *data, uint64_t i, uint64_t size,
          struct ledger *l, uint64_t *pa)
{
    uint64_t at = i << PAGE_SHIFT, n = size - at, frame;
    kern_return_t kr = vm_map_copy_take_page(data, i, l, pa);

    if (kr != KERN_INVALID_ARGUMENT) {
        return kr;
    }
    /* Not page-aligned: by bytes. */
    frame = vm_page_alloc_reclaim(l);
    if (frame == 0) {
        return KERN_RESOURCE_SHORTAGE;
    }
    n = n < PAGE_SIZE ? n : PAGE_SIZE;
    memset(phys_to_virt(frame), 0, PAGE_SIZE);
    kr = vm_map_copy_read(data, at, phys_to_virt(frame), n);
    if (kr != KERN_SUCCESS) {
        vm_page_free(frame, l);
        return kr;
    }
    *pa = frame;
    return KERN_SUCCESS;
}

kern_return_t
pager_supply(struct memory_control *mc, uint64_t offset,
             struct vm_map_copy *data, uint64_t size, vm_prot_t lock,
             bool precious)
{
    struct vm_object *o = mc->mc_object;
    vm_slot_t bits = (vm_slot_t)lock << PG_LOCK_SHIFT;
    uint64_t i, answered = 0, pa;
    kern_return_t kr;

    if (!range_valid(offset, page_round(size)) || size == 0 ||
        data == NULL || (lock & ~VM_PROT_ALL) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    if (mc->mc_state == MC_FAILED || mc->mc_state == MC_INIT) {
        return KERN_FAILURE;
    }
    bits |= precious ? PG_PRECIOUS : 0;
    for (i = 0; i << PAGE_SHIFT < size; i++, offset += PAGE_SIZE) {
        vm_slot_t *s = vm_object_slot(o, offset);

        if (s != NULL && slot_present(*s)) {
            continue;
        }
        answered += s != NULL && (*s & PG_REQUESTED) != 0;
        kr = data_page(data, i, size, o->vo_ledger, &pa);
        if (kr == KERN_BLOCKED || kr == KERN_ABORTED) {
            /* The data is another pager's; what was taken stays taken. */
            pager_progress(mc, answered);
            return kr;
        }
        if (kr == KERN_SUCCESS) {
            kr = slot_fill(o, offset, pa, bits);
            if (kr != KERN_SUCCESS) {
                vm_page_free(pa, o->vo_ledger);
            }
        }
        if (kr != KERN_SUCCESS) {
            slot_fail(o, offset, kr);
        }
    }
    pager_progress(mc, answered);
    return KERN_SUCCESS;
}

/* Answer what is asked for in the range: zeros, or (kr) an error. */
static kern_return_t
answer_range(struct memory_control *mc, uint64_t offset, uint64_t length,
             kern_return_t error)
{
    struct vm_object *o = mc->mc_object;
    uint64_t index = offset >> PAGE_SHIFT, answered = 0, pa;
    uint64_t end = (offset + length) >> PAGE_SHIFT;
    vm_slot_t *s;

    if (!range_valid(offset, length)) {
        return KERN_INVALID_ARGUMENT;
    }
    while ((s = vm_radix_next(&o->vo_pages, &index, end)) != NULL) {
        kern_return_t kr = error;

        if (!slot_present(*s) && (*s & PG_REQUESTED) != 0) {
            answered++;
            if (kr == KERN_SUCCESS) {
                pa = vm_page_alloc_zero(o->vo_ledger);
                kr = pa != 0 ? slot_fill(o, index << PAGE_SHIFT, pa, 0)
                             : KERN_RESOURCE_SHORTAGE;
                if (kr != KERN_SUCCESS && pa != 0) {
                    vm_page_free(pa, o->vo_ledger);
                }
            }
            if (kr != KERN_SUCCESS) {
                slot_fail(o, index << PAGE_SHIFT, kr);
            }
        }
        index++;
    }
    pager_progress(mc, answered);
    return KERN_SUCCESS;
}

kern_return_t
pager_unavailable(struct memory_control *mc, uint64_t offset,
                  uint64_t length)
{
    return answer_range(mc, offset, length, KERN_SUCCESS);
}

kern_return_t
pager_error(struct memory_control *mc, uint64_t offset, uint64_t length,
            int error)
{
    (void)error; /* the pager's own code: a fault can say one thing only */
    return answer_range(mc, offset, length, KERN_MEMORY_ERROR);
}
