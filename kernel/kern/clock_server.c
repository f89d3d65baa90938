/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock.defs, served in the kernel: the two clocks and their alarms.
 *
 * An alarm belongs to the task that asked for it, whose ledger has paid for the
 * message beforehand.  It ends when it goes off (the message uses up its right) or
 * with the task (the right is destroyed).  One of the calendar clock goes off at the
 * moment that was right when it was set.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <ipc/ipc_kmsg.h>
#include <kern/clock.h>
#include <kern/clock_server.h>
#include <kern/host.h>
#include <kern/mig_kernel.h>
#include <kern/task.h>
#include <mach/host_info.h>
#include <mach/mig_errors.h>
#include <mach/time_page.h>
#include <sched/thread.h>
#include <sched/timer.h>
#include <machine/clock.h>
#include <machine/cpu.h>

#define CLOCKS 2
#define STRETCH 16 /* alarms that are called off without interrupts */
#define ALARM_REPLY_ID 4000 /* clock_alarm_reply */

struct kernel_clock {
    struct ipc_port *kc_port; /* I */
    int kc_which;             /* I */
};
static struct kernel_clock clocks[CLOCKS];

struct alarm {
    struct timer al_timer;
    struct list al_link;       /* K: the task's */
    struct ipc_port *al_port;  /* I: naked send-once right */
    struct ipc_kmsg *al_kmsg;  /* I: preallocated */
    struct ledger *al_ledger;  /* I: +1 */
    int al_type;               /* I */
    int64_t al_time;           /* I */
};

struct alarm_message {
    mach_msg_header_t head;
    NDR_record_t ndr;
    kern_return_t code;
    int type;
    int64_t time;
};
_Static_assert(sizeof(struct alarm_message) == 48, "clock_reply.defs");

void
clock_ports_setup(void)
{
    for (int i = 0; i < CLOCKS; i++) {
        clocks[i].kc_which = i;
        clocks[i].kc_port = ipc_kobject_port(IKOT_CLOCK, &clocks[i],
                                             &ledger_root);
        if (clocks[i].kc_port == NULL) {
            panic("no memory for the clocks' ports");
        }
    }
    clock_adjust_setup();
}

struct ipc_port *
clock_port(int which)
{
    return which < 0 || which >= CLOCKS
               ? NULL
               : ipc_port_make_send(clocks[which].kc_port);
}

/* The alarm's end; its right has been used or destroyed. */
static void
alarm_free(struct alarm *al)
{
    struct ledger *l = al->al_ledger;

    list_remove(&al->al_link);
    ipc_kmsg_prealloc_free(al->al_kmsg);
    kfree(al, sizeof(*al), l);
    ledger_release(l);
}

static void
expired(void *arg)
{
    struct alarm *al = arg;
    struct ipc_kmsg *k = al->al_kmsg;
    const struct alarm_message m = {
        .head = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, 0),
                  .msgh_size = sizeof(m),
                  .msgh_id = ALARM_REPLY_ID },
        .ndr = NDR_record,
        .code = KERN_SUCCESS,
        .type = al->al_type,
        .time = al->al_time,
    };

    memcpy(&k->ikm_header, &m, sizeof(m));
    k->ikm_remote = al->al_port;
    ipc_kmsg_from_kernel(k);
    k->ikm_flags |= IKM_BUSY;
    ipc_kmsg_send_always(k);
    alarm_free(al);
}

void
clock_alarms_cancel(struct list *alarms)
{
    struct list *l;
    unsigned n = 0;

    while ((l = list_first(alarms)) != NULL) {
        struct alarm *al = list_entry(l, struct alarm, al_link);

        timer_unset(&al->al_timer);
        ipc_port_release_sonce(al->al_port);
        alarm_free(al);
        if (++n % STRETCH == 0) { /* others may go off meanwhile */
            machine_interrupt_window();
        }
    }
}

static int64_t
clock_now(const struct kernel_clock *kc)
{
    int64_t now = (int64_t)clock_uptime();

    return kc->kc_which == CALENDAR_CLOCK
               ? now + the_host.ho_time->tp_realtime_offset
               : now;
}

kern_return_t
serve_clock_get_time(struct ipc_port *clock, int64_t *time)
{
    struct kernel_clock *kc = ipc_kobject_get(clock, IKOT_CLOCK);

    if (kc == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    *time = clock_now(kc);
    return KERN_SUCCESS;
}

kern_return_t
serve_clock_get_attributes(struct ipc_port *clock, int flavor,
                           uint64_t *value)
{
    if (ipc_kobject_get(clock, IKOT_CLOCK) == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    switch (flavor) {
    case CLOCK_GET_TIME_RES:
        *value = 1; /* that of the cycle counter, or finer */
        return KERN_SUCCESS;
    case CLOCK_ALARM_CURRES:
        *value = CLOCK_ARM_RESOLUTION;
        return KERN_SUCCESS;
    default:
        return KERN_INVALID_ARGUMENT;
    }
}

/* When it is to go off, in nanoseconds of uptime. */
static uint64_t
alarm_deadline(const struct kernel_clock *kc, int type, int64_t *time)
{
    int64_t now = (int64_t)clock_uptime(), at;

    if (type == TIME_RELATIVE) {
        if (*time < 0 || __builtin_add_overflow(now, *time, &at)) {
            at = *time < 0 ? now : INT64_MAX;
        }
        *time = at;
    } else if (__builtin_sub_overflow(*time, clock_now(kc) - now, &at)) {
        at = now;
    }
    return at < 0 ? 0 : (uint64_t)at;
}

kern_return_t
serve_clock_alarm(struct ipc_port *clock, int type, int64_t time,
                  struct ipc_port *port)
{
    struct kernel_clock *kc = ipc_kobject_get(clock, IKOT_CLOCK);
    struct thread *th = current_thread();
    struct ledger *l = th->th_ledger;
    struct alarm *al;

    if (kc == NULL || !ipc_port_active(port) ||
        (type != TIME_ABSOLUTE && type != TIME_RELATIVE)) {
        return KERN_INVALID_ARGUMENT;
    }
    al = kalloc(sizeof(*al), l);
    if (al == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    al->al_kmsg = ipc_kmsg_prealloc(sizeof(struct alarm_message), l);
    if (al->al_kmsg == NULL) {
        kfree(al, sizeof(*al), l);
        return KERN_RESOURCE_SHORTAGE;
    }
    al->al_ledger = l;
    ledger_reference(l);
    al->al_type = type;
    al->al_port = mig_take_port(port);
    timer_init(&al->al_timer, expired, al);
    list_push_back(&th->th_task->ta_alarms, &al->al_link);
    timer_set(&al->al_timer, alarm_deadline(kc, type, &time));
    al->al_time = time;
    return KERN_SUCCESS;
}
