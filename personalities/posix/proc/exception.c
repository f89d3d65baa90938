/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions that nobody in the process handles: of an emulator whose memory or
 * registers the program has destroyed, as a rule.  Each task of ours has
 * one port of this component as its exception port (fork inherits it); the
 * process ends with the signal that the exception stands for.
 */
#include <mach/exception.h>

#include <proc/proc_S_proc_server.h>
#include <exc/proc_S_exc_server.h>
#include <task/task.h>

#include "process.h"

static void
exceptions_destroy(struct server_object *o)
{
    (void)o; /* lives as long as its task */
}

static const struct mig_subsystem *const exceptions_subsystems[] = {
    &proc_S_exc_subsystem, NULL};

static const struct server_class exceptions_class = {
    .sc_name = "exceptions of processes",
    .sc_subsystems = exceptions_subsystems,
    .sc_destroy = exceptions_destroy,
};

static struct server_object the_exceptions;

kern_return_t
process_watch_exceptions(mach_port_t task)
{
    static mach_port_t port; /* with a send right of our own, for ever */

    if (port == MACH_PORT_NULL) {
        mach_port_t name;
        kern_return_t kr;

        server_object_init(&the_exceptions, &exceptions_class);
        name = server_object_to_port(&the_exceptions);
        kr = mach_port_insert_right_trap(name, name, MACH_MSG_TYPE_MAKE_SEND);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        port = name;
    }
    return task_set_exception_ports(task, EXC_MASK_ALL, port,
                                    EXCEPTION_DEFAULT);
}

int32_t
exception_signal(int exception, uint64_t code)
{
    switch (exception) {
    case EXC_BAD_ACCESS:
        return code == KERN_MEMORY_ERROR || code == KERN_MEMORY_FAILURE
                   ? L_SIGBUS
                   : L_SIGSEGV;
    case EXC_BAD_INSTRUCTION:
        return code == EXC_I386_INVOP  ? L_SIGILL
               : code == EXC_I386_ALIGN ? L_SIGBUS
                                        : L_SIGSEGV;
    case EXC_EMULATION:
        return L_SIGILL;
    case EXC_ARITHMETIC:
        return L_SIGFPE;
    case EXC_BREAKPOINT:
        return L_SIGTRAP;
    case EXC_SYSCALL:
        return L_SIGSYS;
    default: /* out of resources, and what has no signal */
        return L_SIGKILL;
    }
}

static struct process *
process_of_task(mach_port_t task)
{
    for (struct process *p = process_first(); p != NULL;
         p = process_next(p)) {
        if (p->pr_task == task && p->pr_vfork_parent == NULL) {
            return p;
        }
    }
    return NULL;
}

kern_return_t
proc_S_exception_raise(mach_port_t port, mach_port_t thread, mach_port_t task,
                       int exception, const uint64_t *codes,
                       mach_msg_type_number_t codesCnt)
{
    struct process *p = process_of_task(task);
    uint64_t code = codesCnt > 0 ? codes[0] : 0;

    (void)port;
    if (p == NULL || !process_alive(p)) {
        return KERN_FAILURE; /* the kernel says so, and ends the task */
    }
    server_log("proc: process %d: exception %d, code %lu, address 0x%lx, that "
               "its emulator did not handle: signal %d", p->pr_ids.pid,
               exception, (unsigned long)code,
               (unsigned long)(codesCnt > 1 ? codes[1] : 0),
               exception_signal(exception, code));
    process_exit(p, exception_signal(exception, code));
    (void)mach_port_deallocate_trap(thread);
    (void)mach_port_deallocate_trap(task);
    return KERN_SUCCESS;
}

/* Only EXCEPTION_DEFAULT is asked for: the other forms are no one's. */
kern_return_t
proc_S_exception_raise_state(mach_port_t port, int exception,
                             const uint64_t *codes,
                             mach_msg_type_number_t codesCnt, int *flavor,
                             const natural_t *old_state,
                             mach_msg_type_number_t old_stateCnt,
                             natural_t *new_state,
                             mach_msg_type_number_t *new_stateCnt)
{
    (void)port, (void)exception, (void)codes, (void)codesCnt, (void)flavor;
    (void)old_state, (void)old_stateCnt, (void)new_state, (void)new_stateCnt;
    return KERN_NOT_SUPPORTED;
}

kern_return_t
proc_S_exception_raise_state_identity(
    mach_port_t port, mach_port_t thread, mach_port_t task, int exception,
    const uint64_t *codes, mach_msg_type_number_t codesCnt, int *flavor,
    const natural_t *old_state, mach_msg_type_number_t old_stateCnt,
    natural_t *new_state, mach_msg_type_number_t *new_stateCnt)
{
    (void)port, (void)thread, (void)task, (void)exception, (void)codes;
    (void)codesCnt, (void)flavor, (void)old_state, (void)old_stateCnt;
    (void)new_state, (void)new_stateCnt;
    return KERN_NOT_SUPPORTED;
}
