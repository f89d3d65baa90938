/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Server objects, their ports and their references (see <server/object.h>).
 *
 * An object with a port is in one of two states: exported (so_exported; all
 * send rights together hold one reference, and a no-senders notification
 * stands) or not (no send right exists outside, nothing stands).
 *
 * The make-send race: a send right may be made (in a reply) after the last
 * one went and before that is heard of.  The notification tells the make-send
 * count at which it was true; if the kernel's has moved on since and rights
 * exist, the request is made again instead.
 */
#include <stdlib.h>
#include <mach_port/mach_port.h>
#include "internal.h"

/* The object behind each name, by the name's index. */
static struct server_object **table;
static uint32_t table_size;

static bool
table_insert(mach_port_t name, struct server_object *o)
{
    uint32_t index = MACH_PORT_INDEX(name);

    if (index >= table_size) {
        uint32_t size = table_size != 0 ? table_size : 64;
        struct server_object **bigger;

        while (size <= index) {
            size *= 2;
        }
        bigger = realloc(table, size * sizeof(*table));
        if (bigger == NULL) {
            return false;
        }
        for (uint32_t i = table_size; i < size; i++) {
            bigger[i] = NULL;
        }
        table = bigger;
        table_size = size;
    }
    table[index] = o;
    return true;
}

static struct server_object *
table_find(mach_port_t name)
{
    uint32_t index = MACH_PORT_INDEX(name);
    struct server_object *o;

    if (!MACH_PORT_VALID(name) || index >= table_size) {
        return NULL;
    }
    o = table[index];
    return o != NULL && o->so_port == name ? o : NULL;
}

void
server_object_init(struct server_object *o, const struct server_class *c)
{
    *o = (struct server_object){.so_class = c, .so_refs = 1};
}

void
server_object_reference(void *object)
{
    struct server_object *o = object;

    o->so_refs++;
}

void
server_object_release(void *object)
{
    struct server_object *o = object;

    if (--o->so_refs > 0) {
        return;
    }
    if (o->so_port != MACH_PORT_NULL) {
        table[MACH_PORT_INDEX(o->so_port)] = NULL;
        mach_port_mod_refs_trap(o->so_port, MACH_PORT_RIGHT_RECEIVE, -1);
        o->so_port = MACH_PORT_NULL;
    }
    if (o->so_class->sc_destroy != NULL) {
        o->so_class->sc_destroy(o);
    }
}

/* The receive right `port` is the object's from now on. */
void
server_object_adopt_port(struct server_object *o, mach_port_t port)
{
    if (!table_insert(port, o)) {
        server_panic("no memory for the table of ports");
    }
    o->so_port = port;
    if (mach_port_set_protected_payload(mach_task_self(), port,
                                        (uint64_t)(uintptr_t)o) !=
            KERN_SUCCESS ||
        mach_port_move_member_trap(port, server_set) != KERN_SUCCESS) {
        server_panic("a port of class %s cannot be served",
                     o->so_class->sc_name);
    }
}

/* A port of its own; false: the ledger is exhausted. */
static bool
make_port(struct server_object *o)
{
    mach_port_t port;

    server_setup();
    if (mach_port_allocate_trap(MACH_PORT_RIGHT_RECEIVE, &port) !=
        KERN_SUCCESS) {
        return false;
    }
    server_object_adopt_port(o, port);
    return true;
}

mach_port_t
server_object_to_port(void *object)
{
    struct server_object *o = object;

    if (o == NULL || (o->so_port == MACH_PORT_NULL && !make_port(o))) {
        return MACH_PORT_NULL;
    }
    if (!o->so_exported) {
        if (!o->so_armed) {
            if (server_request_notification(o->so_port, MACH_NOTIFY_NO_SENDERS,
                                            o->so_port,
                                            o->so_mscount + 1) !=
                KERN_SUCCESS) {
                return MACH_PORT_NULL;
            }
            o->so_armed = true;
        }
        o->so_exported = true;
        o->so_refs++;
    }
    return o->so_port;
}

/* All send rights are gone. */
static void
unexport(struct server_object *o)
{
    o->so_exported = false;
    if (o->so_class->sc_no_senders != NULL) {
        o->so_class->sc_no_senders(o);
    }
    server_object_release(o);
}

void
server_object_no_senders(struct server_object *o, uint32_t mscount)
{
    mach_port_status_t status;

    o->so_armed = false;
    if (o->so_mscount < mscount) {
        o->so_mscount = mscount;
    }
    if (!o->so_exported) {
        return;
    }
    if (mach_port_get_receive_status(mach_task_self(), o->so_port, &status) !=
        KERN_SUCCESS) {
        return;
    }
    o->so_mscount = status.mps_mscount;
    if (!status.mps_srights) {
        unexport(o);
    } else if (server_request_notification(
                   o->so_port, MACH_NOTIFY_NO_SENDERS, o->so_port,
                   status.mps_mscount) == KERN_SUCCESS) {
        o->so_armed = true;
    }
}

void
server_object_unsent(void *object)
{
    struct server_object *o = object;
    mach_port_status_t status;

    if (o != NULL && o->so_exported &&
        mach_port_get_receive_status(mach_task_self(), o->so_port, &status) ==
            KERN_SUCCESS &&
        !status.mps_srights && status.mps_mscount == o->so_mscount) {
        /* No right was ever made since; the notification still stands. */
        unexport(o);
    }
}

void *
server_object_lookup(mach_port_t name, const struct server_class *c)
{
    struct server_object *o = table_find(name);

    return o != NULL && (c == NULL || o->so_class == c) ? o : NULL;
}

/* Payloads are set by this task alone: they are its own objects or 0. */
void *
server_object_of_payload(uint64_t payload, const struct server_class *c)
{
    struct server_object *o = (struct server_object *)(uintptr_t)payload;

    return o != NULL && (c == NULL || o->so_class == c) ? o : NULL;
}

server_object_ref_t
server_object_from_port(mach_port_t name)
{
    return server_object_lookup(name, NULL);
}

server_object_ref_t
server_object_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, NULL);
}
