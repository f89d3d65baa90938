/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that make, remove and change names.
 */
#include <io/io.h>
#include <vfs/vfs.h>
#include "syscall.h"

#define SESSION process_port(PORT_VFS)
#define AT_CWD ((uint64_t)AT_FDCWD)

/* A path argument and where it begins. */
struct name {
    mach_port_t dir;
    char path[POSIX_PATH_MAX];
};

/* empty: AT_EMPTY_PATH is allowed. */
static int64_t
name_get(struct name *n, uint64_t dirfd, uint64_t at, bool empty)
{
    int64_t length = copyin_string(n->path, at, sizeof(n->path));

    if (length < 0) {
        return length;
    }
    if (length == 0 && !empty) {
        return -ENOENT;
    }
    return path_dir(dirfd, n->path, &n->dir);
}

static int64_t
open_common(uint64_t dirfd, uint64_t path, uint64_t flags, uint64_t mode)
{
    struct name n;
    struct opened o;
    uint32_t f = (uint32_t)flags & ~O_EXEC;
    int64_t error = name_get(&n, dirfd, path, false);

    if (error < 0) {
        return error;
    }
    error = path_open(n.dir, n.path, f,
                      (uint32_t)mode & 07777u & ~this_process()->umask, &o);
    return error < 0 ? error : fd_install(o.port, o.kind, f);
}

int64_t
sys_open(const uint64_t *a)
{
    return open_common(AT_CWD, a[0], a[1], a[2]);
}

int64_t
sys_openat(const uint64_t *a)
{
    return open_common(a[0], a[1], a[2], a[3]);
}

int64_t
sys_creat(const uint64_t *a)
{
    return open_common(AT_CWD, a[0], O_CREAT | O_WRONLY | O_TRUNC, a[1]);
}

static int64_t
mkdir_common(uint64_t dirfd, uint64_t path, uint64_t mode)
{
    struct name n;
    int64_t error = name_get(&n, dirfd, path, false);

    if (error < 0) {
        return error;
    }
    return error_of(vfs_mkdir(SESSION, n.dir, n.path,
                              (uint32_t)mode & 07777u &
                                  ~this_process()->umask));
}

int64_t
sys_mkdir(const uint64_t *a)
{
    return mkdir_common(AT_CWD, a[0], a[1]);
}

int64_t
sys_mkdirat(const uint64_t *a)
{
    return mkdir_common(a[0], a[1], a[2]);
}

static int64_t
mknod_common(uint64_t dirfd, uint64_t path, uint64_t mode, uint64_t device)
{
    struct name n;
    uint32_t type = (uint32_t)mode & S_IFMT;
    int64_t error = name_get(&n, dirfd, path, false);

    if (error < 0) {
        return error;
    }
    return error_of(vfs_mknod(SESSION, n.dir, n.path,
                              (type == 0 ? S_IFREG : type) |
                                  ((uint32_t)mode & 07777u &
                                   ~this_process()->umask),
                              device));
}

int64_t
sys_mknod(const uint64_t *a)
{
    return mknod_common(AT_CWD, a[0], a[1], a[2]);
}

int64_t
sys_mknodat(const uint64_t *a)
{
    return mknod_common(a[0], a[1], a[2], a[3]);
}

static int64_t
unlink_common(uint64_t dirfd, uint64_t path, uint32_t flags)
{
    struct name n;
    int64_t error = name_get(&n, dirfd, path, false);

    return error < 0 ? error
                     : error_of(vfs_unlink(SESSION, n.dir, n.path, flags));
}

int64_t
sys_unlink(const uint64_t *a)
{
    return unlink_common(AT_CWD, a[0], 0);
}

int64_t
sys_rmdir(const uint64_t *a)
{
    return unlink_common(AT_CWD, a[0], AT_REMOVEDIR);
}

int64_t
sys_unlinkat(const uint64_t *a)
{
    if (a[2] & ~(uint64_t)AT_REMOVEDIR) {
        return -EINVAL;
    }
    return unlink_common(a[0], a[1], (uint32_t)a[2]);
}

static int64_t
symlink_common(uint64_t target, uint64_t dirfd, uint64_t path)
{
    char text[POSIX_PATH_MAX];
    struct name n;
    int64_t error = copyin_string(text, target, sizeof(text));

    if (error == 0) {
        error = -ENOENT;
    }
    if (error > 0) {
        error = name_get(&n, dirfd, path, false);
    }
    return error < 0 ? error
                     : error_of(vfs_symlink(SESSION, text, n.dir, n.path));
}

int64_t
sys_symlink(const uint64_t *a)
{
    return symlink_common(a[0], AT_CWD, a[1]);
}

int64_t
sys_symlinkat(const uint64_t *a)
{
    return symlink_common(a[0], a[1], a[2]);
}

static int64_t
two_names(struct name *from, uint64_t from_dir, uint64_t from_path,
          struct name *to, uint64_t to_dir, uint64_t to_path, bool empty)
{
    int64_t error = name_get(from, from_dir, from_path, empty);

    return error < 0 ? error : name_get(to, to_dir, to_path, false);
}

static int64_t
link_common(uint64_t from_dir, uint64_t from_path, uint64_t to_dir,
            uint64_t to_path, uint32_t flags)
{
    struct name from, to;
    int64_t error = two_names(&from, from_dir, from_path, &to, to_dir,
                              to_path, (flags & AT_EMPTY_PATH) != 0);

    if (error < 0) {
        return error;
    }
    return error_of(vfs_link(SESSION, from.dir, from.path, to.dir, to.path,
                             flags));
}

int64_t
sys_link(const uint64_t *a)
{
    return link_common(AT_CWD, a[0], AT_CWD, a[1], 0);
}

int64_t
sys_linkat(const uint64_t *a)
{
    if (a[4] & ~(uint64_t)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) {
        return -EINVAL;
    }
    return link_common(a[0], a[1], a[2], a[3], (uint32_t)a[4]);
}

static int64_t
rename_common(uint64_t from_dir, uint64_t from_path, uint64_t to_dir,
              uint64_t to_path, uint32_t flags)
{
    struct name from, to;
    int64_t error = two_names(&from, from_dir, from_path, &to, to_dir,
                              to_path, false);

    if (error < 0) {
        return error;
    }
    return error_of(vfs_rename(SESSION, from.dir, from.path, to.dir, to.path,
                               flags));
}

int64_t
sys_rename(const uint64_t *a)
{
    return rename_common(AT_CWD, a[0], AT_CWD, a[1], 0);
}

int64_t
sys_renameat(const uint64_t *a)
{
    return rename_common(a[0], a[1], a[2], a[3], 0);
}

int64_t
sys_renameat2(const uint64_t *a)
{
    return a[4] & ~7ull ? -EINVAL
                        : rename_common(a[0], a[1], a[2], a[3],
                                        (uint32_t)a[4]);
}

static int64_t
chmod_common(uint64_t dirfd, uint64_t path, uint64_t mode)
{
    struct name n;
    int64_t error = name_get(&n, dirfd, path, false);

    return error < 0 ? error
                     : error_of(vfs_chmod(SESSION, n.dir, n.path,
                                          (uint32_t)mode & 07777u, 0));
}

int64_t
sys_chmod(const uint64_t *a)
{
    return chmod_common(AT_CWD, a[0], a[1]);
}

int64_t
sys_fchmodat(const uint64_t *a)
{
    return chmod_common(a[0], a[1], a[2]);
}

/* vfs works on an open file when the path is empty. */
static int64_t
file_of(uint64_t number, struct fd *fd)
{
    int64_t error = fd_get_io(number, fd);

    if (error < 0) {
        return error;
    }
    return fd->kind == KIND_FILE || fd->kind == KIND_DIR ||
                   fd->kind == KIND_DEVICE
               ? 0
               : -EINVAL;
}

int64_t
sys_fchmod(const uint64_t *a)
{
    struct fd fd;
    int64_t error = file_of(a[0], &fd);

    return error < 0 ? error
                     : error_of(vfs_chmod(SESSION, fd.port, "",
                                          (uint32_t)a[1] & 07777u,
                                          AT_EMPTY_PATH));
}

static int64_t
chown_common(uint64_t dirfd, uint64_t path, uint64_t uid, uint64_t gid,
             uint32_t flags)
{
    struct name n;
    int64_t error = name_get(&n, dirfd, path, (flags & AT_EMPTY_PATH) != 0);

    return error < 0 ? error
                     : error_of(vfs_chown(SESSION, n.dir, n.path,
                                          (uint32_t)uid, (uint32_t)gid,
                                          flags));
}

int64_t
sys_chown(const uint64_t *a)
{
    return chown_common(AT_CWD, a[0], a[1], a[2], 0);
}

int64_t
sys_lchown(const uint64_t *a)
{
    return chown_common(AT_CWD, a[0], a[1], a[2], AT_SYMLINK_NOFOLLOW);
}

int64_t
sys_fchownat(const uint64_t *a)
{
    if (a[4] & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) {
        return -EINVAL;
    }
    return chown_common(a[0], a[1], a[2], a[3], (uint32_t)a[4]);
}

int64_t
sys_fchown(const uint64_t *a)
{
    struct fd fd;
    int64_t error = file_of(a[0], &fd);

    return error < 0 ? error
                     : error_of(vfs_chown(SESSION, fd.port, "",
                                          (uint32_t)a[1], (uint32_t)a[2],
                                          AT_EMPTY_PATH));
}

int64_t
sys_truncate(const uint64_t *a)
{
    struct name n;
    int64_t error = name_get(&n, AT_CWD, a[0], false);

    if (error == 0 && (int64_t)a[1] < 0) {
        error = -EINVAL;
    }
    return error < 0 ? error
                     : error_of(vfs_truncate(SESSION, n.dir, n.path,
                                             (int64_t)a[1]));
}

/* ---- directories of the process ------------------------------------------- */

int64_t
sys_chdir(const uint64_t *a)
{
    struct name n;
    int64_t error = name_get(&n, AT_CWD, a[0], false);

    return error < 0 ? error : error_of(vfs_chdir(SESSION, n.dir, n.path));
}

int64_t
sys_fchdir(const uint64_t *a)
{
    struct fd fd;
    int64_t error = fd_get(a[0], &fd);

    if (error == 0 && fd.kind != KIND_DIR) {
        error = -ENOTDIR;
    }
    return error < 0 ? error : error_of(vfs_chdir(SESSION, fd.port, ""));
}

int64_t
sys_chroot(const uint64_t *a)
{
    struct name n;
    int64_t error = name_get(&n, AT_CWD, a[0], false);

    return error < 0 ? error : error_of(vfs_chroot(SESSION, n.path));
}

int64_t
sys_getcwd(const uint64_t *a)
{
    char path[POSIX_PATH_MAX];
    int64_t error = error_of(vfs_getcwd(SESSION, path));
    uint64_t size;

    if (error < 0) {
        return error;
    }
    size = strlen(path) + 1;
    if (size > a[1]) {
        return -ERANGE;
    }
    return copyout(a[0], path, size) < 0 ? -EFAULT : (int64_t)size;
}

int64_t
sys_umask(const uint64_t *a)
{
    return __atomic_exchange_n(&this_process()->umask,
                               (uint32_t)a[0] & 0777u, __ATOMIC_RELAXED);
}

int64_t
sys_statfs(const uint64_t *a)
{
    struct name n;
    posix_statfs_t stat;
    int64_t error = name_get(&n, AT_CWD, a[0], false);

    if (error == 0) {
        error = error_of(vfs_statfs(SESSION, n.dir, n.path, (void *)&stat));
    }
    return error < 0 ? error : copyout(a[1], &stat, sizeof(stat));
}

int64_t
sys_fstatfs(const uint64_t *a)
{
    struct fd fd;
    posix_statfs_t stat;
    int64_t error = fd_get(a[0], &fd);

    if (error == 0) {
        error = error_of(vfs_statfs(SESSION, fd.kind == KIND_FILE ||
                                                     fd.kind == KIND_DIR
                                                 ? fd.port
                                                 : MACH_PORT_NULL,
                                    fd.kind == KIND_FILE ||
                                            fd.kind == KIND_DIR
                                        ? ""
                                        : "/",
                                    (void *)&stat));
    }
    return error < 0 ? error : copyout(a[1], &stat, sizeof(stat));
}
