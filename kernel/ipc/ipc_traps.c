/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps on the caller's own rights.  Results go to user memory, which is made
 * writable before anything is done.
 */
#include <machine/cpu.h>
#include <machine/user_copy.h>
#include <sched/thread.h>
#include <vm/vm_user.h>
#include <ipc/ipc_calls.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_upcall.h>

static struct ipc_space *
current_space(void)
{
    return machine_current_thread()->th_caller->ca_space;
}

/* A result; a miss is for copyout() to resolve. */
static inline kern_return_t
word_out(uint32_t value, vm_address_t out)
{
    if (out <= VM_MAX_ADDRESS - sizeof(value)) {
        user_access_begin();
        user_put32(out, value, miss);
        user_access_end();
        return KERN_SUCCESS;
    miss:
        user_access_end();
    }
    return copyout(&value, out, sizeof(value));
}

mach_port_name_t
mach_reply_port_trap(void)
{
    mach_port_name_t name;

    return ipc_right_alloc(current_space(), MACH_PORT_RIGHT_RECEIVE,
                           MACH_PORT_NULL, &name)
                   == KERN_SUCCESS
               ? name
               : MACH_PORT_NULL;
}

kern_return_t
mach_port_allocate_trap(mach_port_right_t right, vm_address_t out)
{
    mach_port_name_t name;
    kern_return_t kr = vm_probe_write(out, sizeof(name));

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = ipc_right_alloc(current_space(), right, MACH_PORT_NULL, &name);
    return kr == KERN_SUCCESS ? word_out(name, out) : kr;
}

kern_return_t
mach_port_deallocate_trap(mach_port_name_t name)
{
    return ipc_call_deallocate(current_space(), name);
}

kern_return_t
mach_port_mod_refs_trap(mach_port_name_t name, mach_port_right_t right,
                        mach_port_delta_t delta)
{
    return ipc_call_mod_refs(current_space(), name, right, delta);
}

kern_return_t
mach_port_insert_right_trap(mach_port_name_t name, mach_port_name_t right,
                            mach_msg_type_name_t disposition)
{
    struct ipc_space *s = current_space();
    struct ipc_port *port;
    kern_return_t kr;

    /* Moving to the same space would free the name that it is moved from. */
    if (disposition != MACH_MSG_TYPE_MAKE_SEND
        && disposition != MACH_MSG_TYPE_COPY_SEND
        && disposition != MACH_MSG_TYPE_MAKE_SEND_ONCE) {
        return KERN_INVALID_VALUE;
    }
    kr = ipc_object_copyin(s, right, disposition, &port);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = ipc_right_insert(s, name, port, ipc_right_copyin_type(disposition));
    if (kr != KERN_SUCCESS && ip_valid(port)) {
        ipc_port_unmake(port, disposition);
    }
    return kr;
}

kern_return_t
mach_port_get_refs_trap(mach_port_name_t name, mach_port_right_t right,
                        vm_address_t out)
{
    mach_port_urefs_t refs;
    kern_return_t kr = ipc_call_get_refs(current_space(), name, right, &refs);

    return kr == KERN_SUCCESS ? word_out(refs, out) : kr;
}

kern_return_t
mach_port_move_member_trap(mach_port_name_t member, mach_port_name_t set)
{
    return ipc_call_move_member(current_space(), member, set);
}

kern_return_t
mach_port_destroy_trap(mach_port_name_t name)
{
    return ipc_call_destroy(current_space(), name);
}

kern_return_t
mach_port_type_trap(mach_port_name_t name, vm_address_t out)
{
    mach_port_type_t type;
    kern_return_t kr = ipc_call_type(current_space(), name, &type);

    return kr == KERN_SUCCESS ? word_out(type, out) : kr;
}

kern_return_t
mach_port_insert_member_trap(mach_port_name_t member, mach_port_name_t set)
{
    return ipc_call_insert_member(current_space(), member, set);
}

kern_return_t
mach_port_extract_member_trap(mach_port_name_t member, mach_port_name_t set)
{
    return ipc_call_extract_member(current_space(), member, set);
}

kern_return_t
mach_port_request_notification_trap(mach_port_name_t name, int variant,
                                    mach_port_mscount_t sync,
                                    mach_port_name_t told, vm_address_t out)
{
    struct ipc_space *s = current_space();
    struct ipc_port *notify = IP_NULL, *previous;
    kern_return_t kr = vm_probe_write(out, sizeof(name));

    if (kr == KERN_SUCCESS) {
        kr = ipc_entry_reserve(s, 1);
    }
    if (kr == KERN_SUCCESS && told != MACH_PORT_NULL) {
        kr = ipc_object_copyin(s, told, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                               &notify);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = ipc_notify_request(s, name, variant, sync, notify, &previous);
    if (kr != KERN_SUCCESS) {
        if (ip_valid(notify)) {
            ipc_port_unmake(notify, MACH_MSG_TYPE_MAKE_SEND_ONCE);
        }
        return kr;
    }
    name = ipc_right_copyout(s, previous, MACH_MSG_TYPE_PORT_SEND_ONCE);
    return copyout(&name, out, sizeof(name));
}
