/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capturing ranges of maps and putting them into others.
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

/*
 * Append pages that hold a copy of size bytes, of map at addr or (map NULL) of
 * kernel memory, at the same offset in page.  A copy without source is zeros.
 */
static kern_return_t
copy_append_bytes(struct vm_map_copy *c, struct vm_map *map,
                  vm_address_t addr, const void *data, vm_size_t size)
{
    vm_offset_t skip = map != NULL ? addr & PAGE_MASK : 0;
    uint64_t off, pa, pages = page_round(skip + size);
    struct vm_object *o;
    kern_return_t kr;

    kr = vm_object_create(c->vc_ledger, 0, pages, &o);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    for (off = 0; off < pages; off += PAGE_SIZE, skip = 0) {
        vm_size_t n = PAGE_SIZE - skip;
        char *p;

        n = n < size ? n : size;
        pa = vm_page_alloc_reclaim(c->vc_ledger);
        if (pa == 0) {
            kr = KERN_RESOURCE_SHORTAGE;
            goto out_object;
        }
        p = phys_to_virt(pa);
        memset(p, 0, skip);
        memset(p + skip + n, 0, PAGE_SIZE - skip - n);
        if (map != NULL) {
            kr = vm_map_read(map, addr, p + skip, n);
        } else {
            memcpy(p + skip, data, n);
            data = (const char *)data + n;
        }
        if (kr == KERN_SUCCESS) {
            kr = vm_object_insert(o, off, pa, 0);
        }
        if (kr != KERN_SUCCESS) {
            vm_page_free(pa, c->vc_ledger);
            goto out_object;
        }
        addr += n;
        size -= n;
    }
    kr = copy_append(c, o, 0, pages, false);
    if (kr == KERN_SUCCESS) {
        return kr;
    }
out_object:
    vm_object_release(o);
    return kr;
}

/* Append whole pages [start, end) of the map, copy-on-write. */
static kern_return_t
copy_append_pages(struct vm_map_copy *c, struct vm_map *map,
                  vm_address_t start, vm_address_t end)
{
    struct vm_map_entry *e;
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
        if (e->e_object != NULL && e->e_object->vo_kind == VO_PHYS) {
            kr = copy_append_bytes(c, map, e->e_start, NULL,
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
        return copy_append_bytes(c, map, addr, NULL, size);
    }
    if (addr < start) {
        kr = copy_append_bytes(c, map, addr, NULL, start - addr);
    }
    if (kr == KERN_SUCCESS) {
        kr = copy_append_pages(c, map, start, end);
    }
    if (kr == KERN_SUCCESS && end < addr + size) {
        kr = copy_append_bytes(c, map, end, NULL, addr + size - end);
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
vm_map_copy_from_kernel(const void *data, vm_size_t size, struct ledger *l,
                        struct vm_map_copy **out)
{
    struct vm_map_copy *c = copy_alloc(l, size, 0);
    kern_return_t kr = KERN_SUCCESS;

    if (c == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (size != 0) {
        kr = copy_append_bytes(c, NULL, 0, data, size);
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
    struct vm_map_copy *c = copy_alloc(l, size, 0);
    struct vm_object *o = NULL;
    kern_return_t kr = KERN_RESOURCE_SHORTAGE;
    uint64_t off;

    if (c == NULL) {
        return kr;
    }
    kr = vm_object_create(l, 0, page_round(size), &o);
    for (off = 0; kr == KERN_SUCCESS && off < size; off += PAGE_SIZE) {
        vm_size_t n = size - off < PAGE_SIZE ? size - off : PAGE_SIZE;
        uint64_t pa = vm_page_alloc_reclaim(l);

        if (pa == 0) {
            kr = KERN_RESOURCE_SHORTAGE;
            break;
        }
        fill(arg, phys_to_virt(pa), n);
        memset((char *)phys_to_virt(pa) + n, 0, PAGE_SIZE - n);
        kr = vm_object_insert(o, off, pa, 0);
        if (kr != KERN_SUCCESS) {
            vm_page_free(pa, l);
        }
    }
    if (kr == KERN_SUCCESS) {
        kr = copy_append(c, o, 0, page_round(size), false);
    }
    if (kr != KERN_SUCCESS) {
        if (o != NULL) {
            vm_object_release(o);
        }
        vm_map_copy_discard(c);
        return kr;
    }
    *out = c;
    return KERN_SUCCESS;
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

/* ---- copyout --------------------------------------------------------------- */

/* Is the map charged for the copy's entries already, so that it can have them
 * as they are? */
static bool
copyout_moves(const struct vm_map *map, const struct vm_map_copy *c)
{
    return c->vc_ledger == map->vm_ledger;
}

/* Entries for the map, not linked in yet, on a list, unless it can have the
 * copy's; the objects' references still belong to the copy. */
static kern_return_t
copyout_prepare(struct vm_map *map, struct vm_map_copy *c, struct list *new)
{
    struct list *i;

    if (map->vm_entry_count + c->vc_count > VM_MAP_ENTRIES_MAX) {
        return KERN_RESOURCE_SHORTAGE;
    }
    list_for_each(i, &c->vc_entries) {
        struct vm_map_entry *e = list_entry(i, struct vm_map_entry, e_link);

        if (!copyout_moves(map, c)) {
            struct vm_map_entry *n = vm_entry_alloc(map->vm_ledger);

            if (n == NULL) {
                return KERN_RESOURCE_SHORTAGE;
            }
            list_push_back(new, &n->e_link);
        }
        if (e->e_object != NULL && e->e_object->vo_refs == 1 &&
            e->e_object->vo_kind == VO_ANON &&
            vm_object_set_ledger(e->e_object, map->vm_ledger) !=
                KERN_SUCCESS) {
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    return KERN_SUCCESS;
}

/* The copy's entry e becomes n, which belongs to the map. */
static void
copyout_move(struct vm_map_copy *c, struct vm_map_entry *e,
             struct vm_map_entry *n)
{
    n->e_start = e->e_start;
    n->e_end = e->e_end;
    n->e_offset = e->e_offset;
    n->e_needs_copy = e->e_needs_copy;
    n->e_object = e->e_object;
    e->e_object = NULL;
    vm_entry_free(e, c->vc_ledger);
}

/* Map first pages, so that the receiver needn't fault for them. */
static void
copyout_premap(struct vm_map_entry *e)
{
    vm_address_t next = (e->e_start | (VM_AROUND_PAGES * PAGE_SIZE - 1)) + 1;

    if (vm_entry_premap(e, e->e_start) == KERN_SUCCESS && next < e->e_end) {
        (void)vm_entry_premap(e, next);
    }
}

kern_return_t
vm_map_copyout(struct vm_map *map, struct vm_map_copy *c, vm_address_t *addr)
{
    struct vm_enter req = {
        .size = page_round(c->vc_offset + c->vc_size),
        .flags = VM_FLAGS_ANYWHERE | VM_FLAGS_TOP_DOWN,
    };
    struct list new, *i, *j;
    kern_return_t kr;

    if (c->vc_size == 0) {
        *addr = 0;
        vm_map_copy_discard(c);
        return KERN_SUCCESS;
    }
    list_init(&new);
    kr = vm_map_space(map, &req);
    if (kr == KERN_SUCCESS) {
        kr = copyout_prepare(map, c, &new);
    }
    if (kr != KERN_SUCCESS) {
        while ((i = list_pop_front(&new)) != NULL) {
            vm_entry_free(list_entry(i, struct vm_map_entry, e_link),
                          map->vm_ledger);
        }
        return kr;
    }
    /* ---- point of no return ---- */
    while ((i = list_pop_front(&c->vc_entries)) != NULL) {
        struct vm_map_entry *n = list_entry(i, struct vm_map_entry, e_link);

        if ((j = list_pop_front(&new)) != NULL) {
            struct vm_map_entry *e = n;

            n = list_entry(j, struct vm_map_entry, e_link);
            copyout_move(c, e, n);
        }
        n->e_prot = VM_PROT_DEFAULT;
        n->e_max_prot = VM_PROT_ALL;
        n->e_inherit = VM_INHERIT_DEFAULT;
        n->e_start += req.addr;
        n->e_end += req.addr;
        if (n->e_object == NULL) {
            n->e_offset = n->e_start;
        }
        vm_map_insert(map, n);
        if (n->e_object != NULL && n->e_start == req.addr) {
            copyout_premap(n);
        }
    }
    *addr = req.addr + c->vc_offset;
    vm_map_copy_discard(c);
    return KERN_SUCCESS;
}
