/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fast paths of messages share: those of a task (mach_msg_fast.c) and
 * those of the kernel (kern/exception_fast.c).
 */
#ifndef IPC_MACH_MSG_FAST_H
#define IPC_MACH_MSG_FAST_H

#include <machine/user_copy.h>
#include <sched/hand_over.h>
#include <ipc/ipc_entry.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/mach_msg.h>

#define ARG_MESSAGE 0u
#define ARG_OPTION 1u
#define ARG_SIZES 2u
#define ARG_NAMES 3u
#define ARG_SECOND 5u
#define BITS_REPLY MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0)
#define BITS_REQUEST_SEEN \
    MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND)
#define HEADER ((mach_msg_size_t)sizeof(mach_msg_header_t))
#define SMALL_TRAILER ((mach_msg_size_t)sizeof(mach_msg_trailer_t))
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define INLINE static inline __attribute__((always_inline))

/* The header as it lies in memory. */
#define HEAD0(bits, size) ((uint64_t)(size) << 32 | (bits))
#define HEAD1(remote, local) ((uint64_t)(local) << 32 | (remote))

/* What a descriptor is of: a right, or memory. */
struct carried {
    mach_port_name_t name;
    mach_msg_type_name_t disposition;
    struct ipc_entry *from;  /* the sender's */
    struct ipc_entry *known; /* the receiver's, or NULL: a new name */

    vm_address_t at;         /* the sender's */
    mach_msg_size_t size;
};

/* A call; in registers, mostly. */
struct fast {
    struct thread *sender;
    struct ipc_space *space;   /* the sender's */
    vm_address_t message;
    mach_msg_option_t option;
    mach_msg_size_t size;
    uint64_t head[2];
    struct carried carried; /* of a message with a descriptor */

    struct ipc_entry *dest_entry;
    struct ipc_port *dest, *reply;
    struct ipc_object *source; /* what the sender then receives from */
    struct thread *receiver;
    struct ipc_space *to;      /* the receiver's */
    mach_msg_size_t need;      /* with the trailer */
    vm_address_t window;       /* the receiver's buffer, from here */
    bool to_kernel; /* no thread, but the kernel itself receives */
};

/* The thread that waits for one of the port's sets; NULL where it would find
 * another message first, or a listener would be woken. */
struct thread *mach_msg_set_receiver(const struct ipc_port *port);
/* The current thread replies to the kernel and is going to wait for source: at
 * once, if that lets a thread run on which waits in the kernel; false: not
 * so. */
bool mach_msg_fast_kernel(struct ipc_entry *dest_entry,
                          struct ipc_object *source);
/* A trailer with elements, at a place of the window; false: a miss. */
bool mach_msg_put_trailer(vm_address_t at, mach_msg_size_t size,
                          const struct ipc_port *dest,
                          const security_token_t *sender,
                          const audit_token_t *audit);

/* The thread that the general path would wake; NULL: none that can have it at
 * once.  sets: mostly the port is in one (in line then). */
INLINE struct thread *
first_receiver(const struct ipc_port *port, bool sets)
{
    const struct list *waiters = &port->ip_object.io_receivers.wq_threads;
    const struct ipc_pset *set;

    if (list_empty(waiters)) {
        if (list_empty(&port->ip_links)) {
            return NULL;
        }
        set = list_entry(port->ip_links.next, struct ipc_link,
                         il_port_link)->il_set;
        waiters = &set->ps_object.io_receivers.wq_threads;
        if (!sets || list_empty(waiters) || !list_empty(&set->ps_ready)
            || !list_empty(&port->ip_object.io_listeners.wq_threads)) {
            return mach_msg_set_receiver(port);
        }
    }
    return list_entry(waiters->next, struct thread, th_wait_link);
}

/* It can run at once, has room for the message, and its space for so many
 * names.  asts: those of the sender that stand against its going. */
INLINE bool
find_receiver(struct fast *f, unsigned asts, uint32_t names, bool sets)
{
    struct thread *th = first_receiver(f->dest, sets);

    if (th == NULL) {
        return false;
    }
    f->receiver = th;
    f->to = th->th_caller->ca_space;
    f->need = f->size + th->th_saved.ipc.trailer;
    return f->need <= th->th_saved.ipc.room
           && (asts | th->th_ast) == 0 && sched_best_allows(f->sender, th)
           && (names == 0 || ipc_entry_ready(f->to, names));
}

INLINE bool
open_window(struct fast *f)
{
    const struct thread *th = f->receiver;

    f->window = pmap_window(*th->th_pmap, th->th_saved.ipc.buffer, f->need);
    return f->window != 0;
}

/* ---- behind the point of no return ---- */

/* The sender waits, as mach_msg_receive() has it; where its message shall go
 * is said (mach_msg_place()). */
INLINE void
sender_waits(const struct fast *f)
{
    struct thread *th = f->sender;

    f->source->io_refs++;
    th->th_saved.ipc.object = f->source;
    th->th_waits = THREAD_WAITS(TH_WAITING, IPC_WAIT_RECEIVE,
                                (f->option & MACH_RCV_INTERRUPT)
                                    | WAIT_ABORTABLE);
    th->th_continuation = mach_msg_receive_continue;
    list_push_back(&f->source->io_receivers.wq_threads, &th->th_wait_link);
}

/* The receiver has received. */
INLINE void
receiver_runs(struct thread *th)
{
    struct ipc_object *object = th->th_saved.ipc.object;

    object->io_refs--; /* it is active: not the last one */
    th->th_continuation = NULL;
    list_take(&th->th_wait_link);
    regs_set_result(&th->th_regs, MACH_MSG_SUCCESS);
}

INLINE void
leave(struct fast *f)
{
    pmap_window_done();
    sched_hand_over(f->sender, f->receiver);
    machine_sysret(f->receiver);
}

#endif
