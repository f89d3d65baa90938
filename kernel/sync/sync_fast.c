/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path of synchronous IPC: words in registers, to a thread that waits,
 * straight to it.  Ladders of checks without effect, each of which leaves
 * everything to the general path; then what that would have done.
 */
#include <ipc/ipc_entry.h>
#include <ipc/ipc_listen.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_upcall.h>
#include <sched/sched.h>
#include <sync/sync_internal.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)

/* Nothing but a label and words in registers, and nothing pending. */
static inline bool
is_plain(const struct thread *th)
{
    return (uint32_t)regs_sync_tag(&th->th_regs) <= SYNC_REGISTERS
           && (th->th_ast & ~AST_IRET) == 0;
}

/* Can the processor go to th, which waits, at once? */
static inline bool
can_switch(const struct thread *th)
{
    return (th->th_ast & ~AST_IRET) == 0 && !th->th_timer.tm_set
           && sched_may_hand_over(th);
}

/* The current thread waits, on wq or for its answer only. */
static inline void
waits(struct thread *th, struct wait_queue *wq, continuation_t k)
{
    th->th_wait_flags = WAIT_ABORTABLE;
    th->th_continuation = k;
    th->th_wait_queue = wq;
    th->th_state = TH_WAITING;
}

static inline void
words_go(const struct thread *from, struct thread *to, uint64_t kind)
{
    uint64_t tag = regs_sync_tag(&from->th_regs);

    regs_copy_sync_words(&to->th_regs, &from->th_regs, (uint32_t)tag);
    regs_set_sync_tag(&to->th_regs, tag | kind);
    regs_set_result(&to->th_regs, KERN_SUCCESS);
}

static inline struct thread *
call_fast(struct thread *th)
{
    const struct ipc_entry *e =
        ipc_entry_lookup(th->th_caller->ca_space,
                         regs_sync_name(&th->th_regs));
    struct ipc_object *object;
    struct ipc_port *port;
    struct thread *to;

    if (!LIKELY(e != NULL && (e->ie_bits & MACH_PORT_TYPE_SEND) != 0)) {
        return NULL;
    }
    port = e->ie_port;
    if (!LIKELY(port->ip_state == IPS_SPACE && is_plain(th))) {
        return NULL;
    }
    to = ipc_listener(port);
    if (!LIKELY(to != NULL && can_switch(to))) {
        return NULL;
    }
    /* ---- point of no return ---- */
    words_go(th, to, SYNC_KIND_CALL);
    regs_set_sync_source(&to->th_regs, port->ip_context, port->ip_name);
    object = to->th_saved.ipc.object;
    object->io_refs--; /* it is active: not the last one */
    to->th_saved.ipc.object = NULL;
    to->th_ipc_wait = IPC_WAIT_NONE;
    to->th_wait_queue = NULL;
    to->th_continuation = NULL;
    list_remove(&to->th_wait_link);
    sync_owe(th, to);
    waits(th, NULL, sync_owed_continue);
    sched_hand_over(to);
    return to;
}

/* Is there nothing for a listener? */
static inline bool
is_quiet(const struct ipc_object *object)
{
    if (object->io_type == IOT_PORT) {
        const struct ipc_port *port = (const void *)object;

        return port->ip_msgcount == 0 && !ipc_listen_ready(port);
    } else {
        const struct ipc_pset *set = (const void *)object;

        return list_empty(&set->ps_ready) && list_empty(&set->ps_calls);
    }
}

static inline struct thread *
reply_wait_fast(struct thread *th)
{
    struct thread *to = th->th_sync.sy_client;
    const struct ipc_entry *e =
        ipc_entry_lookup(th->th_caller->ca_space,
                         regs_sync_name(&th->th_regs));
    struct ipc_object *object;

    if (!LIKELY(e != NULL
                && (e->ie_bits
                    & (MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET))
                       != 0)) {
        return NULL;
    }
    object = e->ie_object;
    if (!LIKELY(is_plain(th) && is_quiet(object) && to != NULL
                && to->th_state == TH_WAITING && can_switch(to))) {
        return NULL;
    }
    /* ---- point of no return ---- */
    words_go(th, to, SYNC_KIND_SEND);
    th->th_sync.sy_client = NULL;
    to->th_sync.sy_holder = NULL;
    to->th_sync.sy_cancelled = false;
    to->th_continuation = NULL;
    object->io_refs++;
    th->th_saved.ipc.object = object;
    th->th_ipc_wait = IPC_WAIT_LISTEN;
    waits(th, &object->io_listeners, sync_listen_continue);
    list_push_back(&object->io_listeners.wq_threads, &th->th_wait_link);
    sched_hand_over(to);
    return to;
}

/* Somebody else runs now. */
static inline kern_return_t
switched(const struct thread *to)
{
    return LIKELY((to->th_ast & AST_EXIT_MASK) == 0) ? KERN_SWITCHED
                                                     : KERN_NO_RESULT;
}

kern_return_t
sync_call_trap(void)
{
    struct thread *th = current_thread(), *to;

    if (LIKELY(mach_msg_fast_on) && (to = call_fast(th)) != NULL) {
        return switched(to);
    }
    return sync_call(th);
}

kern_return_t
sync_reply_wait_trap(void)
{
    struct thread *th = current_thread(), *to;

    if (LIKELY(mach_msg_fast_on) && (to = reply_wait_fast(th)) != NULL) {
        return switched(to);
    }
    return sync_reply_wait(th);
}
