/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests that wait, and the pump that answers them.
 */
#include <stdlib.h>
#include <init/init.h>
#include <io/io_replies.h>
#include <tty/tty_replies.h>
#include "internal.h"

bool
tty_file_hung_up(const struct tty_file *f)
{
    return f->generation != f->terminal->generation;
}

struct tty_request *
tty_request_create(enum request_kind kind, struct tty_session *s,
               struct tty_file *f, mach_port_t reply, uint64_t cookie,
               size_t data)
{
    struct tty_request *r = calloc(1, sizeof(*r) + data);
    void *called = s != NULL ? (void *)s : (void *)f;

    if (r != NULL && called != NULL) {
        reply = server_reply_later(reply, called, cookie);
    }
    if (r == NULL || (reply == MACH_PORT_NULL && called != NULL)) {
        free(r);
        return NULL;
    }
    r->kind = kind;
    r->session = s;
    r->file = f;
    r->terminal = f != NULL ? f->terminal : &tty_console;
    r->reply = reply;
    r->cookie = cookie;
    if (f != NULL) {
        server_object_reference(f);
    }
    return r;
}

static void
request_free(struct tty_request *r)
{
    if (r->timer != 0) {
        server_timer_cancel(r->timer);
    }
    if (r->file != NULL) {
        server_object_release(r->file);
    }
    free(r);
}

static void
unlink_request(struct tty_request *r)
{
    struct tty_request **at = &r->terminal->requests;

    while (*at != r) {
        at = &(*at)->next;
    }
    *at = r->next;
}

/* Answers and frees r, which is in no list; false: the client is gone. */
static bool
answer(struct tty_request *r, kern_return_t code, const uint8_t *data,
       uint32_t count)
{
    kern_return_t kr = KERN_SUCCESS;
    bool sent;

    switch (r->kind) {
    case REQUEST_READ:
        kr = r->io ? io_read_reply(r->reply, code, data, count)
                   : tty_read_reply(r->reply, code, data, count);
        break;
    case REQUEST_WRITE:
        kr = r->io ? io_write_reply(r->reply, code, count)
                   : tty_write_reply(r->reply, code, count);
        break;
    case REQUEST_DRAIN:
        if (r->notify != MACH_PORT_NULL) {
            init_drained(r->notify);
            mach_port_deallocate_trap(r->notify);
            break;
        }
        kr = tty_control_reply(r->reply, code, data, 0, 0);
        break;
    }
    sent = kr == KERN_SUCCESS;
    if (!sent) {
        mach_port_deallocate_trap(r->reply);
    }
    request_free(r);
    return sent;
}

/* ---- reading ------------------------------------------------------------ */

static void
read_timer(void *arg)
{
    struct tty_request *r = arg;

    r->timer = 0;
    r->expired = true;
    terminal_pump(r->terminal);
}

/* VTIME: between characters with VMIN, from the beginning without. */
static void
set_read_timer(struct tty_request *r)
{
    const struct ldisc *ld = &r->terminal->ldisc;
    const uint8_t *cc = ld->ld_termios.c_cc;
    size_t there = ldisc_available(ld);

    if ((ld->ld_termios.c_lflag & L_ICANON) != 0 || cc[L_VTIME] == 0 ||
        (cc[L_VMIN] > 0 && (there == 0 || there == r->seen)) ||
        (cc[L_VMIN] == 0 && r->timer != 0)) {
        return;
    }
    if (r->timer != 0) {
        server_timer_cancel(r->timer);
    }
    r->seen = there;
    r->timer = server_timer(clock_uptime() + cc[L_VTIME] * 100000000ull,
                            read_timer, r);
}

static bool
try_read(struct tty_request *r)
{
    static uint8_t data[IO_INLINE_MAX];
    struct ldisc *ld = &r->terminal->ldisc;
    struct ldisc_mark mark = ldisc_mark(ld);
    size_t n;

    if (!r->expired && !ldisc_readable(ld, r->amount)) {
        set_read_timer(r);
        return false;
    }
    unlink_request(r);
    n = r->amount > 0 ? ldisc_read(ld, data, r->amount) : 0;
    if (!answer(r, KERN_SUCCESS, data, (uint32_t)n)) {
        ldisc_rewind(ld, mark);
    }
    return true;
}

/* ---- writing ------------------------------------------------------------ */

static bool
try_write(struct tty_request *r)
{
    r->done += (uint32_t)ldisc_write(&r->terminal->ldisc, r->data + r->done,
                                     r->size - r->done);
    if (r->done < r->size) {
        return false;
    }
    unlink_request(r);
    answer(r, KERN_SUCCESS, NULL, r->done);
    return true;
}

static bool
try_drain(struct tty_request *r)
{
    struct terminal *t = r->terminal;

    if (ldisc_output_pending(&t->ldisc) > 0 || t->in_flight > 0) {
        return false;
    }
    unlink_request(r);
    if (r->flush) {
        ldisc_flush_input(&t->ldisc);
    }
    if (r->set) {
        ldisc_set_termios(&t->ldisc, &r->termios);
    }
    answer(r, KERN_SUCCESS, NULL, 0);
    return true;
}

/* ---- the pump ----------------------------------------------------------- */

static void
send_signals(struct terminal *t)
{
    uint32_t events = t->ldisc.ld_events;

    t->ldisc.ld_events = 0;
    if ((events & LDISC_SIGINT) != 0) {
        terminal_signal(t, t->foreground, L_SIGINT);
    }
    if ((events & LDISC_SIGQUIT) != 0) {
        terminal_signal(t, t->foreground, L_SIGQUIT);
    }
    if ((events & LDISC_SIGTSTP) != 0) {
        terminal_signal(t, t->foreground, L_SIGTSTP);
    }
}

static bool
try_request(struct tty_request *r)
{
    switch (r->kind) {
    case REQUEST_READ:
        return try_read(r);
    case REQUEST_WRITE:
        return try_write(r);
    default:
        return try_drain(r);
    }
}

void
terminal_pump(struct terminal *t)
{
    bool progress = true;

    send_signals(t);
    while (progress) {
        struct tty_request *next;

        progress = false;
        for (struct tty_request *r = t->requests; r != NULL; r = next) {
            next = r->next;
            progress |= try_request(r);
        }
        tty_device_transmit(t);
    }
    tty_device_receive(t);
    tty_watches_check(t);
}

kern_return_t
tty_request_add(struct tty_request *r)
{
    struct terminal *t = r->terminal;
    struct tty_request **at = &t->requests;

    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = r;
    terminal_pump(t);
    return KERN_SUCCESS;
}

/* ---- endings ------------------------------------------------------------ */

void
tty_requests_cancel(struct terminal *t, const struct tty_session *s,
                const struct tty_file *f, uint64_t cookie)
{
    for (struct tty_request *r = t->requests; r != NULL; r = r->next) {
        if (r->cookie != cookie || r->session != s ||
            (f != NULL && r->file != f)) {
            continue;
        }
        unlink_request(r);
        if (r->kind == REQUEST_WRITE && r->done > 0) {
            answer(r, KERN_SUCCESS, NULL, r->done);
        } else {
            answer(r, POSIX_ERROR(L_EINTR), NULL, 0);
        }
        return;
    }
}

void
tty_requests_drop_session(struct terminal *t, struct tty_session *s)
{
    struct tty_request *next;

    for (struct tty_request *r = t->requests; r != NULL; r = next) {
        next = r->next;
        if (r->session == s) {
            unlink_request(r);
            mach_port_deallocate_trap(r->reply);
            request_free(r);
        }
    }
}

void
tty_requests_hang_up(struct terminal *t)
{
    while (t->requests != NULL) {
        struct tty_request *r = t->requests;

        unlink_request(r);
        answer(r, r->kind == REQUEST_READ ? KERN_SUCCESS : POSIX_ERROR(L_EIO),
               NULL, 0);
    }
}
