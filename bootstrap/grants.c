/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's rights, made for the server that the configuration names, on
 * its first request, and kept for its next incarnation.
 */
#include <device/device.h>
#include "bootstrap.h"

static kern_return_t
make_right(const struct conf_grant *g, mach_port_t *right)
{
    mach_port_t host = boot.info->bi_host_priv;
    kern_return_t kr = KERN_FAILURE;

    switch (g->kind) {
    case GRANT_HOST_PRIV:
        kr = mach_port_mod_refs_trap(host, MACH_PORT_RIGHT_SEND, 1);
        *right = host;
        break;
    case GRANT_IRQ:
        kr = device_irq_create(host, g->first, right);
        break;
    case GRANT_IOPORTS:
        kr = device_io_ports_create(host, g->first, g->count, right);
        break;
    }
    if (kr != KERN_SUCCESS) {
        *right = MACH_PORT_NULL;
    }
    return kr;
}

kern_return_t
grant_make(struct server *s, const char *name, mach_port_t *right)
{
    for (unsigned i = 0; i < s->sv_conf->grant_count; i++) {
        const struct conf_grant *g = &s->sv_conf->grants[i];
        kern_return_t kr = KERN_SUCCESS;

        if (strcmp(g->name, name) != 0) {
            continue;
        }
        if (s->sv_grants[i] == MACH_PORT_NULL) {
            kr = make_right(g, &s->sv_grants[i]);
        }
        if (kr == KERN_SUCCESS) {
            kr = mach_port_mod_refs_trap(s->sv_grants[i],
                                         MACH_PORT_RIGHT_SEND, 1);
        }
        if (kr == KERN_SUCCESS) {
            *right = s->sv_grants[i];
        }
        return kr;
    }
    return KERN_INVALID_NAME;
}
