/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's numbers, as programs on x86-64 know them.  The prefix keeps them
 * apart from newlib's, which differ.
 */
#ifndef POSIX_COMMON_LINUX_H
#define POSIX_COMMON_LINUX_H

#include <mach/kern_return.h>
#include <mach/port.h>
#include <posix/posix.h>

/* A component's return code for an errno: ERR(ENOENT). */
#define ERR(e) POSIX_ERROR(L_##e)

enum {
    L_EPERM = 1, L_ENOENT = 2, L_ESRCH = 3, L_EINTR = 4, L_EIO = 5,
    L_ENXIO = 6, L_ENOEXEC = 8, L_EBADF = 9, L_ECHILD = 10, L_EAGAIN = 11,
    L_ENOMEM = 12, L_EACCES = 13, L_EFAULT = 14, L_EBUSY = 16, L_EEXIST = 17,
    L_EXDEV = 18, L_ENODEV = 19, L_ENOTDIR = 20, L_EISDIR = 21, L_EINVAL = 22,
    L_ENFILE = 23, L_ENOTTY = 25, L_ETXTBSY = 26, L_EFBIG = 27, L_ENOSPC = 28,
    L_ESPIPE = 29, L_EROFS = 30, L_EMLINK = 31, L_EPIPE = 32, L_ERANGE = 34,
    L_EDEADLK = 35, L_ENAMETOOLONG = 36, L_ENOLCK = 37, L_ENOSYS = 38,
    L_ENOTEMPTY = 39, L_ELOOP = 40, L_EOVERFLOW = 75, L_ENOTSOCK = 88,
    L_EMSGSIZE = 90, L_EPROTONOSUPPORT = 93, L_EOPNOTSUPP = 95,
    L_ECONNRESET = 104, L_ENOBUFS = 105, L_ENOTCONN = 107,
    L_ECONNREFUSED = 111
};

#define L_O_ACCMODE 3u
#define L_O_RDONLY 0u
#define L_O_WRONLY 1u
#define L_O_RDWR 2u
#define L_O_CREAT 0100u
#define L_O_EXCL 0200u
#define L_O_NOCTTY 0400u
#define L_O_TRUNC 01000u
#define L_O_APPEND 02000u
#define L_O_NONBLOCK 04000u
#define L_O_DSYNC 010000u
#define L_O_ASYNC 020000u
#define L_O_DIRECT 040000u
#define L_O_LARGEFILE 0100000u
#define L_O_DIRECTORY 0200000u
#define L_O_NOFOLLOW 0400000u
#define L_O_NOATIME 01000000u
#define L_O_CLOEXEC 02000000u
#define L_O_PATH 010000000u
#define L_O_TMPFILE 020200000u
#define L_O_EXEC 0x10000000u /* ours: open a program */

#define L_S_IFMT 0170000u
#define L_S_IFSOCK 0140000u
#define L_S_IFLNK 0120000u
#define L_S_IFREG 0100000u
#define L_S_IFBLK 0060000u
#define L_S_IFDIR 0040000u
#define L_S_IFCHR 0020000u
#define L_S_IFIFO 0010000u
#define L_S_ISUID 04000u
#define L_S_ISGID 02000u
#define L_S_ISVTX 01000u
#define L_S_ISDIR(m) (((m) & L_S_IFMT) == L_S_IFDIR)
#define L_S_ISREG(m) (((m) & L_S_IFMT) == L_S_IFREG)
#define L_S_ISLNK(m) (((m) & L_S_IFMT) == L_S_IFLNK)
#define L_S_ISFIFO(m) (((m) & L_S_IFMT) == L_S_IFIFO)
#define L_S_ISCHR(m) (((m) & L_S_IFMT) == L_S_IFCHR)

#define L_MAKEDEV(ma, mi) (((uint64_t)(ma) << 8) | (uint64_t)(mi))
#define L_MAJOR(d) ((unsigned)((d) >> 8) & 0xfffu)
#define L_MINOR(d) ((unsigned)((d) & 0xffu) | ((unsigned)((d) >> 12) & ~0xffu))

#define L_SEEK_SET 0
#define L_SEEK_CUR 1
#define L_SEEK_END 2
#define L_SEEK_DATA 3
#define L_SEEK_HOLE 4

#define L_AT_SYMLINK_NOFOLLOW 0x100u
#define L_AT_REMOVEDIR 0x200u
#define L_AT_EACCESS 0x200u
#define L_AT_SYMLINK_FOLLOW 0x400u
#define L_AT_EMPTY_PATH 0x1000u

#define L_RENAME_NOREPLACE 1u
#define L_RENAME_EXCHANGE 2u

#define L_UTIME_NOW 0x3fffffff
#define L_UTIME_OMIT 0x3ffffffe

#define L_F_RDLCK 0
#define L_F_WRLCK 1
#define L_F_UNLCK 2
#define L_F_SETPIPE_SZ 1031u
#define L_F_GETPIPE_SZ 1032u
#define L_FIONREAD 0x541bu

#define L_LOCK_SH 1
#define L_LOCK_EX 2
#define L_LOCK_NB 4
#define L_LOCK_UN 8

#define L_POLLIN 0x1u
#define L_POLLPRI 0x2u
#define L_POLLOUT 0x4u
#define L_POLLERR 0x8u
#define L_POLLHUP 0x10u
#define L_POLLNVAL 0x20u
#define L_POLLRDNORM 0x40u
#define L_POLLWRNORM 0x100u
#define L_POLLRDHUP 0x2000u

#define L_SOCK_STREAM 1u
#define L_SOCK_DGRAM 2u
#define L_SOCK_SEQPACKET 5u
#define L_SOCK_NONBLOCK L_O_NONBLOCK
#define L_SHUT_RD 0
#define L_SHUT_WR 1
#define L_SHUT_RDWR 2

enum {
    L_SIGHUP = 1, L_SIGINT = 2, L_SIGQUIT = 3, L_SIGILL = 4, L_SIGTRAP = 5,
    L_SIGABRT = 6, L_SIGBUS = 7, L_SIGFPE = 8, L_SIGKILL = 9, L_SIGSEGV = 11,
    L_SIGPIPE = 13, L_SIGALRM = 14, L_SIGTERM = 15, L_SIGCHLD = 17,
    L_SIGCONT = 18, L_SIGSTOP = 19, L_SIGTSTP = 20, L_SIGTTIN = 21,
    L_SIGTTOU = 22, L_SIGSYS = 31, L_SIGRTMIN = 32, L_NSIG = 64
};
#define L_SI_USER 0
#define L_SI_TKILL (-6)
#define L_SI_KERNEL 0x80
#define L_CLD_EXITED 1
#define L_CLD_KILLED 2
#define L_CLD_DUMPED 3
#define L_CLD_STOPPED 5
#define L_CLD_CONTINUED 6

#define L_WNOHANG 1u
#define L_WUNTRACED 2u /* WSTOPPED */
#define L_WEXITED 4u
#define L_WCONTINUED 8u
#define L_WNOWAIT 0x1000000u

#define L_RLIMIT_NPROC 6
#define L_RLIM_NLIMITS 16
#define L_RLIM_INFINITY (~0ull)

#endif
