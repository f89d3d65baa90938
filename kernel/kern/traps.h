/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trap table.
 */
#ifndef KERN_TRAPS_H
#define KERN_TRAPS_H

#include <mach/traps.h>
#include <base/codes.h>

struct thread;

typedef kern_return_t (*trap_fn_t)(struct thread *th, const uint64_t args[6]);

extern const trap_fn_t trap_table[TRAP_count];

/* futex.c */
void futex_setup(void);
kern_return_t futex_wait_trap(struct thread *th, const uint64_t args[6]);
kern_return_t futex_wake_trap(struct thread *th, const uint64_t args[6]);
kern_return_t futex_requeue_trap(struct thread *th, const uint64_t args[6]);
/* Wake waiters of a word of the current task; for thread_exit. */
void futex_wake_address(struct thread *th, vm_address_t address,
                        unsigned count);

/* thread_trap.c */
kern_return_t thread_switch_trap(struct thread *th, const uint64_t args[6]);
kern_return_t thread_upcall_state_trap(struct thread *th,
                                       const uint64_t args[6]);
kern_return_t thread_set_self_state_trap(struct thread *th,
                                         const uint64_t args[6]);
kern_return_t thread_set_base_trap(struct thread *th,
                                   const uint64_t args[6]);
kern_return_t thread_exit_trap(struct thread *th, const uint64_t args[6]);
kern_return_t thread_kick_trap(struct thread *th, const uint64_t args[6]);

/* vm_trap.c */
kern_return_t vm_allocate_trap(struct thread *th, const uint64_t args[6]);
kern_return_t vm_deallocate_trap(struct thread *th, const uint64_t args[6]);
kern_return_t vm_protect_trap(struct thread *th, const uint64_t args[6]);

/* clock.c */
kern_return_t clock_sleep_trap(struct thread *th, const uint64_t args[6]);
kern_return_t clock_uptime_trap(struct thread *th, const uint64_t args[6]);

#endif
