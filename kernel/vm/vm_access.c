/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes of a map from inside the kernel: of any map through the direct map,
 * of the current one through the processor's own translation.
 */
#include <base/assert.h>
#include <base/compiler.h>
#include <base/page_alloc.h>
#include <machine/user_copy.h>
#include <vm/vm_map.h>

/* Touch pages until the access is done; to NULL: copy into the map. */
static COLD kern_return_t
map_access(struct vm_map *map, vm_address_t addr, void *to, const void *from,
           vm_size_t size)
{
    bool write = to == NULL;

    if (size > VM_MAX_ADDRESS || addr > VM_MAX_ADDRESS - size) {
        return KERN_INVALID_ADDRESS;
    }
    while (size > 0) {
        struct vm_map_entry *e = vm_map_lookup(map, addr);
        vm_size_t n = PAGE_SIZE - (addr & PAGE_MASK);
        struct vm_page_seen seen;
        kern_return_t kr;
        char *p;

        if (e == NULL) {
            return KERN_INVALID_ADDRESS;
        }
        if ((e->e_prot & (write ? VM_PROT_WRITE : VM_PROT_READ)) == 0) {
            return KERN_PROTECTION_FAILURE;
        }
        kr = vm_entry_own(e, write);
        if (kr == KERN_SUCCESS) {
            kr = vm_object_get_page(e->e_object,
                                    e->e_offset +
                                        (page_trunc(addr) - e->e_start),
                                    write, &seen);
        }
        if (kr == KERN_SUCCESS && seen.pa >= phys_top()) {
            kr = KERN_INVALID_ADDRESS; /* a device, not memory */
        }
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        n = n < size ? n : size;
        p = (char *)phys_to_virt(seen.pa) + (addr & PAGE_MASK);
        if (write) {
            /* What is mapped there may be the page from before a copy. */
            vm_map_pmap_remove(map, page_trunc(addr),
                               page_trunc(addr) + PAGE_SIZE);
            memcpy(p, from, n);
            from = (const char *)from + n;
        } else {
            memcpy(to, p, n);
            to = (char *)to + n;
        }
        addr += n;
        size -= n;
    }
    return KERN_SUCCESS;
}

vm_size_t
vm_map_peek(struct vm_map *map, vm_address_t from, void *to, vm_size_t size)
{
    const struct vm_map_entry *e = vm_map_lookup(map, from);

    if (e == NULL || size > e->e_end - from ||
        (e->e_prot & VM_PROT_READ) == 0 ||
        (e->e_object != NULL && e->e_object->vo_kind == VO_PHYS)) {
        return size;
    }
    return user_copy_from(to, from, size);
}

kern_return_t
vm_map_read(struct vm_map *map, vm_address_t from, void *to, vm_size_t size)
{
    return map_access(map, from, to, NULL, size);
}

kern_return_t
vm_map_write(struct vm_map *map, const void *from, vm_address_t to,
             vm_size_t size)
{
    return map_access(map, to, NULL, from, size);
}

/* A copy stopped at addr: make the page accessible. */
static kern_return_t
user_miss(vm_address_t addr, vm_prot_t prot)
{
    return vm_fault(vm_current_map(), addr, prot);
}

static bool
user_range(vm_address_t addr, size_t size)
{
    return size <= VM_MAX_ADDRESS && addr <= VM_MAX_ADDRESS - size;
}

/* A page whose miss was resolved without effect: a mapping that vanishes
 * again at once would otherwise keep us here for ever. */
#define MISS_MAX 4

/* The last left bytes of a copy are still to be done. */
static __attribute__((noinline)) kern_return_t
copyin_rest(vm_address_t from, char *to, size_t size, size_t left)
{
    vm_address_t missed = ~0ull;
    unsigned misses = 0;
    kern_return_t kr;

    do {
        to += size - left;
        from += size - left;
        size = left;
        misses = page_trunc(from) == missed ? misses + 1 : 0;
        missed = page_trunc(from);
        kr = misses < MISS_MAX ? user_miss(from, VM_PROT_READ)
                               : KERN_RESOURCE_SHORTAGE;
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        left = user_copy_from(to, from, size);
    } while (left != 0);
    return KERN_SUCCESS;
}

kern_return_t
copyin(vm_address_t from, void *to, size_t size)
{
    size_t left;

    if (!user_range(from, size)) {
        return KERN_INVALID_ADDRESS;
    }
    left = user_copy_from(to, from, size);
    return left == 0 ? KERN_SUCCESS : copyin_rest(from, to, size, left);
}

static __attribute__((noinline)) kern_return_t
copyout_rest(const char *from, vm_address_t to, size_t size, size_t left)
{
    vm_address_t missed = ~0ull;
    unsigned misses = 0;
    kern_return_t kr;

    do {
        from += size - left;
        to += size - left;
        size = left;
        misses = page_trunc(to) == missed ? misses + 1 : 0;
        missed = page_trunc(to);
        kr = misses < MISS_MAX ? user_miss(to, VM_PROT_WRITE)
                               : KERN_RESOURCE_SHORTAGE;
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        left = user_copy_to(to, from, size);
    } while (left != 0);
    return KERN_SUCCESS;
}

kern_return_t
copyout(const void *from, vm_address_t to, size_t size)
{
    size_t left;

    if (!user_range(to, size)) {
        return KERN_INVALID_ADDRESS;
    }
    left = user_copy_to(to, from, size);
    return left == 0 ? KERN_SUCCESS : copyout_rest(from, to, size, left);
}

kern_return_t
vm_probe_write(vm_address_t addr, size_t size)
{
    struct vm_map *map = vm_current_map();
    vm_address_t va, end;
    vm_prot_t prot;

    if (!user_range(addr, size)) {
        return KERN_INVALID_ADDRESS;
    }
    end = addr + size;
    for (va = page_trunc(addr); va < end; va += PAGE_SIZE) {
        if (!pmap_extract(map->vm_pmap, va, NULL, &prot) ||
            (prot & VM_PROT_WRITE) == 0) {
            kern_return_t kr = user_miss(va, VM_PROT_WRITE);

            if (kr != KERN_SUCCESS) {
                return kr;
            }
        }
    }
    return KERN_SUCCESS;
}
