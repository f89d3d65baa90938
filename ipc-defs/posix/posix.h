/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The POSIX personality's shared ABI: between emulator and components, and
 * between components.  Structures that a Linux program sees are Linux's x86-64
 * ones, so that the emulator copies them out unchanged.
 */
#ifndef POSIX_POSIX_H
#define POSIX_POSIX_H

#include <mach/types.h>

/* Errors: a component returns POSIX_ERROR(errno) with Linux's errno numbers. */
#define POSIX_ERROR(e) ((kern_return_t)(0x00050000 | (e)))
#define POSIX_ERROR_IS(k) (((uint32_t)(k) >> 16) == 5u)
#define POSIX_ERRNO(k) ((int)((uint32_t)(k) & 0xffffu))
/* Not an errno: a signal has been sent to the caller; handle it, then restart. */
#define POSIX_ERESTART 512

#define IO_INLINE_MAX 32768u  /* bytes of one io_read/io_write */
#define POSIX_PATH_MAX 4096u

/* What a descriptor is, as opening calls report it. */
enum posix_kind {
    KIND_FILE = 1,  /* seekable; io_read/io_write with offsets */
    KIND_DIR,
    KIND_DEVICE,    /* /dev/null and such, answered promptly by vfs */
    KIND_PIPE,      /* pipe or FIFO end */
    KIND_SOCKET,    /* AF_UNIX */
    KIND_TTY,       /* tty_read and friends, through the tty session */
    KIND_FIFO_NODE, /* open it with pipe_fifo_open */
    KIND_TTY_NODE,  /* open it with tty_open */
    KIND_CLIENT     /* the name belongs to the client: see redirect */
};

/* Open-file status flags and access are Linux's O_* values. */
#define IO_OFFSET_CURRENT (-1ll) /* use and advance the open file's offset */

/* io_read/io_write flags */
#define IO_NONBLOCK 1u /* as if O_NONBLOCK were set */
#define IO_PEEK 2u     /* sockets */

/* Linux struct stat, x86-64. */
struct posix_stat {
    uint64_t st_dev, st_ino, st_nlink;
    uint32_t st_mode, st_uid, st_gid, st_pad0;
    uint64_t st_rdev;
    int64_t st_size, st_blksize, st_blocks;
    int64_t st_atime_sec, st_atime_nsec;
    int64_t st_mtime_sec, st_mtime_nsec;
    int64_t st_ctime_sec, st_ctime_nsec;
    int64_t st_unused[3];
};
_Static_assert(sizeof(struct posix_stat) == 144, "ABI");
typedef struct posix_stat posix_stat_t;
typedef uint64_t cookie_t; /* the client's name for one of its requests */

/* Linux struct statfs, x86-64. */
struct posix_statfs {
    int64_t f_type, f_bsize;
    uint64_t f_blocks, f_bfree, f_bavail, f_files, f_ffree;
    int32_t f_fsid[2];
    int64_t f_namelen, f_frsize, f_flags, f_spare[4];
};
_Static_assert(sizeof(struct posix_statfs) == 120, "ABI");
typedef struct posix_statfs posix_statfs_t;

struct posix_ids {
    int32_t pid, ppid, pgid, sid;
    uint32_t ruid, euid, suid, fsuid;
    uint32_t rgid, egid, sgid, fsgid;
};
_Static_assert(sizeof(struct posix_ids) == 48, "ABI");
typedef struct posix_ids posix_ids_t;

struct posix_creds {
    uint32_t uid, gid; /* effective (file system) ids */
    uint32_t ngroups;
    uint32_t groups[32];
};
_Static_assert(sizeof(struct posix_creds) == 140, "ABI");
typedef struct posix_creds posix_creds_t;

/* One pending signal on its way from proc to the emulator. */
struct posix_signal {
    int32_t signo, code;   /* SI_USER 0, SI_TKILL -6, SI_QUEUE -1,
                              SI_KERNEL 0x80, CLD_* for SIGCHLD */
    int32_t pid;
    uint32_t uid;
    int32_t status, tid;   /* SIGCHLD's status; tid: 0 or the one thread */
    uint64_t value;
};
_Static_assert(sizeof(struct posix_signal) == 32, "ABI");
typedef struct posix_signal posix_signal_t;

/* Linux struct rusage, x86-64. */
struct posix_rusage {
    int64_t ru_utime_sec, ru_utime_usec, ru_stime_sec, ru_stime_usec;
    int64_t ru_rest[14];
};
_Static_assert(sizeof(struct posix_rusage) == 144, "ABI");
typedef struct posix_rusage posix_rusage_t;

/*
 * The session ports of a process, always in this order.  fork and exec put
 * the child's own sessions under the names that the caller gives.
 */
enum posix_port { PORT_PROC, PORT_VFS, PORT_TTY, PORT_PIPE, PORT_COUNT };
typedef uint32_t posix_port_names_t[PORT_COUNT];

/*
 * The exec block: what one program hands to the next through proc_exec(), and
 * what init makes for the first.  Memory of the new task, page-aligned; the emulator's exec entry gets
 * its address in rdi.  Offsets from the block's start.
 */
#define EXEC_BLOCK_MAGIC 0x4b4c42434558ull

struct exec_fd {
    int32_t fd;
    uint32_t port;  /* name in the new task */
    uint32_t kind;  /* enum posix_kind */
    uint32_t flags; /* bit 0: FD_CLOEXEC */
};

struct exec_block {
    uint64_t magic, size;
    posix_port_names_t ports;
    posix_ids_t ids;         /* filled in by proc */
    uint32_t file;           /* port of the program's open file */
    uint32_t argc, envc;
    uint32_t strings;        /* offset: argv then envp, NUL-terminated */
    uint32_t strings_size;
    uint32_t path;           /* offset: absolute path for /proc/self/exe, AT_EXECFN */
    uint32_t fds, fd_count;  /* offset of struct exec_fd[] */
    uint32_t umask;
    uint32_t strace_missing; /* count and report unknown system calls */
    uint64_t sig_ignored;    /* bit signo-1 */
    uint64_t sig_blocked;
    uint64_t sig_pending;
    uint64_t rlimits[16][2];
    uint64_t reserved[8];
};
typedef struct exec_block exec_block_t;

/* The emulator's image (ELF, static, position-independent) starts with this
 * at its entry point's address table: its e_entry is the exec entry. */

#endif
