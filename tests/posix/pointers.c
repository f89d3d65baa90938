/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bad pointers in every pointer argument of every system call: null, the
 * kernel's addresses, not canonical, unmapped, ending in an unmapped page, and
 * read-only memory for results.  Each call must fail or do what it can; none
 * may end the process or the system.  A child does the calls, so that a signal
 * is seen as a failure.
 */
#include "tap.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind {
    NUM, /* a number, as given */
    IN,  /* points to what the call reads */
    OUT, /* points to what the call writes */
    OPT, /* may be null */
    ANY, /* the call may well not look at it: only survival counts */
};

struct arg {
    enum kind kind;
    long value;
};

struct call {
    const char *name;
    long number;
    struct arg args[6];
};

static char good_page[4096] __attribute__((aligned(4096)));
static char *edge;      /* the end of a mapped page, nothing behind it */
static char *read_only; /* a page that cannot be written */
static char *unmapped;
static int zero_fd, dir_fd, pair[2], pipe_fd[2], file_fd;

#define P(kind) {kind, 0}
#define N(value) {NUM, value}

/* Descriptors are filled in at run time: these stand for them. */
enum { ZERO = -1001, DIR_FD, SOCK, PIPE_IN, PIPE_OUT, FILE_FD };

static const struct call calls[] = {
    {"read", SYS_read, {N(ZERO), P(OUT), N(100)}},
    {"read pipe", SYS_read, {N(PIPE_IN), P(OUT), N(100)}},
    {"write pipe", SYS_write, {N(PIPE_OUT), P(IN), N(100)}},
    {"read file", SYS_read, {N(FILE_FD), P(OUT), N(100)}},
    {"write file", SYS_write, {N(FILE_FD), P(IN), N(100)}},
    {"write socket", SYS_write, {N(SOCK), P(IN), N(100)}},
    {"pread64", SYS_pread64, {N(FILE_FD), P(OUT), N(100), N(0)}},
    {"pwrite64", SYS_pwrite64, {N(FILE_FD), P(IN), N(100), N(0)}},
    {"readv", SYS_readv, {N(ZERO), P(IN), N(2)}},
    {"writev", SYS_writev, {N(PIPE_OUT), P(IN), N(2)}},
    {"open", SYS_open, {P(IN), N(O_RDONLY), N(0)}},
    {"openat", SYS_openat, {N(AT_FDCWD), P(IN), N(O_RDONLY), N(0)}},
    {"stat", SYS_stat, {P(IN), P(OUT)}},
    {"lstat", SYS_lstat, {P(IN), P(OUT)}},
    {"fstat", SYS_fstat, {N(ZERO), P(OUT)}},
    {"newfstatat", SYS_newfstatat, {N(AT_FDCWD), P(IN), P(OUT), N(0)}},
    {"access", SYS_access, {P(IN), N(0)}},
    {"faccessat", SYS_faccessat, {N(AT_FDCWD), P(IN), N(0)}},
    {"statfs", SYS_statfs, {P(IN), P(OUT)}},
    {"fstatfs", SYS_fstatfs, {N(FILE_FD), P(OUT)}},
    {"chdir", SYS_chdir, {P(IN)}},
    {"mkdir", SYS_mkdir, {P(IN), N(0755)}},
    {"mkdirat", SYS_mkdirat, {N(AT_FDCWD), P(IN), N(0755)}},
    {"rmdir", SYS_rmdir, {P(IN)}},
    {"unlink", SYS_unlink, {P(IN)}},
    {"unlinkat", SYS_unlinkat, {N(AT_FDCWD), P(IN), N(0)}},
    {"rename", SYS_rename, {P(IN), P(IN)}},
    {"link", SYS_link, {P(IN), P(IN)}},
    {"symlink", SYS_symlink, {P(IN), P(IN)}},
    {"readlink", SYS_readlink, {P(IN), P(OUT), N(100)}},
    {"chmod", SYS_chmod, {P(IN), N(0755)}},
    {"chown", SYS_chown, {P(IN), N(0), N(0)}},
    {"lchown", SYS_lchown, {P(IN), N(0), N(0)}},
    {"truncate", SYS_truncate, {P(IN), N(0)}},
    {"mknod", SYS_mknod, {P(IN), N(0100644), N(0)}},
    {"utimensat", SYS_utimensat, {N(AT_FDCWD), P(OPT), P(OPT), N(0)}},
    {"utimes", SYS_utimes, {P(IN), P(OPT)}},
    {"getcwd", SYS_getcwd, {P(OUT), N(100)}},
    {"getdents64", SYS_getdents64, {N(DIR_FD), P(OUT), N(1000)}},
    {"ioctl TCGETS", SYS_ioctl, {N(FILE_FD), N(0x5401), P(ANY)}},
    {"ioctl FIONREAD", SYS_ioctl, {N(PIPE_IN), N(0x541b), P(OUT)}},
    {"fcntl F_GETLK", SYS_fcntl, {N(FILE_FD), N(F_GETLK), P(OUT)}},
    {"pipe", SYS_pipe, {P(OUT)}},
    {"pipe2", SYS_pipe2, {P(OUT), N(0)}},
    {"socketpair", SYS_socketpair, {N(AF_UNIX), N(SOCK_STREAM), N(0), P(OUT)}},
    {"sendto", SYS_sendto, {N(SOCK), P(IN), N(100), N(0), P(ANY), N(0)}},
    {"sendmsg", SYS_sendmsg, {N(SOCK), P(IN), N(0)}},
    {"recvmsg", SYS_recvmsg, {N(SOCK), P(IN), N(MSG_DONTWAIT)}},
    {"getsockname", SYS_getsockname, {N(SOCK), P(ANY), P(OUT)}},
    {"poll", SYS_poll, {P(IN), N(1), N(0)}},
    {"select", SYS_select, {N(8), P(OPT), P(OPT), P(OPT), P(OPT)}},
    {"pselect6", SYS_pselect6, {N(8), P(OPT), P(OPT), P(OPT), P(OPT), P(OPT)}},
    {"nanosleep", SYS_nanosleep, {P(IN), P(ANY)}},
    {"clock_gettime", SYS_clock_gettime, {N(1), P(OUT)}},
    {"clock_getres", SYS_clock_getres, {N(1), P(OPT)}},
    {"gettimeofday", SYS_gettimeofday, {P(OPT), P(OPT)}},
    {"time", SYS_time, {P(OPT)}},
    {"times", SYS_times, {P(OPT)}},
    {"getrusage", SYS_getrusage, {N(0), P(OUT)}},
    {"getrlimit", SYS_getrlimit, {N(7), P(OUT)}},
    {"prlimit64", SYS_prlimit64, {N(0), N(7), P(OPT), P(OPT)}},
    {"sysinfo", SYS_sysinfo, {P(OUT)}},
    {"uname", SYS_uname, {P(OUT)}},
    {"getgroups", SYS_getgroups, {N(0), P(ANY)}},
    {"getresuid", SYS_getresuid, {P(OUT), P(OUT), P(OUT)}},
    {"getrandom", SYS_getrandom, {P(OUT), N(100), N(0)}},
    {"wait4", SYS_wait4, {N(-1), P(ANY), N(1), P(ANY)}},
    {"execve", SYS_execve, {P(IN), P(ANY), P(ANY)}},
    {"rt_sigaction", SYS_rt_sigaction, {N(SIGUSR2), P(OPT), P(OPT), N(8)}},
    {"rt_sigprocmask", SYS_rt_sigprocmask, {N(0), P(OPT), P(OPT), N(8)}},
    {"rt_sigpending", SYS_rt_sigpending, {P(OUT), N(8)}},
    {"rt_sigsuspend", SYS_rt_sigsuspend, {P(IN), N(8)}},
    {"rt_sigtimedwait", SYS_rt_sigtimedwait, {P(IN), P(ANY), P(OPT), N(8)}},
    {"sigaltstack", SYS_sigaltstack, {P(OPT), P(OPT)}},
    {"getitimer", SYS_getitimer, {N(0), P(OUT)}},
    {"futex", SYS_futex, {P(IN), N(0), N(12345), P(OPT), P(ANY), N(0)}},
    {"set_robust_list", SYS_set_robust_list, {P(ANY), N(24)}},
    {"sched_getaffinity", SYS_sched_getaffinity, {N(0), N(8), P(OUT)}},
    {"statx", SYS_statx, {N(AT_FDCWD), P(IN), N(0), N(0x7ff), P(OUT)}},
    {"mount", SYS_mount, {P(ANY), P(IN), P(ANY), N(0), P(ANY)}},
    {"mincore", SYS_mincore, {P(ANY), N(4096), P(ANY)}},
    {"madvise", SYS_madvise, {P(ANY), N(4096), N(4)}},
    {"munmap", SYS_munmap, {P(ANY), N(0)}},
    {"mprotect", SYS_mprotect, {P(ANY), N(0), N(1)}},
};

#define CALLS (sizeof calls / sizeof calls[0])

static long
number_of(long value)
{
    switch (value) {
    case ZERO:
        return zero_fd;
    case DIR_FD:
        return dir_fd;
    case SOCK:
        return pair[0];
    case PIPE_IN:
        return pipe_fd[0];
    case PIPE_OUT:
        return pipe_fd[1];
    case FILE_FD:
        return file_fd;
    default:
        return value;
    }
}

/* The pointers to try; the name is for the report. */
static const struct {
    const char *name;
    uint64_t value; /* 0: see bad_pointer() */
} bad[] = {
    {"null", 0},
    {"16", 16},
    {"kernel", 0xffffffff80000000},
    {"direct map", 0xffff800000001000},
    {"not canonical", 0x0000800000000000},
    {"not canonical, high", 0x8000000000000000},
    {"last page", 0x00007ffffffff000},
    {"all ones", 0xffffffffffffffff},
    {"unmapped", 0},
    {"half mapped", 0},
    {"read-only", 0},
};

enum { BAD_NULL, BAD_UNMAPPED = 8, BAD_HALF, BAD_READ_ONLY, BADS };

static long
bad_pointer(int which)
{
    switch (which) {
    case BAD_UNMAPPED:
        return (long)unmapped;
    case BAD_HALF:
        return (long)(edge - 1);
    case BAD_READ_ONLY:
        return (long)read_only;
    default:
        return (long)bad[which].value;
    }
}

/* Must the call fail with this pointer there? */
static int
must_fail(enum kind kind, int which)
{
    if (kind == ANY || (kind == OPT && which == BAD_NULL)) {
        return 0;
    }
    if (which == BAD_READ_ONLY) {
        return kind == OUT;
    }
    /* A half-mapped string or buffer may do as far as it goes. */
    return which != BAD_HALF;
}

static void
fill_good(long words[6], const struct call *call)
{
    memset(good_page, 0, sizeof good_page);
    strcpy(good_page + 1024, "/nonexistent/name");
    for (int i = 0; i < 6; i++) {
        words[i] = call->args[i].kind == NUM
                       ? number_of(call->args[i].value)
                       : (long)(good_page + (i == 0 ? 1024 : i * 128));
    }
}

/* One call with one bad pointer; counts what went wrong. */
static int
try_call(const struct call *call, int position, int which)
{
    long words[6];

    fill_good(words, call);
    words[position] = bad_pointer(which);
    lseek(file_fd, 0, SEEK_SET);
    /* What waits is interrupted. */
    ualarm(50000, 0);
    long result = syscall(call->number, words[0], words[1], words[2], words[3],
                          words[4], words[5]);
    ualarm(0, 0);
    if (result >= 0 && must_fail(call->args[position].kind, which)) {
        printf("# %s, argument %d, %s: gave %ld\n", call->name, position + 1,
               bad[which].name, result);
        return 1;
    }
    return 0;
}

static int
try_all(const struct call *call)
{
    int wrong = 0;

    for (int position = 0; position < 6; position++) {
        enum kind kind = call->args[position].kind;
        if (kind == NUM) {
            continue;
        }
        for (int which = 0; which < BADS; which++) {
            wrong += try_call(call, position, which);
        }
    }
    return wrong;
}

static void
ignore_signal(int number)
{
    (void)number;
}

static void
set_up(void)
{
    struct sigaction action = {.sa_handler = ignore_signal};

    sigaction(SIGALRM, &action, NULL);
    unmapped = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    edge = unmapped + 4096;
    edge[-1] = 'x';
    munmap(unmapped + 4096, 4096);
    mprotect(unmapped + 2 * 4096, 4096, PROT_READ);
    read_only = unmapped + 2 * 4096;
    unmapped += 4096;
    zero_fd = open("/dev/zero", O_RDONLY);
    dir_fd = open("/", O_RDONLY | O_DIRECTORY);
    file_fd = open("/tmp/pointers-file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (pipe(pipe_fd) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0
        || write(file_fd, good_page, sizeof good_page) != sizeof good_page
        || write(pipe_fd[1], good_page, 2000) != 2000) {
        printf("Bail out! cannot prepare: %s\n", strerror(errno));
        exit(1);
    }
}

int
main(void)
{
    set_up();
    for (size_t i = 0; i < CALLS; i++) {
        int status = 0;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            int wrong = try_all(&calls[i]);
            fflush(stdout);
            _exit(wrong != 0);
        }
        if (waitpid(child, &status, 0) != child) {
            printf("Bail out! waitpid: %s\n", strerror(errno));
            return 1;
        }
        tap_check(status == 0, "%s (status %#x)", calls[i].name, status);
    }
    unlink("/tmp/pointers-file");
    return tap_done();
}
