/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that one process makes on its own: the price of a call itself. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static int fd = -1;

static void
open_zero(void)
{
    fd = open("/dev/zero", O_RDONLY);
    if (fd < 0) {
        fail("/dev/zero");
    }
}

static void
open_null(void)
{
    fd = open("/dev/null", O_WRONLY);
    if (fd < 0) {
        fail("/dev/null");
    }
}

static void
close_fd(void)
{
    close(fd);
    fd = -1;
}

static void
getppid_run(unsigned n)
{
    while (n-- > 0) {
        syscall(SYS_getppid);
    }
}

/* A call that the process component must answer. */
static void
proc_run(unsigned n)
{
    while (n-- > 0) {
        getpgid(0);
    }
}

static void
read_run(unsigned n)
{
    char c;

    while (n-- > 0) {
        if (read(fd, &c, 1) != 1) {
            fail("read");
        }
    }
}

static void
write_run(unsigned n)
{
    while (n-- > 0) {
        if (write(fd, "x", 1) != 1) {
            fail("write");
        }
    }
}

static void
stat_run(unsigned n)
{
    struct stat st;

    while (n-- > 0) {
        if (stat("/bin/busybox", &st) != 0) {
            fail("/bin/busybox");
        }
    }
}

static void
open_close_run(unsigned n)
{
    while (n-- > 0) {
        int f = open("/bin/busybox", O_RDONLY);

        if (f < 0) {
            fail("/bin/busybox");
        }
        close(f);
    }
}

static void
clock_sys_run(unsigned n)
{
    struct timespec ts;

    while (n-- > 0) {
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
    }
}

static void
clock_libc_run(unsigned n)
{
    struct timespec ts;

    while (n-- > 0) {
        clock_gettime(CLOCK_MONOTONIC, &ts);
    }
}

static void
handler(int signo)
{
    (void)signo;
}

static void
install_run(unsigned n)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = handler;
    while (n-- > 0) {
        sigaction(SIGUSR1, &action, NULL);
    }
}

static void
install_once(void)
{
    install_run(1);
}

static void
deliver_run(unsigned n)
{
    pid_t self = getpid();

    while (n-- > 0) {
        kill(self, SIGUSR1);
    }
}

const struct row call_rows[] = {
    {"null_getppid", 1000, NULL, getppid_run, NULL},
    {"null_proc", 1000, NULL, proc_run, NULL},
    {"read1_devzero", 1000, open_zero, read_run, close_fd},
    {"write1_devnull", 1000, open_null, write_run, close_fd},
    {"stat", 500, NULL, stat_run, NULL},
    {"open_close", 500, NULL, open_close_run, NULL},
    {"clock_gettime_sys", 1000, NULL, clock_sys_run, NULL},
    {"clock_gettime_libc", 1000, NULL, clock_libc_run, NULL},
    {"sig_install", 1000, NULL, install_run, NULL},
    {"sig_deliver", 500, install_once, deliver_run, NULL},
    {NULL, 0, NULL, NULL, NULL},
};
