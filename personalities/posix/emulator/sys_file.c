/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading and writing.  Data go between the guest's memory and the message
 * directly; a component takes at most IO_INLINE_MAX bytes at a time.
 */
#include <io/io.h>
#include <tty/tty.h>
#include "signal.h"
#include "syscall.h"

#define COUNT_MAX 0x7ffff000ull

static bool
waits(const struct fd *fd)
{
    return fd->kind == KIND_PIPE || fd->kind == KIND_SOCKET ||
           fd->kind == KIND_TTY;
}

/* Does this thread not want to hear of background access? */
static boolean_t
tty_signal_blocked(struct thread *t, int signo)
{
    return (t->mask & SIGMASK(signo)) ||
           t->process->actions[signo - 1].handler == SIG_IGN;
}

static kern_return_t
read_call(struct thread *t, struct fd *fd, void *to, uint32_t *count,
          int64_t offset, uint32_t flags)
{
    mach_port_t session = t->process->ports[PORT_TTY];
    uint64_t cookie = 0;

    if (fd->kind == KIND_TTY) {
        cookie = rpc_interruptible(t, CANCEL_TTY, session);
        return tty_read(session, cookie, fd->port, *count, flags,
                        tty_signal_blocked(t, SIGTTIN), to, count);
    }
    if (waits(fd)) {
        cookie = rpc_interruptible(t, CANCEL_IO, fd->port);
    }
    return io_read(fd->port, cookie, offset, *count, flags, to, count);
}

static kern_return_t
write_call(struct thread *t, struct fd *fd, const void *from, uint32_t count,
           int64_t offset, uint32_t flags, uint32_t *written)
{
    mach_port_t session = t->process->ports[PORT_TTY];
    uint64_t cookie = 0;

    if (fd->kind == KIND_TTY) {
        cookie = rpc_interruptible(t, CANCEL_TTY, session);
        return tty_write(session, cookie, fd->port, flags,
                         tty_signal_blocked(t, SIGTTOU), from, count,
                         written);
    }
    if (waits(fd)) {
        cookie = rpc_interruptible(t, CANCEL_IO, fd->port);
    }
    return io_write(fd->port, cookie, offset, flags, from, count, written);
}

/* One message; at: anywhere, `size` at most IO_INLINE_MAX. */
static int64_t
read_piece(struct fd *fd, uint64_t at, uint32_t size, int64_t offset,
           uint32_t flags)
{
    struct thread *t = this_thread();
    x86_thread_state64_t state;
    kern_return_t kr;

    if (GUEST_TRY(t, &state)) {
        kr = read_call(t, fd, (void *)(uintptr_t)at, &size, offset, flags);
        guest_try_end(t);
        return kr == KERN_SUCCESS ? (int64_t)size
                                  : interrupted(error_of(kr));
    }
    return -EFAULT;
}

static int64_t
write_piece(struct fd *fd, uint64_t at, uint32_t size, int64_t offset,
            uint32_t flags)
{
    struct thread *t = this_thread();
    x86_thread_state64_t state;
    uint32_t written;
    kern_return_t kr;

    if (GUEST_TRY(t, &state)) {
        kr = write_call(t, fd, (const void *)(uintptr_t)at, size, offset,
                        flags, &written);
        guest_try_end(t);
        return kr == KERN_SUCCESS ? (int64_t)written
                                  : interrupted(error_of(kr));
    }
    return -EFAULT;
}

int64_t
io_transfer_read(struct fd *fd, uint64_t at, uint64_t size, int64_t offset,
                 uint32_t flags)
{
    uint64_t done = 0;

    if (fd->kind == KIND_FD_DIR) {
        return -EISDIR;
    }
    do {
        uint32_t piece = size - done < IO_INLINE_MAX
                             ? (uint32_t)(size - done)
                             : IO_INLINE_MAX;
        int64_t n = 0;

        /* What has been read from a pipe can't be put back. */
        if (user_range_ok(at, size)) {
            n = user_writable(at + done, piece);
        }
        if (n == 0) {
            n = read_piece(fd, at + done, piece,
                           offset < 0 ? offset : offset + (int64_t)done,
                           flags);
        }
        if (n < 0) {
            return done != 0 ? (int64_t)done : n;
        }
        done += (uint64_t)n;
        if (n < (int64_t)piece || waits(fd)) {
            break;
        }
    } while (done < size);
    return (int64_t)done;
}

int64_t
io_transfer_write(struct fd *fd, uint64_t at, uint64_t size, int64_t offset,
                  uint32_t flags)
{
    uint64_t done = 0;
    int64_t n;

    do {
        uint32_t piece = size - done < IO_INLINE_MAX
                             ? (uint32_t)(size - done)
                             : IO_INLINE_MAX;

        n = write_piece(fd, at + done, piece,
                        offset < 0 ? offset : offset + (int64_t)done, flags);
        if (n < 0) {
            break;
        }
        done += (uint64_t)n;
        if (n < (int64_t)piece && !waits(fd)) {
            break;
        }
        if (n == 0 && piece != 0) {
            break;
        }
    } while (done < size);
    if (n == -EPIPE && done == 0) {
        signal_self(this_thread(), SIGPIPE);
    }
    return done != 0 || n >= 0 ? (int64_t)done : n;
}

static int64_t
check(uint64_t number, struct fd *fd, uint64_t at, uint64_t *size)
{
    int64_t error = fd_get_io(number, fd);

    if (error < 0) {
        return error;
    }
    if ((int64_t)*size < 0) {
        return -EINVAL;
    }
    if (*size > COUNT_MAX) {
        *size = COUNT_MAX;
    }
    return user_range_ok(at, *size) ? 0 : -EFAULT;
}

int64_t
sys_read(const uint64_t *a)
{
    struct fd fd;
    uint64_t size = a[2];
    int64_t error = check(a[0], &fd, a[1], &size);

    return error < 0 ? error
                     : io_transfer_read(&fd, a[1], size, IO_OFFSET_CURRENT,
                                        0);
}

int64_t
sys_write(const uint64_t *a)
{
    struct fd fd;
    uint64_t size = a[2];
    int64_t error = check(a[0], &fd, a[1], &size);

    return error < 0 ? error
                     : io_transfer_write(&fd, a[1], size, IO_OFFSET_CURRENT,
                                         0);
}

static int64_t
check_offset(struct fd *fd, int64_t offset)
{
    if (offset < 0) {
        return -EINVAL;
    }
    return waits(fd) ? -ESPIPE : 0;
}

int64_t
sys_pread64(const uint64_t *a)
{
    struct fd fd;
    uint64_t size = a[2];
    int64_t error = check(a[0], &fd, a[1], &size);

    if (error == 0) {
        error = check_offset(&fd, (int64_t)a[3]);
    }
    return error < 0 ? error
                     : io_transfer_read(&fd, a[1], size, (int64_t)a[3], 0);
}

int64_t
sys_pwrite64(const uint64_t *a)
{
    struct fd fd;
    uint64_t size = a[2];
    int64_t error = check(a[0], &fd, a[1], &size);

    if (error == 0) {
        error = check_offset(&fd, (int64_t)a[3]);
    }
    return error < 0 ? error
                     : io_transfer_write(&fd, a[1], size, (int64_t)a[3], 0);
}

int64_t
sys_lseek(const uint64_t *a)
{
    struct fd fd;
    int64_t position, error = fd_get_io(a[0], &fd);

    if (error < 0) {
        return error;
    }
    if (waits(&fd)) {
        return -ESPIPE;
    }
    if (a[2] > 4) {
        return -EINVAL;
    }
    if (fd.kind == KIND_FD_DIR) {
        if (a[2] != 0 || a[1] > FD_MAX + 2) {
            return -EINVAL;
        }
        this_process()->fds.entries[(uint32_t)a[0]].port = (uint32_t)a[1];
        return (int64_t)a[1];
    }
    error = error_of(io_seek(fd.port, (int64_t)a[1], (int)a[2], &position));
    return error < 0 ? error : position;
}

int64_t
sys_fsync(const uint64_t *a)
{
    struct fd fd;
    int64_t error = fd_get_io(a[0], &fd);

    if (error < 0) {
        return error;
    }
    if (fd.kind != KIND_FILE && fd.kind != KIND_DIR) {
        return -EINVAL;
    }
    return error_of(io_sync(fd.port));
}

int64_t
sys_fdatasync(const uint64_t *a)
{
    return sys_fsync(a);
}

int64_t
sys_syncfs(const uint64_t *a)
{
    struct fd fd;
    int error = fd_get_io(a[0], &fd);

    /* The file system is memory: nothing is ever behind. */
    return error;
}

int64_t
sys_sync(const uint64_t *a)
{
    (void)a;
    return 0; /* likewise */
}

int64_t
sys_ftruncate(const uint64_t *a)
{
    struct fd fd;
    int64_t error = fd_get_io(a[0], &fd);

    if (error < 0) {
        return error;
    }
    if (fd.kind != KIND_FILE || (int64_t)a[1] < 0) {
        return -EINVAL;
    }
    return error_of(io_truncate(fd.port, (int64_t)a[1]));
}

int64_t
sys_fadvise64(const uint64_t *a)
{
    struct fd fd;
    int error = fd_get_io(a[0], &fd);

    if (error < 0) {
        return error;
    }
    if (waits(&fd)) {
        return -ESPIPE;
    }
    return a[3] > 5 ? -EINVAL : 0; /* advice need not be followed */
}

/* Blocks can't be reserved in memory files: libc then writes zeros. */
int64_t
sys_fallocate(const uint64_t *a)
{
    struct fd fd;
    int64_t error = fd_get_io(a[0], &fd);

    if (error < 0) {
        return error;
    }
    if (waits(&fd)) {
        return -ESPIPE;
    }
    if ((int64_t)a[2] < 0 || (int64_t)a[3] <= 0) {
        return -EINVAL;
    }
    return fd.kind == KIND_FILE ? -EOPNOTSUPP : -ENODEV;
}
