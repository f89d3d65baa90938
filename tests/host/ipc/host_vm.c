/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User memory on the host: a task's addresses are host addresses, valid only
 * inside the regions that belong to its map.  Ranges that are captured with
 * destroy must be whole regions.
 */
#include <base/kalloc.h>
#include <machine/switch.h>
#include <machine/user_copy.h>
#include <vm/vm_user.h>
#include "ipc_test.h"

struct region {
    struct list link;
    char *base;
    size_t size;
    bool writable;
    unsigned resident; /* since this era of missing pages; 0: never */
};

struct vm_map_copy {
    char *data;
    size_t size;
    struct ledger *ledger;
};

kern_return_t host_page(void);
bool host_pages_owed(void);
extern unsigned host_page_era;

static unsigned copies, regions, crossed;

static struct region *
region_of(struct vm_map *map, vm_address_t addr, size_t size)
{
    struct list *l;

    list_for_each(l, &map->regions)
    {
        struct region *r = list_entry(l, struct region, link);
        vm_address_t base = (vm_address_t)(uintptr_t)r->base;

        if (addr >= base && addr - base < r->size
            && size <= r->size - (addr - base)) {
            return r;
        }
    }
    return NULL;
}

static void *
region_add(struct vm_map *map, size_t size)
{
    struct region *r = malloc(sizeof(*r));

    r->base = calloc(1, size);
    r->size = size;
    r->writable = true;
    r->resident = 0;
    list_push_back(&map->regions, &r->link);
    regions++;
    return r->base;
}

static void
region_remove(struct region *r)
{
    list_remove(&r->link);
    free(r->base);
    free(r);
    regions--;
}

void *
user_alloc(struct task *t, size_t size)
{
    return region_add(&t->map, size);
}

void
user_free(struct task *t, void *p)
{
    region_remove(region_of(&t->map, (vm_address_t)(uintptr_t)p, 1));
}

void
user_free_all(struct task *t)
{
    struct list *l;

    while ((l = list_first(&t->map.regions)) != NULL) {
        region_remove(list_entry(l, struct region, link));
    }
}

bool
user_mapped(struct task *t, const void *p)
{
    return region_of(&t->map, (vm_address_t)(uintptr_t)p, 1) != NULL;
}

void
user_protect(struct task *t, void *p, bool writable)
{
    region_of(&t->map, (vm_address_t)(uintptr_t)p, 1)->writable = writable;
}

unsigned
user_copies(void)
{
    return copies;
}

unsigned
user_across(void)
{
    return crossed;
}

unsigned
user_regions(void)
{
    return regions;
}

unsigned
user_regions_of(const struct task *t)
{
    unsigned n = 0;
    struct list *l;

    list_for_each(l, &t->map.regions)
    {
        n++;
    }
    return n;
}

static struct vm_map *
current_map(void)
{
    return &host_current->th_task->map;
}

kern_return_t
copyin(vm_address_t from, void *to, size_t size)
{
    kern_return_t kr = host_page();

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (region_of(current_map(), from, size) == NULL) {
        return KERN_INVALID_ADDRESS;
    }
    memcpy(to, (const void *)(uintptr_t)from, size);
    return KERN_SUCCESS;
}

/* ---- what never resolves a miss ---- */

static struct {
    struct vm_map *map;
    vm_address_t at;
    size_t size;
} window;

vm_address_t
pmap_window(struct pmap *to, vm_address_t at, size_t size)
{
    CHECK(window.map == NULL);
    if (region_of((struct vm_map *)(void *)to, at, size) == NULL) {
        return 0;
    }
    window.map = (struct vm_map *)(void *)to;
    window.at = at;
    window.size = size;
    return at;
}

void
pmap_window_done(void)
{
    CHECK(window.map != NULL);
    window.map = NULL;
}

void
pmap_window_close(void)
{
    pmap_window_done();
}

/* Through the window where it is open, else to the current map. */
static bool
may_write(vm_address_t to, size_t size)
{
    bool inside = window.map != NULL && to >= window.at
                  && to - window.at <= window.size
                  && size <= window.size - (to - window.at);
    struct region *r = region_of(inside ? window.map : current_map(), to,
                                 size);

    return r != NULL && r->writable && !host_pages_owed();
}

size_t
user_copy_to(vm_address_t to, const void *from, size_t size)
{
    CHECK(to < VM_MAX_ADDRESS);
    host_user_access = false;
    if (!may_write(to, size)) {
        return size;
    }
    memcpy((void *)(uintptr_t)to, from, size);
    return 0;
}

size_t
user_copy_from(void *to, vm_address_t from, size_t size)
{
    vm_address_t at = (vm_address_t)(uintptr_t)to;
    bool across = window.map != NULL && at >= window.at
                  && at < window.at + window.size;

    host_user_access = false;
    if (host_pages_owed() || region_of(current_map(), from, size) == NULL
        || (across && !may_write(at, size))) {
        return size;
    }
    memmove(to, (const void *)(uintptr_t)from, size);
    return 0;
}

kern_return_t
vm_probe_write(vm_address_t addr, size_t size)
{
    kern_return_t kr = host_page();
    struct region *r;

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    r = region_of(current_map(), addr, size);
    if (r == NULL || !r->writable) {
        return r == NULL ? KERN_INVALID_ADDRESS : KERN_PROTECTION_FAILURE;
    }
    r->resident = host_page_era;
    return KERN_SUCCESS;
}

kern_return_t
copyout(const void *from, vm_address_t to, size_t size)
{
    struct region *r = region_of(current_map(), to, size);

    if (r == NULL || r->resident != host_page_era) {
        kern_return_t kr = host_page();

        if (kr != KERN_SUCCESS) {
            return kr;
        }
    }
    if (r == NULL || !r->writable) {
        return KERN_INVALID_ADDRESS;
    }
    r->resident = host_page_era;
    memcpy((void *)(uintptr_t)to, from, size);
    return KERN_SUCCESS;
}

kern_return_t
vm_map_allocate(struct vm_map *map, vm_address_t *addr, vm_size_t size,
                int flags)
{
    CHECK(flags == VM_FLAGS_ANYWHERE);
    if (host_inject()) {
        return KERN_NO_SPACE;
    }
    *addr = (vm_address_t)(uintptr_t)region_add(map, size);
    return KERN_SUCCESS;
}

kern_return_t
vm_map_deallocate(struct vm_map *map, vm_address_t addr, vm_size_t size)
{
    struct region *r = region_of(map, addr, size);

    CHECK(!host_user_access);
    CHECK(r != NULL && r->size == size);
    region_remove(r);
    return KERN_SUCCESS;
}

static struct vm_map_copy *
copy_make(const void *data, size_t size, struct ledger *l)
{
    struct vm_map_copy *copy = kalloc(sizeof(*copy) + size, l);

    if (copy != NULL) {
        copy->data = (char *)(copy + 1);
        copy->size = size;
        copy->ledger = l;
        memcpy(copy->data, data, size);
        copies++;
    }
    return copy;
}

kern_return_t
vm_map_copyin(struct vm_map *map, vm_address_t addr, vm_size_t size,
              bool destroy, struct ledger *l, struct vm_map_copy **out)
{
    struct region *r = region_of(map, addr, size);
    struct vm_map_copy *copy;
    kern_return_t kr = host_page();

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (r == NULL) {
        return KERN_INVALID_ADDRESS;
    }
    copy = copy_make((const void *)(uintptr_t)addr, size, l);
    if (copy == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (destroy) {
        CHECK_EQ(r->size, size);
        region_remove(r);
    }
    *out = copy;
    return KERN_SUCCESS;
}

kern_return_t
vm_map_copyout(struct vm_map *map, struct vm_map_copy *copy,
               vm_address_t *addr)
{
    void *p;

    if (host_inject()) {
        return KERN_NO_SPACE;
    }
    p = region_add(map, copy->size);
    memcpy(p, copy->data, copy->size);
    *addr = (vm_address_t)(uintptr_t)p;
    vm_map_copy_discard(copy);
    return KERN_SUCCESS;
}

bool
vm_map_copy_across(struct vm_map *from, vm_address_t addr, vm_size_t size,
                   struct vm_map *to, vm_address_t *out)
{
    void *p;

    CHECK(from == current_map() && !host_user_access);
    if (size == 0 || size > HOST_ACROSS_MAX || host_pages_owed()
        || region_of(from, addr, size) == NULL || host_inject()) {
        return false;
    }
    p = region_add(to, size);
    memcpy(p, (const void *)(uintptr_t)addr, size);
    *out = (vm_address_t)(uintptr_t)p;
    crossed++;
    return true;
}

const void *
user_copy_data(const struct vm_map_copy *copy)
{
    return copy->data;
}

void
vm_map_copy_discard(struct vm_map_copy *copy)
{
    copies--;
    kfree(copy, sizeof(*copy) + copy->size, copy->ledger);
}

kern_return_t
vm_map_copy_from_kernel(const void *data, vm_size_t size, struct ledger *l,
                        struct vm_map_copy **out)
{
    *out = copy_make(data, size, l);
    return *out == NULL ? KERN_RESOURCE_SHORTAGE : KERN_SUCCESS;
}

kern_return_t
vm_map_copy_from_fill(vm_size_t size, struct ledger *l, vm_copy_fill_t fill,
                      void *arg, struct vm_map_copy **out)
{
    char *data = malloc(size);
    vm_size_t off, n;
    kern_return_t kr;

    for (off = 0; off < size; off += n) {
        n = size - off < 4096 ? size - off : 4096;
        fill(arg, data + off, n);
    }
    kr = vm_map_copy_from_kernel(data, size, l, out);
    free(data);
    return kr;
}
