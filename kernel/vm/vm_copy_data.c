/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes and pages of a map copy from inside the kernel.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <base/page_alloc.h>
#include <vm/vm_map_copy.h>

static struct vm_map_entry *
copy_entry(const struct vm_map_copy *c, uint64_t at)
{
    struct list *i;

    list_for_each(i, &c->vc_entries) {
        struct vm_map_entry *e = list_entry(i, struct vm_map_entry, e_link);

        if (at < e->e_end) {
            return e;
        }
    }
    return NULL;
}

static void
copy_frames_read(const struct vm_map_copy *c, uint64_t at, char *to,
                 vm_size_t size)
{
    while (size > 0) {
        uint64_t pa = c->vc_frames[at >> PAGE_SHIFT];
        vm_size_t n = PAGE_SIZE - (at & PAGE_MASK);

        n = n < size ? n : size;
        if (pa != 0) {
            memcpy(to, (char *)phys_to_virt(pa) + (at & PAGE_MASK), n);
        } else {
            memset(to, 0, n);
        }
        to += n;
        at += n;
        size -= n;
    }
}

kern_return_t
vm_map_copy_read(struct vm_map_copy *c, vm_size_t off, void *to,
                 vm_size_t size)
{
    uint64_t at = c->vc_offset + off;

    if (off > c->vc_size || size > c->vc_size - off) {
        return KERN_INVALID_ARGUMENT;
    }
    if (c->vc_frame_count != 0) {
        copy_frames_read(c, at, to, size);
        return KERN_SUCCESS;
    }
    while (size > 0) {
        struct vm_map_entry *e = copy_entry(c, at);
        vm_size_t n = PAGE_SIZE - (at & PAGE_MASK);
        struct vm_page_seen seen;
        kern_return_t kr;

        n = n < size ? n : size;
        assert(e != NULL);
        if (e->e_object == NULL) {
            memset(to, 0, n);
        } else {
            kr = vm_object_get_page(e->e_object,
                                    e->e_offset +
                                        (page_trunc(at) - e->e_start),
                                    false, &seen);
            if (kr != KERN_SUCCESS) {
                return kr;
            }
            memcpy(to, (char *)phys_to_virt(seen.pa) + (at & PAGE_MASK), n);
        }
        to = (char *)to + n;
        at += n;
        size -= n;
    }
    return KERN_SUCCESS;
}

kern_return_t
vm_map_copy_overwrite(struct vm_map *map, vm_address_t addr,
                      struct vm_map_copy *c)
{
    /* By a buffer: finding memory for the target may move the source. */
    char *buf = kalloc(PAGE_SIZE, c->vc_ledger);
    kern_return_t kr = KERN_SUCCESS;
    vm_size_t off = 0;

    if (buf == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    while (kr == KERN_SUCCESS && off < c->vc_size) {
        vm_size_t n = PAGE_SIZE - ((addr + off) & PAGE_MASK);

        n = n < c->vc_size - off ? n : c->vc_size - off;
        kr = vm_map_copy_read(c, off, buf, n);
        if (kr == KERN_SUCCESS) {
            kr = vm_map_write(map, buf, addr + off, n);
        }
        off += n;
    }
    kfree(buf, PAGE_SIZE, c->vc_ledger);
    return kr;
}

/* Take the frame of the page at `at`, if only the copy knows it. */
static bool
copy_steal(struct vm_map_copy *c, uint64_t at, struct ledger *l, uint64_t *pa)
{
    struct ledger *payer = c->vc_ledger;
    struct vm_object *o = NULL;
    vm_slot_t *s;

    if (c->vc_frame_count != 0) {
        s = &c->vc_frames[at >> PAGE_SHIFT];
    } else {
        const struct vm_map_entry *e = copy_entry(c, at);

        o = e->e_object;
        if (o == NULL || o->vo_kind != VO_ANON || o->vo_refs != 1) {
            return false;
        }
        s = vm_object_slot(o, e->e_offset + (at - e->e_start));
        payer = o->vo_ledger;
    }
    if (s == NULL || slot_pa(*s) == 0) {
        return false;
    }
    if (l != payer) {
        if (ledger_charge(l, LEDGER_PAGES, 1) != KERN_SUCCESS) {
            return false;
        }
        ledger_uncharge(payer, LEDGER_PAGES, 1);
    }
    *pa = slot_pa(*s);
    *s = 0;
    if (o != NULL) {
        o->vo_pages.rx_pages--;
    }
    return true;
}

kern_return_t
vm_map_copy_take_page(struct vm_map_copy *c, uint64_t i, struct ledger *l,
                      uint64_t *pa)
{
    uint64_t at = i << PAGE_SHIFT, frame;
    kern_return_t kr;

    if (c->vc_offset != 0 || at >= c->vc_size) {
        return KERN_INVALID_ARGUMENT;
    }
    if (copy_steal(c, at, l, pa)) {
        return KERN_SUCCESS;
    }
    frame = vm_page_alloc_reclaim(l);
    if (frame == 0) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kr = vm_map_copy_read(c, at, phys_to_virt(frame),
                          c->vc_size - at < PAGE_SIZE ? c->vc_size - at
                                                      : PAGE_SIZE);
    if (kr != KERN_SUCCESS) {
        vm_page_free(frame, l);
        return kr;
    }
    if (c->vc_size - at < PAGE_SIZE) {
        memset((char *)phys_to_virt(frame) + (c->vc_size - at), 0,
               PAGE_SIZE - (c->vc_size - at));
    }
    *pa = frame;
    return KERN_SUCCESS;
}
