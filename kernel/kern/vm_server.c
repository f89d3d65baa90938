/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_vm.defs, served in the kernel: decode and check, then act (vm/).
 */
#include <kern/host.h>
#include <kern/mach_vm_server.h>
#include <kern/memory_entry.h>
#include <kern/mig_kernel.h>
#include <kern/task.h>
#include <machine/cpu.h>
#include <pager/pager.h>
#include <sched/thread.h>
#include <vm/vm_map_copy.h>

#define MAP_FLAGS (VM_FLAGS_ANYWHERE | VM_FLAGS_OVERWRITE | VM_FLAGS_TOP_DOWN)

static struct ledger *
caller_ledger(void)
{
    return machine_current_thread()->th_task->ta_ledger;
}

static bool
prot_ok(vm_prot_t prot)
{
    return (prot & ~VM_PROT_ALL) == 0;
}

kern_return_t
mach_vm_allocate(map_ref_t map, vm_address_t *address, vm_size_t size,
                 int flags)
{
    return map == NULL ? KERN_INVALID_TASK
                       : vm_map_allocate(map, address, size, flags);
}

kern_return_t
mach_vm_deallocate(map_ref_t map, vm_address_t address, vm_size_t size)
{
    return map == NULL ? KERN_INVALID_TASK
                       : vm_map_deallocate(map, address, size);
}

kern_return_t
mach_vm_protect(map_ref_t map, vm_address_t address, vm_size_t size,
                boolean_t set_maximum, vm_prot_t protection)
{
    return map == NULL ? KERN_INVALID_TASK
                       : vm_map_protect(map, address, size, set_maximum != 0,
                                        protection);
}

kern_return_t
mach_vm_inherit(map_ref_t map, vm_address_t address, vm_size_t size,
                vm_inherit_t inheritance)
{
    return map == NULL ? KERN_INVALID_TASK
                       : vm_map_inherit(map, address, size, inheritance);
}

kern_return_t
mach_vm_read(map_ref_t map, vm_address_t address, vm_size_t size,
             struct vm_map_copy **data, mach_msg_type_number_t *dataCnt)
{
    kern_return_t kr;

    if (map == NULL) {
        return KERN_INVALID_TASK;
    }
    if (size > UINT32_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    kr = vm_map_copyin(map, address, size, false, caller_ledger(), data);
    if (kr == KERN_SUCCESS) {
        *dataCnt = (mach_msg_type_number_t)size;
    }
    return kr;
}

kern_return_t
mach_vm_write(map_ref_t map, vm_address_t address, struct vm_map_copy *data,
              mach_msg_type_number_t dataCnt)
{
    if (map == NULL) {
        return KERN_INVALID_TASK;
    }
    if (data == NULL || dataCnt == 0) {
        return KERN_SUCCESS;
    }
    return vm_map_copy_overwrite(map, address, data);
}

kern_return_t
mach_vm_copy(map_ref_t map, vm_address_t source, vm_size_t size,
             vm_address_t dest)
{
    struct vm_map_copy *copy;
    kern_return_t kr;

    if (map == NULL) {
        return KERN_INVALID_TASK;
    }
    kr = vm_map_copyin(map, source, size, false, caller_ledger(), &copy);
    if (kr == KERN_SUCCESS) {
        kr = vm_map_copy_overwrite(map, dest, copy);
        vm_map_copy_discard(copy);
    }
    return kr;
}

/* Map what a pager's port stands for. */
static kern_return_t
map_pager(struct vm_map *map, struct vm_enter *req, struct ipc_port *port,
          bool copy)
{
    struct vm_named_entry *ne;
    struct vm_object *o;
    kern_return_t kr = pager_object_lookup(port, map->vm_ledger, &o);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = vm_named_from_object(o, 0, PAGER_OBJECT_SIZE, VM_PROT_ALL,
                              map->vm_ledger, &ne);
    if (kr == KERN_SUCCESS) {
        pager_extent(o, req->offset + req->size);
        kr = vm_named_map(map, req, ne, req->offset, copy);
        vm_named_release(ne);
    }
    vm_object_release(o);
    return kr;
}

kern_return_t
mach_vm_map(map_ref_t map, vm_address_t *address, vm_size_t size,
            vm_offset_t mask, int flags, struct ipc_port *object,
            uint64_t offset, boolean_t copy, vm_prot_t cur_protection,
            vm_prot_t max_protection, vm_inherit_t inheritance)
{
    struct vm_enter req = {
        .addr = *address,
        .mask = mask,
        .flags = flags,
        .offset = offset,
        .prot = cur_protection,
        .max_prot = max_protection,
        .inherit = inheritance,
    };
    kern_return_t kr;

    if (map == NULL) {
        return KERN_INVALID_TASK;
    }
    if (size == 0 || size > VM_MAX_ADDRESS || (mask & (mask + 1)) != 0 ||
        (flags & ~MAP_FLAGS) != 0 || (offset & PAGE_MASK) != 0 ||
        !prot_ok(cur_protection) || !prot_ok(max_protection) ||
        (cur_protection & ~max_protection) != 0 ||
        inheritance > VM_INHERIT_NONE) {
        return KERN_INVALID_ARGUMENT;
    }
    req.size = page_round(size);
    if ((flags & VM_FLAGS_ANYWHERE) == 0) {
        req.addr = page_trunc(*address);
        req.size = page_round((*address & PAGE_MASK) + size);
    }
    if (object == NULL) {
        kr = mig_dead_right() ? KERN_MEMORY_FAILURE
                              : vm_map_enter(map, &req);
    } else if (memory_entry_get(object) != NULL) {
        kr = vm_named_map(map, &req, memory_entry_get(object), offset,
                          copy != 0);
    } else {
        kr = map_pager(map, &req, object, copy != 0);
    }
    if (kr == KERN_SUCCESS) {
        *address = req.addr;
    }
    return kr;
}

kern_return_t
mach_vm_remap(map_ref_t map, vm_address_t *address, vm_size_t size,
              vm_offset_t mask, int flags, map_ref_t source_map,
              vm_address_t source, boolean_t copy, vm_inherit_t inheritance)
{
    if (map == NULL || source_map == NULL) {
        return KERN_INVALID_TASK;
    }
    if ((mask & (mask + 1)) != 0 || (flags & ~MAP_FLAGS) != 0 ||
        inheritance > VM_INHERIT_NONE ||
        ((flags & VM_FLAGS_ANYWHERE) == 0 && (*address & PAGE_MASK) != 0)) {
        return KERN_INVALID_ARGUMENT;
    }
    return vm_map_remap(map, address, size, mask, flags, source_map, source,
                        copy != 0, inheritance);
}

kern_return_t
mach_vm_region(map_ref_t map, vm_address_t *address, vm_size_t *size,
               vm_region_basic_info_t *info)
{
    return map == NULL ? KERN_INVALID_TASK
                       : vm_map_region(map, address, size, info);
}

static kern_return_t
entry_from_pager(struct ipc_port *port, uint64_t offset, uint64_t size,
                 vm_prot_t prot, struct ledger *l,
                 struct vm_named_entry **out)
{
    struct vm_object *o;
    kern_return_t kr;

    if (offset > PAGER_OBJECT_SIZE || size > PAGER_OBJECT_SIZE - offset) {
        return KERN_INVALID_ARGUMENT;
    }
    kr = pager_object_lookup(port, l, &o);
    if (kr == KERN_SUCCESS) {
        pager_extent(o, offset + size);
        kr = vm_named_from_object(o, offset, size, prot, l, out);
        vm_object_release(o);
    }
    return kr;
}

kern_return_t
mach_make_memory_entry(map_ref_t map, vm_size_t *size, uint64_t offset,
                       vm_prot_t permission, struct ipc_port *parent,
                       struct ipc_port **entry)
{
    uint64_t start = page_trunc(offset), end = page_round(offset + *size);
    struct vm_named_entry *ne, *from = memory_entry_get(parent);
    kern_return_t kr;

    if (map == NULL) {
        return KERN_INVALID_TASK;
    }
    if (!prot_ok(permission) || *size == 0 || *size > VM_MAX_ADDRESS ||
        offset > VM_MAX_ADDRESS) {
        return KERN_INVALID_ARGUMENT;
    }
    if (parent == NULL) {
        kr = mig_dead_right()
                 ? KERN_MEMORY_FAILURE
                 : vm_named_from_map(map, start, end - start, permission,
                                     map->vm_ledger, &ne);
    } else if (from != NULL) {
        kr = vm_named_sub(from, start, end - start, permission,
                          map->vm_ledger, &ne);
    } else {
        kr = entry_from_pager(parent, start, end - start, permission,
                              map->vm_ledger, &ne);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = memory_entry_create(ne, map->vm_ledger, entry);
    if (kr != KERN_SUCCESS) {
        vm_named_release(ne);
        return kr;
    }
    *size = end - start;
    return KERN_SUCCESS;
}

kern_return_t
mach_vm_wire(host_ref_t host, map_ref_t map, vm_address_t address,
             vm_size_t size, vm_prot_t access)
{
    if (host == NULL) {
        return KERN_INVALID_HOST;
    }
    if (map == NULL) {
        return KERN_INVALID_TASK;
    }
    return prot_ok(access) ? vm_map_wire(map, address, size, access)
                           : KERN_INVALID_ARGUMENT;
}

kern_return_t
mach_vm_discard(map_ref_t map, vm_address_t address, vm_size_t size)
{
    return map == NULL ? KERN_INVALID_TASK
                       : vm_map_discard(map, address, size);
}

kern_return_t
mach_vm_page_query(map_ref_t map, vm_address_t address, vm_size_t size,
                   uint8_t *resident, mach_msg_type_number_t *residentCnt)
{
    size_t count = *residentCnt;
    kern_return_t kr;

    if (map == NULL) {
        return KERN_INVALID_TASK;
    }
    kr = vm_map_page_query(map, address, size, resident, &count);
    if (kr == KERN_SUCCESS) {
        *residentCnt = (mach_msg_type_number_t)count;
    }
    return kr;
}
