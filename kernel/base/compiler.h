/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the compiler is told about the size of some functions.  Most of the
 * kernel is compiled for size, some files for speed (build/kernel.mk).
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

/*
 * A function that no row of the IPC benchmark runs, in a file compiled for
 * speed: as small as it gets.
 */
#define COLD __attribute__((cold, noinline))

/*
 * A function of a header that many files use: a call in those compiled for
 * size, in line in those compiled for speed.  One C file defines it, by
 * `extern`.  (The compiler finds that its two words contradict each other.)
 */
#ifdef __OPTIMIZE_SIZE__
#pragma GCC diagnostic ignored "-Wattributes"
#define SHARED inline __attribute__((noinline))
#else
#define SHARED static inline
#endif

#endif
