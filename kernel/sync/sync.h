/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Synchronous IPC, as the roof sees it.  The traps are described in
 * <mach/sync.h>.
 */
#ifndef SYNC_SYNC_H
#define SYNC_SYNC_H

#include <stdint.h>
#include <mach/sync.h>
#include <base/codes.h>

struct thread;

/*
 * Of the current thread.  sync_fast.c, which the entry code calls with only
 * some of its registers saved (machine_sync_resume): what comes back from them
 * is KERN_GENERAL, and nothing has happened; or it is the trap's result, and
 * th_regs are complete.
 */
kern_return_t sync_call_fast(uint64_t name, uint64_t tag);
kern_return_t sync_reply_wait_fast(uint64_t name, uint64_t tag);
/* The general paths, with all registers saved. */
kern_return_t sync_call_trap(void);
kern_return_t sync_reply_wait_trap(void);
kern_return_t sync_send_trap(mach_port_name_t name);
kern_return_t sync_receive_trap(void);
kern_return_t sync_save_reply_trap(mach_port_name_t cancel, uint64_t cookie);
kern_return_t sync_notify_trap(mach_port_name_t name, uint64_t bits);
kern_return_t sync_buffer_trap(void);
kern_return_t sync_unmap_trap(vm_address_t address, vm_size_t size);

/* The current thread ends: what it owes and is owed, and its buffer. */
void sync_thread_exit(struct thread *th);

#endif
