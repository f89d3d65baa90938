/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers from configuration to death.
 */
#include <mach/notify.h>
#include "bootstrap.h"

#define RESTARTS_MAX 5              /* in a row... */
#define RESTART_WINDOW 10000000000ull /* ...each within this many ns */

void
servers_configure(void)
{
    for (unsigned i = 0; i < boot.conf.server_count; i++) {
        const struct conf_server *c = &boot.conf.servers[i];
        struct server *s = &boot.servers[i];

        s->sv_conf = c;
        s->sv_file = member_find(c->member);
        if (s->sv_file == NULL) {
            boot_fail("line %u: server %s: no member '%s' in the boot archive",
                      c->line, c->name, c->member);
        }
        s->sv_port = boot_new_port();
        for (unsigned k = 0; k < c->service_count; k++) {
            service_add(s, c->services[k], c->service_public[k]);
        }
    }
}

static void
watch_task(struct server *s)
{
    if (!boot_request_notification(s->sv_task, MACH_NOTIFY_DEAD_NAME)) {
        /* It is dead already. */
        server_died(s);
    }
}

void
server_start(struct server *s)
{
    kern_return_t kr;

    s->sv_starts++;
    s->sv_started = clock_uptime();
    kr = server_load(s);
    if (kr != KERN_SUCCESS) {
        if (s->sv_conf->essential || s->sv_starts == 1) {
            boot_fail("cannot start server %s (%s): %s", s->sv_conf->name,
                      s->sv_conf->member, mach_error_string(kr));
        }
        mach_printf("bootstrap: cannot restart server %s: %s\n",
                    s->sv_conf->name, mach_error_string(kr));
        s->sv_given_up = true;
        return;
    }
    watch_task(s);
}

struct server *
server_by_port(mach_port_t port)
{
    for (unsigned i = 0; i < boot.conf.server_count; i++) {
        if (boot.servers[i].sv_port == port) {
            return &boot.servers[i];
        }
    }
    return NULL;
}

struct server *
server_by_task(mach_port_t task)
{
    for (unsigned i = 0; i < boot.conf.server_count; i++) {
        if (MACH_PORT_VALID(task) && boot.servers[i].sv_task == task) {
            return &boot.servers[i];
        }
    }
    return NULL;
}

void
server_died(struct server *s)
{
    mach_port_deallocate_trap(s->sv_task);
    s->sv_task = MACH_PORT_NULL;
    if (s->sv_conf->essential) {
        boot_fail("server %s died, and the system cannot do without it.\n"
                  "bootstrap: its last words are above; `make gdb` attaches a "
                  "debugger with its symbols", s->sv_conf->name);
    }
    services_renew(s);
    if (!s->sv_conf->restart) {
        mach_printf("bootstrap: server %s died\n", s->sv_conf->name);
        return;
    }
    if (clock_uptime() - s->sv_started > RESTART_WINDOW) {
        s->sv_starts = 1;
    }
    if (s->sv_starts > RESTARTS_MAX) {
        mach_printf("bootstrap: server %s died %u times in a row; it stays "
                    "dead\n", s->sv_conf->name, s->sv_starts);
        s->sv_given_up = true;
        return;
    }
    mach_printf("bootstrap: server %s died; starting it again\n",
                s->sv_conf->name);
    server_start(s);
}
