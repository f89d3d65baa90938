/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and strings.  memcpy, memmove and memset are the machine's
 * (arch/x86_64/string.S).
 */
#include <base/string.h>

int
memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;

    for (; n != 0; n--, x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

size_t
strlen(const char *s)
{
    size_t n = 0;

    while (s[n] != '\0') {
        n++;
    }
    return n;
}

size_t
strnlen(const char *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n] != '\0') {
        n++;
    }
    return n;
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
    while (n != 0 && *a != '\0' && *a == *b) {
        a++;
        b++;
        n--;
    }
    return n == 0 ? 0 : (unsigned char)*a - (unsigned char)*b;
}

size_t
strlcpy(char *to, const char *from, size_t size)
{
    size_t n = strlen(from), k = n;

    if (size == 0) {
        return n;
    }
    if (k >= size) {
        k = size - 1;
    }
    memcpy(to, from, k);
    to[k] = '\0';
    return n;
}
