/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: the emulator's entry, then the thread's port, the task's, the
 * host's, else the end of the task, with a line in the log.
 *
 * A handler at a port gets a message of exc.defs, and the thread waits in
 * exception_continue().  Its reply arrives at the thread's reply port in the
 * handler's own trap (reply_arrived()), which leaves the verdict in th_saved
 * and wakes the thread.  Message and reply port are made before they are
 * needed, when a port is set or the thread is made (exception_prepare()), so
 * that an exception does not depend on memory.  Only an aborted exception,
 * whose message and right are still on their way, costs new ones.
 * What th_saved keeps while it waits: exception_fast.h.  A handler that waits
 * for it already is asked there, and so are replies of those that wait again.
 * A set_state in a reply is taken by reply_arrived() at once: the thread is
 * not running.
 */
#include <base/assert.h>
#include <base/printf.h>
#include <base/string.h>
#include <ipc/ipc.h>
#include <kern/emulator.h>
#include <kern/exception.h>
#include <kern/exception_fast.h>
#include <kern/exception_message.h>
#include <kern/host.h>
#include <kern/task.h>
#include <kern/thread_state.h>
#include <mach/exception.h>
#include <sched/thread.h>

enum { LEVEL_THREAD, LEVEL_TASK, LEVEL_HOST, LEVELS };

static const char *const names[EXC_TYPES_COUNT] = {
    [EXC_BAD_ACCESS] = "bad access",
    [EXC_BAD_INSTRUCTION] = "bad instruction",
    [EXC_ARITHMETIC] = "arithmetic",
    [EXC_EMULATION] = "emulation",
    [EXC_SOFTWARE] = "software",
    [EXC_BREAKPOINT] = "breakpoint",
    [EXC_SYSCALL] = "system call without an emulator",
    [EXC_RESOURCE] = "out of resources (ledger)",
};

static void raise_from(struct thread *th, int exception, uint64_t code,
                       uint64_t subcode, unsigned level);

/* Nobody wants it: say who, what, where, and what to do about it. */
static void
die(struct thread *th, int exception, uint64_t code, uint64_t subcode)
{
    struct task *t = th->th_task;
    const char *task = t->ta_name[0] != '\0' ? t->ta_name : "unnamed";

    kprintf("kernel: task %lu (%s) thread %s: %s, code %lu, address 0x%lx, "
            "pc 0x%lx: terminated\n"
            "kernel: for the line of code: addr2line -fe <ELF file of %s> "
            "0x%lx\n",
            t->ta_id, task, th->th_name[0] != '\0' ? th->th_name : "unnamed",
            names[exception] != NULL ? names[exception] : "?", code, subcode,
            regs_pc(&th->th_regs), task, regs_pc(&th->th_regs));
    task_terminate(t);
}

/* In the trap of whoever replied, or dropped the right (reply NULL). */
static void
reply_arrived(void *arg, const mach_msg_header_t *reply)
{
    struct thread *th = arg;
    kern_return_t verdict = KERN_FAILURE;

    if (reply != NULL) {
        verdict = exception_message_reply(th, reply);
    }
    th->th_saved.word[W_VERDICT] = (uint64_t)(uint32_t)verdict;
    th->th_saved.word[W_ASKED] = 0;
    thread_wakeup_handoff(th, KERN_SUCCESS); /* runs when the handler waits */
    thread_release(th);
}

kern_return_t
exception_prepare(struct thread *th)
{
    struct ipc_kmsg *message = th->th_exc_message;

    if (message == NULL) {
        message = exception_message_prealloc(th->th_ledger);
        if (message == NULL) {
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    if (th->th_exc_reply == NULL) {
        th->th_exc_reply = ipc_kernel_reply_port(reply_arrived, th,
                                                 th->th_ledger);
        if (th->th_exc_reply == NULL) {
            if (th->th_exc_message == NULL) {
                ipc_kmsg_prealloc_free(message);
            }
            return KERN_RESOURCE_SHORTAGE;
        }
        ipc_kernel_reply_direct(th->th_exc_reply, exception_fast_reply);
    }
    th->th_exc_message = message;
    return KERN_SUCCESS;
}

void
exception_thread_exit(struct thread *th)
{
    if (th->th_exc_message != NULL) {
        ipc_kmsg_prealloc_free(th->th_exc_message);
        th->th_exc_message = NULL;
    }
    ipc_kernel_reply_destroy(th->th_exc_reply);
    th->th_exc_reply = NULL;
    exception_actions_release(th->th_exc);
}

/* Handled: on it goes; refused: the next level is asked. */
kern_return_t
exception_continue(struct thread *th, kern_return_t result)
{
    uint64_t what = th->th_saved.word[W_EXCEPTION];

    if (th->th_saved.word[W_ASKED] != 0) { /* aborted or terminated */
        assert(result != KERN_SUCCESS);
        th->th_saved.word[W_ASKED] = 0;
        ipc_kernel_reply_destroy(th->th_exc_reply);
        th->th_exc_reply = NULL;
        (void)exception_prepare(th); /* or when it is needed */
        thread_release(th);
        return KERN_NO_RESULT; /* it happens again if nothing was changed */
    }
    if (th->th_saved.word[W_VERDICT] == KERN_SUCCESS) {
        return KERN_NO_RESULT;
    }
    raise_from(th, (int)(what & 0xff), th->th_saved.word[W_CODE],
               th->th_saved.word[W_SUBCODE], (unsigned)(what >> 8) + 1);
    return th->th_state == TH_WAITING ? KERN_BLOCKED : KERN_NO_RESULT;
}

/* Ask one port.  true: it was asked, or the thread is aborted: its wait is
 * over already and the exception is forgotten. */
static bool
ask(struct thread *th, const struct exception_action *a, int exception,
    uint64_t code, uint64_t subcode, unsigned level)
{
    struct ipc_port *reply;
    struct ipc_kmsg *k;

    if (a->xa_port == NULL) {
        return false;
    }
    exception_fast(th, a, exception, code, subcode, level);
    /* The kernel handles none of its own: it would drop the message. */
    if (!ipc_port_active(a->xa_port) || ipc_port_of_kernel(a->xa_port) ||
        exception_prepare(th) != KERN_SUCCESS) {
        return false;
    }
    k = ipc_kmsg_prealloc_busy(th->th_exc_message) ? NULL
                                                   : th->th_exc_message;
    reply = ipc_kernel_reply_arm(th->th_exc_reply);
    if (exception_message_send(th, k, a, reply, exception, code, subcode) !=
        KERN_SUCCESS) {
        th->th_exc_reply = NULL;
        ipc_kernel_reply_destroy(reply);
        ipc_port_release_sonce(reply); /* dead: nobody is told */
        return false;
    }
    exception_asked(th, exception, code, subcode, level);
    if (thread_wait(NULL, exception_continue, WAIT_FOREVER,
                    WAIT_ABORTABLE) != KERN_BLOCKED) {
        (void)exception_continue(th, KERN_ABORTED);
    }
    return true;
}

static void
raise_from(struct thread *th, int exception, uint64_t code, uint64_t subcode,
           unsigned level)
{
    const struct exception_action *actions[LEVELS] = {
        [LEVEL_THREAD] = th->th_exc,
        [LEVEL_TASK] = th->th_task->ta_exc,
        [LEVEL_HOST] = the_host.ho_exc,
    };

    for (; level < LEVELS; level++) {
        if (ask(th, &actions[level][exception], exception, code, subcode,
                level)) {
            return;
        }
    }
    die(th, exception, code, subcode);
}

void
exception_raise_current(struct thread *th, int exception, uint64_t code,
                        uint64_t subcode, uint64_t error)
{
    assert(exception > 0 && exception < EXC_TYPES_COUNT);
    if (th->th_ast & AST_TERMINATE) {
        return; /* it dies on the way out */
    }
    th->th_in_trap = false; /* its registers are as it left them */
    if (!emulator_exception(th, exception, code, subcode, error)) {
        raise_from(th, exception, code, subcode, LEVEL_THREAD);
    }
}
