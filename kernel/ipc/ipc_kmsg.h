/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages in the kernel.
 *
 * A kmsg holds the message as it will be received, save that rights are
 * pointers: ikm_remote and ikm_local those of the header, whose types
 * (MACH_MSG_TYPE_PORT_*) are in msgh_bits; in descriptors a pointer lies in
 * the 8 bytes that hold name and pad, or the address:
 *   port       struct ipc_port *, disposition PORT_*
 *   OOL        struct vm_map_copy * (NULL when size is 0)
 *   OOL ports  struct ipc_port_array * (NULL when count is 0), disposition
 *              PORT_*
 *
 * States: being built or served (on no list) -> queued (ikm_link) -> being
 * received -> freed.  A preallocated one belongs to a kernel structure
 * (IKM_PREALLOC), is IKM_BUSY from send to the end of its delivery, and then
 * reusable. ikm_ledger is charged for it from allocation to the end.
 */
#ifndef IPC_IPC_KMSG_H
#define IPC_IPC_KMSG_H

#include <base/string.h>
#include <machine/user_copy.h>
#include <vm/vm_user.h>
#include <ipc/ipc_limits.h>
#include <ipc/ipc_port.h>

struct vm_map_copy;
struct thread;

#define IKM_PREALLOC 1u /* goes back to its owner */
#define IKM_BUSY 2u     /* prealloc: in use now */
#define IKM_ORPHAN 4u   /* prealloc: the owner is gone, free it at the end */
#define IKM_NOTICE 8u   /* a notification: received before requests */
#define IKM_SLOT 16u    /* owns a slot of the queue */
#define IKM_SONCE 32u   /* the one stand-in for counted notifications */
#define IKM_RECEIVE 64u /* carries receive rights */
#define IKM_LOST 128u   /* memory it carried is lost: reported at receive */
#define IKM_MARKED 256u /* being decoded: its rights are claimed */

struct ipc_kmsg {
    struct list ikm_link;        /* K: queue or reap list */
    struct ipc_port *ikm_remote; /* destination right */
    struct ipc_port *ikm_local;  /* reply right, IP_NULL or IP_DEAD */
    struct ledger *ikm_ledger;   /* +1; NULL: nothing charged */
    struct ipc_kmsg *ikm_reply;  /* request to the kernel: its reply to be */
    uint32_t ikm_capacity;       /* bytes from ikm_header on */
    uint32_t ikm_flags;
    uint32_t ikm_cleaned;        /* descriptors already destroyed */
    uint32_t ikm_cleaned_ports;  /* of the next one, when it is an array */
    security_token_t ikm_sender;
    audit_token_t ikm_audit;
    mach_msg_header_t ikm_header;
};
_Static_assert(offsetof(struct ipc_kmsg, ikm_header) % 8 == 0, "alignment");

struct ipc_port_array {
    struct ledger *pa_ledger;    /* I: +1: charged */
    vm_address_t pa_address;     /* I: where the sender had the names */
    uint32_t pa_count;           /* I */
    struct ipc_port *pa_ports[]; /* naked rights */
};

/* All that have memory, but for large ones that are kept. */
extern uint64_t ipc_kmsg_count;

/* NULL: shortage.  The rights are the caller's business. */
struct ipc_port_array *ipc_port_array_create(uint32_t count,
                                             struct ledger *l);
void ipc_port_array_free(struct ipc_port_array *a);

static inline struct ipc_kmsg *
ipc_kmsg_of(const mach_msg_header_t *h)
{
    return (struct ipc_kmsg *)((uintptr_t)h
                               - offsetof(struct ipc_kmsg, ikm_header));
}

/* copyin() and copyout() in line, where the pages are there: of a message, a
 * number of 32-bit words.  (What lies behind VM_MAX_ADDRESS faults.) */
static inline kern_return_t
ipc_copyin(vm_address_t from, void *to, mach_msg_size_t size)
{
    return from < VM_MAX_ADDRESS && user_copy_from_32(to, from, size) == 0
               ? KERN_SUCCESS
               : copyin(from, to, size);
}

static inline kern_return_t
ipc_copyout(const void *from, vm_address_t to, mach_msg_size_t size)
{
    return to < VM_MAX_ADDRESS && user_copy_to_32(to, from, size) == 0
               ? KERN_SUCCESS
               : copyout(from, to, size);
}

/* The pointer in a descriptor. */
static inline void *
ipc_desc_get(const void *descriptor)
{
    void *p;

    memcpy(&p, descriptor, sizeof(p));
    return p;
}

static inline void
ipc_desc_set(void *descriptor, const void *p)
{
    memcpy(descriptor, &p, sizeof(p));
}

static inline unsigned
ipc_desc_type(const void *descriptor)
{
    mach_msg_type_descriptor_t d;

    memcpy(&d, descriptor, sizeof(d));
    return d.type;
}

static inline size_t
ipc_desc_size(unsigned type)
{
    return type == MACH_MSG_PORT_DESCRIPTOR
               ? sizeof(mach_msg_port_descriptor_t)
               : sizeof(mach_msg_ool_descriptor_t);
}

/* Number of descriptors, 0 for a simple message, and the first. */
static inline uint32_t
ipc_kmsg_descriptors(const struct ipc_kmsg *k)
{
    uint32_t n;

    if ((k->ikm_header.msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return 0;
    }
    memcpy(&n, &k->ikm_header + 1, sizeof(n));
    return n;
}

static inline char *
ipc_kmsg_first_descriptor(struct ipc_kmsg *k)
{
    return (char *)(&k->ikm_header + 1) + sizeof(mach_msg_body_t);
}

/* Call fn for each receive right that k carries; true: fn was, for one. */
bool ipc_kmsg_receive_rights(struct ipc_kmsg *k, struct ipc_port *dest,
                             bool (*fn)(struct ipc_port *port,
                                        struct ipc_port *dest));

/* Small messages are all of this capacity and kept for reuse: free ones, linked
 * by ikm_link.next, in the state in which they are given out. */
#define IPC_KMSG_SMALL 448u
extern struct list *ipc_kmsg_cache;
extern int ipc_kmsg_cached;
struct ipc_kmsg *ipc_kmsg_create(mach_msg_size_t size);
/* Free those that are kept and large, so that a census finds none. */
void ipc_kmsg_trim(void);

/* size: of the whole message.  Not charged. */
static inline struct ipc_kmsg *
ipc_kmsg_alloc(mach_msg_size_t size)
{
    struct ipc_kmsg *k;

    if (size > IPC_KMSG_SMALL - MAX_TRAILER_SIZE || ipc_kmsg_cache == NULL) {
        return ipc_kmsg_create(size);
    }
    k = list_entry(ipc_kmsg_cache, struct ipc_kmsg, ikm_link);
    ipc_kmsg_cache = ipc_kmsg_cache->next;
    ipc_kmsg_cached--;
    return k;
}

/* And back: as it was given out. */
static inline void
ipc_kmsg_push(struct ipc_kmsg *k)
{
    k->ikm_link.next = ipc_kmsg_cache;
    ipc_kmsg_cache = &k->ikm_link;
    ipc_kmsg_cached++;
}

/* As it is to be given out. */
static inline void
ipc_kmsg_clean(struct ipc_kmsg *k)
{
    k->ikm_ledger = NULL;
    k->ikm_remote = IP_NULL;
    k->ikm_local = IP_NULL;
    k->ikm_flags = 0;
    k->ikm_cleaned = 0;
    k->ikm_cleaned_ports = 0;
}

#define IPC_KMSG_SMALL_BYTES \
    (offsetof(struct ipc_kmsg, ikm_header) + IPC_KMSG_SMALL)

static inline size_t
ipc_kmsg_bytes(const struct ipc_kmsg *k)
{
    return offsetof(struct ipc_kmsg, ikm_header) + k->ikm_capacity;
}

/* Charge it to l until it is freed. */
static inline kern_return_t
ipc_kmsg_charge(struct ipc_kmsg *k, struct ledger *l)
{
    kern_return_t kr =
        ledger_charge_little(l, LEDGER_KMEM, ipc_kmsg_bytes(k));

    if (kr == KERN_SUCCESS) {
        ledger_reference(l);
        k->ikm_ledger = l;
    }
    return kr;
}

/* Its trailer names the kernel as the sender. */
void ipc_kmsg_from_kernel(struct ipc_kmsg *k);
/* Free one that holds no rights (any more), or give it back to its owner. */
void ipc_kmsg_free(struct ipc_kmsg *k);
/* The same in line, for one that is small and no prealloc's, as nearly all
 * are. */
static inline void
ipc_kmsg_done(struct ipc_kmsg *k)
{
    struct ledger *l = k->ikm_ledger;

    if (__builtin_expect(k->ikm_capacity != IPC_KMSG_SMALL
                             || (k->ikm_flags & (IKM_SONCE | IKM_PREALLOC))
                                    != 0
                             || ipc_kmsg_cached >= IPC_KMSG_CACHE,
                         0)) {
        ipc_kmsg_free(k);
        return;
    }
    if (l != NULL) {
        ledger_uncharge_little(l, LEDGER_KMEM, IPC_KMSG_SMALL_BYTES);
        ledger_release(l);
    }
    ipc_kmsg_clean(k);
    ipc_kmsg_push(k);
}
/* Drop all it holds and free it; long ones are left to the reaper. */
void ipc_kmsg_destroy(struct ipc_kmsg *k);
/* A step of that; true: more to do. */
bool ipc_kmsg_reap(struct ipc_kmsg *k);

/*
 * A message of the current thread, whose bytes are there and whose header has
 * dispositions that give rights to send, in steps; a failed step leaves the
 * space as it was and k fit to be freed.  decode_header: finds the destination
 * (borrowed, active).  decode: checks everything else, KERN_BLOCKED possible.
 * Both leave claims (ipc_right.h), IKM_MARKED, which end with unclaim (give_up:
 * k is to be freed) or copyin.  copyin: out-of-line memory, the last thing that
 * can fail; then rights move.  (Simple messages: mach_msg_send.c.)
 */
struct ipc_space;
struct vm_map;
kern_return_t ipc_kmsg_decode_header(struct ipc_kmsg *k, struct ipc_space *s,
                                     struct ipc_port **dest);
kern_return_t ipc_kmsg_decode(struct ipc_kmsg *k, struct ipc_space *s,
                              struct ipc_port *dest, struct ledger *payer);
void ipc_kmsg_unclaim(struct ipc_kmsg *k, struct ipc_space *s, bool give_up);
kern_return_t ipc_kmsg_copyin(struct ipc_kmsg *k, struct ipc_space *s,
                              struct vm_map *map, struct ledger *l);

/*
 * Deliver k, the message that from's queue shows, to th, the current thread:
 * where and how is in th_saved.ipc.  Either all is done and the message is off
 * the queue and freed; or nothing has happened.
 */
kern_return_t ipc_kmsg_deliver(struct ipc_kmsg *k, struct ipc_port *from,
                               struct thread *th);

/* Send a message built by the kernel: k is complete, consumed.  It uses the
 * right that it goes through. */
void ipc_kmsg_send_always(struct ipc_kmsg *k);
/* One whose right has been accounted for, to an active port that is not a
 * kernel object's. */
void ipc_kmsg_post(struct ipc_kmsg *k);

#endif
