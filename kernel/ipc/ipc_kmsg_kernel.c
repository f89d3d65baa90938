/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that the kernel sends: preallocated ones, which can't fail, and
 * allocated ones.
 */
#include <base/assert.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_sonce.h>
#include <ipc/ipc_trace.h>

void (*ipc_trace_hook)(struct ipc_kmsg *k, struct ipc_port *dest,
                       enum ipc_trace_event event, kern_return_t code);

static bool
circular(struct ipc_port *port, struct ipc_port *dest)
{
    return ipc_port_circular(port, dest);
}

/* A message of a user has been checked for circles when it was decoded; a
 * reply of the kernel that would make one can't be received by anybody. */
void
ipc_kmsg_send_always(struct ipc_kmsg *k)
{
    struct ipc_port *dest = k->ikm_remote;

    ipc_trace(k, dest, IPC_TRACE_KERNEL, KERN_SUCCESS);
    if (!ipc_port_active(dest)
        || ((k->ikm_flags & IKM_RECEIVE) != 0
            && ipc_kmsg_receive_rights(k, dest, circular))) {
        ipc_kmsg_destroy(k);
    } else if (dest->ip_state == IPS_KERNEL && dest->ip_kind != IKOT_NONE) {
        ipc_kmsg_destroy(k); /* objects take no messages from the kernel */
    } else {
        if (dest->ip_state != IPS_KERNEL
            && MACH_MSGH_BITS_REMOTE(k->ikm_header.msgh_bits)
                   == MACH_MSG_TYPE_PORT_SEND_ONCE) {
            ipc_sonce_use(dest);
        }
        ipc_kmsg_post(k);
    }
}

void
ipc_kmsg_post(struct ipc_kmsg *k)
{
    struct ipc_port *dest = k->ikm_remote;

    if (dest->ip_state == IPS_KERNEL) {
        ipc_kport_reply(dest, k);
    } else {
        ipc_mqueue_post(dest, k);
    }
}

struct ipc_kmsg *
ipc_kmsg_prealloc(mach_msg_size_t size, struct ledger *l)
{
    struct ipc_kmsg *k = ipc_kmsg_alloc(size);

    if (k == NULL) {
        return NULL;
    }
    if (ipc_kmsg_charge(k, l) != KERN_SUCCESS) {
        ipc_kmsg_free(k);
        return NULL;
    }
    k->ikm_flags = IKM_PREALLOC;
    return k;
}

/* One that is on its way is freed when it has arrived. */
void
ipc_kmsg_prealloc_free(struct ipc_kmsg *k)
{
    assert((k->ikm_flags & (IKM_PREALLOC | IKM_ORPHAN)) == IKM_PREALLOC);
    if ((k->ikm_flags & IKM_BUSY) != 0) {
        k->ikm_flags |= IKM_ORPHAN;
    } else {
        k->ikm_flags = 0;
        ipc_kmsg_free(k);
    }
}

bool
ipc_kmsg_prealloc_busy(const struct ipc_kmsg *k)
{
    return (k->ikm_flags & IKM_BUSY) != 0;
}

/* Put the descriptors' ports in, in order. */
static void
fill_ports(struct ipc_kmsg *k, struct ipc_port *const ports[], unsigned n)
{
    char *d = ipc_kmsg_first_descriptor(k);
    unsigned i;

    assert(ipc_kmsg_descriptors(k) >= n);
    for (i = 0; i < n; i++) {
        mach_msg_port_descriptor_t *p = (void *)d;

        assert(ipc_desc_type(d) == MACH_MSG_PORT_DESCRIPTOR);
        ipc_desc_set(d, ports[i]);
        p->disposition = MACH_MSG_TYPE_PORT_SEND & 0xffu;
        d += sizeof(*p);
    }
}

static void
fill(struct ipc_kmsg *k, const mach_msg_header_t *msg, struct ipc_port *dest,
     struct ipc_port *reply, struct ipc_port *const ports[], unsigned nports)
{
    memcpy(&k->ikm_header, msg, msg->msgh_size);
    k->ikm_header.msgh_bits =
        (msg->msgh_bits & MACH_MSGH_BITS_COMPLEX)
        | MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND,
                         reply == IP_NULL ? 0
                                          : MACH_MSG_TYPE_PORT_SEND_ONCE);
    k->ikm_remote = ipc_port_copy_send(dest);
    k->ikm_local = reply;
    ipc_kmsg_from_kernel(k);
    fill_ports(k, ports, nports);
}

/* KERN_INVALID_CAPABILITY: dest is dead, nothing was consumed or sent. */
kern_return_t
ipc_kmsg_send_prealloc(struct ipc_kmsg *k, const mach_msg_header_t *msg,
                       struct ipc_port *dest, struct ipc_port *reply,
                       struct ipc_port *const ports[], unsigned nports)
{
    assert((k->ikm_flags & (IKM_PREALLOC | IKM_BUSY)) == IKM_PREALLOC);
    assert(msg->msgh_size + MAX_TRAILER_SIZE <= k->ikm_capacity);
    if (!ipc_port_active(dest)) {
        return KERN_INVALID_CAPABILITY;
    }
    fill(k, msg, dest, reply, ports, nports);
    k->ikm_flags |= IKM_BUSY;
    ipc_kmsg_send_always(k);
    return KERN_SUCCESS;
}

kern_return_t
ipc_kernel_send(const mach_msg_header_t *msg, struct ipc_port *dest,
                struct ipc_port *reply, struct ipc_port *const ports[],
                unsigned nports, struct ledger *l)
{
    struct ipc_kmsg *k;

    if (!ipc_port_active(dest)) {
        return KERN_INVALID_CAPABILITY;
    }
    k = ipc_kmsg_alloc(msg->msgh_size);
    if (k == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (ipc_kmsg_charge(k, l) != KERN_SUCCESS) {
        ipc_kmsg_free(k);
        return KERN_RESOURCE_SHORTAGE;
    }
    fill(k, msg, dest, reply, ports, nports);
    ipc_kmsg_send_always(k);
    return KERN_SUCCESS;
}
