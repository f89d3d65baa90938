/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: what the mach_port routines ask of the roof.  The rights of
 * requests are the test's own (its hand), so nothing is to be taken out of a
 * message.
 */
#include <string.h>
#include <base/kalloc.h>
#include <base/ledger.h>
#include <kern/mach_port_server.h>
#include <kern/mig_kernel.h>
#include <kern/task.h>
#include <machine/cpu.h>
#include <sched/thread.h>
#include "model_kern.h"

struct ipc_port *
mig_take_port(struct ipc_port *port)
{
    return port;
}

bool
mig_dead_right(void)
{
    return false;
}

struct ipc_port *
mig_answered_port(void)
{
    return NULL;
}

/* ---- rights that tasks have without names ---- */

/* Of the kernel's task only these rights are used here, and of the thread that
 * asks only its ledger. */
static struct task tasks[M_TASKS];
static struct thread asks;

void
m_register(int task, struct ipc_port *const *ports, unsigned n,
           kern_return_t *kr)
{
    struct ipc_port *borrowed[M_REGISTERED + 1];
    unsigned i;

    for (i = 0; i < n; i++) {
        borrowed[i] = ports[i];
    }
    *kr = mach_ports_register(&tasks[task], borrowed, n);
}

struct ipc_port **
mig_port_array_alloc(unsigned count, struct ledger *l)
{
    return kalloc(count * sizeof(struct ipc_port *), l);
}

kern_return_t
m_ports_lookup(int task, struct ipc_port **ports)
{
    struct thread *was = host_current;
    struct ipc_port **array = NULL;
    mach_msg_type_number_t n = 0;
    kern_return_t kr;

    asks.th_ledger = &ledger_root;
    host_current = &asks;
    kr = mach_ports_lookup(&tasks[task], &array, &n);
    host_current = was;
    if (kr == KERN_SUCCESS) {
        memcpy(ports, array, n * sizeof(ports[0]));
        kfree(array, n * sizeof(ports[0]), &ledger_root);
    }
    return kr;
}
