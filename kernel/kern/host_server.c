/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.defs, served in the kernel.
 */
#include <base/kalloc.h>
#include <base/page_alloc.h>
#include <base/printf.h>
#include <base/string.h>
#include <ipc/ipc.h>
#include <kern/clock.h>
#include <kern/host.h>
#include <kern/host_server.h>
#include <kern/memory_entry.h>
#include <kern/mig_kernel.h>
#include <kern/task.h>
#include <kern/task_notify.h>
#include <mach/time_page.h>
#include <sched/thread.h>
#include <vm/vm_user.h>
#include <machine/clock.h>
#include <machine/cpu.h>
#include <machine/pmap.h>

#define CENSUS_COUNTS 9u

kern_return_t
serve_host_get_kernel_version(host_ref_t host, char *version)
{
    (void)host;
    strlcpy(version, "Polymach 0.1 (x86-64)", 256);
    return KERN_SUCCESS;
}

kern_return_t
serve_host_statistics(host_ref_t host, vm_statistics_t *stats)
{
    (void)host;
    vm_statistics_get(stats);
    return KERN_SUCCESS;
}

kern_return_t
serve_host_get_time_page(host_ref_t host, struct ipc_port **entry)
{
    return memory_entry_physical(host->ho_time_phys, MACH_PAGE_SIZE,
                                 VM_PROT_READ, PMAP_CACHE_NORMAL,
                                 current_thread()->th_ledger, entry);
}

kern_return_t
serve_host_census(host_ref_t host, uint64_t *counts,
                  mach_msg_type_number_t *count)
{
    struct ipc_census ipc;
    struct vm_counts vm;

    (void)host;
    if (*count < CENSUS_COUNTS) {
        return KERN_INVALID_ARGUMENT;
    }
    ipc_census(&ipc);
    vm_counts_get(&vm);
    counts[0] = task_count;
    counts[1] = thread_count;
    counts[2] = ipc.ic_ports;
    counts[3] = ipc.ic_messages;
    counts[4] = vm.vc_objects;
    counts[5] = phys_total_count() - phys_free_count();
    counts[6] = kalloc_in_use();
    counts[7] = ipc.ic_spaces;
    counts[8] = machine_space_loads();
    *count = CENSUS_COUNTS;
    return KERN_SUCCESS;
}

kern_return_t
serve_host_random(host_ref_t host, uint8_t *seed,
                  mach_msg_type_number_t *count)
{
    (void)host;
    machine_random(seed, *count);
    return KERN_SUCCESS;
}

kern_return_t
serve_timer_create(host_ref_t host, struct ipc_port *notify,
                   struct ipc_port **timer)
{
    (void)host;
    return timer_port_create(notify, timer);
}

kern_return_t
serve_timer_arm(struct ipc_port *timer, uint64_t deadline, uint64_t interval)
{
    return timer_port_arm(timer, deadline, interval);
}

kern_return_t
serve_timer_cancel(struct ipc_port *timer)
{
    return timer_port_cancel(timer);
}

kern_return_t
serve_host_reboot(host_ref_t host, int how, int code)
{
    (void)host;
    switch (how) {
    case 0:
        machine_poweroff(code);
    case 1:
        machine_reset();
    default:
        return KERN_INVALID_ARGUMENT;
    }
}

kern_return_t
serve_host_set_realtime(host_ref_t host, int64_t offset)
{
    (void)host;
    clock_set(offset);
    return KERN_SUCCESS;
}

kern_return_t
serve_host_adjust_time(host_ref_t host, int64_t delta, int64_t *old_delta)
{
    (void)host;
    *old_delta = clock_adjust(delta);
    return KERN_SUCCESS;
}

kern_return_t
serve_host_get_time(host_ref_t host, int64_t *realtime, uint64_t *uptime)
{
    *uptime = clock_uptime();
    *realtime = (int64_t)*uptime + host->ho_time->tp_realtime_offset;
    return KERN_SUCCESS;
}

kern_return_t
serve_host_get_clock_service(host_ref_t host, int which,
                             struct ipc_port **clock)
{
    (void)host;
    *clock = clock_port(which);
    return *clock != NULL ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

kern_return_t
serve_register_new_task_notification(host_ref_t host,
                                     struct ipc_port *notify)
{
    struct ipc_port *old = host->ho_new_task;

    if (notify == NULL && mig_dead_right()) {
        return KERN_INVALID_ARGUMENT;
    }
    host->ho_new_task = ipc_port_copy_send(notify);
    ipc_port_release_send(old);
    return KERN_SUCCESS;
}

kern_return_t
host_tell_new_task(struct task *t, struct task *parent)
{
    struct ipc_port *dest = the_host.ho_new_task, *task, *from;
    kern_return_t kr;

    if (!ipc_port_active(dest)) {
        return KERN_SUCCESS;
    }
    task = ipc_port_make_send(t->ta_self);
    from = ipc_port_make_send(parent->ta_self);
    kr = mach_notify_new_task(dest, task, from, NULL, t->ta_ledger);
    if (kr != KERN_SUCCESS) {
        ipc_port_release_send(task);
        ipc_port_release_send(from);
    }
    return kr == KERN_INVALID_CAPABILITY ? KERN_SUCCESS : kr;
}

kern_return_t
serve_host_tasks(host_ref_t host, struct ipc_port ***tasks,
                 mach_msg_type_number_t *count)
{
    (void)host;
    return processor_set_all_tasks(tasks, count);
}
