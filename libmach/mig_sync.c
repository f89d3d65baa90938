/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of generated stubs as synchronous calls (see <mach/mig_sync.h>).
 */
#include <mach/mach.h>
#include <mach/mig_server.h>
#include <mach/mig_sync.h>
#include <mach/notify.h>
#include <mach/string.h>

#define HEADER ((mach_msg_size_t)sizeof(mach_msg_header_t))
#define REGISTER_BYTES (SYNC_REGISTERS * 8)
#define COMPLEX_MIN                                        \
    ((mach_msg_size_t)(HEADER + sizeof(mach_msg_body_t) + \
                       sizeof(mach_msg_port_descriptor_t)))
#define NOBODY 0xfffffffeu /* in a token */
/* Options of a plain RPC. */
#define PLAIN (MACH_SEND_MSG | MACH_RCV_MSG)

__attribute__((weak)) struct sync_buffer *
mig_sync_buffer(void)
{
    return sync_buffer();
}

/* Bytes between a message's body, and words in m and the buffer. */
static void
put_words(const mach_msg_header_t *h, struct sync_message *m,
          struct sync_buffer *b)
{
    const uint8_t *from = (const uint8_t *)(h + 1);
    size_t n = h->msgh_size - HEADER;

    if (n % 8 != 0) { /* nothing of ours goes along */
        *(n / 8 < SYNC_REGISTERS ? &m->words[n / 8]
                                 : &b->sb_words[n / 8 - SYNC_REGISTERS]) = 0;
    }
    memcpy(m->words, from, n < REGISTER_BYTES ? n : REGISTER_BYTES);
    if (n > REGISTER_BYTES) {
        memcpy(b->sb_words, from + REGISTER_BYTES, n - REGISTER_BYTES);
    }
}

static void
get_words(mach_msg_header_t *h, const struct sync_message *m,
          const struct sync_buffer *b)
{
    uint8_t *to = (uint8_t *)(h + 1);
    size_t n = h->msgh_size - HEADER;

    memcpy(to, m->words, n < REGISTER_BYTES ? n : REGISTER_BYTES);
    if (n > REGISTER_BYTES) {
        memcpy(to + REGISTER_BYTES, b->sb_words, n - REGISTER_BYTES);
    }
}

/* The port descriptor of a message that has just one. */
static mach_msg_port_descriptor_t *
descriptor(mach_msg_header_t *h)
{
    return (mach_msg_port_descriptor_t *)(void *)((uint8_t *)(h + 1) +
                                                  sizeof(mach_msg_body_t));
}

/* All of a long message, in pages that are granted. */
static boolean_t
put_pages(const mach_msg_header_t *h, struct sync_message *m,
          struct sync_buffer *b)
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
    m->tag |= SYNC_GRANT;
    return TRUE;
}

/* Tag, words and right of a message; false: it doesn't fit. */
static boolean_t
put_message(const mach_msg_header_t *h, struct sync_message *m,
            struct sync_buffer *b, boolean_t may_grant)
{
    mach_msg_size_t n = h->msgh_size - HEADER;
    const mach_msg_body_t *body = (const mach_msg_body_t *)(const void *)(h + 1);
    uint32_t label = (uint32_t)h->msgh_id & SYNC_MESSAGE_ID;
    boolean_t is_long = h->msgh_size > MIG_SYNC_MAX;

    if ((is_long && !may_grant) || (n & 3) != 0 ||
        (n > REGISTER_BYTES && b == NULL)) {
        return FALSE;
    }
    label |= (n & 4) != 0 ? SYNC_MESSAGE_HALF : 0;
    m->tag = SYNC_TAG(label, is_long ? 0 : (n + 7) / 8);
    if ((h->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        const mach_msg_port_descriptor_t *d =
            (const mach_msg_port_descriptor_t *)(const void *)(body + 1);

        if (b == NULL || body->msgh_descriptor_count != 1 ||
            d->type != MACH_MSG_PORT_DESCRIPTOR) {
            return FALSE;
        }
        b->sb_right = d->name;
        b->sb_disposition = d->disposition;
        m->tag |= SYNC_RIGHT;
    }
    if (is_long) {
        return put_pages(h, m, b);
    }
    put_words(h, m, b);
    return TRUE;
}

/* Bits and descriptor of a message, by what came beside it. */
static void
place_right(const struct sync_message *m, const struct sync_buffer *b,
            mach_msg_header_t *h)
{
    mach_msg_body_t *body = (mach_msg_body_t *)(void *)(h + 1);
    mach_msg_port_descriptor_t *d = descriptor(h);

    h->msgh_bits = 0;
    if ((m->tag & SYNC_RIGHT) != 0) {
        h->msgh_bits = MACH_MSGH_BITS_COMPLEX;
        body->msgh_descriptor_count = 1;
        d->name = b->sb_right;
        d->pad1 = 0;
        d->pad2 = 0;
        d->disposition = b->sb_disposition & 0xff;
        d->type = MACH_MSG_PORT_DESCRIPTOR;
    }
}

/* The message that came in words, but for the header's ports. */
static void
get_message(const struct sync_message *m, const struct sync_buffer *b,
            mach_msg_header_t *h)
{
    uint32_t label = SYNC_LABEL(m->tag);
    mach_msg_size_t n = (mach_msg_size_t)(m->tag & SYNC_COUNT) * 8;

    if ((label & SYNC_MESSAGE_HALF) != 0 && n != 0) {
        n -= 4;
    }
    h->msgh_size = HEADER + n;
    h->msgh_voucher_port = MACH_PORT_NULL;
    h->msgh_id = (mach_msg_id_t)(label & SYNC_MESSAGE_ID);
    get_words(h, m, b);
    place_right(m, b, h);
    if (h->msgh_bits != 0 && h->msgh_size < COMPLEX_MIN) {
        h->msgh_size = COMPLEX_MIN; /* a right and no place for it */
    }
}

/* ---- the caller's side ---- */

static void *
trailer(mach_msg_header_t *h)
{
    return (uint8_t *)h + round_msg(h->msgh_size);
}

static void
put_trailer(mach_msg_header_t *h)
{
    mach_msg_trailer_t *t = trailer(h);

    t->msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
    t->msgh_trailer_size = sizeof(*t);
}

/* A long answer, in pages that are this task's now.  Who granted them may see
 * them still, so that what is checked is the copy.  False: it is none. */
static boolean_t
get_pages(const struct sync_message *m, const struct sync_buffer *b,
          mach_msg_header_t *msg, mach_msg_size_t room)
{
    const mach_msg_header_t *from =
        (const mach_msg_header_t *)(uintptr_t)b->sb_address;
    mach_msg_size_t size = from->msgh_size;
    boolean_t fits = size >= COMPLEX_MIN && size <= b->sb_size &&
                     size + (mach_msg_size_t)sizeof(mach_msg_trailer_t) <=
                         room;

    if (fits) {
        memcpy(msg, from, size);
        msg->msgh_size = size;
        msg->msgh_id = (mach_msg_id_t)(SYNC_LABEL(m->tag) & SYNC_MESSAGE_ID);
        place_right(m, b, msg);
    }
    vm_deallocate(b->sb_address, b->sb_size);
    return fits;
}

/* The answer is in m: make it the message that mach_msg would have got. */
static mach_msg_return_t
answered(const struct sync_message *m, const struct sync_buffer *b,
         mach_msg_header_t *msg, mach_msg_size_t room, mach_port_t reply)
{
    union {
        mach_msg_header_t header;
        uint64_t space[(MIG_SYNC_MAX + 8) / 8];
    } in;
    boolean_t fits;

    if ((m->tag & (SYNC_GRANT | SYNC_MAP)) != 0) {
        fits = get_pages(m, b, msg, room);
    } else {
        get_message(m, b, &in.header);
        fits = in.header.msgh_size + (mach_msg_size_t)
                   sizeof(mach_msg_trailer_t) <= room;
        if (fits) {
            memcpy(msg, &in, in.header.msgh_size);
        }
    }
    if (!fits) {
        if ((m->tag & SYNC_RIGHT) != 0 && MACH_PORT_VALID(b->sb_right)) {
            mach_port_deallocate_trap(b->sb_right);
        }
        return MACH_RCV_TOO_LARGE;
    }
    msg->msgh_bits |= MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE);
    msg->msgh_remote_port = MACH_PORT_NULL;
    msg->msgh_local_port = reply;
    msg->msgh_voucher_port = MACH_PORT_NULL;
    put_trailer(msg);
    return MACH_MSG_SUCCESS;
}

/* Nobody will answer: what a destroyed send-once right tells. */
static mach_msg_return_t
died(mach_msg_header_t *msg, mach_port_t reply)
{
    msg->msgh_bits = MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE);
    msg->msgh_size = HEADER;
    msg->msgh_remote_port = MACH_PORT_NULL;
    msg->msgh_local_port = reply;
    msg->msgh_id = MACH_NOTIFY_SEND_ONCE;
    put_trailer(msg);
    return MACH_MSG_SUCCESS;
}

mach_msg_return_t
mig_sync_call(mach_msg_header_t *msg, mach_msg_option_t option,
              mach_msg_size_t send_size, mach_msg_size_t rcv_size,
              mach_port_t reply, mach_msg_timeout_t timeout, unsigned flags)
{
    struct sync_buffer *b = NULL;
    struct sync_message m;
    boolean_t is_long = rcv_size > MIG_SYNC_MAX + MAX_TRAILER_SIZE;

    msg->msgh_size = send_size;
    /* A late answer is a message to the saved right, which has no pages. */
    if (option != PLAIN || (is_long && (flags & MIG_SYNC_LATE) != 0) ||
        MACH_MSGH_BITS_REMOTE(msg->msgh_bits) != MACH_MSG_TYPE_COPY_SEND) {
        goto out_message;
    }
    if (send_size > HEADER + REGISTER_BYTES ||
        rcv_size > HEADER + REGISTER_BYTES + MAX_TRAILER_SIZE ||
        (flags & MIG_SYNC_RIGHT) != 0 ||
        (msg->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        b = mig_sync_buffer();
        if (b == NULL) {
            goto out_message;
        }
    }
    if (!put_message(msg, &m, b, FALSE)) {
        goto out_message;
    }
    m.tag |= SYNC_NOWAIT;
    if (is_long) {
        b->sb_window = 0;
        b->sb_window_size = (rcv_size + MACH_PAGE_SIZE - 1) / MACH_PAGE_SIZE *
                            MACH_PAGE_SIZE;
        m.tag |= SYNC_TAKE_MAP;
    }
    m.tag |= (flags & MIG_SYNC_RIGHT) != 0 ? SYNC_TAKE_RIGHT : 0;
    m.tag |= (flags & MIG_SYNC_LATE) != 0 ? SYNC_TAG(SYNC_MESSAGE_LATE, 0) : 0;
    switch (sync_call(msg->msgh_remote_port, &m)) {
    case KERN_SUCCESS:
        return answered(&m, b, msg, rcv_size, reply);
    case KERN_TERMINATED:
        return died(msg, reply);
    case KERN_ABORTED: /* ended, not answered: only the thread's end does */
        return MACH_RCV_INTERRUPTED;
    default:
        break; /* nothing has happened: the message finds out */
    }
out_message:
    return mig_rpc(msg, option, send_size, rcv_size, reply, timeout);
}

/* ---- the server's side ---- */

void
mig_sync_request(const struct sync_message *m,
                 const struct sync_buffer *buffer, mach_port_t reply,
                 mach_msg_header_t *request)
{
    mach_msg_context_trailer_t *t;

    get_message(m, buffer, request);
    request->msgh_bits |= MACH_MSGH_BITS(reply != MACH_PORT_NULL
                                             ? MACH_MSG_TYPE_PORT_SEND_ONCE
                                             : 0,
                                         MACH_MSG_TYPE_PORT_SEND);
    request->msgh_remote_port = reply;
    request->msgh_local_port = (mach_port_t)m->port;
    t = trailer(request);
    memset(t, 0, sizeof(*t));
    t->msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
    t->msgh_trailer_size = sizeof(*t);
    t->msgh_sender.val[0] = NOBODY;
    t->msgh_sender.val[1] = NOBODY;
    memset(&t->msgh_audit, 0xff, sizeof(t->msgh_audit));
    t->msgh_context = m->badge;
}

void
mig_sync_unsent(const struct sync_message *m, const struct sync_buffer *buffer)
{
    if ((m->tag & SYNC_GRANT) != 0) {
        vm_deallocate(buffer->sb_address, buffer->sb_size);
    }
}

boolean_t
mig_sync_answer(const mach_msg_header_t *answer, struct sync_message *m,
                struct sync_buffer *buffer)
{
    return put_message(answer, m, buffer, TRUE);
}
