/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls on names: see ipc_calls.h.
 */
#include <base/compiler.h>
#include <ipc/ipc_calls.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_right.h>

kern_return_t
ipc_call_deallocate(struct ipc_space *s, mach_port_name_t name)
{
    struct ipc_entry *e;
    kern_return_t kr;

    if (ipc_name_borrowed(name)) {
        return KERN_SUCCESS;
    }
    kr = ipc_right_lookup(s, name, &e);
    return kr == KERN_SUCCESS ? ipc_right_dealloc(s, e) : kr;
}

/* A receive right that must not go by mistake. */
static bool
guarded(const struct ipc_entry *e)
{
    return (ie_type(e) & MACH_PORT_TYPE_RECEIVE) != 0
           && e->ie_port->ip_guarded;
}

COLD kern_return_t
ipc_call_destroy(struct ipc_space *s, mach_port_name_t name)
{
    struct ipc_entry *e;
    kern_return_t kr = ipc_right_lookup(s, name, &e);

    if (kr == KERN_SUCCESS && guarded(e)) {
        return KERN_INVALID_RIGHT;
    }
    if (kr == KERN_SUCCESS) {
        ipc_right_destroy(s, e);
    }
    return kr;
}

COLD kern_return_t
ipc_call_mod_refs(struct ipc_space *s, mach_port_name_t name,
                  mach_port_right_t right, mach_port_delta_t delta)
{
    struct ipc_entry *e;
    kern_return_t kr;

    if (right >= MACH_PORT_RIGHT_NUMBER) {
        return KERN_INVALID_VALUE;
    }
    if (ipc_name_borrowed(name)) {
        return right == MACH_PORT_RIGHT_SEND ? KERN_SUCCESS
                                             : KERN_INVALID_RIGHT;
    }
    kr = ipc_right_lookup(s, name, &e);
    if (kr == KERN_SUCCESS && right == MACH_PORT_RIGHT_RECEIVE && delta < 0
        && guarded(e)) {
        return KERN_INVALID_RIGHT;
    }
    return kr == KERN_SUCCESS ? ipc_right_delta(s, e, right, delta) : kr;
}

COLD kern_return_t
ipc_call_type(struct ipc_space *s, mach_port_name_t name,
              mach_port_type_t *out)
{
    struct ipc_entry *e;
    kern_return_t kr;

    if (ipc_name_borrowed(name)) {
        *out = MACH_PORT_TYPE_SEND;
        return KERN_SUCCESS;
    }
    kr = ipc_right_lookup(s, name, &e);
    if (kr == KERN_SUCCESS) {
        *out = ipc_right_type(e);
    }
    return kr;
}

/* A receive right and a set of the same space. */
static kern_return_t
member_lookup(struct ipc_space *s, mach_port_name_t member,
              mach_port_name_t set, struct ipc_port **port,
              struct ipc_pset **pset)
{
    kern_return_t kr = ipc_right_lookup_receive(s, member, port);

    return kr == KERN_SUCCESS ? ipc_right_lookup_pset(s, set, pset) : kr;
}

kern_return_t
ipc_call_move_member(struct ipc_space *s, mach_port_name_t member,
                     mach_port_name_t set)
{
    struct ipc_pset *pset = NULL;
    struct ipc_port *port;
    kern_return_t kr = set == MACH_PORT_NULL
                           ? ipc_right_lookup_receive(s, member, &port)
                           : member_lookup(s, member, set, &port, &pset);

    return kr == KERN_SUCCESS ? ipc_pset_move(port, pset) : kr;
}

kern_return_t
ipc_call_insert_member(struct ipc_space *s, mach_port_name_t member,
                       mach_port_name_t set)
{
    struct ipc_pset *pset;
    struct ipc_port *port;
    kern_return_t kr = member_lookup(s, member, set, &port, &pset);

    return kr == KERN_SUCCESS ? ipc_pset_insert(pset, port) : kr;
}

kern_return_t
ipc_call_extract_member(struct ipc_space *s, mach_port_name_t member,
                        mach_port_name_t set)
{
    struct ipc_pset *pset;
    struct ipc_port *port;
    kern_return_t kr = member_lookup(s, member, set, &port, &pset);

    return kr == KERN_SUCCESS ? ipc_pset_remove(pset, port) : kr;
}

kern_return_t
ipc_call_receive_status(struct ipc_space *s, mach_port_name_t name,
                        mach_port_status_t *out)
{
    struct ipc_port *port;
    kern_return_t kr = ipc_right_lookup_receive(s, name, &port);

    if (kr == KERN_SUCCESS) {
        *out = (mach_port_status_t){
            .mps_pset = ipc_pset_count_of(port),
            .mps_seqno = port->ip_seqno,
            .mps_mscount = port->ip_mscount,
            .mps_qlimit = port->ip_qlimit,
            .mps_msgcount = port->ip_msgcount,
            .mps_sorights = port->ip_sorights,
            .mps_srights = port->ip_srights != 0,
            .mps_pdrequest = port->ip_pdrequest != NULL,
            .mps_nsrequest = port->ip_nsrequest != NULL,
            .mps_flags =
                (port->ip_guarded ? MACH_PORT_STATUS_FLAG_GUARDED : 0u)
                | (port->ip_strict ? MACH_PORT_STATUS_FLAG_STRICT_GUARD
                                   : 0u),
        };
    }
    return kr;
}
