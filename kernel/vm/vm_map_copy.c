/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capturing ranges of maps.  Putting them into others: vm_map_copyout.c.
 *
 * Up to COPY_BYTES_MAX the data is copied: that is cheaper than two page-table
 * changes and a fault per page.  Above, whole pages go by copy-on-write.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <sched/reaper.h>
#include <vm/vm_map_copy.h>

#define COPY_BYTES_MAX (8 * PAGE_SIZE)
#define REAP_ENTRIES 32

static struct list copy_reap_list; /* K: vc_reap_link */

void
vm_map_copy_setup(void)
{
    list_init(&copy_reap_list);
    reaper_register(vm_map_copy_reap_step);
}

static struct vm_map_copy *
copy_alloc(struct ledger *l, vm_size_t size, vm_offset_t offset)
{
    struct vm_map_copy *c = kalloc(sizeof(*c), l);

    if (c == NULL) {
        return NULL;
    }
    c->vc_size = size;
    c->vc_offset = offset;
    list_init(&c->vc_entries);
    list_init(&c->vc_reap_link);
    ledger_reference(l);
    c->vc_ledger = l;
    vm_stats.vs_copies++;
    return c;
}

static bool
copy_step(struct vm_map_copy *c)
{
    struct ledger *l = c->vc_ledger;
    unsigned budget = REAP_ENTRIES;
    struct list *i;

    while (c->vc_frame_count > 0) {
        uint64_t pa = c->vc_frames[--c->vc_frame_count];

        if (pa != 0) {
            vm_page_free(pa, l);
        }
    }
    while ((i = list_first(&c->vc_entries)) != NULL) {
        if (budget-- == 0) {
            return true;
        }
        list_remove(i);
        vm_entry_free(list_entry(i, struct vm_map_entry, e_link), l);
    }
    list_remove(&c->vc_reap_link);
    kfree(c, sizeof(*c), l);
    ledger_release(l);
    vm_stats.vs_copies--;
    return false;
}

void
vm_map_copy_discard(struct vm_map_copy *c)
{
    if (c != NULL && copy_step(c)) {
        list_push_back(&copy_reap_list, &c->vc_reap_link);
        reaper_wakeup();
    }
}

bool
vm_map_copy_reap_step(void)
{
    struct list *i = list_first(&copy_reap_list);

    if (i != NULL) {
        copy_step(list_entry(i, struct vm_map_copy, vc_reap_link));
    }
    return !list_empty(&copy_reap_list);
}

vm_size_t
vm_map_copy_size(const struct vm_map_copy *c)
{
    return c->vc_size;
}

/* Add an entry of n pages over o (consumes the reference, on success). */
static kern_return_t
copy_append(struct vm_map_copy *c, struct vm_object *o, uint64_t offset,
            vm_size_t size, bool needs_copy)
{
    struct vm_map_entry *e = vm_entry_alloc(c->vc_ledger);
    struct list *last = list_last(&c->vc_entries);

    if (e == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    e->e_start = last == NULL
                     ? 0
                     : list_entry(last, struct vm_map_entry, e_link)->e_end;
    e->e_end = e->e_start + size;
    e->e_object = o;
    e->e_offset = offset;
    e->e_needs_copy = needs_copy;
    list_push_back(&c->vc_entries, &e->e_link);
    c->vc_count++;
    return KERN_SUCCESS;
}

/* Where the bytes of a copy come from. */
struct source {
    struct vm_map *map;  /* NULL: from fill */
    vm_address_t addr;
    vm_copy_fill_t fill;
    void *arg;
};

/* The next size bytes of the source, all of one page. */
static kern_return_t
source_read(struct source *s, char *to, vm_size_t size)
{
    vm_size_t left = size;
    kern_return_t kr;

    if (s->map == NULL) {
        s->fill(s->arg, to, size);
        return KERN_SUCCESS;
    }
    if (s->map == vm_current_map()) {
        left = vm_map_peek(s->map, s->addr, to, size);
    }
    kr = left == 0 ? KERN_SUCCESS
                   : vm_map_read(s->map, s->addr, to, size);
    s->addr += size;
    return kr;
}

/* Append pages that hold size bytes of the source, from skip on in the first,
 * zeros around them: as frames, if that is all that the copy will hold. */
static kern_return_t
copy_append_bytes(struct vm_map_copy *c, struct source *s, vm_offset_t skip,
                  vm_size_t size)
{
    uint64_t off, pages = page_round(skip + size);
    struct vm_object *o = NULL;
    kern_return_t kr = KERN_SUCCESS;

    if (size != c->vc_size || pages > VM_COPY_FRAMES * PAGE_SIZE) {
        kr = vm_object_create(c->vc_ledger, 0, pages, &o);
    }
    for (off = 0; kr == KERN_SUCCESS && off < pages; off += PAGE_SIZE) {
        vm_size_t n = PAGE_SIZE - skip < size ? PAGE_SIZE - skip : size;
        uint64_t pa = vm_page_alloc_reclaim(c->vc_ledger);
        char *p = phys_to_virt(pa);

        if (pa == 0) {
            kr = KERN_RESOURCE_SHORTAGE;
            break;
        }
        if (n != PAGE_SIZE) {
            memset(p, 0, skip);
            memset(p + skip + n, 0, PAGE_SIZE - skip - n);
        }
        kr = source_read(s, p + skip, n);
        if (kr == KERN_SUCCESS && o != NULL) {
            kr = vm_object_insert(o, off, pa, 0);
        } else if (kr == KERN_SUCCESS) {
            c->vc_frames[c->vc_frame_count++] = pa;
        }
        if (kr != KERN_SUCCESS) {
            vm_page_free(pa, c->vc_ledger);
        }
        size -= n;
        skip = 0;
    }
    if (kr == KERN_SUCCESS && o != NULL) {
        kr = copy_append(c, o, 0, pages, false);
    }
    if (kr != KERN_SUCCESS && o != NULL) {
        vm_object_release(o);
    }
    return kr;
}

static kern_return_t
copy_append_range(struct vm_map_copy *c, struct vm_map *map,
                  vm_address_t addr, vm_size_t size)
{
    struct source s = { .map = map, .addr = addr };

    return copy_append_bytes(c, &s, addr & PAGE_MASK, size);
}

/* Append whole pages [start, end) of the map, copy-on-write. */
static kern_return_t
copy_append_pages(struct vm_map_copy *c, struct vm_map *map,
                  vm_address_t start, vm_address_t end)
{
    struct vm_map_entry *e;
    unsigned n = 0;
    kern_return_t kr;

    kr = vm_map_clip(map, start);
    if (kr == KERN_SUCCESS) {
        kr = vm_map_clip(map, end);
    }
    while (kr == KERN_SUCCESS && start < end) {
        struct vm_object *o = NULL;
        bool needs_copy = false;

        e = vm_map_lookup(map, start);
        if (e == NULL) {
            return KERN_INVALID_ADDRESS;
        }
        if ((e->e_prot & VM_PROT_READ) == 0) {
            return KERN_PROTECTION_FAILURE;
        }
        start = e->e_end;
        vm_breathe(&n);
        if (e->e_object != NULL && e->e_object->vo_kind == VO_PHYS) {
            kr = copy_append_range(c, map, e->e_start,
                                   e->e_end - e->e_start);
            continue;
        }
        kr = vm_entry_copy(e, c->vc_ledger, &o, &needs_copy);
        if (kr == KERN_SUCCESS) {
            kr = copy_append(c, o, e->e_offset, e->e_end - e->e_start,
                             needs_copy);
            if (kr != KERN_SUCCESS && o != NULL) {
                vm_object_release(o);
            }
        }
    }
    return kr;
}

static kern_return_t
copy_fill(struct vm_map_copy *c, struct vm_map *map, vm_address_t addr,
          vm_size_t size)
{
    vm_address_t start = page_round(addr), end = page_trunc(addr + size);
    kern_return_t kr = KERN_SUCCESS;

    if (size <= COPY_BYTES_MAX) {
        return copy_append_range(c, map, addr, size);
    }
    if (addr < start) {
        kr = copy_append_range(c, map, addr, start - addr);
    }
    if (kr == KERN_SUCCESS) {
        kr = copy_append_pages(c, map, start, end);
    }
    if (kr == KERN_SUCCESS && end < addr + size) {
        kr = copy_append_range(c, map, end, addr + size - end);
    }
    return kr;
}

kern_return_t
vm_map_copyin(struct vm_map *map, vm_address_t addr, vm_size_t size,
              bool destroy, struct ledger *l, struct vm_map_copy **out)
{
    vm_address_t start, end;
    struct vm_map_copy *c;
    kern_return_t kr;

    kr = vm_map_range(addr, size, &start, &end);
    if (size == 0) {
        kr = KERN_SUCCESS;
        start = end = addr = 0;
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    c = copy_alloc(l, size, addr & PAGE_MASK);
    if (c == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (size != 0) {
        kr = copy_fill(c, map, addr, size);
        if (kr == KERN_SUCCESS && destroy) {
            kr = vm_map_remove(map, start, end);
        }
    }
    if (kr != KERN_SUCCESS) {
        vm_map_copy_discard(c);
        return kr;
    }
    *out = c;
    return KERN_SUCCESS;
}

kern_return_t
vm_map_copy_from_fill(vm_size_t size, struct ledger *l, vm_copy_fill_t fill,
                      void *arg, struct vm_map_copy **out)
{
    struct source s = { .fill = fill, .arg = arg };
    struct vm_map_copy *c = copy_alloc(l, size, 0);
    kern_return_t kr = KERN_SUCCESS;

    if (c == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (size != 0) {
        kr = copy_append_bytes(c, &s, 0, size);
    }
    if (kr != KERN_SUCCESS) {
        vm_map_copy_discard(c);
        return kr;
    }
    *out = c;
    return KERN_SUCCESS;
}

/* arg: where the next of the kernel's bytes is. */
static void
fill_bytes(void *arg, void *to, vm_size_t size)
{
    const char **from = arg;

    memcpy(to, *from, size);
    *from += size;
}

kern_return_t
vm_map_copy_from_kernel(const void *data, vm_size_t size, struct ledger *l,
                        struct vm_map_copy **out)
{
    return vm_map_copy_from_fill(size, l, fill_bytes, &data, out);
}

kern_return_t
vm_map_copy_from_object(struct vm_object *o, uint64_t lo, uint64_t hi,
                        struct ledger *l, struct vm_map_copy **out)
{
    struct vm_map_copy *c = copy_alloc(l, hi - lo, 0);

    if (c == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (copy_append(c, o, lo, hi - lo, false) != KERN_SUCCESS) {
        vm_map_copy_discard(c);
        return KERN_RESOURCE_SHORTAGE;
    }
    *out = c;
    return KERN_SUCCESS;
}
