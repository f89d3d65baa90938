/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of kernel/ipc.  Prints TAP.
 *
 *   ipc [-s SEED] [-n STEPS] [-m]     -m: the model test only
 */
#include <unistd.h>
#include "ipc_test.h"

static const struct test *const suites[] = {
    right_tests, message_tests, notify_tests, wait_tests, kernel_tests,
    maker_tests, failure_tests, trap_tests, undo_tests, limit_tests, edge_tests,
};

static int test_count;

int
main(int argc, char **argv)
{
    unsigned steps = 200000, seed = 1, i, each;
    bool model_only = false;
    int c;

    while ((c = getopt(argc, argv, "s:n:m")) != -1) {
        if (c == 's') {
            seed = (unsigned)strtoul(optarg, NULL, 0);
        } else if (c == 'n') {
            steps = (unsigned)strtoul(optarg, NULL, 0);
        } else if (c == 'm') {
            model_only = true;
        } else {
            return 2;
        }
    }
    ipc_setup();
    for (i = 0; !model_only && i < sizeof(suites) / sizeof(suites[0]); i++) {
        const struct test *t;

        for (t = suites[i]; t->run != NULL; t++) {
            t->run();
            printf("ok %d - %s\n", ++test_count, t->name);
            fflush(stdout);
        }
    }
    /* Several seeds, so that worlds stay small and ends are seen. */
    each = steps / 8;
    for (i = 0; i < 8; i++) {
        model_run(seed + i, each);
        printf("ok %d - model, seed %u, %u calls\n", ++test_count, seed + i,
               each);
        fflush(stdout);
    }
    printf("1..%d\n", test_count);
    return 0;
}
