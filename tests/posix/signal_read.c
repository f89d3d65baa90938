/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A signal that interrupts a blocked read never loses data: a child writes
 * numbered records and signals its parent around each write, in changing
 * order; the parent reads without SA_RESTART and must see every record once.
 */
#include "tap.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 10000

static volatile sig_atomic_t signals;

static void
count_signal(int number)
{
    (void)number;
    signals++;
}

static void
send_records(int fd, int answer)
{
    pid_t parent = getppid();
    char byte;

    for (uint32_t n = 0; n < ROUNDS; n++) {
        if (n % 3 == 0) {
            kill(parent, SIGUSR1);
        }
        if (write(fd, &n, sizeof n) != sizeof n) {
            _exit(1);
        }
        if (n % 3 == 1) {
            kill(parent, SIGUSR1);
        }
        if (n % 3 == 2) {
            kill(parent, SIGUSR1);
            kill(parent, SIGUSR1);
        }
        /* In step, so that the reader is blocked most of the time. */
        if (read(answer, &byte, 1) != 1) {
            _exit(2);
        }
    }
    _exit(0);
}

static void
test_pair(int in, int child_out, int answer, int child_answer,
          const char *name)
{
    uint32_t wanted = 0, lost = 0;
    long interrupted = 0;
    int status;

    signals = 0;
    pid_t child = fork();
    if (child == 0) {
        close(in);
        close(answer);
        send_records(child_out, child_answer);
    }
    close(child_out);
    close(child_answer);
    while (wanted < ROUNDS) {
        uint32_t record;
        ssize_t got = read(in, &record, sizeof record);
        if (got == -1 && errno == EINTR) {
            interrupted++;
            continue;
        }
        if (got != sizeof record || record != wanted) {
            lost++;
            break;
        }
        wanted++;
        while (write(answer, "a", 1) == -1 && errno == EINTR) {
        }
    }
    close(in);
    close(answer);
    while (waitpid(child, &status, 0) == -1 && errno == EINTR) {
    }
    tap_check(lost == 0 && wanted == ROUNDS, "%s: %u of %u records", name,
              wanted, ROUNDS);
    tap_check(interrupted > 0 && signals > 0,
              "%s: reads were interrupted (%s)", name,
              interrupted > 0 ? "yes" : "no");
}

int
main(void)
{
    struct sigaction action = {.sa_handler = count_signal};
    int data[2], answer[2];

    sigaction(SIGUSR1, &action, NULL);
    if (pipe(data) != 0 || pipe(answer) != 0) {
        printf("Bail out! pipe\n");
        return 1;
    }
    test_pair(data[0], data[1], answer[1], answer[0], "pipe");
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, data) != 0 || pipe(answer) != 0) {
        printf("Bail out! socketpair\n");
        return 1;
    }
    test_pair(data[0], data[1], answer[1], answer[0], "socketpair");
    return tap_done();
}
