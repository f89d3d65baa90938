/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path of mach_msg: send and receive in one trap, to a port (or set)
 * whose receiver waits.  It is what both halves of an RPC do.
 *
 * A ladder of checks, each with no effect but that a failed one leaves
 * everything to the general path (mach_msg.c), which finds out what is the matter
 * and says so; then the point of no return; then the direct switch to the
 * receiver, without a message in the kernel, a run queue or an allocation.
 * What it does is what the general path would have done, down to names,
 * counts and sequence numbers.
 *
 * The bytes go straight from the sender's memory to the receiver's, through
 * pmap_window(), before the point of no return: a page that is not there in
 * either of them is a failed check.  The header is read once, and written as
 * the receiver shall see it: the names it will have are known beforehand, as
 * nothing comes between.
 *
 * Forms: the request of an RPC (COPY_SEND with a reply right by
 * MAKE_SEND_ONCE) and its reply (MOVE_SEND_ONCE), in line, each for itself; and
 * both again for what is rarer, one descriptor, of a port or of a few pages of
 * memory, or options about where to receive.
 */
#include <base/panic.h>
#include <vm/vm_user.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_sonce.h>
#include <ipc/mach_msg_fast.h>

#define OPTIONS_NEEDED (MACH_SEND_MSG | MACH_RCV_MSG)
#define OPTIONS_INDIFFERENT                     \
    (MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY | MACH_RCV_INTERRUPT \
     | MACH_SEND_INTERRUPT)
/* Where and with which trailer the sender itself will receive. */
#define OPTIONS_PLACE (MACH_RCV_OVERWRITE | 0xff000000u)
/* Format 0, and at most the context. */
#define OPTIONS_LAST (MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX) \
                      | 0x00ffffffu)
#define BITS_REQUEST \
    MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE)
#define BITS_REPLY_SEEN MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE)
#define AT(field) offsetof(mach_msg_header_t, field)
/* From here the receiver sees what was sent. */
#define SAME AT(msgh_voucher_port)

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

/* What the trap was called with besides. */
INLINE mach_port_name_t
rcv_name(const struct fast *f)
{
    return (mach_port_name_t)regs_arg(&f->sender->th_regs, ARG_NAMES);
}

INLINE mach_port_name_t
remote_name(const struct fast *f)
{
    return (mach_port_name_t)f->head[1];
}

INLINE mach_port_name_t
local_name(const struct fast *f)
{
    return (mach_port_name_t)(f->head[1] >> 32);
}

/* Options and sizes. */
INLINE bool
check_call(const struct fast *f, mach_msg_option_t indifferent)
{
    return (f->option & ~indifferent) == OPTIONS_NEEDED
           && f->size - HEADER <= MACH_MSG_SIZE_MAX - HEADER
           && (f->size & 3u) == 0
           && f->message < VM_MAX_ADDRESS; /* behind is what faults */
}

/* A port that a thread waits for is alive and in a space. */
INLINE bool
check_dest(struct fast *f, struct ipc_entry *e, mach_port_type_t type)
{
    if (UNLIKELY(e == NULL || (e->ie_bits & type) == 0)) {
        return false;
    }
    f->dest_entry = e;
    f->dest = e->ie_port;
    return f->dest->ip_msgcount == 0;
}

/* What the sender receives from has nothing for it, and is not where its own
 * message goes: that it would find there. */
INLINE bool
check_source(struct fast *f, struct ipc_entry *e)
{
    f->source = e->ie_object;
    if ((e->ie_bits & MACH_PORT_TYPE_RECEIVE) != 0) {
        return e->ie_port->ip_msgcount == 0 && e->ie_port != f->dest;
    }
    return (e->ie_bits & MACH_PORT_TYPE_PORT_SET) != 0
           && list_empty(&e->ie_pset->ps_ready)
           && list_empty(&f->dest->ip_links);
}

INLINE bool
find_source(struct fast *f)
{
    struct ipc_entry *e = ipc_entry_lookup(f->space, rcv_name(f));

    return e != NULL && check_source(f, e);
}

/* The reply port's next send-once right is the account's that made the
 * others, and there is nobody else. */
INLINE bool
check_reply(struct fast *f, struct ipc_entry *e)
{
    if (UNLIKELY(e == NULL || (e->ie_bits & MACH_PORT_TYPE_RECEIVE) == 0)) {
        return false;
    }
    f->reply = e->ie_port;
    return f->reply->ip_sole_maker == f->space->is_ledger;
}

/* The names in a message as the receiver sees them. */
struct seen {
    mach_msg_bits_t bits;
    mach_port_name_t remote, local;
    uint64_t carried; /* a name, or an address */
};

/*
 * The message as the receiver sees it.  Whole words are copied, so 4 bytes
 * behind it may come along; the trailer is written over them.
 */
INLINE bool
put_message(const struct fast *f, const struct seen *seen, bool rare)
{
    vm_address_t to = f->window;

    user_put32(to + AT(msgh_bits), seen->bits, miss);
    user_put32(to + AT(msgh_size), f->size, miss);
    user_put32(to + AT(msgh_remote_port), seen->remote, miss);
    user_put32(to + AT(msgh_local_port), seen->local, miss);
    if (UNLIKELY(user_move64(to + SAME, f->message + SAME,
                             (f->size - SAME + 7) / 8) != 0)) {
        goto miss;
    }
    user_put32(to + AT(msgh_voucher_port), MACH_PORT_NULL, miss);
    if (rare && f->carries) {
        user_put64(to + HEADER, BODY0(seen->carried), miss);
        user_put64(to + HEADER + 8,
                   f->carried.memory ? BODY1_MEMORY(seen->carried)
                                     : BODY1(f->carried.type), miss);
    }
    if (rare && f->carries && f->carried.memory) {
        user_put32(to + HEADER + PORT_BODY, f->carried.size, miss);
    }
    user_put32(to + f->size, MACH_MSG_TRAILER_FORMAT_0, miss);
    user_put32(to + f->size + 4, SMALL_TRAILER, miss);
    if (UNLIKELY(f->receiver->th_saved.ipc.trailer != SMALL_TRAILER)
        && !mach_msg_put_trailer(to + f->size,
                                 f->receiver->th_saved.ipc.trailer, f->dest,
                                 f->sender->th_caller->ca_token,
                                 f->sender->th_caller->ca_audit)) {
        goto miss;
    }
    return true;
miss:
    pmap_window_close();
    return false;
}

/* ---- behind the point of no return ---- */

/* The send-once right to the reply port, made by the sender for the receiver. */
INLINE void
move_reply_right(struct fast *f)
{
    struct ipc_port *reply = f->reply;
    struct ipc_entry *e;

    reply->ip_maker.mk_count++;
    reply->ip_sorights++;
    reply->ip_object.io_refs++;
    e = ipc_entry_pop(f->to);
    e->ie_port = reply;
    e->ie_bits = MACH_PORT_TYPE_SEND_ONCE | 1u;
}

/* The send-once right that the reply was sent with. */
INLINE void
use_reply_right(struct fast *f)
{
    struct ipc_port *dest = f->dest;

    ipc_entry_free(f->space, f->dest_entry);
    if (dest->ip_sole_maker == dest->ip_object.io_ledger) {
        dest->ip_maker.mk_count--; /* as nearly always */
    } else {
        ipc_sonce_use(dest);
    }
    dest->ip_sorights--;
    dest->ip_object.io_refs--; /* the receive right's is left */
}

INLINE void
switch_over(struct fast *f, bool rare)
{
    f->dest->ip_seqno++;
    sender_waits(f, rare);
    receiver_runs(f->receiver);
}

/* ---- one descriptor ---- */

/* Can the right be had, and would nobody be told of its going? */
INLINE bool
check_carried(struct fast *f)
{
    struct carried *c = &f->carried;
    struct ipc_entry *e = ipc_entry_lookup(f->space, c->name);
    mach_port_type_t type = MACH_PORT_TYPE_SEND;

    c->type = MACH_MSG_TYPE_PORT_SEND;
    if (c->disposition == MACH_MSG_TYPE_MAKE_SEND) {
        type = MACH_PORT_TYPE_RECEIVE;
    } else if (c->disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE) {
        type = MACH_PORT_TYPE_SEND_ONCE;
        c->type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    } else if (c->disposition != MACH_MSG_TYPE_COPY_SEND
               && c->disposition != MACH_MSG_TYPE_MOVE_SEND) {
        return false;
    }
    c->from = e;
    return e != NULL && (e->ie_bits & type) != 0 && e->ie_request == NULL
           && e != f->dest_entry && ip_active(e->ie_port);
}

/*
 * What the receiver will call it; the reply right's name, if there is one,
 * comes after.  Within one space names that go and come would mix.
 */
INLINE bool
find_names(struct fast *f, struct seen *seen, bool reply)
{
    struct carried *c = &f->carried;
    const struct ipc_entry *e = f->to->is_free;

    if (UNLIKELY(f->to == f->space || !check_carried(f))) {
        return false;
    }
    c->known = c->type == MACH_MSG_TYPE_PORT_SEND
                   ? ipc_right_known(f->to, c->from->ie_port)
                   : NULL;
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

INLINE bool
forget_carried(const struct fast *f, const struct seen *seen, bool rare)
{
    if (rare && f->carries && f->carried.memory) {
        forget_memory(f->receiver, seen->carried, f->carried.size);
    }
    return false;
}

/* What the descriptor will say, and the reply right's name, if there is one. */
INLINE bool
find_carried(struct fast *f, struct seen *seen, bool reply)
{
    seen->bits |= MACH_MSGH_BITS_COMPLEX;
    if (!f->carried.memory) {
        return find_names(f, seen, reply);
    }
    if (reply) {
        seen->remote = ipc_entry_next_name(f->to);
    }
    seen->carried = place_memory(f->sender, f->carried.at, f->carried.size,
                                 f->receiver);
    return seen->carried != 0;
}

INLINE void
move_carried_right(const struct fast *f)
{
    const struct carried *c = &f->carried;

    if (c->memory) {
        return;
    }
    if (c->known != NULL && c->disposition == MACH_MSG_TYPE_COPY_SEND
        && (c->known->ie_bits & MACH_PORT_TYPE_SEND) != 0) {
        ipc_right_another(c->known); /* what was copied is dropped again */
        return;
    }
    (void)ipc_right_copyout(f->to,
                            ipc_right_copyin_entry(f->space, c->from, c->name,
                                                   c->disposition),
                            c->type);
}

/* ---- the two forms ---- */

/* rare: there may be a descriptor, or options about the place. */
INLINE bool
request(struct fast *f, struct ipc_entry *e, bool rare)
{
    struct seen seen = { .bits = BITS_REQUEST_SEEN };

    /* Who is to be told of room is told when a message has gone. */
    if (!check_dest(f, e, MACH_PORT_TYPE_SEND) || ipc_mqueue_full(f->dest)
        || f->dest->ip_possible_count != 0) {
        return false;
    }
    e = ipc_entry_lookup(f->space, local_name(f));
    if (!check_reply(f, e)
        || !(rcv_name(f) == local_name(f) ? check_source(f, e)
                                          : find_source(f))
        || !find_receiver(f, f->sender->th_ast, rare && f->carries ? 2 : 1)
        || (rare && f->carries && !find_carried(f, &seen, true))) {
        return false;
    }
    if (!open_window(f)) {
        return forget_carried(f, &seen, rare);
    }
    if (!rare || !f->carries) {
        seen.remote = ipc_entry_next_name(f->to);
    }
    seen.local = f->dest->ip_name;
    if (!put_message(f, &seen, rare)) {
        return forget_carried(f, &seen, rare);
    }
    /* ---- point of no return ---- */
    user_access_end();
    switch_over(f, rare);
    if (rare && f->carries) {
        move_carried_right(f);
    }
    move_reply_right(f);
    leave(f);
    return true;
}

INLINE bool
reply(struct fast *f, bool rare)
{
    struct ipc_entry *e = ipc_entry_lookup(f->space, remote_name(f));
    struct seen seen = { .bits = BITS_REPLY_SEEN };

    if (local_name(f) != MACH_PORT_NULL
        || !check_dest(f, e, MACH_PORT_TYPE_SEND_ONCE)
        || e->ie_request != NULL || !find_source(f)) {
        return false;
    }
    if (!find_receiver(f, f->sender->th_ast, rare && f->carries ? 1 : 0)) {
        return !(rare && f->carries) && f->dest->ip_direct != NULL
               && mach_msg_fast_kernel(f->dest_entry, f->source);
    }
    if (rare && f->carries && !find_carried(f, &seen, false)) {
        return false;
    }
    if (!open_window(f)) {
        return forget_carried(f, &seen, rare);
    }
    seen.local = f->dest->ip_name;
    if (!put_message(f, &seen, rare)) {
        return forget_carried(f, &seen, rare);
    }
    /* ---- point of no return ---- */
    user_access_end();
    switch_over(f, rare);
    use_reply_right(f);
    if (rare && f->carries) {
        move_carried_right(f);
    }
    leave(f);
    return true;
}

/* f: what the trap was called with, and the sender. */
INLINE void
fast_begin(struct fast *f, vm_address_t message, mach_msg_option_t option,
           uint64_t sizes)
{
    f->sender = current_thread();
    f->space = f->sender->th_caller->ca_space;
    f->message = message;
    f->option = option;
    f->size = (mach_msg_size_t)sizes;
}

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
    f->carried.memory = true;
    f->carried.at = BODY_ADDRESS(body[0], body[1]);
    f->carried.size = (mach_msg_size_t)(size[1] >> 32);
    return true;
}

/* One descriptor, or none. */
INLINE bool
check_body(struct fast *f)
{
    uint64_t body[2];

    f->carries = ((mach_msg_bits_t)f->head[0] & MACH_MSGH_BITS_COMPLEX) != 0;
    if (!f->carries) {
        return true;
    }
    if (f->size < HEADER + PORT_BODY) {
        return false;
    }
    user_get128(body, f->message + HEADER);
    if (BODY0_COUNT(body[0]) != 1) {
        return false;
    }
    if (BODY1_TYPE(body[1]) != MACH_MSG_PORT_DESCRIPTOR) {
        return check_memory(f, body);
    }
    f->carried.memory = false;
    f->carried.name = BODY0_NAME(body[0]);
    f->carried.disposition = BODY1_DISPOSITION(body[1]);
    return true;
}

/* What mach_msg_fast_trap() does not have in line. */
static __attribute__((noinline)) kern_return_t
rare_call(vm_address_t message, mach_msg_option_t option, uint64_t sizes)
{
    struct fast f = { .carries = false };
    mach_msg_bits_t bits;
    bool done = false;

    fast_begin(&f, message, option, sizes);
    if (!check_call(&f, OPTIONS_INDIFFERENT | OPTIONS_PLACE)
        || option > OPTIONS_LAST) {
        return KERN_GENERAL;
    }
    user_access_begin();
    user_get128(f.head, message);
    bits = (mach_msg_bits_t)f.head[0] & ~MACH_MSGH_BITS_COMPLEX;
    if (bits == BITS_REQUEST && check_body(&f)) {
        done = request(&f, ipc_entry_lookup(f.space, remote_name(&f)), true);
    } else if (bits == BITS_REPLY && check_body(&f)) {
        done = reply(&f, true);
    }
    if (done) {
        return KERN_SWITCHED;
    }
    user_access_end();
    return bits == BITS_REQUEST && !f.carries ? mach_msg_kernel_try(f.sender)
                                              : KERN_GENERAL;
}

kern_return_t
mach_msg_fast_trap(vm_address_t message, mach_msg_option_t option,
                   uint64_t sizes)
{
    struct fast f;
    bool done;

    fast_begin(&f, message, option, sizes);
    if (!check_call(&f, OPTIONS_INDIFFERENT)) {
        return rare_call(message, option, sizes);
    }
    /* From here to the point of no return nothing but the ladder runs. */
    user_access_begin();
    user_get128(f.head, message);
    if ((mach_msg_bits_t)f.head[0] == BITS_REQUEST) {
        struct ipc_entry *e = ipc_entry_lookup(f.space, remote_name(&f));

        if (UNLIKELY(e == NULL)) {
            user_access_end();
            return mach_msg_kernel_rpc(f.sender, message, f.size, f.head[1]);
        }
        done = request(&f, e, false);
        if (UNLIKELY(!done)) {
            user_access_end();
            return mach_msg_kernel_try(f.sender);
        }
    } else if ((mach_msg_bits_t)f.head[0] == BITS_REPLY) {
        done = reply(&f, false);
    } else {
        user_access_end();
        return rare_call(message, option, sizes);
    }
    if (!done) {
        user_access_end();
    }
    return done ? KERN_SWITCHED : KERN_GENERAL;
}
