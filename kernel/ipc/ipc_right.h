/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be done with the rights that a space names.  Names are looked up by
 * the caller (ipc_right_lookup); an entry may be gone after any call that
 * takes something away.
 */
#ifndef IPC_IPC_RIGHT_H
#define IPC_IPC_RIGHT_H

#include <ipc/ipc_entry.h>

struct ipc_pset;

/* A right whose port has died becomes a dead name. */
void ipc_right_died(struct ipc_space *s, struct ipc_entry *e);

static inline void
ipc_right_check(struct ipc_space *s, struct ipc_entry *e)
{
    /* A receive right and a set are alive, a dead name is dead. */
    if ((e->ie_bits & (MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET
                       | MACH_PORT_TYPE_DEAD_NAME))
            == 0
        && !ip_active(e->ie_port)) {
        ipc_right_died(s, e);
    }
}

/* The checked entry of a name: KERN_INVALID_NAME, KERN_INVALID_TASK (dead
 * space). */
static inline kern_return_t
ipc_right_lookup(struct ipc_space *s, mach_port_name_t name,
                 struct ipc_entry **out)
{
    struct ipc_entry *e = ipc_entry_lookup(s, name);

    if (!s->is_active) {
        return KERN_INVALID_TASK;
    }
    if (e == NULL) { /* null and dead names are nobody's */
        return KERN_INVALID_NAME;
    }
    ipc_right_check(s, e);
    *out = e;
    return KERN_SUCCESS;
}

/* The live port whose receive right is named: KERN_INVALID_RIGHT otherwise. */
kern_return_t ipc_right_lookup_receive(struct ipc_space *s,
                                       mach_port_name_t name,
                                       struct ipc_port **out);
kern_return_t ipc_right_lookup_pset(struct ipc_space *s,
                                    mach_port_name_t name,
                                    struct ipc_pset **out);
static inline bool
ipc_name_borrowed(mach_port_name_t name)
{
    return MACH_PORT_GEN(name) == 0 && MACH_PORT_INDEX(name) != 0
           && MACH_PORT_INDEX(name) < MACH_PORT_FIRST_INDEX;
}

/* New rights: a receive right or port set under any name (name 0) or under
 * this one. */
kern_return_t ipc_right_alloc(struct ipc_space *s, mach_port_right_t right,
                              mach_port_name_t wanted,
                              mach_port_name_t *out);
/* One user reference less: mach_port_deallocate. */
kern_return_t ipc_right_dealloc(struct ipc_space *s, struct ipc_entry *e);
/* mach_port_mod_refs. */
kern_return_t ipc_right_delta(struct ipc_space *s, struct ipc_entry *e,
                              mach_port_right_t right,
                              mach_port_delta_t delta);
/* All that the name denotes. */
void ipc_right_destroy(struct ipc_space *s, struct ipc_entry *e);
static inline kern_return_t
ipc_right_get_refs(const struct ipc_entry *e, mach_port_right_t right,
                   mach_port_urefs_t *out)
{
    if (right >= MACH_PORT_RIGHT_NUMBER) {
        return KERN_INVALID_VALUE;
    }
    if ((ie_type(e) & MACH_PORT_TYPE(right)) == 0) {
        *out = 0;
    } else if (right == MACH_PORT_RIGHT_SEND
               || right == MACH_PORT_RIGHT_DEAD_NAME) {
        *out = ie_urefs(e);
    } else {
        *out = 1;
    }
    return KERN_SUCCESS;
}

/* As mach_port_type reports it. */
mach_port_type_t ipc_right_type(const struct ipc_entry *e);

/*
 * Copyin in two passes.  claim: would copyin by this disposition succeed,
 * given the claims made before?  It marks the entry, so that each claim in a
 * message sees those before it; unclaim takes the mark away (in any order).
 * Then copyin in the order of the claims can't fail.  Null and dead names are
 * claimed always.  Borrowed names: COPY_SEND only, and not for kernel callers
 * without a thread. Returns (claim): KERN_SUCCESS, KERN_INVALID_NAME,
 * KERN_INVALID_RIGHT, KERN_INVALID_VALUE (no such disposition),
 * KERN_RESOURCE_SHORTAGE.
 *
 * lookup is a claim without mark, for names that no other claim is of; it
 * gives the entry (NULL: a name that has none), and copyin_entry takes it.
 */
kern_return_t ipc_right_claim(struct ipc_space *s, mach_port_name_t name,
                              mach_msg_type_name_t disposition);
void ipc_right_unclaim(struct ipc_space *s, mach_port_name_t name,
                       mach_msg_type_name_t disposition);
kern_return_t ipc_right_claim_lookup(struct ipc_space *s,
                                     mach_port_name_t name,
                                     mach_msg_type_name_t disposition,
                                     struct ipc_entry **out);
/* The naked right; IP_NULL and IP_DEAD are possible. */
struct ipc_port *ipc_right_copyin(struct ipc_space *s, mach_port_name_t name,
                                  mach_msg_type_name_t disposition);
struct ipc_port *ipc_right_copyin_entry(struct ipc_space *s,
                                        struct ipc_entry *e,
                                        mach_port_name_t name,
                                        mach_msg_type_name_t disposition);
/* The type a right has in a message, by its disposition when sent. */
static inline mach_msg_type_name_t
ipc_right_copyin_type(mach_msg_type_name_t disposition)
{
    switch (disposition) {
    case MACH_MSG_TYPE_MOVE_RECEIVE:
        return MACH_MSG_TYPE_PORT_RECEIVE;
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
        return MACH_MSG_TYPE_PORT_SEND_ONCE;
    default:
        return MACH_MSG_TYPE_PORT_SEND;
    }
}

/* The entry that a space has for a port already, or NULL. */
struct ipc_entry *ipc_right_known(struct ipc_space *s, struct ipc_port *port);
/* The same, mostly without looking for it. */
static inline __attribute__((always_inline)) struct ipc_entry *
ipc_right_known_again(struct ipc_space *s, struct ipc_port *port)
{
    struct ipc_entry *e = ipc_entry_lookup(s, port->ip_known);

    return e != NULL && e->ie_port == port
                   && (e->ie_bits
                       & (MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_RECEIVE)) != 0
               ? e
               : ipc_right_known(s, port);
}
/* One user reference more of a send right. */
static inline void
ipc_right_another(struct ipc_entry *e)
{
    if (ie_urefs(e) != MACH_PORT_UREFS_MAX) {
        e->ie_bits++;
    }
}

/* The name for a naked right, which is consumed.  One entry must have been
 * reserved; can't fail.  User references that would overflow stay at the
 * maximum. */
mach_port_name_t ipc_right_copyout(struct ipc_space *s, struct ipc_port *port,
                                   mach_msg_type_name_t type);
/* The same of a live port's right, not the receive right, for which e is the
 * space's entry (NULL: none). */
mach_port_name_t ipc_right_copyout_known(struct ipc_space *s,
                                         struct ipc_entry *e,
                                         struct ipc_port *port,
                                         mach_msg_type_name_t type);
/* What that name will be. */
mach_port_name_t ipc_right_copyout_name(struct ipc_space *s,
                                        struct ipc_port *port,
                                        mach_msg_type_name_t type);
/* Put a naked right under this name: consumed on success.  KERN_NAME_EXISTS,
 * KERN_RIGHT_EXISTS (a send right has another name), KERN_UREFS_OVERFLOW,
 * KERN_NO_SPACE, KERN_RESOURCE_SHORTAGE, KERN_INVALID_CAPABILITY (dead). */
kern_return_t ipc_right_insert(struct ipc_space *s, mach_port_name_t name,
                               struct ipc_port *port,
                               mach_msg_type_name_t type);

#endif
