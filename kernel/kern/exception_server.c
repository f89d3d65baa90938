/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exception-port routines of task.defs, thread.defs and host.defs.
 */
#include <ipc/ipc.h>
#include <kern/exception.h>
#include <kern/host.h>
#include <kern/host_server.h>
#include <kern/mig_kernel.h>
#include <kern/task.h>
#include <kern/task_server.h>
#include <kern/thread_server.h>
#include <mach/thread_status.h>

static kern_return_t
swap(const struct exception_owner *owner, uint32_t mask,
     struct ipc_port *port, int behavior, int flavor,
     const struct exception_list *list)
{
    const struct exception_action a = { .xa_port = port,
                                        .xa_behavior = behavior,
                                        .xa_flavor = flavor };

    if (port == NULL && mig_dead_right()) {
        return KERN_INVALID_ARGUMENT;
    }
    return exception_actions_set(owner, mask, &a, list);
}

static struct exception_owner
thread_owner(struct thread *th)
{
    return (struct exception_owner){ th->th_exc, NULL, th };
}

static struct exception_owner
task_owner(struct task *t)
{
    return (struct exception_owner){ t->ta_exc, t, NULL };
}

static struct exception_owner
host_owner(struct host *h)
{
    return (struct exception_owner){ h->ho_exc, NULL, NULL };
}

kern_return_t
serve_thread_set_exception_ports(thread_ref_t thread, uint32_t mask,
                                 struct ipc_port *port, int behavior)
{
    const struct exception_owner owner = thread_owner(thread);

    return swap(&owner, mask, port, behavior, x86_THREAD_STATE64, NULL);
}

kern_return_t
serve_thread_get_exception_ports(thread_ref_t thread, uint32_t mask,
                                 uint32_t *masks, struct ipc_port **ports,
                                 int *behaviors, int *flavors)
{
    const struct exception_owner owner = thread_owner(thread);
    const struct exception_list list = { masks, ports, behaviors, flavors };

    return exception_actions_get(owner.xo_actions, mask, &list);
}

kern_return_t
serve_thread_swap_exception_ports(thread_ref_t thread, uint32_t mask,
                                  struct ipc_port *port, int behavior,
                                  int flavor, uint32_t *masks,
                                  struct ipc_port **ports, int *behaviors,
                                  int *flavors)
{
    const struct exception_owner owner = thread_owner(thread);
    const struct exception_list list = { masks, ports, behaviors, flavors };

    return swap(&owner, mask, port, behavior, flavor, &list);
}

kern_return_t
serve_task_set_exception_ports(task_ref_t task, uint32_t mask,
                               struct ipc_port *port, int behavior)
{
    const struct exception_owner owner = task_owner(task);

    return swap(&owner, mask, port, behavior, x86_THREAD_STATE64, NULL);
}

kern_return_t
serve_task_get_exception_ports(task_ref_t task, uint32_t mask,
                               uint32_t *masks, struct ipc_port **ports,
                               int *behaviors, int *flavors)
{
    const struct exception_owner owner = task_owner(task);
    const struct exception_list list = { masks, ports, behaviors, flavors };

    return exception_actions_get(owner.xo_actions, mask, &list);
}

kern_return_t
serve_task_swap_exception_ports(task_ref_t task, uint32_t mask,
                                struct ipc_port *port, int behavior,
                                int flavor, uint32_t *masks,
                                struct ipc_port **ports, int *behaviors,
                                int *flavors)
{
    const struct exception_owner owner = task_owner(task);
    const struct exception_list list = { masks, ports, behaviors, flavors };

    return swap(&owner, mask, port, behavior, flavor, &list);
}

kern_return_t
serve_host_set_exception_ports(host_ref_t host, uint32_t mask,
                               struct ipc_port *port, int behavior)
{
    const struct exception_owner owner = host_owner(host);

    return swap(&owner, mask, port, behavior, x86_THREAD_STATE64, NULL);
}

kern_return_t
serve_host_get_exception_ports(host_ref_t host, uint32_t mask,
                               uint32_t *masks, struct ipc_port **ports,
                               int *behaviors, int *flavors)
{
    const struct exception_owner owner = host_owner(host);
    const struct exception_list list = { masks, ports, behaviors, flavors };

    return exception_actions_get(owner.xo_actions, mask, &list);
}

kern_return_t
serve_host_swap_exception_ports(host_ref_t host, uint32_t mask,
                                struct ipc_port *port, int behavior,
                                int flavor, uint32_t *masks,
                                struct ipc_port **ports, int *behaviors,
                                int *flavors)
{
    const struct exception_owner owner = host_owner(host);
    const struct exception_list list = { masks, ports, behaviors, flavors };

    return swap(&owner, mask, port, behavior, flavor, &list);
}
