/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message binding: a handle is the name of a send right, one user
 * reference of which it holds.  Compiled into servers whose components are
 * in tasks of their own.
 */
#include <bootstrap/bootstrap.h>
#include <mach/mach.h>
#include <server/object.h>
#include "../../newlib/sys.h"

void
handle_release(mig_handle_t h)
{
    if (h != MIG_HANDLE_NULL) {
        mach_port_deallocate_trap((mach_port_t)h);
    }
}

mig_handle_t
handle_copy(mig_handle_t h)
{
    if (h == MIG_HANDLE_NULL ||
        mach_port_mod_refs_trap((mach_port_t)h, MACH_PORT_RIGHT_SEND, 1) ==
            KERN_SUCCESS ||
        mach_port_mod_refs_trap((mach_port_t)h, MACH_PORT_RIGHT_DEAD_NAME,
                                1) == KERN_SUCCESS) {
        return h;
    }
    return MIG_HANDLE_NULL;
}

mach_port_t
handle_to_port(mig_handle_t h, mach_msg_type_name_t *disposition)
{
    *disposition = MACH_MSG_TYPE_COPY_SEND;
    return (mach_port_t)h;
}

mig_handle_t
handle_from_port(mach_port_t name, const char *component)
{
    (void)component;
    return MACH_PORT_VALID(name) ? handle_copy(name) : MIG_HANDLE_NULL;
}

mig_handle_t
component_handle(const char *component)
{
    mach_port_t port;
    kern_return_t kr = bootstrap_look_up(bootstrap_port, component, &port);

    if (kr != KERN_SUCCESS) {
        server_log("no component %s: %s", component, mach_error_string(kr));
        return MIG_HANDLE_NULL;
    }
    return port;
}
