/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clocks as objects: time, alarms, setting and slewing.
 */
#include <clock/clock.h>
#include <host/host.h>
#include <mach/host_info.h>
#include <mach/mig_errors.h>
#include <task/task.h>
#include "test.h"

#define MS 1000000l
#define ALARM_ID 4000

struct alarm {
    mach_msg_header_t head;
    NDR_record_t ndr;
    kern_return_t code;
    int type;
    int64_t time;
    mach_msg_max_trailer_t trailer;
};

static mach_port_t port;
static uint8_t stack[8192];

static kern_return_t
receive(struct alarm *m, unsigned ms)
{
    memset(m, 0, sizeof(*m));
    return mach_msg(&m->head,
                    MACH_RCV_MSG | MACH_RCV_TIMEOUT |
                        MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_SENDER),
                    0, sizeof(*m), port, ms, MACH_PORT_NULL);
}

static void
test_alarm(mach_port_t clock, int type, const char *what)
{
    struct alarm m;
    int64_t now = 0;
    uint64_t start = clock_uptime(), end;
    kern_return_t kr;

    clock_get_time(clock, &now);
    kr = clock_alarm(clock, type,
                     type == TIME_RELATIVE ? 20 * MS : now + 20 * MS, port);
    CHECK_KR(kr, what);
    kr = receive(&m, 1000);
    end = clock_uptime();
    check(kr == KERN_SUCCESS && m.head.msgh_id == ALARM_ID &&
              m.head.msgh_size == 48 && m.code == KERN_SUCCESS &&
              m.type == type && end >= start + 20 * MS &&
              m.trailer.msgh_sender.val[0] == KERNEL_SECURITY_TOKEN_VAL0,
          "it goes off, not too early", end - start);
}

/* In a task that ends: nobody is called. */
static void
alarm_and_die(uint64_t name)
{
    mach_port_t clock = MACH_PORT_NULL;

    port = mach_reply_port();
    host_get_clock_service(mach_host_self(), SYSTEM_CLOCK, &clock);
    for (unsigned i = 0; i < 10; i++) {
        clock_alarm(clock, TIME_RELATIVE, 3600000 * MS, port);
    }
    (void)name;
}

static void
test_slewing(mach_port_t calendar)
{
    int64_t real = 0, before = 0, after = 0, old = -1;
    uint64_t up = 0;
    kern_return_t kr;

    host_get_time(mach_host_self(), &real, &up);
    before = real - (int64_t)up;
    kr = host_adjust_time(host_priv, 200000, &old); /* 4 steps of 10 ms */
    check(kr == KERN_SUCCESS && old == 0, "host_adjust_time", (uint64_t)old);
    pause_ms(15);
    host_get_time(mach_host_self(), &real, &up);
    after = real - (int64_t)up;
    check(after > before && after < before + 200000, "it goes by steps",
          (uint64_t)(after - before));
    pause_ms(100);
    clock_get_time(calendar, &real);
    host_get_time(mach_host_self(), &after, &up);
    check(after - (int64_t)up == before + 200000, "to the end",
          (uint64_t)(after - (int64_t)up - before));
    check(after >= real, "two ways to ask the same clock", 0);
    host_adjust_time(host_priv, -3600000 * MS, &old);
    kr = host_adjust_time(host_priv, 0, &old);
    check(kr == KERN_SUCCESS && old < -3599000 * MS, "it can be called off",
          (uint64_t)old);
    kr = host_set_realtime(host_priv, before);
    host_get_time(mach_host_self(), &real, &up);
    check(kr == KERN_SUCCESS && real - (int64_t)up == before,
          "host_set_realtime", (uint64_t)kr);
    kr = host_adjust_time(mach_host_self(), 1, &old);
    check(kr != KERN_SUCCESS, "not for everybody", 0);
}

void
test_clocks(void)
{
    mach_port_t clock = MACH_PORT_NULL, calendar = MACH_PORT_NULL, bad;
    uint64_t before[16], after[16], res = 0;
    struct alarm m;
    kern_return_t kr;

    port = mach_reply_port();
    kr = host_get_clock_service(mach_host_self(), SYSTEM_CLOCK, &clock);
    CHECK_KR(kr, "the system clock");
    kr = host_get_clock_service(mach_host_self(), CALENDAR_CLOCK, &calendar);
    CHECK_KR(kr, "the calendar clock");
    kr = host_get_clock_service(mach_host_self(), 2, &bad);
    check(kr == KERN_INVALID_ARGUMENT, "there is no third", (uint64_t)kr);
    test_alarm(clock, TIME_RELATIVE, "an alarm in 20 ms");
    test_alarm(clock, TIME_ABSOLUTE, "at a time since boot");
    test_alarm(calendar, TIME_ABSOLUTE, "at a time of the calendar");
    kr = clock_alarm(clock, TIME_ABSOLUTE, -5, port);
    check(kr == KERN_SUCCESS && receive(&m, 100) == KERN_SUCCESS,
          "one in the past goes off at once", (uint64_t)kr);
    kr = clock_alarm(clock, 7, 0, port);
    check(kr == KERN_INVALID_ARGUMENT, "an unknown type", (uint64_t)kr);
    kr = clock_get_attributes(clock, CLOCK_ALARM_CURRES, &res);
    check(kr == KERN_SUCCESS && res > 0 && res < 1000000,
          "clock_get_attributes", res);
    check(clock_get_attributes(clock, 99, &res) == KERN_INVALID_ARGUMENT &&
              clock_get_time(port, &m.time) != KERN_SUCCESS,
          "an unknown attribute; a port that is no clock", 0);
    test_slewing(calendar);
    census(before);
    mach_port_deallocate_trap(task_spawn(MACH_PORT_NULL, alarm_and_die, 0,
                                         stack, sizeof(stack), NULL));
    census(after);
    check(before[CENSUS_PORTS] == after[CENSUS_PORTS] &&
              before[CENSUS_MESSAGES] == after[CENSUS_MESSAGES] &&
              before[CENSUS_TASKS] == after[CENSUS_TASKS],
          "alarms end with their task", after[CENSUS_MESSAGES]);
    mach_port_deallocate_trap(clock);
    mach_port_deallocate_trap(calendar);
    mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_RECEIVE, -1);
}
