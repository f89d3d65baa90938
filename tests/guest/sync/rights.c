/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights in requests and answers.
 */
#include <mach_port/mach_port.h>
#include "test.h"

static mach_port_t port, thing;
static struct sync_buffer *mine;
static struct actor a;

static mach_port_urefs_t
send_refs(mach_port_t name)
{
    mach_port_urefs_t refs = 0;

    mach_port_get_refs_trap(name, MACH_PORT_RIGHT_SEND, &refs);
    return refs;
}

/* Send `name` to a listener that takes what `takes` says. */
static kern_return_t
send_right(mach_port_t name, mach_msg_type_name_t disposition,
           uint64_t takes)
{
    struct sync_message m = message(SYNC_RIGHT);
    kern_return_t kr;

    a = (struct actor){ .trap = TRAP_sync_receive, .name = port,
                        .wants_buffer = true };
    a.m.tag = takes;
    actor_start(&a);
    mine->sb_right = name;
    mine->sb_disposition = disposition;
    kr = sync_send(port, &m);
    if (kr != KERN_SUCCESS) {
        m = message(0);
        check(a.state == 1 && sync_send(port, &m) == KERN_SUCCESS,
              "who refused listens on", a.state);
    }
    actor_done(&a);
    return kr;
}

static mach_port_t
received(mach_msg_type_name_t type)
{
    check((a.m.tag & SYNC_RIGHT) != 0 && a.buffer.sb_disposition == type,
          "a right of this type arrived", a.m.tag);
    return a.buffer.sb_right;
}

static void
test_kinds(void)
{
    mach_port_t name;

    check_kr(send_right(thing, MACH_MSG_TYPE_COPY_SEND, SYNC_TAKE_RIGHT),
             "copy a send right");
    check(received(MACH_MSG_TYPE_PORT_SEND) == thing &&
              send_refs(thing) == 2,
          "which is known here", send_refs(thing));
    check_kr(send_right(thing, MACH_MSG_TYPE_MOVE_SEND, SYNC_TAKE_RIGHT),
             "move one");
    check(received(MACH_MSG_TYPE_PORT_SEND) == thing &&
              send_refs(thing) == 2,
          "to where it came from", send_refs(thing));
    mach_port_deallocate_trap(thing);
    check_kr(send_right(thing, MACH_MSG_TYPE_MAKE_SEND, SYNC_TAKE_RIGHT),
             "make one");
    check(send_refs(thing) == 2, "it was made", send_refs(thing));
    mach_port_deallocate_trap(thing);
    check_kr(send_right(thing, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                        SYNC_TAKE_RIGHT),
             "make a send-once right");
    name = received(MACH_MSG_TYPE_PORT_SEND_ONCE);
    check(name != thing, "that has a name of its own", name);
    check_kr(send_right(name, MACH_MSG_TYPE_MOVE_SEND_ONCE,
                        SYNC_TAKE_RIGHT),
             "move it");
    name = received(MACH_MSG_TYPE_PORT_SEND_ONCE);
    mach_port_deallocate_trap(name);
    check_kr(send_right(MACH_PORT_NULL, MACH_MSG_TYPE_COPY_SEND,
                        SYNC_TAKE_RIGHT),
             "the null right");
    check(received(MACH_MSG_TYPE_PORT_SEND) == MACH_PORT_NULL, "is null", 0);
    check_kr(send_right(mach_task_self(), MACH_MSG_TYPE_COPY_SEND,
                        SYNC_TAKE_RIGHT),
             "a borrowed name");
    name = received(MACH_MSG_TYPE_PORT_SEND);
    check(MACH_PORT_VALID(name) && name != mach_task_self(),
          "becomes a name of its own", name);
    mach_port_deallocate_trap(name);
}

static void
test_refused(void)
{
    kern_return_t kr;

    kr = send_right(thing, MACH_MSG_TYPE_COPY_SEND, 0);
    check(kr == KERN_NO_ACCESS, "a right that isn't wanted", (uint64_t)kr);
    kr = send_right(0x7777777, MACH_MSG_TYPE_COPY_SEND, SYNC_TAKE_RIGHT);
    check(kr == KERN_INVALID_NAME, "no such name", (uint64_t)kr);
    kr = send_right(thing, MACH_MSG_TYPE_MOVE_SEND_ONCE, SYNC_TAKE_RIGHT);
    check(kr == KERN_INVALID_RIGHT, "no such right", (uint64_t)kr);
    kr = send_right(thing, MACH_MSG_TYPE_MOVE_RECEIVE, SYNC_TAKE_RIGHT);
    check(kr == KERN_INVALID_RIGHT, "receive rights go by messages",
          (uint64_t)kr);
    kr = send_right(thing, 99, SYNC_TAKE_RIGHT);
    check(kr == KERN_INVALID_VALUE, "no such disposition", (uint64_t)kr);
    check(send_refs(thing) == 1, "nothing has moved", send_refs(thing));
}

/* A refusal by one that comes later is told to the caller. */
static void
test_late_refusal(void)
{
    struct sync_message m = message(SYNC_NOWAIT);

    a = (struct actor){ .trap = TRAP_sync_call, .name = port };
    a.m.tag = 0;
    actor_start(&a);
    sync_receive(port, &m);
    mine->sb_right = thing;
    mine->sb_disposition = MACH_MSG_TYPE_COPY_SEND;
    m = message(SYNC_RIGHT);
    check(sync_send(MACH_PORT_NULL, &m) == KERN_NO_ACCESS && actor_waits(&a),
          "an answer's right that isn't wanted: nothing is lost", 0);
    m = message(0);
    check(sync_send(MACH_PORT_NULL, &m) == KERN_SUCCESS && actor_done(&a),
          "it can be answered otherwise", 0);
    m = message(SYNC_TAKE_RIGHT);
    a.m.tag = SYNC_RIGHT;
    a.wants_buffer = true; /* zero: the null right, by no disposition */
    actor_start(&a);
    m.tag |= SYNC_NOWAIT;
    check(sync_receive(port, &m) == KERN_OPERATION_TIMED_OUT &&
              actor_done(&a) && a.kr == KERN_INVALID_VALUE,
          "a caller whose right is none is told when it is received",
          (uint64_t)a.kr);
}

void
test_rights(void)
{
    mine = sync_buffer();
    census_begin();
    port = port_make();
    thing = port_make();
    test_kinds();
    test_refused();
    test_late_refusal();
    port_end(thing);
    port_end(port);
    census_end("rights leave nothing behind");
}
