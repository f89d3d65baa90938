/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps by which a thread acts on itself, and kicks another.
 */
#include <base/compiler.h>
#include <base/string.h>
#include <ipc/ipc.h>
#include <kern/task.h>
#include <kern/traps.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <vm/vm_user.h>
#include <machine/clock.h>
#include <machine/cpu.h>
#include <machine/switch.h>
#include <machine/user_copy.h>

#define NS_PER_MS 1000000ull

static kern_return_t
switch_wait_continue(struct thread *th, kern_return_t result)
{
    (void)th;
    return result == KERN_OPERATION_TIMED_OUT ? KERN_SUCCESS : result;
}

/* It has been chosen to run again, or its time is up. */
static kern_return_t
switch_depress_continue(struct thread *th, kern_return_t result)
{
    (void)result;
    (void)thread_depress_abort(th);
    return KERN_SUCCESS;
}

/* The thread behind a name, borrowed: it is one of the space's still when this
 * trap ends.  NULL: no such thing, and no hint. */
static struct thread *
named_thread(struct thread *th, mach_port_name_t name)
{
    struct thread *target;
    struct ipc_port *port;

    if (name == MACH_PORT_NULL ||
        ipc_object_copyin(th->th_task->ta_space, name,
                          MACH_MSG_TYPE_COPY_SEND, &port) != KERN_SUCCESS) {
        return NULL;
    }
    target = ipc_kobject_get(port, IKOT_THREAD);
    ipc_port_release_send(port);
    return target != th ? target : NULL;
}

/* On to another of the same or a better priority, target if possible. */
static void
yield_to(struct thread *th, struct thread *target)
{
    if (target == NULL || !sched_yield_to(target)) {
        th->th_slice = 0;
        th->th_ast |= AST_RESCHED;
    }
}

/*
 * The second result tells whether anybody else was there to run.  The thread
 * named runs next if it is ready and nobody better is.  A depressed thread has its
 * priority back when it runs again, or when the time is up.
 */
COLD kern_return_t
thread_switch_trap(mach_port_name_t name, uint64_t option, uint32_t ms)
{
    struct thread *th = current_thread();
    struct thread *target = named_thread(th, name);
    uint64_t until = clock_uptime() + ms * NS_PER_MS;

    th->th_boost = 0; /* who makes way does not stand above others */
    switch (option) {
    case SWITCH_OPTION_NONE:
        regs_set_result(&th->th_regs, trap_result2(KERN_SUCCESS,
                                                   sched_others()));
        yield_to(th, target); /* it is not RUNNING any more */
        return KERN_NO_RESULT;
    case SWITCH_OPTION_DEPRESS:
        (void)trap_result2(KERN_SUCCESS, sched_others());
        thread_depress(th, ms != 0 ? until : TIMER_NEVER);
        th->th_continuation = switch_depress_continue;
        if (target == NULL || !sched_yield_to(target)) {
            sched_yield(true);
        }
        return KERN_BLOCKED;
    case SWITCH_OPTION_WAIT:
        if (target != NULL) {
            sched_run_next(target);
        }
        return switch_wait_continue(
            th, thread_wait(NULL, switch_wait_continue, until,
                            WAIT_ABORTABLE | WAIT_INTERRUPTIBLE));
    default:
        return KERN_INVALID_ARGUMENT;
    }
}

kern_return_t
thread_upcall_state_trap(vm_address_t out)
{
    struct thread *th = current_thread();
    kern_return_t kr;

    if (out > VM_MAX_ADDRESS - sizeof(th->th_upcall) ||
        user_copy_to(out, &th->th_upcall, sizeof(th->th_upcall)) != 0) {
        kr = copyout(&th->th_upcall, out, sizeof(th->th_upcall));
        if (kr != KERN_SUCCESS) {
            return kr;
        }
    }
    if (th->th_upcall.kind == UPCALL_KICK) {
        th->th_ast &= ~AST_KICK;
    }
    th->th_upcall.kind = UPCALL_NONE;
    return KERN_SUCCESS;
}

/* It leaves by itself when nothing is pending: the state is complete. */
kern_return_t
thread_set_self_state_trap(vm_address_t address)
{
    struct thread *th = current_thread();
    uint64_t bases = th->th_regs.bases;
    x86_thread_state64_t state;
    kern_return_t kr = KERN_SUCCESS;

    if (address > VM_MAX_ADDRESS - sizeof(state) ||
        user_copy_from(&state, address, sizeof(state)) != 0) {
        kr = copyin(address, &state, sizeof(state));
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (!machine_set_state(&th->th_regs, &state)) {
        return KERN_INVALID_ARGUMENT;
    }
    if ((bases | th->th_regs.bases) != 0) {
        machine_switch(th);
    }
    if (th->th_ast != 0) {
        th->th_ast |= AST_IRET;
        return KERN_NO_RESULT;
    }
    th->th_trap_deadline = 0;
    machine_resume_all(th);
}

kern_return_t
thread_set_base_trap(uint64_t which, uint64_t base)
{
    struct thread *th = current_thread();
    kern_return_t kr;

    if (which > 1) {
        return KERN_INVALID_ARGUMENT;
    }
    kr = regs_set_base(&th->th_regs, which == 1, base);
    if (kr == KERN_SUCCESS) {
        machine_switch(th);
    }
    return kr;
}

kern_return_t
thread_exit_trap(vm_address_t stack, vm_size_t size, mach_port_name_t reply,
                 vm_address_t word)
{
    struct thread *th = current_thread();
    uint32_t zero = 0;
    kern_return_t kr;

    if (word != 0) { /* first: it may have to wait for a pager */
        kr = copyout(&zero, word, sizeof(zero));
        if (kr == KERN_BLOCKED) {
            return kr;
        }
        futex_wake_address(th, word, ~0u);
    }
    if (reply != MACH_PORT_NULL) {
        (void)mach_port_mod_refs_trap(reply, MACH_PORT_RIGHT_RECEIVE, -1);
    }
    if (size != 0) {
        (void)vm_map_deallocate(th->th_task->ta_map, stack, size);
    }
    thread_terminate(th);
    return KERN_SUCCESS;
}

kern_return_t
thread_kick_trap(mach_port_name_t name)
{
    struct thread *th = current_thread();
    struct thread *target;
    struct ipc_port *port;
    kern_return_t kr;

    if (name == MACH_PORT_THREAD_SELF) {
        thread_kick(th);
        return KERN_SUCCESS;
    }
    kr = ipc_object_copyin(th->th_task->ta_space, name,
                           MACH_MSG_TYPE_COPY_SEND, &port);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    target = ipc_kobject_get(port, IKOT_THREAD);
    if (target != NULL) {
        thread_kick(target);
    }
    ipc_port_release_send(port);
    return target != NULL ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}
