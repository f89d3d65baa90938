/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread.defs, served in the kernel.
 */
#include <base/assert.h>
#include <base/string.h>
#include <ipc/ipc.h>
#include <kern/mach_port_server.h>
#include <kern/task.h>
#include <kern/thread_server.h>
#include <kern/thread_state.h>
#include <sched/thread.h>
#include <vm/vm_user.h>

#define NAME_MAX_BYTES 64 /* name_t */

kern_return_t
serve_thread_create(task_ref_t task, thread_ref_t *thread)
{
    return task_thread_create(task, thread);
}

kern_return_t
serve_thread_create_running(task_ref_t task, int flavor,
                            const natural_t *state,
                            mach_msg_type_number_t count,
                            thread_ref_t *thread)
{
    struct thread *th;
    kern_return_t kr = task_thread_create(task, &th);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = thread_state_set(th, flavor, state, count);
    if (kr != KERN_SUCCESS) {
        thread_terminate(th);
        return kr;
    }
    thread_resume(th);
    *thread = th;
    return KERN_SUCCESS;
}

kern_return_t
serve_thread_terminate(thread_ref_t thread)
{
    thread_terminate(thread);
    return KERN_SUCCESS;
}

kern_return_t
serve_thread_suspend(thread_ref_t thread)
{
    thread_suspend(thread);
    return KERN_SUCCESS;
}

kern_return_t
serve_thread_resume(thread_ref_t thread)
{
    return thread_resume(thread);
}

kern_return_t
serve_thread_abort(thread_ref_t thread)
{
    thread_abort(thread);
    return KERN_SUCCESS;
}

kern_return_t
serve_thread_abort_safely(thread_ref_t thread)
{
    return thread_abort_safely(thread);
}

kern_return_t
serve_thread_depress_abort(thread_ref_t thread)
{
    return thread_depress_abort(thread);
}

kern_return_t
serve_thread_terminate_release(thread_ref_t thread, task_ref_t task,
                               mach_port_name_t thread_name,
                               mach_port_name_t reply_port,
                               vm_address_t address, vm_size_t size)
{
    kern_return_t kr = KERN_SUCCESS;

    if (task == NULL) {
        return KERN_INVALID_TASK;
    }
    if (thread_name != MACH_PORT_NULL) {
        (void)mach_port_deallocate(task->ta_space, thread_name);
    }
    if (reply_port != MACH_PORT_NULL) {
        (void)mach_port_mod_refs(task->ta_space, reply_port,
                                 MACH_PORT_RIGHT_RECEIVE, -1);
    }
    if (size != 0) {
        kr = vm_map_deallocate(task->ta_map, address, size);
    }
    thread_terminate(thread);
    return kr;
}

kern_return_t
serve_thread_kick(thread_ref_t thread)
{
    thread_kick(thread);
    return KERN_SUCCESS;
}

kern_return_t
serve_thread_set_kick_flag(thread_ref_t thread, vm_address_t address)
{
    if ((address & 3) != 0 || address >= VM_MAX_ADDRESS) {
        return KERN_INVALID_ARGUMENT;
    }
    thread->th_kick_flag = address;
    return KERN_SUCCESS;
}

kern_return_t
serve_thread_get_state(thread_ref_t thread, int flavor, natural_t *state,
                       mach_msg_type_number_t *count)
{
    return thread_state_get(thread, flavor, state, count);
}

kern_return_t
serve_thread_set_state(thread_ref_t thread, int flavor,
                       const natural_t *state, mach_msg_type_number_t count)
{
    return thread_state_set(thread, flavor, state, count);
}

kern_return_t
serve_thread_get_name(thread_ref_t thread, char *name)
{
    strlcpy(name, thread->th_name, NAME_MAX_BYTES);
    return KERN_SUCCESS;
}

kern_return_t
serve_thread_set_name(thread_ref_t thread, const char *name)
{
    strlcpy(thread->th_name, name, sizeof(thread->th_name));
    return KERN_SUCCESS;
}
