/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications and the requests for them: see ipc_notify.h.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <mach/mig_errors.h>
#include <mach/notify.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_right.h>

struct port_destroyed {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
};

struct ipc_kmsg *
ipc_notify_create(int id, struct ipc_port *notify, struct ledger *l)
{
    mach_msg_size_t size = id == MACH_NOTIFY_PORT_DESTROYED
                               ? sizeof(struct port_destroyed)
                               : MACH_NOTIFICATION_SIZE;
    struct ipc_kmsg *k = ipc_kmsg_alloc(size);

    if (k == NULL) {
        return NULL;
    }
    if (ipc_kmsg_charge(k, l) != KERN_SUCCESS) {
        ipc_kmsg_free(k);
        return NULL;
    }
    memset(&k->ikm_header, 0, size);
    k->ikm_flags = IKM_NOTICE;
    k->ikm_remote = notify;
    ipc_kmsg_from_kernel(k);
    k->ikm_header.msgh_bits =
        MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, 0);
    k->ikm_header.msgh_size = size;
    k->ikm_header.msgh_id = id;
    return k;
}

struct ipc_port *
ipc_notify_cancel(struct ipc_kmsg *k)
{
    struct ipc_port *notify = k->ikm_remote;

    k->ikm_remote = IP_NULL;
    ipc_kmsg_free(k);
    return notify;
}

void
ipc_notify_drop(struct ipc_kmsg *k)
{
    ipc_port_release_sonce(ipc_notify_cancel(k));
}

void
ipc_notify_send(struct ipc_kmsg *k, uint32_t value)
{
    mach_notification_t n;

    memcpy(&n, &k->ikm_header, MACH_NOTIFICATION_SIZE);
    memcpy(&n.not_ndr, &NDR_record, sizeof(n.not_ndr));
    n.not_count = value;
    memcpy(&k->ikm_header, &n, MACH_NOTIFICATION_SIZE);
    ipc_kmsg_send_always(k);
}

/* k's destination is alive and port does not become circular by it. */
void
ipc_notify_port_destroyed(struct ipc_kmsg *k, struct ipc_port *port)
{
    struct port_destroyed *m = (void *)&k->ikm_header;

    m->header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    m->body.msgh_descriptor_count = 1;
    ipc_desc_set(&m->port, port);
    m->port.disposition = MACH_MSG_TYPE_PORT_RECEIVE & 0xffu;
    m->port.type = MACH_MSG_PORT_DESCRIPTOR;
    k->ikm_flags |= IKM_RECEIVE;
    ipc_kmsg_send_always(k);
}

/* The entry has no request any more; what its messages were for is done. */
static void
request_free(struct ipc_entry *e)
{
    struct ipc_request *r = e->ie_request;

    assert(r->ir_dead == NULL && r->ir_possible == NULL);
    e->ie_request = NULL;
    r->ir_port->ip_request_count--;
    list_remove(&r->ir_link);
    kfree(r, sizeof(*r), r->ir_space->is_ledger);
}

/* Both requests of e end with this notification, if they stand.  A dead-name
 * one brings a user reference of its own. */
static void
request_end(struct ipc_entry *e, int id)
{
    struct ipc_request *r = e->ie_request;
    struct ipc_kmsg *k[2] = {r->ir_dead, r->ir_possible};
    mach_port_name_t name = e->ie_name;
    unsigned i;

    r->ir_port->ip_possible_count -= r->ir_possible != NULL;
    r->ir_dead = NULL;
    r->ir_possible = NULL;
    request_free(e);
    for (i = 0; i < 2; i++) {
        if (k[i] == NULL) {
            continue;
        }
        if (id == MACH_NOTIFY_DEAD_NAME
            && ie_urefs(e) < MACH_PORT_UREFS_MAX) {
            e->ie_bits++;
        }
        k[i]->ikm_header.msgh_id = id;
        ipc_notify_send(k[i], name);
    }
}

void
ipc_request_dead(struct ipc_entry *e)
{
    request_end(e, MACH_NOTIFY_DEAD_NAME);
}

void
ipc_request_deleted(struct ipc_entry *e)
{
    request_end(e, MACH_NOTIFY_PORT_DELETED);
}

/*
 * Each space has one request at most, and each fires once, so all of them are
 * looked at.
 */
void
ipc_request_possible(struct ipc_port *port)
{
    struct list *l, *next;
    uint32_t n = 0;

    list_for_each_safe(l, next, &port->ip_requests)
    {
        struct ipc_request *r = list_entry(l, struct ipc_request, ir_link);
        struct ipc_kmsg *k = r->ir_possible;

        ipc_breathe(n++);
        if (k == NULL) {
            continue;
        }
        r->ir_possible = NULL;
        port->ip_possible_count--;
        ipc_notify_send(k, r->ir_name);
        if (r->ir_dead == NULL) {
            request_free(ipc_entry_lookup(r->ir_space, r->ir_name));
        }
    }
}

/* Where the request of this kind is kept. */
static struct ipc_kmsg **
request_slot(struct ipc_request *r, int variant)
{
    return variant == MACH_NOTIFY_DEAD_NAME ? &r->ir_dead : &r->ir_possible;
}

/* The condition holds already: tell at once. */
static kern_return_t
request_fire_now(struct ipc_space *s, struct ipc_entry *e, int variant,
                 struct ipc_port *notify)
{
    struct ipc_kmsg *k = ipc_notify_create(variant, notify, s->is_ledger);

    if (k == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (variant == MACH_NOTIFY_DEAD_NAME
        && ie_urefs(e) < MACH_PORT_UREFS_MAX) {
        e->ie_bits++;
    }
    ipc_notify_send(k, e->ie_name);
    return KERN_SUCCESS;
}

/* Replace the entry's request of this kind by one for notify. */
static kern_return_t
request_set(struct ipc_space *s, struct ipc_entry *e, int variant,
            struct ipc_port *notify, struct ipc_port **previous)
{
    struct ipc_request *r = e->ie_request;
    struct ipc_kmsg *k = NULL, **slot;

    if (r == NULL && notify == IP_NULL) {
        return KERN_SUCCESS;
    }
    if (notify != IP_NULL) {
        k = ipc_notify_create(variant, notify, s->is_ledger);
        if (k == NULL) {
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    if (r == NULL) {
        r = kalloc(sizeof(*r), s->is_ledger);
        if (r == NULL) {
            (void)ipc_notify_cancel(k);
            return KERN_RESOURCE_SHORTAGE;
        }
        r->ir_space = s;
        r->ir_name = e->ie_name;
        r->ir_port = e->ie_port;
        list_push_back(&e->ie_port->ip_requests, &r->ir_link);
        e->ie_port->ip_request_count++;
        e->ie_request = r;
    }
    slot = request_slot(r, variant);
    e->ie_port->ip_possible_count -= r->ir_possible != NULL;
    if (*slot != NULL) {
        *previous = ipc_notify_cancel(*slot);
    }
    *slot = k;
    e->ie_port->ip_possible_count += r->ir_possible != NULL;
    if (r->ir_dead == NULL && r->ir_possible == NULL) {
        request_free(e);
    }
    return KERN_SUCCESS;
}

static kern_return_t
request_of_name(struct ipc_space *s, mach_port_name_t name, int variant,
                mach_port_mscount_t sync, struct ipc_port *notify,
                struct ipc_port **previous)
{
    struct ipc_entry *e;
    kern_return_t kr = ipc_right_lookup(s, name, &e);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (ie_type(e) == MACH_PORT_TYPE_PORT_SET) {
        return KERN_INVALID_RIGHT;
    }
    if (ie_type(e) == MACH_PORT_TYPE_DEAD_NAME) {
        if (sync == 0 || notify == IP_NULL) {
            return KERN_INVALID_ARGUMENT;
        }
        return request_fire_now(s, e, MACH_NOTIFY_DEAD_NAME, notify);
    }
    if (variant == MACH_NOTIFY_SEND_POSSIBLE && notify != IP_NULL && sync != 0
        && !ipc_mqueue_full(e->ie_port)) {
        return request_fire_now(s, e, variant, notify);
    }
    return request_set(s, e, variant, notify, previous);
}

static kern_return_t
request_of_receiver(struct ipc_space *s, mach_port_name_t name, int variant,
                    mach_port_mscount_t sync, struct ipc_port *notify,
                    struct ipc_port **previous)
{
    struct ipc_port *port;
    struct ipc_kmsg *k = NULL, **slot;
    kern_return_t kr = ipc_right_lookup_receive(s, name, &port);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (variant == MACH_NOTIFY_PORT_DESTROYED && sync != 0) {
        return KERN_INVALID_VALUE;
    }
    if (notify != IP_NULL) {
        k = ipc_notify_create(variant, notify, s->is_ledger);
        if (k == NULL) {
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    slot = variant == MACH_NOTIFY_NO_SENDERS ? &port->ip_nsrequest
                                             : &port->ip_pdrequest;
    if (*slot != NULL) {
        *previous = ipc_notify_cancel(*slot);
        *slot = NULL;
    }
    if (k != NULL && variant == MACH_NOTIFY_NO_SENDERS
        && port->ip_srights == 0 && port->ip_mscount >= sync) {
        ipc_notify_send(k, port->ip_mscount);
    } else {
        *slot = k;
    }
    return KERN_SUCCESS;
}

bool
ipc_notify_stands(struct ipc_space *s, mach_port_name_t name,
                  const struct ipc_port *notify)
{
    struct ipc_entry *e = ipc_entry_lookup(s, name);

    return e != NULL && e->ie_request != NULL
           && e->ie_request->ir_possible != NULL
           && e->ie_request->ir_possible->ikm_remote == notify;
}

kern_return_t
ipc_notify_request(struct ipc_space *s, mach_port_name_t name, int variant,
                   mach_port_mscount_t sync, struct ipc_port *notify,
                   struct ipc_port **previous)
{
    *previous = IP_NULL;
    if (notify != IP_NULL && !ipc_port_active(notify)) {
        return KERN_INVALID_CAPABILITY;
    }
    switch (variant) {
    case MACH_NOTIFY_DEAD_NAME:
    case MACH_NOTIFY_SEND_POSSIBLE:
        return request_of_name(s, name, variant, sync, notify, previous);
    case MACH_NOTIFY_NO_SENDERS:
    case MACH_NOTIFY_PORT_DESTROYED:
        return request_of_receiver(s, name, variant, sync, notify, previous);
    default:
        return KERN_INVALID_VALUE;
    }
}
