/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TAP for the tests of bootstrap's pure parts.
 */
#ifndef TEST_BOOTSTRAP_H
#define TEST_BOOTSTRAP_H

#include <stdbool.h>

void check(bool good, const char *what);

void test_archive(void);
void test_conf(void);
void test_elf(void);

#endif
