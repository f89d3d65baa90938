/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path of synchronous IPC: to a thread that waits, straight to it.
 * Ladders of checks without effect, each of which leaves everything to the
 * general path; then what that would have done.
 *
 * Words go here, and a right that is known on the other side; memory goes as
 * on the general path (sync_transfer), whose last check is the last one here.
 */
#include <ipc/ipc_entry.h>
#include <ipc/ipc_listen.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_upcall.h>
#include <machine/trap.h>
#include <sched/hand_over.h>
#include <sync/sync_internal.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
/* What may be in a tag besides words in registers. */
#define TAG_MORE                                               \
    (SYNC_CONTENT | SYNC_TAKE_RIGHT | SYNC_TAKE_MAP | SYNC_INTERRUPTIBLE)

static inline struct thread *
first_listener(const struct ipc_port *port)
{
    const struct list *l = &port->ip_object.io_listeners.wq_threads;

    return LIKELY(l->next != l)
               ? list_entry(l->next, struct thread, th_wait_link)
               : ipc_listener_of_sets(port);
}

/* More than words in registers.  False: the general path knows why not. */
static __attribute__((noinline)) bool
more_goes(struct thread *th, struct thread *to, uint64_t kind)
{
    uint64_t tag = regs_sync_tag(&th->th_regs);
    unsigned count = tag & SYNC_COUNT;
    const struct sync_buffer *b = th->th_sync.sy_buffer;
    struct sync_buffer *out = to->th_sync.sy_buffer;

    if (((uint32_t)tag & ~TAG_MORE) != 0 || b == NULL || count > SYNC_WORDS) {
        return false;
    }
    th->th_wait_flags = WAIT_ABORTABLE;
    if ((tag & SYNC_INTERRUPTIBLE) != 0) {
        th->th_wait_flags |= WAIT_INTERRUPTIBLE;
    }
    if (out == NULL && (count > SYNC_REGISTERS || (tag & SYNC_RIGHT) != 0)) {
        return false;
    }
    if ((tag & (SYNC_MAP | SYNC_GRANT)) != 0) {
        return (tag & SYNC_RIGHT) == 0
               && sync_transfer(th, to, kind) == KERN_SUCCESS;
    }
    /* Any other right may have a notification sent, to `to` perhaps. */
    if ((tag & SYNC_RIGHT) != 0
        && ((regs_sync_tag(&to->th_regs) & SYNC_TAKE_RIGHT) == 0
            || !sync_known_right(th, to))) {
        return false;
    }
    /* ---- point of no return ---- */
    if (count > SYNC_REGISTERS) {
        for (unsigned i = 0; i < count - SYNC_REGISTERS; i++) {
            out->sb_words[i] = b->sb_words[i];
        }
        count = SYNC_REGISTERS;
    }
    regs_copy_sync_words(&to->th_regs, &th->th_regs, count);
    regs_set_sync_tag(&to->th_regs,
                      (tag & (SYNC_LABEL_MASK | SYNC_CONTENT)) | kind);
    return true;
}

/* More words than registers.  False: there is no buffer for them. */
static __attribute__((noinline)) bool
long_goes(struct thread *th, struct thread *to, uint64_t kind)
{
    uint64_t tag = regs_sync_tag(&th->th_regs);
    const struct sync_buffer *b = th->th_sync.sy_buffer;
    struct sync_buffer *other = to->th_sync.sy_buffer;
    unsigned count = (uint32_t)tag - SYNC_REGISTERS;
    const uint64_t *from;
    uint64_t *out;

    if (b == NULL || other == NULL) {
        return false;
    }
    from = b->sb_words;
    out = other->sb_words;
    th->th_wait_flags = WAIT_ABORTABLE;
    do {
        *out++ = *from++;
    } while (--count != 0);
    regs_copy_sync_words(&to->th_regs, &th->th_regs, SYNC_REGISTERS);
    regs_set_sync_tag(&to->th_regs, tag | kind);
    return true;
}

/* All that from has for to; false: not by this path, and nothing happened. */
static inline bool
message_goes(struct thread *from, struct thread *to, uint64_t kind)
{
    uint64_t tag = regs_sync_tag(&from->th_regs);

    if (LIKELY((uint32_t)tag <= SYNC_REGISTERS)) {
        regs_copy_sync_words(&to->th_regs, &from->th_regs, (uint32_t)tag);
        regs_set_sync_tag(&to->th_regs, tag | kind);
        from->th_wait_flags = WAIT_ABORTABLE;
        return true;
    }
    if ((uint32_t)tag <= SYNC_WORDS) {
        return long_goes(from, to, kind);
    }
    /* Words, and a wait in which more may come. */
    if (((uint32_t)tag & ~(SYNC_TAKE_RIGHT | SYNC_TAKE_MAP)) <= SYNC_REGISTERS
        && from->th_sync.sy_buffer != NULL) {
        regs_copy_sync_words(&to->th_regs, &from->th_regs, tag & SYNC_COUNT);
        regs_set_sync_tag(&to->th_regs,
                          (tag & (SYNC_LABEL_MASK | SYNC_COUNT)) | kind);
        from->th_wait_flags = WAIT_ABORTABLE;
        return true;
    }
    return more_goes(from, to, kind);
}

/* The current thread waits, and another runs. */
static inline __attribute__((always_inline, noreturn)) void
wait_and_run(struct thread *th, continuation_t k, struct thread *to)
{
    th->th_continuation = k;
    th->th_state = TH_WAITING;
    to->th_continuation = NULL;
    regs_set_result(&to->th_regs, KERN_SUCCESS);
    sched_hand_over(th, to);
    /* Whatever is on the stack is of no use to anybody. */
    machine_resume(to);
}

kern_return_t
sync_call_trap(void)
{
    struct thread *th = current_thread(), *to;
    const struct ipc_entry *e =
        ipc_entry_lookup(th->th_caller->ca_space,
                         regs_sync_name(&th->th_regs));
    struct ipc_object *object;
    struct ipc_port *port;

    if (!LIKELY(e != NULL
                && (e->ie_bits & MACH_PORT_TYPE_SEND) != 0)) {
        return sync_call(th);
    }
    port = e->ie_port;
    if (!LIKELY(port->ip_state == IPS_SPACE
                && (th->th_ast & ~AST_IRET) == 0)) {
        return sync_call(th);
    }
    to = first_listener(port);
    if (!LIKELY(to != NULL && sched_may_hand_over(th, to)
                && message_goes(th, to, SYNC_KIND_CALL))) {
        return sync_call(th);
    }
    regs_set_sync_source(&to->th_regs, port->ip_context, port->ip_name);
    object = to->th_saved.ipc.object;
    object->io_refs--; /* it is active: not the last one */
    to->th_ipc_wait = IPC_WAIT_NONE;
    list_remove(&to->th_wait_link);
    sync_owe(th, to);
    wait_and_run(th, sync_owed_continue, to);
}

/* Is there nothing for a listener? */
static inline bool
is_quiet(const struct ipc_object *object)
{
    if (LIKELY(object->io_type == IOT_PORT)) {
        const struct ipc_port *port = (const void *)object;

        return port->ip_msgcount == 0 && !port->ip_calling;
    } else {
        const struct ipc_pset *set = (const void *)object;

        return list_empty(&set->ps_ready) && list_empty(&set->ps_calls);
    }
}

kern_return_t
sync_reply_wait_trap(void)
{
    struct thread *th = current_thread(), *to = th->th_sync.sy_client;
    const struct ipc_entry *e =
        ipc_entry_lookup(th->th_caller->ca_space,
                         regs_sync_name(&th->th_regs));
    struct ipc_object *object;

    if (!LIKELY(e != NULL
                && (e->ie_bits
                    & (MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET))
                       != 0)) {
        return sync_reply_wait(th);
    }
    object = e->ie_object;
    if (!LIKELY(is_quiet(object) && (th->th_ast & ~AST_IRET) == 0
                && to != NULL && to->th_state == TH_WAITING
                && sched_may_hand_over(th, to)
                && message_goes(th, to, SYNC_KIND_SEND))) {
        return sync_reply_wait(th);
    }
    th->th_sync.sy_client = NULL;
    to->th_sync.sy_holder = NULL;
    to->th_sync.sy_cancelled = false;
    object->io_refs++;
    th->th_saved.ipc.object = object;
    th->th_ipc_wait = IPC_WAIT_LISTEN;
    list_push_back(&object->io_listeners.wq_threads, &th->th_wait_link);
    wait_and_run(th, sync_listen_continue, to);
}
