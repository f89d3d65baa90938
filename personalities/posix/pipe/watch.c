/* SPDX-License-Identifier: BSD-2-Clause */
/* Who wants to know when an end becomes ready: io_watch and io_unwatch. */
#include <stdlib.h>

#include <io/pipe_S_io_server.h>
#include <io_event/io_event.h>
#include <mach/mach.h>
#include <mach/mig_take.h>

#include "pipe/internal.h"

#define ALWAYS (L_POLLERR | L_POLLHUP | L_POLLNVAL)

static uint32_t
ready_in(const struct pipe_end *e)
{
    const struct channel *c = e->pe_in;
    uint32_t ready = 0;

    if (c->ch_ring.rg_used != 0) {
        ready |= L_POLLIN | L_POLLRDNORM;
    }
    if (e->pe_shut_in || channel_at_end(c)) {
        if (e->pe_socket != 0) {
            ready |= L_POLLIN | L_POLLRDNORM | L_POLLRDHUP;
        } else if (c->ch_writer_opens != e->pe_writer_seen) {
            ready |= L_POLLHUP;
        }
    }
    return ready;
}

static uint32_t
ready_out(const struct pipe_end *e)
{
    const struct channel *c = e->pe_out;
    bool broken = e->pe_shut_out || c->ch_readers == 0;
    uint32_t ready = 0;

    if (broken && e->pe_socket == 0) {
        ready |= L_POLLERR;
    }
    if (broken || ring_room(&c->ch_ring) >= PIPE_ATOMIC) {
        ready |= L_POLLOUT | L_POLLWRNORM;
    }
    return ready;
}

uint32_t
end_ready(const struct pipe_end *e)
{
    uint32_t ready = 0;

    if (e->pe_in != NULL) {
        ready |= ready_in(e);
    }
    if (e->pe_out != NULL) {
        ready |= ready_out(e);
    }
    if (e->pe_socket != 0 && (e->pe_shut_in || channel_at_end(e->pe_in)) &&
        (e->pe_shut_out || e->pe_out->ch_readers == 0)) {
        ready |= L_POLLHUP;
    }
    if (e->pe_error != 0) {
        ready |= L_POLLERR;
    }
    return ready;
}

static void
watch_free(struct pipe_end *e, struct watch **link)
{
    struct watch *w = *link;

    *link = w->wt_next;
    e->pe_watch_count--;
    (void)mach_port_deallocate_trap(w->wt_port);
    free(w);
}

void
end_notify(struct pipe_end *e)
{
    struct watch **link = &e->pe_watches;
    uint32_t ready;

    if (e->pe_watches == NULL) {
        return;
    }
    ready = end_ready(e);
    while (*link != NULL) {
        struct watch *w = *link;
        uint32_t events = ready & (w->wt_events | ALWAYS);

        if (events == 0) {
            link = &w->wt_next;
            continue;
        }
        (void)io_ready(w->wt_port, w->wt_cookie, events);
        watch_free(e, link);
    }
}

void
end_drop_watches(struct pipe_end *e)
{
    while (e->pe_watches != NULL) {
        watch_free(e, &e->pe_watches);
    }
}

kern_return_t
pipe_S_io_watch(server_object_ref_t object, uint32_t events, mach_port_t port,
                cookie_t cookie, uint32_t *ready)
{
    struct pipe_end *e = (struct pipe_end *)object;
    struct watch *w;

    *ready = end_ready(e) & (events | ALWAYS);
    if (*ready != 0 || port == MACH_PORT_NULL || port == MACH_PORT_DEAD) {
        return KERN_SUCCESS;
    }
    if (e->pe_watch_count >= WAITERS_MAX) {
        return ERR(ENOBUFS);
    }
    w = malloc(sizeof(*w));
    if (w == NULL) {
        return ERR(ENOMEM);
    }
    w->wt_port = mig_take_port(port);
    w->wt_cookie = cookie;
    w->wt_events = events;
    w->wt_next = e->pe_watches;
    e->pe_watches = w;
    e->pe_watch_count++;
    return KERN_SUCCESS;
}

kern_return_t
pipe_S_io_unwatch(server_object_ref_t object, cookie_t cookie)
{
    struct pipe_end *e = (struct pipe_end *)object;
    struct watch **link = &e->pe_watches;

    while (*link != NULL) {
        if ((*link)->wt_cookie == cookie) {
            watch_free(e, link);
        } else {
            link = &(*link)->wt_next;
        }
    }
    return KERN_SUCCESS;
}
