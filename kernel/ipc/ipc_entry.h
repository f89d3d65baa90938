/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Name spaces and their entries.
 *
 * A name is (index << 8) | generation.  The entry holds its full name, so that
 * one comparison checks bounds of the index and generation.  The table is a
 * directory of chunks of one page each, so that growth never copies entries.
 *
 * States of an entry:
 *   unfilled  index >= is_filled: not charged yet, ie_name == 0
 *   free      ie_name == 0, ie_bits == the name it gets next; on the free
 *             list (ie_free_next, ie_free_prev; NULL ends it)
 *   in use    ie_name == its name, ie_bits == type | user references; one of
 *     SEND               a send right, 1.. user references; in the hash
 *     RECEIVE            not in the hash: the port knows its name
 *     SEND|RECEIVE       likewise; user references are the send right's
 *     SEND_ONCE          1 user reference; never in the hash
 *     PORT_SET           ie_object is the set
 *     DEAD_NAME          1.. user references; ie_object == NULL
 *   A SEND or SEND_ONCE entry whose port is dead becomes a DEAD_NAME when it
 *   is looked up next, at once when a dead-name request stands.
 *
 * The hash finds the name of a port for which the space has a send right, so
 * that send rights coalesce.  It grows by linear hashing, a bucket for each
 * entry of the table (the bucket's head is in the entry of the same index), so
 * no operation is longer than one chunk.
 *
 * LEDGER_PORTS is charged for IPC_FILL names at a time, kernel memory by the
 * chunk; both until the space is destroyed.
 */
#ifndef IPC_IPC_ENTRY_H
#define IPC_IPC_ENTRY_H

#include <machine/cpu.h>
#include <ipc/ipc_limits.h>
#include <ipc/ipc_port.h>

struct ipc_request;

struct ipc_entry {
    mach_port_name_t ie_name;
    uint32_t ie_bits;
    union {
        struct ipc_object *ie_object;
        struct ipc_port *ie_port;
        struct ipc_pset *ie_pset;
        struct ipc_entry *ie_free_prev;
    };
    uint32_t ie_next;   /* hash chain; 0 ends it */
    uint32_t ie_bucket; /* first index of the bucket of this entry's index */
    union {
        struct ipc_request *ie_request; /* dead-name, send-possible; or NULL */
        struct ipc_entry *ie_free_next;
    };
};
_Static_assert(sizeof(struct ipc_entry) == 32, "a chunk is a page");

#define IE_UREFS_MASK 0x0000ffffu
#define IE_TYPE_MASK 0x001f0000u
#define IE_CLAIMED 0x01000000u /* its receive right, during a copyin */

/* After step i of a loop that may be long. */
static inline void
ipc_breathe(uint32_t i)
{
    if (i % IPC_STRETCH == IPC_STRETCH - 1u) {
        machine_interrupt_window();
    }
}

static inline uint32_t
ie_type(const struct ipc_entry *e)
{
    return e->ie_bits & IE_TYPE_MASK;
}

static inline uint32_t
ie_urefs(const struct ipc_entry *e)
{
    return e->ie_bits & IE_UREFS_MASK;
}

struct ipc_space {
    uint32_t is_refs;           /* K */
    bool is_active;             /* K: false: dead, being emptied */
    uint32_t is_size;           /* K: entries in chunks */
    uint32_t is_chunks;         /* K: those */
    uint32_t is_filled;         /* K: entries charged */
    int64_t is_spare;           /* K: free entries less is_floor */
    uint32_t is_floor;          /* K: see ipc_entry_ready() */
    struct ipc_entry *is_free;  /* K: the free list */
    struct ipc_entry *is_first; /* K: the first chunk, is_dir[0] */
    uint32_t is_dir_size;       /* K: chunk pointers that fit */
    struct ipc_entry **is_dir;  /* K */
    struct ledger *is_ledger;   /* I: +1 */
    uint32_t is_soft;           /* K: more names than this: is_limit_notice */
    uint32_t is_hard;           /* K: names there may be; never rises */
    struct ipc_kmsg *is_limit_notice; /* K: name-limit, or NULL */
    struct list is_reap_link;   /* K */
    uint32_t is_reap_next;      /* K: entries below are empty */
};

extern uint64_t ipc_space_count;

static inline struct ipc_entry *
ipc_entry_at(const struct ipc_space *s, uint32_t index)
{
    return &s->is_dir[index / IPC_CHUNK][index % IPC_CHUNK];
}

/* Entries on the free list. */
static inline uint32_t
ipc_space_free_names(const struct ipc_space *s)
{
    return (uint32_t)(s->is_spare + s->is_floor);
}

/* Names in use. */
static inline uint32_t
ipc_space_used(const struct ipc_space *s)
{
    return s->is_filled - MACH_PORT_FIRST_INDEX - ipc_space_free_names(s);
}

/* Where a name is in its chunk, and which that is. */
#define IPC_CHUNK_OFFSET(name) ((name) / 8u & (IPC_CHUNK - 1u) * 32u)
#define IPC_CHUNK_OF(name) ((name) / MACH_PORT_MAKE(IPC_CHUNK, 0u))
_Static_assert(MACH_PORT_MAKE(1u, 0u) / 8u == sizeof(struct ipc_entry)
                   && (IPC_CHUNK & (IPC_CHUNK - 1u)) == 0,
               "index times size, without a shift back and forth");

/* NULL: no such name.  The entry may be that of a right that has died.  Most
 * names are in the first chunk; comparing them tells. */
static inline struct ipc_entry *
ipc_entry_lookup(const struct ipc_space *s, mach_port_name_t name)
{
    char *e = (char *)s->is_first + IPC_CHUNK_OFFSET(name);

    if (__builtin_expect(((struct ipc_entry *)(void *)e)->ie_name != name,
                         0)) {
        __asm__("" : "+r"(s)); /* no register is kept for is_first */
        if (IPC_CHUNK_OF(name) >= s->is_chunks) {
            return NULL;
        }
        e += (char *)s->is_dir[IPC_CHUNK_OF(name)] - (char *)s->is_first;
        if (((struct ipc_entry *)(void *)e)->ie_name != name) {
            return NULL;
        }
    }
    return (struct ipc_entry *)(void *)e;
}

kern_return_t ipc_entry_table_init(struct ipc_space *s);
void ipc_entry_table_free(struct ipc_space *s);
/* Make sure that n entries are free and may be used: KERN_RESOURCE_SHORTAGE
 * otherwise.  grow: some more that are free. */
kern_return_t ipc_entry_reserve(struct ipc_space *s, uint32_t n);
kern_return_t ipc_entry_grow(struct ipc_space *s);
/*
 * May n entries be taken as it is, with nobody to be told?  is_floor is
 * how many free ones must stay: those behind the hard limit, or more than there
 * are while a limit's notice stands.
 */
static inline bool
ipc_entry_ready(const struct ipc_space *s, uint32_t n)
{
    return s->is_spare >= (int64_t)n;
}

/* The name that the next entry taken has; there is one. */
static inline mach_port_name_t
ipc_entry_next_name(const struct ipc_space *s)
{
    return s->is_free->ie_bits;
}

/* The first of the free ones, not NULL: it has its name, and no type yet. */
static inline __attribute__((always_inline)) struct ipc_entry *
ipc_entry_pop(struct ipc_space *s)
{
    struct ipc_entry *e = s->is_free, *next = e->ie_free_next;

    s->is_free = next;
    s->is_spare--;
    if (next != NULL) {
        next->ie_free_prev = NULL;
    }
    e->ie_name = e->ie_bits;
    e->ie_request = NULL;
    return e;
}

/* It has no name any more. */
static inline void
ipc_entry_push(struct ipc_space *s, struct ipc_entry *e)
{
    struct ipc_entry *next = s->is_free;

    e->ie_name = 0;
    e->ie_free_prev = NULL;
    e->ie_free_next = next;
    if (next != NULL) {
        next->ie_free_prev = e;
    }
    s->is_free = e;
    s->is_spare++;
}

/* The name dies; its next one at this index has another generation. */
static inline __attribute__((always_inline)) void
ipc_entry_free(struct ipc_space *s, struct ipc_entry *e)
{
    mach_port_name_t name = e->ie_name;

    e->ie_bits = (name & ~0xffu) | MACH_PORT_GEN(name + 1u);
    ipc_entry_push(s, e);
}

/* is_floor, after a change of the limits or of is_filled. */
void ipc_entry_set_floor(struct ipc_space *s);
/* Take a reserved entry; it has its name, and no type yet.  Can't fail. */
struct ipc_entry *ipc_entry_take(struct ipc_space *s);
/* The entry of one name: KERN_NAME_EXISTS when its index is in use,
 * KERN_NO_SPACE when it is out of reach. */
kern_return_t ipc_entry_take_name(struct ipc_space *s, mach_port_name_t name,
                                  struct ipc_entry **out);

/* Reverse look-up, for send rights. */
void ipc_hash_insert(struct ipc_space *s, struct ipc_entry *e);
void ipc_hash_remove(struct ipc_space *s, struct ipc_entry *e);
struct ipc_entry *ipc_hash_lookup(const struct ipc_space *s,
                                  const struct ipc_port *port);

/* Send the name-limit notification if it is due. */
void ipc_space_count_names(struct ipc_space *s);
/* One step of emptying a dead space; true: more to do. */
bool ipc_space_reap(struct ipc_space *s);

#endif
