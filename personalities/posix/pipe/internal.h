/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Channels and ends.
 *
 * A channel carries bytes (or records) one way.  An end is an open file
 * description: a pipe's reader has ch_in, its writer ch_out, a FIFO opened for both has the same
 * channel twice, a socket has two.
 *
 * A channel has end of file when ch_writers is 0, and is broken when
 * ch_readers is 0.  Who waits stands in one of its two queues; what
 * a reader gets is taken out only when its answer has been sent, so that a reply
 * that can't be delivered loses nothing.
 */
#ifndef PIPE_INTERNAL_H
#define PIPE_INTERNAL_H

#include <server/object.h>

#include "common/linux.h"
#include "pipe/objects.h"
#include "pipe/ring.h"

#define PIPE_ATOMIC 4096u     /* PIPE_BUF */
#define PIPE_LIMIT 65536u     /* by default */
#define PIPE_LIMIT_MAX (1u << 20)
#define SOCKET_LIMIT (1u << 17)
#define WAITERS_MAX 1024u     /* of one channel; watches of one end */

struct io_waiter {
    struct io_waiter *iw_next;
    struct pipe_end *iw_end;  /* borrowed: it answers its own before it goes */
    mach_port_t iw_reply;
    cookie_t iw_cookie;
    uint32_t iw_amount;       /* of a read, or of what is left of a write */
    uint32_t iw_flags;
    uint32_t iw_done;         /* of a write, in all */
    uint32_t iw_at;           /* bytes of iw_data that have gone in */
    uint8_t iw_data[];        /* of a write */
};

struct waiter_queue {
    struct io_waiter *first, **last;
    uint32_t count;
};

struct channel {
    uint32_t ch_refs;
    struct ring ch_ring;
    bool ch_records;
    bool ch_datagram;         /* no end of file */
    uint32_t ch_readers, ch_writers;
    uint64_t ch_reader_opens, ch_writer_opens; /* ever */
    struct waiter_queue ch_reads, ch_writes;
    struct pipe_end *ch_reader_ends, *ch_writer_ends;
};

struct watch {
    struct watch *wt_next;
    mach_port_t wt_port;      /* a send right */
    cookie_t wt_cookie;
    uint32_t wt_events;
};

struct pipe_end {
    struct server_object pe_object;
    struct channel *pe_in, *pe_out;     /* +1 each; NULL: not that way */
    struct pipe_end *pe_in_next, *pe_out_next; /* of the channels' lists */
    uint32_t pe_flags;                  /* O_NONBLOCK and the like */
    uint32_t pe_socket;                 /* L_SOCK_*, or 0 */
    int pe_error;                       /* ECONNRESET once */
    bool pe_shut_in, pe_shut_out;
    uint64_t pe_writer_seen;            /* ch_writer_opens at open */
    uint64_t pe_ino;
    int64_t pe_time;
    struct watch *pe_watches;
    uint32_t pe_watch_count;
};

struct pipe_service {
    struct server_object ps_object;
};

extern const struct server_class pipe_end_class, pipe_fifo_class;
extern const struct server_class pipe_service_class;

/* channel.c */
struct channel *channel_create(uint32_t limit, bool records);
void channel_release(struct channel *c);
/* Serves those who wait as far as possible, then tells the watchers. */
void channel_pump(struct channel *c);
bool channel_at_end(const struct channel *c);
/* Queue a request; false: no memory, or too many. */
bool channel_wait_read(struct channel *c, struct pipe_end *e,
                       mach_port_t reply, cookie_t cookie, uint32_t amount,
                       uint32_t flags);
bool channel_wait_write(struct channel *c, struct pipe_end *e,
                        mach_port_t reply, cookie_t cookie,
                        const uint8_t *data, uint32_t amount, uint32_t done);
/* Bytes for a reader that asks for amount, copied but not consumed. *consume: what they take up. */
uint32_t channel_peek(const struct channel *c, uint8_t *data,
                      uint32_t amount, uint32_t *consume);
/* How many of count bytes can go in now (all or nothing where it must). */
uint32_t channel_accepts(const struct channel *c, uint32_t count);
/* Those bytes; false: no memory. */
bool channel_put(struct channel *c, const uint8_t *data, uint32_t count);
/* Answer the request of this end with this cookie (or all, with any). */
void channel_cancel(struct channel *c, const struct pipe_end *e, bool any,
                    cookie_t cookie, kern_return_t code);

/* end.c */
/* +1 for the caller; takes over a reference to each channel in any case. */
struct pipe_end *end_create(struct channel *in, struct channel *out,
                            uint32_t flags, uint32_t socket);
void end_detach_in(struct pipe_end *e);
void end_detach_out(struct pipe_end *e);
uint32_t end_ready(const struct pipe_end *e);

/* watch.c */
void end_notify(struct pipe_end *e);
void end_drop_watches(struct pipe_end *e);

#endif
