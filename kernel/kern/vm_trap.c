/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory calls that are hot enough to be traps; they act on the caller's
 * map and have the effect of their mach_vm namesakes.
 */
#include <kern/task.h>
#include <kern/traps.h>
#include <sched/thread.h>
#include <vm/vm_user.h>

kern_return_t
vm_allocate_trap(struct thread *th, const uint64_t args[6])
{
    struct vm_map *map = th->th_task->ta_map;
    vm_address_t at;
    kern_return_t kr;

    kr = copyin(args[0], &at, sizeof(at));
    if (kr == KERN_SUCCESS) {
        kr = vm_probe_write(args[0], sizeof(at));
    }
    if (kr == KERN_SUCCESS) {
        kr = vm_map_allocate(map, &at, args[1], (int)args[2]);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    /* With OVERWRITE the new memory may have replaced the variable's page. */
    kr = copyout(&at, args[0], sizeof(at));
    return kr == KERN_BLOCKED ? KERN_SUCCESS : kr;
}

kern_return_t
vm_deallocate_trap(struct thread *th, const uint64_t args[6])
{
    return vm_map_deallocate(th->th_task->ta_map, args[0], args[1]);
}

kern_return_t
vm_protect_trap(struct thread *th, const uint64_t args[6])
{
    return vm_map_protect(th->th_task->ta_map, args[0], args[1],
                          args[2] != 0, (vm_prot_t)args[3]);
}
