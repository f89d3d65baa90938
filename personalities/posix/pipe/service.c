/* SPDX-License-Identifier: BSD-2-Clause */
/* The component: making pipes and socket pairs, finding objects. */
#include <stdlib.h>

#include <pipe/pipe_S_pipe_server.h>

#include "pipe/internal.h"

static const struct mig_subsystem *const service_interfaces[] = {
    &pipe_S_pipe_subsystem, NULL
};
const struct server_class pipe_service_class = {
    .sc_name = "pipe service",
    .sc_subsystems = service_interfaces,
};

static struct pipe_service service;

struct server_object *
pipe_start(void)
{
    server_object_init(&service.ps_object, &pipe_service_class);
    return &service.ps_object;
}

pipe_service_ref_t
pipe_service_from_port(mach_port_t name)
{
    return server_object_lookup(name, &pipe_service_class);
}

pipe_service_ref_t
pipe_service_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, &pipe_service_class);
}

pipe_fifo_ref_t
pipe_fifo_from_port(mach_port_t name)
{
    return server_object_lookup(name, &pipe_fifo_class);
}

pipe_fifo_ref_t
pipe_fifo_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, &pipe_fifo_class);
}

pipe_end_ref_t
pipe_end_from_port(mach_port_t name)
{
    return server_object_lookup(name, &pipe_end_class);
}

pipe_end_ref_t
pipe_end_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, &pipe_end_class);
}

/* Both ends as rights for the reply; consumes the ends (which may be NULL). */
static kern_return_t
give_ends(struct pipe_end *a, struct pipe_end *b, mach_port_t *pa,
          mach_port_t *pb)
{
    *pa = *pb = MACH_PORT_NULL;
    if (a == NULL || b == NULL ||
        server_object_to_port(a) == MACH_PORT_NULL ||
        server_object_to_port(b) == MACH_PORT_NULL) {
        if (a != NULL) {
            server_object_unsent(a);
            server_object_release(a);
        }
        if (b != NULL) {
            server_object_unsent(b);
            server_object_release(b);
        }
        return ERR(ENFILE);
    }
    *pa = server_object_give_port(a);
    *pb = server_object_give_port(b);
    return KERN_SUCCESS;
}

kern_return_t
pipe_S_pipe_create(pipe_service_ref_t s, uint32_t flags, mach_port_t *reader,
                   mach_port_t *writer)
{
    struct channel *c;
    struct pipe_end *r, *w;

    (void)s;
    if ((flags & ~(L_O_NONBLOCK | L_O_DIRECT)) != 0) {
        return ERR(EINVAL);
    }
    c = channel_create(PIPE_LIMIT, (flags & L_O_DIRECT) != 0);
    if (c == NULL) {
        return ERR(ENOMEM);
    }
    c->ch_refs++;
    r = end_create(c, NULL, flags, 0);
    w = end_create(NULL, c, flags | L_O_WRONLY, 0);
    return give_ends(r, w, reader, writer);
}

kern_return_t
pipe_S_pipe_socketpair(pipe_service_ref_t s, uint32_t type, mach_port_t *a,
                       mach_port_t *b)
{
    uint32_t kind = type & 0xf;
    bool records = kind != L_SOCK_STREAM;
    struct channel *c, *d;
    struct pipe_end *x, *y;
    uint32_t flags = (type & L_SOCK_NONBLOCK) | L_O_RDWR;

    (void)s;
    if (kind != L_SOCK_STREAM && kind != L_SOCK_DGRAM &&
        kind != L_SOCK_SEQPACKET) {
        return ERR(EPROTONOSUPPORT);
    }
    c = channel_create(SOCKET_LIMIT, records);
    d = channel_create(SOCKET_LIMIT, records);
    if (c == NULL || d == NULL) {
        if (c != NULL) {
            channel_release(c);
        }
        if (d != NULL) {
            channel_release(d);
        }
        return ERR(ENOMEM);
    }
    c->ch_datagram = d->ch_datagram = kind == L_SOCK_DGRAM;
    c->ch_refs++;
    d->ch_refs++;
    x = end_create(c, d, flags, kind);
    y = end_create(d, c, flags, kind);
    return give_ends(x, y, a, b);
}

kern_return_t
pipe_S_pipe_shutdown(pipe_end_ref_t e, int how)
{
    if (e->pe_socket == 0) {
        return ERR(ENOTSOCK);
    }
    if (how != L_SHUT_RD && how != L_SHUT_WR && how != L_SHUT_RDWR) {
        return ERR(EINVAL);
    }
    if (how != L_SHUT_WR) {
        end_detach_in(e);
    }
    if (how != L_SHUT_RD) {
        end_detach_out(e);
    }
    channel_pump(e->pe_in);
    channel_pump(e->pe_out);
    return KERN_SUCCESS;
}
