/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's x86-64 ABI: numbers and structures that a guest program sees.
 */
#ifndef EMULATOR_LINUX_H
#define EMULATOR_LINUX_H

#include <stdint.h>

#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EINTR 4
#define EIO 5
#define ENXIO 6
#define E2BIG 7
#define ENOEXEC 8
#define EBADF 9
#define ECHILD 10
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define EXDEV 18
#define ENODEV 19
#define ENOTDIR 20
#define EISDIR 21
#define EINVAL 22
#define ENFILE 23
#define EMFILE 24
#define ENOTTY 25
#define EFBIG 27
#define ENOSPC 28
#define ESPIPE 29
#define EROFS 30
#define EPIPE 32
#define EDOM 33
#define ERANGE 34
#define EDEADLK 35
#define ENAMETOOLONG 36
#define ENOSYS 38
#define ELOOP 40
#define EOVERFLOW 75
#define ENOTSOCK 88
#define EDESTADDRREQ 89
#define EMSGSIZE 90
#define EPROTONOSUPPORT 93
#define ESOCKTNOSUPPORT 94
#define EOPNOTSUPP 95
#define EAFNOSUPPORT 97
#define EISCONN 106
#define ENOTCONN 107
#define ETIMEDOUT 110

/* Inside the emulator only: the call is begun anew after the signal. */
#define ERESTARTSYS 512    /* if the handler has SA_RESTART, or none runs */
#define ERESTARTNOINTR 513 /* always */
#define ERESTARTNOHAND 514 /* only if no handler runs */
#define ERESTART_BLOCK 516 /* the same, by restart_syscall */

#define O_ACCMODE 3u
#define O_RDONLY 0u
#define O_WRONLY 1u
#define O_RDWR 2u
#define O_CREAT 0x40u
#define O_EXCL 0x80u
#define O_NOCTTY 0x100u
#define O_TRUNC 0x200u
#define O_APPEND 0x400u
#define O_NONBLOCK 0x800u
#define O_DIRECTORY 0x10000u
#define O_NOFOLLOW 0x20000u
#define O_CLOEXEC 0x80000u
#define O_PATH 0x200000u
#define O_EXEC 0x10000000u /* ours: to be executed */

#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 0x100u
#define AT_REMOVEDIR 0x200u
#define AT_EACCESS 0x200u
#define AT_SYMLINK_FOLLOW 0x400u
#define AT_NO_AUTOMOUNT 0x800u
#define AT_EMPTY_PATH 0x1000u

#define S_IFMT 0170000u
#define S_IFDIR 0040000u
#define S_IFCHR 0020000u
#define S_IFREG 0100000u
#define S_IFIFO 0010000u
#define S_IFLNK 0120000u
#define S_IFSOCK 0140000u

#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#define F_SETOWN 8
#define F_GETOWN 9
#define F_DUPFD_CLOEXEC 1030
#define F_SETPIPE_SZ 1031
#define F_GETPIPE_SZ 1032
#define FD_CLOEXEC 1u

struct linux_flock {
    int16_t type, whence;
    int32_t pad;
    int64_t start, length;
    int32_t pid, pad2;
};
_Static_assert(sizeof(struct linux_flock) == 32, "ABI");

#define PROT_READ 1u
#define PROT_WRITE 2u
#define PROT_EXEC 4u
#define PROT_GROWSDOWN 0x01000000u
#define MAP_SHARED 1u
#define MAP_PRIVATE 2u
#define MAP_SHARED_VALIDATE 3u
#define MAP_TYPE 15u
#define MAP_FIXED 0x10u
#define MAP_ANONYMOUS 0x20u
#define MAP_GROWSDOWN 0x100u
#define MAP_FIXED_NOREPLACE 0x100000u
#define MREMAP_MAYMOVE 1u
#define MREMAP_FIXED 2u
#define MREMAP_DONTUNMAP 4u

struct linux_timespec {
    int64_t sec, nsec;
};
struct linux_timeval {
    int64_t sec, usec;
};
struct linux_iovec {
    uint64_t base, length;
};
#define IOV_MAX 1024u

struct linux_pollfd {
    int32_t fd;
    int16_t events, revents;
};
#define POLLIN 0x1u
#define POLLPRI 0x2u
#define POLLOUT 0x4u
#define POLLERR 0x8u
#define POLLHUP 0x10u
#define POLLNVAL 0x20u
#define POLLRDNORM 0x40u
#define POLLRDBAND 0x80u
#define POLLWRNORM 0x100u
#define POLLWRBAND 0x200u

/* ---- signals ------------------------------------------------------------- */

#define NSIG 64
#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGSEGV 11
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGWINCH 28
#define SIGSYS 31
#define SIGRTMIN 32
#define SIGMASK(s) (1ull << ((s) - 1))

#define SIG_DFL 0ull
#define SIG_IGN 1ull
#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_NOCLDSTOP 0x00000001u
#define SA_NOCLDWAIT 0x00000002u
#define SA_SIGINFO 0x00000004u
#define SA_RESTORER 0x04000000u
#define SA_ONSTACK 0x08000000u
#define SA_RESTART 0x10000000u
#define SA_NODEFER 0x40000000u
#define SA_RESETHAND 0x80000000u

#define SS_ONSTACK 1
#define SS_DISABLE 2
#define SS_AUTODISARM 0x80000000u
#define MINSIGSTKSZ 2048

#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_TKILL (-6)
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_STOPPED 5
#define CLD_CONTINUED 6

struct linux_sigaction {
    uint64_t handler, flags, restorer, mask;
};
struct linux_stack {
    uint64_t sp;
    int32_t flags, pad;
    uint64_t size;
};
struct linux_siginfo {
    int32_t signo, error, code, pad;
    union {
        struct {
            int32_t pid;
            uint32_t uid;
            uint64_t value; /* SIGCHLD: status in the low half */
        } kill;
        uint64_t address;
        int32_t words[28];
    } u;
};
_Static_assert(sizeof(struct linux_siginfo) == 128, "ABI");

struct linux_sigcontext {
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
    uint16_t cs, gs, fs, ss;
    uint64_t error, trapno, oldmask, cr2, fpstate, reserved[8];
};
_Static_assert(sizeof(struct linux_sigcontext) == 256, "ABI");

struct linux_ucontext {
    uint64_t flags, link;
    struct linux_stack stack;
    struct linux_sigcontext mcontext;
    uint64_t mask;
};
struct linux_sigframe {
    uint64_t return_address;
    struct linux_ucontext uc;
    struct linux_siginfo info;
};
#define UC_FP_XSTATE 1u
#define UC_SIGCONTEXT_SS 2u
#define UC_STRICT_RESTORE_SS 4u

/* ---- processes ----------------------------------------------------------- */

#define CLONE_VM 0x100u
#define CLONE_FS 0x200u
#define CLONE_FILES 0x400u
#define CLONE_SIGHAND 0x800u
#define CLONE_VFORK 0x4000u
#define CLONE_PARENT 0x8000u
#define CLONE_THREAD 0x10000u
#define CLONE_SYSVSEM 0x40000u
#define CLONE_SETTLS 0x80000u
#define CLONE_PARENT_SETTID 0x100000u
#define CLONE_CHILD_CLEARTID 0x200000u
#define CLONE_DETACHED 0x400000u
#define CLONE_CHILD_SETTID 0x1000000u
#define CLONE_CLEAR_SIGHAND 0x100000000ull

struct linux_clone_args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack;
    uint64_t stack_size, tls, set_tid, set_tid_size, cgroup;
};

#define RLIMIT_STACK 3
#define RLIMIT_NOFILE 7
#define RLIM_NLIMITS 16

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_PRIVATE_FLAG 128
#define FUTEX_CLOCK_REALTIME 256

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define TIMER_ABSTIME 1

/* Auxiliary vector. */
#define AT_NULL 0
#define AT_PHDR 3
#define AT_PHENT 4
#define AT_PHNUM 5
#define AT_PAGESZ 6
#define AT_BASE 7
#define AT_FLAGS 8
#define AT_ENTRY 9
#define AT_UID 11
#define AT_EUID 12
#define AT_GID 13
#define AT_EGID 14
#define AT_PLATFORM 15
#define AT_HWCAP 16
#define AT_CLKTCK 17
#define AT_SECURE 23
#define AT_RANDOM 25
#define AT_HWCAP2 26
#define AT_EXECFN 31
#define AT_MINSIGSTKSZ 51

#endif
