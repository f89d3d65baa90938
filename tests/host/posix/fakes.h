/* SPDX-License-Identifier: BSD-2-Clause */
/* What the fakes have seen, and what they are to do. */
#ifndef TESTS_POSIX_FAKES_H
#define TESTS_POSIX_FAKES_H

#include <server/object.h>

/* Answers given late, by reply port (a small number). */
struct fake_answer {
    bool given;
    kern_return_t code;
    uint32_t count;     /* bytes read or written */
    uint8_t data[64];   /* the first of them */
    mach_port_t object;
};
#define FAKE_REPLIES 64
extern struct fake_answer fake_answers[FAKE_REPLIES];
extern bool fake_replies_fail;

/* The last io_ready. */
extern unsigned fake_ready_count;
extern uint64_t fake_ready_cookie;
extern uint32_t fake_ready_events;

/* Objects that exist. */
extern int fake_objects;
/* The object behind a name; its last right outside goes. */
void *fake_object(mach_port_t name);
void fake_no_senders(mach_port_t name);

#endif
