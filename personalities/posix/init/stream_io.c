/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * io.defs on the standard streams.
 */
#include <stdlib.h>
#include <mach/mig_take.h>
#include <io/init_S_io_server.h>
#include "stream.h"

#define MODE_FIFO 0010600u /* S_IFIFO */
#define WATCHES_MAX 256
#define L_FIONREAD 0x541bu

static void
no_senders(struct server_object *o)
{
    init_stream_drop_watches((struct stream *)o);
}

static const struct mig_subsystem *const subsystems[] = {
    &init_S_io_subsystem, NULL};
const struct server_class init_stream_class = {
    .sc_name = "standard stream", .sc_subsystems = subsystems,
    .sc_no_senders = no_senders, .sc_cancel = init_S_io_cancel};

static struct stream *
stream_of(server_object_ref_t o)
{
    return o != NULL && o->so_class == &init_stream_class ? (struct stream *)o
                                                     : NULL;
}

static bool
non_blocking(const struct stream *s, uint32_t flags)
{
    return (s->flags & L_O_NONBLOCK) != 0 || (flags & IO_NONBLOCK) != 0;
}

kern_return_t
init_S_io_read(server_object_ref_t object, mach_port_t reply, cookie_t cookie,
               int64_t offset, uint32_t amount, uint32_t flags, uint8_t *data,
               mach_msg_type_number_t *dataCnt)
{
    struct stream *s = stream_of(object);

    (void)data;
    if (s == NULL || s->kind != STREAM_STDIN) {
        return POSIX_ERROR(L_EBADF);
    }
    if (offset != IO_OFFSET_CURRENT) {
        return POSIX_ERROR(L_ESPIPE);
    }
    if (amount == 0) {
        *dataCnt = 0;
        return KERN_SUCCESS;
    }
    if (init_stream_can_read()) {
        reply = server_reply_later(reply, s, cookie);
        if (reply == MACH_PORT_NULL) {
            return POSIX_ERROR(L_ENOMEM);
        }
        init_stream_answer_read(reply, amount);
        init_channel_receive();
        return MIG_NO_REPLY;
    }
    if (non_blocking(s, flags)) {
        return POSIX_ERROR(L_EAGAIN);
    }
    return init_stream_queue(s, reply, cookie, NULL, amount)
               ? MIG_NO_REPLY
               : POSIX_ERROR(L_ENOMEM);
}

kern_return_t
init_S_io_write(server_object_ref_t object, mach_port_t reply, cookie_t cookie,
                int64_t offset, uint32_t flags, const uint8_t *data,
                mach_msg_type_number_t dataCnt, uint32_t *written)
{
    struct stream *s = stream_of(object);

    if (s == NULL || s->kind == STREAM_STDIN) {
        return POSIX_ERROR(L_EBADF);
    }
    if (offset != IO_OFFSET_CURRENT) {
        return POSIX_ERROR(L_ESPIPE);
    }
    if (non_blocking(s, flags)) {
        *written = init_stream_writes_wait()
                       ? 0
                       : init_stream_write_now(s, data, dataCnt);
        return *written > 0 || dataCnt == 0 ? KERN_SUCCESS
                                            : POSIX_ERROR(L_EAGAIN);
    }
    if (!init_stream_writes_wait() && init_channel_room() >= dataCnt) {
        *written = init_stream_write_now(s, data, dataCnt);
        return KERN_SUCCESS;
    }
    return init_stream_queue(s, reply, cookie, data, dataCnt)
               ? MIG_NO_REPLY
               : POSIX_ERROR(L_ENOMEM);
}

kern_return_t
init_S_io_cancel(server_object_ref_t object, cookie_t cookie)
{
    struct stream *s = stream_of(object);

    if (s != NULL) {
        init_stream_cancel(s, cookie);
    }
    return KERN_SUCCESS;
}

kern_return_t
init_S_io_stat(server_object_ref_t object, posix_stat_t *stat)
{
    struct stream *s = stream_of(object);

    if (s == NULL) {
        return POSIX_ERROR(L_EBADF);
    }
    *stat = (posix_stat_t){.st_dev = 7, .st_ino = (uint64_t)s->kind + 1,
                           .st_nlink = 1, .st_mode = MODE_FIFO,
                           .st_blksize = 4096};
    return KERN_SUCCESS;
}

kern_return_t
init_S_io_seek(server_object_ref_t object, int64_t offset, int whence,
               int64_t *position)
{
    (void)object, (void)offset, (void)whence, (void)position;
    return POSIX_ERROR(L_ESPIPE);
}

kern_return_t
init_S_io_get_flags(server_object_ref_t object, uint32_t *flags)
{
    struct stream *s = stream_of(object);

    if (s == NULL) {
        return POSIX_ERROR(L_EBADF);
    }
    *flags = s->flags;
    return KERN_SUCCESS;
}

kern_return_t
init_S_io_set_flags(server_object_ref_t object, uint32_t flags)
{
    const uint32_t settable = L_O_APPEND | L_O_NONBLOCK | L_O_ASYNC;
    struct stream *s = stream_of(object);

    if (s == NULL) {
        return POSIX_ERROR(L_EBADF);
    }
    s->flags = (s->flags & ~settable) | (flags & settable);
    return KERN_SUCCESS;
}

kern_return_t
init_S_io_readdir(server_object_ref_t object, uint32_t amount, uint8_t *data,
                  mach_msg_type_number_t *dataCnt)
{
    (void)object, (void)amount, (void)data, (void)dataCnt;
    return POSIX_ERROR(L_ENOTDIR);
}

kern_return_t
init_S_io_control(server_object_ref_t object, uint32_t command,
                  const uint8_t *in_data, mach_msg_type_number_t in_dataCnt,
                  uint8_t *out_data, mach_msg_type_number_t *out_dataCnt,
                  int *result)
{
    struct stream *s = stream_of(object);
    int there;

    (void)in_data;
    (void)in_dataCnt;
    if (s == NULL || s->kind != STREAM_STDIN || command != L_FIONREAD) {
        return POSIX_ERROR(s == NULL ? L_EBADF : L_ENOTTY);
    }
    there = (int)(STREAM_IN - init_stdin_room());
    __builtin_memcpy(out_data, &there, sizeof(there));
    *out_dataCnt = sizeof(there);
    *result = 0;
    return KERN_SUCCESS;
}

kern_return_t
init_S_io_truncate(server_object_ref_t object, int64_t size)
{
    (void)object, (void)size;
    return POSIX_ERROR(L_EINVAL);
}

kern_return_t
init_S_io_sync(server_object_ref_t object)
{
    (void)object;
    return POSIX_ERROR(L_EINVAL);
}

kern_return_t
init_S_io_map(server_object_ref_t object, vm_prot_t protection,
              mach_port_t *entry, uint64_t *size)
{
    (void)object, (void)protection, (void)entry, (void)size;
    return POSIX_ERROR(L_ENODEV);
}

kern_return_t
init_S_io_unwatch(server_object_ref_t object, cookie_t cookie)
{
    struct stream *s = stream_of(object);

    if (s == NULL) {
        return KERN_SUCCESS;
    }
    for (struct stream_watch **at = &s->watches; *at != NULL;
         at = &(*at)->next) {
        struct stream_watch *w = *at;

        if (w->cookie == cookie) {
            *at = w->next;
            s->watch_count--;
            mach_port_deallocate_trap(w->port);
            free(w);
            break;
        }
    }
    return KERN_SUCCESS;
}

kern_return_t
init_S_io_watch(server_object_ref_t object, uint32_t events, mach_port_t port,
                cookie_t cookie, uint32_t *ready)
{
    struct stream *s = stream_of(object);
    struct stream_watch *w;

    if (s == NULL) {
        return POSIX_ERROR(L_EBADF);
    }
    *ready = init_stream_ready(s) & (events | L_POLLHUP | L_POLLERR);
    if (*ready != 0 || !MACH_PORT_VALID(port)) {
        return KERN_SUCCESS;
    }
    init_S_io_unwatch(object, cookie);
    w = s->watch_count < WATCHES_MAX ? malloc(sizeof(*w)) : NULL;
    if (w == NULL) {
        return POSIX_ERROR(L_ENOMEM);
    }
    *w = (struct stream_watch){.next = s->watches, .cookie = cookie,
                               .port = mig_take_port(port), .events = events};
    s->watches = w;
    s->watch_count++;
    return KERN_SUCCESS;
}
