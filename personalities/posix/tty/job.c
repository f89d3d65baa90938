/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Job control: sessions, foreground and background, signals.
 */
#include <string.h>
#include <proc_control/proc_control.h>
#include "internal.h"

void
terminal_signal(struct terminal *t, int pgid, int sig)
{
    static mig_handle_t proc;

    (void)t;
    if (proc == MIG_HANDLE_NULL) {
        proc = component_handle("proc");
    }
    if (proc != MIG_HANDLE_NULL && pgid > 0) {
        proc_signal_group(proc, pgid, sig);
    }
}

bool
tty_is_controlling(const struct terminal *t, const struct tty_session *s)
{
    return s != NULL && t->sid != 0 && s->sid == t->sid && !s->detached;
}

kern_return_t
tty_job_check(struct terminal *t, struct tty_session *s, int sig, bool blocked)
{
    if (!tty_is_controlling(t, s) || t->foreground == 0 ||
        s->pgid == t->foreground) {
        return KERN_SUCCESS;
    }
    if (blocked) {
        return sig == L_SIGTTIN ? POSIX_ERROR(L_EIO) : KERN_SUCCESS;
    }
    terminal_signal(t, s->pgid, sig);
    return POSIX_ERROR(POSIX_ERESTART);
}

void
terminal_hang_up(struct terminal *t)
{
    int group = t->foreground;

    t->sid = 0;
    t->foreground = 0;
    terminal_signal(t, group, L_SIGHUP);
    terminal_signal(t, group, L_SIGCONT);
}

void
terminal_set_window(struct terminal *t, const struct linux_winsize *w)
{
    if (memcmp(&t->window, w, sizeof(*w)) != 0) {
        t->window = *w;
        terminal_signal(t, t->foreground, L_SIGWINCH);
    }
}
