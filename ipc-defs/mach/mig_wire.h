/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What generated code of either side uses to write and check messages.
 * Everything is inline, without a library, so that the kernel and free-standing
 * programs can use it; memcpy, memmove and memset are the compiler's own.
 */
#ifndef MACH_MIG_WIRE_H
#define MACH_MIG_WIRE_H

#include <mach/mig_types.h>

#ifdef __cplusplus
#define MIG_ASSERT(condition, text) static_assert(condition, text)
/* An address that becomes any pointer type, as void * does in C. */
struct mig_any_pointer {
    const void *p;
    template <class T> operator T *() const
    {
        return (T *)const_cast<void *>(p);
    }
};
#define MIG_POINTER(x) (mig_any_pointer{(x)})
#else
#define MIG_ASSERT(condition, text) _Static_assert(condition, text)
#define MIG_POINTER(x) ((void *)(x))
#endif

#define MIG_ASSERT_MEMBER(type, member, at, size)                       \
    MIG_ASSERT(offsetof(type, member) == (at) &&                        \
               sizeof(((type *)0)->member) == (size),                   \
               #member ": the C type's size or alignment is not what "  \
               "the interface definition says")

#define mig_copy(to, from, size) __builtin_memcpy(to, from, size)

static inline mach_msg_size_t
mig_round(mach_msg_size_t at, mach_msg_size_t align)
{
    return (at + align - 1) & ~(align - 1);
}

static inline mach_msg_type_number_t
mig_least(mach_msg_type_number_t a, mach_msg_type_number_t b)
{
    return a < b ? a : b;
}

static inline void *
mig_place(const void *message, mach_msg_size_t at)
{
    return (void *)((uintptr_t)message + at);
}

static inline void
mig_clear(void *message, mach_msg_size_t at, size_t size)
{
    __builtin_memset(mig_place(message, at), 0, size);
}

static inline void
mig_load(void *to, const void *message, mach_msg_size_t at, size_t size)
{
    mig_copy(to, mig_place(message, at), size);
}

static inline uint32_t
mig_load32(const void *message, mach_msg_size_t at)
{
    uint32_t value;

    mig_copy(&value, mig_place(message, at), sizeof(value));
    return value;
}

static inline void
mig_store64(void *place, uint64_t value)
{
    mig_copy(place, &value, sizeof(value));
}

/* Clears up to the next multiple of align and returns it. */
static inline mach_msg_size_t
mig_pad(void *message, mach_msg_size_t at, mach_msg_size_t align)
{
    mach_msg_size_t next = mig_round(at, align);

    mig_clear(message, at, next - at);
    return next;
}

static inline mach_msg_size_t
mig_append(void *message, mach_msg_size_t at, const void *from,
           mach_msg_size_t size)
{
    if (size != 0) {
        mig_copy(mig_place(message, at), (const void *)(uintptr_t)from, size);
    }
    return mig_pad(message, at + size, 4);
}

static inline mach_msg_size_t
mig_append32(void *message, mach_msg_size_t at, uint32_t value)
{
    mig_copy(mig_place(message, at), &value, sizeof(value));
    return at + 4;
}

/* Moves what lies at `from` to `at`, which is not behind it. */
static inline mach_msg_size_t
mig_move(void *message, mach_msg_size_t at, mach_msg_size_t from,
         mach_msg_size_t size)
{
    if (at != from) {
        __builtin_memmove(mig_place(message, at), mig_place(message, from),
                          size);
    }
    return mig_pad(message, at + size, 4);
}

/* Bytes before the NUL, at most limit. */
static inline mach_msg_type_number_t
mig_string_length(const char *s, mach_msg_type_number_t limit)
{
    mach_msg_type_number_t n = 0;

    while (n < limit && s[n] != '\0') {
        n++;
    }
    return n;
}

/* Fills size bytes with s and zeros; s is known to be shorter. */
static inline void
mig_put_string(char *to, const char *s, mach_msg_size_t size)
{
    mach_msg_type_number_t n = mig_string_length(s, size);

    mig_copy(to, s, n);
    __builtin_memset(to + n, 0, size - n);
}

static inline mach_msg_size_t
mig_append_string(void *message, mach_msg_size_t at, const char *s,
                  mach_msg_size_t size)
{
    mig_put_string((char *)mig_place(message, at), s, size);
    return mig_pad(message, at + size, 4);
}

/* Is there a NUL in these bytes? */
static inline boolean_t
mig_string_within(const void *message, mach_msg_size_t at,
                  mach_msg_size_t size)
{
    return mig_string_length((const char *)mig_place(message, at), size) <
           size;
}

/* Is the last byte, and no other, a NUL? */
static inline boolean_t
mig_string_exact(const void *message, mach_msg_size_t at,
                 mach_msg_size_t size)
{
    return size != 0 &&
           mig_string_length((const char *)mig_place(message, at), size) ==
               size - 1;
}

static inline void
mig_put_port(mach_msg_port_descriptor_t *d, mach_port_t name,
             mach_msg_type_name_t disposition)
{
    d->name = name;
    d->pad1 = 0;
    d->pad2 = 0;
    d->disposition = disposition & 0xffu;
    d->type = MACH_MSG_PORT_DESCRIPTOR;
}

static inline void
mig_put_ool(mach_msg_ool_descriptor_t *d, uint64_t address,
            mach_msg_size_t size, boolean_t deallocate)
{
    d->address = address;
    d->deallocate = deallocate ? 1u : 0u;
    d->copy = MACH_MSG_VIRTUAL_COPY;
    d->pad1 = 0;
    d->type = MACH_MSG_OOL_DESCRIPTOR;
    d->size = size;
}

static inline void
mig_put_ool_ports(mach_msg_ool_ports_descriptor_t *d, uint64_t address,
                  mach_msg_size_t count, mach_msg_type_name_t disposition,
                  boolean_t deallocate)
{
    d->address = address;
    d->deallocate = deallocate ? 1u : 0u;
    d->copy = MACH_MSG_VIRTUAL_COPY;
    d->disposition = disposition & 0xffu;
    d->type = MACH_MSG_OOL_PORTS_DESCRIPTOR;
    d->count = count;
}

/* Complex bit and size of a request, as its routine wants them. */
static inline kern_return_t
mig_check_request(const mach_msg_header_t *head, boolean_t complex,
                  mach_msg_size_t least, mach_msg_size_t most)
{
    boolean_t is_complex = (head->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0;

    return is_complex != complex || head->msgh_size < least ||
                   head->msgh_size > most
               ? MIG_BAD_ARGUMENTS
               : KERN_SUCCESS;
}

/* Header, id and size of a reply; the code of one that only says an error.
 * Id 71 is MACH_NOTIFY_SEND_ONCE: the request was destroyed unanswered. */
static inline kern_return_t
mig_check_reply(const mach_msg_header_t *head, mach_msg_id_t id,
                boolean_t complex, mach_msg_size_t least,
                mach_msg_size_t most)
{
    const mig_reply_error_t *error =
        (const mig_reply_error_t *)(const void *)head;
    boolean_t is_complex = (head->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0;

    if (head->msgh_id == id && is_complex == complex &&
        head->msgh_size >= least && head->msgh_size <= most &&
        least > sizeof(*error)) {
        return KERN_SUCCESS; /* most often; whether it says so comes next */
    }
    if (head->msgh_id == 71) {
        return MIG_SERVER_DIED;
    }
    if (head->msgh_id != id) {
        return MIG_REPLY_MISMATCH;
    }
    if (!is_complex && head->msgh_size == sizeof(*error) &&
        error->RetCode != KERN_SUCCESS) {
        return error->RetCode;
    }
    if (is_complex != complex || head->msgh_size < least ||
        head->msgh_size > most) {
        return MIG_TYPE_ERROR;
    }
    return KERN_SUCCESS;
}

/* The header of a request, but for its size. */
static inline void
mig_request_header(mach_msg_header_t *head, mach_msg_bits_t bits,
                   mach_port_t remote, mach_port_t local, mach_msg_id_t id)
{
    head->msgh_bits = bits;
    head->msgh_remote_port = remote;
    head->msgh_local_port = local;
    head->msgh_voucher_port = MACH_PORT_NULL;
    head->msgh_id = id;
}

/* The trailer that the receive has put behind the message: a
 * mach_msg_context_trailer_t, which may be 4-aligned only. */
static inline const void *
mig_trailer(const mach_msg_header_t *head)
{
    return mig_place(head, round_msg(head->msgh_size));
}

#endif
