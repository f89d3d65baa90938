/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets: AF_UNIX pairs, which pipe serves.  Named sockets and other
 * families are refused.
 */
#include <pipe/pipe.h>
#include "syscall.h"

#define AF_UNIX 1
#define SOCK_NONBLOCK 0x800u
#define SOCK_CLOEXEC 0x80000u
#define MSG_PEEK 2u
#define MSG_DONTWAIT 0x40u
#define MSG_NOSIGNAL 0x4000u
#define MSG_CMSG_CLOEXEC 0x40000000u
#define SOL_SOCKET 1
#define SO_TYPE 3
#define SO_ERROR 4
#define SO_DOMAIN 39

struct linux_msghdr {
    uint64_t name;
    uint32_t name_length, pad1;
    uint64_t vector, vector_count;
    uint64_t control, control_length;
    uint32_t flags, pad2;
};
_Static_assert(sizeof(struct linux_msghdr) == 56, "ABI");

static int64_t
get_socket(uint64_t number, struct fd *fd)
{
    int64_t error = fd_get_io(number, fd);

    if (error < 0) {
        return error;
    }
    return fd->kind == KIND_SOCKET ? 0 : -ENOTSOCK;
}

int64_t
sys_socket(const uint64_t *a)
{
    (void)a;
    return -EAFNOSUPPORT;
}

int64_t
sys_socketpair(const uint64_t *a)
{
    uint32_t type = (uint32_t)a[1] & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    uint32_t flags = (uint32_t)a[1] & SOCK_CLOEXEC ? O_CLOEXEC : 0;
    mach_port_t x, y;
    int fds[2];
    int64_t error;

    if ((int)a[0] != AF_UNIX) {
        return (int)a[0] == 2 || (int)a[0] == 10 ? -EOPNOTSUPP
                                                 : -EAFNOSUPPORT;
    }
    if (type != 1 && type != 2 && type != 5) {
        return -ESOCKTNOSUPPORT;
    }
    if ((int)a[2] != 0 && (int)a[2] != AF_UNIX) {
        return -EPROTONOSUPPORT;
    }
    error = error_of(pipe_socketpair(process_port(PORT_PIPE),
                                     (uint32_t)a[1] & ~SOCK_CLOEXEC, &x,
                                     &y));
    if (error < 0) {
        return error;
    }
    fds[0] = fd_install(x, KIND_SOCKET, flags);
    if (fds[0] < 0) {
        mach_port_deallocate_trap(y);
        return fds[0];
    }
    fds[1] = fd_install(y, KIND_SOCKET, flags);
    if (fds[1] < 0) {
        fd_close((uint64_t)fds[0]);
        return fds[1];
    }
    if (copyout(a[3], fds, sizeof(fds)) < 0) {
        fd_close((uint64_t)fds[0]);
        fd_close((uint64_t)fds[1]);
        return -EFAULT;
    }
    return 0;
}

int64_t
sys_shutdown(const uint64_t *a)
{
    struct fd fd;
    int64_t error = get_socket(a[0], &fd);

    if (error == 0 && (uint32_t)a[1] > 2) {
        error = -EINVAL;
    }
    return error < 0 ? error : error_of(pipe_shutdown(fd.port, (int)a[1]));
}

/* These need addresses, which pairs don't have. */
static int64_t
no_address(uint64_t number, int64_t error)
{
    struct fd fd;
    int64_t found = get_socket(number, &fd);

    return found < 0 ? found : error;
}

int64_t
sys_connect(const uint64_t *a)
{
    return no_address(a[0], -EISCONN);
}

int64_t
sys_bind(const uint64_t *a)
{
    return no_address(a[0], -EOPNOTSUPP);
}

/* An unnamed socket's address is its family alone. */
static int64_t
unnamed(const uint64_t *a)
{
    uint16_t family = AF_UNIX;
    uint32_t room;
    struct fd fd;
    int64_t error = get_socket(a[0], &fd);

    if (error < 0) {
        return error;
    }
    if (copyin32(&room, a[2]) < 0) {
        return -EFAULT;
    }
    if ((int32_t)room < 0) {
        return -EINVAL;
    }
    if (copyout(a[1], &family, room < 2 ? room : 2) < 0) {
        return -EFAULT;
    }
    return copyout32(a[2], 2);
}

int64_t
sys_getsockname(const uint64_t *a)
{
    return unnamed(a);
}

int64_t
sys_getpeername(const uint64_t *a)
{
    return unnamed(a);
}

int64_t
sys_setsockopt(const uint64_t *a)
{
    return no_address(a[0], -EOPNOTSUPP);
}

int64_t
sys_getsockopt(const uint64_t *a)
{
    uint32_t value = 0, room;
    struct fd fd;
    int64_t error = get_socket(a[0], &fd);

    if (error < 0) {
        return error;
    }
    if ((int)a[1] != SOL_SOCKET) {
        return -EOPNOTSUPP;
    }
    if ((int)a[2] == SO_DOMAIN) {
        value = AF_UNIX;
    } else if ((int)a[2] != SO_ERROR) {
        return -EOPNOTSUPP;
    }
    if (copyin32(&room, a[4]) < 0) {
        return -EFAULT;
    }
    room = room < 4 ? room : 4;
    if (copyout(a[3], &value, room) < 0) {
        return -EFAULT;
    }
    return copyout32(a[4], room);
}

/* ---- data ------------------------------------------------------------------- */

static int64_t
send_flags(uint64_t flags, uint32_t *io)
{
    *io = flags & MSG_DONTWAIT ? IO_NONBLOCK : 0;
    return flags & ~(uint64_t)(MSG_DONTWAIT | MSG_NOSIGNAL) ? -EOPNOTSUPP
                                                            : 0;
}

static int64_t
recv_flags(uint64_t flags, uint32_t *io)
{
    *io = (flags & MSG_DONTWAIT ? IO_NONBLOCK : 0) |
          (flags & MSG_PEEK ? IO_PEEK : 0);
    return flags & ~(uint64_t)(MSG_DONTWAIT | MSG_PEEK | MSG_NOSIGNAL |
                               MSG_CMSG_CLOEXEC)
               ? -EOPNOTSUPP
               : 0;
}

int64_t
sys_sendto(const uint64_t *a)
{
    struct fd fd;
    uint32_t flags;
    int64_t error = get_socket(a[0], &fd);

    if (error == 0) {
        error = a[4] != 0 ? -EISCONN : send_flags(a[3], &flags);
    }
    if (error == 0 && !user_range_ok(a[1], a[2])) {
        error = -EFAULT;
    }
    return error < 0 ? error
                     : io_transfer_write(&fd, a[1], a[2], IO_OFFSET_CURRENT,
                                         flags);
}

int64_t
sys_recvfrom(const uint64_t *a)
{
    struct fd fd;
    uint32_t flags;
    int64_t error = get_socket(a[0], &fd), n;

    if (error == 0) {
        error = recv_flags(a[3], &flags);
    }
    if (error == 0 && !user_range_ok(a[1], a[2])) {
        error = -EFAULT;
    }
    if (error < 0) {
        return error;
    }
    n = io_transfer_read(&fd, a[1], a[2], IO_OFFSET_CURRENT, flags);
    if (n >= 0 && a[4] != 0 && a[5] != 0 && copyout32(a[5], 0) < 0) {
        return -EFAULT;
    }
    return n;
}

#define MESSAGE_MAX 32768u

/* Gathered into one piece, so that a datagram stays one. */
static int64_t
gather(const struct linux_msghdr *m, uint8_t *buffer, bool in)
{
    struct linux_iovec v;
    uint64_t at = 0;

    if (m->vector_count > IOV_MAX) {
        return -EMSGSIZE;
    }
    for (uint64_t i = 0; i < m->vector_count; i++) {
        if (copyin(&v, m->vector + i * sizeof(v), sizeof(v)) < 0 ||
            !user_range_ok(v.base, v.length)) {
            return -EFAULT;
        }
        if (v.length > MESSAGE_MAX - at) {
            if (in) {
                return -EMSGSIZE;
            }
            v.length = MESSAGE_MAX - at;
        }
        if (in && copyin(buffer + at, v.base, v.length) < 0) {
            return -EFAULT;
        }
        at += v.length;
    }
    return (int64_t)at;
}

static int64_t
scatter(const struct linux_msghdr *m, const uint8_t *buffer, uint64_t size)
{
    struct linux_iovec v;
    uint64_t at = 0;

    for (uint64_t i = 0; i < m->vector_count && at < size; i++) {
        uint64_t n;

        if (copyin(&v, m->vector + i * sizeof(v), sizeof(v)) < 0) {
            return -EFAULT;
        }
        n = v.length < size - at ? v.length : size - at;
        if (copyout(v.base, buffer + at, n) < 0) {
            return -EFAULT;
        }
        at += n;
    }
    return (int64_t)size;
}

int64_t
sys_sendmsg(const uint64_t *a)
{
    uint8_t buffer[MESSAGE_MAX];
    struct linux_msghdr m;
    struct fd fd;
    uint32_t flags;
    int64_t n = get_socket(a[0], &fd);

    if (n == 0) {
        n = send_flags(a[2], &flags);
    }
    if (n == 0) {
        n = copyin(&m, a[1], sizeof(m));
    }
    if (n < 0) {
        return n;
    }
    if (m.control_length != 0) {
        return -EOPNOTSUPP; /* descriptors are not passed */
    }
    n = m.name_length != 0 ? -EISCONN : gather(&m, buffer, true);
    return n < 0 ? n
                 : io_transfer_write(&fd, (uint64_t)(uintptr_t)buffer,
                                     (uint64_t)n, IO_OFFSET_CURRENT, flags);
}

int64_t
sys_recvmsg(const uint64_t *a)
{
    uint8_t buffer[MESSAGE_MAX];
    struct linux_msghdr m;
    struct fd fd;
    uint32_t flags;
    int64_t n = get_socket(a[0], &fd);

    if (n == 0) {
        n = recv_flags(a[2], &flags);
    }
    if (n == 0) {
        n = copyin(&m, a[1], sizeof(m));
    }
    if (n == 0) {
        n = gather(&m, buffer, false);
    }
    if (n >= 0) {
        n = io_transfer_read(&fd, (uint64_t)(uintptr_t)buffer, (uint64_t)n,
                             IO_OFFSET_CURRENT, flags);
    }
    if (n < 0) {
        return n;
    }
    n = scatter(&m, buffer, (uint64_t)n);
    m.name_length = 0;
    m.control_length = 0;
    m.flags = 0;
    return n < 0                                    ? n
           : copyout(a[1], &m, sizeof(m)) < 0 ? -EFAULT
                                              : n;
}
