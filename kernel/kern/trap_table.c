/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trap table, and the smallest traps.
 */
#include <base/printf.h>
#include <ipc/ipc.h>
#include <kern/traps.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <sched/wait.h>
#include <sync/sync.h>
#include <vm/vm_user.h>
#include <machine/trap.h>

#define PRINT_MAX 1024u

static kern_return_t
null_trap(void)
{
    return KERN_SUCCESS;
}

/* A name is no code: it goes to rax whole. */
static kern_return_t
reply_port_trap(void)
{
    regs_set_value(&current_thread()->th_regs, mach_reply_port_trap());
    return KERN_NO_RESULT;
}

static kern_return_t
print_trap(vm_address_t address, vm_size_t length)
{
    char text[PRINT_MAX];
    kern_return_t kr;

    if (length > PRINT_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    kr = copyin(address, text, length);
    if (kr == KERN_SUCCESS) {
        log_write(text, length);
    }
    return kr;
}

static kern_return_t
message_trap(void)
{
    return mach_msg_trap(current_thread());
}

#define TRAP(name, fn) [TRAP_count - TRAP_##name] = (trap_fn_t)(fn)

/* Backwards, since rax is the negative of a trap's number. */
const trap_fn_t trap_table[TRAP_count] = {
    TRAP(null, null_trap),
    TRAP(mach_msg, mach_msg_fast_trap),
    TRAP(mach_reply_port, reply_port_trap),
    TRAP(mach_port_allocate, mach_port_allocate_trap),
    TRAP(mach_port_deallocate, mach_port_deallocate_trap),
    TRAP(mach_port_mod_refs, mach_port_mod_refs_trap),
    TRAP(mach_port_insert_right, mach_port_insert_right_trap),
    TRAP(mach_port_get_refs, mach_port_get_refs_trap),
    TRAP(mach_port_move_member, mach_port_move_member_trap),
    TRAP(vm_allocate, vm_allocate_trap),
    TRAP(vm_deallocate, vm_deallocate_trap),
    TRAP(vm_protect, vm_protect_trap),
    TRAP(futex_wait, futex_wait_trap),
    TRAP(futex_wake, futex_wake_trap),
    TRAP(futex_requeue, futex_requeue_trap),
    TRAP(thread_switch, thread_switch_trap),
    TRAP(thread_upcall_state, thread_upcall_state_trap),
    TRAP(thread_set_self_state, thread_set_self_state_trap),
    TRAP(thread_set_base, thread_set_base_trap),
    TRAP(clock_sleep, clock_sleep_trap),
    TRAP(clock_uptime, clock_uptime_trap),
    TRAP(mach_print, print_trap),
    TRAP(thread_exit, thread_exit_trap),
    TRAP(thread_kick, thread_kick_trap),
    TRAP(mach_port_destroy, mach_port_destroy_trap),
    TRAP(mach_port_type, mach_port_type_trap),
    TRAP(mach_port_insert_member, mach_port_insert_member_trap),
    TRAP(mach_port_extract_member, mach_port_extract_member_trap),
    TRAP(mach_port_request_notification,
         mach_port_request_notification_trap),
    TRAP(sync_call, sync_call_trap),
    TRAP(sync_reply_wait, sync_reply_wait_trap),
    TRAP(sync_send, sync_send_trap),
    TRAP(sync_receive, sync_receive_trap),
    TRAP(sync_save_reply, sync_save_reply_trap),
    TRAP(sync_notify, sync_notify_trap),
    TRAP(sync_buffer, sync_buffer_trap),
    TRAP(sync_unmap, sync_unmap_trap),
};

void
traps_forbid_direct(void)
{
    sched_forbid_direct();
    machine_set_trap(TRAP_mach_msg, (trap_fn_t)message_trap);
}
