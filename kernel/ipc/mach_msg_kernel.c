/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An RPC to the kernel without a queue: a simple request to a kernel object,
 * sent and its reply received in one trap.
 *
 * It is reached from the fast path (mach_msg_fast.c), which has checked the
 * options, read the header and said where the reply shall go.  A ladder of checks; a failed one leaves
 * everything to the general path.  Then the request is what it is there, a
 * message that is charged for and holds its rights, so that a routine sees no
 * difference, and can wait.  Only the reply goes another way: if the caller
 * would find it first in the queue, and nobody else would be told of it, it is
 * copied to where that would have copied it.  What the trap was called with is
 * kept for that: the routine may give the caller other registers.
 */
#include <machine/user_copy.h>
#include <machine/switch.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_sonce.h>
#include <ipc/ipc_trace.h>
#include <ipc/mach_msg_serve.h>

#define ARG_OPTION 1u
#define ARG_SIZES 2u
#define ARG_NAMES 3u
#define ARG_SECOND 5u
#define BITS_REQUEST \
    MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE)
#define BITS_REQUEST_HELD \
    MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND, MACH_MSG_TYPE_PORT_SEND_ONCE)
#define BITS_REPLY_SEEN MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE)
/* What follows the names of the header. */
#define REST ((mach_msg_size_t)offsetof(mach_msg_header_t, msgh_voucher_port))
#define SMALL_TRAILER ((mach_msg_size_t)sizeof(mach_msg_trailer_t))
#define INLINE static inline __attribute__((always_inline))

/* The live kernel object that a send right of this name is for, or NULL. */
INLINE struct ipc_port *
find_object(struct thread *th, mach_port_name_t name)
{
    struct ipc_port *port;

    if (ipc_name_borrowed(name)) {
        port = ipc_upcall_borrowed(th, name);
        if (!ip_valid(port)) {
            return NULL;
        }
    } else {
        struct ipc_entry *e =
            ipc_entry_lookup(th->th_caller->ca_space, name);

        if (e == NULL || (e->ie_bits & MACH_PORT_TYPE_SEND) == 0) {
            return NULL;
        }
        port = e->ie_port;
    }
    return port->ip_state == IPS_KERNEL && port->ip_kind != IKOT_NONE
               ? port
               : NULL;
}

/* The port that is named for the reply and to receive from; the account that
 * made its other send-once rights makes this one, too. */
INLINE struct ipc_port *
find_reply_port(const struct ipc_space *s, mach_port_name_t name)
{
    struct ipc_entry *e = ipc_entry_lookup(s, name);
    struct ipc_port *port;

    if (e == NULL || (e->ie_bits & MACH_PORT_TYPE_RECEIVE) == 0) {
        return NULL;
    }
    port = e->ie_port;
    return port->ip_sole_maker == s->is_ledger ? port : NULL;
}

/*
 * The request as a message, but for its rights.  As nobody keeps it, it is only
 * seen that there would be room for it; who keeps it after all charges for it
 * (charge_kept()).  NULL: a page is not there, or no room.
 */
INLINE struct ipc_kmsg *
get_request(const struct thread *th, vm_address_t message,
            mach_msg_size_t size, uint64_t head1)
{
    struct ipc_kmsg *k;
    mach_msg_header_t *h;

    if (ipc_kmsg_cache == NULL
        || !ledger_room(th->th_caller->ca_ledger, LEDGER_KMEM,
                        IPC_KMSG_SMALL_BYTES)) {
        return NULL;
    }
    k = ipc_kmsg_alloc(size);
    h = &k->ikm_header;
    h->msgh_bits = BITS_REQUEST_HELD;
    h->msgh_size = size;
    memcpy(&h->msgh_remote_port, &head1, sizeof(head1));
    if (user_copy_from(&h->msgh_voucher_port, message + REST, size - REST)
        != 0) {
        ipc_kmsg_free(k);
        return NULL;
    }
    h->msgh_voucher_port = MACH_PORT_NULL;
    return k;
}

/* How the reply is asked for. */
struct asked {
    vm_address_t buffer;
    uint64_t option, sizes;
    mach_port_name_t name;
};

/* ---- behind the point of no return ---- */

/* The two rights that the message holds. */
INLINE void
take_rights(struct ipc_kmsg *k, struct ipc_port *dest, struct ipc_port *reply)
{
    dest->ip_srights++;
    dest->ip_object.io_refs++;
    k->ikm_remote = dest;
    reply->ip_maker.mk_count++;
    reply->ip_sorights++;
    reply->ip_object.io_refs++;
    k->ikm_local = reply;
}

/* Would the caller find the reply, and nobody else?  name: the reply port's when
 * it called, which it receives from. */
INLINE bool
goes_straight(const struct thread *th, const struct ipc_port *to,
              mach_port_name_t name)
{
    return to->ip_object.io_space == th->th_caller->ca_space
           && to->ip_object.io_name == name
           && to->ip_msgcount == 0
           && list_empty(&to->ip_object.io_receivers.wq_threads)
           && list_empty(&to->ip_object.io_listeners.wq_threads)
           && list_empty(&to->ip_links);
}

/* A trailer with elements: the kernel is the sender. */
static __attribute__((noinline)) void
long_trailer(void *at, const struct ipc_port *port, mach_msg_size_t size)
{
    mach_msg_max_trailer_t t = {
        .msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0,
        .msgh_trailer_size = size,
        .msgh_seqno = port->ip_seqno,
        .msgh_sender = { { KERNEL_SECURITY_TOKEN_VAL0,
                           KERNEL_SECURITY_TOKEN_VAL1 } },
        .msgh_context = port->ip_context,
    };

    memcpy(at, &t, size);
}

/* The reply, as the caller sees it, to where it wants it (mach_msg_place());
 * false: it does not fit, or there is no such place, and nobody is the wiser. */
INLINE bool
put_reply(const struct thread *th, mach_msg_header_t *h,
          const struct ipc_port *port)
{
    vm_address_t to = th->th_saved.ipc.buffer;
    mach_msg_trailer_t *t = (void *)((char *)h + h->msgh_size);
    mach_msg_size_t trailer = th->th_saved.ipc.trailer;
    mach_msg_size_t need = h->msgh_size + trailer;

    t->msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
    t->msgh_trailer_size = SMALL_TRAILER;
    if (__builtin_expect(trailer != SMALL_TRAILER, 0)) {
        long_trailer(t, port, trailer);
    }
    h->msgh_bits = BITS_REPLY_SEEN;
    h->msgh_remote_port = MACH_PORT_NULL;
    h->msgh_local_port = port->ip_object.io_name;
    h->msgh_voucher_port = MACH_PORT_NULL;
    return need <= th->th_saved.ipc.room && user_copy_to(to, h, need) == 0;
}

/* The request goes, with its rights, and what the reply would have counted
 * counts. */
INLINE void
drop_request(struct ipc_kmsg *k)
{
    struct ipc_port *dest = k->ikm_remote, *port = k->ikm_local;

    port->ip_seqno++;
    ipc_sonce_use(port);
    port->ip_sorights--;
    port->ip_object.io_refs--; /* the receive right's is left */
    if (--dest->ip_srights == 0 && ip_active(dest)) {
        ipc_kport_no_senders(dest);
    }
    ip_release(dest);
    k->ikm_remote = IP_NULL;
    k->ikm_local = IP_NULL;
    if (ipc_kmsg_cached >= IPC_KMSG_CACHE) {
        ipc_kmsg_free(k);
    } else {
        ipc_kmsg_push(k); /* nothing else of it has changed */
    }
}

/* The room for it was seen before its routine ran, and may be the routine's
 * now: it is charged in any case, as there is no way back. */
static void
charge_kept(const struct thread *th, struct ipc_kmsg *k)
{
    struct ledger *l = th->th_caller->ca_ledger;

    ledger_charge_over(l, LEDGER_KMEM, ipc_kmsg_bytes(k));
    ledger_reference(l);
    k->ikm_ledger = l;
}

/* The reply goes by the queue. */
static __attribute__((noinline)) kern_return_t
finish_queued(struct thread *th, struct ipc_kmsg *k, struct ipc_kmsg *reply,
              bool answer, const struct asked *a)
{
    uint64_t args[6];

    charge_kept(th, k);
    mach_msg_serve_finish(k, reply, answer);
    regs_get_args(&th->th_regs, args);
    args[(a->option & MACH_RCV_OVERWRITE) != 0 ? ARG_SECOND : 0] = a->buffer;
    args[ARG_OPTION] = a->option;
    args[ARG_SIZES] = a->sizes;
    args[ARG_NAMES] = (args[ARG_NAMES] & ~(uint64_t)UINT32_MAX) | a->name;
    return mach_msg_after_serve(th, args);
}

/* The routine has been run: its reply, or the way there. */
INLINE kern_return_t
finish(struct thread *th, struct ipc_kmsg *k, struct ipc_kmsg *reply,
       bool answer, const struct asked *a)
{
    if (answer && (reply->ikm_header.msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0
        && goes_straight(th, k->ikm_local, a->name)
        && put_reply(th, &reply->ikm_header, k->ikm_local)) {
        drop_request(k);
        if (regs_arg(&th->th_regs, ARG_OPTION) == a->option) {
            mach_msg_sent(th); /* else they are other registers */
        }
        return MACH_MSG_SUCCESS;
    }
    return finish_queued(th, k, reply, answer, a);
}

kern_return_t
mach_msg_kernel_rpc(struct thread *th, vm_address_t message,
                    mach_msg_size_t size, uint64_t head1)
{
    mach_port_name_t local = (mach_port_name_t)(head1 >> 32);
    struct ipc_port *dest, *to;
    const struct mig_routine *r;
    struct mach_msg_reply room;
    struct ipc_kmsg *k, *reply;
    struct asked a;
    kern_return_t kr;

    if ((th->th_ast & ~AST_IRET) != 0
        || size > IPC_KMSG_SMALL - MAX_TRAILER_SIZE
        || local != (mach_port_name_t)regs_arg(&th->th_regs, ARG_NAMES)
        || (dest = find_object(th, (mach_port_name_t)head1)) == NULL
        || (to = find_reply_port(th->th_caller->ca_space, local)) == NULL
        || ipc_trace_hook != NULL
        || (k = get_request(th, message, size, head1)) == NULL) {
        return KERN_GENERAL;
    }
    r = ipc_upcall_routine(k->ikm_header.msgh_id);
    if (!mach_msg_reply_fits(r)) {
        ipc_kmsg_free(k);
        return KERN_GENERAL;
    }
    /* ---- point of no return ---- */
    a.option = regs_arg(&th->th_regs, ARG_OPTION);
    a.sizes = regs_arg(&th->th_regs, ARG_SIZES);
    a.buffer = th->th_saved.ipc.buffer;
    a.name = local;
    take_rights(k, dest, to);
    reply = mach_msg_reply_begin(&room, r);
    kr = mach_msg_serve_run(r, k, reply);
    if (kr == KERN_BLOCKED) {
        charge_kept(th, k);
        mach_msg_serve_wait(th, k);
        return kr;
    }
    kr = finish(th, k, reply, kr == KERN_SUCCESS, &a);
    if (kr == KERN_BLOCKED) {
        return kr;
    }
    regs_set_result(&th->th_regs, kr);
    if (th->th_ast == 0) {
        machine_resume(th);
    }
    return KERN_NO_RESULT;
}

kern_return_t
mach_msg_kernel_try(struct thread *th)
{
    vm_address_t message = regs_arg(&th->th_regs, 0);
    uint64_t head[2];

    user_access_begin();
    user_get128(head, message);
    user_access_end();
    if ((mach_msg_bits_t)head[0] != BITS_REQUEST) {
        return KERN_GENERAL;
    }
    return mach_msg_kernel_rpc(
        th, message, (mach_msg_size_t)regs_arg(&th->th_regs, ARG_SIZES),
        head[1]);
}
