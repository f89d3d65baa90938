/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layout `single`: every component in this task.
 */
#include <stdlib.h>

#include <server/object.h>

#include <common/start.h>

#include "../components.h"
#include "../graph.h"

#define ENTRY(n, ...) {.name = #n, .start = n##_start, .calls = {__VA_ARGS__}},

static const struct component components[] = {POSIX_COMPONENTS(ENTRY)};

#define COUNT (sizeof(components) / sizeof(components[0]))

int
main(void)
{
    unsigned order[COUNT];

    if (!component_order(components, COUNT, order)) {
        server_log("single: the components call each other in a circle");
        return EXIT_FAILURE;
    }
    for (unsigned i = 0; i < COUNT; i++) {
        const struct component *c = &components[order[i]];
        struct server_object *control = c->start();

        if (control == NULL) {
            server_log("single: component %s does not start", c->name);
            return EXIT_FAILURE;
        }
        server_add_control(c->name, control);
    }
    if (ipc_by_calls() && !server_listens()) {
        server_log("single: no memory for synchronous calls");
    }
    server_run();
}
