/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FIFOs: the channel of a node, and who waits for the other end to be opened.
 *
 * A pipe_fifo object is a ticket to the FIFO: it says in which ways its
 * holder may open it.  An open that waits has its end already, so that
 * whoever comes from the other side finds it.
 */
#include <stdlib.h>

#include <mach/mach.h>
#include <pipe/pipe_S_pipe_server.h>
#include <pipe/pipe_replies.h>

#include "pipe/internal.h"

struct open_waiter {
    struct open_waiter *ow_next;
    struct pipe_end *ow_end;     /* +1 */
    struct pipe_fifo *ow_ticket; /* borrowed */
    mach_port_t ow_reply;
    cookie_t ow_cookie;
    uint64_t ow_opens;           /* of the other side, when it came */
};

struct fifo_core {
    uint32_t fc_refs; /* tickets */
    struct channel *fc_channel;
    struct open_waiter *fc_waiters;
};

struct pipe_fifo {
    struct server_object pf_object;
    struct fifo_core *pf_core; /* +1 */
    uint32_t pf_access;        /* bit 0: reading, bit 1: writing */
};

static void
open_answer(struct open_waiter *w, kern_return_t code)
{
    mach_port_t port = MACH_PORT_NULL;
    kern_return_t kr;

    if (code == KERN_SUCCESS) {
        port = server_object_to_port(w->ow_end);
    }
    kr = pipe_fifo_open_reply(w->ow_reply, code, port);
    if (kr != KERN_SUCCESS) {
        (void)mach_port_deallocate_trap(w->ow_reply);
        if (port != MACH_PORT_NULL) {
            server_object_unsent(w->ow_end);
        }
    }
    server_object_release(w->ow_end);
    free(w);
}

static struct open_waiter *
waiter_unlink(struct open_waiter **link)
{
    struct open_waiter *w = *link;

    *link = w->ow_next;
    return w;
}

static bool
other_side_came(const struct open_waiter *w)
{
    const struct pipe_end *e = w->ow_end;

    return e->pe_in != NULL ? e->pe_in->ch_writer_opens != w->ow_opens
                            : e->pe_out->ch_reader_opens != w->ow_opens;
}

static void
fifo_retry(struct fifo_core *core)
{
    struct open_waiter **link = &core->fc_waiters;

    core->fc_refs++;
    while (*link != NULL) {
        if (other_side_came(*link)) {
            open_answer(waiter_unlink(link), KERN_SUCCESS);
            link = &core->fc_waiters;
        } else {
            link = &(*link)->ow_next;
        }
    }
    core->fc_refs--;
}

static void
fifo_destroy(struct server_object *o)
{
    struct pipe_fifo *f = (struct pipe_fifo *)o;
    struct fifo_core *core = f->pf_core;
    struct open_waiter **link = &core->fc_waiters;

    while (*link != NULL) {
        if ((*link)->ow_ticket == f) {
            open_answer(waiter_unlink(link), ERR(EINTR));
            link = &core->fc_waiters;
        } else {
            link = &(*link)->ow_next;
        }
    }
    if (--core->fc_refs == 0) {
        channel_release(core->fc_channel);
        free(core);
    }
    free(f);
}

static const struct mig_subsystem *const fifo_interfaces[] = {
    &pipe_S_pipe_subsystem, NULL
};
static kern_return_t
cancel_open(struct server_object *o, uint64_t cookie)
{
    return pipe_S_pipe_fifo_cancel((pipe_fifo_ref_t)o, cookie);
}

const struct server_class pipe_fifo_class = {
    .sc_name = "pipe fifo",
    .sc_subsystems = fifo_interfaces,
    .sc_destroy = fifo_destroy,
    .sc_cancel = cancel_open,
};

static kern_return_t
ticket_create(struct fifo_core *core, uint32_t access, pipe_fifo_ref_t *fifo)
{
    struct pipe_fifo *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        return ERR(ENOMEM);
    }
    server_object_init(&f->pf_object, &pipe_fifo_class);
    f->pf_core = core;
    core->fc_refs++;
    f->pf_access = access;
    *fifo = f;
    return KERN_SUCCESS;
}

kern_return_t
pipe_S_pipe_fifo_create(pipe_service_ref_t service, pipe_fifo_ref_t *fifo)
{
    struct fifo_core *core = calloc(1, sizeof(*core));
    kern_return_t kr = ERR(ENOMEM);

    (void)service;
    if (core != NULL) {
        core->fc_channel = channel_create(PIPE_LIMIT, false);
        if (core->fc_channel != NULL) {
            kr = ticket_create(core, 3, fifo);
            if (kr != KERN_SUCCESS) {
                channel_release(core->fc_channel);
            }
        }
        if (kr != KERN_SUCCESS) {
            free(core);
        }
    }
    return kr;
}

kern_return_t
pipe_S_pipe_fifo_restrict(pipe_fifo_ref_t fifo, uint32_t access,
                          pipe_fifo_ref_t *restricted)
{
    return ticket_create(fifo->pf_core, fifo->pf_access & access,
                         restricted);
}

/* The end for these flags: NULL when there is no memory. */
static struct pipe_end *
fifo_end(struct channel *c, uint32_t flags)
{
    uint32_t mode = flags & L_O_ACCMODE;
    bool in = mode != L_O_WRONLY, out = mode != L_O_RDONLY;

    c->ch_refs += (uint32_t)in + (uint32_t)out;
    return end_create(in ? c : NULL, out ? c : NULL,
                      flags & (L_O_NONBLOCK | L_O_APPEND), 0);
}

static kern_return_t
fifo_open_check(const struct pipe_fifo *f, uint32_t flags)
{
    uint32_t mode = flags & L_O_ACCMODE;
    uint32_t wanted = mode == L_O_RDONLY ? 1 : mode == L_O_WRONLY ? 2 : 3;

    if ((wanted & ~f->pf_access) != 0) {
        return ERR(EACCES);
    }
    if (mode == L_O_WRONLY && (flags & L_O_NONBLOCK) != 0 &&
        f->pf_core->fc_channel->ch_readers == 0) {
        return ERR(ENXIO);
    }
    return KERN_SUCCESS;
}

kern_return_t
pipe_S_pipe_fifo_open(pipe_fifo_ref_t fifo, mach_port_t reply,
                      cookie_t cookie, uint32_t flags, mach_port_t *object)
{
    struct fifo_core *core = fifo->pf_core;
    struct channel *c = core->fc_channel;
    uint32_t mode = flags & L_O_ACCMODE;
    kern_return_t kr = fifo_open_check(fifo, flags);
    struct open_waiter *w;
    struct pipe_end *e;
    bool alone;

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    e = fifo_end(c, flags);
    if (e == NULL) {
        return ERR(ENOMEM);
    }
    alone = (mode == L_O_RDONLY && c->ch_writers == 0) ||
            (mode == L_O_WRONLY && c->ch_readers == 0);
    if (!alone || (flags & L_O_NONBLOCK) != 0) {
        fifo_retry(core);
        *object = server_object_give_port(e);
        return *object != MACH_PORT_NULL ? KERN_SUCCESS : ERR(ENFILE);
    }
    w = calloc(1, sizeof(*w));
    if (w != NULL) {
        w->ow_reply = server_reply_later(reply, fifo, cookie);
    }
    if (w == NULL || w->ow_reply == MACH_PORT_NULL) {
        free(w);
        server_object_release(e);
        return ERR(ENOMEM);
    }
    w->ow_end = e;
    w->ow_ticket = fifo;
    w->ow_cookie = cookie;
    w->ow_opens = mode == L_O_RDONLY ? c->ch_writer_opens
                                     : c->ch_reader_opens;
    w->ow_next = core->fc_waiters;
    core->fc_waiters = w;
    return MIG_NO_REPLY;
}

kern_return_t
pipe_S_pipe_fifo_cancel(pipe_fifo_ref_t fifo, cookie_t cookie)
{
    struct open_waiter **link = &fifo->pf_core->fc_waiters;

    for (; *link != NULL; link = &(*link)->ow_next) {
        if ((*link)->ow_cookie == cookie && (*link)->ow_ticket == fifo) {
            open_answer(waiter_unlink(link), ERR(EINTR));
            break;
        }
    }
    return KERN_SUCCESS;
}
