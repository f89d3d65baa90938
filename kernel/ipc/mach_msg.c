/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mach_msg trap: its order.
 *
 * What has a receiver waiting and is simple never comes here:
 * mach_msg_fast.c, which is tried first.
 */
#include <base/string.h>
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
mach_msg_deadline(struct thread *th, mach_msg_option_t timeout_bit)
{
    if ((mach_msg_option(th) & timeout_bit) == 0) {
        return WAIT_FOREVER;
    }
    if (th->th_trap_deadline == 0) {
        th->th_trap_deadline =
            clock_uptime() + (uint64_t)mach_msg_timeout(th) * 1000000ull;
    }
    return th->th_trap_deadline;
}

static inline kern_return_t
ended(struct thread *th, kern_return_t kr)
{
    if (kr != KERN_BLOCKED) {
        th->th_trap_deadline = 0;
    }
    return kr;
}

static inline kern_return_t
after_send(struct thread *th)
{
    th->th_trap_deadline = 0;
    if ((mach_msg_option(th) & MACH_RCV_MSG) == 0) {
        return MACH_MSG_SUCCESS;
    }
    mach_msg_sent(th);
    return ended(th, mach_msg_receive(th));
}

kern_return_t
mach_msg_after_send(struct thread *th)
{
    return after_send(th);
}

static void
set_args(struct thread *th, const uint64_t args[6])
{
    for (unsigned i = 0; i < 6; i++) {
        regs_set_arg(&th->th_regs, i, args[i]);
    }
}

kern_return_t
mach_msg_after_serve(struct thread *th, const uint64_t called[6])
{
    uint64_t now[6];
    kern_return_t kr;

    regs_get_args(&th->th_regs, now);
    if (memcmp(now, called, sizeof(now)) == 0) {
        return after_send(th);
    }
    set_args(th, called);
    kr = after_send(th);
    if (kr != KERN_BLOCKED) {
        set_args(th, now);
    }
    return kr;
}

static inline kern_return_t
run(struct thread *th, mach_msg_option_t option)
{
    kern_return_t kr = MACH_MSG_SUCCESS;

    if ((option & MACH_SEND_MSG) != 0) {
        kr = mach_msg_send(th);
    } else if ((option & MACH_RCV_MSG) != 0) {
        kr = mach_msg_receive(th);
    }
    return ended(th, kr);
}

kern_return_t
mach_msg_run(struct thread *th)
{
    return run(th, mach_msg_option(th));
}

kern_return_t
mach_msg_trap(struct thread *th)
{
    mach_msg_option_t option = mach_msg_option(th);

    return (option & ~OPTIONS_KNOWN) != 0 ? KERN_INVALID_ARGUMENT
                                          : run(th, option);
}
