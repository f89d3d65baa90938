/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The POSIX benchmark: rows and their measuring.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

struct row {
    const char *name;
    unsigned count;           /* operations in one run */
    void (*setup)(void);      /* may be NULL */
    void (*run)(unsigned n);  /* does n operations */
    void (*finish)(void);     /* may be NULL */
};

/* Ends the program with a message: a row can't be measured. */
_Noreturn void fail(const char *what);

/* A directory that can be written to, with a slash at the end. */
const char *scratch(void);

/* A thread of execution at the other end, ended by end_peer(). */
void start_peer(void (*body)(void));
void end_peer(void);

extern const struct row call_rows[], memory_rows[], file_rows[];
extern const struct row switch_rows[], block_rows[], process_rows[];

static inline uint64_t
cycles(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return low | (uint64_t)high << 32;
}

#endif
