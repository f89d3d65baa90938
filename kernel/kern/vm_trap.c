/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory calls that are hot enough to be traps; they act on the caller's
 * map and have the effect of their mach_vm namesakes.
 */
#include <kern/task.h>
#include <kern/traps.h>
#include <sched/thread.h>
#include <vm/vm_user.h>

static struct vm_map *
current_map(void)
{
    return current_thread()->th_task->ta_map;
}

kern_return_t
vm_allocate_trap(vm_address_t address, vm_size_t size, int flags)
{
    vm_address_t at;
    kern_return_t kr;

    kr = copyin(address, &at, sizeof(at));
    if (kr == KERN_SUCCESS) {
        kr = vm_probe_write(address, sizeof(at));
    }
    if (kr == KERN_SUCCESS) {
        kr = vm_map_allocate(current_map(), &at, size, flags);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    /* With OVERWRITE the new memory may have replaced the variable's page. */
    kr = copyout(&at, address, sizeof(at));
    return kr == KERN_BLOCKED ? KERN_SUCCESS : kr;
}

kern_return_t
vm_deallocate_trap(vm_address_t address, vm_size_t size)
{
    return vm_map_deallocate(current_map(), address, size);
}

kern_return_t
vm_protect_trap(vm_address_t address, vm_size_t size, boolean_t set_maximum,
                vm_prot_t protection)
{
    return vm_map_protect(current_map(), address, size, set_maximum != 0,
                          protection);
}
