/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the tests.
 */
#include <stdio.h>
#include <mach/mach.h>
#include "test.h"

static unsigned tests, failures;

/* What libmach's print.c would call. */
void
mach_puts(const char *text)
{
    fputs(text, stderr);
}

void
check(bool good, const char *what)
{
    tests++;
    failures += !good;
    printf("%sok %u - %s\n", good ? "" : "not ", tests, what);
}

int
main(void)
{
    test_archive();
    test_conf();
    test_elf();
    printf("1..%u\n", tests);
    return failures != 0;
}
