/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ioctl on terminals.
 */
#include <string.h>
#include <tty/tty_S_tty_server.h>
#include "internal.h"

static kern_return_t
put(const struct ioctl *c, const void *data, uint32_t size)
{
    memcpy(c->out, data, size);
    *c->out_size = size;
    return KERN_SUCCESS;
}

static kern_return_t
put_int(const struct ioctl *c, int value)
{
    return put(c, &value, sizeof(value));
}

/* Waits until output has been sent, and does what the command says then. */
static kern_return_t
drain(const struct ioctl *c, const struct linux_termios *t)
{
    struct terminal *terminal = c->file->terminal;
    struct tty_request *r;

    if (c->reply == MACH_PORT_NULL) {
        /* Without a reply port of its own the call cannot wait. */
        if (t != NULL) {
            ldisc_set_termios(&terminal->ldisc, t);
        }
        terminal_pump(terminal);
        return KERN_SUCCESS;
    }
    r = tty_request_create(REQUEST_DRAIN, c->session, c->file, c->reply,
                           c->cookie, 0);
    if (r == NULL) {
        return POSIX_ERROR(L_ENOMEM);
    }
    if (t != NULL) {
        r->set = true;
        r->flush = c->command == L_TCSETSF;
        r->termios = *t;
    }
    tty_request_add(r);
    return MIG_NO_REPLY;
}

static kern_return_t
set_termios(const struct ioctl *c)
{
    struct terminal *terminal = c->file->terminal;
    struct linux_termios t;

    if (c->in_size < sizeof(t)) {
        return POSIX_ERROR(L_EFAULT);
    }
    memcpy(&t, c->in, sizeof(t));
    if (c->command != L_TCSETS) {
        return drain(c, &t);
    }
    ldisc_set_termios(&terminal->ldisc, &t);
    terminal_pump(terminal);
    return KERN_SUCCESS;
}

static kern_return_t
flow(const struct ioctl *c)
{
    struct terminal *t = c->file->terminal;
    const uint8_t *cc = t->ldisc.ld_termios.c_cc;

    switch (c->argument) {
    case 0: /* TCOOFF */
        t->ldisc.stopped = true;
        break;
    case 1: /* TCOON */
        t->ldisc.stopped = false;
        break;
    case 2: /* TCIOFF */
        ldisc_write(&t->ldisc, &cc[L_VSTOP], cc[L_VSTOP] != 0);
        break;
    case 3: /* TCION */
        ldisc_write(&t->ldisc, &cc[L_VSTART], cc[L_VSTART] != 0);
        break;
    default:
        return POSIX_ERROR(L_EINVAL);
    }
    terminal_pump(t);
    return KERN_SUCCESS;
}

static kern_return_t
flush(const struct ioctl *c)
{
    struct terminal *t = c->file->terminal;

    if (c->argument > 2) {
        return POSIX_ERROR(L_EINVAL);
    }
    if (c->argument != 1) {
        ldisc_flush_input(&t->ldisc);
    }
    if (c->argument != 0) {
        ldisc_flush_output(&t->ldisc);
    }
    terminal_pump(t);
    return KERN_SUCCESS;
}

/* ---- sessions ----------------------------------------------------------- */

static kern_return_t
make_controlling(const struct ioctl *c)
{
    struct terminal *t = c->file->terminal;
    struct tty_session *s = c->session;

    if (s == NULL) {
        return POSIX_ERROR(L_ENOTTY);
    }
    if (tty_is_controlling(t, s)) {
        return KERN_SUCCESS;
    }
    if (s->pid != s->sid || t->sid != 0) {
        return POSIX_ERROR(L_EPERM);
    }
    t->sid = s->sid;
    t->foreground = s->pgid;
    s->detached = false;
    return KERN_SUCCESS;
}

static kern_return_t
give_up(const struct ioctl *c)
{
    struct terminal *t = c->file->terminal;

    if (!tty_is_controlling(t, c->session)) {
        return POSIX_ERROR(L_ENOTTY);
    }
    if (c->session->pid == c->session->sid) {
        terminal_hang_up(t);
    }
    c->session->detached = true;
    return KERN_SUCCESS;
}

static kern_return_t
set_foreground(const struct ioctl *c)
{
    struct terminal *t = c->file->terminal;
    int pgid;

    if (!tty_is_controlling(t, c->session)) {
        return POSIX_ERROR(L_ENOTTY);
    }
    if (c->in_size < sizeof(pgid)) {
        return POSIX_ERROR(L_EFAULT);
    }
    memcpy(&pgid, c->in, sizeof(pgid));
    if (pgid <= 0) {
        return POSIX_ERROR(L_EINVAL);
    }
    t->foreground = pgid;
    return KERN_SUCCESS;
}

static kern_return_t
set_window(const struct ioctl *c)
{
    struct linux_winsize w;

    if (c->in_size < sizeof(w)) {
        return POSIX_ERROR(L_EFAULT);
    }
    memcpy(&w, c->in, sizeof(w));
    terminal_set_window(c->file->terminal, &w);
    return KERN_SUCCESS;
}

/* ---- the table ---------------------------------------------------------- */

/* Commands that change the terminal stop a background process. */
static bool
changes(uint32_t command)
{
    switch (command) {
    case L_TCSETS: case L_TCSETSW: case L_TCSETSF: case L_TCSBRK:
    case L_TCSBRKP: case L_TCXONC: case L_TCFLSH: case L_TIOCSPGRP:
        return true;
    default:
        return false;
    }
}

static kern_return_t
get(const struct ioctl *c)
{
    struct terminal *t = c->file->terminal;

    switch (c->command) {
    case L_TCGETS:
        return put(c, &t->ldisc.ld_termios, sizeof(t->ldisc.ld_termios));
    case L_TIOCGWINSZ:
        return put(c, &t->window, sizeof(t->window));
    case L_FIONREAD:
        return put_int(c, (int)ldisc_available(&t->ldisc));
    case L_TIOCOUTQ:
        return put_int(c, (int)(ldisc_output_pending(&t->ldisc) +
                                t->in_flight));
    case L_TIOCGPGRP:
        return tty_is_controlling(t, c->session) ? put_int(c, t->foreground)
                                             : POSIX_ERROR(L_ENOTTY);
    case L_TIOCGSID:
        return tty_is_controlling(t, c->session) ? put_int(c, t->sid)
                                             : POSIX_ERROR(L_ENOTTY);
    default:
        return POSIX_ERROR(L_ENOTTY);
    }
}

kern_return_t
tty_file_control(const struct ioctl *c)
{
    kern_return_t kr = KERN_SUCCESS;

    *c->out_size = 0;
    if (tty_file_hung_up(c->file)) {
        return POSIX_ERROR(L_EIO);
    }
    if (changes(c->command)) {
        kr = tty_job_check(c->file->terminal, c->session, L_SIGTTOU,
                       c->sig_blocked);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    switch (c->command) {
    case L_TCSETS: case L_TCSETSW: case L_TCSETSF:
        return set_termios(c);
    case L_TCSBRK: case L_TCSBRKP:
        return drain(c, NULL); /* a break itself has no meaning here */
    case L_TCXONC:
        return flow(c);
    case L_TCFLSH:
        return flush(c);
    case L_TIOCSCTTY:
        return make_controlling(c);
    case L_TIOCNOTTY:
        return give_up(c);
    case L_TIOCSPGRP:
        return set_foreground(c);
    case L_TIOCSWINSZ:
        return set_window(c);
    default:
        return get(c);
    }
}

kern_return_t
tty_S_tty_control(tty_session_ref_t session, mach_port_t reply,
                  cookie_t cookie, tty_file_ref_t object, uint32_t command,
                  uint64_t argument, boolean_t sig_blocked,
                  const uint8_t *in_data, mach_msg_type_number_t in_dataCnt,
                  uint8_t *out_data, mach_msg_type_number_t *out_dataCnt,
                  int *result)
{
    struct ioctl c = {.session = session, .file = object, .reply = reply,
                      .cookie = cookie, .command = command,
                      .argument = argument, .sig_blocked = sig_blocked != 0,
                      .in = in_data, .in_size = in_dataCnt, .out = out_data,
                      .out_size = out_dataCnt};

    if (object == NULL) {
        return POSIX_ERROR(L_EBADF);
    }
    *result = 0;
    return tty_file_control(&c);
}
