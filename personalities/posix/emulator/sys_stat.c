/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a file is: stat and its relatives, access, readlink, times.
 */
#include <io/io.h>
#include <tty/tty.h>
#include <vfs/vfs.h>
#include "syscall.h"

#define SESSION process_port(PORT_VFS)
#define AT_CWD ((uint64_t)AT_FDCWD)

static void
fd_dir_stat(posix_stat_t *stat)
{
    *stat = (posix_stat_t){
        .st_ino = 1,
        .st_nlink = 2,
        .st_mode = S_IFDIR | 0500u,
        .st_uid = this_process()->ids.euid,
        .st_gid = this_process()->ids.egid,
        .st_blksize = 1024,
    };
}

/* An open terminal is seen as its device node, when there is one: ttyname()
 * compares the two. */
static int64_t
terminal_stat(mach_port_t port, posix_stat_t *stat)
{
    char redirect[POSIX_PATH_MAX];
    posix_stat_t node;
    uint32_t kind;
    int64_t error = error_of(io_stat(port, (void *)stat));

    if (error == 0 &&
        vfs_stat(SESSION, MACH_PORT_NULL, "/dev/console", 0, (void *)&node,
                 &kind, redirect) == KERN_SUCCESS &&
        node.st_rdev == stat->st_rdev) {
        *stat = node;
    }
    return error;
}

static int64_t
descriptor_stat(uint64_t number, posix_stat_t *stat)
{
    struct fd fd;
    int64_t error = fd_get(number, &fd);

    if (error < 0) {
        return error;
    }
    if (fd.kind == KIND_FD_DIR) {
        fd_dir_stat(stat);
        return 0;
    }
    if (fd.kind == KIND_TTY) {
        return terminal_stat(fd.port, stat);
    }
    return error_of(io_stat(fd.port, (void *)stat));
}

/* A symbolic link of /proc/self, seen as such. */
static void
link_stat(posix_stat_t *stat)
{
    fd_dir_stat(stat);
    stat->st_mode = S_IFLNK | 0777u;
    stat->st_nlink = 1;
}

static int64_t
client_stat(const char *redirect, uint32_t flags, posix_stat_t *stat)
{
    struct opened o;
    uint32_t fd, kind;
    char again[POSIX_PATH_MAX];
    int64_t error;

    switch (client_name_parse(redirect, &fd)) {
    case CLIENT_EXE:
        if (flags & AT_SYMLINK_NOFOLLOW) {
            link_stat(stat);
            return 0;
        }
        return error_of(vfs_stat(SESSION, MACH_PORT_NULL,
                                 this_process()->exe, 0, (void *)stat,
                                 &kind, again));
    case CLIENT_FD:
        error = descriptor_stat(fd, stat);
        if (error == 0 && (flags & AT_SYMLINK_NOFOLLOW)) {
            link_stat(stat);
        }
        return error < 0 ? -ENOENT : 0;
    case CLIENT_SELF:
    case CLIENT_FD_DIR:
        fd_dir_stat(stat);
        return 0;
    case CLIENT_TTY:
        /* The device node, whether or not there is a terminal behind. */
        error = error_of(tty_open(process_port(PORT_TTY), 0,
                                  O_RDWR | O_NOCTTY | O_NONBLOCK, &o.port));
        if (error == 0) {
            error = error_of(io_stat(o.port, (void *)stat));
            mach_port_deallocate_trap(o.port);
        }
        return error;
    default:
        return -ENOENT;
    }
}

static int64_t
path_stat(uint64_t dirfd, uint64_t at, uint32_t flags, posix_stat_t *stat)
{
    char path[POSIX_PATH_MAX], redirect[POSIX_PATH_MAX];
    mach_port_t dir;
    uint32_t kind;
    int64_t n = copyin_string(path, at, sizeof(path));

    if (n < 0) {
        return n;
    }
    if (n == 0) {
        if (!(flags & AT_EMPTY_PATH)) {
            return -ENOENT;
        }
        if ((int32_t)dirfd != AT_FDCWD) {
            return descriptor_stat(dirfd, stat);
        }
        path[0] = '.';
        path[1] = '\0';
    }
    n = path_dir(dirfd, path, &dir);
    if (n < 0) {
        return n;
    }
    n = error_of(vfs_stat(SESSION, dir, path, flags & AT_SYMLINK_NOFOLLOW,
                          (void *)stat, &kind, redirect));
    if (n == 0 && kind == KIND_CLIENT) {
        n = client_stat(redirect, flags, stat);
    }
    return n;
}

static int64_t
stat_common(uint64_t dirfd, uint64_t path, uint32_t flags, uint64_t out)
{
    posix_stat_t stat;
    int64_t error = path_stat(dirfd, path, flags, &stat);

    return error < 0 ? error : copyout(out, &stat, sizeof(stat));
}

int64_t
sys_stat(const uint64_t *a)
{
    return stat_common(AT_CWD, a[0], 0, a[1]);
}

int64_t
sys_lstat(const uint64_t *a)
{
    return stat_common(AT_CWD, a[0], AT_SYMLINK_NOFOLLOW, a[1]);
}

int64_t
sys_newfstatat(const uint64_t *a)
{
    if (a[3] & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT |
                           AT_EMPTY_PATH)) {
        return -EINVAL;
    }
    return stat_common(a[0], a[1], (uint32_t)a[3], a[2]);
}

int64_t
sys_fstat(const uint64_t *a)
{
    posix_stat_t stat;
    int64_t error = descriptor_stat(a[0], &stat);

    return error < 0 ? error : copyout(a[1], &stat, sizeof(stat));
}

struct linux_statx_time {
    int64_t sec;
    uint32_t nsec, pad;
};
struct linux_statx {
    uint32_t mask, blksize;
    uint64_t attributes;
    uint32_t nlink, uid, gid;
    uint16_t mode, pad1;
    uint64_t ino, size, blocks, attributes_mask;
    struct linux_statx_time atime, btime, ctime, mtime;
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    uint64_t mount_id, spare[13];
};
_Static_assert(sizeof(struct linux_statx) == 256, "ABI");
#define STATX_BASIC_STATS 0x7ffu

static uint32_t
device_major(uint64_t device)
{
    return (uint32_t)((device >> 8 & 0xfff) | (device >> 32 & ~0xfffull));
}

static uint32_t
device_minor(uint64_t device)
{
    return (uint32_t)((device & 0xff) | (device >> 12 & ~0xffull));
}

int64_t
sys_statx(const uint64_t *a)
{
    posix_stat_t s;
    struct linux_statx x;
    int64_t error;

    if ((a[2] & ~0x7900ull) || (a[3] & 1ull << 31)) {
        return -EINVAL;
    }
    error = path_stat(a[0], a[1], (uint32_t)a[2], &s);
    if (error < 0) {
        return error;
    }
    x = (struct linux_statx){
        .mask = STATX_BASIC_STATS,
        .blksize = (uint32_t)s.st_blksize,
        .nlink = (uint32_t)s.st_nlink,
        .uid = s.st_uid,
        .gid = s.st_gid,
        .mode = (uint16_t)s.st_mode,
        .ino = s.st_ino,
        .size = (uint64_t)s.st_size,
        .blocks = (uint64_t)s.st_blocks,
        .atime = {s.st_atime_sec, (uint32_t)s.st_atime_nsec, 0},
        .ctime = {s.st_ctime_sec, (uint32_t)s.st_ctime_nsec, 0},
        .mtime = {s.st_mtime_sec, (uint32_t)s.st_mtime_nsec, 0},
        .rdev_major = device_major(s.st_rdev),
        .rdev_minor = device_minor(s.st_rdev),
        .dev_major = device_major(s.st_dev),
        .dev_minor = device_minor(s.st_dev),
    };
    return copyout(a[4], &x, sizeof(x));
}

/* ---- access ---------------------------------------------------------------- */

static int64_t
client_access(const char *redirect, uint32_t mode)
{
    posix_stat_t stat;
    int64_t error = client_stat(redirect, 0, &stat);

    if (error < 0 || mode == 0 || this_process()->ids.euid == 0) {
        return error;
    }
    return (stat.st_mode >> 6 & mode) == mode ? 0 : -EACCES;
}

static int64_t
access_common(uint64_t dirfd, uint64_t at, uint64_t mode, uint32_t flags)
{
    char path[POSIX_PATH_MAX], redirect[POSIX_PATH_MAX];
    mach_port_t dir;
    uint32_t kind;
    int64_t n;

    if (mode > 7) {
        return -EINVAL;
    }
    n = copyin_string(path, at, sizeof(path));
    if (n == 0 && !(flags & AT_EMPTY_PATH)) {
        n = -ENOENT;
    }
    if (n >= 0) {
        n = path_dir(dirfd, path, &dir);
    }
    if (n < 0) {
        return n;
    }
    n = error_of(vfs_access(SESSION, dir, path, (uint32_t)mode, flags, &kind,
                            redirect));
    if (n == 0 && kind == KIND_CLIENT) {
        n = client_access(redirect, (uint32_t)mode);
    }
    return n;
}

int64_t
sys_access(const uint64_t *a)
{
    return access_common(AT_CWD, a[0], a[1], 0);
}

int64_t
sys_faccessat(const uint64_t *a)
{
    return access_common(a[0], a[1], a[2], 0);
}

int64_t
sys_faccessat2(const uint64_t *a)
{
    if (a[3] & ~(uint64_t)(AT_EACCESS | AT_SYMLINK_NOFOLLOW |
                           AT_EMPTY_PATH)) {
        return -EINVAL;
    }
    return access_common(a[0], a[1], a[2], (uint32_t)a[3]);
}

/* ---- readlink -------------------------------------------------------------- */

static int64_t
descriptor_name(uint32_t number, char *out)
{
    static const char names[][16] = {"pipe:[%lu]", "socket:[%lu]"};
    struct fd fd;
    posix_stat_t stat;
    int error = fd_get(number, &fd);

    if (error < 0) {
        return -ENOENT;
    }
    if (fd.kind == KIND_FD_DIR) {
        return mach_snprintf(out, POSIX_PATH_MAX, "/proc/%d/fd",
                             this_process()->ids.pid);
    }
    if (fd.kind == KIND_TTY) {
        return mach_snprintf(out, POSIX_PATH_MAX, "/dev/console");
    }
    if (fd.kind == KIND_PIPE || fd.kind == KIND_SOCKET) {
        if (io_stat(fd.port, (void *)&stat) != KERN_SUCCESS) {
            return -ENOENT;
        }
        return mach_snprintf(out, POSIX_PATH_MAX,
                             fd.kind == KIND_PIPE ? names[0] : names[1],
                             (unsigned long)stat.st_ino);
    }
    return error_of(vfs_path(SESSION, fd.port, out));
}

static int64_t
readlink_common(uint64_t dirfd, uint64_t at, uint64_t out, uint64_t size)
{
    char path[POSIX_PATH_MAX], target[POSIX_PATH_MAX];
    char redirect[POSIX_PATH_MAX];
    const char *text = target;
    mach_port_t dir;
    uint32_t kind, fd;
    int64_t n;

    if ((int32_t)size <= 0) {
        return -EINVAL;
    }
    n = copyin_string(path, at, sizeof(path));
    if (n == 0 && (int32_t)dirfd == AT_FDCWD) {
        n = -ENOENT;
    }
    if (n >= 0) {
        n = path_dir(dirfd, path, &dir);
    }
    if (n == 0) {
        n = error_of(vfs_readlink(SESSION, dir, path, target, &kind,
                                  redirect));
    }
    if (n == 0 && kind == KIND_CLIENT) {
        switch (client_name_parse(redirect, &fd)) {
        case CLIENT_EXE:
            text = this_process()->exe;
            break;
        case CLIENT_FD:
            n = descriptor_name(fd, target);
            break;
        default:
            n = -EINVAL;
            break;
        }
    }
    if (n < 0) {
        return n;
    }
    n = (int64_t)strlen(text);
    if ((uint64_t)n > size) {
        n = (int64_t)size;
    }
    return copyout(out, text, (uint64_t)n) < 0 ? -EFAULT : n;
}

int64_t
sys_readlink(const uint64_t *a)
{
    return readlink_common(AT_CWD, a[0], a[1], a[2]);
}

int64_t
sys_readlinkat(const uint64_t *a)
{
    return readlink_common(a[0], a[1], a[2], a[3]);
}

/* ---- times ----------------------------------------------------------------- */

#define UTIME_NOW 0x3fffffff
#define UTIME_OMIT 0x3ffffffe

static bool
nsec_ok(int64_t nsec)
{
    return nsec == UTIME_NOW || nsec == UTIME_OMIT ||
           (nsec >= 0 && nsec < 1000000000);
}

static int64_t
utimens_common(uint64_t dirfd, uint64_t at, const struct linux_timespec *ts,
               uint32_t flags)
{
    char path[POSIX_PATH_MAX];
    mach_port_t dir;
    struct fd fd;
    int64_t n = 0;

    if (!nsec_ok(ts[0].nsec) || !nsec_ok(ts[1].nsec)) {
        return -EINVAL;
    }
    if (at == 0) {
        n = fd_get(dirfd, &fd);
        dir = fd.port;
        path[0] = '\0';
        flags |= AT_EMPTY_PATH;
    } else {
        n = copyin_string(path, at, sizeof(path));
        if (n == 0 && !(flags & AT_EMPTY_PATH)) {
            n = -ENOENT;
        }
        if (n >= 0) {
            n = path_dir(dirfd, path, &dir);
        }
    }
    if (n < 0) {
        return n;
    }
    return error_of(vfs_utimens(SESSION, dir, path, ts[0].sec, ts[0].nsec,
                                ts[1].sec, ts[1].nsec, flags));
}

int64_t
sys_utimensat(const uint64_t *a)
{
    struct linux_timespec ts[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};

    if (a[2] != 0 && copyin(ts, a[2], sizeof(ts)) < 0) {
        return -EFAULT;
    }
    if (a[3] & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) {
        return -EINVAL;
    }
    return utimens_common(a[0], a[1], ts, (uint32_t)a[3]);
}

static int64_t
utimes_common(uint64_t dirfd, uint64_t path, uint64_t times)
{
    struct linux_timespec ts[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};

    if (times != 0) {
        if (copyin(ts, times, sizeof(ts)) < 0) {
            return -EFAULT;
        }
        for (int i = 0; i < 2; i++) {
            if (ts[i].nsec < 0 || ts[i].nsec >= 1000000) {
                return -EINVAL;
            }
            ts[i].nsec *= 1000;
        }
    }
    return utimens_common(dirfd, path, ts, 0);
}

int64_t
sys_utimes(const uint64_t *a)
{
    return a[0] == 0 ? -EFAULT : utimes_common(AT_CWD, a[0], a[1]);
}

int64_t
sys_futimesat(const uint64_t *a)
{
    return utimes_common(a[0], a[1], a[2]);
}

int64_t
sys_utime(const uint64_t *a)
{
    struct linux_timespec ts[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
    int64_t times[2];

    if (a[0] == 0) {
        return -EFAULT;
    }
    if (a[1] != 0) {
        if (copyin(times, a[1], sizeof(times)) < 0) {
            return -EFAULT;
        }
        ts[0] = (struct linux_timespec){times[0], 0};
        ts[1] = (struct linux_timespec){times[1], 0};
    }
    return utimens_common(AT_CWD, a[0], ts, 0);
}
