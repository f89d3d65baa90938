/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The standard streams of a job without a terminal, and their waiting
 * requests.  Writes to stdout and stderr become frames in the order in which
 * they came; when the line is slow they wait, oldest first.  What stdin's
 * reader could not be given stays at the head of the ring.
 */
#include <stdlib.h>
#include <string.h>
#include <io/io_replies.h>
#include <io_event/io_event.h>
#include "stream.h"

struct stream init_streams[3];

static struct {
    uint8_t ring[STREAM_IN];
    uint64_t in, out; /* counters */
    bool ended;
} input;

static size_t
input_there(void)
{
    return (size_t)(input.in - input.out);
}

size_t
init_stdin_room(void)
{
    return STREAM_IN - input_there();
}

void
init_stdin_put(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        input.ring[input.in++ % STREAM_IN] = data[i];
    }
}

void
init_stdin_end(void)
{
    input.ended = true;
}

uint32_t
init_stream_ready(const struct stream *s)
{
    uint32_t ready = 0;

    if (s->kind != STREAM_STDIN) {
        return init_channel_room() >= 4096 ? L_POLLOUT | L_POLLWRNORM : 0;
    }
    if (input_there() > 0) {
        ready |= L_POLLIN | L_POLLRDNORM;
    }
    if (input.ended) {
        ready |= L_POLLHUP;
    }
    return ready;
}

void
init_streams_setup(void)
{
    for (int i = 0; i < 3; i++) {
        server_object_init(&init_streams[i].object, &init_stream_class);
        init_streams[i].kind = (enum stream_kind)i;
        init_streams[i].flags = i == STREAM_STDIN ? L_O_RDONLY : L_O_WRONLY;
    }
}

mach_port_t
init_stream_right(unsigned which)
{
    mach_port_t port = server_object_to_port(&init_streams[which]);

    return port != MACH_PORT_NULL &&
                   mach_port_insert_right_trap(port, port,
                                               MACH_MSG_TYPE_MAKE_SEND) ==
                       KERN_SUCCESS
               ? port
               : MACH_PORT_NULL;
}

/* ---- requests ----------------------------------------------------------- */

/* stdout's and stderr's writes wait in one queue: their order is kept. */
static struct stream_request *reads, *writes;

bool
init_stream_can_read(void)
{
    return reads == NULL && (input_there() > 0 || input.ended);
}

bool
init_stream_writes_wait(void)
{
    return writes != NULL;
}

bool
init_stream_answer_read(mach_port_t reply, uint32_t amount)
{
    static uint8_t data[IO_INLINE_MAX];
    size_t n = input_there() < amount ? input_there() : amount;

    n = n < sizeof(data) ? n : sizeof(data);
    for (size_t i = 0; i < n; i++) {
        data[i] = input.ring[(input.out + i) % STREAM_IN];
    }
    if (io_read_reply(reply, KERN_SUCCESS, data,
                      (mach_msg_type_number_t)n) != KERN_SUCCESS) {
        mach_port_deallocate_trap(reply);
        return false;
    }
    input.out += n;
    return true;
}

uint32_t
init_stream_write_now(const struct stream *s, const uint8_t *data,
                      uint32_t size)
{
    char type = s->kind == STREAM_STDOUT ? FRAME_STDOUT : FRAME_STDERR;
    size_t room = init_channel_room();
    uint32_t n = size < room ? size : (uint32_t)room;

    if (n > 0) {
        init_channel_send(type, data, n);
    }
    return n;
}

bool
init_stream_queue(struct stream *s, mach_port_t reply, uint64_t cookie,
             const uint8_t *data, uint32_t size)
{
    struct stream_request **at = data == NULL ? &reads : &writes;
    struct stream_request *r = malloc(sizeof(*r) + (data == NULL ? 0 : size));

    reply = r != NULL ? server_reply_later(reply, s, cookie) : MACH_PORT_NULL;
    if (reply == MACH_PORT_NULL) {
        free(r);
        return false;
    }
    *r = (struct stream_request){.stream = s, .reply = reply,
                                 .cookie = cookie, .size = size};
    if (data != NULL) {
        memcpy(r->data, data, size);
    }
    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = r;
    return true;
}

static void
answer_write(struct stream_request *r, kern_return_t code)
{
    if (io_write_reply(r->reply, code, r->done) != KERN_SUCCESS) {
        mach_port_deallocate_trap(r->reply);
    }
    free(r);
}

void
init_stream_cancel(struct stream *s, uint64_t cookie)
{
    struct stream_request **at = s->kind == STREAM_STDIN ? &reads : &writes;

    while (*at != NULL && ((*at)->stream != s || (*at)->cookie != cookie)) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        struct stream_request *r = *at;

        *at = r->next;
        if (s->kind != STREAM_STDIN) {
            answer_write(r, r->done > 0 ? KERN_SUCCESS
                                        : POSIX_ERROR(L_EINTR));
            return;
        }
        if (io_read_reply(r->reply, POSIX_ERROR(L_EINTR), NULL, 0) !=
            KERN_SUCCESS) {
            mach_port_deallocate_trap(r->reply);
        }
        free(r);
    }
}

static void
pump_reads(void)
{
    while (reads != NULL && (input_there() > 0 || input.ended)) {
        struct stream_request *r = reads;

        reads = r->next;
        init_stream_answer_read(r->reply, r->size);
        free(r);
    }
}

static void
pump_writes(void)
{
    while (writes != NULL) {
        struct stream_request *r = writes;

        r->done += init_stream_write_now(r->stream, r->data + r->done,
                                    r->size - r->done);
        if (r->done < r->size) {
            return;
        }
        writes = r->next;
        answer_write(r, KERN_SUCCESS);
    }
}

/* ---- watches ------------------------------------------------------------ */

static void
watch_free(struct stream *s, struct stream_watch *w)
{
    s->watch_count--;
    mach_port_deallocate_trap(w->port);
    free(w);
}

static void
check_watches(struct stream *s)
{
    struct stream_watch **at = &s->watches;

    while (*at != NULL) {
        struct stream_watch *w = *at;
        uint32_t ready = init_stream_ready(s) &
                         (w->events | L_POLLHUP | L_POLLERR);

        if (ready == 0) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        io_ready(w->port, w->cookie, ready);
        watch_free(s, w);
    }
}

void
init_stream_drop_watches(struct stream *s)
{
    while (s->watches != NULL) {
        struct stream_watch *w = s->watches;

        s->watches = w->next;
        watch_free(s, w);
    }
}

void
init_streams_pump(void)
{
    pump_reads();
    pump_writes();
    init_channel_receive();
    for (int i = 0; i < 3; i++) {
        check_watches(&init_streams[i]);
    }
}
