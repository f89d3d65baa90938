/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures the rows and prints them.  The counter is calibrated with a loop of
 * known length, so that under an instruction counter the values are
 * instructions; elsewhere they are in the same proportion to time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define RUNS 7
#define LOOP 1000000u /* iterations of two instructions */

static const struct row *const groups[] = {call_rows, file_rows, memory_rows,
                                           switch_rows, process_rows};
static double scale = 1;

_Noreturn void
fail(const char *what)
{
    perror(what);
    exit(1);
}

const char *
scratch(void)
{
    struct stat st;

    return stat("/tmp", &st) == 0 ? "/tmp/" : "/";
}

static int
compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void
loop(unsigned n)
{
    __asm__ volatile("1: decl %0; jnz 1b" : "+r"(n) : : "cc");
}

static void
nothing(unsigned n)
{
    __asm__ volatile("" : : "r"(n));
}

static uint64_t
median(void (*run)(unsigned), unsigned n)
{
    uint64_t took[RUNS];

    for (int i = 0; i < RUNS; i++) {
        uint64_t begin = cycles();

        run(n);
        took[i] = cycles() - begin;
    }
    qsort(took, RUNS, sizeof(took[0]), compare);
    return took[RUNS / 2];
}

/* Counter ticks per instruction. */
static void
calibrate(void)
{
    uint64_t empty = median(nothing, LOOP);

    scale = (double)(median(loop, LOOP) - empty) / (2.0 * LOOP);
    if (scale <= 0) {
        scale = 1;
    }
}

static void
measure(const struct row *r, uint64_t overhead)
{
    uint64_t took;

    if (r->setup != NULL) {
        r->setup();
    }
    r->run(r->count < 4 ? 1 : r->count / 4); /* what happens only once */
    took = median(r->run, r->count);
    if (r->finish != NULL) {
        r->finish();
    }
    took = took > overhead ? took - overhead : 0;
    printf("%s %.0f instructions\n", r->name,
           (double)took / scale / r->count);
    fflush(stdout);
}

static int
wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return 1;
        }
    }
    return argc < 2;
}

int
main(int argc, char **argv)
{
    uint64_t overhead;

    calibrate();
    overhead = median(nothing, 1);
    for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
        for (const struct row *r = groups[g]; r->name != NULL; r++) {
            if (wanted(r->name, argc, argv)) {
                measure(r, overhead);
            }
        }
    }
    return 0;
}
