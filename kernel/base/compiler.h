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

#endif
