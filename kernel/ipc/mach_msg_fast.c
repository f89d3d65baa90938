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
 * The request of an RPC (COPY_SEND with a reply right by MAKE_SEND_ONCE) and
 * its reply (MOVE_SEND_ONCE) are in line, each for itself, in each of the forms
 * that a message may have: without a descriptor, with that of a port, with that
 * of a few pages of memory (mach_msg_fast_carry.h).
 */
#include <ipc/ipc_sonce.h>
#include <ipc/mach_msg_fast_carry.h>

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

/* Where the message is and its size; behind the last address is what
 * faults. */
INLINE bool
check_sent(const struct fast *f)
{
    return f->size - HEADER <= MACH_MSG_SIZE_MAX - HEADER
           && (f->size & 3u) == 0 && f->message < VM_MAX_ADDRESS;
}

INLINE mach_msg_size_t
receive_room(const struct thread *th)
{
    return (mach_msg_size_t)(regs_arg(&th->th_regs, ARG_SIZES) >> 32);
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

/*
 * The message as the receiver sees it.  Whole words are copied, so 4 bytes
 * behind it may come along; the trailer is written over them.
 */
INLINE bool
put_message(const struct fast *f, const struct seen *seen, enum form form)
{
    vm_address_t to = f->window;

    user_put32(to + AT(msgh_bits), seen->bits, miss);
    user_put32(to + AT(msgh_size), f->size, miss);
    user_put32(to + AT(msgh_remote_port), seen->remote, miss);
    user_put32(to + AT(msgh_local_port), seen->local, miss);
    user_move64(to + SAME, f->message + SAME, (f->size - SAME + 7) / 8, miss);
    user_put32(to + AT(msgh_voucher_port), MACH_PORT_NULL, miss);
    if (!put_carried(f, seen, form)) {
        goto miss;
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
    if (UNLIKELY(dest->ip_sole_maker != dest->ip_object.io_ledger)) {
        ipc_sonce_use(dest);
    } else {
        dest->ip_maker.mk_count--;
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

/* ---- requests and replies ---- */

INLINE bool
request(struct fast *f, struct ipc_entry *e, enum form form)
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
                                          : find_source(f))) {
        return false;
    }
    if (!find_receiver(f, f->sender->th_ast, FORM_NAMES(form) + 1,
                       form == PLAIN)) {
        f->to_kernel = f->dest->ip_state == IPS_KERNEL;
        return false;
    }
    if (!find_carried(f, &seen, form, true)) {
        return false;
    }
    if (!open_window(f)) {
        return forget_carried(f, &seen, form);
    }
    if (form != RIGHT) {
        seen.remote = ipc_entry_next_name(f->to);
    }
    seen.local = f->dest->ip_object.io_name;
    if (!put_message(f, &seen, form)) {
        return forget_carried(f, &seen, form);
    }
    /* ---- point of no return ---- */
    user_access_end();
    switch_over(f);
    move_carried(f, form);
    move_reply_right(f);
    leave(f);
    return true;
}

INLINE bool
reply(struct fast *f, enum form form)
{
    struct ipc_entry *e = ipc_entry_lookup(f->space, remote_name(f));
    struct seen seen = { .bits = BITS_REPLY_SEEN };

    if (local_name(f) != MACH_PORT_NULL
        || !check_dest(f, e, MACH_PORT_TYPE_SEND_ONCE)
        || e->ie_request != NULL || !find_source(f)) {
        return false;
    }
    if (!find_receiver(f, f->sender->th_ast, FORM_NAMES(form), false)) {
        return form == PLAIN && f->dest->ip_direct != NULL
               && mach_msg_fast_kernel(f->dest_entry, f->source);
    }
    if (!find_carried(f, &seen, form, false)) {
        return false;
    }
    if (!open_window(f)) {
        return forget_carried(f, &seen, form);
    }
    seen.local = f->dest->ip_object.io_name;
    if (!put_message(f, &seen, form)) {
        return forget_carried(f, &seen, form);
    }
    /* ---- point of no return ---- */
    user_access_end();
    switch_over(f);
    use_reply_right(f);
    move_carried(f, form);
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
    f->to_kernel = false;
}

/* What mach_msg_fast_trap() has found to have descriptors. */
static __attribute__((noinline)) kern_return_t
carrying_call(vm_address_t message, mach_msg_option_t option, uint64_t sizes,
              uint64_t head0, uint64_t head1)
{
    mach_msg_bits_t bits = (mach_msg_bits_t)head0 & ~MACH_MSGH_BITS_COMPLEX;
    struct fast f = { .head = { head0, head1 } };
    uint64_t body[2];
    bool done = false;

    fast_begin(&f, message, option, sizes);
    if ((bits != BITS_REQUEST && bits != BITS_REPLY)
        || f.size < HEADER + PORT_BODY) {
        goto out;
    }
    user_get128(body, message + HEADER);
    if (BODY0_COUNT(body[0]) != 1) {
        goto out;
    }
    if (BODY1_TYPE(body[1]) == MACH_MSG_PORT_DESCRIPTOR) {
        f.carried.name = BODY0_NAME(body[0]);
        f.carried.disposition = BODY1_DISPOSITION(body[1]);
        done = bits == BITS_REQUEST
                   ? request(&f, ipc_entry_lookup(f.space, remote_name(&f)),
                             RIGHT)
                   : reply(&f, RIGHT);
    } else if (check_memory(&f, body)) {
        done = bits == BITS_REQUEST
                   ? request(&f, ipc_entry_lookup(f.space, remote_name(&f)),
                             MEMORY)
                   : reply(&f, MEMORY);
    }
    if (done) {
        return KERN_SWITCHED;
    }
out:
    user_access_end();
    return KERN_GENERAL;
}

/* Not to its own message's place, or with a trailer of elements; or what the
 * options ask for is not for here. */
static __attribute__((noinline)) bool
place_elsewhere(struct thread *th, mach_msg_option_t option)
{
    if ((option & ~(OPTIONS_INDIFFERENT | OPTIONS_PLACE)) != OPTIONS_NEEDED
        || option > OPTIONS_LAST) {
        return false;
    }
    mach_msg_place(th,
                   regs_arg(&th->th_regs, (option & MACH_RCV_OVERWRITE) != 0
                                              ? ARG_SECOND
                                              : ARG_MESSAGE),
                   receive_room(th), mach_msg_trailer_size(option));
    return true;
}

/* The options, and where the sender shall receive, which nobody looks at before
 * it waits. */
INLINE bool
check_place(const struct fast *f)
{
    if (UNLIKELY((f->option & ~OPTIONS_INDIFFERENT) != OPTIONS_NEEDED)) {
        return place_elsewhere(f->sender, f->option);
    }
    mach_msg_place(f->sender, f->message, receive_room(f->sender),
                   SMALL_TRAILER);
    return true;
}

kern_return_t
mach_msg_fast_trap(vm_address_t message, mach_msg_option_t option,
                   uint64_t sizes)
{
    struct fast f;
    bool done = false;

    fast_begin(&f, message, option, sizes);
    if (!check_sent(&f) || !check_place(&f)) {
        return KERN_GENERAL;
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
        done = request(&f, e, PLAIN);
    } else if ((mach_msg_bits_t)f.head[0] == BITS_REPLY) {
        done = reply(&f, PLAIN);
    } else if ((f.head[0] & MACH_MSGH_BITS_COMPLEX) != 0) {
        return carrying_call(message, option, sizes, f.head[0], f.head[1]);
    }
    if (done) {
        return KERN_SWITCHED;
    }
    user_access_end();
    return f.to_kernel ? mach_msg_kernel_try(f.sender) : KERN_GENERAL;
}
