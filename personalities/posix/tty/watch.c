/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll: what an open terminal is ready for, and who wants to be told.
 */
#include <stdlib.h>
#include <io_event/io_event.h>
#include "internal.h"

#define WATCHES_MAX 1024 /* of one terminal */

static bool
input_ready(const struct ldisc *ld)
{
    const uint8_t *cc = ld->ld_termios.c_cc;
    size_t wanted = cc[L_VTIME] != 0 || cc[L_VMIN] == 0 ? 1 : cc[L_VMIN];

    if ((ld->ld_termios.c_lflag & L_ICANON) != 0) {
        return ld->ready_lines > 0;
    }
    return ldisc_available(ld) >= wanted;
}

uint32_t
tty_file_ready(const struct tty_file *f)
{
    const struct ldisc *ld = &f->terminal->ldisc;
    uint32_t ready = 0;

    if (tty_file_hung_up(f)) {
        return L_POLLIN | L_POLLOUT | L_POLLRDNORM | L_POLLWRNORM |
               L_POLLHUP | L_POLLERR;
    }
    if (input_ready(ld)) {
        ready |= L_POLLIN | L_POLLRDNORM;
    }
    if (ldisc_writable(ld)) {
        ready |= L_POLLOUT | L_POLLWRNORM;
    }
    return ready;
}

static void
watch_free(struct terminal *t, struct tty_watch *w)
{
    mach_port_deallocate_trap(w->port);
    t->watch_count--;
    free(w);
}

/* Takes port. */
kern_return_t
tty_watch_add(struct tty_file *f, uint32_t events, mach_port_t port,
          uint64_t cookie)
{
    struct terminal *t = f->terminal;
    struct tty_watch *w;

    tty_watch_remove(f, cookie);
    w = t->watch_count < WATCHES_MAX ? malloc(sizeof(*w)) : NULL;
    if (w == NULL) {
        mach_port_deallocate_trap(port);
        return POSIX_ERROR(L_ENOMEM);
    }
    *w = (struct tty_watch){.next = t->watches, .file = f, .port = port,
                            .cookie = cookie, .events = events};
    t->watches = w;
    t->watch_count++;
    return KERN_SUCCESS;
}

void
tty_watch_remove(struct tty_file *f, uint64_t cookie)
{
    struct terminal *t = f->terminal;

    for (struct tty_watch **at = &t->watches; *at != NULL;
         at = &(*at)->next) {
        struct tty_watch *w = *at;

        if (w->file == f && w->cookie == cookie) {
            *at = w->next;
            watch_free(t, w);
            return;
        }
    }
}

void
tty_watches_drop_file(struct tty_file *f)
{
    struct terminal *t = f->terminal;
    struct tty_watch **at = &t->watches;

    while (*at != NULL) {
        struct tty_watch *w = *at;

        if (w->file == f) {
            *at = w->next;
            watch_free(t, w);
        } else {
            at = &w->next;
        }
    }
}

void
tty_watches_check(struct terminal *t)
{
    struct tty_watch **at = &t->watches;

    while (*at != NULL) {
        struct tty_watch *w = *at;
        uint32_t ready = tty_file_ready(w->file) &
                         (w->events | L_POLLHUP | L_POLLERR);

        if (ready != 0) {
            *at = w->next;
            io_ready(w->port, w->cookie, ready);
            watch_free(t, w);
        } else {
            at = &w->next;
        }
    }
}
