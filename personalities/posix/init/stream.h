/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The standard streams of a job without a terminal: what stream.c (their
 * contents and waiting requests) and stream_io.c (io.defs) share.
 */
#ifndef INIT_STREAM_H
#define INIT_STREAM_H

#include "internal.h"

#define L_POLLIN 0x001u
#define L_POLLOUT 0x004u
#define L_POLLERR 0x008u
#define L_POLLHUP 0x010u
#define L_POLLRDNORM 0x040u
#define L_POLLWRNORM 0x100u

#define L_O_ACCMODE 3u
#define L_O_RDONLY 0u
#define L_O_WRONLY 1u
#define L_O_APPEND 02000u
#define L_O_NONBLOCK 04000u
#define L_O_ASYNC 020000u

enum stream_kind { STREAM_STDIN, STREAM_STDOUT, STREAM_STDERR };

struct stream_watch {
    struct stream_watch *next;
    mach_port_t port; /* a send right */
    uint64_t cookie;
    uint32_t events;
};

/* An open-file object: it looks like one end of a FIFO. */
struct stream {
    struct server_object object;
    enum stream_kind kind;
    uint32_t flags;
    struct stream_watch *watches;
    unsigned watch_count;
};

/* A read of stdin, or a write, that waits. */
struct stream_request {
    struct stream_request *next;
    struct stream *stream;
    mach_port_t reply; /* a send-once right */
    uint64_t cookie;
    uint32_t size, done;
    uint8_t data[];    /* of a write */
};

extern struct stream init_streams[3];
extern const struct server_class init_stream_class; /* stream_io.c */

/* POLL* bits. */
uint32_t init_stream_ready(const struct stream *s);
/* Is there input, or its end, for a read that is not behind another one? */
bool init_stream_can_read(void);
/* Are other writes waiting? */
bool init_stream_writes_wait(void);
/* Answers a read; false: its client is gone and nothing was consumed. */
bool init_stream_answer_read(mach_port_t reply, uint32_t amount);
/* Sends what there is room for. */
uint32_t init_stream_write_now(const struct stream *s, const uint8_t *data,
                          uint32_t size);
/* Queues a read (data NULL) or a write; false: no memory. */
bool init_stream_queue(struct stream *s, mach_port_t reply, uint64_t cookie,
                  const uint8_t *data, uint32_t size);
void init_stream_cancel(struct stream *s, uint64_t cookie);
void init_stream_drop_watches(struct stream *s);

#endif
