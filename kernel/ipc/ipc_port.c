/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports: life and death, naked rights, and where the receive right is.
 */
#include <base/assert.h>
#include <base/compiler.h>
#include <base/kalloc.h>
#include <machine/cpu.h>
#include <sched/reaper.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_listen.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_sonce.h>

/* Links of a chain of ports in transit followed before interrupts get in. */
#define CHAIN_STRETCH 1024u
/* Dead-name notifications sent in the trap that destroys the port. */
#define DEAD_NAMES_AT_ONCE 32u

uint64_t ipc_port_count;

static uint64_t last_number;

struct ipc_port *
ipc_port_create(struct ledger *l)
{
    struct ipc_port *port;

    if (ledger_charge(l, LEDGER_PORTS, 1) != KERN_SUCCESS) {
        return NULL;
    }
    port = kalloc(sizeof(*port), l);
    if (port == NULL) {
        ledger_uncharge(l, LEDGER_PORTS, 1);
        return NULL;
    }
    ledger_reference(l);
    port->ip_object.io_type = IOT_PORT;
    port->ip_object.io_refs = 1;
    port->ip_object.io_active = true;
    port->ip_object.io_ledger = l;
    wait_queue_init(&port->ip_object.io_receivers);
    wait_queue_init(&port->ip_object.io_listeners);
    list_init(&port->ip_object.io_reap_link);
    list_init(&port->ip_requests);
    port->ip_state = IPS_LIMBO;
    port->ip_number = ++last_number;
    ipc_mqueue_init(port);
    ipc_listen_init(port);
    ipc_sonce_init(port);
    ipc_port_count++;
    return port;
}

COLD void
ipc_port_free(struct ipc_port *port)
{
    struct ledger *l = port->ip_object.io_ledger;

    assert(port->ip_state == IPS_DEAD && port->ip_srights == 0
           && port->ip_sorights == 0 && port->ip_link_count == 0);
    assert(list_empty(&port->ip_messages) && list_empty(&port->ip_notices)
           && list_empty(&port->ip_requests));
    kfree(port, sizeof(*port), l);
    ledger_uncharge(l, LEDGER_PORTS, 1);
    ledger_release(l);
    ipc_port_count--;
}

void
ipc_port_reference(struct ipc_port *port)
{
    if (ip_valid(port)) {
        port->ip_object.io_refs++;
    }
}

void
ipc_port_release(struct ipc_port *port)
{
    if (ip_valid(port)) {
        assert(port->ip_object.io_refs > 0);
        ip_release(port);
    }
}

bool
ipc_port_active(const struct ipc_port *port)
{
    return ip_valid(port) && ip_active(port);
}

/* Making a right: of the receive right's holder only. */
struct ipc_port *
ipc_port_make_send(struct ipc_port *port)
{
    if (!ipc_port_active(port)) {
        return port == IP_NULL ? IP_NULL : IP_DEAD;
    }
    port->ip_mscount++;
    port->ip_srights++;
    port->ip_object.io_refs++;
    return port;
}

struct ipc_port *
ipc_port_copy_send(struct ipc_port *port)
{
    if (!ipc_port_active(port)) {
        return port == IP_NULL ? IP_NULL : IP_DEAD;
    }
    port->ip_srights++;
    port->ip_object.io_refs++;
    return port;
}

struct ipc_port *
ipc_port_make_sonce(struct ipc_port *port)
{
    assert(ip_active(port));
    port->ip_sorights++;
    port->ip_object.io_refs++;
    return port;
}

COLD void
ipc_port_unmake(struct ipc_port *port, mach_msg_type_name_t disposition)
{
    if (disposition == MACH_MSG_TYPE_MAKE_SEND_ONCE) {
        ipc_sonce_unmake(port);
        port->ip_sorights--;
    } else {
        port->ip_srights--;
        if (disposition == MACH_MSG_TYPE_MAKE_SEND) {
            port->ip_mscount--;
        }
    }
    ipc_port_release(port);
}

void
ipc_port_no_senders(struct ipc_port *port)
{
    struct ipc_kmsg *k = port->ip_nsrequest;

    if (port->ip_state == IPS_KERNEL) {
        ipc_kport_no_senders(port);
    } else if (k != NULL) {
        port->ip_nsrequest = NULL;
        ipc_notify_send(k, port->ip_mscount);
    }
}

void
ipc_port_release_send(struct ipc_port *port)
{
    if (!ip_valid(port)) {
        return;
    }
    assert(port->ip_srights > 0);
    ip_release_send(port);
}

void
ipc_port_release_sonce(struct ipc_port *port)
{
    if (!ip_valid(port)) {
        return;
    }
    assert(port->ip_sorights > 0);
    if (!ip_active(port)) {
        port->ip_sorights--;
        ipc_port_release(port);
    } else if (port->ip_state == IPS_KERNEL) {
        ipc_kport_reply_dropped(port);
    } else {
        /* The right goes when the notification is received. */
        ipc_sonce_use(port);
        ipc_mqueue_post_sonce(port);
    }
}

void
ipc_port_consume_right(struct ipc_port *port, mach_msg_type_name_t type)
{
    if (type == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        assert(port->ip_sorights > 0);
        port->ip_sorights--;
        ip_release(port);
    } else {
        ipc_port_release_send(port);
    }
}

COLD void
ipc_port_drop_right(struct ipc_port *port, mach_msg_type_name_t type)
{
    if (!ip_valid(port)) {
        return;
    }
    switch (type) {
    case MACH_MSG_TYPE_PORT_RECEIVE:
        ipc_port_leave_transit(port);
        ipc_port_destroy(port);
        break;
    case MACH_MSG_TYPE_PORT_SEND:
        ipc_port_release_send(port);
        break;
    default:
        assert(type == MACH_MSG_TYPE_PORT_SEND_ONCE);
        ipc_port_release_sonce(port);
        break;
    }
}

void
ipc_port_leave_space(struct ipc_port *port)
{
    assert(port->ip_state == IPS_SPACE);
    ipc_pset_remove_all(port);
    port->ip_state = IPS_LIMBO;
    port->ip_object.io_space = NULL;
    port->ip_object.io_name = 0;
    port->ip_mscount = 0;
    port->ip_seqno = 0;
    port->ip_context = 0; /* what follows was the old receiver's */
    port->ip_guard = 0;
    port->ip_guarded = false;
    port->ip_strict = false;
    ipc_mqueue_changed(port);
}

void
ipc_port_enter_space(struct ipc_port *port, struct ipc_space *space,
                     mach_port_name_t name)
{
    assert(port->ip_state == IPS_LIMBO);
    port->ip_state = IPS_SPACE;
    port->ip_object.io_space = space;
    port->ip_object.io_name = name;
}

void
ipc_port_enter_transit(struct ipc_port *port, struct ipc_port *dest)
{
    assert(port->ip_state == IPS_LIMBO);
    port->ip_state = IPS_TRANSIT;
    port->ip_destination = dest;
    dest->ip_travellers++;
    ipc_port_reference(dest);
}

COLD void
ipc_port_leave_transit(struct ipc_port *port)
{
    if (port->ip_state == IPS_TRANSIT) {
        struct ipc_port *dest = port->ip_destination;

        port->ip_state = IPS_LIMBO;
        port->ip_destination = NULL;
        assert(dest->ip_travellers > 0);
        dest->ip_travellers--;
        ipc_port_release(dest);
    }
}

/*
 * Is port somewhere on dest's way up?  A port in whose queue no receive right
 * lies is on nobody's, so that only a chain is followed that could be a circle.
 */
bool
ipc_port_circular(const struct ipc_port *port, const struct ipc_port *dest)
{
    unsigned n = 0;

    if (dest == port) {
        return true;
    }
    while (port->ip_travellers > 0 && dest->ip_state == IPS_TRANSIT) {
        dest = dest->ip_destination;
        if (dest == port) {
            return true;
        }
        if (++n % CHAIN_STRETCH == 0) {
            machine_interrupt_window();
        }
    }
    return false;
}

/* Tell some of those who asked; true: more to do. */
static bool
port_dead_names(struct ipc_port *port, unsigned n)
{
    while (n-- > 0) {
        struct list *l = list_first(&port->ip_requests);
        struct ipc_request *r;
        struct ipc_entry *e;

        if (l == NULL) {
            return false;
        }
        r = list_entry(l, struct ipc_request, ir_link);
        e = ipc_entry_lookup(r->ir_space, r->ir_name);
        assert(e != NULL && e->ie_request == r);
        ipc_right_check(r->ir_space, e); /* frees the request */
    }
    return !list_empty(&port->ip_requests);
}

COLD void
ipc_port_destroy(struct ipc_port *port)
{
    struct ipc_kmsg *k = port->ip_pdrequest;

    assert(ip_active(port));
    if (port->ip_state == IPS_SPACE) {
        ipc_port_leave_space(port);
    }
    if (k != NULL) {
        port->ip_pdrequest = NULL;
        if (ip_active(k->ikm_remote)
            && !ipc_port_circular(port, k->ikm_remote)) {
            ipc_notify_port_destroyed(k, port);
            return;
        }
        ipc_notify_drop(k);
    }
    port->ip_object.io_active = false;
    port->ip_state = IPS_DEAD;
    port->ip_kobject = NULL;
    ipc_sonce_forget(port);
    ipc_mqueue_changed(port);
    if (port->ip_nsrequest != NULL) {
        k = port->ip_nsrequest;
        port->ip_nsrequest = NULL;
        ipc_notify_drop(k);
    }
    if (port_dead_names(port, DEAD_NAMES_AT_ONCE)
        || port->ip_msgcount != 0) {
        ipc_reap_object(&port->ip_object);
    } else if (port->ip_srights != 0) {
        reaper_wakeup(); /* a kernel object may have held on to it */
    }
    ipc_port_release(port); /* the receive right's */
}

bool
ipc_port_reap(struct ipc_port *port)
{
    struct ipc_port *from;
    struct ipc_kmsg *k = ipc_mqueue_peek(&port->ip_object, &from);

    if (k != NULL) {
        ipc_mqueue_take(port, k);
        ipc_kmsg_destroy(k);
        return true;
    }
    return port_dead_names(port, 1);
}
