/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights between spaces and messages: claim, copyin, copyout, insert.
 */
#include <base/assert.h>
#include <base/compiler.h>
#include <machine/cpu.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_sonce.h>
#include <ipc/ipc_upcall.h>

static void
urefs_add(struct ipc_entry *e, int n)
{
    if (ie_urefs(e) != MACH_PORT_UREFS_MAX) {
        e->ie_bits += (uint32_t)n;
    }
}

/* What an entry must have of (one bit is enough) to give a right by this
 * disposition, which is a valid one. */
static inline uint32_t
needed_type(mach_msg_type_name_t disposition)
{
    switch (disposition) {
    case MACH_MSG_TYPE_MOVE_RECEIVE:
    case MACH_MSG_TYPE_MAKE_SEND:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
        return MACH_PORT_TYPE_RECEIVE;
    case MACH_MSG_TYPE_COPY_SEND:
    case MACH_MSG_TYPE_MOVE_SEND:
        return MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DEAD_NAME;
    default:
        return MACH_PORT_TYPE_SEND_ONCE | MACH_PORT_TYPE_DEAD_NAME;
    }
}

/* May this (checked) entry give a right by this disposition? */
static inline bool
entry_allows(const struct ipc_entry *e, mach_msg_type_name_t disposition)
{
    uint32_t type = needed_type(disposition);

    if ((e->ie_bits & type) == 0) {
        return false;
    }
    if (type != MACH_PORT_TYPE_RECEIVE) {
        return ie_urefs(e) > 0;
    }
    return (e->ie_bits & IE_CLAIMED) == 0
           && (disposition != MACH_MSG_TYPE_MOVE_RECEIVE
               || !e->ie_port->ip_strict);
}

kern_return_t
ipc_right_claim_lookup(struct ipc_space *s, mach_port_name_t name,
                       mach_msg_type_name_t disposition,
                       struct ipc_entry **out)
{
    struct ipc_entry *e;

    *out = NULL;
    if (disposition < MACH_MSG_TYPE_MOVE_RECEIVE
        || disposition > MACH_MSG_TYPE_MAKE_SEND_ONCE) {
        return KERN_INVALID_VALUE;
    }
    if (!MACH_PORT_VALID(name)) {
        return KERN_SUCCESS;
    }
    if (ipc_name_borrowed(name)) {
        return disposition == MACH_MSG_TYPE_COPY_SEND ? KERN_SUCCESS
                                                      : KERN_INVALID_RIGHT;
    }
    if (!s->is_active) {
        return KERN_INVALID_TASK;
    }
    e = ipc_entry_lookup(s, name);
    if (e == NULL) {
        return KERN_INVALID_NAME;
    }
    ipc_right_check(s, e);
    if (!entry_allows(e, disposition)) {
        return KERN_INVALID_RIGHT;
    }
    *out = e;
    return disposition == MACH_MSG_TYPE_MAKE_SEND_ONCE
               ? ipc_sonce_prepare(e->ie_port, s->is_ledger)
               : KERN_SUCCESS;
}

kern_return_t
ipc_right_claim(struct ipc_space *s, mach_port_name_t name,
                mach_msg_type_name_t disposition)
{
    struct ipc_entry *e;
    kern_return_t kr = ipc_right_claim_lookup(s, name, disposition, &e);

    if (kr != KERN_SUCCESS || e == NULL) {
        return kr;
    }
    if (disposition == MACH_MSG_TYPE_MOVE_RECEIVE) {
        e->ie_bits |= IE_CLAIMED;
    } else if (disposition == MACH_MSG_TYPE_MOVE_SEND
               || disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE) {
        urefs_add(e, -1);
    }
    return KERN_SUCCESS;
}

void
ipc_right_unclaim(struct ipc_space *s, mach_port_name_t name,
                  mach_msg_type_name_t disposition)
{
    struct ipc_entry *e;

    if (!MACH_PORT_VALID(name) || ipc_name_borrowed(name)) {
        return;
    }
    e = ipc_entry_lookup(s, name);
    assert(e != NULL);
    if (disposition == MACH_MSG_TYPE_MOVE_RECEIVE) {
        e->ie_bits &= ~IE_CLAIMED;
    } else if (disposition == MACH_MSG_TYPE_MOVE_SEND
               || disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE) {
        urefs_add(e, 1);
    }
}

/* The name goes, its right having been moved away. */
static void
entry_moved(struct ipc_space *s, struct ipc_entry *e)
{
    if (e->ie_request != NULL) {
        ipc_request_deleted(e);
    }
    ipc_entry_free(s, e);
}

static struct ipc_port *
move_receive(struct ipc_space *s, struct ipc_entry *e)
{
    struct ipc_port *port = e->ie_port;

    if ((ie_type(e) & MACH_PORT_TYPE_SEND) != 0) {
        e->ie_bits = MACH_PORT_TYPE_SEND | ie_urefs(e);
        ipc_hash_insert(s, e);
    } else {
        entry_moved(s, e);
    }
    ipc_port_leave_space(port);
    return port;
}

static struct ipc_port *
move_send(struct ipc_space *s, struct ipc_entry *e)
{
    struct ipc_port *port = e->ie_port;

    if (ie_urefs(e) != 1) {
        urefs_add(e, -1);
        return ipc_port_copy_send(port);
    }
    if ((ie_type(e) & MACH_PORT_TYPE_RECEIVE) != 0) {
        e->ie_bits = MACH_PORT_TYPE_RECEIVE;
    } else {
        ipc_hash_remove(s, e);
        entry_moved(s, e);
    }
    return port;
}

static struct ipc_port *
move_dead(struct ipc_space *s, struct ipc_entry *e)
{
    if (ie_urefs(e) == 1) {
        entry_moved(s, e);
    } else {
        urefs_add(e, -1);
    }
    return IP_DEAD;
}

/* Of a name without entry: null, dead or borrowed. */
static struct ipc_port *
copyin_name(mach_port_name_t name)
{
    if (!MACH_PORT_VALID(name)) {
        return name == MACH_PORT_NULL ? IP_NULL : IP_DEAD;
    }
    return ipc_port_copy_send(
        ipc_upcall_borrowed(machine_current_thread(), name));
}

struct ipc_port *
ipc_right_copyin(struct ipc_space *s, mach_port_name_t name,
                 mach_msg_type_name_t disposition)
{
    struct ipc_entry *e = NULL;

    if (MACH_PORT_VALID(name) && !ipc_name_borrowed(name)) {
        e = ipc_entry_lookup(s, name);
        assert(e != NULL);
    }
    return ipc_right_copyin_entry(s, e, name, disposition);
}

struct ipc_port *
ipc_right_copyin_entry(struct ipc_space *s, struct ipc_entry *e,
                       mach_port_name_t name,
                       mach_msg_type_name_t disposition)
{
    struct ipc_port *port;

    if (e == NULL) {
        return copyin_name(name);
    }
    ipc_right_check(s, e);
    port = e->ie_port;
    if (ie_type(e) == MACH_PORT_TYPE_DEAD_NAME) {
        return disposition == MACH_MSG_TYPE_COPY_SEND ? IP_DEAD
                                                      : move_dead(s, e);
    }
    switch (disposition) {
    case MACH_MSG_TYPE_MAKE_SEND:
        return ipc_port_make_send(port);
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
        return ipc_sonce_make(port);
    case MACH_MSG_TYPE_MOVE_RECEIVE:
        return move_receive(s, e);
    case MACH_MSG_TYPE_COPY_SEND:
        return ipc_port_copy_send(port);
    case MACH_MSG_TYPE_MOVE_SEND:
        return move_send(s, e);
    default:
        entry_moved(s, e);
        return port;
    }
}

struct ipc_entry *
ipc_right_known(struct ipc_space *s, struct ipc_port *port)
{
    struct ipc_entry *e =
        port->ip_object.io_space == s
            ? ipc_entry_lookup(s, port->ip_object.io_name)
            : ipc_hash_lookup(s, port);

    if (e != NULL) {
        port->ip_known = e->ie_name;
    }
    return e;
}

/* Put a live right into an entry that has none, or one that coalesces. */
static void
entry_add(struct ipc_space *s, struct ipc_entry *e, struct ipc_port *port,
          mach_msg_type_name_t type)
{
    uint32_t old = ie_type(e);

    e->ie_port = port;
    switch (type) {
    case MACH_MSG_TYPE_PORT_RECEIVE:
        if (old == MACH_PORT_TYPE_SEND) {
            ipc_hash_remove(s, e);
        }
        e->ie_bits |= MACH_PORT_TYPE_RECEIVE;
        ipc_port_enter_space(port, s, e->ie_name);
        break;
    case MACH_MSG_TYPE_PORT_SEND:
        if ((old & MACH_PORT_TYPE_SEND) != 0) {
            urefs_add(e, 1);
            ipc_port_release_send(port);
        } else {
            e->ie_bits |= MACH_PORT_TYPE_SEND | 1u;
            if (old == MACH_PORT_TYPE_NONE) {
                ipc_hash_insert(s, e);
            }
        }
        break;
    default:
        e->ie_bits |= MACH_PORT_TYPE_SEND_ONCE | 1u;
        break;
    }
}

mach_port_name_t
ipc_right_copyout_name(struct ipc_space *s, struct ipc_port *port,
                       mach_msg_type_name_t type)
{
    struct ipc_entry *e = NULL;

    if (!ip_valid(port)) {
        return port == IP_NULL ? MACH_PORT_NULL : MACH_PORT_DEAD;
    }
    if (!ip_active(port)) {
        return MACH_PORT_DEAD;
    }
    if (type != MACH_MSG_TYPE_PORT_SEND_ONCE) {
        e = ipc_right_known(s, port);
    }
    return e != NULL ? e->ie_name : ipc_entry_next_name(s);
}

mach_port_name_t
ipc_right_copyout(struct ipc_space *s, struct ipc_port *port,
                  mach_msg_type_name_t type)
{
    struct ipc_entry *e = NULL;

    if (!ip_valid(port)) {
        return port == IP_NULL ? MACH_PORT_NULL : MACH_PORT_DEAD;
    }
    if (!ip_active(port)) {
        ipc_port_drop_right(port, type);
        return MACH_PORT_DEAD;
    }
    if (type != MACH_MSG_TYPE_PORT_SEND_ONCE) {
        e = ipc_right_known(s, port);
    }
    if (type == MACH_MSG_TYPE_PORT_RECEIVE) {
        ipc_port_leave_transit(port);
    }
    return ipc_right_copyout_known(s, e, port, type);
}

mach_port_name_t
ipc_right_copyout_known(struct ipc_space *s, struct ipc_entry *e,
                        struct ipc_port *port, mach_msg_type_name_t type)
{
    if (e == NULL) {
        e = ipc_entry_take(s);
    }
    entry_add(s, e, port, type);
    return e->ie_name;
}

COLD kern_return_t
ipc_right_insert(struct ipc_space *s, mach_port_name_t name,
                 struct ipc_port *port, mach_msg_type_name_t type)
{
    struct ipc_entry *e = NULL, *known = NULL;
    kern_return_t kr;

    if (!s->is_active) {
        return KERN_INVALID_TASK;
    }
    if (!MACH_PORT_VALID(name)) {
        return KERN_INVALID_VALUE;
    }
    if (!ipc_port_active(port)) {
        return KERN_INVALID_CAPABILITY;
    }
    if (type != MACH_MSG_TYPE_PORT_SEND_ONCE) {
        known = ipc_right_known(s, port);
    }
    e = ipc_entry_lookup(s, name);
    if (known != NULL && known != e) {
        return KERN_RIGHT_EXISTS;
    }
    if (e != NULL && known != e) {
        return KERN_NAME_EXISTS;
    }
    if (e == NULL) {
        kr = ipc_entry_take_name(s, name, &e);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        ipc_space_count_names(s);
    } else if (type == MACH_MSG_TYPE_PORT_SEND
               && ie_urefs(e) >= MACH_PORT_UREFS_MAX - 1u) {
        return KERN_UREFS_OVERFLOW;
    }
    if (type == MACH_MSG_TYPE_PORT_RECEIVE) {
        ipc_port_leave_transit(port);
    }
    entry_add(s, e, port, type);
    return KERN_SUCCESS;
}

kern_return_t
ipc_object_copyin(struct ipc_space *s, mach_port_name_t name,
                  mach_msg_type_name_t disposition, struct ipc_port **out)
{
    kern_return_t kr;

    if (!s->is_active) {
        return KERN_INVALID_TASK;
    }
    kr = ipc_right_claim(s, name, disposition);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    ipc_right_unclaim(s, name, disposition);
    *out = ipc_right_copyin(s, name, disposition);
    return KERN_SUCCESS;
}

kern_return_t
ipc_object_copyout(struct ipc_space *s, struct ipc_port *port,
                   mach_msg_type_name_t type, mach_port_name_t *name)
{
    kern_return_t kr;

    if (!s->is_active) {
        return KERN_INVALID_TASK;
    }
    kr = ipc_entry_reserve(s, 1);
    if (kr == KERN_SUCCESS) {
        *name = ipc_right_copyout(s, port, type);
    }
    return kr;
}
