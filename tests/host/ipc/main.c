/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of kernel/ipc.  Prints TAP.
 */
#include "ipc_test.h"

static const struct test *const suites[] = {
    right_tests, message_tests, notify_tests, wait_tests, kernel_tests,
    maker_tests, attribute_tests, failure_tests, trap_tests, undo_tests,
    limit_tests, edge_tests, cost_tests, fast_tests,
    fast_case_tests, fast_direct_tests, fast_kernel_tests,
};

static int test_count;

int
main(void)
{
    unsigned i;

    ipc_setup();
    for (i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
        const struct test *t;

        for (t = suites[i]; t->run != NULL; t++) {
            t->run();
            printf("ok %d - %s\n", ++test_count, t->name);
            fflush(stdout);
        }
    }
    printf("1..%d\n", test_count);
    return 0;
}
