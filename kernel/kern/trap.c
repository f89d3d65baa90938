/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trap dispatcher, and the way out of the kernel.
 *
 * A trap function returns its result, or KERN_BLOCKED (the thread waits now),
 * KERN_RESTART or KERN_NO_RESULT (sched/wait.h).  trap_return() then finds
 * what is to run: it switches threads until one is RUNNING, has no
 * continuation to go through and nothing pending, and gives that to the
 * entry code.
 */
#include <base/assert.h>
#include <base/trace.h>
#include <kern/emulator.h>
#include <kern/exception.h>
#include <kern/task.h>
#include <kern/traps.h>
#include <mach/exception.h>
#include <mach/traps.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <vm/vm_user.h>
#include <machine/cpu.h>
#include <machine/trap.h>

/* What a trap or a continuation came back with. */
static inline void
take_result(struct thread *th, kern_return_t result)
{
    if (result < KERN_CODES_FIRST) {
        th->th_trap_deadline = 0;
        if (th->th_in_trap) {
            regs_set_result(&th->th_regs, result);
        }
        return;
    }
    switch (result) {
    case KERN_BLOCKED:
        assert(th->th_state != TH_RUNNING); /* waits, or has yielded */
        if (th->th_continuation != NULL || !th->th_in_trap) {
            return;
        }
        break; /* executed again when woken */
    case KERN_RESTART:
        if (!th->th_in_trap) {
            return;
        }
        break;
    default:
        assert(result == KERN_NO_RESULT);
        th->th_trap_deadline = 0;
        return;
    }
    regs_restart_trap(&th->th_regs);
}

/* A kernel activity's step: again, or it waits. */
static void
run_activity(struct thread *th)
{
    continuation_t k = th->th_continuation; /* which it always has */

    if (k(th, th->th_wait_result) == KERN_BLOCKED) {
        assert(th->th_state == TH_WAITING && th->th_continuation != NULL);
        return;
    }
    assert(th->th_state == TH_RUNNING);
    th->th_ast &= ~AST_RESCHED;
    th->th_slice = 0;
    sched_yield(true);
}

static void
run_continuation(struct thread *th)
{
    continuation_t k = th->th_continuation;

    th->th_continuation = NULL;
    take_result(th, k(th, th->th_wait_result));
}

static struct thread *
handle_resched(struct thread *th)
{
    bool over = th->th_slice == 0;
    struct thread *next;

    th->th_ast &= ~AST_RESCHED;
    next = sched_make_way(over);
    if (next == th && over) {
        th->th_slice = SCHED_SLICE;
    }
    return next;
}

/* One thing that th_ast asks for.  The thread may not be RUNNING after. */
static struct thread *
handle_ast(struct thread *th)
{
    if ((th->th_ast & AST_EXIT_MASK) == AST_RESCHED) { /* mostly */
        return handle_resched(th);
    }
    if (th->th_ast & AST_TERMINATE) {
        task_thread_exit(th);
    } else if (th->th_ast & AST_SUSPEND) {
        th->th_ast &= ~AST_SUSPEND;
        if (th->th_suspend_count != 0) {
            sched_yield(true); /* parked */
        }
    } else if (th->th_ast & AST_KICKFLAG) {
        emulator_deliver_kick(th);
    }
    return th;
}

static struct thread *
switch_away(struct thread *th)
{
    bool halted = th->th_state == TH_HALTED;
    struct thread *next = sched_next();

    if (halted) {
        thread_release(th); /* the one it had for being alive */
        machine_interrupt_window(); /* thousands may end in a row */
    }
    return next;
}

struct thread *
trap_return(struct thread *th)
{
    for (;;) {
        if (th->th_state != TH_RUNNING) {
            th = switch_away(th);
        }
        if (th->th_continuation != NULL) {
            if (th->th_task == NULL) {
                run_activity(th);
            } else {
                run_continuation(th);
            }
        } else if (th->th_ast & AST_EXIT_MASK) {
            th = handle_ast(th);
        } else {
            th->th_in_trap = true; /* whatever it comes back with, unless
                                      it is an exception */
            return th;
        }
    }
}

/* An emulator's call, or no trap's number. */
struct thread *
trap_other(struct thread *th)
{
    if (regs_is_trap(&th->th_regs)) {
        regs_set_result(&th->th_regs, KERN_INVALID_ARGUMENT);
    } else {
        emulator_syscall(th);
    }
    return trap_return(th);
}

struct thread *
trap_finish(struct thread *th, kern_return_t result)
{
    take_result(th, result);
    return trap_return(th);
}

struct thread *
trap_exception(struct thread *th, int exception, uint64_t code,
               uint64_t subcode, uint64_t error)
{
    th->th_in_trap = false;
    exception_raise_current(th, exception, code, subcode, error);
    return trap_return(th);
}

struct thread *
trap_fault(struct thread *th, uint64_t address, bool write, bool execute,
           uint64_t error)
{
    vm_prot_t prot = VM_PROT_READ;
    kern_return_t kr = KERN_INVALID_ADDRESS;

    th->th_in_trap = false;
    prot = write ? VM_PROT_WRITE : execute ? VM_PROT_EXECUTE : prot;
    trace("fault at %lx, access %ld, pc %lx", address, prot,
          regs_pc(&th->th_regs));
    if (address < VM_MAX_ADDRESS) {
        kr = task_fault(th, address, prot);
    }
    switch (kr) {
    case KERN_SUCCESS:
    case KERN_BLOCKED:     /* the instruction is executed again */
    case KERN_ABORTED:     /* and faults again, if need be */
    case KERN_INTERRUPTED:
        break;
    case KERN_RESOURCE_SHORTAGE:
        exception_raise_current(th, EXC_RESOURCE, (uint64_t)kr, address,
                                error);
        break;
    default:
        exception_raise_current(th, EXC_BAD_ACCESS, (uint64_t)kr, address,
                                error);
        break;
    }
    return trap_return(th);
}
