/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps of synchronous IPC that carry no message.
 */
#include <stddef.h>
#include <mach/sync_user.h>
#include "trap.h"

_Static_assert(offsetof(struct sync_message, words) == 8 &&
                   offsetof(struct sync_message, deadline) == 72 &&
                   offsetof(struct sync_message, badge) == 80 &&
                   offsetof(struct sync_message, port) == 88,
               "sync_trap.S knows them");

kern_return_t
sync_save_reply(mach_port_name_t cancel, uint64_t cookie,
                mach_port_name_t *name)
{
    uint64_t saved = MACH_PORT_NULL;
    kern_return_t kr = (kern_return_t)trap_call2(
        TRAP_sync_save_reply, cancel, cookie, 0, 0, 0, 0, &saved);

    if (kr == KERN_SUCCESS) {
        *name = (mach_port_name_t)saved;
    }
    return kr;
}

kern_return_t
sync_notify(mach_port_name_t port, uint64_t bits)
{
    return (kern_return_t)trap_call(TRAP_sync_notify, port, bits, 0, 0, 0, 0);
}

struct sync_buffer *
sync_buffer(void)
{
    uint64_t at = 0;
    kern_return_t kr = (kern_return_t)trap_call2(TRAP_sync_buffer, 0, 0, 0, 0,
                                                 0, 0, &at);

    return kr == KERN_SUCCESS ? (struct sync_buffer *)(uintptr_t)at : NULL;
}

kern_return_t
sync_unmap(vm_address_t address, vm_size_t size)
{
    return (kern_return_t)trap_call(TRAP_sync_unmap, address, size, 0, 0, 0,
                                    0);
}
