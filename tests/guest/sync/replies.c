/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The right to reply: saved under a name, used later, sent on, destroyed,
 * cancelled.
 */
#include <mach_port/mach_port.h>
#include <thread/thread.h>
#include "test.h"

static mach_port_t port;
static struct actor a, b;

/* A caller waits, and its call has been received. */
static void
called(struct actor *caller, uint64_t tag)
{
    struct sync_message m = message(SYNC_NOWAIT);

    *caller = (struct actor){ .trap = TRAP_sync_call, .name = port };
    caller->m.tag = tag;
    actor_start(caller);
    check(sync_receive(port, &m) == KERN_SUCCESS &&
              (m.tag & SYNC_KIND) == SYNC_KIND_CALL,
          "a call is received", m.tag);
}

static kern_return_t
answer(mach_port_name_t name, uint64_t word)
{
    struct sync_message m = message(SYNC_TAG(3, 1));

    m.words[0] = word;
    return sync_send(name, &m);
}

static bool
is_answered(struct actor *caller, uint64_t word)
{
    return actor_done(caller) && caller->kr == KERN_SUCCESS &&
           SYNC_LABEL(caller->m.tag) == 3 && caller->m.words[0] == word;
}

static void
test_saved(void)
{
    mach_port_t first = MACH_PORT_NULL, second = MACH_PORT_NULL;
    mach_port_type_t type = 0;
    kern_return_t kr;

    check(sync_save_reply(MACH_PORT_NULL, 0, &first) ==
              KERN_INVALID_CAPABILITY,
          "there is nothing to save", 0);
    called(&a, 0);
    kr = sync_save_reply(MACH_PORT_NULL, 0, &first);
    check_kr(kr, "a right to reply is saved");
    mach_port_type_trap(first, &type);
    check(type == MACH_PORT_TYPE_SEND_ONCE, "as a send-once right", type);
    called(&b, 0);
    kr = sync_save_reply(MACH_PORT_NULL, 0, &second);
    check_kr(kr, "and another");
    check(answer(MACH_PORT_NULL, 0) == KERN_INVALID_CAPABILITY,
          "none is left unsaved", 0);
    check(answer(second, 22) == KERN_SUCCESS && is_answered(&b, 22),
          "the later one is answered first", b.m.words[0]);
    check(actor_waits(&a), "the first one waits on", a.state);
    check(answer(first, 11) == KERN_SUCCESS && is_answered(&a, 11),
          "and is answered then", a.m.words[0]);
    check(answer(first, 12) == KERN_INVALID_NAME, "each once", 0);
}

static void
test_dropped(void)
{
    mach_port_t name = MACH_PORT_NULL;
    mach_msg_header_t h = { .msgh_size = sizeof(h) };
    struct sync_message m = message(SYNC_NOWAIT);

    called(&a, 0);
    sync_save_reply(MACH_PORT_NULL, 0, &name);
    mach_port_deallocate_trap(name);
    check(actor_done(&a) && a.kr == KERN_TERMINATED,
          "the caller of a right that is destroyed is told",
          (uint64_t)a.kr);
    called(&a, 0);
    check(sync_receive(port, &m) == KERN_OPERATION_TIMED_OUT &&
              actor_done(&a) && a.kr == KERN_TERMINATED,
          "receiving again drops one that was not saved", (uint64_t)a.kr);
    called(&a, 0);
    sync_save_reply(MACH_PORT_NULL, 0, &name);
    h.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
    h.msgh_remote_port = name;
    h.msgh_id = 3;
    check(mach_msg(&h, MACH_SEND_MSG, sizeof(h), 0, MACH_PORT_NULL, 0,
                   MACH_PORT_NULL) == MACH_MSG_SUCCESS &&
              actor_done(&a) && a.kr == KERN_SUCCESS &&
              a.m.tag == SYNC_TAG(3, 0),
          "a Mach message is an answer", a.m.tag);
}

/* Bytes of an answer. */
#define MOST (SYNC_WORDS * 8)

/* Send `size` bytes behind the header to the saved right. */
static void
send_answer(mach_port_t name, mach_msg_size_t size, mach_port_t right)
{
    static struct {
        mach_msg_header_t header;
        union {
            struct {
                mach_msg_body_t body;
                mach_msg_port_descriptor_t port;
            };
            uint8_t bytes[MOST + 4];
        };
    } m;

    for (unsigned i = 0; i < sizeof(m.bytes); i++) {
        m.bytes[i] = (uint8_t)(i + 1);
    }
    m.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
    m.header.msgh_size = (mach_msg_size_t)sizeof(m.header) + size;
    m.header.msgh_remote_port = name;
    m.header.msgh_local_port = MACH_PORT_NULL;
    m.header.msgh_id = 77;
    if (right != MACH_PORT_NULL) {
        m.header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        m.body.msgh_descriptor_count = 1;
        m.port = (mach_msg_port_descriptor_t){
            .name = right,
            .disposition = MACH_MSG_TYPE_COPY_SEND,
            .type = MACH_MSG_PORT_DESCRIPTOR,
        };
    }
    check(mach_msg(&m.header, MACH_SEND_MSG, m.header.msgh_size, 0,
                   MACH_PORT_NULL, 0, MACH_PORT_NULL) == MACH_MSG_SUCCESS,
          "a message is sent to a saved right", size);
}

static void
test_messages(void)
{
    static const struct {
        mach_msg_size_t size;
        bool buffer, right, takes, fits;
    } m[] = {
        { 4, false, false, false, true },   { 64, false, false, false, true },
        { 68, false, false, false, false }, { 68, true, false, false, true },
        { 516, true, false, false, true },  { MOST, true, false, false, true },
        { MOST + 4, true, false, false, false },
        { 40, true, true, true, true },     { 40, true, true, false, false },
        { 40, false, true, true, false },
    };
    mach_port_t name = MACH_PORT_NULL;

    for (unsigned i = 0; i < sizeof(m) / sizeof(m[0]); i++) {
        struct sync_message in = message(SYNC_NOWAIT);
        uint64_t tag = SYNC_TAG(77, (m[i].size + 7) / 8);

        if (m[i].takes && !m[i].buffer) {
            continue; /* can't ask for it */
        }
        a = (struct actor){ .trap = TRAP_sync_call, .name = port,
                            .wants_buffer = m[i].buffer };
        a.m.tag = m[i].takes ? SYNC_TAKE_RIGHT : 0;
        actor_start(&a);
        sync_receive(port, &in);
        sync_save_reply(MACH_PORT_NULL, 0, &name);
        send_answer(name, m[i].size, m[i].right ? port : MACH_PORT_NULL);
        tag |= m[i].size % 8 != 0 ? SYNC_TAG(SYNC_MESSAGE_HALF, 0) : 0;
        tag |= m[i].right ? SYNC_RIGHT : 0;
        check(actor_done(&a) &&
                  (m[i].fits ? a.kr == KERN_SUCCESS && a.m.tag == tag
                             : a.kr == KERN_TERMINATED),
              m[i].fits ? "it is the answer" : "one that doesn't fit is none",
              a.m.tag);
        if (m[i].fits && m[i].right) {
            check(a.buffer.sb_right == port &&
                      (uint32_t)a.m.words[0] == 1 &&
                      a.m.words[0] >> 32 == 0,
                  "with its right, and no address of the kernel's",
                  a.m.words[0]);
            mach_port_deallocate_trap(port);
        } else if (m[i].fits && m[i].size >= 8) {
            check(a.m.words[0] == 0x0807060504030201 &&
                      (m[i].size <= 72 || a.buffer.sb_words[0] ==
                                              0x4847464544434241),
                  "byte for byte", a.m.words[0]);
        }
    }
}

/* What the port is told when the caller is to be interrupted. */
static bool
told_cancel(uint64_t cookie)
{
    struct sync_message m = message(SYNC_NOWAIT);

    return sync_receive(port, &m) == KERN_SUCCESS &&
           (m.tag & SYNC_KIND) == SYNC_KIND_CANCEL && m.words[0] == cookie;
}

static void
test_cancel(void)
{
    mach_port_t name = MACH_PORT_NULL;
    struct sync_message m = message(SYNC_NOWAIT);

    called(&a, 0);
    sync_save_reply(port, 0x1234, &name);
    thread_abort(a.thread);
    check(actor_waits(&a), "an aborted caller waits on", a.state);
    check(told_cancel(0x1234), "and the holder is told", 0);
    check(sync_receive(port, &m) == KERN_OPERATION_TIMED_OUT, "once", m.tag);
    thread_kick_trap(a.thread);
    check(actor_waits(&a) &&
              sync_receive(port, &m) == KERN_OPERATION_TIMED_OUT,
          "a kick is nothing to it", m.tag);
    check(answer(name, 5) == KERN_SUCCESS && is_answered(&a, 5),
          "it gets its answer", a.m.words[0]);
    called(&a, SYNC_INTERRUPTIBLE);
    thread_kick_trap(a.thread);
    check(actor_waits(&a), "a kicked one waits on as well", a.state);
    sync_save_reply(port, 7, &name);
    check(told_cancel(7), "whose right is saved later: told then", 0);
    check(answer(name, 6) == KERN_SUCCESS && is_answered(&a, 6),
          "and answered", a.m.words[0]);
    called(&a, 0);
    sync_save_reply(port, 8, &name);
    thread_abort(a.thread);
    pause_ms(2);
    check(answer(name, 9) == KERN_SUCCESS && is_answered(&a, 9) &&
              sync_receive(port, &m) == KERN_OPERATION_TIMED_OUT,
          "an answer makes the cancellation void", m.tag);
    /* A thread that listens is woken for it. */
    called(&a, 0);
    sync_save_reply(port, 10, &name);
    b = (struct actor){ .trap = TRAP_sync_receive, .name = port };
    actor_start(&b);
    thread_abort(a.thread);
    check(actor_done(&b) && (b.m.tag & SYNC_KIND) == SYNC_KIND_CANCEL &&
              b.m.words[0] == 10,
          "a listener is woken for it", b.m.tag);
    answer(name, 11);
    check(is_answered(&a, 11), "and can answer", 0);
    check(sync_save_reply(0x7777777, 0, &name) == KERN_INVALID_NAME,
          "a port for it that isn't there", 0);
}

/* The answer carries the only other right that could go with it: itself. */
static void
test_itself(void)
{
    struct sync_buffer *buffer = sync_buffer();
    mach_port_t name = MACH_PORT_NULL;
    struct sync_message m = message(SYNC_RIGHT);
    kern_return_t kr;

    a = (struct actor){ .trap = TRAP_sync_call, .name = port,
                        .wants_buffer = true };
    a.m.tag = SYNC_TAKE_RIGHT;
    actor_start(&a);
    sync_receive(port, &m);
    sync_save_reply(MACH_PORT_NULL, 0, &name);
    m = message(SYNC_RIGHT);
    buffer->sb_right = name;
    buffer->sb_disposition = MACH_MSG_TYPE_MOVE_SEND_ONCE;
    kr = sync_send(name, &m);
    check(kr == KERN_INVALID_RIGHT, "a right can't go through itself",
          (uint64_t)kr);
    check(answer(name, 1) == KERN_SUCCESS && is_answered(&a, 1),
          "and is still good", 0);
}

void
test_replies(void)
{
    (void)sync_buffer();
    census_begin();
    port = port_make();
    test_saved();
    test_dropped();
    test_messages();
    test_cancel();
    test_itself();
    port_end(port);
    census_end("rights to reply leave nothing behind");
}
