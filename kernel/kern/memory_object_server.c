/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory_object_control.defs, served in the kernel: what pagers say (pager/).
 * All are simpleroutines: an error has nobody to go to, and changes nothing.
 */
#include <kern/memory_object_control_server.h>
#include <kern/mig_kernel.h>
#include <pager/pager.h>

kern_return_t
memory_object_ready(memory_control_ref_t control, boolean_t may_cache,
                    int copy_strategy)
{
    return control == NULL ? KERN_INVALID_ARGUMENT
                           : pager_ready(control, may_cache != 0,
                                         copy_strategy, true);
}

kern_return_t
memory_object_change_attributes(memory_control_ref_t control,
                                boolean_t may_cache, int copy_strategy)
{
    return control == NULL ? KERN_INVALID_ARGUMENT
                           : pager_ready(control, may_cache != 0,
                                         copy_strategy, false);
}

kern_return_t
memory_object_data_supply(memory_control_ref_t control, uint64_t offset,
                          struct vm_map_copy *data,
                          mach_msg_type_number_t dataCnt, vm_prot_t lock,
                          boolean_t precious)
{
    return control == NULL ? KERN_INVALID_ARGUMENT
                           : pager_supply(control, offset, data, dataCnt,
                                          lock, precious != 0);
}

kern_return_t
memory_object_data_unavailable(memory_control_ref_t control, uint64_t offset,
                               vm_size_t length)
{
    return control == NULL ? KERN_INVALID_ARGUMENT
                           : pager_unavailable(control, offset, length);
}

kern_return_t
memory_object_data_error(memory_control_ref_t control, uint64_t offset,
                         vm_size_t length, int error)
{
    return control == NULL ? KERN_INVALID_ARGUMENT
                           : pager_error(control, offset, length, error);
}

kern_return_t
memory_object_lock_request(memory_control_ref_t control, uint64_t offset,
                           vm_size_t length, int should_return,
                           boolean_t flush, vm_prot_t prot, boolean_t reply)
{
    return control == NULL
               ? KERN_INVALID_ARGUMENT
               : pager_lock_request(control, offset, length, should_return,
                                    flush != 0, prot, reply != 0);
}

kern_return_t
memory_object_destroy(memory_control_ref_t control, int reason)
{
    (void)reason;
    if (control == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    pager_fail(control);
    return KERN_SUCCESS;
}
