/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this test share.
 */
#ifndef TEST_H
#define TEST_H

#include <mach/sync_user.h>
#include "guest.h"

/*
 * One operation by another thread of this task: do it, tell how it ended.
 * state: 0 not started, 1 begun, 2 done.
 */
struct actor {
    unsigned trap;          /* TRAP_sync_* */
    mach_port_name_t name;
    struct sync_message m;  /* in and out */
    kern_return_t kr;
    volatile uint32_t state;
    mach_port_t thread;
    bool wants_buffer;
    struct sync_buffer buffer; /* if so: goes in before, comes out after */
    bool then_reply;        /* a receive: answers with word 0 + 1 */
    unsigned more;          /* words that are in the answer, too */
};
/* Starts it, and waits until it waits (or is done). */
void actor_start(struct actor *a);
/* true: it is done within two seconds; its thread has gone. */
bool actor_done(struct actor *a);
/* The same for one that must still wait: after a while it does. */
bool actor_waits(const struct actor *a);

static inline struct sync_message
message(uint64_t tag)
{
    struct sync_message m = { .tag = tag };

    return m;
}

/* As CHECK_KR, of a call. */
static inline void
check_kr(kern_return_t kr, const char *what)
{
    check(kr == KERN_SUCCESS, what, (uint64_t)kr);
}

void census_begin(void);
/* Nothing has been left behind, but for what the kernel and this program keep. */
void census_end(const char *what);

void test_calls(void);
void test_waits(void);
void test_replies(void);
void test_deaths(void);
void test_rights(void);
void test_memory(void);
void test_derived(void);
void test_priorities(void);
void test_mixed(void);

#endif
