/* SPDX-License-Identifier: BSD-2-Clause */
/* Which signal does what by default. */
#include "signal.h"

#define IGNORED (SIGMASK(SIGCHLD) | SIGMASK(SIGURG) | SIGMASK(SIGWINCH) | \
                 SIGMASK(SIGCONT))
#define STOPPING (SIGMASK(SIGSTOP) | SIGMASK(SIGTSTP) | SIGMASK(SIGTTIN) | \
                  SIGMASK(SIGTTOU))

enum disposition
signal_disposition(int signo, uint64_t handler)
{
    if (signo == SIGKILL) {
        return DISPOSITION_TERMINATE;
    }
    if (signo == SIGSTOP) {
        return DISPOSITION_STOP;
    }
    if (handler == SIG_IGN) {
        return DISPOSITION_IGNORE;
    }
    if (handler != SIG_DFL) {
        return DISPOSITION_HANDLER;
    }
    if (SIGMASK(signo) & IGNORED) {
        return DISPOSITION_IGNORE;
    }
    return SIGMASK(signo) & STOPPING ? DISPOSITION_STOP
                                     : DISPOSITION_TERMINATE;
}

uint64_t
signal_mask_sanitize(uint64_t mask)
{
    return mask & ~(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP));
}
