/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of kernel/vm: helpers, and the model.
 *
 * The model is as dumb as can be: a map is an array of pages, a page is a
 * pointer to a cell of 4096 bytes; sharing is sharing the cell, copying is
 * copying it.
 */
#ifndef VM_TEST_H
#define VM_TEST_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vm/vm_map_copy.h>
#include <vm/vm_named.h>
#include <base/page_alloc.h>
#include "host_memory.h"

#define CHECK(e)                                                          \
    do {                                                                  \
        if (!(e)) {                                                       \
            fflush(stdout);                                               \
            fprintf(stderr, "# %s:%d: %s\n", __FILE__, __LINE__, #e);     \
            abort();                                                      \
        }                                                                 \
    } while (0)
#define OK(e) CHECK((e) == KERN_SUCCESS)

extern struct vm_map *test_map; /* what vm_current_map() gives */

void test_result(const char *name);
/* Everything has been given back: objects, entries, frames, bytes. */
void test_census(void);
void test_check_map(struct vm_map *map);
void test_drain(void); /* run the reapers dry */

struct cell {
    unsigned refs;
    unsigned char byte[PAGE_SIZE];
};
struct cell *cell_new(void);
struct cell *cell_copy(const struct cell *c);
struct cell *cell_ref(struct cell *c);
void cell_drop(struct cell *c);

void test_units(void);
void test_copies(void);
void test_small(void);
void test_leases(void);
void test_frames(void);
void test_model(uint32_t seed, unsigned steps, unsigned fail_period);

#endif
