/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and strings: what gcc wants to find, and a little more.
 */
#ifndef BASE_STRING_H
#define BASE_STRING_H

#include <stdbool.h>
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
/* A freestanding compiler takes these for functions like any other, unless it is
 * told: then a few words are moved in line. */
#define memcpy(to, from, n) __builtin_memcpy(to, from, n)
#define memset(to, c, n) __builtin_memset(to, c, n)

/* Always terminated; returns strlen(from). */
size_t strlcpy(char *to, const char *from, size_t size);

#endif
