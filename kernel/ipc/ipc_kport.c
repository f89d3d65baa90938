/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports whose receiver is the kernel: kernel objects and reply ports.
 *
 * A kernel object's port is made with its kind, which never changes; the
 * object holds the receive right's reference until ipc_kobject_destroy().
 */
#include <base/assert.h>
#include <ipc/ipc_kmsg.h>

void (*ipc_kport_no_senders_fn[IKOT_KINDS])(void *object);

static struct ipc_port *
kport_create(enum ipc_kobject_kind kind, void *object, struct ledger *l)
{
    struct ipc_port *port = ipc_port_create(l);

    if (port != NULL) {
        port->ip_state = IPS_KERNEL;
        port->ip_kind = kind;
        port->ip_kobject = object;
    }
    return port;
}

struct ipc_port *
ipc_kobject_port(enum ipc_kobject_kind kind, void *object, struct ledger *l)
{
    assert(kind != IKOT_NONE && kind < IKOT_KINDS);
    return kport_create(kind, object, l);
}

void *
ipc_kobject_get(struct ipc_port *port, enum ipc_kobject_kind kind)
{
    return ip_kobject(port, kind);
}

bool
ipc_port_of_kernel(const struct ipc_port *port)
{
    return ipc_port_active(port) && port->ip_state == IPS_KERNEL;
}

void
ipc_kobject_destroy(struct ipc_port *port)
{
    if (ipc_port_active(port)) {
        assert(port->ip_state == IPS_KERNEL && port->ip_kind != IKOT_NONE);
        ipc_port_destroy(port);
    }
}

void
ipc_kobject_set_no_senders(enum ipc_kobject_kind kind,
                           void (*fn)(void *object))
{
    ipc_kport_no_senders_fn[kind] = fn;
}

struct ipc_port *
ipc_kernel_reply_port(ipc_reply_fn fn, void *arg, struct ledger *l)
{
    struct ipc_port *port = kport_create(IKOT_NONE, arg, l);

    if (port != NULL) {
        port->ip_reply = fn;
    }
    return port;
}

void
ipc_kernel_reply_direct(struct ipc_port *port, ipc_direct_fn fn)
{
    port->ip_direct = fn;
}

struct ipc_port *
ipc_kernel_reply_arm(struct ipc_port *port)
{
    assert(port->ip_state == IPS_KERNEL && port->ip_kind == IKOT_NONE);
    assert(port->ip_sorights == 0);
    return ipc_port_make_sonce(port);
}

void
ipc_kernel_reply_destroy(struct ipc_port *port)
{
    if (port != NULL) {
        port->ip_reply = NULL;
        port->ip_direct = NULL;
        ipc_port_destroy(port);
    }
}

void
ipc_kport_reply(struct ipc_port *port, struct ipc_kmsg *k)
{
    mach_msg_type_name_t type =
        MACH_MSGH_BITS_REMOTE(k->ikm_header.msgh_bits);

    assert(k->ikm_remote == port);
    port->ip_reply(port->ip_kobject, &k->ikm_header);
    k->ikm_remote = IP_NULL;
    ipc_port_consume_right(port, type);
    ipc_kmsg_destroy(k);
}

void
ipc_kport_reply_dropped(struct ipc_port *port)
{
    if (port->ip_kind == IKOT_NONE) {
        port->ip_reply(port->ip_kobject, NULL);
    }
    port->ip_sorights--;
    ipc_port_release(port);
}
