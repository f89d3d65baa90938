/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.defs, served in the kernel.
 */
#include <base/kalloc.h>
#include <base/page_alloc.h>
#include <base/printf.h>
#include <base/string.h>
#include <ipc/ipc.h>
#include <kern/host.h>
#include <kern/host_server.h>
#include <kern/memory_entry.h>
#include <kern/mig_kernel.h>
#include <kern/task.h>
#include <mach/time_page.h>
#include <sched/thread.h>
#include <vm/vm_user.h>
#include <machine/clock.h>
#include <machine/cpu.h>
#include <machine/pmap.h>

#define CENSUS_COUNTS 8u

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
    clock_set_realtime(host->ho_time, offset);
    return KERN_SUCCESS;
}

kern_return_t
serve_host_tasks(host_ref_t host, struct ipc_port ***tasks,
                 mach_msg_type_number_t *count)
{
    struct ipc_port **ports;
    struct list *l;
    unsigned n = 0;

    (void)host;
    list_for_each(l, &task_list) {
        n++;
    }
    ports = mig_port_array_alloc(n, current_thread()->th_ledger);
    if (ports == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    n = 0;
    list_for_each(l, &task_list) {
        struct task *t = list_entry(l, struct task, ta_link);

        ports[n++] = ipc_port_make_send(t->ta_self);
    }
    *tasks = ports;
    *count = n;
    return KERN_SUCCESS;
}
