/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory and strings.  Nothing is freed: the program ends when it is done. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "diag.h"

void *
mig_alloc(size_t size)
{
    void *p = calloc(1, size == 0 ? 1 : size);

    if (p == NULL) {
        diag_fatal("out of memory");
    }
    return p;
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
