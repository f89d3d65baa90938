/* SPDX-License-Identifier: BSD-2-Clause */
/* Ends: life, reading and writing. */
#include <stdlib.h>
#include <string.h>

#include <io/pipe_S_io_server.h>
#include <pipe/pipe_S_pipe_server.h>

#include "newlib/sys.h"
#include "pipe/internal.h"

static uint64_t next_ino = 1;

struct pipe_end *
end_create(struct channel *in, struct channel *out, uint32_t flags,
           uint32_t socket)
{
    struct pipe_end *e = calloc(1, sizeof(*e));

    if (e == NULL) {
        if (in != NULL) {
            channel_release(in);
        }
        if (out != NULL) {
            channel_release(out);
        }
        return NULL;
    }
    server_object_init(&e->pe_object, &pipe_end_class);
    e->pe_flags = flags;
    e->pe_socket = socket;
    e->pe_ino = next_ino++;
    e->pe_time = clock_realtime();
    e->pe_in = in;
    e->pe_out = out;
    if (in != NULL) {
        e->pe_in_next = in->ch_reader_ends;
        in->ch_reader_ends = e;
        in->ch_readers++;
        in->ch_reader_opens++;
        e->pe_writer_seen = in->ch_writers != 0 ? in->ch_writer_opens - 1
                                                : in->ch_writer_opens;
    }
    if (out != NULL) {
        e->pe_out_next = out->ch_writer_ends;
        out->ch_writer_ends = e;
        out->ch_writers++;
        out->ch_writer_opens++;
    }
    return e;
}

/* No longer counted as reader: its requests end, and writers see it. */
void
end_detach_in(struct pipe_end *e)
{
    struct channel *c = e->pe_in;

    if (c == NULL || e->pe_shut_in) {
        return;
    }
    e->pe_shut_in = true;
    c->ch_readers--;
    channel_cancel(c, e, true, 0, KERN_SUCCESS);
    if (c->ch_readers == 0) {
        channel_pump(c);
    }
}

void
end_detach_out(struct pipe_end *e)
{
    struct channel *c = e->pe_out;

    if (c == NULL || e->pe_shut_out) {
        return;
    }
    e->pe_shut_out = true;
    c->ch_writers--;
    channel_cancel(c, e, true, 0, ERR(EPIPE));
    if (c->ch_writers == 0) {
        channel_pump(c);
    }
}

/* A socket closed with unread data: its peer gets a reset. */
static void
reset_peers(struct pipe_end *e)
{
    if (e->pe_socket == 0 || e->pe_socket == L_SOCK_DGRAM ||
        e->pe_in->ch_ring.rg_used == 0) {
        return;
    }
    for (struct pipe_end *p = e->pe_in->ch_writer_ends; p != NULL;
         p = p->pe_out_next) {
        p->pe_error = L_ECONNRESET;
    }
}

static void
end_destroy(struct server_object *o)
{
    struct pipe_end *e = (struct pipe_end *)o, **link;
    struct channel *in = e->pe_in, *out = e->pe_out;

    end_drop_watches(e);
    if (in != NULL) {
        reset_peers(e);
        for (link = &in->ch_reader_ends; *link != e;
             link = &(*link)->pe_in_next) {
        }
        *link = e->pe_in_next;
    }
    if (out != NULL) {
        for (link = &out->ch_writer_ends; *link != e;
             link = &(*link)->pe_out_next) {
        }
        *link = e->pe_out_next;
    }
    end_detach_in(e);
    end_detach_out(e);
    /* A FIFO that nobody has open forgets what was in it. */
    if (in != NULL && in->ch_readers == 0 && in->ch_writers == 0) {
        ring_free(&in->ch_ring);
    }
    if (out != NULL && out->ch_readers == 0 && out->ch_writers == 0) {
        ring_free(&out->ch_ring);
    }
    if (in != NULL) {
        channel_release(in);
    }
    if (out != NULL) {
        channel_release(out);
    }
    free(e);
}

static const struct mig_subsystem *const end_interfaces[] = {
    &pipe_S_io_subsystem, &pipe_S_pipe_subsystem, NULL
};
const struct server_class pipe_end_class = {
    .sc_name = "pipe end",
    .sc_subsystems = end_interfaces,
    .sc_destroy = end_destroy,
    .sc_cancel = pipe_S_io_cancel,
};

kern_return_t
pipe_S_io_read(server_object_ref_t object, mach_port_t reply, cookie_t cookie,
               int64_t offset, uint32_t amount, uint32_t flags,
               uint8_t *data, mach_msg_type_number_t *dataCnt)
{
    struct pipe_end *e = (struct pipe_end *)object;
    struct channel *c = e->pe_in;
    uint32_t consume = 0;

    *dataCnt = 0;
    if (c == NULL) {
        return ERR(EBADF);
    }
    if (offset != IO_OFFSET_CURRENT) {
        return ERR(ESPIPE);
    }
    if (amount > IO_INLINE_MAX) {
        amount = IO_INLINE_MAX;
    }
    if (amount == 0 && !c->ch_records) {
        return KERN_SUCCESS;
    }
    /* Those who came first have drained it if they still wait. */
    if (c->ch_ring.rg_used != 0) {
        *dataCnt = channel_peek(c, data, amount, &consume);
        if ((flags & IO_PEEK) == 0) {
            ring_consume(&c->ch_ring, consume);
            channel_pump(c);
        }
        return KERN_SUCCESS;
    }
    if (e->pe_error != 0) {
        kern_return_t kr = POSIX_ERROR(e->pe_error);

        e->pe_error = 0;
        return kr;
    }
    if (channel_at_end(c) || e->pe_shut_in) {
        return KERN_SUCCESS;
    }
    if ((flags & IO_NONBLOCK) != 0 || (e->pe_flags & L_O_NONBLOCK) != 0) {
        return ERR(EAGAIN);
    }
    return channel_wait_read(c, e, reply, cookie, amount, flags)
               ? MIG_NO_REPLY : ERR(ENOMEM);
}

static kern_return_t
write_check(const struct pipe_end *e, int64_t offset, uint32_t count)
{
    const struct channel *c = e->pe_out;

    if (c == NULL) {
        return ERR(EBADF);
    }
    if (offset != IO_OFFSET_CURRENT) {
        return ERR(ESPIPE);
    }
    if (e->pe_shut_out) {
        return ERR(EPIPE);
    }
    if (c->ch_readers == 0 && (count != 0 || c->ch_records)) {
        return c->ch_datagram ? ERR(ECONNREFUSED) : ERR(EPIPE);
    }
    if (c->ch_records && count + RECORD_HEADER > c->ch_ring.rg_limit) {
        return ERR(EMSGSIZE);
    }
    return KERN_SUCCESS;
}

kern_return_t
pipe_S_io_write(server_object_ref_t object, mach_port_t reply,
                cookie_t cookie, int64_t offset, uint32_t flags,
                const uint8_t *data, mach_msg_type_number_t dataCnt,
                uint32_t *written)
{
    struct pipe_end *e = (struct pipe_end *)object;
    struct channel *c = e->pe_out;
    kern_return_t kr = write_check(e, offset, dataCnt);
    bool nonblock = (flags & IO_NONBLOCK) != 0 ||
                    (e->pe_flags & L_O_NONBLOCK) != 0;
    uint32_t count = 0;

    *written = 0;
    if (kr != KERN_SUCCESS || (dataCnt == 0 && !c->ch_records)) {
        return kr;
    }
    /* Not before those who wait. */
    if (c->ch_writes.first == NULL) {
        count = channel_accepts(c, dataCnt);
        if (dataCnt == 0 && ring_room(&c->ch_ring) < RECORD_HEADER) {
            return ERR(EAGAIN);
        }
        if (count != 0 || dataCnt == 0) {
            if (!channel_put(c, data, count)) {
                return ERR(ENOMEM);
            }
            channel_pump(c);
        }
    }
    *written = count;
    if (count == dataCnt) {
        return KERN_SUCCESS;
    }
    if (nonblock) {
        return count != 0 ? KERN_SUCCESS : ERR(EAGAIN);
    }
    if (!channel_wait_write(c, e, reply, cookie, data + count,
                            dataCnt - count, count)) {
        return count != 0 ? KERN_SUCCESS : ERR(ENOMEM);
    }
    channel_pump(c);
    return MIG_NO_REPLY;
}

kern_return_t
pipe_S_io_cancel(server_object_ref_t object, cookie_t cookie)
{
    struct pipe_end *e = (struct pipe_end *)object;

    if (e->pe_in != NULL) {
        channel_cancel(e->pe_in, e, false, cookie, ERR(EINTR));
    }
    if (e->pe_out != NULL) {
        channel_cancel(e->pe_out, e, false, cookie, ERR(EINTR));
        channel_pump(e->pe_out); /* smaller writes may go on now */
    }
    return KERN_SUCCESS;
}
