/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mach_msg trap: entry, and the send half.
 *
 * Send: read the bytes, decode (claims), find room in the queue or wait for
 * it, charge, capture memory, move rights, queue.  All that can fail comes
 * before rights move; a thread that waits for room has moved nothing, and
 * starts over when it has got a slot.
 *
 * What has a receiver waiting and is simple never comes here:
 * mach_msg_fast.c, which is tried first.
 */
#include <base/assert.h>
#include <machine/clock.h>
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

#define ARG_OPTION 1u /* rsi */
#define OPTIONS_KNOWN                                                  \
    (MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_LARGE                      \
     | MACH_RCV_LARGE_IDENTITY | MACH_SEND_TIMEOUT | MACH_SEND_INTERRUPT \
     | MACH_SEND_NOTIFY | MACH_RCV_TIMEOUT | MACH_RCV_INTERRUPT          \
     | MACH_RCV_OVERWRITE | 0xff000000u)

bool mach_msg_fast_on = true;

uint64_t
mach_msg_deadline(struct mach_msg_call *c, mach_msg_option_t timeout_bit)
{
    struct thread *th = c->mc_thread;

    if ((c->mc_option & timeout_bit) == 0) {
        return WAIT_FOREVER;
    }
    if (th->th_trap_deadline == 0) {
        th->th_trap_deadline =
            clock_uptime() + (uint64_t)c->mc_timeout * 1000000ull;
    }
    return th->th_trap_deadline;
}

/* A slot that was ours is not used. */
static void
slot_give_back(struct mach_msg_call *c)
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

static kern_return_t
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
        slot_give_back(&c);
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

static mach_msg_type_name_t
sent_by(const struct ipc_kmsg *k)
{
    return MACH_MSGH_BITS_REMOTE(k->ikm_header.msgh_bits);
}

/* Whose budget pays for the message: the sender's, but for one through a
 * send-once right of another. */
static struct ledger *
payer(const struct mach_msg_call *c, const struct ipc_port *dest,
      const struct ipc_kmsg *k)
{
    return sent_by(k) == MACH_MSG_TYPE_MOVE_SEND_ONCE
                   && dest->ip_state != IPS_KERNEL
               ? ipc_sonce_payer(dest)
               : c->mc_caller->ca_ledger;
}

/* The right, by the disposition it was sent with, is not out any more. */
static void
right_used(struct ipc_port *dest, mach_msg_type_name_t disposition)
{
    if (dest->ip_state == IPS_KERNEL) {
        return;
    }
    if (disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE) {
        ipc_sonce_use(dest);
    } else if (disposition == MACH_MSG_TYPE_MAKE_SEND_ONCE) {
        ipc_sonce_unmake(dest);
    }
}

/* Decoded, and there is room: the last steps.  k is freed on failure. */
static kern_return_t
send_perform(struct mach_msg_call *c, struct ipc_kmsg *k,
             struct ipc_port *dest, bool needs_slot)
{
    kern_return_t kr = ipc_kmsg_charge(k, payer(c, dest, k));
    mach_msg_type_name_t disposition = sent_by(k);
    struct ipc_kmsg *reply = NULL;

    if (kr == KERN_SUCCESS && dest->ip_state == IPS_KERNEL
        && dest->ip_kind != IKOT_NONE) {
        reply = mach_msg_reply_alloc(c, k, &kr);
    }
    if (kr != KERN_SUCCESS) {
        ipc_kmsg_unclaim(k, c->mc_caller->ca_space, true);
        ipc_kmsg_free(k);
        return MACH_SEND_NO_BUFFER;
    }
    ipc_trace(k, dest, IPC_TRACE_PREPARE, KERN_SUCCESS);
    kr = ipc_kmsg_copyin(k, c->mc_caller->ca_space, c->mc_caller->ca_map,
                         k->ikm_ledger);
    ipc_trace(k, dest, IPC_TRACE_DONE, kr);
    if (kr != KERN_SUCCESS) {
        if (reply != NULL) {
            ipc_kmsg_free(reply);
        }
        ipc_kmsg_free(k);
        return kr;
    }
    k->ikm_sender = *c->mc_caller->ca_token;
    k->ikm_audit = *c->mc_caller->ca_audit;
    k->ikm_reply = reply;
    if (dest->ip_state == IPS_KERNEL && dest->ip_kind != IKOT_NONE) {
        return mach_msg_serve(c, k);
    }
    if (needs_slot) {
        k->ikm_flags |= IKM_SLOT;
        if (c->mc_slot != NULL) {
            ipc_port_release(c->mc_slot);
            c->mc_slot = NULL;
        } else {
            dest->ip_slots++;
        }
    }
    right_used(dest, disposition);
    ipc_kmsg_post(k);
    return KERN_SUCCESS;
}

kern_return_t
mach_msg_send(struct mach_msg_call *c)
{
    struct ipc_space *s = c->mc_caller->ca_space;
    struct ipc_port *dest;
    struct ipc_kmsg *k;
    bool needs_slot;
    kern_return_t kr;

    kr = ipc_kmsg_get(c->mc_message, c->mc_send_size, &k);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = ipc_kmsg_decode_header(k, s, &dest);
    if (kr == KERN_SUCCESS) {
        kr = ipc_kmsg_decode(k, s, dest, payer(c, dest, k));
    }
    if (kr != KERN_SUCCESS) {
        ipc_trace(k, NULL, IPC_TRACE_REFUSED, kr);
        ipc_kmsg_free(k);
        return kr;
    }
    needs_slot = dest->ip_state != IPS_KERNEL
                 && ipc_right_copyin_type(sent_by(k))
                        == MACH_MSG_TYPE_PORT_SEND;
    if (c->mc_slot != dest || !needs_slot) {
        slot_give_back(c);
        if (needs_slot && ipc_mqueue_full(dest)) {
            mach_port_name_t name = k->ikm_header.msgh_remote_port;

            ipc_kmsg_unclaim(k, s, true);
            ipc_kmsg_free(k);
            return send_wait(c, dest, name);
        }
    }
    return send_perform(c, k, dest, needs_slot);
}

kern_return_t
mach_msg_after_send(struct mach_msg_call *c)
{
    struct thread *th = c->mc_thread;
    kern_return_t kr;

    th->th_trap_deadline = 0;
    if ((c->mc_option & MACH_RCV_MSG) == 0) {
        return MACH_MSG_SUCCESS;
    }
    c->mc_option &= ~MACH_SEND_MSG;
    regs_set_arg(&th->th_regs, ARG_OPTION, c->mc_option);
    kr = mach_msg_receive(c);
    if (kr != KERN_BLOCKED) {
        th->th_trap_deadline = 0;
    }
    return kr;
}

kern_return_t
mach_msg_run(struct mach_msg_call *c)
{
    kern_return_t kr;

    if ((c->mc_option & MACH_SEND_MSG) == 0) {
        slot_give_back(c);
        kr = (c->mc_option & MACH_RCV_MSG) != 0 ? mach_msg_receive(c)
                                                : MACH_MSG_SUCCESS;
    } else {
        kr = mach_msg_send(c);
        slot_give_back(c);
        if (kr == KERN_SUCCESS) {
            return mach_msg_after_send(c);
        }
    }
    if (kr != KERN_BLOCKED) {
        c->mc_thread->th_trap_deadline = 0;
    }
    return kr;
}

kern_return_t
mach_msg_trap(struct thread *th, const uint64_t args[6])
{
    struct mach_msg_call c;

    mach_msg_call_init(&c, th, args);
    if ((c.mc_option & ~OPTIONS_KNOWN) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    return mach_msg_run(&c);
}
