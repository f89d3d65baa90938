/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ioctl: terminals through the tty session, a few that every descriptor has.
 */
#include <io/io.h>
#include <tty/tty.h>
#include "syscall.h"

#define FIONREAD 0x541bu
#define FIONBIO 0x5421u
#define FIONCLEX 0x5450u
#define FIOCLEX 0x5451u

/* What a command takes from, and puts at, its argument's address. */
struct ioctl_shape {
    uint32_t command;
    uint16_t in, out;
};
static const struct ioctl_shape shapes[] = {
    {0x5401, 0, 36}, /* TCGETS */
    {0x5402, 36, 0}, /* TCSETS */
    {0x5403, 36, 0}, /* TCSETSW */
    {0x5404, 36, 0}, /* TCSETSF */
    {0x5405, 0, 18}, /* TCGETA */
    {0x5409, 0, 0},  /* TCSBRK */
    {0x540a, 0, 0},  /* TCXONC */
    {0x540b, 0, 0},  /* TCFLSH */
    {0x540c, 0, 0},  /* TIOCEXCL */
    {0x540d, 0, 0},  /* TIOCNXCL */
    {0x540e, 0, 0},  /* TIOCSCTTY */
    {0x540f, 0, 4},  /* TIOCGPGRP */
    {0x5410, 4, 0},  /* TIOCSPGRP */
    {0x5411, 0, 4},  /* TIOCOUTQ */
    {0x5412, 1, 0},  /* TIOCSTI */
    {0x5413, 0, 8},  /* TIOCGWINSZ */
    {0x5414, 8, 0},  /* TIOCSWINSZ */
    {0x541b, 0, 4},  /* FIONREAD */
    {0x5422, 0, 0},  /* TIOCNOTTY */
    {0x5423, 4, 0},  /* TIOCSETD */
    {0x5424, 0, 4},  /* TIOCGETD */
    {0x5425, 0, 0},  /* TCSBRKP */
    {0x5429, 0, 4},  /* TIOCGSID */
};

static const struct ioctl_shape *
shape_of(uint32_t command)
{
    for (uint32_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (shapes[i].command == command) {
            return &shapes[i];
        }
    }
    return NULL;
}

static kern_return_t
control_call(struct thread *t, struct fd *fd, const struct ioctl_shape *s,
             uint64_t argument, const uint8_t *in, uint8_t *out,
             mach_msg_type_number_t *count, int *result)
{
    mach_port_t session = t->process->ports[PORT_TTY];
    boolean_t blocked = (t->mask & SIGMASK(SIGTTOU)) ||
                        t->process->actions[SIGTTOU - 1].handler == SIG_IGN;
    uint64_t cookie;

    if (fd->kind != KIND_TTY) {
        return io_control(fd->port, s->command, in, s->in, out, count,
                          result);
    }
    cookie = rpc_interruptible(t, CANCEL_TTY, session);
    return tty_control(session, cookie, fd->port, s->command, argument,
                       blocked, in, s->in, out, count, result);
}

static int64_t
control(struct fd *fd, const struct ioctl_shape *s, uint64_t argument)
{
    uint8_t in[64] = {0}, out[4096];
    mach_msg_type_number_t count = sizeof(out);
    int result = 0;
    int64_t error;

    if (s->in != 0 && copyin(in, argument, s->in) < 0) {
        return -EFAULT;
    }
    error = interrupted(error_of(control_call(
        this_thread(), fd, s, s->in != 0 || s->out != 0 ? 0 : argument, in,
        out, &count, &result)));
    if (error < 0) {
        return error;
    }
    if (s->out != 0) {
        if (count < s->out) {
            memset(out + count, 0, s->out - count);
        }
        if (copyout(argument, out, s->out) < 0) {
            return -EFAULT;
        }
    }
    return result;
}

static int64_t
set_nonblocking(struct fd *fd, uint64_t at)
{
    uint32_t on, flags;
    int64_t error = copyin32(&on, at);

    if (error == 0) {
        error = error_of(io_get_flags(fd->port, &flags));
    }
    if (error < 0) {
        return error;
    }
    flags = on != 0 ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return error_of(io_set_flags(fd->port, flags));
}

/* Bytes between the offset and the end of a file. */
static int64_t
file_left(struct fd *fd, uint64_t at)
{
    posix_stat_t stat;
    int64_t position, error = error_of(io_stat(fd->port, (void *)&stat));

    if (error == 0) {
        error = error_of(io_seek(fd->port, 0, 1, &position));
    }
    return error < 0 ? error
                     : copyout32(at, (uint32_t)(stat.st_size - position));
}

int64_t
sys_ioctl(const uint64_t *a)
{
    uint32_t command = (uint32_t)a[1];
    const struct ioctl_shape *s;
    struct fd fd;
    int64_t error = fd_get_io(a[0], &fd);

    if (error < 0) {
        return error;
    }
    switch (command) {
    case FIOCLEX:
    case FIONCLEX:
        this_process()->fds.entries[(uint32_t)a[0]].cloexec =
            command == FIOCLEX;
        return 0;
    case FIONBIO:
        return fd.kind == KIND_FD_DIR ? -ENOTTY : set_nonblocking(&fd, a[2]);
    case FIONREAD:
        if (fd.kind == KIND_FILE) {
            return file_left(&fd, a[2]);
        }
        break;
    default:
        break;
    }
    s = shape_of(command);
    if (s == NULL || (fd.kind != KIND_TTY && command != FIONREAD) ||
        (fd.kind != KIND_TTY && fd.kind != KIND_PIPE &&
         fd.kind != KIND_SOCKET)) {
        return -ENOTTY;
    }
    return control(&fd, s, a[2]);
}
