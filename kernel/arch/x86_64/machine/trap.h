/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine contract: upcalls from the entry code.  Each is called on the
 * CPU's stack with interrupts off; those that return a thread return the one
 * whose registers are to be loaded now.
 */
#ifndef MACHINE_TRAP_H
#define MACHINE_TRAP_H

#include <stdbool.h>
#include <stdint.h>

struct thread;

/* At boot, on the CPU's stack, all of the machine set up. */
void kernel_main(void) __attribute__((noreturn));
/*
 * Traps: called by the entry code through this table with the user's six
 * arguments, as C functions that take what they need of them.  Entry i is
 * trap TRAP_count - i.  They return a code, which goes to the user; those from
 * KERN_CODES_FIRST up do not:
 * KERN_GENERAL has mach_msg_trap() called, all others (and any code
 * when something is pending) go through trap_finish().
 */
typedef void (*trap_fn_t)(void);
extern const trap_fn_t trap_table[];
/* Another function for a trap: at boot. */
void machine_set_trap(unsigned number, trap_fn_t fn);
struct thread *trap_finish(struct thread *th, int result);
/* A system call that is no trap. */
struct thread *trap_other(struct thread *th);
/* An exception in user mode: EXC_*, its code and subcode. */
struct thread *trap_exception(struct thread *th, int exception,
                              uint64_t code, uint64_t subcode,
                              uint64_t error);
/* A page fault in user mode. */
struct thread *trap_fault(struct thread *th, uint64_t address, bool write,
                          bool execute, uint64_t error);
/* After an interrupt that came in user mode. */
struct thread *trap_return(struct thread *th);

/* Load a thread for the first time (end of kernel_main). */
void machine_start(struct thread *th) __attribute__((noreturn));

#endif
