/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The proc component's control object and its start.
 */
#include <proc_control/proc_S_proc_control_server.h>

#include "process.h"

struct proc_control {
    struct server_object object;
};

static void
control_destroy(struct server_object *o)
{
    (void)o; /* lives as long as its task */
}

static const struct mig_subsystem *const control_subsystems[] = {
    &proc_S_proc_control_subsystem, NULL};

static const struct server_class control_class = {
    .sc_name = "proc_control",
    .sc_subsystems = control_subsystems,
    .sc_destroy = control_destroy,
};

static struct proc_control the_control;

proc_control_ref_t
proc_control_from_port(mach_port_t name)
{
    return server_object_lookup(name, &control_class);
}

proc_control_ref_t
proc_control_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, &control_class);
}

struct server_object *
proc_start(void)
{
    server_object_init(&the_control.object, &control_class);
    vfs_control = component_handle("vfs");
    tty_control = component_handle("tty");
    pipe_service = component_handle("pipe");
    exec_service = component_handle("exec");
    return &the_control.object;
}
