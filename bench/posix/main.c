/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures the rows and prints them.
 *
 *     bench-posix [--ns] [ROW...]     all rows, or these
 *     bench-posix --list              the names of the rows
 *
 * The counter is calibrated with a loop of known length, so that under an
 * instruction counter the values are instructions; elsewhere they are in the
 * same proportion to time.  With --ns they are nanoseconds of the system's
 * monotonic clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define RUNS 7
#define LOOP 1000000u /* iterations of two instructions */

static const struct row *const groups[] = {call_rows, file_rows, memory_rows,
                                           switch_rows, block_rows,
                                           process_rows};
static double scale = 1; /* units of now() in one unit of the output */
static int in_ns;
static const char *current = "calibration"; /* the row that is measured */

_Noreturn void
fail(const char *what)
{
    fprintf(stderr, "%s: ", current);
    perror(what);
    exit(1);
}

static uint64_t
now(void)
{
    struct timespec ts;

    if (!in_ns) {
        return cycles();
    }
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
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
        uint64_t begin = now();

        run(n);
        took[i] = now() - begin;
    }
    qsort(took, RUNS, sizeof(took[0]), compare);
    return took[RUNS / 2];
}

/* Counter ticks per instruction. */
static void
calibrate(void)
{
    uint64_t empty;

    if (in_ns) {
        return;
    }
    empty = median(nothing, LOOP);

    scale = (double)(median(loop, LOOP) - empty) / (2.0 * LOOP);
    if (scale <= 0) {
        scale = 1;
    }
}

static void
measure(const struct row *r, uint64_t overhead)
{
    uint64_t took;

    current = r->name;
    if (r->setup != NULL) {
        r->setup();
    }
    r->run(r->count < 4 ? 1 : r->count / 4); /* what happens only once */
    took = median(r->run, r->count);
    if (r->finish != NULL) {
        r->finish();
    }
    took = took > overhead ? took - overhead : 0;
    printf("%s %.0f %s\n", r->name, (double)took / scale / r->count,
           in_ns ? "ns" : "instructions");
    fflush(stdout);
}

static void
print_name(const struct row *r, uint64_t overhead)
{
    (void)overhead;
    printf("%s\n", r->name);
}

/* Calls action for each row that is named, or for all; how many they were. */
static int
for_rows(void (*action)(const struct row *, uint64_t), uint64_t overhead,
         int names, char **name)
{
    int found = 0;

    for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
        for (const struct row *r = groups[g]; r->name != NULL; r++) {
            int wanted = names == 0;

            for (int i = 0; i < names; i++) {
                wanted |= strcmp(name[i], r->name) == 0;
            }
            if (wanted) {
                action(r, overhead);
                found++;
            }
        }
    }
    return found;
}

int
main(int argc, char **argv)
{
    argc--;
    argv++;
    if (argc == 1 && strcmp(argv[0], "--list") == 0) {
        for_rows(print_name, 0, 0, NULL);
        return 0;
    }
    if (argc > 0 && strcmp(argv[0], "--ns") == 0) {
        in_ns = 1;
        argc--;
        argv++;
    }
    calibrate();
    if (for_rows(measure, median(nothing, 1), argc, argv) < argc) {
        fprintf(stderr, "bench-posix: no such row (see --list)\n");
        return 2;
    }
    return 0;
}
