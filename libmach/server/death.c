/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watches of ports of others: the kernel tells when one dies.  A name has one
 * request in the kernel, however many watch it here.
 */
#include <stdlib.h>
#include "internal.h"

#define BUCKETS 64u

struct watch {
    struct watch *next;
    mach_port_t name;
    void (*fn)(void *, mach_port_t);
    void *arg;
};

static struct watch *buckets[BUCKETS];

static struct watch **
bucket_of(mach_port_t name)
{
    return &buckets[MACH_PORT_INDEX(name) % BUCKETS];
}

static bool
is_watched(mach_port_t name)
{
    for (struct watch *w = *bucket_of(name); w != NULL; w = w->next) {
        if (w->name == name) {
            return true;
        }
    }
    return false;
}

kern_return_t
server_on_death(mach_port_t name, void (*fn)(void *, mach_port_t), void *arg)
{
    struct watch *w = malloc(sizeof(*w)), **at;

    if (w == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    server_setup();
    if (!is_watched(name)) {
        /* sync 1: a name that is dead already is told of at once. */
        kern_return_t kr = server_request_notification(
            name, MACH_NOTIFY_DEAD_NAME, server_notify, 1);

        if (kr != KERN_SUCCESS) {
            free(w);
            return kr;
        }
    }
    *w = (struct watch){.name = name, .fn = fn, .arg = arg};
    at = bucket_of(name);
    while (*at != NULL) {
        at = &(*at)->next; /* in the order in which they were made */
    }
    *at = w;
    return KERN_SUCCESS;
}

void
server_death_cancel(mach_port_t name, void (*fn)(void *, mach_port_t),
                    void *arg)
{
    for (struct watch **at = bucket_of(name); *at != NULL;
         at = &(*at)->next) {
        struct watch *w = *at;

        if (w->name == name && w->fn == fn && w->arg == arg) {
            *at = w->next;
            free(w);
            return;
        }
    }
}

/* Takes the first watch of the name off its list. */
static struct watch *
take_watch(mach_port_t name)
{
    for (struct watch **at = bucket_of(name); *at != NULL;
         at = &(*at)->next) {
        struct watch *w = *at;

        if (w->name == name) {
            *at = w->next;
            return w;
        }
    }
    return NULL;
}

void
server_dead_name(mach_port_t name)
{
    struct watch *w;

    while ((w = take_watch(name)) != NULL) {
        w->fn(w->arg, name);
        free(w);
    }
    /* The reference that the notification brought. */
    mach_port_deallocate_trap(name);
}

/* The name was given up before the port died: nobody is told. */
void
server_name_deleted(mach_port_t name)
{
    struct watch *w;

    while ((w = take_watch(name)) != NULL) {
        free(w);
    }
}
