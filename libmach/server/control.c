/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control objects: a component's way in.  Those of this task are found by
 * name here; others come from bootstrap.
 */
#include <string.h>
#include <bootstrap/bootstrap.h>
#include <mach_port/mach_port.h>
#include "control.h"
#include "internal.h"
#include "../newlib/sys.h"

#define CONTROLS_MAX 16

static struct {
    const char *service;
    struct server_object *object;
} controls[CONTROLS_MAX];
static unsigned control_count;

void
server_add_control(const char *service, struct server_object *o)
{
    mach_port_t port;
    kern_return_t kr;

    if (o == NULL || control_count == CONTROLS_MAX) {
        server_panic("%s: no control object", service);
    }
    server_setup();
    controls[control_count].service = service;
    controls[control_count++].object = o;
    server_object_reference(o); /* lives as long as the task */
    kr = bootstrap_check_in(bootstrap_port, service, &port);
    if (kr == KERN_SUCCESS) {
        if (o->so_port != MACH_PORT_NULL) {
            server_panic("%s: its port was handed out before it was added",
                         service);
        }
        server_object_adopt_port(o, port);
        /* Bootstrap keeps a send right: it is never without senders. */
        o->so_exported = true;
        o->so_refs++;
        mach_port_set_qlimit(mach_task_self(), port, MACH_PORT_QLIMIT_MAX);
    } else if (kr != KERN_INVALID_NAME) {
        server_panic("cannot check in as %s: %s", service,
                     mach_error_string(kr));
    }
    /* Not in the configuration: known inside this task only. */
}

struct server_object *
server_control_find(const char *component)
{
    for (unsigned i = 0; i < control_count; i++) {
        if (strcmp(controls[i].service, component) == 0) {
            return controls[i].object;
        }
    }
    return NULL;
}
