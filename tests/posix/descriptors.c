/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors: numbers, flags, limits, offsets, poll and select, /proc/self. */
#include "tap.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
test_numbers(void)
{
    int a = open("/dev/null", O_RDWR), b = dup(a), c;

    close(a);
    c = open("/dev/null", O_RDWR);
    tap_check(b > a && c == a, "the lowest number that is free");
    tap_check(dup2(c, 50) == 50 && fcntl(50, F_GETFD) == 0, "dup2");
    tap_check(dup3(c, c, 0) == -1 && errno == EINVAL, "dup3 to itself");
    tap_check(dup2(c, c) == c && dup2(99, 99) == -1 && errno == EBADF,
              "dup2 to itself");
    tap_check(fcntl(c, F_DUPFD_CLOEXEC, 60) == 60 &&
              fcntl(60, F_GETFD) == FD_CLOEXEC, "F_DUPFD_CLOEXEC");
    tap_check(close_range(50, 60, 0) == 0 && fcntl(50, F_GETFD) == -1,
              "close_range");
    tap_check(close(50) == -1 && errno == EBADF, "closed twice");
    close(b);
    close(c);
}

static void
test_limit(void)
{
    struct rlimit old, low;
    int fds[64], n = 0, first = dup(0);

    close(first);
    getrlimit(RLIMIT_NOFILE, &old);
    low = old;
    low.rlim_cur = (rlim_t)first + 5;
    setrlimit(RLIMIT_NOFILE, &low);
    while (n < 64 && (fds[n] = dup(0)) >= 0) {
        n++;
    }
    tap_check(n == 5 && errno == EMFILE, "RLIMIT_NOFILE: %d more", n);
    tap_check(dup2(0, first + 5) == -1 && errno == EBADF, "nor by dup2");
    while (n > 0) {
        close(fds[--n]);
    }
    setrlimit(RLIMIT_NOFILE, &old);
}

static void
test_offsets(void)
{
    char text[16] = "";
    struct iovec v[2] = {{text, 2}, {text + 8, 3}};
    int fd = open("/tmp/descriptor-test", O_RDWR | O_CREAT | O_TRUNC, 0644);
    int twin = dup(fd), append;

    tap_check(write(fd, "0123456789", 10) == 10 &&
              lseek(twin, 0, SEEK_CUR) == 10, "duplicates share an offset");
    tap_check(pread(fd, text, 3, 4) == 3 && memcmp(text, "456", 3) == 0 &&
              lseek(fd, 0, SEEK_CUR) == 10, "pread leaves it");
    lseek(fd, 1, SEEK_SET);
    tap_check(readv(fd, v, 2) == 5 && memcmp(text, "12", 2) == 0 &&
              memcmp(text + 8, "345", 3) == 0, "readv");
    append = open("/tmp/descriptor-test", O_WRONLY | O_APPEND);
    tap_check(write(append, "X", 1) == 1 && lseek(fd, -1, SEEK_END) == 10,
              "O_APPEND");
    tap_check((fcntl(append, F_GETFL) & (O_ACCMODE | O_APPEND)) ==
              (O_WRONLY | O_APPEND), "F_GETFL");
    tap_check(read(append, text, 1) == -1 && errno == EBADF,
              "no reading where one may write only");
    tap_check(ftruncate(fd, 5) == 0 && pread(fd, text, 16, 0) == 5,
              "ftruncate");
    tap_check(lseek(fd, -1, SEEK_SET) == -1 && errno == EINVAL,
              "a negative offset");
    tap_check(flock(fd, LOCK_EX) == 0 && flock(append, LOCK_EX | LOCK_NB) ==
              -1 && errno == EWOULDBLOCK, "flock");
    close(fd);
    close(twin);
    close(append);
    unlink("/tmp/descriptor-test");
}

static void
test_poll(void)
{
    int ends[2];
    struct pollfd p[2];
    struct timespec before, after;
    fd_set set;
    struct timeval none = {0, 0};

    if (pipe(ends) != 0) {
        return;
    }
    p[0] = (struct pollfd){.fd = ends[0], .events = POLLIN};
    p[1] = (struct pollfd){.fd = ends[1], .events = POLLOUT};
    tap_check(poll(p, 2, -1) == 1 && p[0].revents == 0 &&
              p[1].revents == POLLOUT, "an empty pipe can be written");
    clock_gettime(CLOCK_MONOTONIC, &before);
    tap_check(poll(p, 1, 30) == 0, "poll: nothing");
    clock_gettime(CLOCK_MONOTONIC, &after);
    tap_check((after.tv_sec - before.tv_sec) * 1000 +
              (after.tv_nsec - before.tv_nsec) / 1000000 >= 29,
              "but not before its time");
    if (fork() == 0) {
        usleep(20000);
        _exit(write(ends[1], "x", 1) != 1);
    }
    tap_check(poll(p, 1, 10000) == 1 && p[0].revents == POLLIN,
              "poll waits for a writer");
    wait(NULL);
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    tap_check(select(ends[0] + 1, &set, NULL, NULL, &none) == 1 &&
              FD_ISSET(ends[0], &set), "select");
    close(ends[1]);
    p[0].revents = 0;
    tap_check(poll(p, 1, 0) == 1 && (p[0].revents & POLLHUP), "POLLHUP");
    close(ends[0]);
    tap_check(poll(p, 1, 0) == 1 && p[0].revents == POLLNVAL, "POLLNVAL");
}

static void
test_nonblocking(void)
{
    int ends[2];
    char byte, *bulk = calloc(1, 1 << 20);
    ssize_t n;

    if (pipe2(ends, O_NONBLOCK) != 0) {
        return;
    }
    tap_check(read(ends[0], &byte, 1) == -1 && errno == EAGAIN,
              "O_NONBLOCK: empty");
    n = write(ends[1], bulk, 1 << 20);
    tap_check(n == 65536, "full after %zd", n);
    tap_check(write(ends[1], bulk, 1) == -1 && errno == EAGAIN,
              "O_NONBLOCK: full");
    tap_check(lseek(ends[0], 0, SEEK_CUR) == -1 && errno == ESPIPE, "ESPIPE");
    close(ends[0]);
    close(ends[1]);
    free(bulk);
}

static void
test_pair(void)
{
    int pair[2];
    char text[8];

    tap_check(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0, "socketpair");
    tap_check(send(pair[0], "one", 3, 0) == 3 &&
              send(pair[0], "two!", 4, 0) == 4 &&
              recv(pair[1], text, 8, 0) == 3 &&
              recv(pair[1], text, 8, 0) == 4, "datagrams keep their ends");
    tap_check(recv(pair[1], text, 8, MSG_DONTWAIT) == -1 && errno == EAGAIN,
              "MSG_DONTWAIT");
    close(pair[0]);
    close(pair[1]);
}

static void
test_proc(void)
{
    char name[64], target[256] = "";
    struct stat one, other;
    int fd = open("/tmp/descriptor-proc", O_RDWR | O_CREAT, 0600), again;

    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    tap_check(readlink(name, target, sizeof target) == 20 &&
              memcmp(target, "/tmp/descriptor-proc", 20) == 0, "readlink");
    again = open(name, O_RDONLY);
    tap_check(again >= 0 && fstat(fd, &one) == 0 && fstat(again, &other) == 0
              && one.st_ino == other.st_ino, "opened again");
    tap_check(stat(name, &other) == 0 && one.st_ino == other.st_ino &&
              lstat(name, &other) == 0 && S_ISLNK(other.st_mode), "stat");
    close(again);
    close(fd);
    unlink("/tmp/descriptor-proc");
    tap_check(open(name, O_RDONLY) == -1 && errno == ENOENT, "closed");
}

int
main(void)
{
    test_numbers();
    test_limit();
    test_offsets();
    test_poll();
    test_nonblocking();
    test_pair();
    test_proc();
    return tap_done();
}
