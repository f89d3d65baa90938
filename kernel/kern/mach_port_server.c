/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mach_port interface: the rights of a task, by name.
 */
#include <base/compiler.h>
#include <kern/mach_port_server.h>
#include <kern/mig_kernel.h>
#include <ipc/ipc_calls.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_right.h>

kern_return_t
mach_port_type(space_ref_t task, mach_port_name_t name, uint32_t *ptype)
{
    return ipc_call_type(task, name, ptype);
}

kern_return_t
mach_port_allocate(space_ref_t task, uint32_t right, mach_port_name_t *name)
{
    return ipc_right_alloc(task, right, MACH_PORT_NULL, name);
}

kern_return_t
mach_port_allocate_name(space_ref_t task, uint32_t right,
                        mach_port_name_t name)
{
    mach_port_name_t got;

    return MACH_PORT_VALID(name) ? ipc_right_alloc(task, right, name, &got)
                                 : KERN_INVALID_VALUE;
}

kern_return_t
mach_port_destroy(space_ref_t task, mach_port_name_t name)
{
    return ipc_call_destroy(task, name);
}

kern_return_t
mach_port_deallocate(space_ref_t task, mach_port_name_t name)
{
    return ipc_call_deallocate(task, name);
}

kern_return_t
mach_port_get_refs(space_ref_t task, mach_port_name_t name, uint32_t right,
                   natural_t *refs)
{
    return ipc_call_get_refs(task, name, right, refs);
}

kern_return_t
mach_port_mod_refs(space_ref_t task, mach_port_name_t name, uint32_t right,
                   int delta)
{
    return ipc_call_mod_refs(task, name, right, delta);
}

kern_return_t
mach_port_get_receive_status(space_ref_t task, mach_port_name_t name,
                             mach_port_status_t *status)
{
    return ipc_call_receive_status(task, name, status);
}

kern_return_t
mach_port_set_qlimit(space_ref_t task, mach_port_name_t name,
                     natural_t qlimit)
{
    return ipc_call_set_qlimit(task, name, qlimit);
}

kern_return_t
mach_port_set_mscount(space_ref_t task, mach_port_name_t name,
                      natural_t mscount)
{
    struct ipc_port *port;
    kern_return_t kr = ipc_right_lookup_receive(task, name, &port);

    if (kr == KERN_SUCCESS) {
        port->ip_mscount = mscount;
    }
    return kr;
}

kern_return_t
mach_port_set_seqno(space_ref_t task, mach_port_name_t name, natural_t seqno)
{
    struct ipc_port *port;
    kern_return_t kr = ipc_right_lookup_receive(task, name, &port);

    if (kr == KERN_SUCCESS) {
        port->ip_seqno = seqno;
    }
    return kr;
}

kern_return_t
mach_port_set_protected_payload(space_ref_t task, mach_port_name_t name,
                                uint64_t payload)
{
    struct ipc_port *port;
    kern_return_t kr = ipc_right_lookup_receive(task, name, &port);

    if (kr == KERN_SUCCESS) {
        port->ip_context = payload;
    }
    return kr;
}

kern_return_t
mach_port_get_protected_payload(space_ref_t task, mach_port_name_t name,
                                uint64_t *payload)
{
    struct ipc_port *port;
    kern_return_t kr = ipc_right_lookup_receive(task, name, &port);

    if (kr == KERN_SUCCESS) {
        *payload = port->ip_context;
    }
    return kr;
}

kern_return_t
mach_port_request_notification(space_ref_t task, mach_port_name_t name,
                               int variant, natural_t sync,
                               struct ipc_port *notify,
                               struct ipc_port **previous,
                               mach_msg_type_name_t *previousPoly)
{
    kern_return_t kr;

    if (notify == IP_NULL && mig_dead_right()) {
        return KERN_INVALID_CAPABILITY; /* not a wish to cancel */
    }
    kr = ipc_notify_request(task, name, variant, sync, notify, previous);
    if (kr == KERN_SUCCESS) {
        (void)mig_take_port(notify);
        *previousPoly = MACH_MSG_TYPE_MOVE_SEND_ONCE;
    }
    return kr;
}

kern_return_t
mach_port_insert_right(space_ref_t task, mach_port_name_t name,
                       struct ipc_port *poly, mach_msg_type_name_t polyPoly)
{
    kern_return_t kr = ipc_right_insert(task, name, poly, polyPoly);

    if (kr == KERN_SUCCESS) {
        (void)mig_take_port(poly);
    }
    return kr;
}

kern_return_t
mach_port_insert_right_any(space_ref_t task, struct ipc_port *poly,
                           mach_msg_type_name_t polyPoly,
                           mach_port_name_t *name)
{
    kern_return_t kr;

    if (!ipc_port_active(poly)) {
        return KERN_INVALID_CAPABILITY;
    }
    kr = ipc_object_copyout(task, poly, polyPoly, name);
    if (kr == KERN_SUCCESS) {
        (void)mig_take_port(poly);
    }
    return kr;
}

COLD kern_return_t
mach_port_extract_right(space_ref_t task, mach_port_name_t name,
                        uint32_t disposition, struct ipc_port **poly,
                        mach_msg_type_name_t *polyPoly)
{
    struct ipc_entry *e;
    kern_return_t kr = ipc_right_lookup(task, name, &e);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (ie_type(e) == MACH_PORT_TYPE_DEAD_NAME) {
        return KERN_INVALID_RIGHT;
    }
    if (disposition == MACH_MSG_TYPE_MOVE_RECEIVE
        && (ie_type(e) & MACH_PORT_TYPE_RECEIVE) != 0
        && ip_valid(mig_answered_port())
        && ipc_port_circular(e->ie_port, mig_answered_port())) {
        return KERN_INVALID_RIGHT; /* it can't be in a message to itself */
    }
    kr = ipc_object_copyin(task, name, disposition, poly);
    if (kr == KERN_SUCCESS) {
        *polyPoly = ipc_right_copyin_type(disposition);
    }
    return kr;
}

kern_return_t
mach_port_move_member(space_ref_t task, mach_port_name_t member,
                      mach_port_name_t after)
{
    return ipc_call_move_member(task, member, after);
}

kern_return_t
mach_port_insert_member(space_ref_t task, mach_port_name_t name,
                        mach_port_name_t pset)
{
    return ipc_call_insert_member(task, name, pset);
}

kern_return_t
mach_port_extract_member(space_ref_t task, mach_port_name_t name,
                         mach_port_name_t pset)
{
    return ipc_call_extract_member(task, name, pset);
}

kern_return_t
mach_port_copy_space(space_ref_t task, space_ref_t source)
{
    return source == NULL ? KERN_INVALID_ARGUMENT
                          : ipc_space_copy(source, task);
}
