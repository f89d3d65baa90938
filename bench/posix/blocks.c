/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks of bytes to another process and an answer: what a message is compared
 * with.  Of 24 bytes as many come back; a longer block is answered with one.
 */
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define LARGEST 65536

static int here[2], there[2]; /* what each process reads and writes */
static char bytes[LARGEST];
static size_t block;

static int
get(int fd, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = read(fd, bytes + done, size - done);

        if (n <= 0) {
            return 0;
        }
        done += (size_t)n;
    }
    return 1;
}

static int
put(int fd, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, bytes + done, size - done);

        if (n <= 0) {
            return 0;
        }
        done += (size_t)n;
    }
    return 1;
}

static size_t
answer(void)
{
    return block == 24 ? block : 1;
}

static void
body(void)
{
    while (get(there[0], block) && put(there[1], answer())) {
    }
}

static void
run(unsigned n)
{
    while (n-- > 0) {
        if (!put(here[1], block) || !get(here[0], answer())) {
            fail("round trip");
        }
    }
}

static void
pipes(size_t size)
{
    int out[2], back[2];

    if (pipe(out) != 0 || pipe(back) != 0) {
        fail("pipe");
    }
    block = size;
    here[0] = back[0];
    here[1] = out[1];
    there[0] = out[0];
    there[1] = back[1];
    start_peer(body);
}

static void
setup_unix_24(void)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) {
        fail("socketpair");
    }
    block = 24;
    here[0] = pair[0];
    here[1] = dup(pair[0]);
    there[0] = pair[1];
    there[1] = dup(pair[1]);
    start_peer(body);
}

static void
finish(void)
{
    end_peer();
    for (int i = 0; i < 2; i++) {
        close(here[i]);
        close(there[i]);
    }
}

#define PIPES(size)           \
    static void               \
    setup_##size(void)        \
    {                         \
        pipes(size);          \
    }
PIPES(24)
PIPES(256)
PIPES(1024)
PIPES(4096)
PIPES(65536)

const struct row block_rows[] = {
    {"pipe_24", 200, setup_24, run, finish},
    {"unix_24", 200, setup_unix_24, run, finish},
    {"pipe_256", 200, setup_256, run, finish},
    {"pipe_1k", 200, setup_1024, run, finish},
    {"pipe_4k", 200, setup_4096, run, finish},
    {"pipe_64k", 50, setup_65536, run, finish},
    {NULL, 0, NULL, NULL, NULL},
};
