/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copyout: a message becomes the receiver's.
 *
 * Of a message with descriptors (one without: deliver_simple()):
 *   1  the receive buffer is made writable and resident
 *   2  names are reserved, and out-of-line memory is mapped; what fails here
 *      undoes the mappings made before it
 *   ---- point of no return ----
 *   3  the message leaves its queue, rights get their names, bytes are copied
 *
 * Should a mapping that is to be undone not fit back into a message for lack
 * of memory, its data is lost: the message says so when it is received
 * (IKM_LOST).
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <vm/vm_user.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_upcall.h>
#include <ipc/mach_msg.h>

#define PLACES_SMALL 4u

/* Where the out-of-line parts of a message have been mapped, in order. */
struct places {
    vm_address_t *at;
    uint32_t count;
    uint32_t ports; /* rights in the message */
    vm_address_t small[PLACES_SMALL];
};

static void
places_count(struct ipc_kmsg *k, struct places *p)
{
    uint32_t n = ipc_kmsg_descriptors(k);
    char *d = ipc_kmsg_first_descriptor(k);

    p->count = 0;
    p->ports = ip_valid(k->ikm_local) ? 1u : 0u;
    while (n-- > 0) {
        unsigned type = ipc_desc_type(d);

        if (type == MACH_MSG_PORT_DESCRIPTOR) {
            p->ports += ip_valid(ipc_desc_get(d)) ? 1u : 0u;
        } else if (ipc_desc_get(d) != NULL) {
            p->count++;
            if (type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
                p->ports +=
                    ((struct ipc_port_array *)ipc_desc_get(d))->pa_count;
            }
        }
        d += ipc_desc_size(type);
    }
}

/* Take the first n mappings back. */
static void
places_undo(struct ipc_kmsg *k, const struct thread *th,
            const struct places *p, uint32_t n)
{
    struct vm_map *map = th->th_caller->ca_map;
    char *d = ipc_kmsg_first_descriptor(k);
    uint32_t done = 0;

    for (; done < n; d += ipc_desc_size(ipc_desc_type(d))) {
        unsigned type = ipc_desc_type(d);
        mach_msg_ool_descriptor_t *ool = (void *)d;
        struct vm_map_copy *copy = NULL;

        if (type == MACH_MSG_PORT_DESCRIPTOR || ipc_desc_get(d) == NULL) {
            continue;
        }
        if (type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
            struct ipc_port_array *a = ipc_desc_get(d);

            (void)vm_map_deallocate(
                map, p->at[done], a->pa_count * sizeof(mach_port_name_t));
        } else if (vm_map_copyin(map, p->at[done], ool->size, true,
                                 k->ikm_ledger != NULL
                                     ? k->ikm_ledger
                                     : th->th_caller->ca_ledger,
                                 &copy)
                   == KERN_SUCCESS) {
            ipc_desc_set(d, copy);
        } else {
            (void)vm_map_deallocate(map, p->at[done], ool->size);
            ipc_desc_set(d, NULL);
            ool->size = 0;
            k->ikm_flags |= IKM_LOST;
        }
        done++;
    }
}

/* Room for the names of an array, writable at once. */
static kern_return_t
place_names(const struct thread *th, uint32_t count, vm_address_t *at)
{
    vm_size_t size = count * sizeof(mach_port_name_t);
    kern_return_t kr;

    *at = 0;
    kr = vm_map_allocate(th->th_caller->ca_map, at, size, VM_FLAGS_ANYWHERE);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = vm_probe_write(*at, size);
    if (kr != KERN_SUCCESS) {
        (void)vm_map_deallocate(th->th_caller->ca_map, *at, size);
    }
    return kr;
}

static kern_return_t
places_map(struct ipc_kmsg *k, const struct thread *th, struct places *p)
{
    uint32_t left = ipc_kmsg_descriptors(k), done = 0;
    char *d = ipc_kmsg_first_descriptor(k);

    for (; left-- > 0; d += ipc_desc_size(ipc_desc_type(d))) {
        unsigned type = ipc_desc_type(d);
        kern_return_t kr;

        ipc_breathe(left);
        if (type == MACH_MSG_PORT_DESCRIPTOR || ipc_desc_get(d) == NULL) {
            continue;
        }
        if (type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
            struct ipc_port_array *a = ipc_desc_get(d);

            kr = place_names(th, a->pa_count, &p->at[done]);
        } else {
            kr = vm_map_copyout(th->th_caller->ca_map, ipc_desc_get(d),
                                &p->at[done]);
        }
        if (kr != KERN_SUCCESS) {
            places_undo(k, th, p, done);
            return kr == KERN_BLOCKED ? kr : MACH_RCV_BODY_ERROR;
        }
        done++;
    }
    return KERN_SUCCESS;
}

/* Names into the array's place, which can take them. */
static void
deliver_array(struct ipc_space *s, struct ipc_port_array *a,
              mach_msg_type_name_t type, vm_address_t at)
{
    mach_port_name_t *names = (mach_port_name_t *)(void *)a->pa_ports;
    kern_return_t kr;
    uint32_t i;

    for (i = 0; i < a->pa_count; i++) {
        struct ipc_port *port = a->pa_ports[i];

        ipc_breathe(i);
        /* Name i lies in a pointer that has been read already. */
        mach_port_name_t name = ipc_right_copyout(s, port, type);

        memcpy((char *)names + i * sizeof(name), &name, sizeof(name));
    }
    kr = copyout(names, at, a->pa_count * sizeof(*names));
    assert(kr == KERN_SUCCESS);
    (void)kr;
    ipc_port_array_free(a);
}

static void
deliver_descriptor(struct ipc_space *s, char *d, const struct places *p,
                   uint32_t *done)
{
    void *held = ipc_desc_get(d);
    mach_msg_ool_descriptor_t *ool = (void *)d;
    mach_msg_port_descriptor_t *port = (void *)d;

    switch (ipc_desc_type(d)) {
    case MACH_MSG_PORT_DESCRIPTOR:
        port->name = ipc_right_copyout(s, held, port->disposition);
        port->pad1 = 0;
        port->pad2 = 0;
        return;
    case MACH_MSG_OOL_DESCRIPTOR:
        break;
    default:
        if (held != NULL) {
            deliver_array(s, held,
                          ((mach_msg_ool_ports_descriptor_t *)(void *)d)
                              ->disposition,
                          p->at[*done]);
        }
        break;
    }
    ool->address = held == NULL ? 0 : p->at[(*done)++];
    ool->deallocate = 1;
    ool->copy = MACH_MSG_VIRTUAL_COPY;
}

static void
deliver_header(struct ipc_kmsg *k, struct ipc_port *from,
               struct ipc_space *s)
{
    mach_msg_header_t *h = &k->ikm_header;
    mach_msg_type_name_t dest_type = MACH_MSGH_BITS_REMOTE(h->msgh_bits);
    mach_msg_type_name_t reply_type = MACH_MSGH_BITS_LOCAL(h->msgh_bits);
    struct ipc_port *dest = k->ikm_remote;

    assert(dest == from);
    k->ikm_remote = IP_NULL;
    h->msgh_local_port = from->ip_object.io_name;
    h->msgh_remote_port = ipc_right_copyout(s, k->ikm_local, reply_type);
    k->ikm_local = IP_NULL;
    h->msgh_voucher_port = MACH_PORT_NULL;
    h->msgh_bits = (h->msgh_bits & MACH_MSGH_BITS_COMPLEX)
                   | MACH_MSGH_BITS(reply_type, dest_type);
    ipc_port_consume_right(dest, dest_type);
}

/* The trailer, of size bytes, behind the message in the kmsg. */
static inline void
deliver_trailer(struct ipc_kmsg *k, const struct ipc_port *from,
                mach_msg_size_t size)
{
    char *at = (char *)&k->ikm_header + k->ikm_header.msgh_size;
    mach_msg_trailer_t *t = (void *)at;

    t->msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
    t->msgh_trailer_size = size;
    if (size > sizeof(*t)) {
        mach_msg_max_trailer_t max = {
            .msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0,
            .msgh_trailer_size = size,
            .msgh_seqno = from->ip_seqno,
            .msgh_sender = k->ikm_sender,
            .msgh_audit = k->ikm_audit,
            .msgh_context = from->ip_context,
        };

        memcpy(at, &max, size);
    }
}

/* The point of no return is behind us. */
static void
deliver(struct ipc_kmsg *k, struct ipc_port *from,
        const struct thread *th, const struct places *p,
        mach_msg_size_t need)
{
    struct ipc_space *s = th->th_caller->ca_space;
    uint32_t n = ipc_kmsg_descriptors(k), done = 0;
    char *d = ipc_kmsg_first_descriptor(k);
    kern_return_t kr;

    deliver_trailer(k, from, need - k->ikm_header.msgh_size);
    ipc_mqueue_take(from, k);
    while (n-- > 0) {
        unsigned type = ipc_desc_type(d);

        ipc_breathe(n);
        deliver_descriptor(s, d, p, &done);
        d += ipc_desc_size(type);
    }
    deliver_header(k, from, s);
    kr = copyout(&k->ikm_header, th->th_saved.ipc.buffer, need);
    assert(kr == KERN_SUCCESS);
    (void)kr;
    ipc_kmsg_free(k);
}

/* Names aren't at hand: make sure of one, behind the buffer. */
static __attribute__((noinline)) kern_return_t
reserve_name(const struct thread *th, mach_msg_size_t need)
{
    kern_return_t kr = vm_probe_write(th->th_saved.ipc.buffer, need);

    if (kr != KERN_SUCCESS) {
        return kr == KERN_BLOCKED ? kr : MACH_RCV_INVALID_DATA;
    }
    return ipc_entry_reserve(th->th_caller->ca_space, 1) == KERN_SUCCESS
               ? KERN_SUCCESS
               : MACH_RCV_BODY_ERROR;
}

/*
 * A message without descriptors needs no place but its buffer: the name that
 * its reply right will have is known, so it is copied there as it will be, and
 * what remains can't fail.
 */
static inline kern_return_t
deliver_simple(struct ipc_kmsg *k, struct ipc_port *from, struct thread *th,
               mach_msg_size_t need)
{
    struct ipc_space *s = th->th_caller->ca_space;
    mach_msg_header_t *h = &k->ikm_header;
    mach_msg_type_name_t dest = MACH_MSGH_BITS_REMOTE(h->msgh_bits);
    mach_msg_type_name_t type = MACH_MSGH_BITS_LOCAL(h->msgh_bits);
    struct ipc_port *reply = k->ikm_local;
    mach_port_name_t name = MACH_PORT_NULL;
    /* A name of its own, with nobody to be told: as nearly always. */
    bool new_name = type == MACH_MSG_TYPE_PORT_SEND_ONCE && ip_valid(reply)
                    && ip_active(reply) && ipc_entry_ready(s, 1);
    kern_return_t kr;

    if (new_name) {
        name = ipc_entry_next_name(s);
    } else if (reply != IP_NULL) {
        if (!ipc_entry_ready(s, 1) && ip_valid(reply)) {
            kr = reserve_name(th, need);
            if (kr != KERN_SUCCESS) {
                return kr;
            }
        }
        name = ipc_right_copyout_name(s, reply, type);
    }
    h->msgh_bits = MACH_MSGH_BITS(type, dest);
    h->msgh_remote_port = name;
    h->msgh_local_port = from->ip_object.io_name;
    deliver_trailer(k, from, need - h->msgh_size);
    kr = ipc_copyout(h, th->th_saved.ipc.buffer, need);
    if (kr != KERN_SUCCESS) {
        h->msgh_bits = MACH_MSGH_BITS(dest, type);
        return kr == KERN_BLOCKED ? kr : MACH_RCV_INVALID_DATA;
    }
    /* ---- point of no return ---- */
    ipc_mqueue_take_message(from, k);
    if (new_name) {
        struct ipc_entry *e = ipc_entry_pop(s);

        e->ie_port = reply;
        e->ie_bits = MACH_PORT_TYPE_SEND_ONCE | 1u;
    } else if (reply != IP_NULL) {
        mach_port_name_t given = ipc_right_copyout(s, reply, type);

        assert(given == name);
        (void)given;
    }
    if (dest == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        from->ip_sorights--;
        from->ip_object.io_refs--; /* the receive right's is left */
    } else {
        ip_release_send(from);
    }
    ipc_kmsg_done(k);
    return KERN_SUCCESS;
}

/* k has left from's queue and is not wanted.  That a request came through a
 * send-once right is told, as if the right had been destroyed. */
static void
destroy_received(struct ipc_kmsg *k, struct ipc_port *from)
{
    if ((k->ikm_flags & IKM_SONCE) != 0) {
        ipc_port_consume_right(from, MACH_MSG_TYPE_PORT_SEND_ONCE);
        return;
    }
    if ((k->ikm_flags & IKM_NOTICE) == 0
        && MACH_MSGH_BITS_REMOTE(k->ikm_header.msgh_bits)
               == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        k->ikm_remote = IP_NULL;
        ipc_mqueue_post_sonce(from); /* the right is its now */
    }
    ipc_kmsg_destroy(k);
}

/*
 * The buffer is too small.  With MACH_RCV_LARGE the message stays, else it is
 * destroyed; the size that is needed is told in either case, if the buffer
 * holds a header.
 */
static __attribute__((noinline)) kern_return_t
too_large(struct ipc_kmsg *k, struct ipc_port *from,
          const struct thread *th)
{
    mach_msg_header_t h = {
        .msgh_bits = 0,
        .msgh_size = k->ikm_header.msgh_size,
        .msgh_local_port = from->ip_object.io_name,
        .msgh_id = k->ikm_header.msgh_id,
    };

    if (mach_msg_rcv_size(th) >= sizeof(h)) {
        kern_return_t kr = copyout(&h, th->th_saved.ipc.buffer, sizeof(h));

        if (kr != KERN_SUCCESS) {
            return kr == KERN_BLOCKED ? kr : MACH_RCV_INVALID_DATA;
        }
    }
    if ((mach_msg_option(th) & MACH_RCV_LARGE) == 0) {
        ipc_mqueue_take(from, k);
        destroy_received(k, from);
    }
    return MACH_RCV_TOO_LARGE;
}

/* With descriptors, and room for it in the buffer. */
static __attribute__((noinline)) kern_return_t
deliver_complex(struct ipc_kmsg *k, struct ipc_port *from,
                const struct thread *th, mach_msg_size_t need)
{
    struct places p;
    kern_return_t kr = vm_probe_write(th->th_saved.ipc.buffer, need);

    if (kr != KERN_SUCCESS) {
        return kr == KERN_BLOCKED ? kr : MACH_RCV_INVALID_DATA;
    }
    places_count(k, &p);
    if (ipc_entry_reserve(th->th_caller->ca_space, p.ports) != KERN_SUCCESS) {
        return MACH_RCV_BODY_ERROR;
    }
    p.at = p.small;
    if (p.count > PLACES_SMALL) {
        p.at = kalloc(p.count * sizeof(*p.at), th->th_caller->ca_ledger);
        if (p.at == NULL) {
            return MACH_RCV_BODY_ERROR;
        }
    }
    kr = p.count == 0 ? KERN_SUCCESS : places_map(k, th, &p);
    if (kr == KERN_SUCCESS && p.count != 0) {
        /* Mapping may have taken the buffer's pages away. */
        kr = vm_probe_write(th->th_saved.ipc.buffer, need);
        if (kr != KERN_SUCCESS) {
            places_undo(k, th, &p, p.count);
            kr = kr == KERN_BLOCKED ? kr : MACH_RCV_INVALID_DATA;
        }
    }
    if (kr == KERN_SUCCESS) {
        /* ---- point of no return ---- */
        kr = (k->ikm_flags & IKM_LOST) != 0 ? MACH_RCV_BODY_ERROR
                                            : KERN_SUCCESS;
        deliver(k, from, th, &p, need);
    }
    if (p.at != p.small) {
        kfree(p.at, p.count * sizeof(*p.at), th->th_caller->ca_ledger);
    }
    return kr;
}

kern_return_t
ipc_kmsg_deliver(struct ipc_kmsg *k, struct ipc_port *from,
                 struct thread *th)
{
    mach_msg_size_t need =
        k->ikm_header.msgh_size + th->th_saved.ipc.trailer;

    if (need > th->th_saved.ipc.room) {
        return too_large(k, from, th);
    }
    return (k->ikm_header.msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0
               ? deliver_simple(k, from, th, need)
               : deliver_complex(k, from, th, need);
}
