/* SPDX-License-Identifier: BSD-2-Clause */
/* Channels: who waits, and serving them.  See internal.h. */
#include <stdlib.h>
#include <string.h>

#include <io/io_replies.h>
#include <mach/mach.h>

#include "pipe/internal.h"

static void
queue_init(struct waiter_queue *q)
{
    q->first = NULL;
    q->last = &q->first;
    q->count = 0;
}

static void
queue_add(struct waiter_queue *q, struct io_waiter *w)
{
    w->iw_next = NULL;
    *q->last = w;
    q->last = &w->iw_next;
    q->count++;
}

static void
queue_remove(struct waiter_queue *q, struct io_waiter **link)
{
    struct io_waiter *w = *link;

    *link = w->iw_next;
    if (*link == NULL) {
        q->last = link;
    }
    q->count--;
}

struct channel *
channel_create(uint32_t limit, bool records)
{
    struct channel *c = calloc(1, sizeof(*c));

    if (c != NULL) {
        c->ch_refs = 1;
        c->ch_ring.rg_limit = limit;
        c->ch_records = records;
        queue_init(&c->ch_reads);
        queue_init(&c->ch_writes);
    }
    return c;
}

void
channel_release(struct channel *c)
{
    if (--c->ch_refs == 0) {
        ring_free(&c->ch_ring);
        free(c);
    }
}

bool
channel_at_end(const struct channel *c)
{
    return c->ch_writers == 0 && !c->ch_datagram;
}

uint32_t
channel_peek(const struct channel *c, uint8_t *data, uint32_t amount,
             uint32_t *consume)
{
    uint32_t count = c->ch_ring.rg_used, header = 0;

    if (c->ch_records) {
        ring_peek(&c->ch_ring, 0, &count, RECORD_HEADER);
        header = RECORD_HEADER;
        *consume = header + count;
    }
    if (amount > count) {
        amount = count;
    }
    if (!c->ch_records) {
        *consume = amount;
    }
    ring_peek(&c->ch_ring, header, data, amount);
    return amount;
}

uint32_t
channel_accepts(const struct channel *c, uint32_t count)
{
    uint32_t room = ring_room(&c->ch_ring);

    if (c->ch_records) {
        return count + RECORD_HEADER <= room ? count : 0;
    }
    if (count <= PIPE_ATOMIC) {
        return count <= room ? count : 0;
    }
    return count <= room ? count : room;
}

bool
channel_put(struct channel *c, const uint8_t *data, uint32_t count)
{
    if (!ring_reserve(&c->ch_ring,
                      count + (c->ch_records ? RECORD_HEADER : 0))) {
        return false;
    }
    if (c->ch_records) {
        ring_put(&c->ch_ring, &count, RECORD_HEADER);
    }
    ring_put(&c->ch_ring, data, count);
    return true;
}

/* Who waits, and how to answer.  False: no room for that. */
static bool
keep_reply(struct io_waiter *w, struct pipe_end *e, mach_port_t reply,
           cookie_t cookie)
{
    w->iw_end = e;
    w->iw_cookie = cookie;
    w->iw_reply = server_reply_later(reply, e, cookie);
    return w->iw_reply != MACH_PORT_NULL;
}

bool
channel_wait_read(struct channel *c, struct pipe_end *e, mach_port_t reply,
                  cookie_t cookie, uint32_t amount, uint32_t flags)
{
    struct io_waiter *w;

    if (c->ch_reads.count >= WAITERS_MAX) {
        return false;
    }
    w = calloc(1, sizeof(*w));
    if (w == NULL || !keep_reply(w, e, reply, cookie)) {
        free(w);
        return false;
    }
    w->iw_amount = amount;
    w->iw_flags = flags;
    queue_add(&c->ch_reads, w);
    return true;
}

bool
channel_wait_write(struct channel *c, struct pipe_end *e, mach_port_t reply,
                   cookie_t cookie, const uint8_t *data, uint32_t amount,
                   uint32_t done)
{
    struct io_waiter *w;

    if (c->ch_writes.count >= WAITERS_MAX) {
        return false;
    }
    w = malloc(sizeof(*w) + amount);
    if (w != NULL) {
        memset(w, 0, sizeof(*w));
    }
    if (w == NULL || !keep_reply(w, e, reply, cookie)) {
        free(w);
        return false;
    }
    w->iw_amount = amount;
    w->iw_done = done;
    memcpy(w->iw_data, data, amount);
    queue_add(&c->ch_writes, w);
    return true;
}

/* The answer; a right that couldn't be used is dropped. */
static bool
answer_read(struct io_waiter *w, kern_return_t code, const uint8_t *data,
            uint32_t count)
{
    if (io_read_reply(w->iw_reply, code, data, count) == KERN_SUCCESS) {
        return true;
    }
    (void)mach_port_deallocate_trap(w->iw_reply);
    return false;
}

/* What has gone in stays in, as for a write that was interrupted. */
static void
answer_write(struct io_waiter *w, kern_return_t code)
{
    if (w->iw_done != 0) {
        code = KERN_SUCCESS;
    }
    if (io_write_reply(w->iw_reply, code, w->iw_done) != KERN_SUCCESS) {
        (void)mach_port_deallocate_trap(w->iw_reply);
    }
}

/* false: nothing to be done for those who read. */
static bool
serve_reader(struct channel *c)
{
    static uint8_t buffer[IO_INLINE_MAX];
    struct io_waiter *w = c->ch_reads.first;
    uint32_t consume = 0, count;

    if (w == NULL) {
        return false;
    }
    if (c->ch_ring.rg_used != 0) {
        count = channel_peek(c, buffer, w->iw_amount, &consume);
        if (answer_read(w, KERN_SUCCESS, buffer, count) &&
            (w->iw_flags & IO_PEEK) == 0) {
            ring_consume(&c->ch_ring, consume);
        }
    } else if (w->iw_end->pe_error != 0) {
        (void)answer_read(w, POSIX_ERROR(w->iw_end->pe_error), NULL, 0);
        w->iw_end->pe_error = 0;
    } else if (channel_at_end(c)) {
        (void)answer_read(w, KERN_SUCCESS, NULL, 0);
    } else {
        return false;
    }
    queue_remove(&c->ch_reads, &c->ch_reads.first);
    free(w);
    return true;
}

static bool
serve_writer(struct channel *c)
{
    struct io_waiter *w = c->ch_writes.first;
    uint32_t count;

    if (w == NULL) {
        return false;
    }
    if (c->ch_readers == 0) {
        answer_write(w, c->ch_datagram ? ERR(ECONNREFUSED) : ERR(EPIPE));
    } else {
        /* What is left of a large write need not be atomic. */
        uint32_t room = ring_room(&c->ch_ring);

        count = w->iw_done == 0 ? channel_accepts(c, w->iw_amount) :
                w->iw_amount < room ? w->iw_amount : room;
        if (count == 0) {
            return false;
        }
        if (!channel_put(c, w->iw_data + w->iw_at, count)) {
            answer_write(w, ERR(ENOMEM));
        } else {
            w->iw_done += count;
            w->iw_at += count;
            w->iw_amount -= count;
            if (w->iw_amount != 0) {
                return true;
            }
            answer_write(w, KERN_SUCCESS);
        }
    }
    queue_remove(&c->ch_writes, &c->ch_writes.first);
    free(w);
    return true;
}

void
channel_pump(struct channel *c)
{
    struct pipe_end *e;

    while (serve_reader(c) || serve_writer(c)) {
    }
    for (e = c->ch_reader_ends; e != NULL; e = e->pe_in_next) {
        end_notify(e);
    }
    for (e = c->ch_writer_ends; e != NULL; e = e->pe_out_next) {
        end_notify(e);
    }
}

void
channel_cancel(struct channel *c, const struct pipe_end *e, bool any,
               cookie_t cookie, kern_return_t code)
{
    struct io_waiter **link, *w;

    for (link = &c->ch_reads.first; (w = *link) != NULL;) {
        if (w->iw_end == e && (any || w->iw_cookie == cookie)) {
            queue_remove(&c->ch_reads, link);
            (void)answer_read(w, code, NULL, 0);
            free(w);
        } else {
            link = &w->iw_next;
        }
    }
    for (link = &c->ch_writes.first; (w = *link) != NULL;) {
        if (w->iw_end == e && (any || w->iw_cookie == cookie)) {
            queue_remove(&c->ch_writes, link);
            answer_write(w, code);
            free(w);
        } else {
            link = &w->iw_next;
        }
    }
}
