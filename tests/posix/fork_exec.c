/* SPDX-License-Identifier: BSD-2-Clause */
/* fork, vfork, clone with shared memory, exec, wait: what parent and child see
 * of each other. */
#include "tap.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static int global = 1;

static int
status_of(pid_t pid)
{
    int status = -1;

    return waitpid(pid, &status, 0) == pid ? status : -1;
}

static void
test_fork(void)
{
    int ends[2], value = 0, status;
    pid_t pid;

    if (pipe(ends) != 0) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        global = 2;
        value = getppid();
        _exit(write(ends[1], &value, sizeof value) != sizeof value);
    }
    status = status_of(pid);
    tap_check(status == 0 && global == 1, "fork copies memory");
    tap_check(read(ends[0], &value, sizeof value) == sizeof value &&
              value == getpid(), "the child knows its parent");
    tap_check(waitpid(-1, &status, 0) == -1 && errno == ECHILD, "no more");
    close(ends[0]);
    close(ends[1]);
}

static void
test_vfork(void)
{
    volatile int shared = 1;
    int fd = dup(1), status;
    pid_t pid = vfork();

    if (pid == 0) {
        shared = 7;
        close(fd);
        _exit(9);
    }
    tap_check(shared == 7, "a vfork child writes the parent's memory");
    tap_check(fcntl(fd, F_GETFD) == 0, "its descriptors are its own");
    status = status_of(pid);
    tap_check(WIFEXITED(status) && WEXITSTATUS(status) == 9, "its status");
    close(fd);
    pid = vfork();
    if (pid == 0) {
        execl("/bin/busybox", "busybox", "false", (char *)NULL);
        _exit(99);
    }
    status = status_of(pid);
    tap_check(WIFEXITED(status) && WEXITSTATUS(status) == 1, "vfork, exec");
    pid = vfork();
    if (pid == 0) {
        execl("/no/such/program", "x", (char *)NULL);
        _exit(errno);
    }
    tap_check(WEXITSTATUS(status_of(pid)) == ENOENT, "vfork, failing exec");
}

static void
test_spawn(void)
{
    char *args[] = {(char *)"sh", (char *)"-c", (char *)"exit 5", NULL};
    char *none[] = {(char *)"x", NULL};
    pid_t pid;
    int good = 0;

    for (int i = 0; i < 50; i++) {
        good += posix_spawn(&pid, "/bin/sh", NULL, NULL, args, environ) == 0
                && WEXITSTATUS(status_of(pid)) == 5;
    }
    tap_check(good == 50, "posix_spawn: %d of 50", good);
    tap_check(posix_spawn(&pid, "/no/such", NULL, NULL, none, environ) ==
              ENOENT, "posix_spawn tells why not");
}

static int
clone_body(void *argument)
{
    *(int *)argument = getpid();
    return 3;
}

static void
test_clone(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    int seen = 0;
    pid_t pid = clone(clone_body, stack + sizeof stack,
                      CLONE_VM | CLONE_VFORK | SIGCHLD, &seen);

    tap_check(pid > 0 && seen == pid, "clone(VM|VFORK) with its own stack");
    tap_check(WEXITSTATUS(status_of(pid)) == 3, "its status");
}

static void
test_exec(void)
{
    int keep = open("/dev/null", O_RDONLY);
    int lost = open("/dev/null", O_RDONLY | O_CLOEXEC);
    char script[200];
    pid_t pid;

    snprintf(script, sizeof script,
             "[ -e /proc/self/fd/%d ] && [ ! -e /proc/self/fd/%d ] && "
             "[ \"$X\" = y ] && [ $# = 2 ] && [ -z \"$2\" ] || exit 1",
             keep, lost);
    pid = fork();
    if (pid == 0) {
        char *args[] = {(char *)"sh", (char *)"-c", script, (char *)"sh",
                        (char *)"a b", (char *)"", NULL};
        char *env[] = {(char *)"X=y", NULL};

        signal(SIGUSR1, SIG_IGN);
        execve("/bin/sh", args, env);
        _exit(98);
    }
    tap_check(status_of(pid) == 0, "exec: descriptors, arguments, environment");
    close(keep);
    close(lost);
}

static void
test_big_exec(void)
{
    enum { SIZE = 200000 };
    char *huge = malloc(SIZE);
    char *args[] = {(char *)"true", huge, NULL}, *env[] = {NULL};
    pid_t pid;

    memset(huge, 'x', SIZE - 1);
    huge[SIZE - 1] = '\0';
    pid = fork();
    if (pid == 0) {
        execve("/bin/busybox", args, env);
        _exit(errno == E2BIG ? 0 : 1);
    }
    tap_check(status_of(pid) == 0, "an argument of 200 KB: E2BIG");
    huge[100000] = '\0';
    pid = fork();
    if (pid == 0) {
        execve("/bin/busybox", args, env);
        _exit(1);
    }
    tap_check(status_of(pid) == 0, "one of 100 KB passes");
    free(huge);
}

static void
test_wait(void)
{
    siginfo_t info;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        for (;;) {
            pause();
        }
    }
    tap_check(waitpid(pid, &status, WNOHANG) == 0, "WNOHANG");
    kill(pid, SIGSTOP);
    tap_check(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status)
              && WSTOPSIG(status) == SIGSTOP, "stopped");
    kill(pid, SIGCONT);
    tap_check(waitpid(pid, &status, WCONTINUED) == pid &&
              WIFCONTINUED(status), "continued");
    kill(pid, SIGKILL);
    tap_check(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0 &&
              info.si_code == CLD_KILLED && info.si_status == SIGKILL &&
              info.si_pid == pid, "waitid leaves it there");
    tap_check(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
              WTERMSIG(status) == SIGKILL, "killed");
}

static void
test_groups(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(setsid() == getpid() && getpgrp() == getpid() &&
              getsid(0) == getpid() ? 0 : 1);
    }
    tap_check(status_of(pid) == 0, "setsid");
    pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    tap_check(setpgid(pid, pid) == 0 && getpgid(pid) == pid, "setpgid");
    kill(-pid, SIGTERM);
    tap_check(waitpid(-pid, &status, 0) == pid && WTERMSIG(status) == SIGTERM,
              "kill and wait by group");
}

int
main(void)
{
    test_fork();
    test_vfork();
    test_spawn();
    test_clone();
    test_exec();
    test_big_exec();
    test_wait();
    test_groups();
    return tap_done();
}
