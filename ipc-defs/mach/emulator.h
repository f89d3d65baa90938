/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Redirection: how a personality's emulator gets control in its client's own
 * thread and address space.
 *
 * task_set_emulator() registers a range of program counters [base, end) and
 * three entries inside it.  The kernel sends a thread to an entry in user
 * mode with *every register as it was* but rip, rflags.TF/DF and, for the
 * system-call entry, rcx and r11, which hold the old rip and rflags as the
 * SYSCALL instruction leaves them.  Negative system-call numbers are Mach traps, from
 * anywhere.  A non-negative one from outside the range goes to the system-call
 * entry; from inside it is EXC_SYSCALL.
 *
 * Kick and exception entries: where the thread was is kept in the kernel until
 * the entry fetches it with thread_upcall_state() (the
 * complete register state included).  To go back, thread_set_self_state()
 * loads a complete state.
 *
 * Exceptions from inside the range go to the exception entry too, except
 * while an upcall has not been fetched yet (then: the exception port).
 *
 * Kick (thread_kick): outside the range the thread enters the kick entry at
 * its next return to user mode.  Inside the range: when the pc is in
 * [restart_begin, restart_end) it is set to restart_pc; else the 32-bit
 * word at the thread's flag address (thread_set_kick_flag; 0: none) is set to
 * 1.  In either case an interruptible wait, now or the next one, returns
 * INTERRUPTED and clears the latch; thread_upcall_state() in the kick entry
 * clears it as well, and so does the restart at restart_pc.
 */
#ifndef MACH_EMULATOR_H
#define MACH_EMULATOR_H

#include <mach/types.h>
#include <mach/thread_status.h>

struct emulator_info {
    vm_address_t base, end;
    vm_address_t syscall_entry;
    vm_address_t kick_entry;
    vm_address_t exception_entry;
    vm_address_t restart_begin, restart_end, restart_pc;
};
typedef struct emulator_info emulator_info_t;
_Static_assert(sizeof(emulator_info_t) == 64, "ABI");

#define UPCALL_NONE 0
#define UPCALL_KICK 1
#define UPCALL_EXCEPTION 2

struct upcall_state {
    uint32_t kind;      /* UPCALL_* */
    uint32_t exception; /* EXC_* */
    uint64_t code, subcode;
    uint64_t error;     /* the processor's error code, 0 when none */
    x86_thread_state64_t state; /* complete, as it was when it happened */
};
typedef struct upcall_state upcall_state_t;
_Static_assert(sizeof(upcall_state_t) == 208, "ABI");

#endif
