/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path's messages with one descriptor: a right, or a few pages of
 * memory.  Part of mach_msg_fast.c: the steps that its ladder takes for them,
 * which for one without a descriptor (PLAIN, a constant wherever it stands)
 * are nothing.
 */
#ifndef IPC_MACH_MSG_FAST_CARRY_H
#define IPC_MACH_MSG_FAST_CARRY_H

#include <base/panic.h>
#include <vm/vm_user.h>
#include <ipc/ipc_right.h>
#include <ipc/mach_msg_fast.h>

enum form { PLAIN, RIGHT, MEMORY };

/* What follows the header of a message with a descriptor, in two words; the
 * size of memory comes behind them. */
#define BODY0(name) ((uint64_t)(name) << 32 | 1u) /* one descriptor */
#define BODY1(disposition) ((uint64_t)(disposition) << 48)
#define BODY1_MEMORY(at)                                                  \
    ((at) >> 32 | 1ull << 32 /* deallocate */                             \
     | (uint64_t)MACH_MSG_VIRTUAL_COPY << 40                              \
     | (uint64_t)MACH_MSG_OOL_DESCRIPTOR << 56)
#define BODY0_COUNT(word) ((uint32_t)(word))
#define BODY0_NAME(word) ((mach_port_name_t)((word) >> 32))
#define BODY1_DISPOSITION(word) ((mach_msg_type_name_t)((word) >> 48 & 0xffu))
#define BODY1_TYPE(word) ((mach_msg_descriptor_type_t)((word) >> 56))
#define BODY1_DEALLOCATE(word) ((uint8_t)((word) >> 32))
#define BODY1_COPY(word) ((uint8_t)((word) >> 40))
#define BODY_ADDRESS(word0, word1) ((word1) << 32 | (word0) >> 32)
#define PORT_BODY \
    (sizeof(mach_msg_body_t) + sizeof(mach_msg_port_descriptor_t))
#define MEMORY_BODY \
    (sizeof(mach_msg_body_t) + sizeof(mach_msg_ool_descriptor_t))
_Static_assert(PORT_BODY == 16 && MEMORY_BODY == 20, "two words, and a size");

/* The names in a message as the receiver sees them. */
struct seen {
    mach_msg_bits_t bits;
    mach_port_name_t remote, local;
    uint64_t carried; /* a name, or an address */
};

/* ---- what the descriptor says ---- */

/* Memory that the sender keeps; how much, vm says. */
INLINE bool
check_memory(struct fast *f, const uint64_t body[2])
{
    uint64_t size[2];

    if (BODY1_TYPE(body[1]) != MACH_MSG_OOL_DESCRIPTOR
        || BODY1_DEALLOCATE(body[1]) != 0
        || BODY1_COPY(body[1]) > MACH_MSG_VIRTUAL_COPY
        || f->size < HEADER + MEMORY_BODY) {
        return false;
    }
    /* The last two words of header and descriptor. */
    user_get128(size, f->message + HEADER + MEMORY_BODY - sizeof(size));
    f->carried.at = BODY_ADDRESS(body[0], body[1]);
    f->carried.size = (mach_msg_size_t)(size[1] >> 32);
    return true;
}

/* What an entry must have for a right of it to be sent by this disposition;
 * no such thing: one that is not for here. */
INLINE mach_port_type_t
type_needed(mach_msg_type_name_t disposition)
{
    switch (disposition) {
    case MACH_MSG_TYPE_COPY_SEND:
    case MACH_MSG_TYPE_MOVE_SEND:
        return MACH_PORT_TYPE_SEND;
    case MACH_MSG_TYPE_MAKE_SEND:
        return MACH_PORT_TYPE_RECEIVE;
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
        return MACH_PORT_TYPE_SEND_ONCE;
    default:
        return MACH_PORT_TYPE_NONE;
    }
}

/* Can the right be had, and would nobody be told of its going? */
INLINE bool
check_right(struct fast *f)
{
    struct carried *c = &f->carried;
    struct ipc_entry *e = ipc_entry_lookup(f->space, c->name);

    c->from = e;
    return e != NULL && (e->ie_bits & type_needed(c->disposition)) != 0
           && e->ie_request == NULL && e != f->dest_entry
           && ip_active(e->ie_port);
}

/* ---- what the receiver will see ---- */

/* The receiver's entry for the right's port, if it has one.  A send-once right
 * gets a new name; the first send right is nobody's yet. */
INLINE struct ipc_entry *
find_known(const struct fast *f)
{
    const struct carried *c = &f->carried;
    struct ipc_port *port = c->from->ie_port;

    if (c->disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE
        || (c->disposition == MACH_MSG_TYPE_MAKE_SEND
            && port->ip_srights == 0)) {
        return NULL;
    }
    return ipc_right_known_again(f->to, port);
}

/*
 * What it will call the right; the reply right's name, if there is one, comes
 * after.  Within one space names that go and come would mix.
 */
INLINE bool
find_names(struct fast *f, struct seen *seen, bool reply)
{
    struct carried *c = &f->carried;
    const struct ipc_entry *e = f->to->is_free;

    if (UNLIKELY(f->to == f->space || !check_right(f))) {
        return false;
    }
    c->known = find_known(f);
    if (c->known != NULL) {
        seen->carried = c->known->ie_name;
    } else {
        seen->carried = e->ie_bits;
        e = e->ie_free_next;
    }
    if (reply) {
        seen->remote = e->ie_bits;
    }
    return true;
}

/* The memory, as it is now, is the receiver's; before its buffer is written,
 * which may lie in that very memory.  Its address there; 0: it can't be had so.
 * (Arguments and not a struct fast, which would have to be in memory then.) */
static __attribute__((noinline)) vm_address_t
place_memory(const struct thread *from, vm_address_t at, mach_msg_size_t size,
             const struct thread *to)
{
    vm_address_t there;
    bool done;

    user_access_end();
    done = vm_map_copy_across(from->th_caller->ca_map, at, size,
                              to->th_caller->ca_map, &there);
    user_access_begin();
    return done ? there : 0;
}

/* The message can't be put after all. */
static __attribute__((noinline)) void
forget_memory(const struct thread *to, vm_address_t at, mach_msg_size_t size)
{
    user_access_end();
    if (vm_map_deallocate(to->th_caller->ca_map, at, size) != KERN_SUCCESS) {
        panic("memory that has just been mapped is not there");
    }
    user_access_begin();
}

/* How many names it takes in the receiver's space. */
#define FORM_NAMES(form) ((form) == RIGHT ? 1u : 0u)

/* What the descriptor will say, and the reply right's name, if there is one. */
INLINE bool
find_carried(struct fast *f, struct seen *seen, enum form form, bool reply)
{
    if (form == PLAIN) {
        return true;
    }
    seen->bits |= MACH_MSGH_BITS_COMPLEX;
    if (form == RIGHT) {
        return find_names(f, seen, reply);
    }
    seen->carried = place_memory(f->sender, f->carried.at, f->carried.size,
                                 f->receiver);
    return seen->carried != 0;
}

/* false, for whoever fails after that. */
INLINE bool
forget_carried(const struct fast *f, const struct seen *seen, enum form form)
{
    if (form == MEMORY) {
        forget_memory(f->receiver, seen->carried, f->carried.size);
    }
    return false;
}

/* The descriptor in the receiver's buffer; false: a miss. */
INLINE bool
put_carried(const struct fast *f, const struct seen *seen, enum form form)
{
    vm_address_t to = f->window + HEADER;

    if (form == PLAIN) {
        return true;
    }
    user_put64(to, BODY0(seen->carried), miss);
    if (form == MEMORY) {
        user_put64(to + 8, BODY1_MEMORY(seen->carried), miss);
        user_put32(to + PORT_BODY, f->carried.size, miss);
    } else {
        user_put64(to + 8,
                   BODY1(ipc_right_copyin_type(f->carried.disposition)),
                   miss);
    }
    return true;
miss:
    return false;
}

/* ---- behind the point of no return ---- */

static __attribute__((noinline)) void
move_right(struct ipc_space *from, struct ipc_entry *e,
           mach_msg_type_name_t disposition, struct ipc_space *to,
           struct ipc_entry *known)
{
    (void)ipc_right_copyout_known(
        to, known, ipc_right_copyin_entry(from, e, e->ie_name, disposition),
        ipc_right_copyin_type(disposition));
}

INLINE void
move_carried(const struct fast *f, enum form form)
{
    const struct carried *c = &f->carried;

    if (form != RIGHT) {
        return;
    }
    if (c->known != NULL && c->disposition == MACH_MSG_TYPE_COPY_SEND
        && (c->known->ie_bits & MACH_PORT_TYPE_SEND) != 0) {
        ipc_right_another(c->known); /* what was copied is dropped again */
    } else {
        move_right(f->space, c->from, c->disposition, f->to, c->known);
    }
}

#endif
