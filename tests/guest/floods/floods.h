/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tasks of this test share: one page of memory, and names.
 */
#ifndef FLOODS_H
#define FLOODS_H

#include "guest.h"

#define PAGE MACH_PAGE_SIZE
#define MS 1000000ul

/* In memory that all tasks map. */
struct shared {
    /* the flooder */
    volatile uint32_t done;      /* it has met its limit and waits */
    volatile uint32_t error;     /* the code it got */
    volatile uint32_t exception; /* or EXC_*, and its code */
    volatile uint64_t count;     /* how often it got what it asked for */
    /* the bystander */
    volatile uint32_t hold, held; /* rest until hold is 0 */
    volatile uint32_t ticks;      /* pages and answers it has got */
    volatile uint64_t longest;    /* between two of them */
    volatile uint32_t failed;     /* a code: what it asked was refused */
    volatile uint32_t where;
    /* the server */
    volatile uint32_t answered, unanswered;
};
extern struct shared *shared;

/* The server's port, the same name in each task; messages to it. */
extern mach_port_t server_port;
#define ECHO 4242
struct echo {
    mach_msg_header_t head;
    uint64_t value;
    mach_msg_max_trailer_t trailer;
};
#define ECHO_SIZE (sizeof(mach_msg_header_t) + sizeof(uint64_t))

/* ---- parties.c ---- */
void bystander_main(uint64_t arg);
void server_main(uint64_t arg);

/* ---- floods.c ---- */
struct flood {
    const char *name;
    void (*fn)(uint64_t arg);
};
extern const struct flood floods[];
extern const unsigned flood_count;
/* Where a flooder waits for its end (an exception is led here). */
void flood_park(void);

#endif
