/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors: duplicates, flags, locks, pipes, directory reading.
 */
#include <io/io.h>
#include <pipe/pipe.h>
#include <vfs/vfs.h>
#include "syscall.h"

#define O_LARGEFILE 0x8000u
#define LOCK_NB 4u

int64_t
sys_close(const uint64_t *a)
{
    return fd_close(a[0]);
}

int64_t
sys_close_range(const uint64_t *a)
{
    struct fd_table *t = &this_process()->fds;
    uint32_t first = (uint32_t)a[0], last = (uint32_t)a[1];

    if (first > last || (a[2] & ~6ull)) {
        return -EINVAL;
    }
    if (!(a[2] & 4)) { /* CLOSE_RANGE_CLOEXEC */
        fd_close_range(first, last);
        return 0;
    }
    for (uint32_t fd = first; fd <= last && fd < t->high; fd++) {
        t->entries[fd].cloexec = 1;
    }
    return 0;
}

int64_t
sys_dup(const uint64_t *a)
{
    return fd_dup(a[0], 0, false);
}

int64_t
sys_dup2(const uint64_t *a)
{
    return fd_dup_to(a[0], a[1], false, true);
}

int64_t
sys_dup3(const uint64_t *a)
{
    if (a[2] & ~(uint64_t)O_CLOEXEC) {
        return -EINVAL;
    }
    return fd_dup_to(a[0], a[1], (a[2] & O_CLOEXEC) != 0, false);
}

static int64_t
pipe_common(uint64_t out, uint64_t flags)
{
    mach_port_t reader, writer;
    int fds[2];
    int64_t error;

    if (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK)) {
        return -EINVAL;
    }
    error = error_of(pipe_create(process_port(PORT_PIPE),
                                 (uint32_t)flags & O_NONBLOCK, &reader,
                                 &writer));
    if (error < 0) {
        return error;
    }
    fds[0] = fd_install(reader, KIND_PIPE, (uint32_t)flags & O_CLOEXEC);
    if (fds[0] < 0) {
        mach_port_deallocate_trap(writer);
        return fds[0];
    }
    fds[1] = fd_install(writer, KIND_PIPE, (uint32_t)flags & O_CLOEXEC);
    if (fds[1] < 0) {
        fd_close((uint64_t)fds[0]);
        return fds[1];
    }
    if (copyout(out, fds, sizeof(fds)) < 0) {
        fd_close((uint64_t)fds[0]);
        fd_close((uint64_t)fds[1]);
        return -EFAULT;
    }
    return 0;
}

int64_t
sys_pipe(const uint64_t *a)
{
    return pipe_common(a[0], 0);
}

int64_t
sys_pipe2(const uint64_t *a)
{
    return pipe_common(a[0], a[1]);
}

/* ---- fcntl ------------------------------------------------------------------ */

static int64_t
lock_start(struct fd *fd, const struct linux_flock *l, int64_t *start)
{
    posix_stat_t stat;
    int64_t error = 0, base = 0;

    if (l->whence == 1) {
        error = error_of(io_seek(fd->port, 0, 1, &base));
    } else if (l->whence == 2) {
        error = error_of(io_stat(fd->port, (void *)&stat));
        base = stat.st_size;
    } else if (l->whence != 0) {
        return -EINVAL;
    }
    if (error < 0) {
        return error;
    }
    if (__builtin_add_overflow(base, l->start, start)) {
        return -EOVERFLOW;
    }
    return *start < 0 ? -EINVAL : 0;
}

int64_t
sys_fcntl_lock(struct fd *fd, uint64_t command, uint64_t argument)
{
    struct thread *t = this_thread();
    mach_port_t session = t->process->ports[PORT_VFS];
    struct linux_flock l;
    int64_t start, error;
    int type, pid;
    uint64_t cookie = 0;

    if (fd->kind != KIND_FILE) {
        return -EINVAL;
    }
    if (copyin(&l, argument, sizeof(l)) < 0) {
        return -EFAULT;
    }
    type = l.type;
    error = type < 0 || type > 2 ? -EINVAL : lock_start(fd, &l, &start);
    if (error < 0) {
        return error;
    }
    if (command != F_GETLK) {
        if (command == F_SETLKW) {
            cookie = rpc_interruptible(t, CANCEL_VFS, session);
        }
        return interrupted(error_of(vfs_lock(session, cookie, fd->port, type,
                                             start, l.length,
                                             command == F_SETLKW)));
    }
    error = error_of(vfs_lock_get(session, fd->port, &type, &start,
                                  &l.length, &pid));
    if (error < 0) {
        return error;
    }
    l.type = (int16_t)type;
    if (type != 2) {
        l.whence = 0;
        l.start = start;
        l.pid = pid;
    }
    return copyout(argument, &l, sizeof(l));
}

static int64_t
get_flags(struct fd *fd)
{
    uint32_t flags;
    int64_t error;

    if (fd->path) {
        return O_PATH;
    }
    if (fd->kind == KIND_FD_DIR) {
        return O_DIRECTORY | O_LARGEFILE;
    }
    error = error_of(io_get_flags(fd->port, &flags));
    if (error < 0) {
        return error;
    }
    return flags | (fd->kind == KIND_PIPE || fd->kind == KIND_SOCKET
                        ? 0
                        : O_LARGEFILE);
}

static int64_t
set_flags(struct fd *fd, uint64_t flags)
{
    if (fd->kind == KIND_FD_DIR) {
        return 0;
    }
    return error_of(io_set_flags(fd->port, (uint32_t)flags));
}

static int64_t
pipe_size(struct fd *fd, uint64_t command, uint64_t argument)
{
    int32_t value = (int32_t)argument, result;
    uint8_t out[64];
    mach_msg_type_number_t count = sizeof(out);
    int64_t error = error_of(io_control(fd->port, (uint32_t)command,
                                        (const uint8_t *)&value,
                                        sizeof(value), out, &count,
                                        &result));

    return error < 0 ? error : result;
}

int64_t
sys_fcntl(const uint64_t *a)
{
    struct fd_table *t = &this_process()->fds;
    struct fd fd;
    int64_t error = fd_get(a[0], &fd);

    if (error < 0) {
        return error;
    }
    if (fd.path && (uint32_t)a[1] > F_GETFL &&
        (uint32_t)a[1] != F_DUPFD_CLOEXEC) {
        return -EBADF;
    }
    switch ((uint32_t)a[1]) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return fd_dup(a[0], (uint32_t)a[2],
                      (uint32_t)a[1] == F_DUPFD_CLOEXEC);
    case F_GETFD:
        return fd.cloexec;
    case F_SETFD:
        t->entries[(uint32_t)a[0]].cloexec = a[2] & FD_CLOEXEC;
        return 0;
    case F_GETFL:
        return get_flags(&fd);
    case F_SETFL:
        return set_flags(&fd, a[2]);
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
        return sys_fcntl_lock(&fd, a[1], a[2]);
    case F_SETPIPE_SZ:
    case F_GETPIPE_SZ:
        return fd.kind == KIND_PIPE ? pipe_size(&fd, a[1], a[2]) : -EBADF;
    default:
        return -EINVAL;
    }
}

int64_t
sys_flock(const uint64_t *a)
{
    struct thread *t = this_thread();
    mach_port_t session = t->process->ports[PORT_VFS];
    struct fd fd;
    int64_t error = fd_get_io(a[0], &fd);
    uint64_t cookie = 0;

    if (error < 0) {
        return error;
    }
    if (fd.kind != KIND_FILE && fd.kind != KIND_DIR) {
        return -EINVAL;
    }
    if (!(a[1] & LOCK_NB)) {
        cookie = rpc_interruptible(t, CANCEL_VFS, session);
    }
    return interrupted(error_of(vfs_flock(session, cookie, fd.port,
                                          (int)a[1])));
}

/* ---- directories ------------------------------------------------------------ */

struct directory_entry {
    uint64_t ino;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[5];
} __attribute__((packed));

/* /proc/self/fd: ".", "..", and a link for each descriptor. */
static int64_t
read_fd_dir(uint64_t number, struct fd *fd, uint64_t at, uint64_t size)
{
    struct fd_table *t = &this_process()->fds;
    uint32_t position = fd->port;
    uint64_t done = 0;

    for (; position < t->high + 2; position++) {
        struct directory_entry e = {
            .ino = position + 1,
            .offset = position + 1,
            .length = sizeof(e),
            .type = position < 2 ? 4 : 10,
        };

        if (position >= 2 &&
            t->entries[position - 2].kind == KIND_FREE) {
            continue;
        }
        if (position < 2) {
            memcpy(e.name, "..", position + 1);
        } else {
            mach_snprintf(e.name, sizeof(e.name), "%u", position - 2);
        }
        if (sizeof(e) > size - done) {
            break;
        }
        if (copyout(at + done, &e, sizeof(e)) < 0) {
            return -EFAULT;
        }
        done += sizeof(e);
    }
    if (done == 0 && position < t->high + 2) {
        return -EINVAL;
    }
    t->entries[(uint32_t)number].port = position;
    return (int64_t)done;
}

static int64_t
readdir_piece(struct fd *fd, void *to, uint32_t size)
{
    struct thread *t = this_thread();
    x86_thread_state64_t state;
    kern_return_t kr;

    if (GUEST_TRY(t, &state)) {
        kr = io_readdir(fd->port, size, to, &size);
        guest_try_end(t);
        return kr == KERN_SUCCESS ? (int64_t)size : error_of(kr);
    }
    return -EFAULT;
}

int64_t
sys_getdents64(const uint64_t *a)
{
    struct fd fd;
    uint32_t size = (uint32_t)a[2];
    int64_t error = fd_get_io(a[0], &fd);

    if (error < 0) {
        return error;
    }
    if (fd.kind != KIND_DIR && fd.kind != KIND_FD_DIR) {
        return -ENOTDIR;
    }
    if (size > IO_INLINE_MAX) {
        size = IO_INLINE_MAX;
    }
    error = user_writable(a[1], size);
    if (error < 0) {
        return error;
    }
    if (fd.kind == KIND_FD_DIR) {
        return read_fd_dir(a[0], &fd, a[1], size);
    }
    return readdir_piece(&fd, (void *)(uintptr_t)a[1], size);
}

/* The old records: the type stands behind the name, at the very end. */
static void
convert_old(uint8_t *buffer, uint32_t size)
{
    for (uint32_t at = 0; at + 19 <= size;) {
        uint16_t length;
        uint8_t type = buffer[at + 18];

        memcpy(&length, buffer + at + 16, 2);
        if (length < 20 || length > size - at) {
            return;
        }
        memmove(buffer + at + 18, buffer + at + 19, length - 20u);
        buffer[at + length - 2] = '\0';
        buffer[at + length - 1] = type;
        at += length;
    }
}

int64_t
sys_getdents(const uint64_t *a)
{
    uint8_t buffer[8192];
    struct fd fd;
    uint32_t size = (uint32_t)a[2] < sizeof(buffer) ? (uint32_t)a[2]
                                                    : sizeof(buffer);
    int64_t n = fd_get_io(a[0], &fd);

    if (n == 0 && fd.kind != KIND_DIR) {
        n = -ENOTDIR;
    }
    if (n == 0) {
        n = readdir_piece(&fd, buffer, size);
    }
    if (n <= 0) {
        return n;
    }
    convert_old(buffer, (uint32_t)n);
    return copyout(a[1], buffer, (uint64_t)n) < 0 ? -EFAULT : n;
}
