/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Process groups and sessions, stop and continue, orphaned groups, and who may
 * signal whom.
 */
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t
pausing(void)
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
end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* Run code in a child: it exits with 0, or the number of what failed. */
static void
in_child(const char *what, int (*code)(void))
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(code());
    }
    waitpid(pid, &status, 0);
    tap_check(status == 0, "%s (status %x)", what, status);
}

static void
test_groups(void)
{
    pid_t a = pausing(), b = pausing();

    tap_check(getpgid(a) == getpgrp() && getsid(a) == getsid(0),
              "a child is in its parent's group and session");
    tap_check(setpgid(a, 0) == 0 && getpgid(a) == a, "a group of its own");
    tap_check(setpgid(b, a) == 0 && getpgid(b) == a, "another joins");
    tap_check(setpgid(b, 999999) == -1 && errno == EPERM,
              "no such group: EPERM");
    tap_check(setpgid(a, -1) == -1 && errno == EINVAL, "negative: EINVAL");
    tap_check(setpgid(999999, 0) == -1 && errno == ESRCH,
              "no such process: ESRCH");
    tap_check(getpgid(999999) == -1 && errno == ESRCH, "getpgid: ESRCH");
    tap_check(kill(-a, SIGTERM) == 0, "a signal for the group");
    int status, ended = 0;
    for (int i = 0; i < 2; i++) {
        if (waitpid(-a, &status, 0) > 0 && WTERMSIG(status) == SIGTERM) {
            ended++;
        }
    }
    tap_check(ended == 2, "ends both");
    tap_check(kill(-a, 0) == -1 && errno == ESRCH, "then there is no group");
}

static int
session(void)
{
    pid_t child;

    if (setsid() != getpid() || getsid(0) != getpid() ||
        getpgrp() != getpid()) {
        return 1;
    }
    if (setsid() != -1 || errno != EPERM) {
        return 2;
    }
    if (setpgid(0, 0) != -1 || errno != EPERM) {
        return 3; /* a session's leader stays in its group */
    }
    child = pausing();
    if (getsid(child) != getpid()) {
        return 4;
    }
    end(child);
    return 0;
}

static int
other_session(void)
{
    pid_t leader = fork();

    if (leader == 0) {
        setsid();
        for (;;) {
            pause();
        }
    }
    while (getsid(leader) != leader) {
        usleep(1000);
    }
    if (setpgid(leader, getpgrp()) != -1 || errno != EPERM) {
        return 1;
    }
    if (setpgid(0, leader) != -1 || errno != EPERM) {
        return 2;
    }
    end(leader);
    return 0;
}

static void
test_stop(void)
{
    static const int stops[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
    int status;
    pid_t pid = pausing();
    siginfo_t info;

    setpgid(pid, pid);
    for (unsigned i = 0; i < 4; i++) {
        kill(pid, stops[i]);
        tap_check(waitpid(pid, &status, WUNTRACED) == pid &&
                  WIFSTOPPED(status) && WSTOPSIG(status) == stops[i],
                  "signal %d stops: status %x", stops[i], status);
        tap_check(waitpid(pid, &status, WUNTRACED | WNOHANG) == 0,
                  "which is told once");
        kill(pid, SIGCONT);
        tap_check(waitpid(pid, &status, WCONTINUED) == pid &&
                  WIFCONTINUED(status), "SIGCONT continues: status %x",
                  status);
        tap_check(waitpid(pid, &status, WCONTINUED | WNOHANG) == 0,
                  "which is told once, too");
    }
    kill(pid, SIGSTOP);
    tap_check(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT) == 0 &&
              info.si_code == CLD_STOPPED && info.si_status == SIGSTOP,
              "waitid: stopped");
    kill(pid, SIGTERM);
    usleep(20000);
    tap_check(waitpid(pid, &status, WNOHANG) == 0,
              "a stopped process gets SIGTERM only when continued");
    kill(pid, SIGCONT);
    tap_check(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGTERM,
              "and then ends by it");
    pid = pausing();
    kill(pid, SIGSTOP);
    waitpid(pid, &status, WUNTRACED);
    kill(pid, SIGKILL);
    tap_check(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL,
              "SIGKILL ends a stopped process");
}

/* A leader's session holds just its own group: nobody could continue it. */
static int
orphaned(void)
{
    int status;
    pid_t pid;

    setsid();
    pid = pausing(); /* in the same group, which is orphaned */
    kill(pid, SIGTSTP);
    kill(pid, SIGTTIN);
    kill(pid, SIGTTOU);
    usleep(50000);
    if (waitpid(pid, &status, WUNTRACED | WNOHANG) != 0) {
        return 1;
    }
    kill(pid, SIGSTOP);
    if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status)) {
        return 2;
    }
    end(pid);
    return 0;
}

/* The parent of a stopped job ends: the job gets SIGHUP and SIGCONT. */
static int
newly_orphaned(void)
{
    int fds[2], status;
    char byte;
    pid_t shell;

    if (pipe(fds) != 0) {
        return 1;
    }
    shell = fork();
    if (shell == 0) {
        pid_t job;

        setsid();
        job = fork();
        if (job == 0) {
            setpgid(0, 0);
            kill(getpid(), SIGSTOP);
            for (;;) {
                pause(); /* until SIGHUP */
            }
        }
        waitpid(job, &status, WUNTRACED);
        _exit(WIFSTOPPED(status) ? 0 : 9);
    }
    close(fds[1]);
    if (waitpid(shell, &status, 0) != shell || status != 0) {
        return 2;
    }
    alarm(10);
    return read(fds[0], &byte, 1) == 0 ? 0 : 3; /* the job is gone */
}

/* As another user. */
static int
permissions(void)
{
    pid_t root_owned = getppid(), own;
    int status;

    if (setuid(1000) != 0) {
        return 1;
    }
    if (kill(root_owned, SIGUSR1) != -1 || errno != EPERM) {
        return 2;
    }
    if (kill(root_owned, 0) != -1 || errno != EPERM) {
        return 3;
    }
    if (kill(root_owned, SIGCONT) != 0) {
        return 4; /* allowed within a session */
    }
    own = pausing();
    if (kill(own, SIGTERM) != 0 || waitpid(own, &status, 0) != own) {
        return 5;
    }
    if (setuid(0) != -1 || errno != EPERM || getuid() != 1000) {
        return 6;
    }
    return 0;
}

static int
saved_ids(void)
{
    uid_t r, e, s;

    if (setresuid(1000, 2000, 3000) != 0 || getresuid(&r, &e, &s) != 0 ||
        r != 1000 || e != 2000 || s != 3000) {
        return 1;
    }
    if (seteuid(3000) != 0 || geteuid() != 3000) {
        return 2;
    }
    if (setuid(1000) != 0 || getuid() != 1000 || geteuid() != 1000) {
        return 3;
    }
    if (setresuid((uid_t)-1, 2000, (uid_t)-1) != -1 || errno != EPERM) {
        return 4;
    }
    if (setreuid((uid_t)-1, 3000) != 0 || geteuid() != 3000) {
        return 5;
    }
    return 0;
}

static volatile sig_atomic_t hits;

static void
on_signal(int number)
{
    (void)number;
    hits++;
}

static void
test_pending(void)
{
    sigset_t block, old, pending;

    signal(SIGUSR1, on_signal);
    signal(SIGRTMIN + 1, on_signal);
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    sigaddset(&block, SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &block, &old);
    for (int i = 0; i < 5; i++) {
        kill(getpid(), SIGUSR1);
    }
    tap_check(sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1),
              "it is pending");
    sigprocmask(SIG_SETMASK, &old, NULL);
    tap_check(hits == 1, "a blocked signal is pending once (%d)", (int)hits);
    hits = 0;
    sigprocmask(SIG_BLOCK, &block, &old);
    for (int i = 0; i < 5; i++) {
        sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = i});
    }
    sigprocmask(SIG_SETMASK, &old, NULL);
    tap_check(hits == 5, "real-time signals queue (%d)", (int)hits);
    signal(SIGUSR1, SIG_DFL);
}

int
main(void)
{
    test_groups();
    in_child("setsid's rules", session);
    in_child("groups stay in their session", other_session);
    test_stop();
    in_child("an orphaned group", orphaned);
    in_child("a stopped job whose shell ends", newly_orphaned);
    if (geteuid() == 0) {
        in_child("who may signal whom", permissions);
        in_child("the setuid family", saved_ids);
    }
    test_pending();
    return tap_done();
}
