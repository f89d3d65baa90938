/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message structures: allocation with a cache of small ones, charging, and
 * destruction in bounded steps.
 */
#include <base/assert.h>
#include <base/compiler.h>
#include <base/kalloc.h>
#include <vm/vm_user.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_limits.h>

/* Rights dropped in one step of a destruction. */
#define CLEAN_AT_ONCE 16u

uint64_t ipc_kmsg_count;

struct list *ipc_kmsg_cache;
int ipc_kmsg_cached;

/* Large ones freed lately, for the next of their capacity: whoever sends many
 * messages of a few sizes does not cut the page allocator's long runs into
 * pieces that others' pages then hold apart. */
#define LARGE_KEPT 4u
static struct ipc_kmsg *large[LARGE_KEPT];
static unsigned large_next; /* to be replaced */

static struct ipc_kmsg *
large_take(uint32_t capacity)
{
    for (unsigned i = 0; i < LARGE_KEPT; i++) {
        struct ipc_kmsg *k = large[i];

        if (k != NULL && k->ikm_capacity == capacity) {
            large[i] = NULL;
            return k;
        }
    }
    return NULL;
}

static void
large_keep(struct ipc_kmsg *k)
{
    unsigned i = 0;

    while (i < LARGE_KEPT && large[i] != NULL) {
        i++;
    }
    if (i == LARGE_KEPT) {
        i = large_next++ % LARGE_KEPT;
        kfree(large[i], ipc_kmsg_bytes(large[i]), NULL);
    }
    large[i] = k;
}

void
ipc_kmsg_trim(void)
{
    for (unsigned i = 0; i < LARGE_KEPT; i++) {
        if (large[i] != NULL) {
            kfree(large[i], ipc_kmsg_bytes(large[i]), NULL);
            large[i] = NULL;
        }
    }
}

struct ipc_kmsg *
ipc_kmsg_create(mach_msg_size_t size)
{
    uint32_t capacity = size + MAX_TRAILER_SIZE;
    struct ipc_kmsg *k;

    if (capacity < IPC_KMSG_SMALL) {
        capacity = IPC_KMSG_SMALL;
    }
    k = large_take(capacity);
    if (k != NULL) {
        ipc_kmsg_count++;
        return k;
    }
    k = kalloc(offsetof(struct ipc_kmsg, ikm_header) + capacity, NULL);
    if (k != NULL) {
        k->ikm_capacity = capacity;
        ipc_kmsg_count++;
    }
    return k;
}

/* Back to its owner: true, unless that is gone. */
static bool
prealloc_return(struct ipc_kmsg *k)
{
    bool orphan = (k->ikm_flags & IKM_ORPHAN) != 0;

    k->ikm_flags = IKM_PREALLOC;
    k->ikm_remote = IP_NULL;
    k->ikm_local = IP_NULL;
    k->ikm_cleaned = 0;
    k->ikm_cleaned_ports = 0;
    return !orphan;
}

void
ipc_kmsg_free(struct ipc_kmsg *k)
{
    struct ledger *l = k->ikm_ledger;

    assert(k->ikm_reply == NULL);
    if ((k->ikm_flags & (IKM_SONCE | IKM_PREALLOC)) != 0
        && ((k->ikm_flags & IKM_SONCE) != 0 || prealloc_return(k))) {
        return;
    }
    if (l != NULL) {
        ledger_uncharge(l, LEDGER_KMEM, ipc_kmsg_bytes(k));
        ledger_release(l);
    }
    if (k->ikm_capacity == IPC_KMSG_SMALL
            ? ipc_kmsg_cached >= IPC_KMSG_CACHE
            : IPC_KMSG_CACHE == 0) {
        kfree(k, ipc_kmsg_bytes(k), NULL);
        ipc_kmsg_count--;
        return;
    }
    ipc_kmsg_clean(k);
    if (k->ikm_capacity == IPC_KMSG_SMALL) {
        ipc_kmsg_push(k);
    } else {
        large_keep(k);
        ipc_kmsg_count--;
    }
}

void
ipc_kmsg_from_kernel(struct ipc_kmsg *k)
{
    k->ikm_sender.val[0] = KERNEL_SECURITY_TOKEN_VAL0;
    k->ikm_sender.val[1] = KERNEL_SECURITY_TOKEN_VAL1;
    memset(&k->ikm_audit, 0, sizeof(k->ikm_audit));
}

struct ipc_port_array *
ipc_port_array_create(uint32_t count, struct ledger *l)
{
    struct ipc_port_array *a =
        kalloc(sizeof(*a) + count * sizeof(a->pa_ports[0]), l);

    if (a != NULL) {
        ledger_reference(l);
        a->pa_ledger = l;
        a->pa_count = count;
    }
    return a;
}

void
ipc_port_array_free(struct ipc_port_array *a)
{
    struct ledger *l = a->pa_ledger;

    kfree(a, sizeof(*a) + a->pa_count * sizeof(a->pa_ports[0]), l);
    ledger_release(l);
}

bool
ipc_kmsg_receive_rights(struct ipc_kmsg *k, struct ipc_port *dest,
                        bool (*fn)(struct ipc_port *port,
                                   struct ipc_port *dest))
{
    uint32_t n = ipc_kmsg_descriptors(k), i;
    char *d = ipc_kmsg_first_descriptor(k);

    for (; n-- > 0; d += ipc_desc_size(ipc_desc_type(d))) {
        mach_msg_ool_ports_descriptor_t *od = (void *)d;
        struct ipc_port *single = ipc_desc_get(d), **ports = &single;
        uint32_t count = 1;

        /* The disposition lies at the same place in both kinds. */
        if (ipc_desc_type(d) == MACH_MSG_OOL_DESCRIPTOR
            || od->disposition != MACH_MSG_TYPE_PORT_RECEIVE) {
            continue;
        }
        if (ipc_desc_type(d) == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
            struct ipc_port_array *a = ipc_desc_get(d);

            count = a == NULL ? 0 : a->pa_count;
            ports = a == NULL ? NULL : a->pa_ports;
        }
        for (i = 0; i < count; i++) {
            if (ip_valid(ports[i]) && fn(ports[i], dest)) {
                return true;
            }
        }
    }
    return false;
}

/* Drop up to *budget rights of an array; true: all are gone, and it is. */
static bool
clean_array(struct ipc_kmsg *k, struct ipc_port_array *a,
            mach_msg_type_name_t type, unsigned *budget)
{
    while (k->ikm_cleaned_ports < a->pa_count) {
        if (*budget == 0) {
            return false;
        }
        (*budget)--;
        ipc_port_drop_right(a->pa_ports[k->ikm_cleaned_ports++], type);
    }
    k->ikm_cleaned_ports = 0;
    ipc_port_array_free(a);
    return true;
}

/* Drop what the next descriptor holds; true: it is done. */
static bool
clean_descriptor(struct ipc_kmsg *k, char *d, unsigned *budget)
{
    void *p = ipc_desc_get(d);

    switch (ipc_desc_type(d)) {
    case MACH_MSG_PORT_DESCRIPTOR:
        ipc_port_drop_right(p, ((mach_msg_port_descriptor_t *)(void *)d)
                                   ->disposition);
        break;
    case MACH_MSG_OOL_DESCRIPTOR:
        if (p != NULL) {
            vm_map_copy_discard(p);
        }
        break;
    default:
        if (p != NULL
            && !clean_array(k, p,
                            ((mach_msg_ool_ports_descriptor_t *)(void *)d)
                                ->disposition,
                            budget)) {
            return false;
        }
        break;
    }
    *budget -= *budget > 0 ? 1u : 0u;
    return true;
}

static void
clean_header(struct ipc_kmsg *k)
{
    mach_msg_bits_t bits = k->ikm_header.msgh_bits;
    struct ipc_port *port = k->ikm_remote;

    k->ikm_remote = IP_NULL;
    if (ip_valid(port)) {
        if ((k->ikm_flags & IKM_NOTICE) != 0) {
            /* A notification that nobody gets is not worth another. */
            ipc_port_consume_right(port, MACH_MSGH_BITS_REMOTE(bits));
        } else {
            ipc_port_drop_right(port, MACH_MSGH_BITS_REMOTE(bits));
        }
    }
    port = k->ikm_local;
    k->ikm_local = IP_NULL;
    if (ip_valid(port)) {
        ipc_port_drop_right(port, MACH_MSGH_BITS_LOCAL(bits));
    }
}

COLD bool
ipc_kmsg_reap(struct ipc_kmsg *k)
{
    uint32_t n = ipc_kmsg_descriptors(k);
    char *d = ipc_kmsg_first_descriptor(k);
    unsigned budget = CLEAN_AT_ONCE;
    uint32_t i;

    for (i = 0; i < n; i++) {
        if (i >= k->ikm_cleaned) {
            if (budget == 0 || !clean_descriptor(k, d, &budget)) {
                return true;
            }
            k->ikm_cleaned = i + 1u;
        }
        d += ipc_desc_size(ipc_desc_type(d));
    }
    ipc_kmsg_free(k);
    return false;
}

void
ipc_kmsg_destroy(struct ipc_kmsg *k)
{
    struct ipc_kmsg *reply = k->ikm_reply;

    k->ikm_reply = NULL;
    clean_header(k);
    if (reply != NULL) {
        ipc_kmsg_destroy(reply); /* holds no further one */
    }
    if (ipc_kmsg_reap(k)) {
        ipc_reap_kmsg(k);
    }
}
