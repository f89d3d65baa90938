/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this test share.
 */
#ifndef STORM_H
#define STORM_H

#include "guest.h"

#define PAGE MACH_PAGE_SIZE
#define PORTS 8   /* even ones are the first task's to receive from */
#define POOL 16   /* pages that buffers lie in */
#define MS 1000000ul

/* How often something succeeded. */
enum { DID_RPC, DID_SERVE, DID_CALL, DID_ANSWER, DID_KERNEL, DID_EXCEPTION,
       DID_SABOTAGE, DID_COUNTS };

/* In memory that all tasks map. */
struct shared {
    volatile uint64_t did[DID_COUNTS];
    mach_port_t tasks[2]; /* the same names in each task */
};
extern struct shared *shared;
extern mach_port_t ports[PORTS]; /* the same names in each task */
/* Of each task its own, at the same address. */
extern vm_address_t pool;

static inline void
did(unsigned what)
{
    __atomic_fetch_add(&shared->did[what], 1, __ATOMIC_RELAXED);
}

/* Random numbers, of a thread's own. */
struct dice {
    uint64_t state;
};

static inline unsigned
draw(struct dice *d, unsigned below)
{
    d->state = d->state * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(d->state >> 33) % below;
}

static inline bool
chance(struct dice *d, unsigned of)
{
    return draw(d, of) == 0;
}

/* A thread, for ever; arg: its seed, and the number of its task (bit 0). */
void work(uint64_t arg);
void sabotage(uint64_t arg);
/* The end of a thread, whatever its registers are. */
void leave(void);

#endif
