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
#define MACH_MSG_ARG_TIMEOUT 4u

/* The arguments, which stay in the saved registers until the trap is done. */
static inline vm_address_t
mach_msg_message(const struct thread *th)
{
    return regs_arg(&th->th_regs, 0);
}

static inline mach_msg_option_t
mach_msg_option(const struct thread *th)
{
    return (mach_msg_option_t)regs_arg(&th->th_regs, MACH_MSG_ARG_OPTION);
}

static inline mach_msg_size_t
mach_msg_send_size(const struct thread *th)
{
    return (mach_msg_size_t)regs_arg(&th->th_regs, 2);
}

static inline mach_msg_size_t
mach_msg_rcv_size(const struct thread *th)
{
    return (mach_msg_size_t)(regs_arg(&th->th_regs, 2) >> 32);
}

static inline mach_port_name_t
mach_msg_rcv_name(const struct thread *th)
{
    return (mach_port_name_t)regs_arg(&th->th_regs, 3);
}

static inline mach_port_name_t
mach_msg_notify(const struct thread *th)
{
    return (mach_port_name_t)(regs_arg(&th->th_regs, 3) >> 32);
}

static inline mach_msg_timeout_t
mach_msg_timeout(const struct thread *th)
{
    return (mach_msg_timeout_t)regs_arg(&th->th_regs, MACH_MSG_ARG_TIMEOUT);
}

/* Whatever executes the trap again has nothing to send. */
static inline void
mach_msg_sent(struct thread *th)
{
    uint64_t option = regs_arg(&th->th_regs, MACH_MSG_ARG_OPTION);

    regs_set_arg(&th->th_regs, MACH_MSG_ARG_OPTION,
                 option & ~(uint64_t)MACH_SEND_MSG);
}

/* Where a thread that receives wants its message; ipc_kmsg_deliver() and those
 * that go there at once look here. */
static inline void
mach_msg_place(struct thread *th, vm_address_t buffer, mach_msg_size_t size,
               mach_msg_size_t trailer)
{
    th->th_saved.ipc.buffer = buffer;
    th->th_saved.ipc.room = buffer < VM_MAX_ADDRESS ? size : 0;
    th->th_saved.ipc.trailer = trailer;
}

/* The greatest option with a trailer that there is: format 0, and at most the
 * context. */
#define MACH_MSG_OPTION_LAST \
    (MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX) | 0x00ffffffu)

/* As the arguments say. */
static inline void
mach_msg_place_by(struct thread *th, mach_msg_option_t option)
{
    mach_msg_place(th,
                   (option & MACH_RCV_OVERWRITE) != 0
                       ? regs_arg(&th->th_regs, 5)
                       : mach_msg_message(th),
                   mach_msg_rcv_size(th), mach_msg_trailer_size(option));
}

/* Send if asked to, then receive if asked to. */
kern_return_t mach_msg_run(struct thread *th);
/* The send is done: go on. */
kern_return_t mach_msg_after_send(struct thread *th);
/* The same as the trap was called, whose arguments these were: a routine may
 * have given th other registers, which are then what it goes on with. */
kern_return_t mach_msg_after_serve(struct thread *th,
                                   const uint64_t called[6]);
/* Send, and go on. */
kern_return_t mach_msg_send(struct thread *th);
kern_return_t mach_msg_receive(struct thread *th);
kern_return_t mach_msg_receive_continue(struct thread *th,
                                        kern_return_t result);
/* Serve k, a request to a kernel port; consumed unless KERN_BLOCKED. */
kern_return_t mach_msg_serve(struct thread *th, struct ipc_kmsg *k);
/* Make sure that there is room for the reply to a request to the kernel:
 * ikm_reply, or (NULL) that of the request itself.  KERN_RESOURCE_SHORTAGE. */
kern_return_t mach_msg_reply_alloc(const struct thread *th,
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
uint64_t mach_msg_deadline(struct thread *th, mach_msg_option_t timeout_bit);

#endif
