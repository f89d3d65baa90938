/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trap table, and the smallest traps.
 */
#include <base/printf.h>
#include <ipc/ipc.h>
#include <kern/traps.h>
#include <sched/thread.h>
#include <vm/vm_user.h>

#define PRINT_MAX 1024u

static kern_return_t
null_trap(struct thread *th, const uint64_t args[6])
{
    (void)th;
    (void)args;
    return KERN_SUCCESS;
}

static kern_return_t
reply_port_trap(struct thread *th, const uint64_t args[6])
{
    (void)args;
    regs_set_value(&th->th_regs, mach_reply_port_trap()); /* a name */
    return KERN_NO_RESULT;
}

static kern_return_t
print_trap(struct thread *th, const uint64_t args[6])
{
    char text[PRINT_MAX];
    kern_return_t kr;

    (void)th;
    if (args[1] > PRINT_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    kr = copyin(args[0], text, args[1]);
    if (kr == KERN_SUCCESS) {
        log_write(text, args[1]);
    }
    return kr;
}

/* Those of other folders need no thread. */
#define WRAP(name)                                            \
    static kern_return_t name##_wrap(struct thread *th,       \
                                     const uint64_t args[6])  \
    {                                                         \
        (void)th;                                             \
        return name(args);                                    \
    }
WRAP(mach_port_allocate_trap)
WRAP(mach_port_deallocate_trap)
WRAP(mach_port_mod_refs_trap)
WRAP(mach_port_insert_right_trap)
WRAP(mach_port_get_refs_trap)
WRAP(mach_port_move_member_trap)
WRAP(mach_port_destroy_trap)
WRAP(mach_port_type_trap)
WRAP(mach_port_insert_member_trap)
WRAP(mach_port_extract_member_trap)
WRAP(mach_port_request_notification_trap)

static kern_return_t
invalid_trap(struct thread *th, const uint64_t args[6])
{
    (void)th;
    (void)args;
    return KERN_INVALID_ARGUMENT;
}

const trap_fn_t trap_table[TRAP_count] = {
    [0] = invalid_trap,
    [TRAP_null] = null_trap,
    [TRAP_mach_msg] = mach_msg_trap,
    [TRAP_mach_reply_port] = reply_port_trap,
    [TRAP_mach_port_allocate] = mach_port_allocate_trap_wrap,
    [TRAP_mach_port_deallocate] = mach_port_deallocate_trap_wrap,
    [TRAP_mach_port_mod_refs] = mach_port_mod_refs_trap_wrap,
    [TRAP_mach_port_insert_right] = mach_port_insert_right_trap_wrap,
    [TRAP_mach_port_get_refs] = mach_port_get_refs_trap_wrap,
    [TRAP_mach_port_move_member] = mach_port_move_member_trap_wrap,
    [TRAP_vm_allocate] = vm_allocate_trap,
    [TRAP_vm_deallocate] = vm_deallocate_trap,
    [TRAP_vm_protect] = vm_protect_trap,
    [TRAP_futex_wait] = futex_wait_trap,
    [TRAP_futex_wake] = futex_wake_trap,
    [TRAP_futex_requeue] = futex_requeue_trap,
    [TRAP_thread_switch] = thread_switch_trap,
    [TRAP_thread_upcall_state] = thread_upcall_state_trap,
    [TRAP_thread_set_self_state] = thread_set_self_state_trap,
    [TRAP_thread_set_base] = thread_set_base_trap,
    [TRAP_clock_sleep] = clock_sleep_trap,
    [TRAP_clock_uptime] = clock_uptime_trap,
    [TRAP_mach_print] = print_trap,
    [TRAP_thread_exit] = thread_exit_trap,
    [TRAP_thread_kick] = thread_kick_trap,
    [TRAP_mach_port_destroy] = mach_port_destroy_trap_wrap,
    [TRAP_mach_port_type] = mach_port_type_trap_wrap,
    [TRAP_mach_port_insert_member] = mach_port_insert_member_trap_wrap,
    [TRAP_mach_port_extract_member] = mach_port_extract_member_trap_wrap,
    [TRAP_mach_port_request_notification] =
        mach_port_request_notification_trap_wrap,
};
