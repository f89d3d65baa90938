/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A layout's configuration, boot/layouts/NAME.conf: which servers there are,
 * what each provides, and which rights it is granted.
 *
 *   # comment
 *   server NAME MEMBER          one task; MEMBER of the boot archive
 *       provides SERVICE        may be repeated, as may grant
 *       provides SERVICE public programs of personalities may look it up, too
 *       grant host-priv
 *       grant irq N
 *       grant ioports FIRST COUNT
 *       restart no|yes          [no] start it again when it dies
 *       essential yes|no        [the opposite of restart] its death ends the
 *                               system
 *       stack KIB               [128] 16 to 8192
 *
 * Pure: no system calls, so that host tests run it.
 */
#ifndef BOOTSTRAP_CONF_H
#define BOOTSTRAP_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONF_NAME_MAX 64
#define CONF_SERVERS_MAX 24
#define CONF_SERVICES_MAX 8  /* of one server */
#define CONF_GRANTS_MAX 8    /* of one server */

/* What servers look up to get the port for programs, and how a line says that
 * those may look a service up; no service has this name. */
#define CONF_PUBLIC "public"

enum grant_kind { GRANT_HOST_PRIV, GRANT_IRQ, GRANT_IOPORTS };

struct conf_grant {
    char name[CONF_NAME_MAX]; /* as bootstrap_grant() asks for it */
    enum grant_kind kind;
    uint32_t first, count;    /* line; or first port and number of ports */
};

struct conf_server {
    char name[CONF_NAME_MAX];
    char member[CONF_NAME_MAX];
    char services[CONF_SERVICES_MAX][CONF_NAME_MAX];
    bool service_public[CONF_SERVICES_MAX];
    unsigned service_count;
    struct conf_grant grants[CONF_GRANTS_MAX];
    unsigned grant_count;
    bool restart, essential, essential_given;
    uint32_t stack_kib;
    unsigned line; /* where it begins */
};

struct conf {
    struct conf_server servers[CONF_SERVERS_MAX];
    unsigned server_count;
};

/* What is wrong with a configuration, and where. */
struct conf_error {
    unsigned line;
    char text[120];
};

/* Fills c, or says in e what is wrong and returns false. */
bool conf_parse(const char *text, size_t size, struct conf *c,
                struct conf_error *e);

/* The value of KEY=VALUE on the kernel's command line; false: not there (or
 * too long). */
bool conf_option(const char *line, const char *key, char *value, size_t size);

#endif
