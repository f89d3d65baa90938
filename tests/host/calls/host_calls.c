/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of host.defs, processor.defs and clock.defs.
 */
#include "calls.h" /* has another host_random() */
#include <calls/call_names.h>
#include <clock/clock.h>
#include <host/host.h>
#include <mach/exception.h>
#include <mach/host_info.h>
#include <mach_port/mach_port.h>
#include <processor/processor.h>

#define EXCEPTIONS 14
#define INFO 64
#define PUBLIC MACH_PORT_HOST_SELF

static mach_port_name_t port, priv, timer, clock_port, set, cpu;

static void
make_port(void)
{
    priv = host_privileged();
    CHECK_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port));
    CHECK_OK(mach_port_insert_right(SELF, port, port,
                                    MACH_MSG_TYPE_MAKE_SEND));
}

static void
make_timer(void)
{
    make_port();
    CHECK_OK(timer_create(PUBLIC, port, &timer));
}

static void
make_armed(void)
{
    make_timer();
    CHECK_OK(timer_arm(timer, 1u << 30, 0));
}

static void
make_clock(void)
{
    make_port();
    CHECK_OK(host_get_clock_service(PUBLIC, SYSTEM_CLOCK, &clock_port));
}

static void
make_set(void)
{
    mach_port_t name;

    make_port();
    CHECK_OK(processor_set_default(PUBLIC, &name));
    CHECK_OK(host_processor_set_priv(priv, name, &set));
}

static void
make_cpu(void)
{
    mach_port_t *list;
    mach_msg_type_number_t n;

    make_port();
    CHECK_OK(host_processors(priv, &list, &n));
    cpu = peek((vm_address_t)(uintptr_t)list);
}

static kern_return_t
version(void)
{
    char text[256];

    return host_get_kernel_version(PUBLIC, text);
}

static kern_return_t
statistics(void)
{
    vm_statistics_t stats;

    return host_statistics(PUBLIC, &stats);
}

static kern_return_t
get_time_page(void)
{
    mach_port_t entry;

    return host_get_time_page(PUBLIC, &entry);
}

static kern_return_t
get_census(void)
{
    uint64_t counts[16];
    mach_msg_type_number_t n = 16;

    return host_census(PUBLIC, counts, &n);
}

static kern_return_t
get_random(void)
{
    uint8_t seed[64];
    mach_msg_type_number_t n = 64;

    return host_random(PUBLIC, seed, &n);
}

static kern_return_t
create_timer(void)
{
    return timer_create(PUBLIC, port, &timer);
}

static kern_return_t
arm_timer(void)
{
    return timer_arm(timer, 1u << 30, 1u << 20);
}

static kern_return_t
cancel_timer(void)
{
    return timer_cancel(timer);
}

static kern_return_t
set_realtime(void)
{
    return host_set_realtime(priv, 0);
}

static kern_return_t
get_tasks(void)
{
    mach_port_t *list;
    mach_msg_type_number_t n;

    return host_tasks(priv, &list, &n);
}

/* And none again: they stay when the task has ended. */
static kern_return_t
set_exceptions(void)
{
    kern_return_t kr = host_set_exception_ports(
        priv, 1u << EXC_BAD_ACCESS, port, EXCEPTION_DEFAULT);

    if (kr == KERN_SUCCESS) {
        host_fail_nth(0);
        CHECK_OK(host_set_exception_ports(priv, EXC_MASK_ALL,
                                          MACH_PORT_NULL,
                                          EXCEPTION_DEFAULT));
    }
    return kr;
}

static kern_return_t
get_exceptions(void)
{
    uint32_t masks[EXCEPTIONS];
    mach_port_t handlers[EXCEPTIONS];
    int behaviors[EXCEPTIONS], flavors[EXCEPTIONS];

    return host_get_exception_ports(priv, EXC_MASK_ALL, masks, handlers,
                                    behaviors, flavors);
}

static kern_return_t
swap_exceptions(void)
{
    uint32_t masks[EXCEPTIONS];
    mach_port_t handlers[EXCEPTIONS];
    int behaviors[EXCEPTIONS], flavors[EXCEPTIONS];

    return host_swap_exception_ports(priv, 1u << EXC_BAD_ACCESS,
                                     MACH_PORT_NULL, EXCEPTION_DEFAULT, 0,
                                     masks, handlers, behaviors, flavors);
}

static kern_return_t
get_info(void)
{
    uint64_t info[INFO];
    mach_msg_type_number_t n = INFO;

    return host_info(PUBLIC, HOST_BASIC_INFO, info, &n);
}

static kern_return_t
slabs(void)
{
    slab_info_t info[64];
    mach_msg_type_number_t n = 64;

    return host_slab_info(PUBLIC, info, &n);
}

static kern_return_t
get_time(void)
{
    int64_t real;
    uint64_t up;

    return host_get_time(PUBLIC, &real, &up);
}

static kern_return_t
adjust_time(void)
{
    int64_t old;

    return host_adjust_time(priv, 0, &old);
}

static kern_return_t
get_clock(void)
{
    return host_get_clock_service(PUBLIC, CALENDAR_CLOCK, &clock_port);
}

/* And nobody again: who is told stays when the task has ended. */
static kern_return_t
new_tasks(void)
{
    kern_return_t kr = register_new_task_notification(priv, port);

    if (kr == KERN_SUCCESS) {
        host_fail_nth(0);
        CHECK_OK(register_new_task_notification(priv, MACH_PORT_NULL));
    }
    return kr;
}

static kern_return_t
clock_time(void)
{
    int64_t now;

    return clock_get_time(clock_port, &now);
}

static kern_return_t
clock_attributes(void)
{
    uint64_t value;

    return clock_get_attributes(clock_port, CLOCK_GET_TIME_RES, &value);
}

static kern_return_t
alarm_set(void)
{
    return clock_alarm(clock_port, TIME_RELATIVE, 1 << 30, port);
}

static kern_return_t
default_set(void)
{
    mach_port_t name;

    return processor_set_default(PUBLIC, &name);
}

static kern_return_t
set_priv(void)
{
    mach_port_t got;

    return host_processor_set_priv(priv, set, &got);
}

static kern_return_t
sets(void)
{
    mach_port_t *list;
    mach_msg_type_number_t n;

    return host_processor_sets(priv, &list, &n);
}

static kern_return_t
set_info(void)
{
    uint64_t info[INFO];
    mach_msg_type_number_t n = INFO;

    return processor_set_info(set, PROCESSOR_SET_BASIC_INFO, info, &n);
}

static kern_return_t
set_tasks(void)
{
    mach_port_t *list;
    mach_msg_type_number_t n;

    return processor_set_tasks(set, &list, &n);
}

static kern_return_t
set_threads(void)
{
    mach_port_t *list;
    mach_msg_type_number_t n;

    return processor_set_threads(set, &list, &n);
}

static kern_return_t
set_max_priority(void)
{
    return processor_set_max_priority(set, 0, FALSE);
}

static kern_return_t
cpus(void)
{
    mach_port_t *list;
    mach_msg_type_number_t n;

    return host_processors(priv, &list, &n);
}

static kern_return_t
cpu_info(void)
{
    uint64_t info[INFO];
    mach_msg_type_number_t n = INFO;

    return processor_info(cpu, PROCESSOR_BASIC_INFO, info, &n);
}

static kern_return_t
cpu_assignment(void)
{
    mach_port_t name;

    return processor_get_assignment(cpu, &name);
}

static kern_return_t
task_assignment(void)
{
    mach_port_t name;

    return task_get_assignment(SELF, &name);
}

static kern_return_t
thread_assignment(void)
{
    mach_port_t name;

    return thread_get_assignment(MACH_PORT_THREAD_SELF, &name);
}

const struct call_case host_cases[] = {
    {"host_get_kernel_version", NULL, version, false},
    {"host_statistics", NULL, statistics, false},
    {"host_get_time_page", NULL, get_time_page, false},
    {"host_census", NULL, get_census, false},
    {"host_random", NULL, get_random, false},
    {"timer_create", make_port, create_timer, false},
    {"timer_arm", make_timer, arm_timer, false},
    {"timer_cancel", make_armed, cancel_timer, false},
    {"host_set_realtime", make_port, set_realtime, false},
    {"host_tasks", make_port, get_tasks, false},
    {"host_set_exception_ports", make_port, set_exceptions, false},
    {"host_get_exception_ports", make_port, get_exceptions, false},
    {"host_swap_exception_ports", make_port, swap_exceptions, false},
    {"host_info", NULL, get_info, false},
    {"host_slab_info", NULL, slabs, false},
    {"host_get_time", NULL, get_time, false},
    {"host_adjust_time", make_port, adjust_time, false},
    {"host_get_clock_service", NULL, get_clock, false},
    {"register_new_task_notification", make_port, new_tasks, false},
    {"clock_get_time", make_clock, clock_time, false},
    {"clock_get_attributes", make_clock, clock_attributes, false},
    {"clock_alarm", make_clock, alarm_set, false},
    {"processor_set_default", NULL, default_set, false},
    {"host_processor_set_priv", make_set, set_priv, false},
    {"host_processor_sets", make_port, sets, false},
    {"processor_set_info", make_set, set_info, false},
    {"processor_set_tasks", make_set, set_tasks, false},
    {"processor_set_threads", make_set, set_threads, false},
    {"processor_set_max_priority", make_set, set_max_priority, false},
    {"host_processors", make_port, cpus, false},
    {"processor_info", make_cpu, cpu_info, false},
    {"processor_get_assignment", make_cpu, cpu_assignment, false},
    {"task_get_assignment", NULL, task_assignment, false},
    {"thread_get_assignment", NULL, thread_assignment, false},
    {.name = NULL},
};
