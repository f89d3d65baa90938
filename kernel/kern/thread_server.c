/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread.defs, served in the kernel.
 */
#include <base/assert.h>
#include <base/string.h>
#include <ipc/ipc.h>
#include <kern/exception.h>
#include <kern/task.h>
#include <kern/thread_server.h>
#include <kern/thread_state.h>
#include <mach/task_info.h>
#include <sched/thread.h>
#include <machine/clock.h>

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
serve_thread_set_priority(thread_ref_t thread, int priority)
{
    if (priority < 0 || priority >= TH_PRIORITIES) {
        return KERN_INVALID_ARGUMENT;
    }
    thread_change_priority(thread, (unsigned)priority);
    return KERN_SUCCESS;
}

kern_return_t
serve_thread_info(thread_ref_t thread, int flavor, uint64_t *info,
                  mach_msg_type_number_t *count)
{
    if (flavor != THREAD_BASIC_INFO || *count < THREAD_BASIC_INFO_COUNT) {
        return KERN_INVALID_ARGUMENT;
    }
    info[0] = clock_cycles_to_ns(thread->th_cpu_time);
    info[1] = (uint64_t)thread->th_state;
    info[2] = thread->th_suspend_count;
    info[3] = thread->th_priority;
    *count = THREAD_BASIC_INFO_COUNT;
    return KERN_SUCCESS;
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
