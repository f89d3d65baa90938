/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * io.defs on an open terminal, and opening one.  Calls by io.defs come without
 * a session: they are served as from the foreground.
 */
#include <string.h>
#include <mach/mig_take.h>
#include <io/tty_S_io_server.h>
#include <tty/tty_S_tty_server.h>
#include "internal.h"

#define MODE_TERMINAL 0020620u /* S_IFCHR, rw--w---- */
#define TTY_GROUP 5u

/* 5:0, 5:1, 4:64 as Linux packs them */
#define DEVICE_TTY 0x500u
#define DEVICE_CONSOLE 0x501u
#define DEVICE_TTYS0 0x440u

/* The message may have come to an object of another class. */
static struct tty_file *
file_of(server_object_ref_t o)
{
    return o != NULL && o->so_class == &tty_file_class ? (struct tty_file *)o
                                                       : NULL;
}

kern_return_t
tty_S_io_read(server_object_ref_t object, mach_port_t reply, cookie_t cookie,
              int64_t offset, uint32_t amount, uint32_t flags, uint8_t *data,
              mach_msg_type_number_t *dataCnt)
{
    struct tty_file *f = file_of(object);

    (void)data;
    (void)dataCnt;
    if (f == NULL || offset != IO_OFFSET_CURRENT) {
        return POSIX_ERROR(f == NULL ? L_EBADF : L_ESPIPE);
    }
    return tty_file_read(NULL, f, reply, cookie, amount, flags, true);
}

kern_return_t
tty_S_io_write(server_object_ref_t object, mach_port_t reply, cookie_t cookie,
               int64_t offset, uint32_t flags, const uint8_t *data,
               mach_msg_type_number_t dataCnt, uint32_t *written)
{
    struct tty_file *f = file_of(object);

    (void)written;
    if (f == NULL || offset != IO_OFFSET_CURRENT) {
        return POSIX_ERROR(f == NULL ? L_EBADF : L_ESPIPE);
    }
    return tty_file_write(NULL, f, reply, cookie, flags, data, dataCnt, true);
}

kern_return_t
tty_S_io_cancel(server_object_ref_t object, cookie_t cookie)
{
    struct tty_file *f = file_of(object);

    if (f != NULL) {
        tty_requests_cancel(f->terminal, NULL, f, cookie);
    }
    return KERN_SUCCESS;
}

kern_return_t
tty_S_io_stat(server_object_ref_t object, posix_stat_t *stat)
{
    struct tty_file *f = file_of(object);

    if (f == NULL) {
        return POSIX_ERROR(L_EBADF);
    }
    *stat = (posix_stat_t){.st_dev = 6, .st_ino = f->terminal->device,
                           .st_nlink = 1, .st_mode = MODE_TERMINAL,
                           .st_gid = TTY_GROUP,
                           .st_rdev = f->terminal->device,
                           .st_blksize = 1024};
    return KERN_SUCCESS;
}

kern_return_t
tty_S_io_seek(server_object_ref_t object, int64_t offset, int whence,
              int64_t *position)
{
    (void)object, (void)offset, (void)whence, (void)position;
    return POSIX_ERROR(L_ESPIPE);
}

kern_return_t
tty_S_io_get_flags(server_object_ref_t object, uint32_t *flags)
{
    struct tty_file *f = file_of(object);

    if (f == NULL) {
        return POSIX_ERROR(L_EBADF);
    }
    *flags = f->flags;
    return KERN_SUCCESS;
}

kern_return_t
tty_S_io_set_flags(server_object_ref_t object, uint32_t flags)
{
    const uint32_t settable = L_O_APPEND | L_O_NONBLOCK | L_O_ASYNC |
                              L_O_DIRECT;
    struct tty_file *f = file_of(object);

    if (f == NULL) {
        return POSIX_ERROR(L_EBADF);
    }
    f->flags = (f->flags & ~settable) | (flags & settable);
    return KERN_SUCCESS;
}

kern_return_t
tty_S_io_readdir(server_object_ref_t object, uint32_t amount, uint8_t *data,
                 mach_msg_type_number_t *dataCnt)
{
    (void)object, (void)amount, (void)data, (void)dataCnt;
    return POSIX_ERROR(L_ENOTDIR);
}

kern_return_t
tty_S_io_control(server_object_ref_t object, uint32_t command,
                 const uint8_t *in_data, mach_msg_type_number_t in_dataCnt,
                 uint8_t *out_data, mach_msg_type_number_t *out_dataCnt,
                 int *result)
{
    struct ioctl c = {.file = file_of(object), .command = command,
                      .in = in_data, .in_size = in_dataCnt, .out = out_data,
                      .out_size = out_dataCnt};

    if (c.file == NULL) {
        return POSIX_ERROR(L_EBADF);
    }
    *result = 0;
    return tty_file_control(&c);
}

kern_return_t
tty_S_io_truncate(server_object_ref_t object, int64_t size)
{
    (void)object, (void)size;
    return POSIX_ERROR(L_EINVAL);
}

kern_return_t
tty_S_io_sync(server_object_ref_t object)
{
    (void)object;
    return POSIX_ERROR(L_EINVAL);
}

kern_return_t
tty_S_io_map(server_object_ref_t object, vm_prot_t protection,
             mach_port_t *entry, uint64_t *size)
{
    (void)object, (void)protection, (void)entry, (void)size;
    return POSIX_ERROR(L_ENODEV);
}

kern_return_t
tty_S_io_watch(server_object_ref_t object, uint32_t events, mach_port_t port,
               cookie_t cookie, uint32_t *ready)
{
    struct tty_file *f = file_of(object);

    if (f == NULL) {
        return POSIX_ERROR(L_EBADF);
    }
    *ready = tty_file_ready(f) & (events | L_POLLHUP | L_POLLERR);
    if (*ready != 0 || !MACH_PORT_VALID(port)) {
        return KERN_SUCCESS;
    }
    return tty_watch_add(f, events, mig_take_port(port), cookie);
}

kern_return_t
tty_S_io_unwatch(server_object_ref_t object, cookie_t cookie)
{
    struct tty_file *f = file_of(object);

    if (f != NULL) {
        tty_watch_remove(f, cookie);
    }
    return KERN_SUCCESS;
}

/* ---- opening ------------------------------------------------------------ */

kern_return_t
tty_S_tty_open(tty_session_ref_t session, uint64_t device, uint32_t flags,
               mach_port_t *object)
{
    struct terminal *t = &tty_console;

    if (device == 0 || device == DEVICE_TTY) {
        if (!tty_is_controlling(t, session)) {
            return POSIX_ERROR(L_ENXIO);
        }
    } else if (device != DEVICE_CONSOLE && device != DEVICE_TTYS0) {
        return POSIX_ERROR(L_ENXIO);
    }
    if (t->line == MACH_PORT_NULL) {
        return POSIX_ERROR(L_ENODEV);
    }
    *object = tty_file_export(tty_file_create(t, flags));
    if (*object == MACH_PORT_NULL) {
        return POSIX_ERROR(L_ENOMEM);
    }
    if ((flags & L_O_NOCTTY) == 0 && t->sid == 0 &&
        session->pid == session->sid && device != DEVICE_CONSOLE) {
        t->sid = session->sid;
        t->foreground = session->pgid;
        session->detached = false;
    }
    terminal_pump(t);
    return KERN_SUCCESS;
}
