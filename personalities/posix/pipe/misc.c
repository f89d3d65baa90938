/* SPDX-License-Identifier: BSD-2-Clause */
/* What else an open file understands, and how much of that a pipe does. */
#include <string.h>

#include <io/pipe_S_io_server.h>

#include "pipe/internal.h"

kern_return_t
pipe_S_io_stat(server_object_ref_t object, posix_stat_t *stat)
{
    const struct pipe_end *e = (const struct pipe_end *)object;

    memset(stat, 0, sizeof(*stat));
    stat->st_dev = L_MAKEDEV(0, e->pe_socket != 0 ? 8 : 7);
    stat->st_ino = e->pe_ino;
    stat->st_nlink = 1;
    stat->st_mode = e->pe_socket != 0 ? L_S_IFSOCK | 0777 : L_S_IFIFO | 0600;
    stat->st_blksize = 4096;
    stat->st_atime_sec = stat->st_mtime_sec = stat->st_ctime_sec =
        e->pe_time / 1000000000;
    stat->st_atime_nsec = stat->st_mtime_nsec = stat->st_ctime_nsec =
        e->pe_time % 1000000000;
    return KERN_SUCCESS;
}

kern_return_t
pipe_S_io_seek(server_object_ref_t object, int64_t offset, int whence,
               int64_t *position)
{
    (void)object;
    (void)offset;
    (void)whence;
    (void)position;
    return ERR(ESPIPE);
}

kern_return_t
pipe_S_io_get_flags(server_object_ref_t object, uint32_t *flags)
{
    const struct pipe_end *e = (const struct pipe_end *)object;

    *flags = (e->pe_flags & ~L_O_ACCMODE) |
             (e->pe_in == NULL ? L_O_WRONLY :
              e->pe_out == NULL ? L_O_RDONLY : L_O_RDWR);
    return KERN_SUCCESS;
}

kern_return_t
pipe_S_io_set_flags(server_object_ref_t object, uint32_t flags)
{
    struct pipe_end *e = (struct pipe_end *)object;
    uint32_t settable = L_O_APPEND | L_O_NONBLOCK | L_O_ASYNC;

    e->pe_flags = (e->pe_flags & ~settable) | (flags & settable);
    return KERN_SUCCESS;
}

kern_return_t
pipe_S_io_readdir(server_object_ref_t object, uint32_t amount, uint8_t *data,
                  mach_msg_type_number_t *dataCnt)
{
    (void)object;
    (void)amount;
    (void)data;
    *dataCnt = 0;
    return ERR(ENOTDIR);
}

/* The channel whose size F_SETPIPE_SZ means. */
static struct channel *
pipe_channel(struct pipe_end *e)
{
    return e->pe_in != NULL ? e->pe_in : e->pe_out;
}

static kern_return_t
set_size(struct pipe_end *e, const uint8_t *in_data, uint32_t count,
         int *result)
{
    struct channel *c = pipe_channel(e);
    uint32_t wanted, size = PIPE_ATOMIC;

    if (e->pe_socket != 0) {
        return ERR(EBADF);
    }
    if (count != sizeof(wanted)) {
        return ERR(EINVAL);
    }
    memcpy(&wanted, in_data, sizeof(wanted));
    if (wanted > 1u << 31) {
        return ERR(EINVAL);
    }
    if (wanted > PIPE_LIMIT_MAX) {
        return ERR(EPERM);
    }
    while (size < wanted) {
        size *= 2;
    }
    if (!ring_set_limit(&c->ch_ring, size)) {
        return size < c->ch_ring.rg_used ? ERR(EBUSY) : ERR(ENOMEM);
    }
    channel_pump(c);
    *result = (int)size;
    return KERN_SUCCESS;
}

static kern_return_t
unread(struct pipe_end *e, uint8_t *out_data,
       mach_msg_type_number_t *out_dataCnt)
{
    const struct channel *c = pipe_channel(e);
    uint32_t count = c->ch_ring.rg_used;

    if (c->ch_records && count != 0) {
        ring_peek(&c->ch_ring, 0, &count, RECORD_HEADER);
    }
    memcpy(out_data, &count, sizeof(count));
    *out_dataCnt = sizeof(count);
    return KERN_SUCCESS;
}

kern_return_t
pipe_S_io_control(server_object_ref_t object, uint32_t command,
                  const uint8_t *in_data, mach_msg_type_number_t in_dataCnt,
                  uint8_t *out_data, mach_msg_type_number_t *out_dataCnt,
                  int *result)
{
    struct pipe_end *e = (struct pipe_end *)object;

    *out_dataCnt = 0;
    *result = 0;
    switch (command) {
    case L_FIONREAD:
        return unread(e, out_data, out_dataCnt);
    case L_F_GETPIPE_SZ:
        if (e->pe_socket != 0) {
            return ERR(EBADF);
        }
        *result = (int)pipe_channel(e)->ch_ring.rg_limit;
        return KERN_SUCCESS;
    case L_F_SETPIPE_SZ:
        return set_size(e, in_data, in_dataCnt, result);
    default:
        return ERR(ENOTTY);
    }
}

kern_return_t
pipe_S_io_truncate(server_object_ref_t object, int64_t size)
{
    (void)object;
    (void)size;
    return ERR(EINVAL);
}

kern_return_t
pipe_S_io_sync(server_object_ref_t object)
{
    (void)object;
    return ERR(EINVAL);
}

kern_return_t
pipe_S_io_map(server_object_ref_t object, vm_prot_t protection,
              mach_port_t *entry, uint64_t *size)
{
    (void)object;
    (void)protection;
    (void)entry;
    (void)size;
    return ERR(ENODEV);
}
