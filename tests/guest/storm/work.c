/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Those who use the fast paths.  Errors are no matter here: the other side, the
 * buffer or the port may have gone; what is left at the end is.
 */
#include <mach/sync_user.h>
#include <mach_port/mach_port.h>
#include "storm.h"

#define TURNS 20 /* of one kind, before another */

union message {
    mach_msg_header_t head;
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } with_port;
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_ool_descriptor_t memory;
    } with_memory;
    uint8_t space[1024 + MAX_TRAILER_SIZE];
};

struct worker {
    struct dice dice;
    unsigned task;
    mach_port_t reply;
    union message own;
    struct sync_buffer *buffer;
};

void
leave(void)
{
    thread_exit_trap(0, 0, MACH_PORT_NULL, NULL);
}

/* Where a message is: mostly where it can be. */
static union message *
place(struct worker *w)
{
    struct dice *d = &w->dice;

    switch (draw(d, 16)) {
    case 0:
        return (union message *)(pool + draw(d, POOL) * PAGE
                                 + draw(d, PAGE / 4) * 4);
    case 1: /* across pages */
        return (union message *)(pool + draw(d, POOL) * PAGE - 4
                                 - draw(d, 64) * 4);
    case 2:
        return (union message *)(VM_MAX_ADDRESS - draw(d, 2048) * 4);
    case 3:
        return (union message *)(pool + draw(d, PAGE));
    default:
        return &w->own;
    }
}

/* Mostly one of the half of them that is for messages, or for calls. */
static mach_port_t
any_port(struct worker *w, bool calls)
{
    unsigned half = chance(&w->dice, 16) ? draw(&w->dice, 2) : calls;

    return ports[half * (PORTS / 2) + draw(&w->dice, PORTS / 2)];
}

static mach_port_t
own_port(struct worker *w, bool calls)
{
    unsigned half = chance(&w->dice, 16) ? draw(&w->dice, 2) : calls;

    return ports[half * (PORTS / 2) + draw(&w->dice, PORTS / 4) * 2
                 + w->task];
}

/* With a descriptor now and then; how long it is. */
static mach_msg_size_t
fill(struct worker *w, union message *m, mach_msg_bits_t bits,
     mach_port_t to, mach_port_t reply)
{
    static const uint8_t dispositions[] = {
        MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MOVE_SEND,
        MACH_MSG_TYPE_MAKE_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE,
        MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_MSG_TYPE_MOVE_RECEIVE
    };
    struct dice *d = &w->dice;
    mach_msg_size_t size = sizeof(mach_msg_header_t) + draw(d, 32) * 4;

    if (chance(d, 20)) {
        size = sizeof(m->space) - MAX_TRAILER_SIZE;
    }
    m->head = (mach_msg_header_t){ .msgh_bits = bits, .msgh_size = size,
                                   .msgh_remote_port = to,
                                   .msgh_local_port = reply,
                                   .msgh_id = (mach_msg_id_t)draw(d, 100) };
    if (chance(d, 5)) {
        m->head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        m->with_port.body.msgh_descriptor_count = 1;
        m->with_port.port = (mach_msg_port_descriptor_t){
            .name = chance(d, 4) ? own_port(w, false) : ports[draw(d, PORTS)],
            .disposition = dispositions[draw(d, chance(d, 20) ? 6 : 3)],
            .type = MACH_MSG_PORT_DESCRIPTOR
        };
        size = size < sizeof(m->with_port) ? sizeof(m->with_port) : size;
    } else if (chance(d, 5)) {
        m->head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        m->with_memory.body.msgh_descriptor_count = 1;
        m->with_memory.memory = (mach_msg_ool_descriptor_t){
            .address = pool + draw(d, POOL * PAGE),
            .size = 1 + draw(d, 3 * PAGE),
            .deallocate = chance(d, 10),
            .copy = MACH_MSG_VIRTUAL_COPY,
            .type = MACH_MSG_OOL_DESCRIPTOR
        };
        size = size < sizeof(m->with_memory) ? sizeof(m->with_memory) : size;
    }
    return size;
}

/* What came is not kept. */
static void
drop(union message *m)
{
    mach_port_t reply = m->head.msgh_remote_port;

    m->head.msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(&m->head);
    m->head.msgh_remote_port = reply;
    m->head.msgh_bits &= MACH_MSGH_BITS_REMOTE_MASK;
}

static mach_msg_option_t
options(struct worker *w)
{
    struct dice *d = &w->dice;

    return (chance(d, 3) ? MACH_RCV_INTERRUPT : 0)
           | (chance(d, 3) ? MACH_RCV_LARGE : 0)
           | (chance(d, 4)
                  ? MACH_RCV_TRAILER_ELEMENTS(draw(d, MACH_RCV_TRAILER_CTX + 1))
                  : 0)
           | (chance(d, 8) ? MACH_RCV_TIMEOUT : 0);
}

static void
ask(struct worker *w)
{
    mach_port_t to = any_port(w, false);
    union message *m = place(w), *into = place(w);
    mach_msg_option_t option = options(w);
    mach_msg_size_t size = fill(
        w, m, MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                             MACH_MSG_TYPE_MAKE_SEND_ONCE), to, w->reply);

    if (into != m) {
        option |= MACH_RCV_OVERWRITE;
    }
    if (mach_msg_overwrite(&m->head, MACH_SEND_MSG | MACH_RCV_MSG | option,
                           size, sizeof(*m), w->reply, 1, MACH_PORT_NULL,
                           &into->head) == MACH_MSG_SUCCESS) {
        did(DID_RPC);
        drop(into);
        mach_port_deallocate_trap(into->head.msgh_remote_port);
    }
}

static void
serve(struct worker *w)
{
    mach_port_t from = own_port(w, false);
    mach_msg_option_t send = 0;
    mach_msg_size_t size = 0;
    union message *m = &w->own;

    for (unsigned i = 0; i < TURNS; i++) {
        union message *next = chance(&w->dice, 2) ? m : place(w);
        kern_return_t kr = mach_msg_overwrite(
            &m->head, send | MACH_RCV_MSG | MACH_RCV_OVERWRITE | options(w),
            size, sizeof(*m), from, 1, MACH_PORT_NULL, &next->head);

        send = 0;
        size = 0;
        if (kr == MACH_MSG_SUCCESS) {
            mach_port_t reply = next->head.msgh_remote_port;

            did(DID_SERVE);
            drop(next);
            m = next;
            if (!chance(&w->dice, 10)) {
                send = MACH_SEND_MSG;
                size = fill(w, m,
                            MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
                            reply, MACH_PORT_NULL);
            } else {
                mach_port_deallocate_trap(reply);
            }
        } else if (kr == MACH_RCV_INVALID_NAME) {
            break;
        } else {
            mach_msg_destroy(&w->own.head);
            m = &w->own;
        }
    }
}

/* ---- synchronous ---- */

static uint64_t
content(struct worker *w)
{
    struct dice *d = &w->dice;
    uint64_t tag = chance(d, 6) ? draw(d, 73) : draw(d, 9);

    if (w->buffer == NULL) {
        return tag > 8 ? 8 : tag;
    }
    if (chance(d, 4)) {
        tag |= SYNC_RIGHT;
        w->buffer->sb_right = ports[draw(d, PORTS)];
        w->buffer->sb_disposition =
            chance(d, 8) ? MACH_MSG_TYPE_MOVE_SEND : MACH_MSG_TYPE_COPY_SEND;
    }
    if (chance(d, 4)) {
        tag |= chance(d, 6) ? SYNC_GRANT : SYNC_MAP;
        w->buffer->sb_address = pool + draw(d, POOL) * PAGE;
        w->buffer->sb_size = (1 + draw(d, 3)) * PAGE;
        w->buffer->sb_prot = VM_PROT_READ;
    }
    w->buffer->sb_window = 0;
    w->buffer->sb_window_size = 4 * PAGE;
    return tag | (chance(d, 8) ? 0 : SYNC_TAKE_RIGHT | SYNC_TAKE_MAP);
}

static void
prepare(struct worker *w, struct sync_message *m)
{
    *m = (struct sync_message){ .tag = content(w) };
    if (chance(&w->dice, 6)) {
        m->tag |= SYNC_DEADLINE;
        m->deadline = clock_uptime() + draw(&w->dice, 2) * MS;
    }
    m->tag |= chance(&w->dice, 4) ? SYNC_INTERRUPTIBLE : 0;
}

static void
got(struct worker *w, const struct sync_message *m)
{
    if ((m->tag & SYNC_RIGHT) != 0) {
        mach_port_deallocate_trap(w->buffer->sb_right);
    }
    if ((m->tag & (SYNC_MAP | SYNC_GRANT)) != 0) {
        vm_deallocate(w->buffer->sb_address, w->buffer->sb_size);
    }
}

static void
call(struct worker *w)
{
    struct sync_message m;

    prepare(w, &m);
    if (sync_call(any_port(w, true), &m) == KERN_SUCCESS) {
        did(DID_CALL);
        got(w, &m);
    }
    if (chance(&w->dice, 4)) {
        sync_unmap(pool, POOL * PAGE);
    }
}

static void
answer(struct worker *w)
{
    mach_port_t from = own_port(w, true), saved = MACH_PORT_NULL;
    struct sync_message m;
    kern_return_t kr;

    prepare(w, &m);
    kr = sync_receive(from, &m);
    for (unsigned i = 0; i < TURNS && kr == KERN_SUCCESS; i++) {
        uint64_t kind = m.tag & SYNC_KIND;

        got(w, &m);
        prepare(w, &m);
        if (kind == SYNC_KIND_CALL && !chance(&w->dice, 8)) {
            did(DID_ANSWER);
            kr = sync_reply_wait(from, &m);
        } else if (kind == SYNC_KIND_CALL
                   && sync_save_reply(from, i, &saved) == KERN_SUCCESS) {
            if (chance(&w->dice, 2)) {
                sync_send(saved, &m);
            }
            mach_port_deallocate_trap(saved);
        } else {
            kr = kind == SYNC_KIND_MESSAGE ? KERN_FAILURE
                                           : sync_receive(from, &m);
        }
    }
}

static void
ask_kernel(struct worker *w)
{
    mach_port_type_t type;

    if (mach_port_type(mach_task_self(), ports[draw(&w->dice, PORTS)], &type)
        == KERN_SUCCESS) {
        did(DID_KERNEL);
    }
    if (chance(&w->dice, 4)) {
        __asm__ volatile("int3");
    }
}

void
work(uint64_t arg)
{
    static void (*const kinds[])(struct worker *w) = {
        serve, serve, answer, answer, ask, ask, call, call, ask_kernel
    };
    struct worker w = { .dice = { arg }, .task = arg & 1 };

    w.reply = mach_reply_port();
    if (!chance(&w.dice, 4)) {
        w.buffer = sync_buffer();
    }
    for (;;) {
        void (*kind)(struct worker *) =
            kinds[draw(&w.dice, sizeof(kinds) / sizeof(kinds[0]))];

        for (unsigned i = 0; i < TURNS; i++) {
            kind(&w);
        }
    }
}
