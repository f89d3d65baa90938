/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rights that a task has without names: mach_ports_register, _lookup.
 */
#include <kern/mach_port_server.h>
#include <kern/mig_kernel.h>
#include <kern/task.h>
#include <machine/cpu.h>
#include <sched/thread.h>

kern_return_t
mach_ports_register(task_ref_t task, struct ipc_port **ports,
                    mach_msg_type_number_t portsCnt)
{
    unsigned i;

    if (portsCnt > TASK_PORT_REGISTER_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    for (i = 0; i < TASK_PORT_REGISTER_MAX; i++) {
        struct ipc_port *old = task->ta_registered[i];

        task->ta_registered[i] =
            i < portsCnt ? ipc_port_copy_send(ports[i]) : NULL;
        ipc_port_release_send(old);
    }
    return KERN_SUCCESS;
}

kern_return_t
mach_ports_lookup(task_ref_t task, struct ipc_port ***ports,
                  mach_msg_type_number_t *portsCnt)
{
    unsigned i;

    *ports = mig_port_array_alloc(TASK_PORT_REGISTER_MAX,
                                  current_thread()->th_ledger);
    if (*ports == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    for (i = 0; i < TASK_PORT_REGISTER_MAX; i++) {
        (*ports)[i] = ipc_port_copy_send(task->ta_registered[i]);
    }
    *portsCnt = TASK_PORT_REGISTER_MAX;
    return KERN_SUCCESS;
}
