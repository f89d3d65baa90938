/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Redirection (see mach/emulator.h for what the emulator is promised).
 *
 * The system-call entry is nearly always entered by the entry code itself
 * (arch entry.S); here are the cases in which something else is pending, and
 * the two upcalls that keep the thread's state in th_upcall.
 */
#include <kern/emulator.h>
#include <kern/exception.h>
#include <kern/task.h>
#include <mach/exception.h>
#include <sched/thread.h>
#include <vm/vm_user.h>
#include <machine/user_copy.h>

static bool
inside(const emulator_info_t *e, vm_address_t pc)
{
    return pc >= e->base && pc < e->end;
}

/* Off to an entry with all registers as they are. */
static void
enter(struct thread *th, vm_address_t entry)
{
    regs_enter(&th->th_regs, entry);
    th->th_trap_deadline = 0; /* whatever trap it was in is over */
    th->th_ast |= AST_IRET;
}

void
emulator_syscall(struct thread *th)
{
    const emulator_info_t *e = th->th_emulator;

    if (e->syscall_entry == 0 ||
        inside(e, regs_pc(&th->th_regs))) {
        exception_raise_current(th, EXC_SYSCALL,
                                regs_syscall_number(&th->th_regs),
                                regs_pc(&th->th_regs), 0);
        return;
    }
    regs_keep_syscall(&th->th_regs);
    enter(th, e->syscall_entry);
}

static inline void
upcall(struct thread *th, vm_address_t entry, uint32_t kind, int exception,
       uint64_t code, uint64_t subcode, uint64_t error)
{
    upcall_state_t *u = &th->th_upcall;

    u->kind = kind;
    u->exception = (uint32_t)exception;
    u->code = code;
    u->subcode = subcode;
    u->error = error;
    regs_get_state(&th->th_regs, &u->state);
    enter(th, entry);
}

/* Write 1 to the flag word; false: must wait for a pager first. */
static bool
write_kick_flag(struct thread *th)
{
    kern_return_t kr = KERN_SUCCESS;

    while (kr == KERN_SUCCESS && !user_store32(th->th_kick_flag, 1)) {
        kr = vm_fault(th->th_task->ta_map, th->th_kick_flag, VM_PROT_WRITE);
    }
    return kr != KERN_BLOCKED; /* a bad address is the emulator's bug */
}

void
emulator_deliver_kick(struct thread *th)
{
    const emulator_info_t *e = th->th_emulator;
    vm_address_t pc = regs_pc(&th->th_regs);

    if (e->end == 0) {
        th->th_ast &= ~AST_KICKFLAG; /* the latch stays */
        return;
    }
    if (!inside(e, pc)) {
        th->th_ast &= ~AST_KICKFLAG;
        if (e->kick_entry != 0) {
            upcall(th, e->kick_entry, UPCALL_KICK, 0, 0, 0, 0);
        }
        return;
    }
    if (pc >= e->restart_begin && pc < e->restart_end) {
        th->th_ast &= ~(AST_KICKFLAG | AST_KICK);
        enter(th, e->restart_pc);
        return;
    }
    th->th_in_trap = false; /* a wait in there restarts no trap */
    if (th->th_kick_flag == 0 || write_kick_flag(th)) {
        th->th_ast &= ~AST_KICKFLAG;
    }
}

bool
emulator_exception(struct thread *th, int exception, uint64_t code,
                   uint64_t subcode, uint64_t error)
{
    const emulator_info_t *e = th->th_emulator;

    if (e->exception_entry == 0) {
        return false;
    }
    if (inside(e, regs_pc(&th->th_regs)) &&
        th->th_upcall.kind != UPCALL_NONE) {
        return false;
    }
    upcall(th, e->exception_entry, UPCALL_EXCEPTION, exception, code, subcode,
           error);
    return true;
}
