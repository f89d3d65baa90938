/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first task: starts the servers of a layout, names their services, holds
 * the machine's rights for them, and sees them die.
 *
 * A struct server is a configured server and, while it runs, its task.  Its
 * states: idle (sv_task null), running, and dead for good (sv_task null,
 * sv_given_up).  Every server has a bootstrap port of its own (sv_port), so
 * that a request tells who asks: grants and check-ins are per server.
 *
 * A struct service has a port from the beginning, so that clients can look it
 * up and send before its server has checked in.  The receive right moves to
 * the server; if the server dies the kernel sends it back (port-destroyed)
 * and the next incarnation gets the same port, its clients' rights intact.
 */
#ifndef BOOTSTRAP_BOOTSTRAP_H
#define BOOTSTRAP_BOOTSTRAP_H

#include <mach/archive.h>
#include <mach/boot_info.h>
#include <mach/mach.h>
#include <mach/string.h>
#include "conf.h"

#define SERVICES_MAX 64
#define MEMBERS_MAX 64

struct member {
    char name[CONF_NAME_MAX];
    const uint8_t *data;
    size_t size;
};

struct server {
    const struct conf_server *sv_conf;
    const struct member *sv_file;
    mach_port_t sv_port;          /* receive right: its bootstrap port */
    mach_port_t sv_task;          /* send right, null when not running */
    mach_port_t sv_grants[CONF_GRANTS_MAX]; /* send rights, made when asked */
    unsigned sv_starts;
    uint64_t sv_started;          /* uptime of the last start */
    bool sv_given_up;
};

struct service {
    const char *se_name;
    struct server *se_server;
    bool se_public;
    mach_port_t se_port;   /* a send right, and the receive right unless... */
    bool se_checked_in;    /* ...the server has it */
};

struct bootstrap {
    const struct boot_info *info;
    struct member members[MEMBERS_MAX]; /* of boot/ in the archive */
    unsigned member_count;
    struct conf conf;
    struct server servers[CONF_SERVERS_MAX];
    struct service services[SERVICES_MAX];
    unsigned service_count;
    mach_port_t archive_entry; /* memory entry of the whole archive */
    mach_port_t set;           /* all that the loop receives from */
    mach_port_t notify_port;   /* dead names, destroyed ports */
    mach_port_t exception_port;
    mach_port_t public_port;   /* receive right: whoever has a send right can
                                  look up public services and no more */
};
extern struct bootstrap boot;

/* main.c: say it on the log and end the machine (QEMU's status 125). */
_Noreturn void boot_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
/* A new receive right in the port set. */
mach_port_t boot_new_port(void);
/* MACH_NOTIFY_* to the notify port; false when name is no such right. */
bool boot_request_notification(mach_port_t name, int variant);

/* members.c */
void members_index(void);
const struct member *member_find(const char *name);

/* load.c: make the server's task and start it; KERN_SUCCESS or why not. */
kern_return_t server_load(struct server *s);

/* servers.c */
void servers_configure(void);
void server_start(struct server *s);
struct server *server_by_port(mach_port_t port);
struct server *server_by_task(mach_port_t task);
/* The task died. */
void server_died(struct server *s);

/* services.c */
struct service *service_find(const char *name);
void service_add(struct server *s, const char *name, bool public);
/* A receive right came back from a dead server. */
void service_returned(mach_port_t port);
/* The server died: services whose port died with it get a new one. */
void services_renew(struct server *s);

/* grants.c */
kern_return_t grant_make(struct server *s, const char *name,
                         mach_port_t *right);

/* loop.c */
_Noreturn void boot_loop(void);

#endif
