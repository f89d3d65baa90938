/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EMULATOR_CHECK_H
#define EMULATOR_CHECK_H

#include <stdbool.h>

/* One TAP line. */
void check(bool good, const char *name);
void elf_tests(void);
void fd_tests(void);

#endif
