/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The send half of the mach_msg trap.
 *
 * Read the bytes, decode, find room in the queue or wait for it, charge,
 * capture memory, move rights, queue.  All that can fail comes before rights
 * move; a thread that waits for room has moved nothing, and starts over when it
 * has got a slot.
 *
 * The header of an RPC's request or reply, with nothing else in the message,
 * has rights of two names in which nothing can be the matter: its entries are
 * found once.  All other messages are decoded by claims (ipc_kmsg_decode.c).
 */
#include <base/assert.h>
#include <base/compiler.h>
#include <machine/clock.h>
#include <machine/cpu.h>
#include <sched/thread.h>
#include <sched/wait.h>
#include <vm/vm_user.h>
#include <mach/notify.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_sonce.h>
#include <ipc/ipc_trace.h>
#include <ipc/mach_msg.h>

/* The two forms that nearly all messages have. */
#define BITS_REQUEST \
    MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE)
#define BITS_REPLY MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0)
#define INLINE static inline __attribute__((always_inline))
#define BITS_KNOWN \
    (MACH_MSGH_BITS_REMOTE_MASK | MACH_MSGH_BITS_LOCAL_MASK \
     | MACH_MSGH_BITS_COMPLEX)

static kern_return_t
send_wait_error(kern_return_t kr)
{
    return kr == KERN_OPERATION_TIMED_OUT ? MACH_SEND_TIMED_OUT
                                          : MACH_SEND_INTERRUPTED;
}

/* K: while a sender goes on that has been granted a slot and has not taken it:
 * of this port. */
static struct ipc_port *granted;

/*
 * The slot is given back and taken again: nobody comes between, and there is
 * room for this sender, even if the limit is lower now.  If it is not taken, it
 * is somebody else's.
 */
static kern_return_t
mach_msg_send_continue(struct thread *th, kern_return_t result)
{
    struct ipc_port *port = th->th_saved.ipc.object;
    bool slot = th->th_ipc_wait == IPC_WAIT_SLOT;
    kern_return_t kr;

    assert(slot || th->th_ipc_wait == IPC_WAIT_SEND);
    th->th_saved.ipc.object = NULL;
    th->th_ipc_wait = IPC_WAIT_NONE;
    if (slot) {
        port->ip_slots--;
        granted = port;
    }
    if (result == KERN_OPERATION_TIMED_OUT
        && (mach_msg_option(th) & MACH_SEND_NOTIFY) != 0) {
        /* Once more, without waiting: it leaves the request. */
        regs_set_arg(&th->th_regs, MACH_MSG_ARG_TIMEOUT, 0);
        result = KERN_SUCCESS;
    }
    if (result == KERN_SUCCESS) {
        kr = mach_msg_run(th);
    } else {
        th->th_trap_deadline = 0;
        kr = send_wait_error(result);
    }
    if (granted != NULL) {
        granted = NULL;
        ipc_mqueue_room(port);
    }
    ipc_port_release(port);
    return kr;
}

/* The queue is full and the caller won't wait: have it told of room. */
static COLD kern_return_t
send_notify(struct thread *th, mach_port_name_t dest)
{
    struct ipc_port *notify, *previous;
    struct ipc_space *s = th->th_caller->ca_space;
    kern_return_t kr;

    if (ipc_right_lookup_receive(s, mach_msg_notify(th), &notify)
        != KERN_SUCCESS) {
        return MACH_SEND_INVALID_NOTIFY;
    }
    if (ipc_notify_stands(s, dest, notify)) {
        return MACH_SEND_TIMED_OUT;
    }
    if (ipc_sonce_prepare(notify, s->is_ledger) != KERN_SUCCESS) {
        return MACH_SEND_NO_BUFFER;
    }
    notify = ipc_sonce_make(notify);
    kr = ipc_notify_request(s, dest, MACH_NOTIFY_SEND_POSSIBLE, 0, notify,
                            &previous);
    if (kr != KERN_SUCCESS) {
        ipc_port_unmake(notify, MACH_MSG_TYPE_MAKE_SEND_ONCE);
        return kr == KERN_RESOURCE_SHORTAGE ? MACH_SEND_NO_BUFFER
                                            : MACH_SEND_INVALID_NOTIFY;
    }
    ipc_port_release_sonce(previous);
    return MACH_SEND_TIMED_OUT;
}

/* Wait for room in port's queue; nothing has been done yet. */
static kern_return_t
send_wait(struct thread *th, struct ipc_port *port, mach_port_name_t name)
{
    mach_msg_option_t option = mach_msg_option(th);
    unsigned flags = WAIT_ABORTABLE;
    kern_return_t kr;

    if ((option & MACH_SEND_TIMEOUT) != 0 && mach_msg_timeout(th) == 0) {
        return (option & MACH_SEND_NOTIFY) != 0 ? send_notify(th, name)
                                                : MACH_SEND_TIMED_OUT;
    }
    if ((option & MACH_SEND_INTERRUPT) != 0) {
        flags |= WAIT_INTERRUPTIBLE;
    }
    ipc_port_reference(port);
    th->th_saved.ipc.object = port;
    th->th_ipc_wait = IPC_WAIT_SEND;
    kr = thread_wait(&port->ip_senders, mach_msg_send_continue,
                     mach_msg_deadline(th, MACH_SEND_TIMEOUT), flags);
    if (kr != KERN_BLOCKED) {
        th->th_saved.ipc.object = NULL;
        th->th_ipc_wait = IPC_WAIT_NONE;
        ipc_port_release(port);
        if (kr == KERN_OPERATION_TIMED_OUT
            && (option & MACH_SEND_NOTIFY) != 0) {
            return send_notify(th, name);
        }
        kr = send_wait_error(kr);
    }
    return kr;
}

/* ---- the message comes in ---- */

static inline kern_return_t
get_message(const struct thread *th, struct ipc_kmsg **out)
{
    mach_msg_size_t size = mach_msg_send_size(th);
    struct ipc_kmsg *k;
    kern_return_t kr;

    if (size < sizeof(mach_msg_header_t)) {
        return MACH_SEND_MSG_TOO_SMALL;
    }
    if (size > MACH_MSG_SIZE_MAX) {
        return MACH_SEND_TOO_LARGE;
    }
    if ((size & 3u) != 0) {
        return MACH_SEND_INVALID_HEADER;
    }
    k = ipc_kmsg_alloc(size);
    if (k == NULL) {
        return MACH_SEND_NO_BUFFER;
    }
    kr = ipc_copyin(mach_msg_message(th), &k->ikm_header, size);
    if (kr != KERN_SUCCESS) {
        ipc_kmsg_free(k);
        return kr == KERN_BLOCKED ? kr : MACH_SEND_INVALID_DATA;
    }
    k->ikm_header.msgh_size = size;
    k->ikm_header.msgh_voucher_port = MACH_PORT_NULL;
    *out = k;
    return KERN_SUCCESS;
}

/* A disposition that gives a right to send. */
static inline bool
sends(mach_msg_type_name_t disposition)
{
    return disposition > MACH_MSG_TYPE_MOVE_RECEIVE
           && disposition <= MACH_MSG_TYPE_MAKE_SEND_ONCE;
}

/* What a message's header names. */
struct found {
    struct ipc_port *dest;   /* borrowed, live */
    struct ipc_entry *to;    /* of an RPC: its entry; NULL: there are claims */
    struct ipc_entry *reply; /* of an RPC's request: the receive right's */
};

/* Whose budget pays for the message: the sender's, but for one through a
 * send-once right of another. */
static inline struct ledger *
payer(const struct thread *th, const struct ipc_port *dest,
      mach_msg_type_name_t disposition)
{
    return disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE
                   && dest->ip_state != IPS_KERNEL
               ? ipc_sonce_payer(dest)
               : th->th_caller->ca_ledger;
}

/* Of any form. */
static __attribute__((noinline)) kern_return_t
decode_any(const struct thread *th, struct ipc_kmsg *k, struct ipc_port **dest)
{
    mach_msg_header_t *h = &k->ikm_header;
    mach_msg_type_name_t remote = MACH_MSGH_BITS_REMOTE(h->msgh_bits);
    mach_msg_type_name_t reply = MACH_MSGH_BITS_LOCAL(h->msgh_bits);
    struct ipc_space *s = th->th_caller->ca_space;
    kern_return_t kr;

    if ((h->msgh_bits & ~BITS_KNOWN) != 0 || !sends(remote)
        || (reply == 0 ? h->msgh_local_port != MACH_PORT_NULL
                       : !sends(reply))) {
        return MACH_SEND_INVALID_HEADER;
    }
    if (!MACH_PORT_VALID(h->msgh_remote_port)) {
        return MACH_SEND_INVALID_DEST;
    }
    kr = ipc_kmsg_decode_header(k, s, dest);
    return kr == KERN_SUCCESS
               ? ipc_kmsg_decode(k, s, *dest, payer(th, *dest, remote))
               : kr;
}

/* A right of this type, or NULL. */
INLINE struct ipc_entry *
find_right(const struct ipc_space *s, mach_port_name_t name,
           mach_port_type_t type)
{
    struct ipc_entry *e = ipc_entry_lookup(s, name);

    return e != NULL && (e->ie_bits & type) != 0 ? e : NULL;
}

/* An RPC's request whose next reply right is the account's that made the
 * others; a receive right is alive. */
INLINE bool
find_request(const struct ipc_kmsg *k, const struct ipc_space *s,
             struct found *f)
{
    const mach_msg_header_t *h = &k->ikm_header;

    f->to = find_right(s, h->msgh_remote_port, MACH_PORT_TYPE_SEND);
    if (f->to == NULL) {
        return false;
    }
    f->reply = find_right(s, h->msgh_local_port, MACH_PORT_TYPE_RECEIVE);
    f->dest = f->to->ie_port;
    return f->reply != NULL && f->reply != f->to && ip_active(f->dest)
           && f->reply->ie_port->ip_sole_maker == s->is_ledger;
}

/* An RPC's reply; of the name's end nobody wants to be told. */
INLINE bool
find_reply(const struct ipc_kmsg *k, const struct ipc_space *s,
           struct found *f)
{
    const mach_msg_header_t *h = &k->ikm_header;

    f->to = find_right(s, h->msgh_remote_port, MACH_PORT_TYPE_SEND_ONCE);
    if (f->to == NULL) {
        return false;
    }
    f->reply = NULL;
    f->dest = f->to->ie_port;
    return h->msgh_local_port == MACH_PORT_NULL && f->to->ie_request == NULL
           && ip_active(f->dest);
}

INLINE kern_return_t
decode(const struct thread *th, struct ipc_kmsg *k, struct found *f)
{
    mach_msg_bits_t bits = k->ikm_header.msgh_bits;
    const struct ipc_space *s = th->th_caller->ca_space;

    if (s->is_active
        && ((bits == BITS_REQUEST && find_request(k, s, f))
            || (bits == BITS_REPLY && find_reply(k, s, f)))) {
        return KERN_SUCCESS;
    }
    f->to = NULL;
    return decode_any(th, k, &f->dest);
}

/* ---- the message goes out ---- */

/* The rights that find_request() or find_reply() has found move. */
INLINE void
take_found(struct ipc_kmsg *k, struct ipc_space *s, const struct found *f)
{
    struct ipc_port *dest = f->dest, *port;

    k->ikm_remote = dest;
    if (f->reply == NULL) {
        ipc_entry_free(s, f->to);
        k->ikm_header.msgh_bits =
            MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, 0);
        return;
    }
    dest->ip_srights++;
    dest->ip_object.io_refs++;
    port = f->reply->ie_port;
    port->ip_maker.mk_count++;
    port->ip_sorights++;
    port->ip_object.io_refs++;
    k->ikm_local = port;
    k->ikm_header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND,
                                             MACH_MSG_TYPE_PORT_SEND_ONCE);
}

/* Charged: the last step that can fail, and the rights.  k is freed on
 * failure. */
INLINE kern_return_t
take(struct thread *th, struct ipc_kmsg *k, const struct found *f)
{
    const struct ipc_caller *caller = th->th_caller;
    kern_return_t kr = KERN_SUCCESS;

    ipc_trace(k, f->dest, IPC_TRACE_PREPARE, KERN_SUCCESS);
    if (f->to != NULL) {
        take_found(k, caller->ca_space, f);
    } else {
        kr = ipc_kmsg_copyin(k, caller->ca_space, caller->ca_map,
                             k->ikm_ledger);
    }
    ipc_trace(k, f->dest, IPC_TRACE_DONE, kr);
    if (kr != KERN_SUCCESS) {
        if (k->ikm_reply != NULL) {
            ipc_kmsg_free(k->ikm_reply);
            k->ikm_reply = NULL;
        }
        ipc_kmsg_free(k);
        return kr;
    }
    k->ikm_sender = *caller->ca_token;
    k->ikm_audit = *caller->ca_audit;
    return kr;
}

static __attribute__((noinline)) kern_return_t
refuse(const struct thread *th, struct ipc_kmsg *k, kern_return_t kr)
{
    ipc_kmsg_unclaim(k, th->th_caller->ca_space, true);
    ipc_kmsg_free(k);
    return kr;
}

/* To a kernel object, or to who in the kernel awaits a reply. */
static COLD kern_return_t
send_to_kernel(struct thread *th, struct ipc_kmsg *k, const struct found *f)
{
    kern_return_t kr = ipc_kmsg_charge(k, th->th_caller->ca_ledger);
    uint64_t called[6];

    if (kr == KERN_SUCCESS && f->dest->ip_kind != IKOT_NONE) {
        kr = mach_msg_reply_alloc(th, k);
    }
    if (kr != KERN_SUCCESS) {
        return refuse(th, k, MACH_SEND_NO_BUFFER);
    }
    kr = take(th, k, f);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (f->dest->ip_kind != IKOT_NONE) {
        regs_get_args(&th->th_regs, called);
        kr = mach_msg_serve(th, k);
        return kr == KERN_SUCCESS ? mach_msg_after_serve(th, called) : kr;
    }
    ipc_kport_reply(f->dest, k);
    return mach_msg_after_send(th);
}

static __attribute__((noinline)) kern_return_t
send_full(struct thread *th, struct ipc_kmsg *k, struct ipc_port *dest)
{
    mach_port_name_t name = k->ikm_header.msgh_remote_port;

    (void)refuse(th, k, KERN_SUCCESS);
    return send_wait(th, dest, name);
}

kern_return_t
mach_msg_send(struct thread *th)
{
    mach_msg_type_name_t disposition;
    struct found f;
    struct ipc_kmsg *k;
    bool once;
    kern_return_t kr = get_message(th, &k);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = decode(th, k, &f);
    if (kr != KERN_SUCCESS) {
        ipc_trace(k, NULL, IPC_TRACE_REFUSED, kr);
        ipc_kmsg_free(k);
        return kr;
    }
    if (f.dest->ip_state == IPS_KERNEL) {
        return send_to_kernel(th, k, &f);
    }
    disposition = MACH_MSGH_BITS_REMOTE(k->ikm_header.msgh_bits);
    /* Through a send-once right no slot is needed. */
    once = ipc_right_copyin_type(disposition) != MACH_MSG_TYPE_PORT_SEND;
    if (!once && ipc_mqueue_full(f.dest) && f.dest != granted) {
        return send_full(th, k, f.dest);
    }
    if (ipc_kmsg_charge(k, payer(th, f.dest, disposition)) != KERN_SUCCESS) {
        return refuse(th, k, MACH_SEND_NO_BUFFER);
    }
    kr = take(th, k, &f);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (!once) {
        k->ikm_flags |= IKM_SLOT;
        f.dest->ip_slots++;
        granted = f.dest == granted ? NULL : granted;
    } else if (disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE) {
        ipc_sonce_use(f.dest); /* it is not out any more */
    } else {
        ipc_sonce_unmake(f.dest);
    }
    ipc_mqueue_post_message(f.dest, k);
    return mach_msg_after_send(th);
}
