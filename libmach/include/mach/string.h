/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library's memory and string functions that libmach.a has, for
 * programs without one.  Servers get newlib's <string.h>.
 */
#ifndef MACH_STRING_H
#define MACH_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);

#endif
