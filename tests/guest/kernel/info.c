/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts: about tasks, threads, host, processors; who can enumerate whom.
 */
#include <host/host.h>
#include <mach/host_info.h>
#include <mach/task_info.h>
#include <processor/processor.h>
#include <task/task.h>
#include <thread/thread.h>
#include "test.h"

#define ROOM 64

static uint64_t info[ROOM];
static mach_msg_type_number_t n;

static kern_return_t
task_facts(int flavor)
{
    n = ROOM;
    return task_info(mach_task_self(), flavor, info, &n);
}

static void
test_task_info(void)
{
    vm_address_t at = 0;
    uint64_t faults, zeros;
    kern_return_t kr = task_facts(TASK_EVENTS_INFO);

    faults = info[0];
    zeros = info[1];
    vm_allocate(&at, 4 * MACH_PAGE_SIZE, VM_FLAGS_ANYWHERE);
    for (unsigned i = 0; i < 4; i++) {
        *(volatile char *)(at + i * MACH_PAGE_SIZE) = 1;
    }
    vm_deallocate(at, 4 * MACH_PAGE_SIZE);
    task_facts(TASK_EVENTS_INFO);
    check(kr == KERN_SUCCESS && n == TASK_EVENTS_INFO_COUNT &&
              info[0] == faults + 4 && info[1] == zeros + 4 && info[4] > 0,
          "TASK_EVENTS_INFO counts faults", info[0] - faults);
    kr = task_facts(TASK_THREAD_TIMES_INFO);
    check(kr == KERN_SUCCESS && n == TASK_THREAD_TIMES_INFO_COUNT &&
              info[0] > 0,
          "TASK_THREAD_TIMES_INFO", n);
    kr = task_facts(TASK_DEBUG_INFO);
    check(kr == KERN_SUCCESS && n == TASK_DEBUG_INFO_COUNT && info[0] > 2 &&
              info[1] > 2 && info[2] == 1 && info[3] == 0,
          "TASK_DEBUG_INFO: the first task is essential", info[2]);
    check(task_facts(99) == KERN_INVALID_ARGUMENT, "an unknown flavor", 0);
}

static void
test_thread_info(void)
{
    kern_return_t kr;
    uint64_t switches;
    char name[64] = "";

    n = ROOM;
    kr = thread_info(mach_thread_self(), THREAD_EVENTS_INFO, info, &n);
    switches = info[0];
    pause_ms(2);
    thread_info(mach_thread_self(), THREAD_EVENTS_INFO, info, &n);
    check(kr == KERN_SUCCESS && n == THREAD_EVENTS_INFO_COUNT &&
              info[0] > switches,
          "THREAD_EVENTS_INFO counts switches", info[0]);
    n = ROOM;
    kr = thread_info(mach_thread_self(), THREAD_SCHED_INFO, info, &n);
    check(kr == KERN_SUCCESS && n == THREAD_SCHED_INFO_COUNT &&
              info[0] == info[1] && info[2] == 255 && info[3] == 0,
          "THREAD_SCHED_INFO", info[2]);
    n = ROOM;
    kr = thread_info(mach_thread_self(), THREAD_DEBUG_INFO, info, &n);
    check(kr == KERN_SUCCESS && n == THREAD_DEBUG_INFO_COUNT && info[2] == 1,
          "THREAD_DEBUG_INFO", n);
    n = THREAD_DEBUG_INFO_COUNT - 1;
    kr = thread_info(mach_thread_self(), THREAD_DEBUG_INFO, info, &n);
    thread_set_name(mach_thread_self(), "tester");
    kr = thread_get_name(mach_thread_self(), name);
    check(kr == KERN_SUCCESS && strcmp(name, "tester") == 0,
          "thread_get_name", (uint64_t)kr);
    task_set_name(mach_task_self(), "kernel-test");
    kr = task_get_name(mach_task_self(), name);
    check(kr == KERN_SUCCESS && strcmp(name, "kernel-test") == 0,
          "task_get_name", (uint64_t)kr);
}

static kern_return_t
host_facts(int flavor)
{
    n = ROOM;
    return host_info(mach_host_self(), flavor, info, &n);
}

static void
test_host_info(void)
{
    slab_info_t slabs[32];
    mach_msg_type_number_t classes = 32;
    uint64_t used = 0, counts[16];
    kern_return_t kr;
    bool sane = true;

    kr = host_facts(HOST_BASIC_INFO);
    check(kr == KERN_SUCCESS && info[1] == 1 && info[2] > 16 << 20 &&
              info[4] == MACH_PAGE_SIZE && info[5] > 1000000,
          "HOST_BASIC_INFO", info[2]);
    check(host_facts(HOST_PROCESSOR_SLOTS) == KERN_SUCCESS && n == 1,
          "HOST_PROCESSOR_SLOTS", n);
    check(host_facts(HOST_SCHED_INFO) == KERN_SUCCESS &&
              info[0] < info[1],
          "HOST_SCHED_INFO", info[1]);
    check(host_facts(HOST_LOAD_INFO) == KERN_SUCCESS && n == 6 &&
              info[3] <= LOAD_SCALE && info[0] < 100 * LOAD_SCALE,
          "HOST_LOAD_INFO", info[0]);
    check(host_facts(0) == KERN_INVALID_ARGUMENT, "no flavor 0", 0);
    kr = host_slab_info(mach_host_self(), slabs, &classes);
    for (unsigned i = 0; i < classes; i++) {
        used += slabs[i].used * slabs[i].size;
        sane = sane && slabs[i].used <= slabs[i].capacity &&
               slabs[i].empty <= slabs[i].slabs &&
               (i == 0 || slabs[i].size > slabs[i - 1].size);
    }
    census(counts);
    check(kr == KERN_SUCCESS && classes > 8 && sane && used != 0 &&
              used <= counts[CENSUS_BYTES] + 65536,
          "host_slab_info", used);
}

/* Is the right among them?  Drops all. */
static bool
among(mach_port_t *ports, mach_msg_type_number_t count, mach_port_t wanted)
{
    bool found = false;

    for (unsigned i = 0; i < count; i++) {
        found |= ports[i] == wanted;
        mach_port_deallocate_trap(ports[i]);
    }
    if (count != 0) {
        vm_deallocate((vm_address_t)ports, count * sizeof(*ports));
    }
    return found;
}

static void
test_enumeration(void)
{
    mach_port_t name = MACH_PORT_NULL, set = MACH_PORT_NULL, task, thread;
    mach_port_t *ports = NULL, name2 = MACH_PORT_NULL;
    kern_return_t kr;

    kr = processor_set_default(mach_host_self(), &name);
    CHECK_KR(kr, "processor_set_default");
    kr = processor_set_tasks(name, &ports, &n);
    check(kr == KERN_INVALID_ARGUMENT, "a name enumerates nothing",
          (uint64_t)kr);
    kr = host_processor_set_priv(mach_host_self(), name, &set);
    check(kr != KERN_SUCCESS, "nor does anybody get the control port", 0);
    kr = host_processor_set_priv(host_priv, name, &set);
    CHECK_KR(kr, "host_processor_set_priv");
    n = ROOM;
    kr = processor_set_info(name, PROCESSOR_SET_BASIC_INFO, info, &n);
    check(kr == KERN_SUCCESS && info[0] == 1 && info[1] >= 1 && info[2] >= 2,
          "processor_set_info", info[1]);
    task_get_special_port(mach_task_self(), TASK_KERNEL_PORT, &task);
    thread_get_special_port(mach_thread_self(), THREAD_KERNEL_PORT, &thread);
    kr = processor_set_tasks(set, &ports, &n);
    check(kr == KERN_SUCCESS && n >= 1 && among(ports, n, task),
          "processor_set_tasks", n);
    kr = processor_set_threads(set, &ports, &n);
    check(kr == KERN_SUCCESS && n >= 1 && among(ports, n, thread),
          "processor_set_threads", n);
    kr = host_processor_sets(host_priv, &ports, &n);
    check(kr == KERN_SUCCESS && n == 1 && among(ports, n, name),
          "host_processor_sets", n);
    kr = task_get_assignment(mach_task_self(), &name2);
    check(kr == KERN_SUCCESS && name2 == name, "task_get_assignment", name2);
    mach_port_deallocate_trap(name2);
    kr = thread_get_assignment(mach_thread_self(), &name2);
    check(kr == KERN_SUCCESS && name2 == name, "thread_get_assignment",
          name2);
    mach_port_deallocate_trap(name2);
    mach_port_deallocate_trap(task);
    mach_port_deallocate_trap(thread);
    mach_port_deallocate_trap(name);
    mach_port_deallocate_trap(set);
}

static void
test_processors(void)
{
    mach_port_t *cpus = NULL, name = MACH_PORT_NULL, cpu;
    mach_msg_type_number_t count = 0;
    kern_return_t kr = host_processors(host_priv, &cpus, &count);

    check(kr == KERN_SUCCESS && count == 1, "host_processors", count);
    if (count != 1) {
        return;
    }
    cpu = cpus[0];
    n = ROOM;
    kr = processor_info(cpu, PROCESSOR_BASIC_INFO, info, &n);
    check(kr == KERN_SUCCESS && info[1] == 1 && info[3] == 1,
          "PROCESSOR_BASIC_INFO", info[1]);
    pause_ms(5);
    n = ROOM;
    kr = processor_info(cpu, PROCESSOR_CPU_LOAD_INFO, info, &n);
    check(kr == KERN_SUCCESS && info[0] > 0 && info[1] > 0,
          "PROCESSOR_CPU_LOAD_INFO: busy and idle", info[1]);
    check(processor_start(cpu) == KERN_FAILURE &&
              processor_exit(cpu) == KERN_FAILURE,
          "the only one runs, and can't be stopped", 0);
    check(processor_start(host_priv) == KERN_INVALID_ARGUMENT,
          "a host is no processor", 0);
    kr = processor_get_assignment(cpu, &name);
    CHECK_KR(kr, "processor_get_assignment");
    mach_port_deallocate_trap(name);
    among(cpus, count, MACH_PORT_NULL);
}

void
test_info(void)
{
    test_task_info();
    test_thread_info();
    test_host_info();
    test_enumeration();
    test_processors();
}
