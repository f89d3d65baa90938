/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mach_msg trap: what its parts share.
 *
 * Send and receive each either complete or leave no side effect.  The order
 * inside the trap: send (once done, MACH_SEND_MSG is cleared in the saved
 * registers before anything executes the trap again, which goes on with the
 * receive then), then receive.
 *
 * A thread waits in one of three ways, each with a continuation beside the
 * function that waits; th_ipc_wait and th_request say which:
 *   for a slot in a full queue   mach_msg_send_continue
 *   for a message                mach_msg_receive_continue
 *   in a kernel routine          mach_msg_serve_continue (th_request)
 * A page that must come from a pager restarts the trap (no continuation).
 */
#ifndef IPC_MACH_MSG_H
#define IPC_MACH_MSG_H

#include <mach/vm.h>
#include <sched/thread.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_upcall.h>

#define MACH_MSG_ARG_OPTION 1u

struct mach_msg_call {
    struct thread *mc_thread;
    const struct ipc_caller *mc_caller;
    vm_address_t mc_message;
    mach_msg_option_t mc_option;
    mach_msg_size_t mc_send_size;
    mach_port_name_t mc_rcv_name;
    mach_port_name_t mc_notify;
    mach_msg_timeout_t mc_timeout;
    struct ipc_receive mc_receive; /* where to */
    struct ipc_port *mc_slot; /* a slot of this port's queue is ours */
};

static inline void
mach_msg_call_init(struct mach_msg_call *c, struct thread *th,
                   const uint64_t args[6])
{
    mach_msg_option_t option = (mach_msg_option_t)args[1];

    c->mc_thread = th;
    c->mc_caller = th->th_caller;
    c->mc_message = args[0];
    c->mc_option = option;
    c->mc_send_size = (mach_msg_size_t)args[2];
    c->mc_rcv_name = (mach_port_name_t)args[3];
    c->mc_notify = (mach_port_name_t)(args[3] >> 32);
    c->mc_timeout = (mach_msg_timeout_t)args[4];
    c->mc_receive.rc_caller = th->th_caller;
    c->mc_receive.rc_buffer =
        (option & MACH_RCV_OVERWRITE) != 0 ? args[5] : args[0];
    c->mc_receive.rc_size = (mach_msg_size_t)(args[2] >> 32);
    c->mc_receive.rc_option = option;
    c->mc_slot = NULL;
}

/* The receive part of the saved registers' arguments; the name. */
static inline mach_port_name_t
mach_msg_receive_args(struct ipc_receive *r, const struct thread *th)
{
    uint64_t args[6];

    regs_get_args(&th->th_regs, args);
    r->rc_caller = th->th_caller;
    r->rc_option = (mach_msg_option_t)args[1];
    r->rc_buffer =
        (r->rc_option & MACH_RCV_OVERWRITE) != 0 ? args[5] : args[0];
    r->rc_size = (mach_msg_size_t)(args[2] >> 32);
    return (mach_port_name_t)args[3];
}

/* Whatever executes the trap again has nothing to send. */
static inline void
mach_msg_sent(struct thread *th)
{
    uint64_t option = regs_arg(&th->th_regs, MACH_MSG_ARG_OPTION);

    regs_set_arg(&th->th_regs, MACH_MSG_ARG_OPTION, option & ~MACH_SEND_MSG);
}

/* In a continuation: from the saved registers. */
static inline void
mach_msg_call_again(struct mach_msg_call *c, struct thread *th)
{
    uint64_t args[6];

    regs_get_args(&th->th_regs, args);
    mach_msg_call_init(c, th, args);
}

/* Where a thread that is going to wait wants its message: for those that go
 * there at once. */
static inline void
mach_msg_place(struct thread *th, vm_address_t buffer, mach_msg_size_t size,
               mach_msg_size_t trailer)
{
    th->th_saved.ipc.buffer = buffer;
    th->th_saved.ipc.room = buffer < VM_MAX_ADDRESS ? size : 0;
    th->th_saved.ipc.trailer = trailer;
}

/* Send if asked to, then receive if asked to. */
kern_return_t mach_msg_run(struct mach_msg_call *c);
/* The send is done: go on. */
kern_return_t mach_msg_after_send(struct mach_msg_call *c);
kern_return_t mach_msg_send(struct mach_msg_call *c);
/* The slot that is ours, if one is, is not used. */
void mach_msg_slot_give_back(struct mach_msg_call *c);
kern_return_t mach_msg_receive(struct mach_msg_call *c);
kern_return_t mach_msg_receive_continue(struct thread *th,
                                        kern_return_t result);
/* Serve k, a request to a kernel port; consumed unless KERN_BLOCKED. */
kern_return_t mach_msg_serve(struct mach_msg_call *c, struct ipc_kmsg *k);
/* Make sure that there is room for the reply to a request to the kernel:
 * ikm_reply, or (NULL) that of the request itself.  KERN_RESOURCE_SHORTAGE. */
kern_return_t mach_msg_reply_alloc(const struct mach_msg_call *c,
                                   struct ipc_kmsg *request);
/*
 * What mach_msg_fast_trap() does with a request by COPY_SEND with a reply right
 * by MAKE_SEND_ONCE whose destination is not in the table of names, having read
 * the header's second word; and with one to a kernel port that is, whose
 * header is read again.  Where the reply shall go has been said
 * (mach_msg_place()).  KERN_GENERAL: nothing has happened, else a result as of
 * a trap.
 */
kern_return_t mach_msg_kernel_rpc(struct thread *th, vm_address_t message,
                                  mach_msg_size_t size, uint64_t head1);
kern_return_t mach_msg_kernel_try(struct thread *th);
/* Absolute deadline of a wait whose time-out has this option bit. */
uint64_t mach_msg_deadline(struct mach_msg_call *c,
                           mach_msg_option_t timeout_bit);

#endif
