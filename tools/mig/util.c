/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and strings.  Memory is on one list, which is freed as a whole when
 * the run is over (mig_free_all); nothing is freed before.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "diag.h"

struct block {
    struct block *next;
    max_align_t data[];
};

static struct block *blocks;

void *
mig_alloc(size_t size)
{
    struct block *b = size > SIZE_MAX - sizeof(*b)
                          ? NULL
                          : calloc(1, sizeof(*b) + size);

    if (b == NULL) {
        diag_fatal("out of memory");
    }
    b->next = blocks;
    blocks = b;
    return b->data;
}

void
mig_free_all(void)
{
    while (blocks != NULL) {
        struct block *b = blocks;

        blocks = b->next;
        free(b);
    }
}

char *
mig_strdup(const char *s)
{
    size_t n = strlen(s) + 1;

    return memcpy(mig_alloc(n), s, n);
}

char *
mig_format(const char *format, ...)
{
    va_list ap;
    char *s;
    int n;

    va_start(ap, format);
    n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    if (n < 0) {
        diag_fatal("cannot format a string");
    }
    s = mig_alloc((size_t)n + 1);
    va_start(ap, format);
    vsnprintf(s, (size_t)n + 1, format, ap);
    va_end(ap);
    return s;
}

bool
mig_word_equal(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}
