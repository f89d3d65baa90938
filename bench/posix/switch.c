/* SPDX-License-Identifier: BSD-2-Clause */
/* Two processes that wait for each other, and pipes. */
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define BULK 65536

static pid_t peer;
static int to[2], from[2]; /* to[1] -> to[0] and back */
static char bulk[BULK];
static volatile unsigned *words;

void
start_peer(void (*body)(void))
{
    peer = fork();
    if (peer < 0) {
        fail("fork");
    }
    if (peer == 0) {
        body();
        _exit(0);
    }
}

void
end_peer(void)
{
    kill(peer, SIGKILL);
    waitpid(peer, NULL, 0);
}

/* ---- pipes ---------------------------------------------------------------- */

static void
pipe_setup(void)
{
    if (pipe(to) != 0) {
        fail("pipe");
    }
}

static void
pipe_finish(void)
{
    close(to[0]);
    close(to[1]);
}

static void
pipe_self_run(unsigned n)
{
    char c = 0;

    while (n-- > 0) {
        if (write(to[1], &c, 1) != 1 || read(to[0], &c, 1) != 1) {
            fail("pipe");
        }
    }
}

static void
echo_body(void)
{
    char c;

    while (read(to[0], &c, 1) == 1 && write(from[1], &c, 1) == 1) {
    }
}

static void
round_trip_setup(void)
{
    if (pipe(to) != 0 || pipe(from) != 0) {
        fail("pipe");
    }
    start_peer(echo_body);
}

static void
round_trip_run(unsigned n)
{
    char c = 0;

    while (n-- > 0) {
        if (write(to[1], &c, 1) != 1 || read(from[0], &c, 1) != 1) {
            fail("round trip");
        }
    }
}

static void
round_trip_finish(void)
{
    end_peer();
    pipe_finish();
    close(from[0]);
    close(from[1]);
}

static void
unix_setup(void)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) {
        fail("socketpair");
    }
    to[1] = pair[0];
    from[0] = dup(pair[0]);
    to[0] = pair[1];
    from[1] = dup(pair[1]);
    start_peer(echo_body);
}

static void
drain_body(void)
{
    while (read(to[0], bulk, BULK) > 0) {
    }
}

static void
bulk_setup(void)
{
    pipe_setup();
    start_peer(drain_body);
}

static void
bulk_run(unsigned n)
{
    while (n-- > 0) {
        if (write(to[1], bulk, BULK) != BULK) {
            fail("write");
        }
    }
}

static void
bulk_finish(void)
{
    end_peer();
    pipe_finish();
}

/* ---- words that both see --------------------------------------------------- */

static void
words_setup(void (*body)(void))
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED) {
        fail("mmap");
    }
    words = p;
    start_peer(body);
}

static void
words_finish(void)
{
    end_peer();
    munmap((void *)words, 4096);
}

/*
 * A word says whose turn it is, so that a yield which leaves the processor
 * where it is does not count.  An operation is there and back.
 */
static void
yield_body(void)
{
    for (;;) {
        while (words[0] == 0) {
            sched_yield();
        }
        words[0] = 0;
    }
}

static void
yield_setup(void)
{
    words_setup(yield_body);
}

static void
yield_run(unsigned n)
{
    while (n-- > 0) {
        words[0] = 1;
        while (words[0] != 0) {
            sched_yield();
        }
    }
}

/* ---- futexes --------------------------------------------------------------- */

static void
pass(unsigned mine, unsigned other)
{
    while (__atomic_load_n(&words[mine], __ATOMIC_ACQUIRE) == 0) {
        syscall(SYS_futex, &words[mine], FUTEX_WAIT, 0, NULL, NULL, 0);
    }
    __atomic_store_n(&words[mine], 0, __ATOMIC_RELEASE);
    __atomic_store_n(&words[other], 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &words[other], FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void
futex_body(void)
{
    for (;;) {
        pass(1, 0);
    }
}

static void
futex_setup(void)
{
    words_setup(futex_body);
    words[0] = 1;
}

static void
futex_run(unsigned n)
{
    while (n-- > 0) {
        pass(0, 1);
    }
}

const struct row switch_rows[] = {
    {"sched_yield_ping", 500, yield_setup, yield_run, words_finish},
    {"pipe_self_wr_rd", 500, pipe_setup, pipe_self_run, pipe_finish},
    {"pipe_round_trip", 200, round_trip_setup, round_trip_run,
     round_trip_finish},
    {"unix_round_trip", 200, unix_setup, round_trip_run, round_trip_finish},
    {"futex_round_trip", 200, futex_setup, futex_run, words_finish},
    {"pipe_bw_64k_write", 20, bulk_setup, bulk_run, bulk_finish},
    {NULL, 0, NULL, NULL, NULL},
};
