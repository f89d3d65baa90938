/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the supervisor and the attacking tasks share.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <mach/boot_info.h>
#include <mach/mach.h>
#include <mach/mig_fuzz.h>
#include <mach/string.h>

/* In memory that both see. */
struct progress {
    volatile uint64_t sent;     /* messages tried */
    volatile uint64_t accepted; /* sent without an error */
    volatile uint64_t answered; /* replies with KERN_SUCCESS */
    volatile uint64_t aborted;  /* waits that were ended */
    volatile uint32_t done;
    uint64_t seed;
    uint64_t count; /* messages of this batch */
    bool print;     /* each message before it is sent */
    unsigned patience; /* milliseconds that an answer may take */
    bool forge;     /* notifications instead of random messages */
    uint64_t wrong, kinds, lost; /* what came of that */
    mach_port_t host_priv;
    uint64_t census[16];
    mach_msg_size_t last_size;
    uint32_t last[16]; /* the beginning of the last message */
};
extern struct progress *progress;

extern const struct mig_fuzz_interface *const fuzz_interfaces[];
extern const unsigned fuzz_interface_count;
extern const char *const fuzz_forbidden[]; /* routines; NULL ends them */
/* By its name; NULL: none of these interfaces has it. */
const struct mig_fuzz_routine *fuzz_routine(const char *name);

/* ---- pool.c: rights by the type that interfaces give them ---- */

/* Types that are one kind of port: "task_t" for maps and spaces, too. */
const char *pool_kind(const char *type);
/* Keep a right; an old one is forgotten when there is no room. */
void pool_add(mach_port_name_t name, const char *kind);
/* Mostly one of that kind; "": any. */
mach_port_name_t pool_pick(struct mig_fuzz *f, const char *kind);
unsigned pool_count(void);
void pool_entry(unsigned i, mach_port_name_t *name, const char **kind);

/* ---- targets.c ---- */

/* One right of each kind at least; own: a port with a send right. */
void targets_make(mach_port_t host_priv, mach_port_t own);
/* For kinds that bodies of messages name: a value that is likely to fit. */
bool targets_value(struct mig_fuzz *f, const char *type, uint64_t *value);
uint64_t targets_memory(struct mig_fuzz *f, uint32_t size, bool *deallocate);
/* What a reply with that id gives: a kind of pool.c, or "". */
const char *targets_given(mach_msg_id_t reply);

/* ---- attack.c ---- */

/* The attacking task's thread; does not return. */
void attack_main(void);

/* ---- notify.c ---- */

/* In an attacking task that has its targets. */
void forge_all(void);

/* ---- found.c ---- */

void test_found(void);

/* ---- main.c ---- */

void check(bool good, const char *what, uint64_t value);

#endif
