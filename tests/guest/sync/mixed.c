/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages, calls and signals at once: at a port set, and at one port.
 */
#include <mach/notify.h>
#include <mach_port/mach_port.h>
#include <task/task.h>
#include "test.h"

#define EACH 200u

static mach_port_t set, mach_port, call_port;
static struct actor a;

static kern_return_t
send_message(mach_port_t to, int id)
{
    mach_msg_header_t h = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_size = sizeof(h),
        .msgh_remote_port = to,
        .msgh_id = id,
    };

    return mach_msg(&h, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(h), 0,
                    MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

/* The id of the message that waits there; -1: none. */
static int
take_message(mach_port_t from)
{
    struct {
        mach_msg_header_t header;
        uint8_t rest[64]; /* of a notification, and the trailer */
    } m;

    return mach_msg(&m.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(m),
                    from, 0, MACH_PORT_NULL) == MACH_MSG_SUCCESS
               ? m.header.msgh_id
               : -1;
}

static uint64_t
receive_kind(mach_port_t from, mach_port_t *at)
{
    struct sync_message m = message(SYNC_NOWAIT);

    if (sync_receive(from, &m) != KERN_SUCCESS) {
        return ~0ull;
    }
    *at = (mach_port_t)m.port;
    return m.tag & SYNC_KIND;
}

static void
test_listener(void)
{
    a = (struct actor){ .trap = TRAP_sync_receive, .name = set };
    actor_start(&a);
    send_message(mach_port, 100);
    check(actor_done(&a) && (a.m.tag & SYNC_KIND) == SYNC_KIND_MESSAGE &&
              a.m.port == mach_port && a.m.badge == 111,
          "a message wakes one that listens to the set", a.m.tag);
    check(take_message(set) == 100, "where it is received", 0);
    actor_start(&a);
    struct sync_message m = message(1);

    m.words[0] = 5;
    check(sync_send(call_port, &m) == KERN_SUCCESS && actor_done(&a) &&
              (a.m.tag & SYNC_KIND) == SYNC_KIND_SEND &&
              a.m.port == call_port && a.m.badge == 222 && a.m.words[0] == 5,
          "so does a sender", a.m.tag);
    a.m.tag = 0;
    actor_start(&a);
    sync_notify(call_port, 2);
    check(actor_done(&a) && (a.m.tag & SYNC_KIND) == SYNC_KIND_SIGNAL &&
              a.m.port == call_port,
          "and a signal", a.m.tag);
}

/* A right that is moved has a notification sent: to the set of those who
 * listen, of whom the first gets what is sent, and the other is told. */
static void
test_notified(void)
{
    static struct actor b;
    struct sync_buffer *mine = sync_buffer();
    mach_port_t task = MACH_PORT_NULL, previous = MACH_PORT_NULL;
    struct sync_message m = message(SYNC_RIGHT);

    task_create(mach_task_self(), MACH_PORT_NULL, FALSE, &task);
    mach_port_request_notification_trap(task, MACH_NOTIFY_DEAD_NAME, 0,
                                        mach_port, &previous);
    a = (struct actor){ .trap = TRAP_sync_receive, .name = set,
                        .wants_buffer = true };
    a.m.tag = SYNC_TAKE_RIGHT;
    b = a;
    actor_start(&a);
    actor_start(&b);
    mine->sb_right = task;
    mine->sb_disposition = MACH_MSG_TYPE_MOVE_SEND;
    check(sync_send(call_port, &m) == KERN_SUCCESS && actor_done(&a) &&
              (a.m.tag & SYNC_RIGHT) != 0,
          "a right is moved to one that listens", a.m.tag);
    check(actor_done(&b) && (b.m.tag & SYNC_KIND) == SYNC_KIND_MESSAGE &&
              b.m.port == mach_port,
          "another is told of the notification", b.m.tag);
    check(take_message(set) == MACH_NOTIFY_PORT_DELETED, "that it was", 0);
    task_end(a.buffer.sb_right, MACH_PORT_NULL);
}

/* A receiver and a listener at one port: each gets what is for it. */
static void
test_both(void)
{
    struct sync_message m = message(SYNC_NOWAIT);
    mach_port_t at = MACH_PORT_NULL;

    a = (struct actor){ .trap = TRAP_sync_call, .name = mach_port };
    actor_start(&a);
    check(take_message(mach_port) == -1, "mach_msg sees no callers", 0);
    send_message(mach_port, 7);
    check(take_message(mach_port) == 7, "but messages", 0);
    check(receive_kind(set, &at) == SYNC_KIND_CALL && at == mach_port,
          "the call is at the same port", at);
    m = message(0);
    sync_send(MACH_PORT_NULL, &m);
    check(actor_done(&a), "and is answered", 0);
}

/* A port that has callers when it comes into the set. */
static void
test_joined(void)
{
    static struct actor caller;
    mach_port_t late = port_make();
    struct sync_message m = message(0);

    caller = (struct actor){ .trap = TRAP_sync_send, .name = late };
    actor_start(&caller);
    a = (struct actor){ .trap = TRAP_sync_receive, .name = set };
    actor_start(&a);
    mach_port_insert_member_trap(late, set);
    check(actor_done(&a) && a.m.port == late && actor_done(&caller),
          "a port comes into the set: who listens gets its caller",
          a.m.port);
    sync_notify(late, 1);
    mach_port_extract_member_trap(late, set);
    m = message(SYNC_NOWAIT);
    check(sync_receive(set, &m) == KERN_OPERATION_TIMED_OUT,
          "it leaves: its signal goes along", m.tag);
    port_end(late);
}

static void
flood_calls(uint64_t arg)
{
    struct sync_message m;

    (void)arg;
    for (unsigned i = 0; i < EACH; i++) {
        m = message(1);
        m.words[0] = i;
        sync_send(call_port, &m);
    }
}

static void
flood_messages(uint64_t arg)
{
    (void)arg;
    for (unsigned i = 0; i < EACH;) {
        if (send_message(mach_port, (int)i) == MACH_MSG_SUCCESS) {
            i++;
        } else {
            pause_ms(1);
        }
    }
}

/* Neither keeps the other out: seen from a server that never rests. */
static void
test_turns(void)
{
    mach_port_t calls = thread_spawn(flood_calls, 0);
    mach_port_t messages = thread_spawn(flood_messages, 0);
    unsigned got[2] = { 0, 0 };
    bool order = true;

    while (got[0] + got[1] < 2 * EACH) {
        struct sync_message m = message(SYNC_DEADLINE);

        m.deadline = clock_uptime() + 2000000000;
        if (sync_receive(set, &m) != KERN_SUCCESS) {
            break;
        }
        if ((m.tag & SYNC_KIND) == SYNC_KIND_MESSAGE) {
            order = order && take_message(set) == (int)got[0];
            got[0]++;
        } else {
            order = order && m.words[0] == got[1];
            got[1]++;
        }
    }
    check(got[0] == EACH && got[1] == EACH && order,
          "two floods, all of both in order", got[0] << 16 | got[1]);
    mach_port_deallocate_trap(calls);
    mach_port_deallocate_trap(messages);
}

void
test_mixed(void)
{
    census_begin();
    mach_port = port_make();
    call_port = port_make();
    mach_port_set_protected_payload(mach_task_self(), mach_port, 111);
    mach_port_set_protected_payload(mach_task_self(), call_port, 222);
    mach_port_allocate_trap(MACH_PORT_RIGHT_PORT_SET, &set);
    mach_port_insert_member_trap(mach_port, set);
    mach_port_insert_member_trap(call_port, set);
    test_listener();
    test_notified();
    test_both();
    test_joined();
    test_turns();
    mach_port_mod_refs_trap(set, MACH_PORT_RIGHT_PORT_SET, -1);
    port_end(mach_port);
    port_end(call_port);
    census_end("mixtures leave nothing behind");
}
