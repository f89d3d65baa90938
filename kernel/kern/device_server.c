/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device.defs, served in the kernel: decode and check, then act (device/).
 */
#include <device/device.h>
#include <kern/device_server.h>
#include <kern/memory_entry.h>
#include <kern/mig_kernel.h>
#include <kern/task.h>
#include <kern/vm_setup.h>
#include <machine/cpu.h>
#include <pager/pager.h>
#include <sched/thread.h>

void
vm_objects_setup(void)
{
    memory_entry_setup();
    pager_setup();
    device_irq_setup();
    device_ports_setup();
}

static struct ledger *
caller_ledger(void)
{
    return machine_current_thread()->th_task->ta_ledger;
}

kern_return_t
device_io_ports_create(host_ref_t host, natural_t first, natural_t count,
                       struct ipc_port **range)
{
    return host == NULL
               ? KERN_INVALID_HOST
               : device_ports_create(first, count, caller_ledger(), range);
}

kern_return_t
device_io_ports_enable(struct ipc_port *range, task_ref_t task)
{
    unsigned first, count;
    kern_return_t kr = device_ports_range(range, &first, &count);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (task == NULL || !task->ta_active) {
        return KERN_INVALID_TASK;
    }
    return machine_task_enable_ports(&task->ta_machine, first, count,
                                     task->ta_ledger);
}

kern_return_t
device_irq_create(host_ref_t host, natural_t irq, struct ipc_port **line)
{
    return host == NULL
               ? KERN_INVALID_HOST
               : device_irq_line_create(irq, caller_ledger(), line);
}

kern_return_t
device_irq_register(struct ipc_port *line, struct ipc_port *notify)
{
    return device_irq_line_register(line, notify);
}

kern_return_t
device_irq_ack(struct ipc_port *line)
{
    return device_irq_line_ack(line);
}

kern_return_t
device_physical_entry(host_ref_t host, uint64_t address, uint64_t size,
                      int cache, struct ipc_port **entry)
{
    kern_return_t kr = device_physical_check(address, size, cache);

    if (host == NULL) {
        return KERN_INVALID_HOST;
    }
    return kr != KERN_SUCCESS
               ? kr
               : memory_entry_physical(address, size, VM_PROT_DEFAULT,
                                       (unsigned)cache, caller_ledger(),
                                       entry);
}

kern_return_t
device_dma_allocate(host_ref_t host, uint64_t size, uint64_t alignment,
                    uint64_t limit, struct ipc_port **entry,
                    uint64_t *physical)
{
    struct ledger *l = caller_ledger();
    struct vm_named_entry *ne;
    struct vm_object *o;
    kern_return_t kr;
    uint64_t pa;

    if (host == NULL) {
        return KERN_INVALID_HOST;
    }
    kr = device_dma_object(size, alignment, limit, l, &o, &pa);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = vm_named_from_object(o, 0, page_round(size), VM_PROT_DEFAULT, l,
                              &ne);
    vm_object_release(o);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = memory_entry_create(ne, l, entry);
    if (kr != KERN_SUCCESS) {
        vm_named_release(ne);
        return kr;
    }
    *physical = pa;
    return KERN_SUCCESS;
}
