/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of the Test Anything Protocol. */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>

extern int tap_count;
extern int tap_failed;

#define ok(condition, ...) tap_line((condition) != 0, __FILE__, __LINE__, \
                                    __VA_ARGS__)

void tap_line(int good, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void test_values(void);   /* rt_values.c: what goes in comes out */
void test_rights(void);   /* rt_rights.c: who owns what afterwards */
void test_evil(void);     /* rt_evil.c: messages that nobody should send */
void test_shapes(void);   /* rt_shapes.c: descriptors that lie */
void test_direct(void);   /* rt_direct.c: the same calls, directly */

#endif
