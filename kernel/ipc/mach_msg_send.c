/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The send half of the mach_msg trap.
 *
 * Read the bytes, decode (claims), find room in the queue or wait for it,
 * charge, capture memory, move rights, queue.  All that can fail comes before
 * rights move; a thread that waits for room has moved nothing, and starts over
 * when it has got a slot.
 *
 * When the header alone has rights, of two names, no claim can be in the way
 * of another: then the entries are found once and need no marks (ipc_right.h).
 * What most messages do is in line here; what is rare is called.
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

void
mach_msg_slot_give_back(struct mach_msg_call *c)
{
    struct ipc_port *port = c->mc_slot;

    if (port != NULL) {
        c->mc_slot = NULL;
        ipc_mqueue_release_slot(port);
        ipc_port_release(port);
    }
}

static kern_return_t
send_wait_error(kern_return_t kr)
{
    return kr == KERN_OPERATION_TIMED_OUT ? MACH_SEND_TIMED_OUT
                                          : MACH_SEND_INTERRUPTED;
}

static COLD kern_return_t
mach_msg_send_continue(struct thread *th, kern_return_t result)
{
    struct mach_msg_call c;
    struct ipc_port *port = th->th_saved.ipc.object;
    bool slot = th->th_ipc_wait == IPC_WAIT_SLOT;

    assert(slot || th->th_ipc_wait == IPC_WAIT_SEND);
    th->th_saved.ipc.object = NULL;
    th->th_ipc_wait = IPC_WAIT_NONE;
    mach_msg_call_again(&c, th);
    if (slot) {
        c.mc_slot = port; /* with its reference */
    } else {
        ipc_port_release(port);
    }
    if (result != KERN_SUCCESS) {
        mach_msg_slot_give_back(&c);
        if (result == KERN_OPERATION_TIMED_OUT
            && (c.mc_option & MACH_SEND_NOTIFY) != 0) {
            c.mc_timeout = 0; /* once more: it leaves the request */
            return mach_msg_run(&c);
        }
        th->th_trap_deadline = 0;
        return send_wait_error(result);
    }
    return mach_msg_run(&c);
}

/* The queue is full and the caller won't wait: have it told of room. */
static kern_return_t
send_notify(struct mach_msg_call *c, mach_port_name_t dest)
{
    struct ipc_port *notify, *previous;
    struct ipc_space *s = c->mc_caller->ca_space;
    kern_return_t kr;

    if (ipc_right_lookup_receive(s, c->mc_notify, &notify) != KERN_SUCCESS) {
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
send_wait(struct mach_msg_call *c, struct ipc_port *port,
          mach_port_name_t name)
{
    struct thread *th = c->mc_thread;
    unsigned flags = WAIT_ABORTABLE;
    kern_return_t kr;

    if ((c->mc_option & MACH_SEND_TIMEOUT) != 0 && c->mc_timeout == 0) {
        return (c->mc_option & MACH_SEND_NOTIFY) != 0 ? send_notify(c, name)
                                                      : MACH_SEND_TIMED_OUT;
    }
    if ((c->mc_option & MACH_SEND_INTERRUPT) != 0) {
        flags |= WAIT_INTERRUPTIBLE;
    }
    ipc_port_reference(port);
    th->th_saved.ipc.object = port;
    th->th_ipc_wait = IPC_WAIT_SEND;
    kr = thread_wait(&port->ip_senders, mach_msg_send_continue,
                     mach_msg_deadline(c, MACH_SEND_TIMEOUT), flags);
    if (kr != KERN_BLOCKED) {
        th->th_saved.ipc.object = NULL;
        th->th_ipc_wait = IPC_WAIT_NONE;
        ipc_port_release(port);
        if (kr == KERN_OPERATION_TIMED_OUT
            && (c->mc_option & MACH_SEND_NOTIFY) != 0) {
            return send_notify(c, name);
        }
        kr = send_wait_error(kr);
    }
    return kr;
}

/* ---- the message comes in ---- */

static inline kern_return_t
get_message(const struct mach_msg_call *c, struct ipc_kmsg **out)
{
    mach_msg_size_t size = c->mc_send_size;
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
    kr = ipc_copyin(c->mc_message, &k->ikm_header, size);
    if (kr != KERN_SUCCESS) {
        ipc_kmsg_free(k);
        return kr == KERN_BLOCKED ? kr : MACH_SEND_INVALID_DATA;
    }
    k->ikm_header.msgh_size = size;
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

/* May a right of the header be given?  The entry, NULL: the name has none. */
INLINE kern_return_t
find_right(struct ipc_space *s, mach_port_name_t name,
           mach_msg_type_name_t disposition, struct ipc_entry **out)
{
    static const uint32_t needed[] = {
        [MACH_MSG_TYPE_MOVE_SEND - MACH_MSG_TYPE_MOVE_SEND] =
            MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DEAD_NAME,
        [MACH_MSG_TYPE_MOVE_SEND_ONCE - MACH_MSG_TYPE_MOVE_SEND] =
            MACH_PORT_TYPE_SEND_ONCE | MACH_PORT_TYPE_DEAD_NAME,
        [MACH_MSG_TYPE_COPY_SEND - MACH_MSG_TYPE_MOVE_SEND] =
            MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DEAD_NAME,
        [MACH_MSG_TYPE_MAKE_SEND - MACH_MSG_TYPE_MOVE_SEND] =
            MACH_PORT_TYPE_RECEIVE,
        [MACH_MSG_TYPE_MAKE_SEND_ONCE - MACH_MSG_TYPE_MOVE_SEND] =
            MACH_PORT_TYPE_RECEIVE,
    };
    struct ipc_entry *e;

    if (!s->is_active || (e = ipc_entry_lookup(s, name)) == NULL) {
        return ipc_right_claim_lookup(s, name, disposition, out);
    }
    ipc_right_check(s, e);
    if ((e->ie_bits & needed[disposition - MACH_MSG_TYPE_MOVE_SEND]) == 0) {
        return KERN_INVALID_RIGHT;
    }
    *out = e;
    if (disposition == MACH_MSG_TYPE_MAKE_SEND_ONCE
        && ipc_sonce_newest(e->ie_port)->mk_ledger != s->is_ledger) {
        return ipc_sonce_prepare(e->ie_port, s->is_ledger);
    }
    return KERN_SUCCESS;
}

static inline struct ipc_port *
dest_port(const struct ipc_entry *e, mach_port_name_t name)
{
    if (e == NULL) {
        return ipc_upcall_borrowed(machine_current_thread(), name);
    }
    return ie_type(e) == MACH_PORT_TYPE_DEAD_NAME ? IP_NULL : e->ie_port;
}

static kern_return_t
find_error(kern_return_t kr, kern_return_t error)
{
    return kr == KERN_RESOURCE_SHORTAGE ? MACH_SEND_NO_BUFFER : error;
}

/* Both rights of the header, and the live destination. */
INLINE kern_return_t
find_header(struct ipc_kmsg *k, struct ipc_space *s,
            mach_msg_type_name_t remote, mach_msg_type_name_t reply,
            struct ipc_port **dest)
{
    const mach_msg_header_t *h = &k->ikm_header;
    kern_return_t kr =
        find_right(s, h->msgh_remote_port, remote, &k->ikm_remote_entry);

    if (kr != KERN_SUCCESS) {
        return find_error(kr, MACH_SEND_INVALID_DEST);
    }
    if (reply != 0) {
        kr = find_right(s, h->msgh_local_port, reply, &k->ikm_local_entry);
        if (kr != KERN_SUCCESS) {
            return find_error(kr, MACH_SEND_INVALID_REPLY);
        }
    }
    *dest = dest_port(k->ikm_remote_entry, h->msgh_remote_port);
    return ip_valid(*dest) && ip_active(*dest) ? KERN_SUCCESS
                                               : MACH_SEND_INVALID_DEST;
}

/* Whose budget pays for the message: the sender's, but for one through a
 * send-once right of another. */
static inline struct ledger *
payer(const struct mach_msg_call *c, const struct ipc_port *dest,
      mach_msg_type_name_t disposition)
{
    return disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE
                   && dest->ip_state != IPS_KERNEL
               ? ipc_sonce_payer(dest)
               : c->mc_caller->ca_ledger;
}

/* Of any form. */
static __attribute__((noinline)) kern_return_t
decode_any(struct mach_msg_call *c, struct ipc_kmsg *k,
           struct ipc_port **dest)
{
    mach_msg_header_t *h = &k->ikm_header;
    mach_msg_type_name_t remote = MACH_MSGH_BITS_REMOTE(h->msgh_bits);
    mach_msg_type_name_t reply = MACH_MSGH_BITS_LOCAL(h->msgh_bits);
    struct ipc_space *s = c->mc_caller->ca_space;
    kern_return_t kr;

    if ((h->msgh_bits & ~BITS_KNOWN) != 0 || !sends(remote)
        || (reply == 0 ? h->msgh_local_port != MACH_PORT_NULL
                       : !sends(reply))) {
        return MACH_SEND_INVALID_HEADER;
    }
    if (!MACH_PORT_VALID(h->msgh_remote_port)) {
        return MACH_SEND_INVALID_DEST;
    }
    if ((h->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0
        && h->msgh_remote_port != h->msgh_local_port
        && reply != MACH_MSG_TYPE_COPY_SEND) {
        return find_header(k, s, remote, reply, dest);
    }
    kr = ipc_kmsg_decode_header(k, s, dest);
    return kr == KERN_SUCCESS
               ? ipc_kmsg_decode(k, s, *dest, payer(c, *dest, remote))
               : kr;
}

/* A right of this type to a live port, or NULL. */
INLINE struct ipc_entry *
find_live(const struct ipc_space *s, mach_port_name_t name,
          mach_port_type_t type)
{
    struct ipc_entry *e = ipc_entry_lookup(s, name);

    return e != NULL && (e->ie_bits & type) != 0 && ip_active(e->ie_port)
               ? e
               : NULL;
}

/* Both, when nothing is the matter with either. */
INLINE bool
find_request(struct ipc_kmsg *k, const struct ipc_space *s)
{
    const mach_msg_header_t *h = &k->ikm_header;
    struct ipc_entry *to = find_live(s, h->msgh_remote_port,
                                     MACH_PORT_TYPE_SEND);
    struct ipc_entry *from = find_live(s, h->msgh_local_port,
                                       MACH_PORT_TYPE_RECEIVE);

    if (to == NULL || from == NULL || to == from
        || ipc_sonce_newest(from->ie_port)->mk_ledger != s->is_ledger) {
        return false;
    }
    k->ikm_remote_entry = to;
    k->ikm_local_entry = from;
    return true;
}

static inline kern_return_t
decode(struct mach_msg_call *c, struct ipc_kmsg *k, struct ipc_port **dest)
{
    mach_msg_header_t *h = &k->ikm_header;
    const struct ipc_space *s = c->mc_caller->ca_space;

    h->msgh_voucher_port = MACH_PORT_NULL;
    if (h->msgh_bits == BITS_REQUEST) {
        if (s->is_active && find_request(k, s)) {
            *dest = k->ikm_remote_entry->ie_port;
            return KERN_SUCCESS;
        }
    } else if (h->msgh_bits == BITS_REPLY && s->is_active
               && h->msgh_local_port == MACH_PORT_NULL) {
        struct ipc_entry *to = find_live(s, h->msgh_remote_port,
                                         MACH_PORT_TYPE_SEND_ONCE);

        if (to != NULL) {
            k->ikm_remote_entry = to;
            *dest = to->ie_port;
            return KERN_SUCCESS;
        }
    }
    return decode_any(c, k, dest);
}

/* ---- the message goes out ---- */

/* A right that find_right() has found moves. */
INLINE struct ipc_port *
take_right(struct ipc_space *s, struct ipc_entry *e, mach_port_name_t name,
           mach_msg_type_name_t disposition)
{
    struct ipc_port *port;

    if (e == NULL) {
        return ipc_right_copyin_entry(s, e, name, disposition);
    }
    port = e->ie_port;
    if (disposition == MACH_MSG_TYPE_COPY_SEND
        && (e->ie_bits & MACH_PORT_TYPE_SEND) != 0) {
        port->ip_srights++;
        port->ip_object.io_refs++;
        return port;
    }
    if (disposition == MACH_MSG_TYPE_MAKE_SEND_ONCE) {
        ipc_sonce_newest(port)->mk_count++;
        port->ip_sorights++;
        port->ip_object.io_refs++;
        return port;
    }
    if (disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE && e->ie_request == NULL
        && (e->ie_bits & MACH_PORT_TYPE_SEND_ONCE) != 0) {
        ipc_entry_free(s, e);
        return port;
    }
    return ipc_right_copyin_entry(s, e, name, disposition);
}

INLINE void
take_form(struct ipc_kmsg *k, struct ipc_space *s,
          mach_msg_type_name_t remote, mach_msg_type_name_t local)
{
    mach_msg_header_t *h = &k->ikm_header;

    k->ikm_remote =
        take_right(s, k->ikm_remote_entry, h->msgh_remote_port, remote);
    if (local != 0) {
        k->ikm_local =
            take_right(s, k->ikm_local_entry, h->msgh_local_port, local);
        local = ipc_right_copyin_type(local);
    }
    h->msgh_bits = MACH_MSGH_BITS(ipc_right_copyin_type(remote), local);
}

static COLD void
take_any(struct ipc_kmsg *k, struct ipc_space *s)
{
    mach_msg_bits_t bits = k->ikm_header.msgh_bits;

    take_form(k, s, MACH_MSGH_BITS_REMOTE(bits), MACH_MSGH_BITS_LOCAL(bits));
}

static COLD void
take_header(struct ipc_kmsg *k, struct ipc_space *s)
{
    if (k->ikm_header.msgh_bits == BITS_REQUEST) {
        take_form(k, s, MACH_MSG_TYPE_COPY_SEND,
                  MACH_MSG_TYPE_MAKE_SEND_ONCE);
    } else if (k->ikm_header.msgh_bits == BITS_REPLY) {
        take_form(k, s, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
    } else {
        take_any(k, s);
    }
}

/* Charged: the last step that can fail, and the rights.  k is freed on
 * failure. */
static __attribute__((always_inline)) inline kern_return_t
take(struct mach_msg_call *c, struct ipc_kmsg *k, struct ipc_port *dest)
{
    const struct ipc_caller *caller = c->mc_caller;
    kern_return_t kr = KERN_SUCCESS;

    ipc_trace(k, dest, IPC_TRACE_PREPARE, KERN_SUCCESS);
    if ((k->ikm_flags & IKM_MARKED) == 0) {
        take_header(k, caller->ca_space);
    } else {
        kr = ipc_kmsg_copyin(k, caller->ca_space, caller->ca_map,
                             k->ikm_ledger);
    }
    ipc_trace(k, dest, IPC_TRACE_DONE, kr);
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
refuse(struct mach_msg_call *c, struct ipc_kmsg *k, kern_return_t kr)
{
    ipc_kmsg_unclaim(k, c->mc_caller->ca_space, true);
    ipc_kmsg_free(k);
    return kr;
}

/* To a kernel object, or to who in the kernel awaits a reply. */
static COLD kern_return_t
send_to_kernel(struct mach_msg_call *c, struct ipc_kmsg *k,
               struct ipc_port *dest)
{
    kern_return_t kr = ipc_kmsg_charge(k, c->mc_caller->ca_ledger);

    if (kr == KERN_SUCCESS && dest->ip_kind != IKOT_NONE) {
        kr = mach_msg_reply_alloc(c, k);
    }
    if (kr != KERN_SUCCESS) {
        return refuse(c, k, MACH_SEND_NO_BUFFER);
    }
    kr = take(c, k, dest);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (dest->ip_kind != IKOT_NONE) {
        return mach_msg_serve(c, k);
    }
    ipc_kport_reply(dest, k);
    return KERN_SUCCESS;
}

/* Through a send-once right: no slot is needed. */
static inline kern_return_t
send_once(struct mach_msg_call *c, struct ipc_kmsg *k, struct ipc_port *dest,
          mach_msg_type_name_t disposition)
{
    kern_return_t kr;

    if (ipc_kmsg_charge(k, payer(c, dest, disposition)) != KERN_SUCCESS) {
        return refuse(c, k, MACH_SEND_NO_BUFFER);
    }
    kr = take(c, k, dest);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    /* The right is not out any more. */
    if (disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE) {
        ipc_sonce_use(dest);
    } else {
        ipc_sonce_unmake(dest);
    }
    ipc_mqueue_post_message(dest, k);
    return KERN_SUCCESS;
}

static __attribute__((noinline)) kern_return_t
send_full(struct mach_msg_call *c, struct ipc_kmsg *k, struct ipc_port *dest)
{
    mach_port_name_t name = k->ikm_header.msgh_remote_port;

    (void)refuse(c, k, KERN_SUCCESS);
    return send_wait(c, dest, name);
}

kern_return_t
mach_msg_send(struct mach_msg_call *c)
{
    mach_msg_type_name_t disposition;
    struct ipc_port *dest;
    struct ipc_kmsg *k;
    kern_return_t kr;

    kr = get_message(c, &k);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = decode(c, k, &dest);
    if (kr != KERN_SUCCESS) {
        ipc_trace(k, NULL, IPC_TRACE_REFUSED, kr);
        ipc_kmsg_free(k);
        return kr;
    }
    if (dest->ip_state == IPS_KERNEL) {
        return send_to_kernel(c, k, dest);
    }
    disposition = MACH_MSGH_BITS_REMOTE(k->ikm_header.msgh_bits);
    if (ipc_right_copyin_type(disposition) != MACH_MSG_TYPE_PORT_SEND) {
        return send_once(c, k, dest, disposition);
    }
    if (c->mc_slot != dest) {
        if (c->mc_slot != NULL) {
            mach_msg_slot_give_back(c);
        }
        if (ipc_mqueue_full(dest)) {
            return send_full(c, k, dest);
        }
    }
    if (ipc_kmsg_charge(k, c->mc_caller->ca_ledger) != KERN_SUCCESS) {
        return refuse(c, k, MACH_SEND_NO_BUFFER);
    }
    kr = take(c, k, dest);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    k->ikm_flags |= IKM_SLOT;
    if (c->mc_slot != NULL) {
        ipc_port_release(c->mc_slot);
        c->mc_slot = NULL;
    } else {
        dest->ip_slots++;
    }
    ipc_mqueue_post_message(dest, k);
    return KERN_SUCCESS;
}
