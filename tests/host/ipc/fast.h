/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client and a server for tests of the fast path (fast.c, fast_cases.c): a
 * port of the server, in a set or not; a reply port and some rights of the
 * client to be carried.
 */
#ifndef FAST_H
#define FAST_H

#include "ipc_test.h"

#define BODY 6000
#define RIGHTS 8
#define MEMORY (3 * HOST_ACROSS_MAX / 2)

struct buffer {
    mach_msg_header_t head;
    mach_msg_body_t body;
    union {
        mach_msg_port_descriptor_t port;
        mach_msg_ool_descriptor_t memory;
    };
    char rest[BODY + MAX_TRAILER_SIZE];
};

struct side {
    struct task *task;
    struct host_thread *thread;
    struct buffer *out, *in;
    char *memory; /* MEMORY bytes to be sent out of line */
};

struct twin {
    bool fast;
    struct side client, server;
    bool in_set;
    mach_port_name_t port, set, reply, send; /* send: the client's to port */
    mach_port_name_t spare;                  /* the server's, never used */
    mach_port_name_t back;                   /* the server's, to reply */
    mach_port_name_t rights[RIGHTS];         /* of the client */
};

/* What one call is to be, drawn once for both worlds. */
struct plan {
    mach_msg_option_t option;
    mach_msg_size_t size, room;
    unsigned carries, disposition, right;
    bool memory; /* carried, not a right */
    unsigned memory_at, memory_size, memory_copy, memory_gone;
    unsigned wrong; /* a mistake, mostly none */
    bool from_set, other_buffer;
    bool nowhere; /* is where it receives to */
    uint32_t fill;
};

void twin_begin(struct twin *t, bool fast);
void twin_end(struct twin *t);
/* The same around a case by itself, on the fast path, which leaves nothing. */
void twin_case_begin(struct twin *t);
void twin_case_end(struct twin *t);
/* The message of the plan in the sender's buffer, bits and ports given. */
void twin_fill(struct side *s, const struct plan *p, mach_msg_bits_t bits,
               mach_port_name_t remote, mach_port_name_t local,
               const mach_port_name_t *rights);
/* mach_msg by the side's thread, with the fast path or without. */
kern_return_t twin_call(struct twin *t, struct side *s, const struct plan *p,
                        mach_msg_option_t option, mach_port_name_t from);
/* Tables of names and what they name look alike. */
void same_spaces(struct ipc_space *a, struct ipc_space *b);
/* Who waits is told to go on, and what is in queues is thrown away. */
void twin_settle(struct twin *t);

#endif
