/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this test share.
 */
#ifndef TEST_H
#define TEST_H

#include <mach_vm/mach_vm.h>
#include <pager/pager_object.h>
#include "guest.h"

#define PAGE MACH_PAGE_SIZE
#define PAGES 64

/* What a pager does with a page that is asked for. */
enum answer {
    SUPPLY, /* from the store */
    ZERO,
    ERROR,
    LATER,  /* supplied after a while */
    HOLD,   /* not answered */
    DIE     /* the pager's task ends */
};

struct pager_object {
    mach_port_t port;
    mach_port_t control;
    uint8_t *store; /* PAGES pages */
    uint8_t answer[PAGES];
    uint8_t later[PAGES];
    bool no_ready;
    bool may_cache;
    /* what has come in */
    volatile uint32_t inits, requests, unlocks, returns, dirty, kept,
        completed, terminates, moved;
    volatile uint64_t page_size, asked;
};

/* ---- server.c ---- */
/* An object whose page p answers SUPPLY with words pattern(p, index). */
struct pager_object *pager_create(void);
/* Nobody maps it any more: its port and store go. */
void pager_end(struct pager_object *o);
uint64_t pattern(unsigned page, unsigned index);
void pager_start(void);
/* The object gets a pager in a task of its own; its port. */
mach_port_t pager_move(struct pager_object *o);
/* Answer page p of o now, as its answer says. */
void pager_answer(struct pager_object *o, unsigned page);
/* Map n pages of o from page on, shared or as a private copy. */
uint64_t pager_map(struct pager_object *o, unsigned page, unsigned n,
                   bool copy);

/* ---- catch.c, probe.S: KERN_SUCCESS or the code of the exception ---- */
void catch_start(void);
kern_return_t probe_read(uint64_t address, uint64_t *value);
kern_return_t probe_write(uint64_t address, uint64_t value);
void probe_failed(void);

void test_reads(void);
void test_writes(void);
void test_ends(void);

#endif
