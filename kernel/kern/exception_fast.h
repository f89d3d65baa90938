/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The short way of an exception to its handler and back (exception_fast.c), and
 * what a thread keeps in th_saved.word while it waits for the verdict:
 *   W_ASKED      1: no reply yet (it has a reference to the thread)
 *   W_EXCEPTION  EXC_*, and the level that was asked << 8
 *   W_CODE, W_SUBCODE
 *   W_VERDICT    when there is a reply
 */
#ifndef KERN_EXCEPTION_FAST_H
#define KERN_EXCEPTION_FAST_H

#include <mach/message.h>
#include <sched/thread.h>

#define W_ASKED 0
#define W_EXCEPTION 1
#define W_CODE 2
#define W_SUBCODE 3
#define W_VERDICT 4

static inline void
exception_asked(struct thread *th, int exception, uint64_t code,
                uint64_t subcode, unsigned level)
{
    thread_reference(th); /* the reply port's */
    th->th_saved.word[W_ASKED] = 1;
    th->th_saved.word[W_EXCEPTION] = (unsigned)exception | level << 8;
    th->th_saved.word[W_CODE] = code;
    th->th_saved.word[W_SUBCODE] = subcode;
}

/* Where the thread goes on (exception.c). */
kern_return_t exception_continue(struct thread *th, kern_return_t result);

/* Ask a's port, and be gone, with the handler running; or come back, and
 * nothing has happened.  For the current thread, in a trap that is to end
 * with the switch. */
void exception_fast(struct thread *th, const struct exception_action *a,
                    int exception, uint64_t code, uint64_t subcode,
                    unsigned level);
/* An ipc_direct_fn: the verdict of a handler that is going to wait. */
struct thread *exception_fast_reply(void *arg, const struct thread *handler,
                                    const mach_msg_header_t *reply);

#endif
