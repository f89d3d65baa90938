/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path of exceptions: EXCEPTION_STATE with a thread's registers, to a
 * handler that waits, and the replies of one that waits again.  As in
 * ipc/mach_msg_fast.c: a ladder of checks without effect, the point of no
 * return, a direct switch.  The registers go straight from the thread to the
 * handler's buffer, without a message in the kernel, and straight back.
 *
 * What it does is what exception.c would have done with what exc.defs has
 * generated; whatever is not as it should be is left to them, errors too.
 */
#include <base/assert.h>
#include <base/string.h>
#include <ipc/mach_msg_fast.h>
#include <kern/exc.h>
#include <kern/exception_fast.h>
#include <mach/exception.h>
#include <mach/mig_errors.h>
#include <mach/thread_status.h>

#define REPLY(routine) (MIG_ID_exc_##routine + MIG_REPLY_DISTANCE)
#define CODES 2u
#define STATE x86_THREAD_STATE64
#define STATE_COUNT x86_THREAD_STATE64_COUNT

/* As exc.defs lays them out for this state. */
struct request {
    mach_msg_header_t head;
    NDR_record_t ndr;
    int exception;
    mach_msg_type_number_t codes_count;
    uint64_t codes[CODES];
    int flavor;
    mach_msg_type_number_t state_count;
    x86_thread_state64_t state;
};

struct reply {
    mach_msg_header_t head;
    NDR_record_t ndr;
    kern_return_t code;
    int flavor;
    mach_msg_type_number_t state_count;
    x86_thread_state64_t state;
} __attribute__((packed, aligned(4)));
#define PLAIN_REPLY ((mach_msg_size_t)offsetof(struct reply, flavor))

_Static_assert(sizeof(struct request) + 4 * (256 - STATE_COUNT)
                   == MIG_SIZE_exc_exception_raise_state, "exc.defs");
_Static_assert(sizeof(struct reply) <= IPC_DIRECT_MAX, "it is read whole");
_Static_assert(offsetof(struct reply, state) == 44, "it is aligned there");

static __attribute__((noinline)) bool
put_trailer(vm_address_t at, mach_msg_size_t size,
            const struct ipc_port *dest)
{
    const security_token_t sender = {
        { KERNEL_SECURITY_TOKEN_VAL0, KERNEL_SECURITY_TOKEN_VAL1 }
    };
    const audit_token_t audit = { { 0 } };

    return mach_msg_put_trailer(at, size, dest, &sender, &audit);
}

/* The message, the name of its reply right being the next of the handler's. */
static inline bool
put_request(const struct fast *f, int exception, uint64_t code,
            uint64_t subcode)
{
    mach_msg_size_t trailer = f->receiver->th_saved.ipc.trailer;
    vm_address_t to = f->window;
    uint64_t ndr;

    memcpy(&ndr, &NDR_record, sizeof(ndr));
    user_access_begin();
    user_put64(to, HEAD0(BITS_REQUEST_SEEN, f->size), miss);
    user_put64(to + 8,
               HEAD1(ipc_entry_next_name(f->to), f->dest->ip_object.io_name),
               miss);
    user_put64(to + 16, (uint64_t)MIG_ID_exc_exception_raise_state << 32,
               miss);
    user_put64(to + 24, ndr, miss);
    user_put64(to + 32, (uint64_t)CODES << 32 | (unsigned)exception, miss);
    user_put64(to + 40, code, miss);
    user_put64(to + 48, subcode, miss);
    user_put64(to + 56, (uint64_t)STATE_COUNT << 32 | STATE, miss);
    user_put64(to + f->size,
               HEAD0(MACH_MSG_TRAILER_FORMAT_0, SMALL_TRAILER), miss);
    user_access_end();
    if (user_copy_to(to + offsetof(struct request, state),
                     &f->sender->th_regs, sizeof(x86_thread_state64_t)) == 0
        && (trailer == SMALL_TRAILER
            || put_trailer(to + f->size, trailer, f->dest))) {
        return true;
    }
    goto close;
miss:
    user_access_end();
close:
    pmap_window_close();
    return false;
}

/* ---- behind the point of no return ---- */

static inline void
thread_waits(struct thread *th)
{
    list_init(&th->th_wait_link);
    th->th_wait_flags = WAIT_ABORTABLE;
    th->th_continuation = exception_continue;
    th->th_state = TH_WAITING;
}

static inline void
move_reply_right(const struct fast *f)
{
    struct ipc_entry *e = ipc_entry_pop(f->to);

    f->reply->ip_sorights++;
    f->reply->ip_object.io_refs++;
    e->ie_port = f->reply;
    e->ie_bits = MACH_PORT_TYPE_SEND_ONCE | 1u;
}

void
exception_fast(struct thread *th, const struct exception_action *a,
               int exception, uint64_t code, uint64_t subcode,
               unsigned level)
{
    struct fast f = {
        .sender = th,
        .size = sizeof(struct request),
        .dest = a->xa_port,
        .reply = th->th_exc_reply,
    };

    if ((a->xa_behavior & ~MACH_EXCEPTION_CODES) != EXCEPTION_STATE
        || a->xa_flavor != STATE || f.reply == NULL
        || (th->th_ast & ~AST_IRET) != 0 || f.dest->ip_msgcount != 0
        || !find_receiver(&f, 0, 1, false) || !open_window(&f)
        || !put_request(&f, exception, code, subcode)) {
        return;
    }
    /* ---- point of no return ---- */
    f.dest->ip_seqno++;
    exception_asked(th, exception, code, subcode, level);
    thread_waits(th);
    receiver_runs(f.receiver);
    move_reply_right(&f);
    leave(&f);
}

/* A code of success, and its state, if it has one, is set. */
static inline bool
take_reply(struct thread *th, const struct reply *r)
{
    if (r->code != KERN_SUCCESS) {
        return false;
    }
    if (r->head.msgh_id == REPLY(exception_raise)) {
        return r->head.msgh_size == PLAIN_REPLY;
    }
    if ((r->head.msgh_id != REPLY(exception_raise_state)
         && r->head.msgh_id != REPLY(exception_raise_state_identity))
        || r->head.msgh_size != sizeof(*r) || r->flavor != STATE
        || r->state_count != STATE_COUNT
        || !machine_set_state(
            &th->th_regs, (const void *)((const char *)r
                                         + offsetof(struct reply, state)))) {
        return false;
    }
    th->th_ast |= AST_IRET;
    return true;
}

/* As reply_arrived() and exception_continue(). */
struct thread *
exception_fast_reply(void *arg, const struct thread *handler,
                     const mach_msg_header_t *reply)
{
    struct thread *th = arg;

    if (th->th_state != TH_WAITING || !sched_may_hand_over(handler, th)
        || reply->msgh_size < PLAIN_REPLY
        || !take_reply(th, (const void *)reply)) {
        return NULL;
    }
    assert(th->th_continuation == exception_continue
           && th->th_saved.word[W_ASKED] == 1);
    th->th_saved.word[W_ASKED] = 0;
    th->th_continuation = NULL;
    th->th_trap_deadline = 0;
    th->th_in_trap = true; /* whatever it comes back with */
    th->th_refs--; /* the reply port's; it is alive: not the last one */
    return th;
}
