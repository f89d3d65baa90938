/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and string functions for programs without a C library.  Blocks move in
 * words: the string instructions are what a processor (and an instruction
 * counter) charges least for.
 */
#include <stdint.h>
#include <mach/string.h>

void *
memcpy(void *restrict to, const void *restrict from, size_t n)
{
    void *d = to;
    const void *s = from;
    size_t words = n / 8, bytes = n % 8;

    __asm__ volatile("rep movsq"
                     : "+D"(d), "+S"(s), "+c"(words)
                     :
                     : "memory");
    __asm__ volatile("rep movsb"
                     : "+D"(d), "+S"(s), "+c"(bytes)
                     :
                     : "memory");
    return to;
}

void *
memmove(void *to, const void *from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;

    if ((uintptr_t)d - (uintptr_t)s >= n) {
        return memcpy(to, from, n);
    }
    while (n > 0) {
        n--;
        *(volatile uint8_t *)(d + n) = s[n];
    }
    return to;
}

void *
memset(void *to, int value, size_t n)
{
    void *d = to;
    uint64_t word = (uint8_t)value * 0x0101010101010101ull;
    size_t words = n / 8, bytes = n % 8;

    __asm__ volatile("rep stosq"
                     : "+D"(d), "+c"(words)
                     : "a"(word)
                     : "memory");
    __asm__ volatile("rep stosb"
                     : "+D"(d), "+c"(bytes)
                     : "a"(word)
                     : "memory");
    return to;
}

int
memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;

    for (size_t i = 0; i < n; i++) {
        if (x[i] != y[i]) {
            return x[i] < y[i] ? -1 : 1;
        }
    }
    return 0;
}

size_t
strlen(const char *s)
{
    const volatile char *end = s;

    while (*end != '\0') {
        end++;
    }
    return (size_t)(end - s);
}

int
strcmp(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

int
strncmp(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (a[i] != b[i] || a[i] == '\0') {
            return (unsigned char)a[i] - (unsigned char)b[i];
        }
    }
    return 0;
}

char *
strchr(const char *s, int c)
{
    for (;; s++) {
        if (*s == (char)c) {
            return (char *)(uintptr_t)s;
        }
        if (*s == '\0') {
            return NULL;
        }
    }
}
