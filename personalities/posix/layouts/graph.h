/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The components and their calls, as data.
 *
 * A component is a monitor, so calls between them must form a graph without
 * circles.  What goes against it (tty telling proc of a signal) is a
 * simpleroutine, which every binding queues, and does not count here.
 */
#ifndef LAYOUTS_GRAPH_H
#define LAYOUTS_GRAPH_H

#include <stdbool.h>

#include <server/object.h>

#define COMPONENT_CALLS_MAX 6

struct component {
    const char *name;                   /* also its service's name */
    struct server_object *(*start)(void);
    const char *calls[COMPONENT_CALLS_MAX]; /* waits for answers of; NULL ends */
};

/* Is there an order in which each component stands after those that it calls? Fills order with indices. */
bool component_order(const struct component *c, unsigned count,
                     unsigned order[]);

#endif
