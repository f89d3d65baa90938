/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps as C functions.
 */
#include <mach/mach.h>
#include "trap.h"

#define P(p) ((uint64_t)(uintptr_t)(p))

mach_msg_return_t
mach_msg_overwrite(mach_msg_header_t *msg, mach_msg_option_t option,
                   mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                   mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                   mach_port_name_t notify, mach_msg_header_t *rcv_msg)
{
    if (rcv_msg != NULL) {
        option |= MACH_RCV_OVERWRITE;
    }
    return (mach_msg_return_t)trap_call(
        TRAP_mach_msg, P(msg), option, send_size | (uint64_t)rcv_size << 32,
        rcv_name | (uint64_t)notify << 32, timeout, P(rcv_msg));
}

/* As trap_call(), with nothing for what the kernel does not look at. */
static inline mach_msg_return_t
trap_msg(mach_msg_header_t *msg, mach_msg_option_t option, uint64_t sizes,
         uint64_t names, mach_msg_timeout_t timeout)
{
    uint64_t result = -(uint64_t)TRAP_mach_msg;
    register uint64_t r10 __asm__("r10") = names;
    register uint32_t r8 __asm__("r8") = timeout;

    __asm__ volatile("syscall"
                     : "+a"(result), "+D"(msg), "+S"(option), "+d"(sizes),
                       "+r"(r10), "+r"(r8)
                     :
                     : "rcx", "r9", "r11", "memory", "cc");
    return (mach_msg_return_t)result;
}

mach_msg_return_t
mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
         mach_msg_size_t send_size, mach_msg_size_t rcv_size,
         mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
         mach_port_name_t notify)
{
    return trap_msg(msg, option, send_size | (uint64_t)rcv_size << 32,
                    rcv_name | (uint64_t)notify << 32, timeout);
}

mach_msg_return_t
mach_msg_rpc(mach_msg_header_t *msg, mach_msg_option_t option,
             mach_msg_size_t send_size, mach_msg_size_t rcv_size,
             mach_port_name_t rcv_name, mach_msg_timeout_t timeout)
{
    return trap_msg(msg, option, send_size | (uint64_t)rcv_size << 32,
                    rcv_name, timeout);
}

mach_port_name_t
mach_reply_port(void)
{
    return (mach_port_name_t)trap_call(TRAP_mach_reply_port, 0, 0, 0, 0, 0, 0);
}

kern_return_t
mach_port_allocate_trap(mach_port_right_t right, mach_port_name_t *name)
{
    return (kern_return_t)trap_call(TRAP_mach_port_allocate, right, P(name), 0,
                                    0, 0, 0);
}

kern_return_t
mach_port_deallocate_trap(mach_port_name_t name)
{
    return (kern_return_t)trap_call(TRAP_mach_port_deallocate, name, 0, 0, 0,
                                    0, 0);
}

kern_return_t
mach_port_mod_refs_trap(mach_port_name_t name, mach_port_right_t right,
                        mach_port_delta_t delta)
{
    return (kern_return_t)trap_call(TRAP_mach_port_mod_refs, name, right,
                                    (uint64_t)(int64_t)delta, 0, 0, 0);
}

kern_return_t
mach_port_insert_right_trap(mach_port_name_t name, mach_port_name_t right,
                            mach_msg_type_name_t disposition)
{
    return (kern_return_t)trap_call(TRAP_mach_port_insert_right, name, right,
                                    disposition, 0, 0, 0);
}

kern_return_t
mach_port_get_refs_trap(mach_port_name_t name, mach_port_right_t right,
                        mach_port_urefs_t *urefs)
{
    return (kern_return_t)trap_call(TRAP_mach_port_get_refs, name, right,
                                    P(urefs), 0, 0, 0);
}

kern_return_t
mach_port_move_member_trap(mach_port_name_t member, mach_port_name_t after)
{
    return (kern_return_t)trap_call(TRAP_mach_port_move_member, member, after,
                                    0, 0, 0, 0);
}

kern_return_t
mach_port_destroy_trap(mach_port_name_t name)
{
    return (kern_return_t)trap_call(TRAP_mach_port_destroy, name, 0, 0, 0, 0,
                                    0);
}

kern_return_t
mach_port_type_trap(mach_port_name_t name, mach_port_type_t *type)
{
    return (kern_return_t)trap_call(TRAP_mach_port_type, name, P(type), 0, 0,
                                    0, 0);
}

kern_return_t
mach_port_insert_member_trap(mach_port_name_t member, mach_port_name_t set)
{
    return (kern_return_t)trap_call(TRAP_mach_port_insert_member, member, set,
                                    0, 0, 0, 0);
}

kern_return_t
mach_port_extract_member_trap(mach_port_name_t member, mach_port_name_t set)
{
    return (kern_return_t)trap_call(TRAP_mach_port_extract_member, member,
                                    set, 0, 0, 0, 0);
}

kern_return_t
mach_port_request_notification_trap(mach_port_name_t name, int variant,
                                    mach_port_mscount_t sync,
                                    mach_port_name_t notify,
                                    mach_port_name_t *previous)
{
    return (kern_return_t)trap_call(TRAP_mach_port_request_notification, name,
                                    (uint64_t)(int64_t)variant, sync, notify,
                                    P(previous), 0);
}

kern_return_t
vm_allocate(vm_address_t *address, vm_size_t size, int flags)
{
    return (kern_return_t)trap_call(TRAP_vm_allocate, P(address), size,
                                    (uint64_t)(int64_t)flags, 0, 0, 0);
}

kern_return_t
vm_deallocate(vm_address_t address, vm_size_t size)
{
    return (kern_return_t)trap_call(TRAP_vm_deallocate, address, size, 0, 0, 0,
                                    0);
}

kern_return_t
vm_protect(vm_address_t address, vm_size_t size, boolean_t set_maximum,
           vm_prot_t protection)
{
    return (kern_return_t)trap_call(TRAP_vm_protect, address, size,
                                    set_maximum != FALSE,
                                    (uint64_t)(int64_t)protection, 0, 0);
}

kern_return_t
futex_wait(uint32_t *word, uint32_t expected, uint64_t deadline,
           uint64_t flags)
{
    return (kern_return_t)trap_call(TRAP_futex_wait, P(word), expected,
                                    deadline, flags, 0, 0);
}

kern_return_t
futex_wake(uint32_t *word, uint32_t count, uint64_t flags, uint64_t *woken)
{
    return (kern_return_t)trap_call2(TRAP_futex_wake, P(word), count, flags, 0,
                                     0, 0, woken);
}

kern_return_t
futex_requeue(uint32_t *word, uint32_t wake, uint32_t requeue, uint32_t *to,
              uint32_t expected, uint64_t flags, uint64_t *moved)
{
    return (kern_return_t)trap_call2(TRAP_futex_requeue, P(word),
                                     wake | (uint64_t)requeue << 32, P(to),
                                     expected, flags, 0, moved);
}

boolean_t
swtch(void)
{
    uint64_t others = 0;

    (void)trap_call2(TRAP_thread_switch, MACH_PORT_NULL, SWITCH_OPTION_NONE, 0,
                     0, 0, 0, &others);
    return others != 0;
}

boolean_t
swtch_pri(int priority)
{
    uint64_t others = 0;

    (void)priority;
    (void)trap_call2(TRAP_thread_switch, MACH_PORT_NULL,
                     SWITCH_OPTION_DEPRESS, 0, 0, 0, 0, &others);
    return others != 0;
}

kern_return_t
thread_switch(mach_port_name_t thread, int option,
              mach_msg_timeout_t milliseconds)
{
    return (kern_return_t)trap_call(TRAP_thread_switch, thread,
                                    (uint64_t)(int64_t)option, milliseconds, 0,
                                    0, 0);
}

kern_return_t
thread_upcall_state_trap(struct upcall_state *state)
{
    return (kern_return_t)trap_call(TRAP_thread_upcall_state, P(state), 0, 0,
                                    0, 0, 0);
}

kern_return_t
thread_set_self_state_trap(const x86_thread_state64_t *state)
{
    return (kern_return_t)trap_call(TRAP_thread_set_self_state, P(state), 0, 0,
                                    0, 0, 0);
}

kern_return_t
thread_set_base_trap(int which, uint64_t value)
{
    return (kern_return_t)trap_call(TRAP_thread_set_base,
                                    (uint64_t)(int64_t)which, value, 0, 0, 0,
                                    0);
}

kern_return_t
thread_kick_trap(mach_port_name_t thread)
{
    return (kern_return_t)trap_call(TRAP_thread_kick, thread, 0, 0, 0, 0, 0);
}

_Noreturn void
thread_exit_trap(vm_address_t stack, vm_size_t size, mach_port_name_t reply,
                 uint32_t *word)
{
    for (;;) {
        trap_call(TRAP_thread_exit, stack, size, reply, P(word), 0, 0);
        /* Bad arguments: leave what they name alone and end all the same. */
        stack = size = 0;
        reply = MACH_PORT_NULL;
        word = NULL;
    }
}

uint64_t
clock_uptime(void)
{
    uint64_t now;

    trap_call2(TRAP_clock_uptime, 0, 0, 0, 0, 0, 0, &now);
    return now;
}

kern_return_t
clock_sleep(uint64_t deadline, uint64_t flags)
{
    return (kern_return_t)trap_call(TRAP_clock_sleep, deadline, flags, 0, 0, 0,
                                    0);
}

void
mach_print(const char *text, size_t length)
{
    while (length > 0) {
        size_t n = length < 1024 ? length : 1024;

        trap_call(TRAP_mach_print, P(text), n, 0, 0, 0, 0);
        text += n;
        length -= n;
    }
}

void
mach_puts(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0') {
        length++;
    }
    mach_print(text, length);
}
