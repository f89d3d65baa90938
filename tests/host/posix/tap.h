/* SPDX-License-Identifier: BSD-2-Clause */
/* Test points in TAP. */
#ifndef TESTS_POSIX_TAP_H
#define TESTS_POSIX_TAP_H

#include <stdbool.h>

void tap_point(bool ok, const char *what, const char *file, int line);
int tap_end(void);
#define OK(x) tap_point((x), #x, __FILE__, __LINE__)
#define OK_ERR(x, e) tap_point((x) == ERR(e), #x " is " #e, __FILE__, __LINE__)

#endif
