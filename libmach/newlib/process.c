/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What newlib asks of processes and signals.  A Mach task is no POSIX process:
 * these calls do not exist here and say so.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/mach.h>

int kill(pid_t pid, int sig);
int execve(const char *path, char *const argv[], char *const envp[]);

pid_t
getpid(void)
{
    return 1;
}

/* abort() and raise() come here: die where a debugger sees it. */
int
kill(pid_t pid, int sig)
{
    if (pid == 1 && sig != 0) {
        mach_printf("server raised signal %d\n", sig);
        __builtin_trap();
    }
    errno = ESRCH;
    return -1;
}

pid_t
fork(void)
{
    errno = ENOSYS;
    return -1;
}

int
execve(const char *path, char *const argv[], char *const envp[])
{
    (void)path;
    (void)argv;
    (void)envp;
    errno = ENOSYS;
    return -1;
}

pid_t
wait(int *status)
{
    (void)status;
    errno = ECHILD;
    return -1;
}
