/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services: a port for each from the beginning, and bootstrap.defs' names.
 */
#include <mach/notify.h>
#include <mach_port/mach_port.h>
#include <mach_vm/mach_vm.h>
#include <bootstrap/bootstrap_server.h>
#include "bootstrap.h"

struct service *
service_find(const char *name)
{
    for (unsigned i = 0; i < boot.service_count; i++) {
        if (strcmp(boot.services[i].se_name, name) == 0) {
            return &boot.services[i];
        }
    }
    return NULL;
}

static struct service *
service_by_port(mach_port_t port)
{
    for (unsigned i = 0; i < boot.service_count; i++) {
        if (boot.services[i].se_port == port) {
            return &boot.services[i];
        }
    }
    return NULL;
}

/* The port is not in the port set: bootstrap never receives from it. */
static void
make_port(struct service *se)
{
    if (mach_port_allocate_trap(MACH_PORT_RIGHT_RECEIVE, &se->se_port) !=
            KERN_SUCCESS ||
        mach_port_insert_right_trap(se->se_port, se->se_port,
                                    MACH_MSG_TYPE_MAKE_SEND) !=
            KERN_SUCCESS) {
        boot_fail("no port for service %s", se->se_name);
    }
    se->se_checked_in = false;
    if (se->se_server->sv_conf->restart) {
        boot_request_notification(se->se_port, MACH_NOTIFY_PORT_DESTROYED);
    }
}

void
service_add(struct server *s, const char *name, bool public)
{
    struct service *se;

    if (boot.service_count == SERVICES_MAX) {
        boot_fail("more than %d services", SERVICES_MAX);
    }
    se = &boot.services[boot.service_count++];
    se->se_name = name;
    se->se_server = s;
    se->se_public = public;
    if (public && boot.public_port == MACH_PORT_NULL) {
        boot.public_port = boot_new_port();
    }
    make_port(se);
}

void
service_returned(mach_port_t port)
{
    struct service *se = service_by_port(port);

    if (se == NULL) {
        mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_RECEIVE, -1);
        return;
    }
    se->se_checked_in = false;
    boot_request_notification(port, MACH_NOTIFY_PORT_DESTROYED);
}

void
services_renew(struct server *s)
{
    for (unsigned i = 0; i < boot.service_count; i++) {
        struct service *se = &boot.services[i];
        mach_port_type_t type = MACH_PORT_TYPE_NONE;

        if (se->se_server != s ||
            mach_port_type(mach_task_self(), se->se_port, &type) !=
                KERN_SUCCESS ||
            (type & MACH_PORT_TYPE_DEAD_NAME) == 0) {
            continue;
        }
        mach_port_mod_refs_trap(se->se_port, MACH_PORT_RIGHT_DEAD_NAME, -1);
        make_port(se);
    }
}

/* ---- bootstrap.defs ---------------------------------------------------- */

kern_return_t
bootstrap_check_in(mach_port_t port, const char *name, mach_port_t *right)
{
    struct server *s = server_by_port(port);
    struct service *se = service_find(name);

    if (s == NULL || se == NULL || se->se_server != s) {
        return KERN_INVALID_NAME;
    }
    if (se->se_checked_in) {
        return KERN_NAME_EXISTS;
    }
    se->se_checked_in = true;
    *right = se->se_port;
    return KERN_SUCCESS;
}

/* A send right to a port of our own. */
static kern_return_t
send_right(mach_port_t receive, mach_port_t *right)
{
    kern_return_t kr = mach_port_insert_right_trap(receive, receive,
                                                   MACH_MSG_TYPE_MAKE_SEND);

    if (kr == KERN_SUCCESS) {
        *right = receive;
    }
    return kr;
}

kern_return_t
bootstrap_look_up(mach_port_t port, const char *name, mach_port_t *right)
{
    bool public = boot.public_port != MACH_PORT_NULL &&
                  port == boot.public_port;
    struct service *se = service_find(name);
    kern_return_t kr;

    if (se == NULL && !public && boot.public_port != MACH_PORT_NULL &&
        strcmp(name, CONF_PUBLIC) == 0) {
        return send_right(boot.public_port, right);
    }
    if (se == NULL || se->se_server->sv_given_up ||
        (public && !se->se_public)) {
        return KERN_INVALID_NAME;
    }
    kr = mach_port_mod_refs_trap(se->se_port, MACH_PORT_RIGHT_SEND, 1);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    *right = se->se_port;
    return KERN_SUCCESS;
}

kern_return_t
bootstrap_archive(mach_port_t port, mach_port_t *entry, uint64_t *size)
{
    kern_return_t kr = KERN_SUCCESS;

    if (server_by_port(port) == NULL) {
        return KERN_NO_ACCESS;
    }
    if (boot.archive_entry == MACH_PORT_NULL) {
        vm_size_t length = boot.info->bi_archive_size;

        kr = mach_make_memory_entry(mach_task_self(), &length,
                                    boot.info->bi_archive,
                                    VM_PROT_READ | VM_PROT_EXECUTE,
                                    MACH_PORT_NULL, &boot.archive_entry);
    }
    if (kr == KERN_SUCCESS) {
        kr = mach_port_mod_refs_trap(boot.archive_entry, MACH_PORT_RIGHT_SEND,
                                     1);
    }
    if (kr == KERN_SUCCESS) {
        *entry = boot.archive_entry;
        *size = boot.info->bi_archive_size;
    }
    return kr;
}

kern_return_t
bootstrap_grant(mach_port_t port, const char *name, mach_port_t *right)
{
    struct server *s = server_by_port(port);

    return s == NULL ? KERN_NO_ACCESS : grant_make(s, name, right);
}

kern_return_t
bootstrap_command_line(mach_port_t port, char *line)
{
    const char *from = boot.info->bi_command_line;
    size_t n = 0;

    if (server_by_port(port) == NULL) {
        return KERN_NO_ACCESS;
    }
    while (n < sizeof(boot.info->bi_command_line) - 1 && from[n] != '\0') {
        n++;
    }
    memcpy(line, from, n);
    line[n] = '\0';
    return KERN_SUCCESS;
}
