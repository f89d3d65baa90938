/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task.defs, served in the kernel: decode and check, then act (task.c).
 * Ports that come in are borrowed; what is kept is copied.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <base/string.h>
#include <ipc/ipc.h>
#include <kern/exception.h>
#include <kern/host.h>
#include <kern/mig_kernel.h>
#include <kern/task.h>
#include <kern/task_server.h>
#include <mach/task_info.h>
#include <sched/thread.h>
#include <vm/vm_user.h>
#include <machine/clock.h>

#define NAME_MAX_BYTES 64 /* name_t */

kern_return_t
serve_task_create(task_ref_t parent, struct ipc_port *ledger,
                  boolean_t inherit, task_ref_t *child)
{
    struct ledger *l = parent->ta_ledger;
    kern_return_t kr;

    if (ledger != NULL) {
        l = ipc_kobject_get(ledger, IKOT_LEDGER);
        if (l == NULL) {
            return KERN_INVALID_ARGUMENT;
        }
    } else if (mig_dead_right()) {
        return KERN_INVALID_ARGUMENT;
    }
    kr = task_create(parent, l, inherit != 0, child);
    if (kr == KERN_SUCCESS) {
        kr = host_tell_new_task(*child, parent);
        if (kr != KERN_SUCCESS) {
            task_terminate(*child);
        }
    }
    return kr;
}

kern_return_t
serve_task_terminate(task_ref_t task)
{
    task_terminate(task);
    return KERN_SUCCESS;
}

kern_return_t
serve_task_suspend(task_ref_t task)
{
    task_suspend_threads(task);
    return KERN_SUCCESS;
}

kern_return_t
serve_task_resume(task_ref_t task)
{
    return task_resume_threads(task);
}

kern_return_t
serve_task_threads(task_ref_t task, struct ipc_port ***threads,
                   mach_msg_type_number_t *count)
{
    struct ipc_port **ports =
        mig_port_array_alloc(task->ta_thread_count,
                             current_thread()->th_ledger);
    struct list *l;
    unsigned n = 0;

    if (ports == NULL && task->ta_thread_count != 0) {
        return KERN_RESOURCE_SHORTAGE;
    }
    list_for_each(l, &task->ta_threads) {
        struct thread *th = list_entry(l, struct thread, th_task_link);

        ports[n++] = ipc_port_make_send(th->th_self);
    }
    *threads = ports;
    *count = n;
    return KERN_SUCCESS;
}

static bool
emulator_valid(const emulator_info_t *e)
{
    const vm_address_t entries[] = { e->syscall_entry, e->kick_entry,
                                     e->exception_entry };

    if (e->base > e->end || e->end > VM_MAX_ADDRESS) {
        return false;
    }
    for (unsigned i = 0; i < 3; i++) {
        if (entries[i] != 0 &&
            (entries[i] < e->base || entries[i] >= e->end)) {
            return false;
        }
    }
    if (e->restart_begin == e->restart_end) {
        return true; /* no restart range */
    }
    return e->restart_begin >= e->base && e->restart_end <= e->end &&
           e->restart_begin < e->restart_end &&
           e->restart_pc >= e->base && e->restart_pc < e->end;
}

kern_return_t
serve_task_set_emulator(task_ref_t task, emulator_info_t info)
{
    if (!emulator_valid(&info)) {
        return KERN_INVALID_ARGUMENT;
    }
    task->ta_emulator = info;
    return KERN_SUCCESS;
}

kern_return_t
serve_task_set_name(task_ref_t task, const char *name)
{
    strlcpy(task->ta_name, name, sizeof(task->ta_name));
    return KERN_SUCCESS;
}

kern_return_t
serve_task_get_name(task_ref_t task, char *name)
{
    strlcpy(name, task->ta_name, NAME_MAX_BYTES);
    return KERN_SUCCESS;
}

kern_return_t
serve_task_set_tokens(task_ref_t task, host_ref_t host,
                      security_token_t sender, audit_token_t audit)
{
    if (host == NULL || (sender.val[0] == KERNEL_SECURITY_TOKEN_VAL0 &&
                         sender.val[1] == KERNEL_SECURITY_TOKEN_VAL1)) {
        return KERN_INVALID_ARGUMENT;
    }
    task->ta_token = sender;
    task->ta_audit = audit;
    return KERN_SUCCESS;
}

kern_return_t
serve_task_set_essential(task_ref_t task, host_ref_t host,
                         boolean_t essential)
{
    if (host == NULL) {
        return KERN_INVALID_HOST;
    }
    task->ta_essential = essential != 0;
    return KERN_SUCCESS;
}

kern_return_t
serve_ledger_create(task_ref_t task, const uint64_t *limits,
                    struct ipc_port **ledger)
{
    struct ledger *l;
    kern_return_t kr = ledger_create(task->ta_ledger, limits, &l);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    *ledger = convert_ledger_to_port(l);
    ledger_release(l); /* its port has a reference now */
    return *ledger != NULL ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

kern_return_t
serve_ledger_info(ledger_ref_t ledger, uint64_t *used, uint64_t *limits)
{
    memcpy(used, ledger->le_used, sizeof(ledger->le_used));
    memcpy(limits, ledger->le_limit, sizeof(ledger->le_limit));
    return KERN_SUCCESS;
}

kern_return_t
serve_ledger_set_reserve(ledger_ref_t ledger, const uint64_t *reserve)
{
    return ledger_reserve(ledger, reserve);
}

kern_return_t
serve_ledger_statistics(ledger_ref_t ledger, uint64_t *peak,
                        uint64_t *reserve)
{
    memcpy(peak, ledger->le_peak, sizeof(ledger->le_peak));
    memcpy(reserve, ledger->le_reserve, sizeof(ledger->le_reserve));
    return KERN_SUCCESS;
}

kern_return_t
serve_task_get_ledger(task_ref_t task, struct ipc_port **ledger)
{
    *ledger = convert_ledger_to_port(task->ta_ledger);
    return *ledger != NULL ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}
