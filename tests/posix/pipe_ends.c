/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ends of a pipe: after the last writer's close a read sees the end at
 * once, after the last reader's close a write gives EPIPE at once, every time.
 */
#include "tap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 10000

static void
make_pipe(int ends[2], int flags)
{
    if (pipe2(ends, flags) != 0) {
        printf("Bail out! pipe2: %s\n", strerror(errno));
        exit(1);
    }
}

static int
end_after_close(int ends[2])
{
    char byte;

    close(ends[1]);
    int good = read(ends[0], &byte, 1) == 0;
    close(ends[0]);
    return good;
}

static int
epipe_after_close(int ends[2])
{
    close(ends[0]);
    int good = write(ends[1], "x", 1) == -1 && errno == EPIPE;
    close(ends[1]);
    return good;
}

static void
test_one_process(void)
{
    int ends[2], ended = 0, broken = 0, kept = 0;
    char byte = 0;

    for (int i = 0; i < ROUNDS; i++) {
        make_pipe(ends, O_NONBLOCK);
        ended += end_after_close(ends);
        make_pipe(ends, O_NONBLOCK);
        broken += epipe_after_close(ends);
    }
    tap_check(ended == ROUNDS, "close, then read: %d of %d", ended, ROUNDS);
    tap_check(broken == ROUNDS, "close, then write: %d of %d", broken, ROUNDS);
    for (int i = 0; i < 1000; i++) {
        make_pipe(ends, O_NONBLOCK);
        int twin = dup(ends[1]);
        close(ends[1]);
        kept += read(ends[0], &byte, 1) == -1 && errno == EAGAIN;
        kept += write(twin, "y", 1) == 1;
        close(twin);
        kept += read(ends[0], &byte, 1) == 1 && byte == 'y';
        kept += read(ends[0], &byte, 1) == 0;
        close(ends[0]);
    }
    tap_check(kept == 4000, "a second descriptor keeps an end alive");
}

/* The last writer is a child that exits. */
static void
test_two_processes(void)
{
    int ends[2], ended = 0, broken = 0, status;
    char byte;
    const int rounds = 200;

    for (int i = 0; i < rounds; i++) {
        make_pipe(ends, O_NONBLOCK);
        pid_t child = fork();
        if (child == 0) {
            _exit(0);
        }
        close(ends[1]);
        waitpid(child, &status, 0);
        ended += read(ends[0], &byte, 1) == 0;
        close(ends[0]);
        make_pipe(ends, O_NONBLOCK);
        child = fork();
        if (child == 0) {
            _exit(0);
        }
        close(ends[0]);
        waitpid(child, &status, 0);
        broken += write(ends[1], "x", 1) == -1 && errno == EPIPE;
        close(ends[1]);
    }
    tap_check(ended == rounds, "a writer's exit: %d of %d", ended, rounds);
    tap_check(broken == rounds, "a reader's exit: %d of %d", broken, rounds);
}

/* A read that waits is woken by the writer's close. */
static void
test_waiting(void)
{
    int ends[2], good = 0, status;
    char byte;
    const int rounds = 200;

    for (int i = 0; i < rounds; i++) {
        make_pipe(ends, 0);
        pid_t child = fork();
        if (child == 0) {
            close(ends[1]);
            _exit(read(ends[0], &byte, 1) == 0 ? 7 : 8);
        }
        close(ends[0]);
        if (i % 2) {
            usleep(1000);
        }
        close(ends[1]);
        waitpid(child, &status, 0);
        good += WIFEXITED(status) && WEXITSTATUS(status) == 7;
    }
    tap_check(good == rounds, "a waiting reader is woken: %d of %d", good,
              rounds);
}

int
main(void)
{
    signal(SIGPIPE, SIG_IGN);
    test_one_process();
    test_two_processes();
    test_waiting();
    int ends[2], status;
    make_pipe(ends, 0);
    close(ends[0]); /* before the child can write */
    pid_t child = fork();
    if (child == 0) {
        signal(SIGPIPE, SIG_DFL);
        if (write(ends[1], "x", 1) != 1) {
            _exit(1);
        }
        _exit(2);
    }
    waitpid(child, &status, 0);
    tap_check(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE,
              "SIGPIPE ends a writer without reader");
    return tap_done();
}
