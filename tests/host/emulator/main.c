/* SPDX-License-Identifier: BSD-2-Clause */
/* Host tests of the emulator's pure parts. */
#include <stdio.h>

#include "check.h"

static int run, failed;

void
check(bool good, const char *name)
{
    failed += !good;
    printf("%s %d - %s\n", good ? "ok" : "not ok", ++run, name);
}

int
main(void)
{
    elf_tests();
    fd_tests();
    printf("1..%d\n", run);
    return failed != 0;
}
