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
 * MAKE_SEND_ONCE) and its reply (MOVE_SEND_ONCE); with one descriptor, of a port
 * or of a few pages of memory, or none.  Those without are compiled in line,
 * each for itself.
 */
#include <base/panic.h>
#include <vm/vm_user.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_sonce.h>
#include <ipc/mach_msg_fast.h>

#define OPTIONS_NEEDED (MACH_SEND_MSG | MACH_RCV_MSG)
#define OPTIONS_INDIFFERENT                                    \
    (MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY | MACH_RCV_OVERWRITE \
     | MACH_RCV_INTERRUPT | MACH_SEND_INTERRUPT | 0xff000000u)
/* Format 0, and at most the context. */
#define OPTIONS_LAST (MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX) \
                      | 0x00ffffffu)
#define BITS_REQUEST \
    MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE)
#define BITS_REPLY_SEEN MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE)
#define HEAD2(id_voucher) ((id_voucher) >> 32 << 32) /* no voucher */

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

/* Options, sizes, and nothing that is to interrupt the trap. */
INLINE bool
check_call(const struct fast *f, mach_msg_option_t option)
{
    return (option & ~OPTIONS_INDIFFERENT) == OPTIONS_NEEDED
           && option <= OPTIONS_LAST
           && f->size - HEADER <= MACH_MSG_SIZE_MAX - HEADER
           && (f->size & 3u) == 0
           && f->message <= VM_MAX_ADDRESS - f->size
           && (f->sender->th_ast & ~AST_IRET) == 0;
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
    return f->dest->ip_msgcount == 0 && !ipc_mqueue_full(f->dest);
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
    return f->reply->ip_maker.mk_ledger == f->space->is_ledger
           && list_empty(&f->reply->ip_makers);
}

/* The message as the receiver sees it, but for the names that a descriptor
 * moves. */
INLINE bool
put_message(const struct fast *f, uint64_t head0, uint64_t head1)
{
    vm_address_t to = f->window;

    user_access_begin();
    user_put64(to, head0, miss);
    user_put64(to + 8, head1, miss);
    user_put64(to + 16, HEAD2(f->head[2]), miss);
    if (UNLIKELY(user_move64(to + HEADER, f->message + HEADER,
                             (f->size - HEADER) / 8) != 0)) {
        goto miss;
    }
    if ((f->size & 4) != 0) {
        user_move32(to + f->size - 4, f->message + f->size - 4, miss);
    }
    user_put64(to + f->size,
               HEAD0(MACH_MSG_TRAILER_FORMAT_0, SMALL_TRAILER), miss);
    user_access_end();
    if (UNLIKELY(f->receiver->th_saved.ipc.trailer != SMALL_TRAILER)
        && !mach_msg_put_trailer(to + f->size,
                                 f->receiver->th_saved.ipc.trailer, f->dest,
                                 f->sender->th_caller->ca_token,
                                 f->sender->th_caller->ca_audit)) {
        pmap_window_close();
        return false;
    }
    return true;
miss:
    user_access_end();
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
    if (dest->ip_maker.mk_count != 0
        && dest->ip_maker.mk_ledger == dest->ip_object.io_ledger) {
        dest->ip_maker.mk_count--; /* as nearly always */
    } else {
        ipc_sonce_use(dest);
    }
    dest->ip_sorights--;
    dest->ip_object.io_refs--; /* the receive right's is left */
}

INLINE void
switch_over(struct fast *f)
{
    f->dest->ip_seqno++;
    sender_waits(f);
    receiver_runs(f->receiver);
}

/* ---- one descriptor ---- */

/* Can a right to a live port be had, and would nobody be told of its going?
 * Then it is left as it is. */
static bool
check_port(const struct fast *f)
{
    const mach_msg_port_descriptor_t *d = &f->carried->port;
    const struct ipc_entry *e;

    if (d->disposition == MACH_MSG_TYPE_MOVE_RECEIVE
        || d->name == remote_name(f) || !MACH_PORT_VALID(d->name)
        || ipc_right_claim(f->space, d->name, d->disposition)
               != KERN_SUCCESS) {
        return false;
    }
    ipc_right_unclaim(f->space, d->name, d->disposition);
    e = ipc_entry_lookup(f->space, d->name);
    return e == NULL || (ie_type(e) != MACH_PORT_TYPE_DEAD_NAME
                         && e->ie_request == NULL);
}

/* Memory that the sender keeps; how much, vm says. */
static bool
check_memory(const struct fast *f)
{
    mach_msg_ool_descriptor_t *d = &f->carried->memory;
    vm_address_t at = f->message + HEADER + PORT_BODY;

    return f->size >= HEADER + sizeof(*f->carried) && d->deallocate == 0
           && d->copy <= MACH_MSG_VIRTUAL_COPY
           && user_copy_from(&d->size, at, sizeof(d->size)) == 0;
}

static bool
check_descriptor(const struct fast *f)
{
    const struct carried *c = f->carried;

    return c->body.msgh_descriptor_count == 1
           && (c->any.type == MACH_MSG_PORT_DESCRIPTOR
                   ? check_port(f)
                   : c->any.type == MACH_MSG_OOL_DESCRIPTOR
                         && check_memory(f));
}

INLINE bool
carries_memory(const struct fast *f)
{
    return f->carried->any.type != MACH_MSG_PORT_DESCRIPTOR;
}

/* The memory, as it is now, is the receiver's; before its buffer is written,
 * which may lie in that very memory. */
static __attribute__((noinline)) bool
place_memory(struct fast *f)
{
    mach_msg_ool_descriptor_t *d = &f->carried->memory;
    vm_address_t at;

    if (!vm_map_copy_across(f->sender->th_caller->ca_map, d->address,
                            d->size, f->receiver->th_caller->ca_map, &at)) {
        pmap_window_close();
        return false;
    }
    d->address = at;
    d->deallocate = 1;
    d->copy = MACH_MSG_VIRTUAL_COPY;
    d->pad1 = 0;
    return true;
}

/* The message can't be put after all. */
static __attribute__((noinline)) bool
forget_memory(const struct fast *f)
{
    const mach_msg_ool_descriptor_t *d = &f->carried->memory;

    if (carries_memory(f)
        && vm_map_deallocate(f->receiver->th_caller->ca_map, d->address,
                             d->size)
               != KERN_SUCCESS) {
        panic("memory that has just been mapped is not there");
    }
    return false;
}

/* The right of the descriptor comes into the receiver's space before that of
 * the header. */
static void
move_carried_right(struct fast *f)
{
    mach_msg_port_descriptor_t *d = &f->carried->port;
    mach_msg_type_name_t type = ipc_right_copyin_type(d->disposition);
    struct ipc_port *port =
        ipc_right_copyin(f->space, d->name, d->disposition);

    d->name = ipc_right_copyout(f->to, port, type);
    d->disposition = type & 0xffu;
    d->pad1 = 0;
    d->pad2 = 0;
}

/* What was written of both before was not right yet (of memory all but its
 * size, which comes last). */
static void
put_names(struct fast *f, uint64_t head1)
{
    if (user_copy_to(f->window + 8, &head1, sizeof(head1)) != 0
        || user_copy_to(f->window + HEADER, f->carried, PORT_BODY) != 0) {
        panic("a receiver's buffer has gone in a trap");
    }
}

/* ---- the two forms ---- */

INLINE bool
request(struct fast *f, struct ipc_entry *e, bool carries)
{
    mach_msg_bits_t complex = carries ? MACH_MSGH_BITS_COMPLEX : 0;

    /* Who is to be told of room is told when a message has gone. */
    if (!check_dest(f, e, MACH_PORT_TYPE_SEND)
        || f->dest->ip_possible_count != 0) {
        return false;
    }
    e = ipc_entry_lookup(f->space, local_name(f));
    if (!check_reply(f, e)
        || !(rcv_name(f) == local_name(f) ? check_source(f, e)
                                          : find_source(f))
        || !find_receiver(f, carries ? 2 : 1)
        || (carries && carries_memory(f) && !place_memory(f))) {
        return false;
    }
    if (!put_message(f, HEAD0(BITS_REQUEST_SEEN | complex, f->size),
                     HEAD1(ipc_entry_next_name(f->to), f->dest->ip_name))) {
        return carries && forget_memory(f);
    }
    /* ---- point of no return ---- */
    switch_over(f);
    if (carries) {
        if (!carries_memory(f)) {
            move_carried_right(f);
        }
        put_names(f, HEAD1(ipc_entry_next_name(f->to), f->dest->ip_name));
    }
    move_reply_right(f);
    leave(f);
    return true;
}

INLINE bool
reply(struct fast *f, bool carries)
{
    struct ipc_entry *e = ipc_entry_lookup(f->space, remote_name(f));
    mach_msg_bits_t complex = carries ? MACH_MSGH_BITS_COMPLEX : 0;

    if (local_name(f) != MACH_PORT_NULL
        || !check_dest(f, e, MACH_PORT_TYPE_SEND_ONCE)
        || e->ie_request != NULL || !find_source(f)) {
        return false;
    }
    if (!find_receiver(f, carries ? 1 : 0)) {
        return !carries && f->dest->ip_direct != NULL
               && mach_msg_fast_kernel(f->dest_entry, f->source);
    }
    if (carries && carries_memory(f) && !place_memory(f)) {
        return false;
    }
    if (!put_message(f, HEAD0(BITS_REPLY_SEEN | complex, f->size),
                     HEAD1(MACH_PORT_NULL, f->dest->ip_name))) {
        return carries && forget_memory(f);
    }
    /* ---- point of no return ---- */
    switch_over(f);
    use_reply_right(f);
    if (carries) {
        if (!carries_memory(f)) {
            move_carried_right(f);
        }
        put_names(f, HEAD1(MACH_PORT_NULL, f->dest->ip_name));
    }
    leave(f);
    return true;
}

/* The descriptor first: looking at it may have a notification sent. */
static __attribute__((noinline)) bool
with_descriptor(struct fast *f)
{
    mach_msg_bits_t bits =
        (mach_msg_bits_t)f->head[0] & ~MACH_MSGH_BITS_COMPLEX;
    struct carried carried;

    f->carried = &carried;
    if ((bits != BITS_REQUEST && bits != BITS_REPLY)
        || f->size < HEADER + PORT_BODY
        || user_copy_from(&carried, f->message + HEADER, PORT_BODY) != 0
        || !check_descriptor(f)) {
        return false;
    }
    return bits == BITS_REQUEST
               ? request(f, ipc_entry_lookup(f->space, remote_name(f)), true)
               : reply(f, true);
}

kern_return_t
mach_msg_fast_trap(vm_address_t message, mach_msg_option_t option,
                   uint64_t sizes)
{
    struct thread *th = current_thread();
    struct fast f = {
        .sender = th,
        .space = th->th_caller->ca_space,
        .message = message,
        .size = (mach_msg_size_t)sizes,
    };
    bool done;

    if (!check_call(&f, option)) {
        return KERN_GENERAL;
    }
    user_access_begin();
    user_get192(f.head, message);
    user_access_end();
    if ((mach_msg_bits_t)f.head[0] == BITS_REQUEST) {
        struct ipc_entry *e = ipc_entry_lookup(f.space, remote_name(&f));

        if (UNLIKELY(e == NULL)) {
            return mach_msg_kernel_rpc(th, message, f.size, f.head[1]);
        }
        done = request(&f, e, false);
        if (UNLIKELY(!done)) {
            return mach_msg_kernel_try(th);
        }
    } else if ((mach_msg_bits_t)f.head[0] == BITS_REPLY) {
        done = reply(&f, false);
    } else {
        struct fast copy = f;

        done = with_descriptor(&copy);
    }
    return done ? KERN_SWITCHED : KERN_GENERAL;
}
