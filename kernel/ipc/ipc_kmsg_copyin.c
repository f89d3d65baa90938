/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copyin, second half: capture out-of-line memory, then move the rights.
 *
 * A range that the sender gives away is captured and removed in one call only
 * when it is the last one; the others are captured by copy and removed after
 * the point of no return, so that a failure leaves the sender's memory alone.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <vm/vm_user.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_right.h>

/* What the capture of a message's out-of-line memory keeps. */
struct capture {
    struct vm_map *map;
    struct ledger *ledger;
    uint32_t count;          /* OOL descriptors with data */
    vm_address_t *addresses; /* of them, where the sender had them */
};

static uint32_t
count_ool(struct ipc_kmsg *k)
{
    uint32_t n = ipc_kmsg_descriptors(k), count = 0;
    char *d = ipc_kmsg_first_descriptor(k);

    while (n-- > 0) {
        unsigned type = ipc_desc_type(d);

        if (type == MACH_MSG_OOL_DESCRIPTOR
            && ((mach_msg_ool_descriptor_t *)(void *)d)->size != 0) {
            count++;
        }
        d += ipc_desc_size(type);
    }
    return count;
}

/* Drop the first n captured ranges, and all arrays of names. */
static void
capture_undo(struct ipc_kmsg *k, uint32_t n)
{
    uint32_t left = ipc_kmsg_descriptors(k);
    char *d = ipc_kmsg_first_descriptor(k);

    while (left-- > 0) {
        unsigned type = ipc_desc_type(d);

        if (type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
            if (ipc_desc_get(d) != NULL) {
                ipc_port_array_free(ipc_desc_get(d));
            }
        } else if (type == MACH_MSG_OOL_DESCRIPTOR && n > 0
                   && ((mach_msg_ool_descriptor_t *)(void *)d)->size != 0) {
            n--;
            vm_map_copy_discard(ipc_desc_get(d));
        }
        d += ipc_desc_size(type);
    }
}

static kern_return_t
memory_error(kern_return_t kr)
{
    switch (kr) {
    case KERN_BLOCKED:
        return kr;
    case KERN_RESOURCE_SHORTAGE:
        return MACH_SEND_NO_BUFFER;
    default:
        return MACH_SEND_INVALID_MEMORY;
    }
}

static kern_return_t
capture_all(struct ipc_kmsg *k, struct capture *c)
{
    uint32_t left = ipc_kmsg_descriptors(k), done = 0;
    char *d = ipc_kmsg_first_descriptor(k);

    while (left-- > 0) {
        unsigned type = ipc_desc_type(d);
        mach_msg_ool_descriptor_t *ool = (void *)d;
        struct vm_map_copy *copy = NULL;
        kern_return_t kr;

        ipc_breathe(left);
        if (type == MACH_MSG_OOL_DESCRIPTOR) {
            if (ool->size != 0) {
                c->addresses[done] = ool->address;
                kr = vm_map_copyin(c->map, ool->address, ool->size,
                                   ool->deallocate && done + 1u == c->count,
                                   c->ledger, &copy);
                if (kr != KERN_SUCCESS) {
                    capture_undo(k, done);
                    return memory_error(kr);
                }
                done++;
            }
            ipc_desc_set(d, copy);
        }
        d += ipc_desc_size(type);
    }
    return KERN_SUCCESS;
}

/* Remove what the sender gives away and still has. */
static void
capture_finish(struct ipc_kmsg *k, struct capture *c)
{
    uint32_t left = ipc_kmsg_descriptors(k), done = 0;
    char *d = ipc_kmsg_first_descriptor(k);

    while (left-- > 0) {
        unsigned type = ipc_desc_type(d);

        if (type == MACH_MSG_OOL_DESCRIPTOR) {
            mach_msg_ool_descriptor_t *ool = (void *)d;

            if (ool->size != 0 && ++done != c->count && ool->deallocate) {
                (void)vm_map_deallocate(c->map, c->addresses[done - 1u],
                                        ool->size);
            }
        } else if (type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
            mach_msg_ool_ports_descriptor_t *od = (void *)d;
            struct ipc_port_array *a = ipc_desc_get(d);

            if (a != NULL && od->deallocate) {
                (void)vm_map_deallocate(
                    c->map, a->pa_address,
                    a->pa_count * sizeof(mach_port_name_t));
            }
        }
        d += ipc_desc_size(type);
    }
}

static void
copyin_header(struct ipc_kmsg *k, struct ipc_space *s)
{
    mach_msg_header_t *h = &k->ikm_header;
    mach_msg_type_name_t remote = MACH_MSGH_BITS_REMOTE(h->msgh_bits);
    mach_msg_type_name_t local = MACH_MSGH_BITS_LOCAL(h->msgh_bits);

    if (local == MACH_MSG_TYPE_COPY_SEND) {
        k->ikm_local = ipc_right_copyin(s, h->msgh_local_port, local);
        k->ikm_remote = ipc_right_copyin(s, h->msgh_remote_port, remote);
    } else {
        k->ikm_remote = ipc_right_copyin(s, h->msgh_remote_port, remote);
        if (local != 0) {
            k->ikm_local = ipc_right_copyin(s, h->msgh_local_port, local);
        }
    }
    if (local != 0) {
        local = ipc_right_copyin_type(local);
    }
    h->msgh_bits = (h->msgh_bits & MACH_MSGH_BITS_COMPLEX)
                   | MACH_MSGH_BITS(ipc_right_copyin_type(remote), local);
}

static void
copyin_array(struct ipc_kmsg *k, struct ipc_space *s,
             mach_msg_ool_ports_descriptor_t *d)
{
    struct ipc_port_array *a = ipc_desc_get(d);
    mach_msg_type_name_t disposition = d->disposition;
    uint32_t i;

    /* The names lie in the second half, so each is read before the pointer
     * that overwrites it is stored. */
    for (i = 0; a != NULL && i < a->pa_count; i++) {
        mach_port_name_t name;

        ipc_breathe(i);
        memcpy(&name,
               (const char *)a->pa_ports
                   + (a->pa_count + i) * sizeof(mach_port_name_t),
               sizeof(name));
        a->pa_ports[i] = ipc_right_copyin(s, name, disposition);
    }
    d->disposition = ipc_right_copyin_type(disposition) & 0xffu;
    if (disposition == MACH_MSG_TYPE_MOVE_RECEIVE) {
        k->ikm_flags |= IKM_RECEIVE;
    }
}

static void
copyin_body(struct ipc_kmsg *k, struct ipc_space *s)
{
    uint32_t n = ipc_kmsg_descriptors(k);
    char *d = ipc_kmsg_first_descriptor(k);

    while (n-- > 0) {
        unsigned type = ipc_desc_type(d);

        ipc_breathe(n);
        if (type == MACH_MSG_PORT_DESCRIPTOR) {
            mach_msg_port_descriptor_t *p = (void *)d;
            mach_msg_type_name_t disposition = p->disposition;

            ipc_desc_set(d, ipc_right_copyin(s, p->name, disposition));
            p->disposition = ipc_right_copyin_type(disposition) & 0xffu;
            if (disposition == MACH_MSG_TYPE_MOVE_RECEIVE) {
                k->ikm_flags |= IKM_RECEIVE;
            }
        } else if (type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
            copyin_array(k, s, (void *)d);
        }
        d += ipc_desc_size(type);
    }
}

/* Out-of-line memory, then the rights. */
static kern_return_t
copyin_complex(struct ipc_kmsg *k, struct ipc_space *s, struct vm_map *map,
               struct ledger *l)
{
    struct capture c = {.map = map, .ledger = l};
    vm_address_t one;
    kern_return_t kr;

    c.count = count_ool(k);
    c.addresses = &one;
    if (c.count > 1) {
        c.addresses = kalloc(c.count * sizeof(one), l);
        if (c.addresses == NULL) {
            capture_undo(k, 0);
            return MACH_SEND_NO_BUFFER;
        }
    }
    kr = capture_all(k, &c);
    if (kr == KERN_SUCCESS) {
        /* ---- point of no return ---- */
        capture_finish(k, &c);
        copyin_header(k, s);
        copyin_body(k, s);
    }
    if (c.addresses != &one) {
        kfree(c.addresses, c.count * sizeof(one), l);
    }
    return kr;
}

kern_return_t
ipc_kmsg_copyin(struct ipc_kmsg *k, struct ipc_space *s, struct vm_map *map,
                struct ledger *l)
{
    ipc_kmsg_unclaim(k, s, false);
    k->ikm_flags &= ~IKM_MARKED;
    if (ipc_kmsg_descriptors(k) == 0) {
        copyin_header(k, s);
        return KERN_SUCCESS;
    }
    return copyin_complex(k, s, map, l);
}
