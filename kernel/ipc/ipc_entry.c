/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of a name space: growth by chunks, the free list, and the hash of
 * send rights.  See ipc_entry.h for the states of an entry.
 */
#include <base/assert.h>
#include <base/kalloc.h>
#include <base/string.h>
#include <ipc/ipc_entry.h>

#define DIR_MIN 8u
#define ENTRY_ZERO_NAME MACH_PORT_DEAD /* index 0 is never looked up by it */

/* The bucket of a hash value in a table of size buckets (linear hashing). */
static uint32_t
hash_bucket(uint32_t hash, uint32_t size)
{
    uint32_t high = 1u << (32 - __builtin_clz(size - 1u));
    uint32_t b = hash & (high - 1u);

    return b < size ? b : b & (high / 2u - 1u);
}

static uint32_t
hash_port(const struct ipc_port *port)
{
    uint64_t v = (uint64_t)(uintptr_t)port >> 4;

    return (uint32_t)((v * 0x9e3779b97f4a7c15ull) >> 32);
}

void
ipc_hash_insert(struct ipc_space *s, struct ipc_entry *e)
{
    uint32_t b = hash_bucket(hash_port(e->ie_port), s->is_size);
    struct ipc_entry *bucket = ipc_entry_at(s, b);

    e->ie_next = bucket->ie_bucket;
    bucket->ie_bucket = MACH_PORT_INDEX(e->ie_name);
}

void
ipc_hash_remove(struct ipc_space *s, struct ipc_entry *e)
{
    uint32_t index = MACH_PORT_INDEX(e->ie_name);
    uint32_t b = hash_bucket(hash_port(e->ie_port), s->is_size);
    uint32_t *link = &ipc_entry_at(s, b)->ie_bucket;

    while (*link != index) {
        assert(*link != 0);
        link = &ipc_entry_at(s, *link)->ie_next;
    }
    *link = e->ie_next;
    e->ie_next = 0;
}

struct ipc_entry *
ipc_hash_lookup(const struct ipc_space *s, const struct ipc_port *port)
{
    uint32_t b = hash_bucket(hash_port(port), s->is_size);
    uint32_t i = ipc_entry_at(s, b)->ie_bucket;

    while (i != 0) {
        struct ipc_entry *e = ipc_entry_at(s, i);

        if (e->ie_port == port) {
            return e;
        }
        i = e->ie_next;
    }
    return NULL;
}

/* Spread the entries of the buckets that the last chunk splits.  Their names
 * were hashed for old_size buckets, and is_size is the new one. */
static void
hash_split(struct ipc_space *s, uint32_t old_size)
{
    uint32_t b, high;

    for (b = old_size; b < s->is_size; b++) {
        uint32_t i, from;
        struct ipc_entry *bucket;

        /* The bucket whose elements b shares when b + 1 buckets exist. */
        high = 1u << (31 - __builtin_clz(b));
        from = b & (high - 1u);
        bucket = ipc_entry_at(s, from);
        i = bucket->ie_bucket;
        bucket->ie_bucket = 0;
        while (i != 0) {
            struct ipc_entry *e = ipc_entry_at(s, i);
            uint32_t next = e->ie_next;
            uint32_t to = hash_bucket(hash_port(e->ie_port), b + 1u);

            e->ie_next = ipc_entry_at(s, to)->ie_bucket;
            ipc_entry_at(s, to)->ie_bucket = i;
            i = next;
        }
    }
}

static kern_return_t
dir_grow(struct ipc_space *s)
{
    uint32_t new_size = s->is_dir_size == 0 ? DIR_MIN : 2u * s->is_dir_size;
    struct ipc_entry **dir =
        kalloc(new_size * sizeof(*dir), s->is_ledger);

    if (dir == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (s->is_dir != NULL) {
        memcpy(dir, s->is_dir, s->is_dir_size * sizeof(*dir));
        kfree(s->is_dir, s->is_dir_size * sizeof(*dir), s->is_ledger);
    }
    s->is_dir = dir;
    s->is_dir_size = new_size;
    return KERN_SUCCESS;
}

/* One more chunk of unfilled entries. */
static kern_return_t
table_grow(struct ipc_space *s)
{
    uint32_t old_size = s->is_size;
    uint32_t chunk = old_size / IPC_CHUNK;
    struct ipc_entry *entries;

    if (chunk == s->is_dir_size && dir_grow(s) != KERN_SUCCESS) {
        return KERN_RESOURCE_SHORTAGE;
    }
    entries = kalloc(IPC_CHUNK * sizeof(*entries), s->is_ledger);
    if (entries == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    s->is_dir[chunk] = entries;
    s->is_first = s->is_dir[0];
    s->is_chunks = chunk + 1;
    s->is_size = old_size + IPC_CHUNK;
    if (old_size != 0) {
        hash_split(s, old_size);
    }
    return KERN_SUCCESS;
}

/* From anywhere in the list. */
static void
free_list_remove(struct ipc_space *s, struct ipc_entry *e)
{
    if (e->ie_free_prev != NULL) {
        e->ie_free_prev->ie_free_next = e->ie_free_next;
    } else {
        s->is_free = e->ie_free_next;
    }
    if (e->ie_free_next != NULL) {
        e->ie_free_next->ie_free_prev = e->ie_free_prev;
    }
    s->is_spare--;
}

void
ipc_entry_set_floor(struct ipc_space *s)
{
    uint32_t names = s->is_filled - MACH_PORT_FIRST_INDEX;

    uint32_t free_names = ipc_space_free_names(s);

    s->is_floor = names > s->is_hard ? names - s->is_hard : 0;
    if (s->is_limit_notice != NULL) {
        s->is_floor = UINT32_MAX;
    }
    s->is_spare = (int64_t)free_names - s->is_floor;
}

/* Charge for more names and put them on the free list. */
static kern_return_t
fill(struct ipc_space *s)
{
    uint32_t n = IPC_FILL;
    uint32_t i;

    if (s->is_filled >= IPC_NAMES_MAX
        || (s->is_filled == s->is_size && table_grow(s) != KERN_SUCCESS)) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (n > IPC_NAMES_MAX - s->is_filled) {
        n = IPC_NAMES_MAX - s->is_filled;
    }
    if (n > s->is_size - s->is_filled) {
        n = s->is_size - s->is_filled;
    }
    while (ledger_charge(s->is_ledger, LEDGER_PORTS, n) != KERN_SUCCESS) {
        if (n == 1) {
            return KERN_RESOURCE_SHORTAGE;
        }
        n /= 2;
    }
    /* The lowest index is to be taken first. */
    for (i = n; i > 0; i--) {
        struct ipc_entry *e = ipc_entry_at(s, s->is_filled + i - 1u);

        e->ie_bits = MACH_PORT_MAKE(s->is_filled + i - 1u, 0);
        ipc_entry_push(s, e);
    }
    s->is_filled += n;
    ipc_entry_set_floor(s);
    return KERN_SUCCESS;
}

kern_return_t
ipc_entry_table_init(struct ipc_space *s)
{
    kern_return_t kr = table_grow(s);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    /* The borrowed names and index 0 are in nobody's account. */
    ipc_entry_at(s, 0)->ie_name = ENTRY_ZERO_NAME;
    s->is_filled = MACH_PORT_FIRST_INDEX;
    s->is_reap_next = MACH_PORT_FIRST_INDEX;
    return KERN_SUCCESS;
}

void
ipc_entry_table_free(struct ipc_space *s)
{
    uint32_t i;

    for (i = 0; i < s->is_size / IPC_CHUNK; i++) {
        if (s->is_dir[i] != NULL) {
            kfree(s->is_dir[i], IPC_CHUNK * sizeof(struct ipc_entry),
                  s->is_ledger);
        }
        ipc_breathe(i);
    }
    if (s->is_dir != NULL) {
        kfree(s->is_dir, s->is_dir_size * sizeof(*s->is_dir), s->is_ledger);
    }
    if (s->is_filled > MACH_PORT_FIRST_INDEX) {
        ledger_uncharge(s->is_ledger, LEDGER_PORTS,
                        s->is_filled - MACH_PORT_FIRST_INDEX);
    }
}

kern_return_t
ipc_entry_grow(struct ipc_space *s)
{
    return fill(s);
}

/* May there be n more names? */
static bool
within_limit(const struct ipc_space *s, uint32_t n)
{
    uint32_t used = ipc_space_used(s);

    return used <= s->is_hard && n <= s->is_hard - used;
}

kern_return_t
ipc_entry_reserve(struct ipc_space *s, uint32_t n)
{
    if (!within_limit(s, n)) {
        return KERN_RESOURCE_SHORTAGE;
    }
    while (ipc_space_free_names(s) < n) {
        kern_return_t kr = fill(s);

        if (kr != KERN_SUCCESS) {
            return kr;
        }
        machine_interrupt_window();
    }
    return KERN_SUCCESS;
}

static void
entry_begin(struct ipc_entry *e)
{
    e->ie_bits = 0;
    e->ie_object = NULL;
    e->ie_next = 0;
}

struct ipc_entry *
ipc_entry_take(struct ipc_space *s)
{
    struct ipc_entry *e;

    assert(s->is_free != NULL);
    e = ipc_entry_pop(s);
    entry_begin(e);
    ipc_space_count_names(s);
    return e;
}

kern_return_t
ipc_entry_take_name(struct ipc_space *s, mach_port_name_t name,
                    struct ipc_entry **out)
{
    uint32_t index = MACH_PORT_INDEX(name);
    struct ipc_entry *e;

    if (index < MACH_PORT_FIRST_INDEX) {
        return index == 0 ? KERN_INVALID_VALUE : KERN_NAME_EXISTS;
    }
    if (index >= IPC_NAMES_MAX || index >= s->is_size + IPC_NAME_REACH) {
        return KERN_NO_SPACE;
    }
    if (!within_limit(s, 1)) {
        return KERN_RESOURCE_SHORTAGE;
    }
    while (index >= s->is_filled) {
        kern_return_t kr = fill(s);

        if (kr != KERN_SUCCESS) {
            return kr;
        }
        machine_interrupt_window();
    }
    e = ipc_entry_at(s, index);
    if (e->ie_name != 0) {
        return KERN_NAME_EXISTS;
    }
    free_list_remove(s, e);
    e->ie_name = name;
    e->ie_request = NULL;
    entry_begin(e);
    *out = e;
    return KERN_SUCCESS;
}
