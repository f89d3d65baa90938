/* SPDX-License-Identifier: BSD-2-Clause */
/* The Test Anything Protocol for the Linux programs of this folder. */
#ifndef TAP_H
#define TAP_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int tap_run, tap_failed;

/* Print one result; returns GOOD. */
__attribute__((format(printf, 2, 3), unused)) static int
tap_check(int good, const char *format, ...)
{
    int error = errno;
    va_list list;

    tap_run++;
    tap_failed += !good;
    printf("%s %d - ", good ? "ok" : "not ok", tap_run);
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    if (!good) {
        printf("\n# errno %d (%s)", error, strerror(error));
    }
    printf("\n");
    fflush(stdout);
    errno = error;
    return good;
}

/* Print the plan; returns the program's exit status. */
__attribute__((unused)) static int
tap_done(void)
{
    printf("1..%d\n", tap_run);
    fflush(stdout);
    return tap_failed != 0;
}

#endif
