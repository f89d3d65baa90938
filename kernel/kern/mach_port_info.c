/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mach_port routines that look at ports and spaces or set what is theirs
 * (ipc/ipc_attributes.c), and the ports that tasks have without names.
 */
#include <kern/mach_port_server.h>
#include <kern/mig_kernel.h>
#include <ipc/ipc_calls.h>
#include <ipc/ipc_right.h>

kern_return_t
mach_port_get_attributes(space_ref_t task, mach_port_name_t name, int flavor,
                         natural_t *info, mach_msg_type_number_t *infoCnt)
{
    *infoCnt = MACH_PORT_INFO_MAX;
    return ipc_call_get_attributes(task, name, flavor, info, infoCnt);
}

kern_return_t
mach_port_set_attributes(space_ref_t task, mach_port_name_t name, int flavor,
                         const natural_t *info,
                         mach_msg_type_number_t infoCnt)
{
    return ipc_call_set_attributes(task, name, flavor, info, infoCnt);
}

kern_return_t
mach_port_get_srights(space_ref_t task, mach_port_name_t name,
                      natural_t *srights)
{
    struct ipc_port *port;
    kern_return_t kr = ipc_right_lookup_receive(task, name, &port);

    if (kr == KERN_SUCCESS) {
        *srights = port->ip_srights;
    }
    return kr;
}

kern_return_t
mach_port_dnrequest_info(space_ref_t task, mach_port_name_t name,
                         natural_t *total, natural_t *used)
{
    struct ipc_port *port;
    kern_return_t kr = ipc_right_lookup_receive(task, name, &port);

    if (kr == KERN_SUCCESS) {
        *total = port->ip_request_count;
        *used = port->ip_request_count;
    }
    return kr;
}

kern_return_t
mach_port_kobject(space_ref_t task, mach_port_name_t name, natural_t *kind,
                  uint64_t *object)
{
    return ipc_call_kobject(task, name, kind, object);
}

kern_return_t
mach_port_space_basic_info(space_ref_t task, ipc_info_space_basic_t *info)
{
    if (!task->is_active) {
        return KERN_INVALID_TASK;
    }
    ipc_call_space_info(task, info);
    return KERN_SUCCESS;
}

kern_return_t
mach_port_guard(space_ref_t task, mach_port_name_t name, uint64_t guard,
                boolean_t strict)
{
    return ipc_call_guard(task, name, guard, strict != 0);
}

kern_return_t
mach_port_unguard(space_ref_t task, mach_port_name_t name, uint64_t guard)
{
    return ipc_call_unguard(task, name, guard);
}

kern_return_t
mach_port_swap_guard(space_ref_t task, mach_port_name_t name,
                     uint64_t old_guard, uint64_t new_guard)
{
    return ipc_call_swap_guard(task, name, old_guard, new_guard);
}

kern_return_t
mach_port_clear_protected_payload(space_ref_t task, mach_port_name_t name)
{
    struct ipc_port *port;
    kern_return_t kr = ipc_right_lookup_receive(task, name, &port);

    if (kr == KERN_SUCCESS) {
        port->ip_context = 0;
    }
    return kr;
}

kern_return_t
mach_port_set_space_limits(space_ref_t task, natural_t soft, natural_t hard,
                           struct ipc_port *notify,
                           struct ipc_port **previous,
                           mach_msg_type_name_t *previousPoly)
{
    kern_return_t kr;

    if (notify == IP_NULL && mig_dead_right()) {
        return KERN_INVALID_CAPABILITY;
    }
    kr = ipc_call_set_limits(task, soft, hard, notify, previous);
    if (kr == KERN_SUCCESS) {
        (void)mig_take_port(notify);
        *previousPoly = MACH_MSG_TYPE_MOVE_SEND_ONCE;
    }
    return kr;
}
