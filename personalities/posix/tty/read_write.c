/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading and writing an open terminal, for both interfaces.  Answers always
 * go out from here (never by the loop), so that input is put back when its
 * reader is gone.
 */
#include <string.h>
#include <tty/tty_S_tty_server.h>
#include "internal.h"

static bool
non_blocking(const struct tty_file *f, uint32_t flags)
{
    return (f->flags & L_O_NONBLOCK) != 0 || (flags & IO_NONBLOCK) != 0;
}

/* With O_NONBLOCK: is there nothing that a read could take now? */
static bool
would_block(const struct ldisc *ld, uint32_t amount)
{
    bool raw = (ld->ld_termios.c_lflag & L_ICANON) == 0;

    return !ldisc_readable(ld, amount) && !(raw && ldisc_available(ld) > 0);
}

kern_return_t
tty_file_read(struct tty_session *s, struct tty_file *f, mach_port_t reply,
          uint64_t cookie, uint32_t amount, uint32_t flags, bool io)
{
    struct tty_request *r;

    if ((f->flags & L_O_ACCMODE) == L_O_WRONLY) {
        return POSIX_ERROR(L_EBADF);
    }
    if (non_blocking(f, flags) && !tty_file_hung_up(f) && amount > 0 &&
        would_block(&f->terminal->ldisc, amount)) {
        return POSIX_ERROR(L_EAGAIN);
    }
    r = tty_request_create(REQUEST_READ, s, f, reply, cookie, 0);
    if (r == NULL) {
        return POSIX_ERROR(L_ENOMEM);
    }
    r->io = io;
    r->amount = amount < IO_INLINE_MAX ? amount : IO_INLINE_MAX;
    if (non_blocking(f, flags)) {
        r->expired = true; /* takes what there is */
    }
    if (tty_file_hung_up(f) || amount == 0) {
        r->amount = 0;
        r->expired = true;
        /* No input is touched by a read of nothing. */
    }
    tty_request_add(r);
    return MIG_NO_REPLY;
}

kern_return_t
tty_file_write(struct tty_session *s, struct tty_file *f, mach_port_t reply,
           uint64_t cookie, uint32_t flags, const uint8_t *data, uint32_t size,
           bool io)
{
    struct terminal *t = f->terminal;
    struct tty_request *r;
    uint32_t first;

    if ((f->flags & L_O_ACCMODE) == L_O_RDONLY) {
        return POSIX_ERROR(L_EBADF);
    }
    if (tty_file_hung_up(f)) {
        return POSIX_ERROR(L_EIO);
    }
    if (non_blocking(f, flags)) {
        first = (uint32_t)ldisc_write(&t->ldisc, data, size);
        if (first == 0 && size > 0) {
            return POSIX_ERROR(L_EAGAIN);
        }
        size = first;
        r = tty_request_create(REQUEST_WRITE, s, f, reply, cookie, 0);
        if (r != NULL) {
            r->done = r->size = size;
        }
    } else {
        r = tty_request_create(REQUEST_WRITE, s, f, reply, cookie, size);
        if (r != NULL) {
            memcpy(r->data, data, size);
            r->size = size;
        }
    }
    if (r == NULL) {
        return POSIX_ERROR(L_ENOMEM);
    }
    r->io = io;
    tty_request_add(r);
    return MIG_NO_REPLY;
}

/* ---- tty.defs ----------------------------------------------------------- */

kern_return_t
tty_S_tty_read(tty_session_ref_t session, mach_port_t reply, cookie_t cookie,
               tty_file_ref_t object, uint32_t amount, uint32_t flags,
               boolean_t sig_blocked, uint8_t *data,
               mach_msg_type_number_t *dataCnt)
{
    kern_return_t kr;

    (void)data;
    (void)dataCnt;
    if (object == NULL) {
        return POSIX_ERROR(L_EBADF);
    }
    kr = tty_job_check(object->terminal, session, L_SIGTTIN, sig_blocked != 0);
    return kr != KERN_SUCCESS ? kr
                              : tty_file_read(session, object, reply, cookie,
                                          amount, flags, false);
}

kern_return_t
tty_S_tty_write(tty_session_ref_t session, mach_port_t reply, cookie_t cookie,
                tty_file_ref_t object, uint32_t flags, boolean_t sig_blocked,
                const uint8_t *data, mach_msg_type_number_t dataCnt,
                uint32_t *written)
{
    kern_return_t kr = KERN_SUCCESS;

    (void)written;
    if (object == NULL) {
        return POSIX_ERROR(L_EBADF);
    }
    if ((object->terminal->ldisc.ld_termios.c_lflag & L_TOSTOP) != 0) {
        kr = tty_job_check(object->terminal, session, L_SIGTTOU,
                       sig_blocked != 0);
    }
    return kr != KERN_SUCCESS ? kr
                              : tty_file_write(session, object, reply, cookie,
                                           flags, data, dataCnt, false);
}

kern_return_t
tty_S_tty_cancel(tty_session_ref_t session, cookie_t cookie)
{
    tty_requests_cancel(&tty_console, session, NULL, cookie);
    return KERN_SUCCESS;
}
