/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions that run after the current message has been answered, in order.
 */
#include <stdlib.h>
#include "internal.h"

struct deferred {
    struct deferred *next;
    void (*fn)(void *);
    void *arg;
};

static struct deferred *first, **last = &first;

void
server_defer(void (*fn)(void *), void *arg)
{
    struct deferred *d = malloc(sizeof(*d));

    if (d == NULL) {
        server_panic("no memory to defer a function");
    }
    *d = (struct deferred){.fn = fn, .arg = arg};
    *last = d;
    last = &d->next;
}

bool
server_has_deferred(void)
{
    return first != NULL;
}

void
server_run_deferred(void)
{
    while (first != NULL) {
        struct deferred *d = first;

        first = d->next;
        if (first == NULL) {
            last = &first;
        }
        d->fn(d->arg);
        free(d);
    }
}
