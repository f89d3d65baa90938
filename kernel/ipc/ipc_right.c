/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights in a space: look-up, creation, and taking away.
 *
 * Entries whose user references reached MACH_PORT_UREFS_MAX (by messages;
 * explicit calls are refused before) stay there until destroyed.
 */
#include <base/assert.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_right.h>

void
ipc_right_died(struct ipc_space *s, struct ipc_entry *e)
{
    uint32_t type = ie_type(e);
    struct ipc_port *port = e->ie_port;

    if (type == MACH_PORT_TYPE_SEND) {
        ipc_hash_remove(s, e);
    }
    e->ie_bits = MACH_PORT_TYPE_DEAD_NAME | ie_urefs(e);
    e->ie_object = NULL;
    if (e->ie_request != NULL) {
        ipc_request_dead(e);
    }
    ipc_port_consume_right(port, type == MACH_PORT_TYPE_SEND
                                     ? MACH_MSG_TYPE_PORT_SEND
                                     : MACH_MSG_TYPE_PORT_SEND_ONCE);
}

kern_return_t
ipc_right_lookup_receive(struct ipc_space *s, mach_port_name_t name,
                         struct ipc_port **out)
{
    struct ipc_entry *e;
    kern_return_t kr = ipc_right_lookup(s, name, &e);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if ((ie_type(e) & MACH_PORT_TYPE_RECEIVE) == 0) {
        return KERN_INVALID_RIGHT;
    }
    *out = e->ie_port;
    return KERN_SUCCESS;
}

kern_return_t
ipc_right_lookup_pset(struct ipc_space *s, mach_port_name_t name,
                      struct ipc_pset **out)
{
    struct ipc_entry *e;
    kern_return_t kr = ipc_right_lookup(s, name, &e);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (ie_type(e) != MACH_PORT_TYPE_PORT_SET) {
        return KERN_INVALID_RIGHT;
    }
    *out = e->ie_pset;
    return KERN_SUCCESS;
}

/* Room for a new name, or the entry of the one that is wanted. */
static kern_return_t
entry_for(struct ipc_space *s, mach_port_name_t wanted,
          struct ipc_entry **out)
{
    *out = NULL;
    if (!s->is_active) {
        return KERN_INVALID_TASK;
    }
    return wanted != MACH_PORT_NULL ? ipc_entry_take_name(s, wanted, out)
                                    : ipc_entry_reserve(s, 1);
}

/* What a new right of this kind names; NULL, too, for a dead name. */
static kern_return_t
object_for(struct ipc_space *s, mach_port_right_t right,
           struct ipc_object **out)
{
    struct ipc_port *port;
    struct ipc_pset *set;

    *out = NULL;
    if (right == MACH_PORT_RIGHT_DEAD_NAME) {
        return KERN_SUCCESS;
    }
    if (right == MACH_PORT_RIGHT_RECEIVE) {
        port = ipc_port_create(s->is_ledger);
        *out = port == NULL ? NULL : &port->ip_object;
    } else {
        set = ipc_pset_create(s->is_ledger);
        *out = set == NULL ? NULL : &set->ps_object;
    }
    return *out == NULL ? KERN_RESOURCE_SHORTAGE : KERN_SUCCESS;
}

kern_return_t
ipc_right_alloc(struct ipc_space *s, mach_port_right_t right,
                mach_port_name_t wanted, mach_port_name_t *out)
{
    struct ipc_object *object;
    struct ipc_entry *e;
    kern_return_t kr;

    if (right != MACH_PORT_RIGHT_RECEIVE && right != MACH_PORT_RIGHT_PORT_SET
        && right != MACH_PORT_RIGHT_DEAD_NAME) {
        return KERN_INVALID_VALUE;
    }
    kr = entry_for(s, wanted, &e);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = object_for(s, right, &object);
    if (kr != KERN_SUCCESS) {
        if (e != NULL) {
            ipc_entry_free(s, e);
        }
        return kr;
    }
    /* ---- point of no return: of too many names somebody is told ---- */
    if (e == NULL) {
        e = ipc_entry_take(s);
    } else {
        ipc_space_count_names(s);
    }
    e->ie_object = object;
    if (right == MACH_PORT_RIGHT_RECEIVE) {
        e->ie_bits = MACH_PORT_TYPE_RECEIVE;
        ipc_port_enter_space(e->ie_port, s, e->ie_name);
    } else if (right == MACH_PORT_RIGHT_PORT_SET) {
        e->ie_bits = MACH_PORT_TYPE_PORT_SET;
        object->io_space = s;
        object->io_name = e->ie_name;
    } else {
        e->ie_bits = MACH_PORT_TYPE_DEAD_NAME | 1u;
    }
    *out = e->ie_name;
    return KERN_SUCCESS;
}

/* The entry's rights are out of it: the name goes. */
static void
entry_end(struct ipc_space *s, struct ipc_entry *e)
{
    if (e->ie_request != NULL) {
        ipc_request_deleted(e);
    }
    ipc_entry_free(s, e);
}

/* The send right goes, all of its user references. */
static void
drop_send(struct ipc_space *s, struct ipc_entry *e)
{
    struct ipc_port *port = e->ie_port;

    if ((ie_type(e) & MACH_PORT_TYPE_RECEIVE) != 0) {
        e->ie_bits = MACH_PORT_TYPE_RECEIVE;
    } else {
        ipc_hash_remove(s, e);
        entry_end(s, e);
    }
    ipc_port_release_send(port);
}

static void
drop_sonce(struct ipc_space *s, struct ipc_entry *e)
{
    struct ipc_port *port = e->ie_port;

    entry_end(s, e);
    ipc_port_release_sonce(port);
}

/* The receive right goes; with a send right the name becomes a dead one. */
static void
drop_receive(struct ipc_space *s, struct ipc_entry *e)
{
    struct ipc_port *port = e->ie_port;
    mach_port_name_t name = e->ie_name;
    bool travels;

    if ((ie_type(e) & MACH_PORT_TYPE_SEND) == 0) {
        entry_end(s, e);
        ipc_port_destroy(port);
        return;
    }
    e->ie_bits = MACH_PORT_TYPE_SEND | ie_urefs(e);
    ipc_hash_insert(s, e);
    ipc_port_reference(port);
    ipc_port_destroy(port);
    travels = ip_active(port);
    ipc_port_release(port);
    /* The entry was not freed: only its own thread could do that. */
    e = ipc_entry_lookup(s, name);
    if (!travels && e != NULL) {
        ipc_right_check(s, e);
    }
}

static void
drop_pset(struct ipc_space *s, struct ipc_entry *e)
{
    struct ipc_pset *set = e->ie_pset;

    entry_end(s, e);
    ipc_pset_destroy(set);
}

/* Add to the user references of a send right or dead name. */
static kern_return_t
delta_urefs(struct ipc_space *s, struct ipc_entry *e,
            mach_port_delta_t delta)
{
    uint32_t urefs = ie_urefs(e);
    int64_t sum = (int64_t)urefs + delta;

    if (sum < 0) {
        return KERN_INVALID_VALUE;
    }
    if (delta > 0 && sum >= (int64_t)MACH_PORT_UREFS_MAX) {
        return KERN_UREFS_OVERFLOW;
    }
    if (sum == 0) {
        if (ie_type(e) == MACH_PORT_TYPE_DEAD_NAME) {
            entry_end(s, e);
        } else {
            drop_send(s, e);
        }
    } else if (urefs != MACH_PORT_UREFS_MAX) {
        e->ie_bits = (e->ie_bits & ~IE_UREFS_MASK) | (uint32_t)sum;
    }
    return KERN_SUCCESS;
}

kern_return_t
ipc_right_dealloc(struct ipc_space *s, struct ipc_entry *e)
{
    switch (ie_type(e)) {
    case MACH_PORT_TYPE_SEND_ONCE:
        drop_sonce(s, e);
        return KERN_SUCCESS;
    case MACH_PORT_TYPE_DEAD_NAME:
    case MACH_PORT_TYPE_SEND:
    case MACH_PORT_TYPE_SEND_RECEIVE:
        return delta_urefs(s, e, -1);
    default:
        return KERN_INVALID_RIGHT;
    }
}

/* Rights of which there can be one: 0 leaves it, -1 takes it. */
static kern_return_t
delta_single(struct ipc_space *s, struct ipc_entry *e,
             mach_port_delta_t delta,
             void (*drop)(struct ipc_space *, struct ipc_entry *))
{
    if (delta == 0) {
        return KERN_SUCCESS;
    }
    if (delta != -1) {
        return KERN_INVALID_VALUE;
    }
    drop(s, e);
    return KERN_SUCCESS;
}

kern_return_t
ipc_right_delta(struct ipc_space *s, struct ipc_entry *e,
                mach_port_right_t right, mach_port_delta_t delta)
{
    assert(right < MACH_PORT_RIGHT_NUMBER);
    if ((ie_type(e) & MACH_PORT_TYPE(right)) == 0) {
        return KERN_INVALID_RIGHT;
    }
    switch (right) {
    case MACH_PORT_RIGHT_RECEIVE:
        return delta_single(s, e, delta, drop_receive);
    case MACH_PORT_RIGHT_SEND_ONCE:
        return delta_single(s, e, delta, drop_sonce);
    case MACH_PORT_RIGHT_PORT_SET:
        return delta_single(s, e, delta, drop_pset);
    default:
        return delta_urefs(s, e, delta);
    }
}

void
ipc_right_destroy(struct ipc_space *s, struct ipc_entry *e)
{
    struct ipc_port *port = e->ie_port;

    switch (ie_type(e)) {
    case MACH_PORT_TYPE_SEND:
        drop_send(s, e);
        break;
    case MACH_PORT_TYPE_SEND_ONCE:
        drop_sonce(s, e);
        break;
    case MACH_PORT_TYPE_RECEIVE:
        drop_receive(s, e);
        break;
    case MACH_PORT_TYPE_SEND_RECEIVE:
        entry_end(s, e);
        ipc_port_release_send(port);
        ipc_port_destroy(port);
        break;
    case MACH_PORT_TYPE_PORT_SET:
        drop_pset(s, e);
        break;
    default:
        assert(ie_type(e) == MACH_PORT_TYPE_DEAD_NAME);
        entry_end(s, e);
        break;
    }
}

mach_port_type_t
ipc_right_type(const struct ipc_entry *e)
{
    mach_port_type_t type = ie_type(e);

    if (e->ie_request != NULL && e->ie_request->ir_dead != NULL) {
        type |= MACH_PORT_TYPE_DNREQUEST;
    }
    if (e->ie_request != NULL && e->ie_request->ir_possible != NULL) {
        type |= MACH_PORT_TYPE_SPREQUEST;
    }
    return type;
}
