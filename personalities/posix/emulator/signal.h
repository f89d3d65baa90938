/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals between the files that deal with them.
 *
 * proc keeps what is sent until a thread fetches it (signal_fetch); from then
 * on it is in the process's pending list, and a thread that does not block it
 * takes it at its way out (emulator_work).  Masks and handlers are known here only.
 */
#ifndef EMULATOR_SIGNAL_H
#define EMULATOR_SIGNAL_H

#include "emulator.h"

enum disposition {
    DISPOSITION_IGNORE,
    DISPOSITION_HANDLER,
    DISPOSITION_STOP,
    DISPOSITION_TERMINATE
};

/* What happens with a signal that has this action (sigset.c). */
enum disposition signal_disposition(int signo, uint64_t handler);
/* SIGKILL and SIGSTOP can't be blocked. */
uint64_t signal_mask_sanitize(uint64_t mask);

/* Take over what proc holds for this process. */
void signal_fetch(struct thread *t);
/* Remove the first pending signal of `set` that this thread may take. */
bool signal_take(struct thread *t, uint64_t set, struct pending *out);
/* Forget pending ones of these signals (their action is now to ignore them). */
void signal_discard(struct process *p, uint64_t set);
/* Pending for this thread, blocked or not. */
uint64_t signal_pending_set(struct thread *t);
void signal_fill_info(const struct pending *s, struct linux_siginfo *info);

/* sigframe.c: 0, or -EFAULT when the stack can't take the frame. */
int signal_frame_push(struct thread *t, regs_t *frame,
                      const struct pending *s,
                      const struct linux_sigaction *action, uint64_t mask);
/* Probe the processor: the state that frames hold. */
void signal_fpu_probe(struct space *space);
/* Are we on the alternate stack? */
bool signal_on_altstack(struct thread *t, uint64_t sp);

#endif
