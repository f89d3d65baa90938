/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Synchronous IPC from C: the traps of <mach/sync.h>, which says what they do
 * and return.
 */
#ifndef MACH_SYNC_USER_H
#define MACH_SYNC_USER_H

#include <mach/sync.h>
#include <mach/traps.h>
#include <mach/types.h>
#include <mach/kern_return.h>

/* What goes into the registers, and what came out of them. */
struct sync_message {
    uint64_t tag;                   /* SYNC_*; in and out */
    uint64_t words[SYNC_REGISTERS]; /* in and out */
    uint64_t deadline;              /* in, with SYNC_DEADLINE */
    uint64_t badge;                 /* out, of a receive */
    uint64_t port;                  /* out, of a receive: its name */
};

/* One of TRAP_sync_call, _send, _receive, _reply_wait (sync_trap.S).  What comes is
 * in *to, which may be *from; it is not written when the trap fails. */
kern_return_t sync_trap(unsigned trap, mach_port_name_t name,
                        const struct sync_message *from,
                        struct sync_message *to);

static inline kern_return_t
sync_call(mach_port_name_t port, struct sync_message *m)
{
    return sync_trap(TRAP_sync_call, port, m, m);
}

static inline kern_return_t
sync_send(mach_port_name_t port, struct sync_message *m)
{
    return sync_trap(TRAP_sync_send, port, m, m);
}

static inline kern_return_t
sync_receive(mach_port_name_t from, struct sync_message *m)
{
    return sync_trap(TRAP_sync_receive, from, m, m);
}

static inline kern_return_t
sync_reply_wait(mach_port_name_t from, struct sync_message *m)
{
    return sync_trap(TRAP_sync_reply_wait, from, m, m);
}

/* Its name, a send-once right, is the caller's: sync_send() uses it up,
 * mach_port_deallocate drops it. */
kern_return_t sync_save_reply(mach_port_name_t cancel, uint64_t cookie,
                              mach_port_name_t *name);
kern_return_t sync_notify(mach_port_name_t port, uint64_t bits);
/* NULL: the ledger or the address space has no room. */
struct sync_buffer *sync_buffer(void);
kern_return_t sync_unmap(vm_address_t address, vm_size_t size);

#endif
