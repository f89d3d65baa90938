/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timer ports: a kernel object that sends an empty message at a deadline, and
 * again every interval.
 *
 * The message is allocated with the timer, so that expiring can't fail; while
 * one is still queued, further expiries are not queued again, and those that
 * were missed are not made up for: after each comes the next that is still
 * to come.  The timer
 * lives until the last send right to its port goes.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <ipc/ipc.h>
#include <kern/host.h>
#include <sched/thread.h>
#include <sched/timer.h>
#include <machine/clock.h>

#define TIMER_EXPIRED 90

struct kernel_timer {
    struct timer kt_timer;        /* K */
    uint64_t kt_interval;         /* K: 0: once */
    struct ipc_port *kt_port;     /* I: the kernel object's port */
    struct ipc_port *kt_notify;   /* I: naked send right */
    struct ipc_kmsg *kt_message;  /* I: preallocated */
    struct ledger *kt_ledger;     /* I: +1 */
};

/* The first expiry after now.  Never in the past, however long the interval:
 * timers that are always due would keep all others from theirs. */
static uint64_t
next_expiry(uint64_t deadline, uint64_t interval)
{
    uint64_t now = clock_uptime();
    uint64_t late = now > deadline ? now - deadline : 0;
    uint64_t wait = interval - late % interval;

    return wait < TIMER_NEVER - now ? now + wait : TIMER_NEVER - 1;
}

static void
expired(void *arg)
{
    struct kernel_timer *kt = arg;
    mach_msg_header_t h = { .msgh_id = TIMER_EXPIRED,
                            .msgh_size = sizeof(h) };

    if (!ipc_kmsg_prealloc_busy(kt->kt_message)) {
        (void)ipc_kmsg_send_prealloc(kt->kt_message, &h, kt->kt_notify, NULL,
                                     NULL, 0);
    }
    if (kt->kt_interval != 0) {
        timer_set(&kt->kt_timer, next_expiry(kt->kt_timer.tm_deadline,
                                             kt->kt_interval));
    }
}

/* Nobody can name the timer any more. */
static void
no_senders(void *object)
{
    struct kernel_timer *kt = object;
    struct ledger *l = kt->kt_ledger;

    timer_unset(&kt->kt_timer);
    ipc_kobject_destroy(kt->kt_port);
    ipc_port_release_send(kt->kt_notify);
    ipc_kmsg_prealloc_free(kt->kt_message);
    kfree(kt, sizeof(*kt), l);
    ledger_release(l);
}

void
timer_port_setup(void)
{
    ipc_kobject_set_no_senders(IKOT_TIMER, no_senders);
}

kern_return_t
timer_port_create(struct ipc_port *notify, struct ipc_port **out)
{
    struct ledger *l = current_thread()->th_ledger;
    struct kernel_timer *kt;

    if (!ipc_port_active(notify) || ipc_port_of_kernel(notify)) {
        return KERN_INVALID_ARGUMENT;
    }
    kt = kalloc(sizeof(*kt), l);
    if (kt == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kt->kt_message = ipc_kmsg_prealloc(sizeof(mach_msg_header_t), l);
    if (kt->kt_message == NULL) {
        goto out_timer;
    }
    kt->kt_port = ipc_kobject_port(IKOT_TIMER, kt, l);
    if (kt->kt_port == NULL) {
        goto out_message;
    }
    timer_init(&kt->kt_timer, expired, kt);
    kt->kt_notify = ipc_port_copy_send(notify);
    kt->kt_ledger = l;
    ledger_reference(l);
    *out = ipc_port_make_send(kt->kt_port);
    return KERN_SUCCESS;

out_message:
    ipc_kmsg_prealloc_free(kt->kt_message);
out_timer:
    kfree(kt, sizeof(*kt), l);
    return KERN_RESOURCE_SHORTAGE;
}

kern_return_t
timer_port_arm(struct ipc_port *port, uint64_t deadline, uint64_t interval)
{
    struct kernel_timer *kt = ipc_kobject_get(port, IKOT_TIMER);

    /* An interval below this would be all that the machine does. */
    if (kt == NULL || (interval != 0 && interval < 100000)) {
        return KERN_INVALID_ARGUMENT;
    }
    kt->kt_interval = interval;
    timer_set(&kt->kt_timer, deadline);
    return KERN_SUCCESS;
}

kern_return_t
timer_port_cancel(struct ipc_port *port)
{
    struct kernel_timer *kt = ipc_kobject_get(port, IKOT_TIMER);

    if (kt == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    timer_unset(&kt->kt_timer);
    return KERN_SUCCESS;
}
