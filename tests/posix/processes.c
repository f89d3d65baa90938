/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork, vfork, execve, wait4 and waitid: statuses, SIGCHLD, zombies, orphans,
 * what exec keeps, the limits of its arguments, and that nothing is lost.
 */
#include "tap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *self;

static pid_t
child_exits(int code)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(code);
    }
    return pid;
}

static pid_t
child_pauses(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        for (;;) {
            pause();
        }
    }
    return pid;
}

static void
test_statuses(void)
{
    static const int codes[] = {0, 1, 127, 255, 256, 0x1234};
    static const int signals[] = {SIGHUP, SIGTERM, SIGKILL, SIGUSR1, SIGALRM,
                                  SIGABRT};
    int status;

    for (unsigned i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
        pid_t pid = child_exits(codes[i]);

        tap_check(waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
                  WEXITSTATUS(status) == (codes[i] & 0xff),
                  "exit %d gives status %x", codes[i], status);
    }
    for (unsigned i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        pid_t pid = child_pauses();

        kill(pid, signals[i]);
        tap_check(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
                  WTERMSIG(status) == signals[i],
                  "signal %d gives status %x", signals[i], status);
    }
}

static void
test_wait_choices(void)
{
    int status;
    pid_t a, b, c;

    tap_check(wait(&status) == -1 && errno == ECHILD, "no child: ECHILD");
    tap_check(waitpid(getpid(), &status, 0) == -1 && errno == ECHILD,
              "not one's child: ECHILD");
    tap_check(waitpid(-1, &status, 0x100) == -1 && errno == EINVAL,
              "unknown option: EINVAL");
    a = child_pauses();
    b = child_exits(3);
    tap_check(waitpid(a, &status, WNOHANG) == 0, "WNOHANG: it still runs");
    tap_check(waitpid(b, &status, 0) == b && WEXITSTATUS(status) == 3,
              "just the one");
    tap_check(waitpid(b, &status, 0) == -1 && errno == ECHILD, "only once");
    c = fork();
    if (c == 0) {
        setpgid(0, 0);
        _exit(4);
    }
    setpgid(c, c);
    tap_check(waitpid(-c, &status, 0) == c && WEXITSTATUS(status) == 4,
              "one of a group");
    tap_check(waitpid(-c, &status, 0) == -1 && errno == ECHILD,
              "a group without children");
    tap_check(waitpid(0, &status, WNOHANG) == 0, "one of our group");
    kill(a, SIGKILL);
    tap_check(waitpid(0, &status, 0) == a, "which is killed");
}

static void
test_waitid(void)
{
    siginfo_t info;
    pid_t pid = child_exits(7);
    struct rusage usage;
    int status;

    memset(&info, 0, sizeof(info));
    tap_check(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0 &&
              info.si_pid == pid && info.si_code == CLD_EXITED &&
              info.si_status == 7 && info.si_signo == SIGCHLD,
              "waitid WNOWAIT: code %d, status %d", info.si_code,
              info.si_status);
    tap_check(kill(pid, 0) == 0, "a zombie can be signalled");
    tap_check(wait4(pid, &status, 0, &usage) == pid, "and still be waited for");
    tap_check(kill(pid, 0) == -1 && errno == ESRCH, "then it is gone");
    pid = child_pauses();
    memset(&info, 0x55, sizeof(info));
    tap_check(waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 &&
              info.si_pid == 0, "waitid WNOHANG: pid %d", info.si_pid);
    kill(pid, SIGTERM);
    tap_check(waitid(P_ALL, 0, &info, WEXITED) == 0 && info.si_pid == pid &&
              info.si_code == CLD_KILLED && info.si_status == SIGTERM,
              "waitid tells the signal");
    tap_check(waitid(P_ALL, 0, &info, WEXITED) == -1 && errno == ECHILD,
              "waitid: ECHILD");
    tap_check(waitid(P_ALL, 0, &info, 0) == -1 && errno == EINVAL,
              "waitid for nothing: EINVAL");
}

static volatile sig_atomic_t chld_count, chld_pid, chld_code, chld_status;

static void
on_chld(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    chld_count++;
    chld_pid = info->si_pid;
    chld_code = info->si_code;
    chld_status = info->si_status;
}

static void
test_sigchld(void)
{
    struct sigaction action = {.sa_sigaction = on_chld,
                               .sa_flags = SA_SIGINFO};
    sigset_t block, old;
    pid_t pid;
    int status;

    sigemptyset(&block);
    sigaddset(&block, SIGCHLD);
    sigprocmask(SIG_BLOCK, &block, &old);
    sigaction(SIGCHLD, &action, NULL);
    pid = child_exits(9);
    sigsuspend(&old);
    tap_check(chld_count == 1 && chld_pid == pid && chld_code == CLD_EXITED &&
              chld_status == 9, "SIGCHLD tells pid, code and status");
    tap_check(waitpid(pid, &status, 0) == pid, "and the zombie is there");
    pid = child_pauses();
    kill(pid, SIGKILL);
    sigsuspend(&old);
    tap_check(chld_pid == pid && chld_code == CLD_KILLED &&
              chld_status == SIGKILL, "SIGCHLD tells of a killed one");
    waitpid(pid, &status, 0);
    signal(SIGCHLD, SIG_IGN);
    pid = child_exits(0);
    tap_check(waitpid(pid, &status, 0) == -1 && errno == ECHILD,
              "SIGCHLD ignored: no zombies");
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_SETMASK, &old, NULL);
}

static void
test_orphan(void)
{
    int fds[2], status;
    pid_t child, parent = 0, grandchild;

    if (pipe(fds) != 0) {
        return;
    }
    child = fork();
    if (child == 0) {
        pid_t me = getpid();

        grandchild = fork();
        if (grandchild == 0) {
            while (getppid() == me) {
                usleep(2000);
            }
            parent = getppid();
            _exit(write(fds[1], &parent, sizeof(parent)) < 0);
        }
        _exit(0);
    }
    close(fds[1]);
    waitpid(child, &status, 0);
    tap_check(read(fds[0], &parent, sizeof(parent)) == sizeof(parent) &&
              parent != child && parent > 0,
              "an orphan has another parent (%d)", parent);
    tap_check(read(fds[0], &parent, sizeof(parent)) == 0, "and ends");
    close(fds[0]);
    tap_check(wait(&status) == -1 && errno == ECHILD, "it was not ours");
}

static int
exec_self(char *const argv[], char *const envp[], int by_vfork)
{
    int status = -1;
    pid_t pid = by_vfork ? vfork() : fork();

    if (pid == 0) {
        execve(self, argv, envp);
        _exit(errno == E2BIG ? 201 : 202);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

/* What exec keeps and what not. */
static void
test_exec(void)
{
    char keep[16], lost[16];
    char *argv[] = {"self", "look", keep, lost, NULL};
    char *envp[] = {"WORD=a b", "EMPTY=", NULL};
    int a = open("/dev/null", O_RDONLY);
    int b = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigset_t block, old;

    snprintf(keep, sizeof(keep), "%d", a);
    snprintf(lost, sizeof(lost), "%d", b);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, SIG_DFL);
    sigemptyset(&block);
    sigaddset(&block, SIGTERM);
    sigprocmask(SIG_BLOCK, &block, &old);
    for (int v = 0; v < 2; v++) {
        int r = exec_self(argv, envp, v);

        tap_check(r == 0, "exec keeps what it should (%d)", r);
        tap_check(fcntl(b, F_GETFD) == FD_CLOEXEC, "the parent keeps it");
    }
    sigprocmask(SIG_SETMASK, &old, NULL);
    signal(SIGUSR1, SIG_DFL);
    close(a);
    close(b);
}

/* In the new program: 0, or the number of the check that failed. */
static int
look(char **argv)
{
    struct sigaction action;
    sigset_t mask;

    if (fcntl(atoi(argv[2]), F_GETFD) != 0) {
        return 1;
    }
    if (fcntl(atoi(argv[3]), F_GETFD) != -1 || errno != EBADF) {
        return 2;
    }
    sigaction(SIGUSR1, NULL, &action);
    if (action.sa_handler != SIG_IGN) {
        return 3;
    }
    sigaction(SIGUSR2, NULL, &action);
    if (action.sa_handler != SIG_DFL) {
        return 4;
    }
    sigprocmask(SIG_BLOCK, NULL, &mask);
    if (!sigismember(&mask, SIGTERM) || sigismember(&mask, SIGINT)) {
        return 5;
    }
    if (getenv("WORD") == NULL || strcmp(getenv("WORD"), "a b") != 0 ||
        getenv("EMPTY") == NULL || getenv("PATH") != NULL) {
        return 6;
    }
    return 0;
}

static void
test_exec_size(void)
{
    size_t size = 100000;
    char *big = malloc(size + 1), **many = calloc(2000 + 3, sizeof(char *));
    char *argv[] = {"self", "count", big, NULL};
    char *none[] = {NULL};

    memset(big, 'x', size);
    big[size] = '\0';
    tap_check(exec_self(argv, none, 0) == 3, "an argument of 100000 bytes");
    many[0] = "self";
    many[1] = "count";
    for (int i = 2; i < 2000; i++) {
        many[i] = "0123456789abcdef";
    }
    tap_check(exec_self(many, many, 0) == 2000 % 200, "2000 arguments");
    for (int i = 2; i < 2000; i++) {
        many[i] = big;
    }
    tap_check(exec_self(many, none, 0) == 201, "200 MB of them: E2BIG");
    tap_check(exec_self(many, none, 1) == 201, "the same after vfork");
    free(big);
    free(many);
}

static void
test_vfork(void)
{
    volatile int shared = 0;
    int status;
    pid_t pid = vfork();

    if (pid == 0) {
        shared = 42;
        _exit(5);
    }
    tap_check(shared == 42, "a vfork child runs in its parent's memory");
    tap_check(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 5,
              "and its end is waited for");
    pid = fork();
    if (pid == 0) {
        shared = 43;
        _exit(shared == 43 ? 6 : 0);
    }
    tap_check(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 6 &&
              shared == 42, "a fork child has memory of its own");
}

static unsigned long
free_memory(void)
{
    struct sysinfo info;

    sysinfo(&info);
    return info.freeram * info.mem_unit / 1024;
}

static void
rounds(int count, int *failures)
{
    char *argv[] = {"self", "nothing", NULL};

    for (int i = 0; i < count; i++) {
        *failures += exec_self(argv, argv, i % 2) != 0;
    }
}

static void
test_leaks(void)
{
    unsigned long before, after;
    int failures = 0;

    rounds(20, &failures);
    before = free_memory();
    rounds(200, &failures);
    /* The ends of the last ones may still be under way. */
    for (int i = 0; (after = free_memory()) + 800 < before && i < 100; i++) {
        usleep(50000);
    }
    tap_check(failures == 0, "200 times fork and exec (%d failed)", failures);
    tap_check(after + 800 >= before,
              "and no memory is lost: %lu KiB free, then %lu", before, after);
}

int
main(int argc, char **argv)
{
    self = "/proc/self/exe";
    if (argc > 1) {
        return strcmp(argv[1], "look") == 0    ? look(argv)
               : strcmp(argv[1], "count") == 0 ? argc % 200
                                               : 0;
    }
    signal(SIGCHLD, SIG_DFL);
    test_wait_choices();
    test_statuses();
    test_waitid();
    test_sigchld();
    test_orphan();
    test_exec();
    test_exec_size();
    test_vfork();
    test_leaks();
    return tap_done();
}
