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
 * either of them is a failed check.  The header and the descriptor are
 * read once, and written again as the receiver shall see them when
 * everything is certain.
 *
 * Forms: the request of an RPC (COPY_SEND with a reply right by
 * MAKE_SEND_ONCE) and its reply (MOVE_SEND_ONCE); with one port descriptor or
 * none.
 */
#include <base/assert.h>
#include <machine/pmap.h>
#include <machine/user_copy.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <vm/vm_user.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_sonce.h>
#include <ipc/mach_msg.h>

#define ARG_MESSAGE 0u
#define ARG_OPTION 1u
#define ARG_SIZES 2u
#define ARG_RCV_NAME 3u
#define ARG_RCV_MESSAGE 5u

#define OPTIONS_NEEDED (MACH_SEND_MSG | MACH_RCV_MSG)
#define OPTIONS_INDIFFERENT                                    \
    (MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY | MACH_RCV_OVERWRITE \
     | MACH_RCV_INTERRUPT | MACH_SEND_INTERRUPT | 0xff000000u)
#define BITS_REQUEST \
    MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE)
#define BITS_REPLY MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0)
#define LIKELY(x) __builtin_expect(!!(x), 1)

/* The start of a message, as far as it is looked at. */
struct head {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
} __attribute__((packed, aligned(4)));

struct fast {
    struct thread *sender, *receiver;
    struct ipc_space *space;   /* the sender's */
    uint64_t args[6];          /* the sender's */
    mach_msg_size_t size;
    struct head head;
    bool request, carries;     /* a reply port; a port descriptor */
    struct ipc_entry *dest_entry;
    struct ipc_port *dest, *reply, *carried;
    struct ipc_object *source; /* what the sender then receives from */
    vm_address_t window;       /* the receiver's buffer, from here */
    mach_msg_size_t trailer;
};

/* The entry of a name that has one of these types; NULL otherwise. */
static inline struct ipc_entry *
entry_with(const struct ipc_space *s, mach_port_name_t name, uint32_t types)
{
    struct ipc_entry *e = ipc_entry_lookup(s, name);

    return e != NULL && (e->ie_bits & types) != 0 ? e : NULL;
}

/* Options, size, and nothing that is to interrupt the trap. */
static inline bool
check_call(struct fast *f)
{
    mach_msg_option_t option = (mach_msg_option_t)f->args[ARG_OPTION];

    f->size = (mach_msg_size_t)f->args[ARG_SIZES];
    return (option & ~OPTIONS_INDIFFERENT) == OPTIONS_NEEDED
           && GET_RCV_ELEMENTS(option) <= MACH_RCV_TRAILER_CTX
           && GET_RCV_TRAILER_TYPE(option) == MACH_MSG_TRAILER_FORMAT_0
           && f->size >= sizeof(mach_msg_header_t)
           && f->size <= MACH_MSG_SIZE_MAX && (f->size & 3u) == 0
           && (f->sender->th_ast & ~AST_IRET) == 0
           && f->args[ARG_MESSAGE] <= VM_MAX_ADDRESS - f->size;
}

/* The header, and a descriptor if it says that one is there. */
static inline bool
read_head(struct fast *f)
{
    mach_msg_header_t *h = &f->head.header;
    mach_msg_bits_t bits;

    if (user_copy_from(h, f->args[ARG_MESSAGE], sizeof(*h)) != 0) {
        return false;
    }
    bits = h->msgh_bits & ~MACH_MSGH_BITS_COMPLEX;
    f->carries = bits != h->msgh_bits;
    f->request = bits == BITS_REQUEST;
    if (!f->request
        && (bits != BITS_REPLY || h->msgh_local_port != MACH_PORT_NULL)) {
        return false;
    }
    if (!f->carries) {
        return true;
    }
    return f->size >= sizeof(f->head)
           && user_copy_from(&f->head.body, f->args[ARG_MESSAGE] + sizeof(*h),
                             sizeof(f->head) - sizeof(*h)) == 0
           && f->head.body.msgh_descriptor_count == 1
           && f->head.port.type == MACH_MSG_PORT_DESCRIPTOR
           && f->head.port.disposition != MACH_MSG_TYPE_MOVE_RECEIVE
           && f->head.port.name != h->msgh_remote_port;
}

/* Destination and reply port, alive and in tasks. */
static inline bool
find_ports(struct fast *f)
{
    const mach_msg_header_t *h = &f->head.header;
    struct ipc_entry *e;

    e = entry_with(f->space, h->msgh_remote_port,
                   f->request ? MACH_PORT_TYPE_SEND
                              : MACH_PORT_TYPE_SEND_ONCE);
    if (e == NULL || (!f->request && e->ie_request != NULL)) {
        return false;
    }
    f->dest_entry = e;
    f->dest = e->ie_port;
    if (f->dest->ip_state != IPS_SPACE || f->dest->ip_msgcount != 0
        || ipc_mqueue_full(f->dest)) {
        return false;
    }
    if (f->request) {
        e = entry_with(f->space, h->msgh_local_port, MACH_PORT_TYPE_RECEIVE);
        /* Who is to be told of room is told when a message has gone. */
        if (e == NULL || f->dest->ip_possible_count != 0) {
            return false;
        }
        f->reply = e->ie_port;
        return ipc_sonce_prepare(f->reply, f->space->is_ledger)
               == KERN_SUCCESS;
    }
    return true;
}

/* What the sender receives from has nothing for it, and is not where its own
 * message goes: that it would find there. */
static inline bool
find_source(struct fast *f)
{
    struct ipc_entry *e =
        entry_with(f->space, (mach_port_name_t)f->args[ARG_RCV_NAME],
                   MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET);

    if (e == NULL) {
        return false;
    }
    f->source = e->ie_object;
    return f->source->io_type == IOT_PORT
               ? e->ie_port->ip_msgcount == 0 && e->ie_port != f->dest
               : list_empty(&e->ie_pset->ps_ready)
                     && list_empty(&f->dest->ip_links);
}

/* The thread that the general path would wake, in its order; NULL where that
 * would find another message first, in its set. */
static inline struct thread *
first_receiver(struct ipc_port *port)
{
    struct thread *th = wait_queue_first(&port->ip_object.io_receivers);
    struct list *l;

    if (th != NULL) {
        return th;
    }
    list_for_each(l, &port->ip_links)
    {
        struct ipc_link *link = list_entry(l, struct ipc_link, il_port_link);

        th = wait_queue_first(&link->il_set->ps_object.io_receivers);
        if (th != NULL) {
            return list_empty(&link->il_set->ps_ready) ? th : NULL;
        }
    }
    return NULL;
}

/* A receiver waits, can run at once, and has room. */
static inline bool
find_receiver(struct fast *f)
{
    struct thread *th = first_receiver(f->dest);
    mach_msg_option_t option;
    mach_msg_size_t need;
    uint64_t args[6];

    if (th == NULL || (th->th_ast & ~AST_IRET) != 0
        || th->th_timer.tm_set || !sched_may_hand_over(th)
        || !ipc_entry_ready(th->th_caller->ca_space,
                            (uint32_t)f->request + (uint32_t)f->carries)) {
        return false;
    }
    regs_get_args(&th->th_regs, args);
    option = (mach_msg_option_t)args[ARG_OPTION];
    f->receiver = th;
    f->trailer = mach_msg_trailer_size(option);
    need = f->size + f->trailer;
    if (need > args[ARG_SIZES] >> 32) {
        return false;
    }
    f->window = pmap_window(*th->th_pmap,
                            args[(option & MACH_RCV_OVERWRITE) != 0
                                     ? ARG_RCV_MESSAGE
                                     : ARG_MESSAGE],
                            need);
    return f->window != 0;
}

/* The bytes, as they are, and the trailer. */
static inline bool
copy_message(const struct fast *f)
{
    const struct ipc_caller *c = f->sender->th_caller;
    mach_msg_max_trailer_t t;

    t.msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
    t.msgh_trailer_size = f->trailer;
    if (f->trailer > 8u) {
        t.msgh_seqno = f->dest->ip_seqno;
        t.msgh_sender = *c->ca_token;
        t.msgh_audit = *c->ca_audit;
        t.msgh_pad = 0;
        t.msgh_context = f->dest->ip_context;
    }
    return user_copy_from((void *)(uintptr_t)f->window, f->args[ARG_MESSAGE],
                          f->size) == 0
           && user_copy_to(f->window + f->size, &t, f->trailer) == 0;
}

/* Can a right to a live port be had, and would nobody be told of its going?
 * Then it is left as it is. */
static inline bool
check_descriptor(const struct fast *f)
{
    mach_port_name_t name = f->head.port.name;
    mach_msg_type_name_t disposition = f->head.port.disposition;
    const struct ipc_entry *e;

    if (!MACH_PORT_VALID(name)
        || ipc_right_claim(f->space, name, disposition) != KERN_SUCCESS) {
        return false;
    }
    ipc_right_unclaim(f->space, name, disposition);
    e = ipc_entry_lookup(f->space, name);
    return e == NULL || (ie_type(e) != MACH_PORT_TYPE_DEAD_NAME
                         && e->ie_request == NULL);
}

/* ---- behind the point of no return ---- */

/* Rights leave the sender: those of the header before the descriptor's. */
static inline void
rights_out(struct fast *f)
{
    if (f->request) {
        (void)ipc_sonce_make(f->reply);
    } else {
        ipc_entry_free(f->space, f->dest_entry);
        ipc_sonce_use(f->dest);
        f->dest->ip_sorights--;
        f->dest->ip_object.io_refs--; /* the receive right's is left */
    }
    if (f->carries) {
        f->carried = ipc_right_copyin(f->space, f->head.port.name,
                                      f->head.port.disposition);
    }
}

/* And enter the receiver's space: the descriptor's before the header's. */
static inline void
rights_in(struct fast *f)
{
    struct ipc_space *s = f->receiver->th_caller->ca_space;
    mach_msg_header_t *h = &f->head.header;
    mach_msg_bits_t complex = h->msgh_bits & MACH_MSGH_BITS_COMPLEX;

    if (f->carries) {
        mach_msg_port_descriptor_t *d = &f->head.port;
        mach_msg_type_name_t type = ipc_right_copyin_type(d->disposition);

        d->name = ipc_right_copyout(s, f->carried, type);
        d->disposition = type & 0xffu;
        d->pad1 = 0;
        d->pad2 = 0;
    }
    h->msgh_size = f->size;
    h->msgh_local_port = f->dest->ip_name;
    h->msgh_voucher_port = MACH_PORT_NULL;
    if (f->request) {
        struct ipc_entry *e = ipc_entry_take(s);

        e->ie_port = f->reply;
        e->ie_bits = MACH_PORT_TYPE_SEND_ONCE | 1u;
        h->msgh_remote_port = e->ie_name;
        h->msgh_bits = complex
                       | MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE,
                                        MACH_MSG_TYPE_PORT_SEND);
    } else {
        h->msgh_remote_port = MACH_PORT_NULL;
        h->msgh_bits =
            complex | MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE);
    }
}

/* The sender waits, as mach_msg_receive() has it. */
static inline void
sender_waits(const struct fast *f)
{
    struct thread *th = f->sender;
    mach_msg_option_t option = (mach_msg_option_t)f->args[ARG_OPTION];

    regs_set_arg(&th->th_regs, ARG_OPTION, option & ~MACH_SEND_MSG);
    f->source->io_refs++;
    th->th_saved.ipc.object = f->source;
    th->th_ipc_wait = IPC_WAIT_RECEIVE;
    th->th_wait_flags = (option & MACH_RCV_INTERRUPT) != 0
                            ? WAIT_ABORTABLE | WAIT_INTERRUPTIBLE
                            : WAIT_ABORTABLE;
    th->th_continuation = mach_msg_receive_continue;
    th->th_wait_queue = &f->source->io_receivers;
    list_push_back(&th->th_wait_queue->wq_threads, &th->th_wait_link);
    th->th_state = TH_WAITING;
}

static inline void
receiver_runs(struct thread *th)
{
    struct ipc_object *object = th->th_saved.ipc.object;

    object->io_refs--; /* it is active: not the last one */
    th->th_saved.ipc.object = NULL;
    th->th_ipc_wait = IPC_WAIT_NONE;
    th->th_continuation = NULL;
    th->th_wait_queue = NULL;
    list_remove(&th->th_wait_link);
    regs_set_result(&th->th_regs, MACH_MSG_SUCCESS);
}

struct thread *
mach_msg_fast(struct thread *th)
{
    struct fast f;
    size_t left;

    f.sender = th;
    f.space = th->th_caller->ca_space;
    regs_get_args(&th->th_regs, f.args);
    /* The descriptor first: looking at it may have a notification sent. */
    if (!check_call(&f) || !read_head(&f)
        || (f.carries && !check_descriptor(&f)) || !find_ports(&f)
        || !find_source(&f) || !find_receiver(&f)) {
        return NULL;
    }
    if (!LIKELY(copy_message(&f))) {
        pmap_window_close();
        return NULL;
    }
    /* ---- point of no return ---- */
    f.dest->ip_seqno++;
    /* Both first: a name that is made may have a notification sent (of too
     * many), which must find them as they will be. */
    sender_waits(&f);
    receiver_runs(f.receiver);
    rights_out(&f);
    rights_in(&f);
    left = user_copy_to(f.window, &f.head,
                        f.carries ? sizeof(f.head) : sizeof(f.head.header));
    assert(left == 0);
    (void)left;
    pmap_window_done();
    sched_hand_over(f.receiver);
    return f.receiver;
}
