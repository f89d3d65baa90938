/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: handlers and what they are told, masks, faults, stacks, waiting,
 * restarting. */
#include "tap.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static volatile sig_atomic_t count, last;
static siginfo_t told;
static sigjmp_buf back;
static char alternate[65536];
static void *volatile stack_seen;
static volatile double floating;

static void
note(int signo)
{
    count++;
    last = signo;
    stack_seen = __builtin_frame_address(0);
}

static void
note_info(int signo, siginfo_t *info, void *context)
{
    double x = 1.5;

    (void)context;
    note(signo);
    told = *info;
    floating = x * signo; /* clobbers floating-point registers */
}

static void
escape(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)context;
    told = *info;
    siglongjmp(back, 1);
}

static void
install(int signo, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | flags;
    sigaction(signo, &action, NULL);
}

static void
test_handler(void)
{
    volatile double kept = 3.25;
    union sigval value = {.sival_int = 77};

    install(SIGUSR1, note_info, 0);
    count = 0;
    kill(getpid(), SIGUSR1);
    tap_check(count == 1 && told.si_pid == getpid() &&
              told.si_code == SI_USER, "kill: at once, and by whom");
    tap_check(kept == 3.25, "floating-point registers are kept");
    sigqueue(getpid(), SIGUSR1, value);
    tap_check(count == 2 && told.si_code == SI_QUEUE &&
              told.si_value.sival_int == 77, "sigqueue");
    raise(SIGUSR1);
    tap_check(count == 3 && told.si_code == SI_TKILL, "raise");
    install(SIGUSR1, note_info, (int)SA_RESETHAND);
    raise(SIGUSR1);
    struct sigaction now;
    sigaction(SIGUSR1, NULL, &now);
    tap_check(now.sa_handler == SIG_DFL, "SA_RESETHAND");
}

static void
test_masks(void)
{
    sigset_t set, old, pending;

    install(SIGUSR1, note_info, 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &old);
    count = 0;
    raise(SIGUSR1);
    raise(SIGUSR1);
    sigpending(&pending);
    tap_check(count == 0 && sigismember(&pending, SIGUSR1), "blocked");
    sigprocmask(SIG_SETMASK, &old, NULL);
    tap_check(count == 1, "delivered once when unblocked");
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    tap_check(sigsuspend(&old) == -1 && errno == EINTR && count == 2,
              "sigsuspend");
    struct timespec soon = {0, 1000000};
    tap_check(sigtimedwait(&set, NULL, &soon) == -1 && errno == EAGAIN,
              "sigtimedwait: nothing");
    raise(SIGUSR1);
    tap_check(sigtimedwait(&set, NULL, &soon) == SIGUSR1 && count == 2,
              "sigtimedwait: taken without its handler");
    sigprocmask(SIG_SETMASK, &old, NULL);
}

static void
test_faults(void)
{
    char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                      0);

    install(SIGSEGV, escape, 0);
    install(SIGFPE, escape, 0);
    install(SIGILL, escape, 0);
    install(SIGTRAP, escape, 0);
    if (sigsetjmp(back, 1) == 0) {
        *(volatile int *)16 = 1;
    }
    tap_check(told.si_signo == SIGSEGV && told.si_addr == (void *)16 &&
              told.si_code == SEGV_MAPERR, "SIGSEGV: not mapped");
    if (sigsetjmp(back, 1) == 0) {
        *(volatile char *)page = 1;
    }
    tap_check(told.si_addr == page && told.si_code == SEGV_ACCERR,
              "SIGSEGV: no permission");
    if (sigsetjmp(back, 1) == 0) {
        __asm__ volatile("xorl %%ecx, %%ecx; divl %%ecx"
                         : : "a"(1), "d"(0) : "ecx");
    }
    tap_check(told.si_signo == SIGFPE && told.si_code == FPE_INTDIV,
              "SIGFPE");
    if (sigsetjmp(back, 1) == 0) {
        __asm__ volatile("ud2");
    }
    tap_check(told.si_signo == SIGILL, "SIGILL");
    if (sigsetjmp(back, 1) == 0) {
        __asm__ volatile("int3");
    }
    tap_check(told.si_signo == SIGTRAP, "SIGTRAP");
    if (sigsetjmp(back, 1) == 0) {
        *(volatile char *)0x8000000000000000ul = 1;
    }
    tap_check(told.si_signo == SIGSEGV, "an address that is not canonical");
    signal(SIGSEGV, SIG_DFL);
    munmap(page, 4096);
}

static void
test_stack(void)
{
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
    stack_t now;

    sigaltstack(&stack, NULL);
    install(SIGUSR2, note_info, SA_ONSTACK);
    raise(SIGUSR2);
    tap_check((char *)stack_seen >= alternate &&
              (char *)stack_seen < alternate + sizeof alternate,
              "on the alternate stack");
    sigaltstack(NULL, &now);
    tap_check(now.ss_sp == alternate && now.ss_flags == 0, "and back");
}

static void
later(int restart)
{
    struct itimerval soon = {.it_value = {0, 20000}};

    install(SIGALRM, note_info, restart ? SA_RESTART : 0);
    count = 0;
    setitimer(ITIMER_REAL, &soon, NULL);
}

static void
test_restart(void)
{
    int ends[2];
    char byte;
    pid_t pid;

    if (pipe(ends) != 0) {
        return;
    }
    later(0);
    tap_check(read(ends[0], &byte, 1) == -1 && errno == EINTR && count == 1,
              "EINTR");
    pid = fork();
    if (pid == 0) {
        usleep(100000);
        _exit(write(ends[1], "z", 1) != 1);
    }
    later(1);
    tap_check(read(ends[0], &byte, 1) == 1 && byte == 'z' && count == 1,
              "SA_RESTART");
    waitpid(pid, NULL, 0);
    close(ends[0]);
    close(ends[1]);
}

static void
test_sleep(void)
{
    struct timespec ten = {10, 0}, left = {0, 0};

    later(1);
    tap_check(nanosleep(&ten, &left) == -1 && errno == EINTR &&
              left.tv_sec == 9, "a sleep is never restarted, and what is left");
    signal(SIGALRM, SIG_DFL);
}

static void
test_ignored_children(void)
{
    signal(SIGCHLD, SIG_IGN);
    if (fork() == 0) {
        _exit(0);
    }
    tap_check(wait(NULL) == -1 && errno == ECHILD,
              "children whose end is ignored leave nothing");
    signal(SIGCHLD, SIG_DFL);
}

/* A stopped sleeper sleeps on when it is continued. */
static void
test_stop(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        struct timespec time = {0, 200000000};

        _exit(nanosleep(&time, NULL) == 0 ? 4 : 5);
    }
    usleep(50000);
    kill(pid, SIGSTOP);
    waitpid(pid, &status, WUNTRACED);
    kill(pid, SIGCONT);
    tap_check(waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
              WEXITSTATUS(status) == 4, "stopped in a sleep, and continued");
}

int
main(void)
{
    test_handler();
    test_masks();
    test_faults();
    test_stack();
    test_restart();
    test_sleep();
    test_ignored_children();
    test_stop();
    return tap_done();
}
