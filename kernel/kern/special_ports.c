/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Special ports of tasks and threads: what is found under TASK_*_PORT and
 * THREAD_*_PORT.  A kernel or host port that was set is what the borrowed names stand
 * for from then on (ipc_upcall_borrowed()); the port itself stays.
 */
#include <ipc/ipc.h>
#include <kern/exception.h>
#include <kern/host.h>
#include <kern/mig_kernel.h>
#include <kern/task.h>
#include <kern/task_server.h>
#include <kern/thread_server.h>
#include <mach/task_info.h>
#include <mach/thread_status.h>

/* What is set, or else the real one. */
static struct ipc_port *
told(struct ipc_port *set, struct ipc_port *real)
{
    return set != NULL ? ipc_port_copy_send(set) : ipc_port_make_send(real);
}

static kern_return_t
replace(struct ipc_port **at, struct ipc_port *port)
{
    struct ipc_port *old = *at;

    if (port == NULL && mig_dead_right()) {
        return KERN_INVALID_ARGUMENT;
    }
    *at = ipc_port_copy_send(port);
    ipc_port_release_send(old);
    return KERN_SUCCESS;
}

/* The one exception port of those who know of no masks. */
static kern_return_t
set_exception_port(const struct exception_owner *owner,
                   struct ipc_port *port)
{
    const struct exception_action a = { .xa_port = port,
                                        .xa_behavior = EXCEPTION_DEFAULT,
                                        .xa_flavor = x86_THREAD_STATE64 };

    if (port == NULL && mig_dead_right()) {
        return KERN_INVALID_ARGUMENT;
    }
    return exception_actions_set(owner, EXC_MASK_ALL, &a, NULL);
}

kern_return_t
serve_task_get_special_port(task_ref_t task, int which,
                            struct ipc_port **port)
{
    switch (which) {
    case TASK_KERNEL_PORT:
        *port = told(task->ta_sself, task->ta_self);
        return KERN_SUCCESS;
    case TASK_HOST_PORT:
        *port = told(task->ta_host, the_host.ho_self);
        return KERN_SUCCESS;
    case TASK_BOOTSTRAP_PORT:
        *port = ipc_port_copy_send(task->ta_bootstrap);
        return KERN_SUCCESS;
    case TASK_EXCEPTION_PORT:
        *port = ipc_port_copy_send(task->ta_exc[EXC_BAD_ACCESS].xa_port);
        return KERN_SUCCESS;
    default:
        return KERN_INVALID_ARGUMENT;
    }
}

kern_return_t
serve_task_set_special_port(task_ref_t task, int which,
                            struct ipc_port *port)
{
    switch (which) {
    case TASK_KERNEL_PORT:
        return replace(&task->ta_sself, port);
    case TASK_HOST_PORT:
        return replace(&task->ta_host, port);
    case TASK_BOOTSTRAP_PORT:
        return replace(&task->ta_bootstrap, port);
    case TASK_EXCEPTION_PORT:
        return set_exception_port(
            &(struct exception_owner){ task->ta_exc, task, NULL }, port);
    default:
        return KERN_INVALID_ARGUMENT;
    }
}

kern_return_t
serve_thread_get_special_port(thread_ref_t thread, int which,
                              struct ipc_port **port)
{
    switch (which) {
    case THREAD_KERNEL_PORT:
        *port = told(thread->th_sself, thread->th_self);
        return KERN_SUCCESS;
    case THREAD_EXCEPTION_PORT:
        *port = ipc_port_copy_send(thread->th_exc[EXC_BAD_ACCESS].xa_port);
        return KERN_SUCCESS;
    default:
        return KERN_INVALID_ARGUMENT;
    }
}

kern_return_t
serve_thread_set_special_port(thread_ref_t thread, int which,
                              struct ipc_port *port)
{
    switch (which) {
    case THREAD_KERNEL_PORT:
        return replace(&thread->th_sself, port);
    case THREAD_EXCEPTION_PORT:
        return set_exception_port(
            &(struct exception_owner){ thread->th_exc, NULL, thread }, port);
    default:
        return KERN_INVALID_ARGUMENT;
    }
}
