/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of generated stubs as synchronous calls (see <mach/mig_sync.h>).
 */
#include <stddef.h>
#include <mach/mach.h>
#include <mach/mig_server.h>
#include <mach/mig_sync.h>
#include <mach/notify.h>
#include <mach/string.h>

#define HEADER ((mach_msg_size_t)sizeof(mach_msg_header_t))
#define TRAILER ((mach_msg_size_t)sizeof(mach_msg_trailer_t))
#define REGISTER_BYTES (SYNC_REGISTERS * 8)
#define COMPLEX_MIN                                        \
    ((mach_msg_size_t)(HEADER + sizeof(mach_msg_body_t) + \
                       sizeof(mach_msg_port_descriptor_t)))
#define NOBODY 0xfffffffeu /* in a token */
/* Options, and bits, of a plain RPC. */
#define PLAIN (MACH_SEND_MSG | MACH_RCV_MSG)
#define PLAIN_BITS                           \
    MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, \
                   MACH_MSG_TYPE_MAKE_SEND_ONCE)

_Static_assert(offsetof(mach_msg_header_t, msgh_id) ==
                       offsetof(mach_msg_header_t, msgh_voucher_port) + 4 &&
                   offsetof(struct sync_message, words) == 8 &&
                   HEADER == offsetof(mach_msg_header_t, msgh_id) + 4,
               "a message in place");

__attribute__((weak)) struct sync_buffer *
mig_sync_buffer(void)
{
    return sync_buffer();
}

static inline boolean_t
is_complex(const mach_msg_header_t *h)
{
    return (h->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0;
}

/* ---- a message becomes a synchronous one ---- */

/* The tag of a message with n bytes behind its header. */
static inline void
put_tag(mach_msg_header_t *h, uint32_t flags, mach_msg_size_t n)
{
    h->msgh_voucher_port = flags | (n + 7) / 8;
    h->msgh_id = (mach_msg_id_t)(((uint32_t)h->msgh_id & SYNC_MESSAGE_ID) |
                                 ((n & 4) != 0 ? SYNC_MESSAGE_HALF : 0));
}

/* The second half of the last word: nothing of ours goes along. */
static inline void
put_end(void *words, mach_msg_size_t n)
{
    if ((n & 4) != 0) {
        *(uint32_t *)(void *)((uint8_t *)words + n) = 0;
    }
}

/* A message without rights, all of it in registers. */
static inline void
put_short(mach_msg_header_t *h, uint32_t flags)
{
    put_end(h + 1, h->msgh_size - HEADER);
    put_tag(h, flags, h->msgh_size - HEADER);
}

/* All of a long message, in pages that are granted. */
static boolean_t
put_pages(mach_msg_header_t *h, uint32_t flags, struct sync_buffer *b)
{
    vm_address_t at = 0;

    if (vm_allocate(&at, h->msgh_size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return FALSE;
    }
    memcpy((void *)(uintptr_t)at, h, h->msgh_size);
    b->sb_address = at;
    b->sb_size = (h->msgh_size + MACH_PAGE_SIZE - 1) / MACH_PAGE_SIZE *
                 MACH_PAGE_SIZE;
    b->sb_prot = VM_PROT_READ | VM_PROT_WRITE;
    put_tag(h, flags | SYNC_GRANT, 0);
    return TRUE;
}

/* A message with a right, or of any length.  False: it doesn't fit. */
static boolean_t
put_long(mach_msg_header_t *h, uint32_t flags, struct sync_buffer *b,
         boolean_t may_grant)
{
    const mach_msg_body_t *body = (const mach_msg_body_t *)(const void *)(h + 1);
    const mach_msg_port_descriptor_t *d =
        (const mach_msg_port_descriptor_t *)(const void *)(body + 1);
    mach_msg_size_t n = h->msgh_size - HEADER;
    boolean_t is_long = h->msgh_size > MIG_SYNC_MAX;

    if (b == NULL || (is_long && !may_grant)) {
        return FALSE;
    }
    if (is_complex(h)) {
        if (body->msgh_descriptor_count != 1 ||
            d->type != MACH_MSG_PORT_DESCRIPTOR) {
            return FALSE;
        }
        b->sb_right = d->name;
        b->sb_disposition = d->disposition;
        flags |= SYNC_RIGHT;
    }
    if (is_long) {
        return put_pages(h, flags, b);
    }
    if (n > REGISTER_BYTES) {
        memcpy(b->sb_words, (const uint8_t *)(h + 1) + REGISTER_BYTES,
               n - REGISTER_BYTES);
        put_end(b->sb_words, n - REGISTER_BYTES);
        put_tag(h, flags, n);
    } else {
        put_short(h, flags);
    }
    return TRUE;
}

static boolean_t
put_message(mach_msg_header_t *h, uint32_t flags, struct sync_buffer *b,
            boolean_t may_grant)
{
    if ((h->msgh_size & 3) != 0) {
        return FALSE;
    }
    if (is_complex(h) || h->msgh_size > HEADER + REGISTER_BYTES) {
        return put_long(h, flags, b, may_grant);
    }
    put_short(h, flags);
    return TRUE;
}

/* ---- and a synchronous one a message ---- */

/* Bytes behind the header. */
static inline mach_msg_size_t
words_size(uint32_t tag, uint32_t label)
{
    mach_msg_size_t n = (mach_msg_size_t)(tag & SYNC_COUNT) * 8;

    return (label & SYNC_MESSAGE_HALF) != 0 && n != 0 ? n - 4 : n;
}

/* The descriptor of the right that came. */
static void
place_right(mach_msg_header_t *h, const struct sync_buffer *b)
{
    mach_msg_body_t *body = (mach_msg_body_t *)(void *)(h + 1);
    mach_msg_port_descriptor_t *d =
        (mach_msg_port_descriptor_t *)(void *)(body + 1);

    h->msgh_bits = MACH_MSGH_BITS_COMPLEX;
    body->msgh_descriptor_count = 1;
    d->name = b->sb_right;
    d->pad1 = 0;
    d->pad2 = 0;
    d->disposition = b->sb_disposition & 0xff;
    d->type = MACH_MSG_PORT_DESCRIPTOR;
    if (h->msgh_size < COMPLEX_MIN) {
        h->msgh_size = COMPLEX_MIN; /* a right and no place for it */
    }
}

/* Bits, size, id, and what isn't in place yet. */
static inline void
get_message(mach_msg_header_t *h, const struct sync_buffer *b)
{
    uint32_t tag = h->msgh_voucher_port;
    mach_msg_size_t n = words_size(tag, (uint32_t)h->msgh_id);

    h->msgh_bits = 0;
    h->msgh_size = HEADER + n;
    h->msgh_id &= (mach_msg_id_t)SYNC_MESSAGE_ID;
    if (n > REGISTER_BYTES) {
        memcpy((uint8_t *)(h + 1) + REGISTER_BYTES, b->sb_words,
               n - REGISTER_BYTES);
    }
    if ((tag & SYNC_RIGHT) != 0) {
        place_right(h, b);
    }
    h->msgh_voucher_port = MACH_PORT_NULL;
}

/* ---- the caller's side ---- */

static void *
trailer(mach_msg_header_t *h)
{
    return (uint8_t *)h + round_msg(h->msgh_size);
}

/* The header's ports, and a trailer. */
static mach_msg_return_t
complete(mach_msg_header_t *h, mach_port_t reply)
{
    mach_msg_trailer_t *t = trailer(h);

    h->msgh_bits |= MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE);
    h->msgh_remote_port = MACH_PORT_NULL;
    h->msgh_local_port = reply;
    h->msgh_voucher_port = MACH_PORT_NULL;
    t->msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
    t->msgh_trailer_size = sizeof(*t);
    return MACH_MSG_SUCCESS;
}

/* A long answer, in pages that are this task's now.  Who granted them may see
 * them still, so that what is checked is the copy.  False: it is none. */
static boolean_t
get_pages(mach_msg_header_t *msg, const struct sync_buffer *b,
          mach_msg_size_t room)
{
    const mach_msg_header_t *from =
        (const mach_msg_header_t *)(uintptr_t)b->sb_address;
    mach_msg_size_t size = from->msgh_size;
    mach_msg_id_t id = msg->msgh_id & (mach_msg_id_t)SYNC_MESSAGE_ID;
    boolean_t right = (msg->msgh_voucher_port & SYNC_RIGHT) != 0;
    boolean_t fits = size >= COMPLEX_MIN && size <= b->sb_size &&
                     size + TRAILER <= room;

    if (fits) {
        memcpy(msg, from, size);
        msg->msgh_bits = 0;
        msg->msgh_size = size;
        msg->msgh_id = id;
        if (right) {
            place_right(msg, b);
        }
    }
    vm_deallocate(b->sb_address, b->sb_size);
    return fits;
}

/* The answer is there: make it the message that mach_msg would have got. */
static inline mach_msg_return_t
answered(mach_msg_header_t *msg, const struct sync_buffer *b,
         mach_msg_size_t room, mach_port_t reply)
{
    uint32_t tag = msg->msgh_voucher_port;
    mach_msg_size_t n = words_size(tag, (uint32_t)msg->msgh_id);
    boolean_t fits;

    if ((tag & (SYNC_GRANT | SYNC_MAP)) != 0) {
        fits = get_pages(msg, b, room);
    } else {
        /* The thread may have a buffer that this call did not ask for. */
        fits = HEADER + n + TRAILER <= room &&
               (n <= REGISTER_BYTES || b != NULL) &&
               ((tag & SYNC_RIGHT) == 0 || COMPLEX_MIN + TRAILER <= room);
        if (fits) {
            get_message(msg, b);
        }
    }
    if (!fits) {
        if ((tag & SYNC_RIGHT) != 0 && MACH_PORT_VALID(b->sb_right)) {
            mach_port_deallocate_trap(b->sb_right);
        }
        return MACH_RCV_TOO_LARGE;
    }
    return complete(msg, reply);
}

/* Nobody will answer: what a destroyed send-once right tells. */
static mach_msg_return_t
died(mach_msg_header_t *msg, mach_port_t reply)
{
    msg->msgh_bits = 0;
    msg->msgh_size = HEADER;
    msg->msgh_id = MACH_NOTIFY_SEND_ONCE;
    return complete(msg, reply);
}

/* A call of which anything may be out of the ordinary.  False: not this way. */
static boolean_t
put_call(mach_msg_header_t *msg, mach_msg_option_t option,
         mach_msg_size_t rcv_size, unsigned flags, struct sync_buffer **buffer)
{
    boolean_t is_long = rcv_size > MIG_SYNC_MAX + MAX_TRAILER_SIZE;
    struct sync_buffer *b;
    uint32_t tag = SYNC_NOWAIT;

    if (option != PLAIN || rcv_size < MIG_SYNC_ROOM ||
        MACH_MSGH_BITS_REMOTE(msg->msgh_bits) != MACH_MSG_TYPE_COPY_SEND) {
        return FALSE;
    }
    b = mig_sync_buffer();
    if (b == NULL) {
        return FALSE;
    }
    *buffer = b;
    if (is_long) {
        b->sb_window = 0;
        b->sb_window_size = (rcv_size + MACH_PAGE_SIZE - 1) / MACH_PAGE_SIZE *
                            MACH_PAGE_SIZE;
        tag |= SYNC_TAKE_MAP;
    }
    tag |= (flags & MIG_SYNC_RIGHT) != 0 ? SYNC_TAKE_RIGHT : 0;
    tag |= (flags & MIG_SYNC_INTERRUPTIBLE) != 0 ? SYNC_INTERRUPTIBLE : 0;
    return put_message(msg, tag, b, FALSE);
}

/* All is in registers, both ways. */
static inline boolean_t
is_plain(const mach_msg_header_t *msg, mach_msg_option_t option,
         mach_msg_size_t rcv_size, unsigned flags)
{
    return option == PLAIN && flags == 0 && msg->msgh_bits == PLAIN_BITS &&
           msg->msgh_size <= HEADER + REGISTER_BYTES &&
           (msg->msgh_size & 3) == 0 &&
           rcv_size - MIG_SYNC_ROOM <=
               HEADER + REGISTER_BYTES + MAX_TRAILER_SIZE - MIG_SYNC_ROOM;
}

mach_msg_return_t
mig_sync_call(mach_msg_header_t *msg, mach_msg_option_t option,
              mach_msg_size_t send_size, mach_msg_size_t rcv_size,
              mach_port_t reply, mach_msg_timeout_t timeout, unsigned flags)
{
    struct sync_buffer *b = NULL;
    mach_msg_id_t id = msg->msgh_id;

    msg->msgh_size = send_size;
    if (is_plain(msg, option, rcv_size, flags)) {
        put_short(msg, SYNC_NOWAIT);
    } else if (!put_call(msg, option, rcv_size, flags, &b)) {
        return mig_rpc(msg, option, send_size, rcv_size, reply, timeout);
    }
    switch (sync_call(msg->msgh_remote_port, mig_sync_words(msg))) {
    case KERN_SUCCESS:
        return answered(msg, b, rcv_size, reply);
    case KERN_TERMINATED:
        return died(msg, reply);
    case KERN_ABORTED: /* ended, not answered: only the thread's end does */
        return MACH_RCV_INTERRUPTED;
    default: /* nothing has happened: the message finds out */
        msg->msgh_voucher_port = MACH_PORT_NULL;
        msg->msgh_id = id;
        return mig_rpc(msg, option, send_size, rcv_size, reply, timeout);
    }
}

/* ---- the server's side ---- */

void
mig_sync_request(mach_msg_header_t *request, const struct sync_buffer *buffer,
                 mach_port_t reply)
{
    const struct sync_message *m = mig_sync_words(request);
    mach_port_t port = (mach_port_t)m->port; /* behind the words, where */
    uint64_t badge = m->badge;               /* the rest may come */
    static const audit_token_t nobody = {
        .val = { ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u } };
    mach_msg_context_trailer_t *t;

    get_message(request, buffer);
    request->msgh_bits |= MACH_MSGH_BITS(reply != MACH_PORT_NULL
                                             ? MACH_MSG_TYPE_PORT_SEND_ONCE
                                             : 0,
                                         MACH_MSG_TYPE_PORT_SEND);
    request->msgh_remote_port = reply;
    request->msgh_local_port = port;
    t = trailer(request);
    t->msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
    t->msgh_trailer_size = sizeof(*t);
    t->msgh_seqno = 0;
    t->msgh_sender.val[0] = NOBODY;
    t->msgh_sender.val[1] = NOBODY;
    t->msgh_audit = nobody;
    t->msgh_context = badge;
}

boolean_t
mig_sync_answer(mach_msg_header_t *answer, struct sync_buffer *buffer)
{
    return put_message(answer, 0, buffer, TRUE);
}

void
mig_sync_unsent(mach_msg_header_t *answer, const struct sync_buffer *buffer)
{
    if ((answer->msgh_voucher_port & SYNC_GRANT) != 0) {
        vm_deallocate(buffer->sb_address, buffer->sb_size);
    }
    answer->msgh_voucher_port = MACH_PORT_NULL;
}
