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
    check(mach_msg(&h, MACH_SEND_MSG, sizeof(h), 0, MACH_PORT_NULL, 0,
                   MACH_PORT_NULL) == MACH_MSG_SUCCESS &&
              actor_done(&a) && a.kr == KERN_TERMINATED,
          "a Mach message is no answer", (uint64_t)a.kr);
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
    test_cancel();
    test_itself();
    port_end(port);
    census_end("rights to reply leave nothing behind");
}
