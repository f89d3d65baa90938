/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the run-time tests of generated code. */
#include <stdarg.h>
#include <stdlib.h>

#include "fake_mach.h"
#include "rt_server.h"
#include "rt_server_state.h"
#include "tap.h"

int tap_count;
int tap_failed;

void
tap_line(int good, const char *file, int line, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    printf("%sok %d - ", good ? "" : "not ", ++tap_count);
    vprintf(format, ap);
    putchar('\n');
    va_end(ap);
    if (!good) {
        printf("# at %s:%d\n", file, line);
        tap_failed++;
    }
}

int
main(void)
{
    fake_server = &S_rt_subsystem;
    fake_payload = (uint64_t)(uintptr_t)&the_object;
    test_values();
    test_rights();
    test_evil();
    test_shapes();
    test_direct();
    free(fake_last_request);
    free(fake_last_reply);
    printf("1..%d\n", tap_count);
    return tap_failed != 0;
}
