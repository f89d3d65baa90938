/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mach_msg trap: its order.
 *
 * What has a receiver waiting and is simple never comes here:
 * mach_msg_fast.c, which is tried first.
 */
#include <machine/clock.h>
#include <sched/thread.h>
#include <sched/wait.h>
#include <ipc/mach_msg.h>

#define OPTIONS_KNOWN                                                  \
    (MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_LARGE                      \
     | MACH_RCV_LARGE_IDENTITY | MACH_SEND_TIMEOUT | MACH_SEND_INTERRUPT \
     | MACH_SEND_NOTIFY | MACH_RCV_TIMEOUT | MACH_RCV_INTERRUPT          \
     | MACH_RCV_OVERWRITE | 0xff000000u)


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

static inline kern_return_t
after_send(struct mach_msg_call *c)
{
    struct thread *th = c->mc_thread;
    kern_return_t kr;

    th->th_trap_deadline = 0;
    if ((c->mc_option & MACH_RCV_MSG) == 0) {
        return MACH_MSG_SUCCESS;
    }
    c->mc_option &= ~MACH_SEND_MSG;
    regs_set_arg(&th->th_regs, MACH_MSG_ARG_OPTION, c->mc_option);
    kr = mach_msg_receive(c);
    if (kr != KERN_BLOCKED) {
        th->th_trap_deadline = 0;
    }
    return kr;
}

kern_return_t
mach_msg_after_send(struct mach_msg_call *c)
{
    return after_send(c);
}

static inline kern_return_t
run(struct mach_msg_call *c)
{
    kern_return_t kr;

    if ((c->mc_option & MACH_SEND_MSG) == 0) {
        mach_msg_slot_give_back(c);
        kr = (c->mc_option & MACH_RCV_MSG) != 0 ? mach_msg_receive(c)
                                                : MACH_MSG_SUCCESS;
    } else {
        kr = mach_msg_send(c);
        if (c->mc_slot != NULL) {
            mach_msg_slot_give_back(c);
        }
        if (kr == KERN_SUCCESS) {
            return after_send(c);
        }
    }
    if (kr != KERN_BLOCKED) {
        c->mc_thread->th_trap_deadline = 0;
    }
    return kr;
}

kern_return_t
mach_msg_run(struct mach_msg_call *c)
{
    return run(c);
}

static inline kern_return_t
start(struct thread *th, const uint64_t args[6])
{
    struct mach_msg_call c;

    mach_msg_call_init(&c, th, args);
    if ((c.mc_option & ~OPTIONS_KNOWN) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    return run(&c);
}

kern_return_t
mach_msg_trap(struct thread *th, const uint64_t args[6])
{
    return start(th, args);
}

kern_return_t
mach_msg_general_trap(struct thread *th)
{
    uint64_t args[6];

    regs_get_args(&th->th_regs, args);
    return start(th, args);
}
