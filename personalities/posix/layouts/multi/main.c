/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layout `multi`: one component, named by -DCOMPONENT=, in a task of its
 * own.  The call graph is the same for all; every task checks it.
 */
#include <stdlib.h>

#include <server/object.h>

#include <common/start.h>

#include "../components.h"
#include "../graph.h"

#define CONCAT(a, b) a##b
#define START_OF(c) CONCAT(c, _start)
#define TEXT_OF(c) #c
#define NAME_OF(c) TEXT_OF(c)
#define ENTRY(n, ...) {.name = #n, .calls = {__VA_ARGS__}},

static const struct component components[] = {POSIX_COMPONENTS(ENTRY)};

#define COUNT (sizeof(components) / sizeof(components[0]))

int
main(void)
{
    unsigned order[COUNT];
    struct server_object *control;

    if (!component_order(components, COUNT, order)) {
        server_log("multi: the components call each other in a circle");
        return EXIT_FAILURE;
    }
    control = START_OF(COMPONENT)();
    if (control == NULL) {
        server_log("multi: component %s does not start", NAME_OF(COMPONENT));
        return EXIT_FAILURE;
    }
    server_add_control(NAME_OF(COMPONENT), control);
    if (ipc_by_calls() && !server_listens()) {
        server_log("multi: no memory for synchronous calls");
    }
    server_run();
}
