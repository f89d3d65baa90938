/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libserver, the kernel and the clients, as far as the components notice.
 * The name of an object's port is its place in a table.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mach/mach.h>
#include <mach/mig_take.h>
#include <posix/posix.h>

#include "fakes.h"
#include "tap.h"

#define OBJECTS 4096

static struct server_object *objects[OBJECTS];
int fake_objects;
struct fake_answer fake_answers[FAKE_REPLIES];
bool fake_replies_fail;
unsigned fake_ready_count;
uint64_t fake_ready_cookie;
uint32_t fake_ready_events;
static int points, failures;

void
tap_point(bool ok, const char *what, const char *file, int line)
{
    points++;
    failures += !ok;
    printf("%sok %d - %s (%s:%d)\n", ok ? "" : "not ", points, what,
           strrchr(file, '/') != NULL ? strrchr(file, '/') + 1 : file, line);
}

int
tap_end(void)
{
    printf("1..%d\n", points);
    return failures == 0 ? 0 : 1;
}

void
server_object_init(struct server_object *o, const struct server_class *c)
{
    memset(o, 0, sizeof(*o));
    o->so_class = c;
    o->so_refs = 1;
    fake_objects++;
}

void
server_object_reference(void *p)
{
    ((struct server_object *)p)->so_refs++;
}

void
server_object_release(void *p)
{
    struct server_object *o = p;

    if (--o->so_refs == 0) {
        fake_objects--;
        if (o->so_port != 0) {
            objects[o->so_port] = NULL;
        }
        if (o->so_class->sc_destroy != NULL) {
            o->so_class->sc_destroy(o);
        }
    }
}

mach_port_t
server_object_to_port(void *p)
{
    struct server_object *o = p;

    if (o == NULL) {
        return MACH_PORT_NULL;
    }
    for (mach_port_t i = 1; o->so_port == 0 && i < OBJECTS; i++) {
        if (objects[i] == NULL) {
            objects[i] = o;
            o->so_port = i;
        }
    }
    if (!o->so_exported) {
        o->so_exported = true;
        o->so_refs++;
    }
    return o->so_port;
}

/* Requests come by message. */
mach_port_t
server_reply_later(mach_port_t reply, void *o, uint64_t cookie)
{
    (void)o;
    (void)cookie;
    return reply;
}

void
server_object_unsent(void *p)
{
    struct server_object *o = p;

    if (o->so_exported) {
        o->so_exported = false;
        server_object_release(o);
    }
}

void *
fake_object(mach_port_t name)
{
    return objects[name];
}

void
fake_no_senders(mach_port_t name)
{
    server_object_unsent(objects[name]);
}

void *
server_object_lookup(mach_port_t name, const struct server_class *c)
{
    struct server_object *o = name < OBJECTS ? objects[name] : NULL;

    return o != NULL && (c == NULL || o->so_class == c) ? o : NULL;
}

void *
server_object_of_payload(uint64_t payload, const struct server_class *c)
{
    struct server_object *o = (struct server_object *)payload;

    return o != NULL && (c == NULL || o->so_class == c) ? o : NULL;
}

void
server_log(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
}

kern_return_t
mach_port_deallocate_trap(mach_port_name_t name)
{
    (void)name;
    return KERN_SUCCESS;
}

mach_port_t
mig_take_port(mach_port_t name)
{
    return name;
}

int64_t clock_realtime(void);
int64_t
clock_realtime(void)
{
    static int64_t now = 1000000000000000000;

    return now += 1000;
}

/* ---- answers --------------------------------------------------------------- */

static kern_return_t
answer(mach_port_t reply, kern_return_t code, uint32_t count,
       const uint8_t *data, mach_port_t object)
{
    struct fake_answer *a = &fake_answers[reply];

    if (fake_replies_fail) {
        return MACH_SEND_INVALID_DEST;
    }
    *a = (struct fake_answer){ .given = true, .code = code, .count = count,
                               .object = object };
    if (data != NULL) {
        memcpy(a->data, data, count < 64 ? count : 64);
    }
    return KERN_SUCCESS;
}

kern_return_t io_read_reply(mach_port_t, kern_return_t, const uint8_t *,
                            mach_msg_type_number_t);
kern_return_t
io_read_reply(mach_port_t reply, kern_return_t code, const uint8_t *data,
              mach_msg_type_number_t count)
{
    return answer(reply, code, count, data, 0);
}

kern_return_t io_write_reply(mach_port_t, kern_return_t, uint32_t);
kern_return_t
io_write_reply(mach_port_t reply, kern_return_t code, uint32_t written)
{
    return answer(reply, code, written, NULL, 0);
}

kern_return_t pipe_fifo_open_reply(mach_port_t, kern_return_t, mach_port_t);
kern_return_t
pipe_fifo_open_reply(mach_port_t reply, kern_return_t code, mach_port_t port)
{
    return answer(reply, code, 0, NULL, port);
}

kern_return_t vfs_lock_reply(mach_port_t, kern_return_t);
kern_return_t
vfs_lock_reply(mach_port_t reply, kern_return_t code)
{
    return answer(reply, code, 0, NULL, 0);
}

kern_return_t vfs_flock_reply(mach_port_t, kern_return_t);
kern_return_t
vfs_flock_reply(mach_port_t reply, kern_return_t code)
{
    return answer(reply, code, 0, NULL, 0);
}

kern_return_t io_ready(mach_port_t, cookie_t, uint32_t);
kern_return_t
io_ready(mach_port_t port, cookie_t cookie, uint32_t events)
{
    (void)port;
    fake_ready_count++;
    fake_ready_cookie = cookie;
    fake_ready_events = events;
    return KERN_SUCCESS;
}
