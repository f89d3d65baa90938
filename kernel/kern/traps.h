/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps, as the entry code calls them: with the user's arguments, on
 * behalf of the current thread, whose registers have all been saved.
 *
 * What a trap returns goes to rax and the same thread goes on at once, unless
 * it is one of the codes of sched/wait.h.
 */
#ifndef KERN_TRAPS_H
#define KERN_TRAPS_H

#include <mach/traps.h>
#include <mach/types.h>
#include <mach/vm.h>
#include <base/codes.h>
#include <sched/thread.h>

/* A second result, in rdx. */
static inline kern_return_t
trap_result2(kern_return_t kr, uint64_t value)
{
    regs_set_result2(&current_thread()->th_regs, value);
    return kr;
}

/* trap_table.c: no direct switches any more, and mach_msg does not look for
 * one: every message takes the general path. */
void traps_forbid_direct(void);

/* futex.c */
void futex_setup(void);
kern_return_t futex_wait_trap(vm_address_t address, uint32_t expected,
                              uint64_t deadline, uint64_t options);
kern_return_t futex_wake_trap(vm_address_t address, uint32_t count,
                              uint64_t options);
kern_return_t futex_requeue_trap(vm_address_t address, uint64_t counts,
                                 vm_address_t dest, uint32_t expected,
                                 uint64_t options);
/* Wake waiters of a word of the current task; for thread_exit. */
void futex_wake_address(struct thread *th, vm_address_t address,
                        unsigned count);

/* thread_trap.c */
kern_return_t thread_switch_trap(mach_port_name_t name, uint64_t option,
                                 uint32_t ms);
kern_return_t thread_upcall_state_trap(vm_address_t out);
kern_return_t thread_set_self_state_trap(vm_address_t address);
kern_return_t thread_set_base_trap(uint64_t which, uint64_t base);
kern_return_t thread_exit_trap(vm_address_t stack, vm_size_t size,
                               mach_port_name_t reply, vm_address_t word);
kern_return_t thread_kick_trap(mach_port_name_t name);

/* vm_trap.c */
kern_return_t vm_allocate_trap(vm_address_t address, vm_size_t size,
                               int flags);
kern_return_t vm_deallocate_trap(vm_address_t address, vm_size_t size);
kern_return_t vm_protect_trap(vm_address_t address, vm_size_t size,
                              boolean_t set_maximum, vm_prot_t protection);

/* clock.c */
kern_return_t clock_sleep_trap(uint64_t deadline, uint64_t options);
kern_return_t clock_uptime_trap(void);

#endif
