/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of the pipe component. */
#include <stdlib.h>
#include <string.h>

#include <io/pipe_S_io_server.h>
#include <pipe/pipe_S_pipe_server.h>

#include "pipe/internal.h"
#include "fakes.h"
#include "tap.h"

const struct mig_subsystem pipe_S_io_subsystem, pipe_S_pipe_subsystem;

static pipe_service_ref_t service;
static uint8_t buffer[IO_INLINE_MAX];
static uint32_t count;

static kern_return_t
rd(mach_port_t port, uint32_t amount, uint32_t flags, mach_port_t reply)
{
    fake_answers[reply].given = false;
    return pipe_S_io_read(fake_object(port), reply, reply, IO_OFFSET_CURRENT,
                          amount, flags, buffer, &count);
}

static kern_return_t
wr(mach_port_t port, const void *data, uint32_t n, uint32_t flags,
   mach_port_t reply)
{
    fake_answers[reply].given = false;
    return pipe_S_io_write(fake_object(port), reply, reply,
                           IO_OFFSET_CURRENT, flags, data, n, &count);
}

static void
basic(void)
{
    mach_port_t r, w;

    OK(pipe_S_pipe_create(service, 0, &r, &w) == KERN_SUCCESS);
    OK(wr(w, "hello", 5, 0, 1) == KERN_SUCCESS && count == 5);
    OK(rd(r, 100, 0, 1) == KERN_SUCCESS && count == 5 &&
       memcmp(buffer, "hello", 5) == 0);
    OK_ERR(rd(r, 1, IO_NONBLOCK, 1), EAGAIN);
    OK_ERR(rd(w, 1, 0, 1), EBADF);
    OK_ERR(wr(r, "x", 1, 0, 1), EBADF);
    OK(rd(r, 10, 0, 2) == MIG_NO_REPLY);
    OK(wr(w, "ab", 2, 0, 1) == KERN_SUCCESS);
    OK(fake_answers[2].given && fake_answers[2].count == 2 &&
       memcmp(fake_answers[2].data, "ab", 2) == 0);
    OK(rd(r, 10, 0, 3) == MIG_NO_REPLY);
    OK(pipe_S_io_cancel(fake_object(r), 3) == KERN_SUCCESS);
    OK(fake_answers[3].given && fake_answers[3].code == ERR(EINTR));
    /* An answer that can't be delivered loses nothing. */
    OK(rd(r, 10, 0, 4) == MIG_NO_REPLY);
    fake_replies_fail = true;
    OK(wr(w, "keep", 4, 0, 1) == KERN_SUCCESS);
    fake_replies_fail = false;
    OK(rd(r, 10, IO_NONBLOCK, 1) == KERN_SUCCESS && count == 4);
    OK(rd(r, 10, 0, 5) == MIG_NO_REPLY);
    fake_no_senders(w);
    OK(fake_answers[5].given && fake_answers[5].code == KERN_SUCCESS &&
       fake_answers[5].count == 0);
    OK(rd(r, 10, IO_NONBLOCK, 1) == KERN_SUCCESS && count == 0);
    fake_no_senders(r);
    OK(fake_objects == 1);
}

static void
full(void)
{
    static uint8_t big[32768];
    mach_port_t r, w;

    OK(pipe_S_pipe_create(service, 0, &r, &w) == KERN_SUCCESS);
    OK(wr(w, big, 32768, IO_NONBLOCK, 1) == KERN_SUCCESS && count == 32768);
    OK(wr(w, big, 32000, IO_NONBLOCK, 1) == KERN_SUCCESS && count == 32000);
    OK_ERR(wr(w, big, 4096, IO_NONBLOCK, 1), EAGAIN); /* 768 are left */
    OK(wr(w, big, 700, IO_NONBLOCK, 1) == KERN_SUCCESS && count == 700);
    OK(wr(w, big, 5000, IO_NONBLOCK, 1) == KERN_SUCCESS && count == 68);
    OK_ERR(wr(w, big, 1, IO_NONBLOCK, 1), EAGAIN);
    OK(wr(w, big, 10000, 0, 2) == MIG_NO_REPLY);
    OK(rd(r, 4000, 0, 1) == KERN_SUCCESS && count == 4000);
    OK(!fake_answers[2].given);
    pipe_S_io_cancel(fake_object(w), 2);
    OK(fake_answers[2].given && fake_answers[2].code == KERN_SUCCESS &&
       fake_answers[2].count == 4000);
    OK(wr(w, big, 100, 0, 3) == MIG_NO_REPLY);
    OK(wr(w, big, 100, 0, 4) == MIG_NO_REPLY);
    fake_no_senders(r);
    OK(fake_answers[3].code == ERR(EPIPE) && fake_answers[4].given);
    OK_ERR(wr(w, big, 1, 0, 1), EPIPE);
    fake_no_senders(w);
    OK(fake_objects == 1);
}

static void
readiness(void)
{
    mach_port_t r, w;
    uint32_t ready;

    OK(pipe_S_pipe_create(service, 0, &r, &w) == KERN_SUCCESS);
    pipe_S_io_watch(fake_object(w), L_POLLOUT, 7, 1, &ready);
    OK(ready == L_POLLOUT);
    pipe_S_io_watch(fake_object(r), L_POLLIN, 7, 77, &ready);
    OK(ready == 0);
    wr(w, "x", 1, 0, 1);
    OK(fake_ready_count == 1 && fake_ready_cookie == 77 &&
       fake_ready_events == L_POLLIN);
    wr(w, "x", 1, 0, 1);
    OK(fake_ready_count == 1);
    rd(r, 10, 0, 1);
    pipe_S_io_watch(fake_object(r), 0, 7, 78, &ready);
    pipe_S_io_watch(fake_object(r), 0, 7, 79, &ready);
    pipe_S_io_unwatch(fake_object(r), 79);
    fake_no_senders(w);
    OK(fake_ready_count == 2 && fake_ready_cookie == 78 &&
       fake_ready_events == L_POLLHUP);
    fake_no_senders(r);
    OK(fake_objects == 1);
}

static void
fifos(void)
{
    pipe_fifo_ref_t f, only_read;
    mach_port_t p, r;

    OK(pipe_S_pipe_fifo_create(service, &f) == KERN_SUCCESS);
    OK(pipe_S_pipe_fifo_restrict(f, 1, &only_read) == KERN_SUCCESS);
    OK_ERR(pipe_S_pipe_fifo_open(only_read, 1, 1, L_O_WRONLY, &p), EACCES);
    OK_ERR(pipe_S_pipe_fifo_open(f, 1, 1, L_O_WRONLY | L_O_NONBLOCK, &p),
           ENXIO);
    OK(pipe_S_pipe_fifo_open(f, 1, 1, L_O_RDONLY, &p) == MIG_NO_REPLY);
    pipe_S_pipe_fifo_cancel(f, 1);
    OK(fake_answers[1].code == ERR(EINTR));
    fake_answers[2].given = false;
    OK(pipe_S_pipe_fifo_open(f, 2, 2, L_O_WRONLY, &p) == MIG_NO_REPLY);
    OK(pipe_S_pipe_fifo_open(only_read, 3, 3, L_O_RDONLY, &r) ==
       KERN_SUCCESS);
    OK(fake_answers[2].given && fake_answers[2].code == KERN_SUCCESS);
    p = fake_answers[2].object;
    OK(wr(p, "fifo", 4, 0, 4) == KERN_SUCCESS);
    fake_no_senders(p);
    OK(rd(r, 10, 0, 4) == KERN_SUCCESS && count == 4);
    OK(rd(r, 10, 0, 4) == KERN_SUCCESS && count == 0);
    fake_no_senders(r);
    server_object_release(only_read);
    server_object_release(f);
    OK(fake_objects == 1);
}

static void
sockets(void)
{
    mach_port_t a, b;

    OK(pipe_S_pipe_socketpair(service, L_SOCK_SEQPACKET, &a, &b) ==
       KERN_SUCCESS);
    wr(a, "first", 5, 0, 1);
    wr(a, "second", 6, 0, 1);
    OK(rd(b, 3, IO_PEEK, 1) == KERN_SUCCESS && count == 3);
    OK(rd(b, 3, 0, 1) == KERN_SUCCESS && count == 3);
    OK(rd(b, 100, 0, 1) == KERN_SUCCESS && count == 6);
    OK(wr(b, "back", 4, 0, 1) == KERN_SUCCESS);
    OK(pipe_S_pipe_shutdown(fake_object(a), L_SHUT_WR) == KERN_SUCCESS);
    OK(rd(b, 1, 0, 1) == KERN_SUCCESS && count == 0);
    OK_ERR(wr(a, "x", 1, 0, 1), EPIPE);
    fake_no_senders(a); /* with "back" unread */
    OK_ERR(rd(b, 1, 0, 1), ECONNRESET);
    OK(rd(b, 1, 0, 1) == KERN_SUCCESS && count == 0);
    fake_no_senders(b);
    OK_ERR(pipe_S_pipe_socketpair(service, 9, &a, &b), EPROTONOSUPPORT);
    OK(fake_objects == 1);
}

/* Bytes come out as they went in, whatever is read and written when. */
static void
random_model(void)
{
    static uint8_t data[IO_INLINE_MAX];
    uint32_t in = 0, out = 0, waiting = 0, pending = 0;
    bool good = true;
    mach_port_t r, w;

    srandom(1);
    pipe_S_pipe_create(service, 0, &r, &w);
    for (int i = 0; i < 50000 && good; i++) {
        uint32_t n = (uint32_t)random() % 5000 + 1;

        if (waiting == 0 && (random() & 1) != 0) {
            kern_return_t kr;

            for (uint32_t k = 0; k < n; k++) {
                data[k] = (uint8_t)((in + k) * 7);
            }
            kr = wr(w, data, n, 0, 2);
            if (kr == MIG_NO_REPLY) {
                waiting = n;
                pending = in;
                in += n;
            } else {
                good = kr == KERN_SUCCESS && count == n;
                in += n;
            }
        } else {
            kern_return_t kr = rd(r, n, IO_NONBLOCK, 1);

            if (kr != KERN_SUCCESS) {
                good = kr == ERR(EAGAIN) && in == out;
                continue;
            }
            for (uint32_t k = 0; k < count; k++) {
                good = good && buffer[k] == (uint8_t)((out + k) * 7);
            }
            out += count;
            if (waiting != 0 && fake_answers[2].given) {
                good = good && fake_answers[2].count == waiting;
                waiting = 0;
            }
        }
    }
    (void)pending;
    OK(good);
    fake_no_senders(r);
    fake_no_senders(w);
    OK(fake_objects == 1);
}

int
main(void)
{
    service = (pipe_service_ref_t)pipe_start();
    basic();
    full();
    readiness();
    fifos();
    sockets();
    random_model();
    return tap_end();
}
