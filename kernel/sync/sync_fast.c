/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path of synchronous IPC: to a thread that waits, straight to it.
 * Ladders of checks without effect, each of which leaves everything to the
 * general path; then what that would have done.
 *
 * Words go here, and a right that is known on the other side; the memory of a
 * call goes as on the general path (sync_transfer), whose last check is the
 * last one here.  Interrupts may come while it does: when one of them has
 * changed anything, the end is that of the general path, too.
 *
 * Words in registers stay there: machine_sync_resume().  What the commonest
 * call and answer need is in line and calls nothing; other forms are reached
 * by tail calls from it.
 */
#include <ipc/ipc_entry.h>
#include <ipc/ipc_listen.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_upcall.h>
#include <sched/hand_over.h>
#include <sync/sync_internal.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))
/* What the other side gets of a tag. */
#define TAG_SEEN (SYNC_LABEL_MASK | SYNC_CONTENT)
/* How the sender waits then, without a time-out. */
#define TAG_WAIT (SYNC_TAKE_RIGHT | SYNC_TAKE_MAP | SYNC_INTERRUPTIBLE)
#define TAG_MEMORY (SYNC_MAP | SYNC_GRANT)

/* How a message goes. */
enum form {
    FORM_NONE,    /* by the general path; nothing has happened */
    FORM_WORDS,   /* as it is in the registers */
    FORM_REPLACED /* th_regs of the receiver have been made */
};

/* ---- behind the point of no return ---- */

/* The current thread waits, and to does so no more. */
INLINE void
change_places(struct thread *th, continuation_t k, unsigned wait,
              unsigned flags, struct thread *to)
{
    th->th_continuation = k;
    th->th_waits = THREAD_WAITS(TH_WAITING, wait, flags);
    to->th_continuation = NULL;
    sched_hand_over(th, to);
}

INLINE void
caller_waits(struct thread *th, struct thread *to, struct ipc_object *object,
             unsigned flags)
{
    object->io_refs--; /* it is active: not the last one */
    list_take(&to->th_wait_link);
    list_init(&th->th_wait_link); /* that of none, if this wait is ended */
    sync_owe(th, to);
    change_places(th, sync_owed_continue, IPC_WAIT_NONE, flags, to);
}

INLINE void
server_waits(struct thread *th, struct thread *to, struct ipc_object *object,
             unsigned flags)
{
    th->th_sync.sy_client = NULL;
    to->th_sync.sy_holder = NULL;
    to->th_sync.sy_cancelled = false;
    object->io_refs++;
    th->th_saved.ipc.object = object;
    list_push_back(&object->io_listeners.wq_threads, &th->th_wait_link);
    change_places(th, sync_listen_continue, IPC_WAIT_LISTEN, flags, to);
}

/* ---- messages of other forms ---- */

/* Words behind those in registers, from buffer to buffer.  False: there are not
 * both. */
INLINE bool
long_goes(const struct thread *th, struct thread *to, unsigned count)
{
    const struct sync_buffer *b = th->th_sync.sy_buffer;
    struct sync_buffer *other = to->th_sync.sy_buffer;

    if (b == NULL || other == NULL || count > SYNC_WORDS) {
        return false;
    }
    machine_copy64(other->sb_words, b->sb_words, count - SYNC_REGISTERS);
    return true;
}

INLINE unsigned
wait_flags(uint64_t tag)
{
    return WAIT_ABORTABLE
           | ((tag & SYNC_INTERRUPTIBLE) != 0 ? WAIT_INTERRUPTIBLE : 0);
}

/* Words only, many, or in a wait that takes more or can be interrupted.  False:
 * not so. */
INLINE bool
words_go(const struct thread *th, struct thread *to, uint64_t tag)
{
    unsigned count = tag & SYNC_COUNT;

    if (((uint32_t)tag & ~(SYNC_COUNT | TAG_WAIT)) != 0
        || (((uint32_t)tag & TAG_WAIT) != 0
            && th->th_sync.sy_buffer == NULL)) {
        return false;
    }
    return count <= SYNC_REGISTERS || long_goes(th, to, count);
}

/* A right, or memory; nothing else is between that and the point of no
 * return.  *flags: how th waits then. */
NOINLINE enum form
more_goes(struct thread *th, struct thread *to, uint64_t tag, uint64_t kind,
          unsigned *flags)
{
    unsigned count = tag & SYNC_COUNT;

    if (((uint32_t)tag & ~(SYNC_CONTENT | TAG_WAIT)) != 0
        || th->th_sync.sy_buffer == NULL || to->th_sync.sy_buffer == NULL
        || count > SYNC_WORDS) {
        return FORM_NONE;
    }
    *flags = wait_flags(tag);
    if ((tag & TAG_MEMORY) != 0) {
        machine_sync_save(th);
        return (tag & SYNC_RIGHT) == 0
                       && sync_transfer(th, to, kind) == KERN_SUCCESS
                   ? FORM_REPLACED
                   : FORM_NONE;
    }
    /* Any other right may have a notification sent, to `to` perhaps. */
    if ((regs_sync_tag(&to->th_regs) & SYNC_TAKE_RIGHT) == 0
        || !sync_known_right(th, to)) {
        return FORM_NONE;
    }
    if (count > SYNC_REGISTERS) {
        (void)long_goes(th, to, count);
    }
    return FORM_WORDS;
}

/* The receiver goes on, with a message of any form. */
NOINLINE kern_return_t
resume(struct thread *to, const struct thread *from, enum form form,
       uint64_t tag, uint64_t badge, mach_port_name_t port)
{
    unsigned n = tag & SYNC_COUNT;

    if (form == FORM_REPLACED) {
        regs_set_sync_source(&to->th_regs, badge, port);
        regs_set_result(&to->th_regs, KERN_SUCCESS);
        machine_resume(to);
    } else if (n >= SYNC_REGISTERS) {
        machine_sync_resume(to, from, SYNC_REGISTERS, tag, badge, port);
    } else {
        machine_sync_resume(to, from, n, tag, badge, port);
    }
    return KERN_SWITCHED;
}

/* With words only. */
INLINE kern_return_t
resume_words(struct thread *to, const struct thread *from, uint64_t tag,
             uint64_t kind, uint64_t badge, mach_port_name_t port)
{
    unsigned n = tag & SYNC_COUNT;

    tag |= kind;
    if (LIKELY(n == 0)) {
        machine_sync_resume(to, from, 0, tag, badge, port);
    } else if (n == 4) {
        machine_sync_resume(to, from, 4, tag, badge, port);
    } else if (n == 2) { /* short stubs */
        machine_sync_resume(to, from, 2, tag, badge, port);
    } else if (n >= SYNC_REGISTERS) {
        machine_sync_resume(to, from, SYNC_REGISTERS, tag, badge, port);
    } else {
        return resume(to, from, FORM_WORDS, tag, badge, port);
    }
    return KERN_SWITCHED;
}

/* ---- call ---- */

NOINLINE kern_return_t
call_with_more(struct thread *th, struct thread *to,
               const struct ipc_port *port, uint64_t tag)
{
    unsigned flags;
    enum form form = more_goes(th, to, tag, SYNC_KIND_CALL, &flags);

    if (form == FORM_NONE) {
        return KERN_GENERAL;
    }
    if (form == FORM_REPLACED && !sched_may_switch_back(th, to)) {
        return sync_called(th, to, port);
    }
    caller_waits(th, to, to->th_saved.ipc.object, flags);
    return resume(to, th, form, (tag & TAG_SEEN) | SYNC_KIND_CALL,
                  port->ip_context, port->ip_object.io_name);
}

NOINLINE kern_return_t
call_other_form(struct thread *th, struct thread *to,
                const struct ipc_port *port, uint64_t tag)
{
    if (!words_go(th, to, tag)) {
        return call_with_more(th, to, port, tag);
    }
    caller_waits(th, to, to->th_saved.ipc.object, wait_flags(tag));
    return resume_words(to, th, tag & ~(uint64_t)TAG_WAIT, SYNC_KIND_CALL,
                        port->ip_context, port->ip_object.io_name);
}

/* to listens to port, by object. */
INLINE kern_return_t
call_listener(struct thread *th, struct thread *to, struct ipc_port *port,
              struct ipc_object *object, uint64_t tag)
{
    if (!LIKELY(sched_may_switch(th, to))) {
        return KERN_GENERAL;
    }
    /* The listener is there: how to wait for one does not matter. */
    tag &= ~(uint64_t)SYNC_NOWAIT;
    if (!LIKELY((uint32_t)tag <= SYNC_REGISTERS)) {
        return call_other_form(th, to, port, tag);
    }
    /* ---- point of no return ---- */
    caller_waits(th, to, object, WAIT_ABORTABLE);
    return resume_words(to, th, tag, SYNC_KIND_CALL, port->ip_context,
                        port->ip_object.io_name);
}

/* Nobody listens to the port itself. */
NOINLINE kern_return_t
call_set(struct thread *th, struct ipc_port *port, uint64_t tag)
{
    struct thread *to = ipc_listener_of_sets(port);

    return to == NULL ? KERN_GENERAL
                      : call_listener(th, to, port, to->th_saved.ipc.object,
                                      tag);
}

kern_return_t
sync_call_fast(uint64_t name, uint64_t tag)
{
    struct thread *th = current_thread();
    const struct ipc_entry *e = ipc_entry_lookup(th->th_caller->ca_space,
                                                 (mach_port_name_t)name);
    struct ipc_port *port;
    struct list *waiters;

    if (!LIKELY(e != NULL && (e->ie_bits & MACH_PORT_TYPE_SEND) != 0)) {
        return KERN_GENERAL;
    }
    /* Somebody listens: so the port is alive, and in a space. */
    port = e->ie_port;
    waiters = &port->ip_object.io_listeners.wq_threads;
    if (!LIKELY(!list_empty(waiters))) {
        return call_set(th, port, tag);
    }
    return call_listener(th, list_entry(waiters->next, struct thread,
                                        th_wait_link),
                         port, &port->ip_object, tag);
}

/* ---- reply and wait ---- */

NOINLINE kern_return_t
reply_with_more(struct thread *th, struct thread *to,
                struct ipc_object *object, uint64_t tag)
{
    unsigned flags;

    /* While memory goes something could come to object. */
    if ((tag & TAG_MEMORY) != 0
        || more_goes(th, to, tag, SYNC_KIND_SEND, &flags) == FORM_NONE) {
        return KERN_GENERAL;
    }
    server_waits(th, to, object, flags);
    return resume(to, th, FORM_WORDS, tag & TAG_SEEN,
                  regs_sync_name(&to->th_regs), 0);
}

NOINLINE kern_return_t
reply_other_form(struct thread *th, struct thread *to,
                 struct ipc_object *object, uint64_t tag)
{
    if (!words_go(th, to, tag)) {
        return reply_with_more(th, to, object, tag);
    }
    server_waits(th, to, object, wait_flags(tag));
    return resume_words(to, th, tag & ~(uint64_t)TAG_WAIT, SYNC_KIND_SEND,
                        regs_sync_name(&to->th_regs), 0);
}

/* Nothing is there for a listener to object. */
INLINE kern_return_t
reply_client(struct thread *th, struct ipc_object *object, uint64_t tag)
{
    struct thread *to = th->th_sync.sy_client;

    if (!LIKELY(to != NULL && sched_may_switch_back(th, to))) {
        return KERN_GENERAL;
    }
    if (!LIKELY((uint32_t)tag <= SYNC_REGISTERS)) {
        return reply_other_form(th, to, object, tag);
    }
    /* ---- point of no return ---- */
    server_waits(th, to, object, WAIT_ABORTABLE);
    return resume_words(to, th, tag, SYNC_KIND_SEND,
                        regs_sync_name(&to->th_regs), 0);
}

NOINLINE kern_return_t
reply_set(struct thread *th, const struct ipc_entry *e, uint64_t tag)
{
    struct ipc_pset *set = e->ie_pset;

    if ((e->ie_bits & MACH_PORT_TYPE_PORT_SET) == 0
        || !list_empty(&set->ps_ready) || !list_empty(&set->ps_calls)) {
        return KERN_GENERAL;
    }
    return reply_client(th, &set->ps_object, tag);
}

kern_return_t
sync_reply_wait_fast(uint64_t name, uint64_t tag)
{
    struct thread *th = current_thread();
    const struct ipc_entry *e = ipc_entry_lookup(th->th_caller->ca_space,
                                                 (mach_port_name_t)name);

    if (!LIKELY(e != NULL)) {
        return KERN_GENERAL;
    }
    if (!LIKELY((e->ie_bits & MACH_PORT_TYPE_RECEIVE) != 0)) {
        return reply_set(th, e, tag);
    }
    if (!LIKELY(ipc_listen_quiet(e->ie_port))) {
        return KERN_GENERAL;
    }
    return reply_client(th, &e->ie_port->ip_object, tag);
}
