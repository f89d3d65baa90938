/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What random messages have found, each as a message of its own.
 */
#include <mach/exception.h>
#include <device/device.h>
#include <host/host.h>
#include <mach_port/mach_port.h>
#include <mach_vm/mach_vm.h>
#include <memory_object_control/memory_object_control.h>
#include <task/task.h>
#include <thread/thread.h>
#include "batch.h"

static uint8_t stack[4096] __attribute__((aligned(16)));

static void
fault(void)
{
    __asm__ volatile("ud2");
}

/* A name space copied from what is no task. */
static void
test_copy_space(void)
{
    mach_port_t task = MACH_PORT_NULL;
    kern_return_t kr;

    task_create(mach_task_self(), MACH_PORT_NULL, FALSE, &task);
    kr = mach_port_copy_space(task, MACH_PORT_NULL);
    check(kr == KERN_INVALID_ARGUMENT, "no space to copy from",
          (uint64_t)kr);
    kr = mach_port_copy_space(task, mach_host_self());
    check(kr == KERN_INVALID_ARGUMENT, "a host is no space", (uint64_t)kr);
    task_terminate(task);
    mach_port_deallocate_trap(task);
}

/* An exception port that is the kernel's own: nobody handles it. */
static void
test_exception_at_kernel(void)
{
    x86_thread_state64_t state = {
        .rip = (uintptr_t)fault,
        .rsp = (uintptr_t)stack + sizeof(stack) - 8,
    };
    mach_port_t task = MACH_PORT_NULL, thread = MACH_PORT_NULL;
    uint64_t info[64];
    mach_msg_type_number_t n = 64;

    task_create(mach_task_self(), MACH_PORT_NULL, TRUE, &task);
    task_set_exception_ports(task, EXC_MASK_ALL, task, EXCEPTION_DEFAULT);
    thread_create_running(task, x86_THREAD_STATE64, (natural_t *)&state,
                          x86_THREAD_STATE64_COUNT, &thread);
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 20);
    check(task_info(task, 1, info, &n) != KERN_SUCCESS,
          "an exception whose handler would be the kernel ends the task", 0);
    mach_port_deallocate_trap(thread);
    mach_port_deallocate_trap(task);
}

/* A line that keeps itself alive, alone or through a timer. */
static void
test_notify_kernel(void)
{
    mach_port_t line = MACH_PORT_NULL, timer = MACH_PORT_NULL;
    kern_return_t kr;

    kr = device_irq_create(supervisor_host_priv, 5, &line);
    check(kr == KERN_SUCCESS, "an interrupt line", (uint64_t)kr);
    kr = device_irq_register(line, line);
    check(kr == KERN_INVALID_ARGUMENT, "does not notify itself",
          (uint64_t)kr);
    kr = timer_create(mach_host_self(), line, &timer);
    check(kr == KERN_INVALID_ARGUMENT, "nor does a timer notify it",
          (uint64_t)kr);
    mach_port_deallocate_trap(line);
    kr = device_irq_create(supervisor_host_priv, 5, &line);
    check(kr == KERN_SUCCESS, "and it ends with its last right",
          (uint64_t)kr);
    mach_port_deallocate_trap(line);
}

static uint64_t
objects(void)
{
    uint64_t counts[16] = { 0 };
    mach_msg_type_number_t n = 16;

    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 50);
    host_census(mach_host_self(), counts, &n);
    return counts[4];
}

/* An object that is kept for its pager ends with it. */
static void
test_cached_orphan(void)
{
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t control;
        uint8_t rest[128];
    } m = { .control.name = MACH_PORT_NULL };
    mach_port_t pager = mach_reply_port();
    uint64_t before = objects();
    vm_address_t at = 0;

    mach_port_insert_right_trap(pager, pager, MACH_MSG_TYPE_MAKE_SEND);
    mach_vm_map(mach_task_self(), &at, MACH_PAGE_SIZE, 0, VM_FLAGS_ANYWHERE,
                pager, 0, FALSE, VM_PROT_DEFAULT, VM_PROT_ALL,
                VM_INHERIT_NONE);
    mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(m), pager,
             100, MACH_PORT_NULL);
    memory_object_ready(m.control.name, TRUE, MEMORY_OBJECT_COPY_DELAY);
    vm_deallocate(at, MACH_PAGE_SIZE);
    check(objects() == before + 1, "an object is kept for its pager",
          objects());
    mach_port_deallocate_trap(m.control.name);
    mach_port_mod_refs_trap(pager, MACH_PORT_RIGHT_RECEIVE, -1);
    check(objects() == before, "and ends with it", objects());
    mach_port_deallocate_trap(pager);
}

void
test_found(void)
{
    test_cached_orphan();
    test_notify_kernel();
    test_copy_space();
    test_exception_at_kernel();
}
