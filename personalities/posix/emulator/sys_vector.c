/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vectors of buffers, and copies between descriptors.
 */
#include <io/io.h>
#include "syscall.h"

#define GATHER_MAX 4096u
#define COPY_BUFFER 16384u

static bool
is_stream(const struct fd *fd)
{
    return fd->kind == KIND_PIPE || fd->kind == KIND_SOCKET ||
           fd->kind == KIND_TTY;
}

/* Checks all of the vector; the bytes of all buffers together. */
static int64_t
vector_size(uint64_t vector, uint64_t count)
{
    struct linux_iovec v;
    uint64_t total = 0;

    if (count > IOV_MAX) {
        return -EINVAL;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (copyin(&v, vector + i * sizeof(v), sizeof(v)) < 0) {
            return -EFAULT;
        }
        if ((int64_t)v.length < 0 ||
            v.length > (uint64_t)INT64_MAX - total) {
            return -EINVAL;
        }
        if (!user_range_ok(v.base, v.length)) {
            return -EFAULT;
        }
        total += v.length;
    }
    return (int64_t)total;
}

/* Small ones are gathered, so that they are written in one piece. */
static int64_t
write_gathered(struct fd *fd, uint64_t vector, uint64_t count,
               int64_t offset)
{
    char buffer[GATHER_MAX];
    struct linux_iovec v;
    uint64_t at = 0;

    for (uint64_t i = 0; i < count; i++) {
        if (copyin(&v, vector + i * sizeof(v), sizeof(v)) < 0 ||
            v.length > sizeof(buffer) - at ||
            copyin(buffer + at, v.base, v.length) < 0) {
            return -EFAULT;
        }
        at += v.length;
    }
    return io_transfer_write(fd, (uint64_t)(uintptr_t)buffer, at, offset, 0);
}

static int64_t
transfer(struct fd *fd, uint64_t vector, uint64_t count, int64_t offset,
         bool write)
{
    struct linux_iovec v;
    uint64_t done = 0;

    for (uint64_t i = 0; i < count; i++) {
        int64_t at = offset < 0 ? offset : offset + (int64_t)done;
        int64_t n;

        if (copyin(&v, vector + i * sizeof(v), sizeof(v)) < 0 ||
            !user_range_ok(v.base, v.length)) {
            return done != 0 ? (int64_t)done : -EFAULT;
        }
        if (v.length == 0) {
            continue;
        }
        n = write ? io_transfer_write(fd, v.base, v.length, at, 0)
                  : io_transfer_read(fd, v.base, v.length, at,
                                     done != 0 && is_stream(fd) ? IO_NONBLOCK
                                                                : 0);
        if (n < 0) {
            return done != 0 ? (int64_t)done : n;
        }
        done += (uint64_t)n;
        if ((uint64_t)n < v.length) {
            break;
        }
    }
    return (int64_t)done;
}

static int64_t
vector_call(const uint64_t *a, int64_t offset, bool write)
{
    struct fd fd;
    int64_t total = fd_get_io(a[0], &fd);

    if (total < 0) {
        return total;
    }
    if (offset >= 0 && is_stream(&fd)) {
        return -ESPIPE;
    }
    total = vector_size(a[1], a[2]);
    if (total < 0) {
        return total;
    }
    if (write && total <= (int64_t)GATHER_MAX) {
        return write_gathered(&fd, a[1], a[2], offset);
    }
    return transfer(&fd, a[1], a[2], offset, write);
}

int64_t
sys_readv(const uint64_t *a)
{
    return vector_call(a, IO_OFFSET_CURRENT, false);
}

int64_t
sys_writev(const uint64_t *a)
{
    return vector_call(a, IO_OFFSET_CURRENT, true);
}

int64_t
sys_preadv(const uint64_t *a)
{
    return (int64_t)a[3] < 0 ? -EINVAL
                             : vector_call(a, (int64_t)a[3], false);
}

int64_t
sys_pwritev(const uint64_t *a)
{
    return (int64_t)a[3] < 0 ? -EINVAL : vector_call(a, (int64_t)a[3], true);
}

/* The flags (RWF_*) ask for what we don't have. */
int64_t
sys_preadv2(const uint64_t *a)
{
    if (a[5] != 0) {
        return -EOPNOTSUPP;
    }
    return (int64_t)a[3] == -1 ? sys_readv(a) : sys_preadv(a);
}

int64_t
sys_pwritev2(const uint64_t *a)
{
    if (a[5] != 0) {
        return -EOPNOTSUPP;
    }
    return (int64_t)a[3] == -1 ? sys_writev(a) : sys_pwritev(a);
}

/* ---- copies ---------------------------------------------------------------- */

/* in_at/out_at: IO_OFFSET_CURRENT or where to begin. */
static int64_t
copy_between(struct fd *in, int64_t in_at, struct fd *out, int64_t out_at,
             uint64_t size)
{
    char buffer[COPY_BUFFER];
    uint64_t done = 0;

    while (done < size) {
        uint64_t piece = size - done < sizeof(buffer) ? size - done
                                                      : sizeof(buffer);
        int64_t n, m, to;

        n = io_transfer_read(in, (uint64_t)(uintptr_t)buffer, piece,
                             in_at < 0 ? in_at : in_at + (int64_t)done, 0);
        if (n <= 0) {
            return done != 0 ? (int64_t)done : n;
        }
        to = out_at < 0 ? out_at : out_at + (int64_t)done;
        m = io_transfer_write(out, (uint64_t)(uintptr_t)buffer, (uint64_t)n,
                              to, 0);
        if (m > 0) {
            done += (uint64_t)m;
        }
        if (m < n && in_at < 0) {
            /* What was read and not written is read again. */
            int64_t position, back = m < 0 ? n : n - m;

            io_seek(in->port, -back, 1, &position);
        }
        if (m < n) {
            return done != 0 || m >= 0 ? (int64_t)done : m;
        }
    }
    return (int64_t)done;
}

static int64_t
get_offset(uint64_t at, int64_t *offset)
{
    *offset = IO_OFFSET_CURRENT;
    if (at == 0) {
        return 0;
    }
    if (copyin(offset, at, sizeof(*offset)) < 0) {
        return -EFAULT;
    }
    return *offset < 0 ? -EINVAL : 0;
}

static int64_t
put_offset(uint64_t at, int64_t offset, int64_t moved)
{
    if (at == 0 || moved <= 0) {
        return moved;
    }
    offset += moved;
    return copyout(at, &offset, sizeof(offset)) < 0 ? -EFAULT : moved;
}

int64_t
sys_sendfile(const uint64_t *a)
{
    struct fd in, out;
    int64_t offset, error = fd_get_io(a[0], &out);

    if (error == 0) {
        error = fd_get_io(a[1], &in);
    }
    if (error == 0 && in.kind != KIND_FILE && in.kind != KIND_DEVICE) {
        error = -EINVAL;
    }
    if (error == 0) {
        error = get_offset(a[2], &offset);
    }
    if (error < 0) {
        return error;
    }
    return put_offset(a[2], offset,
                      copy_between(&in, offset, &out, IO_OFFSET_CURRENT,
                                   a[3]));
}

int64_t
sys_copy_file_range(const uint64_t *a)
{
    struct fd in, out;
    int64_t in_at, out_at, n, error = fd_get_io(a[0], &in);

    if (error == 0) {
        error = fd_get_io(a[2], &out);
    }
    if (error == 0 && (in.kind == KIND_DIR || out.kind == KIND_DIR)) {
        error = -EISDIR;
    }
    if (error == 0 &&
        (in.kind != KIND_FILE || out.kind != KIND_FILE || a[5] != 0)) {
        error = -EINVAL;
    }
    if (error == 0) {
        error = get_offset(a[1], &in_at);
    }
    if (error == 0) {
        error = get_offset(a[3], &out_at);
    }
    if (error < 0) {
        return error;
    }
    n = copy_between(&in, in_at, &out, out_at, a[4]);
    if (put_offset(a[1], in_at, n) < 0) {
        return n < 0 ? n : -EFAULT;
    }
    return put_offset(a[3], out_at, n);
}
