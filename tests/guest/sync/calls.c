/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes across: words, label, badge; and what is refused.
 */
#include <mach/mig_sync.h>
#include <mach_port/mach_port.h>
#include "test.h"

#define BADGE 0xb0b0b0b0b0b0ull

static mach_port_t port;

static uint64_t
word_of(unsigned seed, unsigned i)
{
    return ((uint64_t)seed << 32 | i) * 0x9e3779b97f4a7c15ull;
}

static void
fill(struct sync_message *m, struct sync_buffer *b, unsigned n,
     unsigned seed)
{
    for (unsigned i = 0; i < n; i++) {
        *(i < SYNC_REGISTERS ? &m->words[i]
                             : &b->sb_words[i - SYNC_REGISTERS]) =
            word_of(seed, i);
    }
    m->tag = SYNC_TAG(seed, n);
}

/* n words of the seed, and not one more. */
static bool
is_filled(const struct sync_message *m, const struct sync_buffer *b,
          unsigned n, unsigned seed)
{
    for (unsigned i = 0; i < SYNC_WORDS; i++) {
        uint64_t word = i < SYNC_REGISTERS
                            ? m->words[i]
                            : b->sb_words[i - SYNC_REGISTERS];

        if ((word == word_of(seed, i)) != (i < n)) {
            return false;
        }
    }
    return (m->tag & SYNC_COUNT) == n && SYNC_LABEL(m->tag) == seed;
}

/* The server's end comes first (listen), or the caller's. */
static void
words(unsigned n, bool listen)
{
    static struct actor a;
    struct sync_buffer *b = sync_buffer();
    struct sync_message m = message(0);
    bool good;

    a = (struct actor){
        .trap = listen ? TRAP_sync_receive : TRAP_sync_call,
        .name = port,
        .wants_buffer = true,
    };
    memset(b, 0, sizeof(*b));
    if (listen) {
        actor_start(&a);
        fill(&m, b, n, n + 100);
        good = sync_send(port, &m) == KERN_SUCCESS && actor_done(&a) &&
               (a.m.tag & SYNC_KIND) == SYNC_KIND_SEND &&
               is_filled(&a.m, &a.buffer, n, n + 100) && a.m.badge == BADGE &&
               a.m.port == port;
        check(good, "words go to one that listens", n);
    } else {
        fill(&a.m, &a.buffer, n, n + 100);
        actor_start(&a);
        good = sync_receive(port, &m) == KERN_SUCCESS &&
               (m.tag & SYNC_KIND) == SYNC_KIND_CALL && m.badge == BADGE &&
               is_filled(&m, b, n, n + 100);
        fill(&m, b, n, n + 200);
        good = good && sync_send(MACH_PORT_NULL, &m) == KERN_SUCCESS &&
               actor_done(&a) && a.kr == KERN_SUCCESS &&
               is_filled(&a.m, &a.buffer, n, n + 200);
        check(good, "a call, taken from one that waits, and its answer", n);
    }
}

static void
refuse(unsigned trap, mach_port_name_t name, uint64_t tag,
       kern_return_t expected, const char *what)
{
    struct sync_message m = message(tag);
    kern_return_t kr = sync_trap(trap, name, &m, &m);

    check(kr == expected, what, (uint64_t)kr);
}

static void
test_refusals(void)
{
    mach_port_t dead = port_make(), receive = mach_reply_port();
    mach_port_t once = MACH_PORT_NULL;
    mach_msg_type_name_t type;

    mach_port_mod_refs_trap(dead, MACH_PORT_RIGHT_RECEIVE, -1);
    mach_port_extract_right(mach_task_self(), receive,
                            MACH_MSG_TYPE_MAKE_SEND_ONCE, &once, &type);
    refuse(TRAP_sync_call, 0x7777777, 0, KERN_INVALID_NAME, "call: no name");
    refuse(TRAP_sync_call, MACH_PORT_NULL, 0, KERN_INVALID_NAME,
           "call: the null name");
    refuse(TRAP_sync_call, receive, 0, KERN_INVALID_RIGHT,
           "call: a receive right only");
    refuse(TRAP_sync_call, dead, 0, KERN_INVALID_CAPABILITY,
           "call: a dead name");
    refuse(TRAP_sync_call, once, 0, KERN_INVALID_RIGHT,
           "call: a send-once right");
    refuse(TRAP_sync_send, once, 0, KERN_INVALID_RIGHT,
           "send: a send-once right that is no right to reply");
    refuse(TRAP_sync_call, host_priv, 0, KERN_INVALID_RIGHT,
           "call: a kernel object");
    refuse(TRAP_sync_call, port, SYNC_NOWAIT | (SYNC_WORDS + 1),
           KERN_INVALID_ARGUMENT, "call: too many words");
    refuse(TRAP_sync_call, port, SYNC_NOWAIT | 0x80000,
           KERN_INVALID_ARGUMENT, "call: an unknown bit");
    refuse(TRAP_sync_call, port, SYNC_NOWAIT | SYNC_MAP | SYNC_GRANT,
           KERN_INVALID_ARGUMENT, "call: both map and grant");
    refuse(TRAP_sync_call, port, SYNC_NOWAIT, KERN_OPERATION_TIMED_OUT,
           "call: nobody listens");
    refuse(TRAP_sync_send, port, SYNC_NOWAIT, KERN_OPERATION_TIMED_OUT,
           "send: nobody listens");
    refuse(TRAP_sync_send, MACH_PORT_NULL, 0, KERN_INVALID_CAPABILITY,
           "reply: nobody called");
    refuse(TRAP_sync_reply_wait, port, 0, KERN_INVALID_CAPABILITY,
           "reply_wait: nobody called");
    refuse(TRAP_sync_receive, dead, SYNC_NOWAIT, KERN_INVALID_RIGHT,
           "receive: a dead name");
    refuse(TRAP_sync_receive, host_priv, SYNC_NOWAIT, KERN_INVALID_RIGHT,
           "receive: a send right");
    refuse(TRAP_sync_receive, port, SYNC_NOWAIT, KERN_OPERATION_TIMED_OUT,
           "receive: nobody calls");
    check(sync_notify(0x7777777, 1) == KERN_INVALID_NAME, "notify: no name",
          0);
    check(sync_notify(host_priv, 1) == KERN_INVALID_RIGHT,
          "notify: a kernel object", 0);
    mach_port_deallocate_trap(once);
    mach_port_mod_refs_trap(receive, MACH_PORT_RIGHT_RECEIVE, -1);
    mach_port_deallocate_trap(dead);
}

/* A thread without a buffer sends eight words and no more. */
static void
test_no_buffer(void)
{
    static struct actor a;

    a = (struct actor){ .trap = TRAP_sync_call, .name = port };
    a.m.tag = SYNC_NOWAIT | (SYNC_REGISTERS + 1);
    actor_start(&a);
    check(actor_done(&a) && a.kr == KERN_INVALID_ARGUMENT,
          "nine words need a buffer", (uint64_t)a.kr);
    a = (struct actor){ .trap = TRAP_sync_receive, .name = port };
    actor_start(&a);
    refuse(TRAP_sync_call, port, SYNC_REGISTERS + 1, KERN_NO_ACCESS,
           "on the other side, too");
    refuse(TRAP_sync_send, port, SYNC_REGISTERS, KERN_SUCCESS,
           "which then still listens");
    check(actor_done(&a) && (a.m.tag & SYNC_COUNT) == SYNC_REGISTERS,
          "and gets what it can take", a.m.tag);
}

/* A stub that needs no buffer, in a thread that has one, is answered with more
 * words than its registers take. */
static void
test_long_answer(void)
{
    static union {
        mach_msg_header_t head;
        uint8_t bytes[sizeof(mach_msg_header_t) + SYNC_REGISTERS * 8 +
                      MAX_TRAILER_SIZE];
    } u;
    static struct actor a;

    for (unsigned more = SYNC_REGISTERS - 1; more <= SYNC_REGISTERS; more++) {
        mach_msg_return_t mr;

        a = (struct actor){ .trap = TRAP_sync_receive, .name = port,
                            .wants_buffer = true, .then_reply = true,
                            .more = more };
        actor_start(&a);
        u.head = (mach_msg_header_t){
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                        MACH_MSG_TYPE_MAKE_SEND_ONCE),
            .msgh_remote_port = port,
            .msgh_id = 5 };
        mr = mig_sync_call(&u.head, MACH_SEND_MSG | MACH_RCV_MSG,
                           sizeof(u.head) + 8, sizeof(u), MACH_PORT_NULL, 0, 0);
        check(actor_done(&a) && mr == (more < SYNC_REGISTERS
                                           ? MACH_MSG_SUCCESS
                                           : MACH_RCV_TOO_LARGE),
              more < SYNC_REGISTERS ? "an answer in registers"
                                    : "one that is longer is too large",
              (uint64_t)mr);
    }
}

static void
test_signals(void)
{
    static struct actor a;
    struct sync_message m = message(SYNC_NOWAIT);

    sync_notify(port, 1);
    sync_notify(port, 4);
    check(sync_receive(port, &m) == KERN_SUCCESS &&
              (m.tag & SYNC_KIND) == SYNC_KIND_SIGNAL && m.words[0] == 5 &&
              m.badge == BADGE,
          "signals add up until they are received", m.words[0]);
    m = message(SYNC_NOWAIT);
    check(sync_receive(port, &m) == KERN_OPERATION_TIMED_OUT,
          "and are gone then", m.tag);
    a = (struct actor){ .trap = TRAP_sync_receive, .name = port };
    actor_start(&a);
    sync_notify(port, 8);
    check(actor_done(&a) && (a.m.tag & SYNC_KIND) == SYNC_KIND_SIGNAL &&
              a.m.words[0] == 8,
          "a signal wakes one that listens", a.m.words[0]);
}

void
test_calls(void)
{
    static const unsigned counts[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 40,
                                       SYNC_WORDS };

    check(sync_buffer() != NULL && sync_buffer() == sync_buffer(),
          "a thread has one buffer", 0);
    census_begin();
    port = port_make();
    mach_port_set_protected_payload(mach_task_self(), port, BADGE);
    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        words(counts[i], true);
        words(counts[i], false);
    }
    test_refusals();
    test_no_buffer();
    test_long_answer();
    test_signals();
    port_end(port);
    census_end("calls leave nothing behind");
}
