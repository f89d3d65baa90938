/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copyin, first half: everything that can fail for the sender's fault, and
 * changes nothing.  Rights are claimed one after the other
 * (ipc_right_claim), so that each sees what those before it will have taken;
 * the claims of a message live only within one trap and are undone before
 * anything else happens.
 */
#include <base/assert.h>
#include <machine/cpu.h>
#include <vm/vm_user.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_upcall.h>

/* The port that a claimed name stands for, without taking anything. */
static struct ipc_port *
port_of_name(struct ipc_space *s, mach_port_name_t name)
{
    struct ipc_entry *e;

    if (ipc_name_borrowed(name)) {
        return ipc_upcall_borrowed(machine_current_thread(), name);
    }
    e = ipc_entry_lookup(s, name);
    return e == NULL || ie_type(e) == MACH_PORT_TYPE_DEAD_NAME ? IP_NULL
                                                               : e->ie_port;
}

/* Of one name a copy must be claimed before a move. */
static bool
reply_first(const mach_msg_header_t *h)
{
    return MACH_MSGH_BITS_LOCAL(h->msgh_bits) == MACH_MSG_TYPE_COPY_SEND;
}

/* A claim's result; error: what it means when it is the caller's fault. */
static kern_return_t
claim_error(kern_return_t kr, kern_return_t error)
{
    return kr == KERN_SUCCESS             ? KERN_SUCCESS
           : kr == KERN_RESOURCE_SHORTAGE ? MACH_SEND_NO_BUFFER
                                          : error;
}

static kern_return_t
claim_dest(struct ipc_space *s, const mach_msg_header_t *h)
{
    return claim_error(ipc_right_claim(s, h->msgh_remote_port,
                                       MACH_MSGH_BITS_REMOTE(h->msgh_bits)),
                       MACH_SEND_INVALID_DEST);
}

static kern_return_t
claim_reply(struct ipc_space *s, const mach_msg_header_t *h)
{
    mach_msg_type_name_t type = MACH_MSGH_BITS_LOCAL(h->msgh_bits);

    if (type == 0) {
        return KERN_SUCCESS;
    }
    return claim_error(ipc_right_claim(s, h->msgh_local_port, type),
                       MACH_SEND_INVALID_REPLY);
}

static void
unclaim_dest(struct ipc_space *s, const mach_msg_header_t *h)
{
    ipc_right_unclaim(s, h->msgh_remote_port,
                      MACH_MSGH_BITS_REMOTE(h->msgh_bits));
}

static void
unclaim_reply(struct ipc_space *s, const mach_msg_header_t *h)
{
    if (MACH_MSGH_BITS_LOCAL(h->msgh_bits) != 0) {
        ipc_right_unclaim(s, h->msgh_local_port,
                          MACH_MSGH_BITS_LOCAL(h->msgh_bits));
    }
}

/* Claim both rights of the header, with marks. */
static kern_return_t
claim_header(struct ipc_space *s, const mach_msg_header_t *h)
{
    bool first = reply_first(h);
    kern_return_t kr = first ? claim_reply(s, h) : claim_dest(s, h);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = first ? claim_dest(s, h) : claim_reply(s, h);
    if (kr != KERN_SUCCESS) {
        if (first) {
            unclaim_reply(s, h);
        } else {
            unclaim_dest(s, h);
        }
    }
    return kr;
}

static void
unclaim_header(const struct ipc_kmsg *k, struct ipc_space *s)
{
    unclaim_dest(s, &k->ikm_header);
    unclaim_reply(s, &k->ikm_header);
}

kern_return_t
ipc_kmsg_decode_header(struct ipc_kmsg *k, struct ipc_space *s,
                       struct ipc_port **dest)
{
    kern_return_t kr = claim_header(s, &k->ikm_header);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    k->ikm_flags |= IKM_MARKED;
    *dest = port_of_name(s, k->ikm_header.msgh_remote_port);
    if (!ipc_port_active(*dest)) {
        unclaim_header(k, s);
        return MACH_SEND_INVALID_DEST;
    }
    return KERN_SUCCESS;
}

static kern_return_t
right_error(kern_return_t kr)
{
    return claim_error(kr, kr == KERN_INVALID_VALUE
                               ? MACH_SEND_INVALID_TYPE
                               : MACH_SEND_INVALID_RIGHT);
}

/* Claim one right of the body. */
static kern_return_t
claim_body(struct ipc_space *s, mach_port_name_t name,
           mach_msg_type_name_t disposition, const struct ipc_port *dest)
{
    kern_return_t kr = ipc_right_claim(s, name, disposition);

    if (kr != KERN_SUCCESS) {
        return right_error(kr);
    }
    if (disposition == MACH_MSG_TYPE_MOVE_RECEIVE && MACH_PORT_VALID(name)
        && ipc_port_circular(port_of_name(s, name), dest)) {
        ipc_right_unclaim(s, name, disposition);
        return MACH_SEND_INVALID_RIGHT;
    }
    return KERN_SUCCESS;
}

/* The names of an array lie in the second half of pa_ports. */
static mach_port_name_t *
array_names(struct ipc_port_array *a)
{
    return (mach_port_name_t *)(void *)a->pa_ports + a->pa_count;
}

static void
unclaim_array(struct ipc_space *s, struct ipc_port_array *a, uint32_t n,
              mach_msg_type_name_t disposition)
{
    const mach_port_name_t *names = array_names(a);

    while (n-- > 0) {
        ipc_breathe(n);
        ipc_right_unclaim(s, names[n], disposition);
    }
}

struct decode {
    struct ipc_space *space;
    const struct ipc_port *dest;
    struct ledger *payer;
    uint32_t rights; /* in arrays so far */
};

/* Read the array of names and claim them; d then holds the array. */
static kern_return_t
decode_array(struct decode *c, mach_msg_ool_ports_descriptor_t *d)
{
    struct ipc_space *s = c->space;
    struct ipc_port_array *a;
    kern_return_t kr;
    uint32_t i;

    if (d->disposition < MACH_MSG_TYPE_MOVE_RECEIVE
        || d->disposition > MACH_MSG_TYPE_MAKE_SEND_ONCE
        || d->copy > MACH_MSG_VIRTUAL_COPY || d->deallocate > 1) {
        return MACH_SEND_INVALID_TYPE;
    }
    if (d->count > MACH_MSG_OOL_PORTS_MAX - c->rights) {
        return MACH_SEND_TOO_LARGE;
    }
    c->rights += d->count;
    if (d->count == 0) {
        ipc_desc_set(d, NULL);
        return KERN_SUCCESS;
    }
    a = ipc_port_array_create(d->count, c->payer);
    if (a == NULL) {
        return MACH_SEND_NO_BUFFER;
    }
    a->pa_address = d->address;
    kr = copyin(a->pa_address, array_names(a),
                d->count * sizeof(mach_port_name_t));
    if (kr != KERN_SUCCESS) {
        ipc_port_array_free(a);
        return kr == KERN_BLOCKED ? kr : MACH_SEND_INVALID_MEMORY;
    }
    for (i = 0; i < d->count; i++) {
        ipc_breathe(i);
        kr = claim_body(s, array_names(a)[i], d->disposition, c->dest);
        if (kr != KERN_SUCCESS) {
            unclaim_array(s, a, i, d->disposition);
            ipc_port_array_free(a);
            return kr;
        }
    }
    ipc_desc_set(d, a);
    return KERN_SUCCESS;
}

static kern_return_t
decode_descriptor(struct decode *c, char *at)
{
    mach_msg_ool_descriptor_t *ool = (void *)at;
    mach_msg_port_descriptor_t *port = (void *)at;

    switch (ipc_desc_type(at)) {
    case MACH_MSG_PORT_DESCRIPTOR:
        port->pad1 = 0;
        port->pad2 = 0;
        return claim_body(c->space, port->name, port->disposition, c->dest);
    case MACH_MSG_OOL_DESCRIPTOR:
        if (ool->copy > MACH_MSG_VIRTUAL_COPY || ool->deallocate > 1) {
            return MACH_SEND_INVALID_TYPE;
        }
        ool->pad1 = 0;
        return KERN_SUCCESS;
    default:
        return decode_array(c, (void *)at);
    }
}

/* Undo the first n descriptors. */
static void
undecode_descriptors(struct ipc_kmsg *k, struct ipc_space *s, uint32_t n,
                     bool free_arrays)
{
    char *d = ipc_kmsg_first_descriptor(k);

    while (n-- > 0) {
        unsigned type = ipc_desc_type(d);

        if (type == MACH_MSG_PORT_DESCRIPTOR) {
            mach_msg_port_descriptor_t *p = (void *)d;

            ipc_right_unclaim(s, p->name, p->disposition);
        } else if (type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
            struct ipc_port_array *a = ipc_desc_get(d);

            if (a != NULL) {
                unclaim_array(
                    s, a, a->pa_count,
                    ((mach_msg_ool_ports_descriptor_t *)(void *)d)
                        ->disposition);
                if (free_arrays) {
                    ipc_port_array_free(a);
                }
            }
        }
        d += ipc_desc_size(type);
    }
}

kern_return_t
ipc_kmsg_decode(struct ipc_kmsg *k, struct ipc_space *s,
                struct ipc_port *dest, struct ledger *payer)
{
    struct decode c = {.space = s, .dest = dest, .payer = payer};
    char *end = (char *)&k->ikm_header + k->ikm_header.msgh_size;
    char *d = ipc_kmsg_first_descriptor(k);
    kern_return_t kr = KERN_SUCCESS;
    uint32_t n, i;

    if ((k->ikm_header.msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return KERN_SUCCESS;
    }
    if (d > end) {
        kr = MACH_SEND_MSG_TOO_SMALL;
        goto out_header;
    }
    n = ipc_kmsg_descriptors(k);
    if (n > MACH_MSG_DESCRIPTORS_MAX) {
        kr = MACH_SEND_TOO_LARGE;
        goto out_header;
    }
    for (i = 0; i < n; i++) {
        size_t left = (size_t)(end - d);

        ipc_breathe(i);
        if (left < sizeof(mach_msg_type_descriptor_t)) {
            kr = MACH_SEND_MSG_TOO_SMALL;
        } else if (ipc_desc_type(d) > MACH_MSG_OOL_PORTS_DESCRIPTOR) {
            kr = MACH_SEND_INVALID_TYPE;
        } else if (left < ipc_desc_size(ipc_desc_type(d))) {
            kr = MACH_SEND_MSG_TOO_SMALL;
        } else {
            kr = decode_descriptor(&c, d);
        }
        if (kr != KERN_SUCCESS) {
            undecode_descriptors(k, s, i, true);
            goto out_header;
        }
        d += ipc_desc_size(ipc_desc_type(d));
    }
    return KERN_SUCCESS;

out_header:
    unclaim_header(k, s);
    return kr;
}

void
ipc_kmsg_unclaim(struct ipc_kmsg *k, struct ipc_space *s, bool give_up)
{
    if ((k->ikm_flags & IKM_MARKED) != 0) {
        undecode_descriptors(k, s, ipc_kmsg_descriptors(k), give_up);
        unclaim_header(k, s);
    }
}
