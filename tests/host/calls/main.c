/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every call of the kernel's interfaces with its first, second, ... last
 * allocation failing: it answers by a shortage (or does without), can then be
 * made again, and when everything has ended nothing is left.
 */
#include "calls.h"

const char *now_testing = "";
static unsigned calls_made;

static bool
shortage(kern_return_t kr)
{
    return kr == KERN_RESOURCE_SHORTAGE || kr == KERN_NO_SPACE
           || kr == MACH_SEND_NO_BUFFER;
}

/* Its n-th allocation fails; false: it makes fewer. */
static bool
fail_one(const struct call_case *c, unsigned n)
{
    uint64_t before;
    kern_return_t kr;
    bool failed;

    world_begin();
    if (c->prepare != NULL) {
        c->prepare();
    }
    world_mark();
    before = host_failures();
    host_fail_nth(n);
    kr = c->call();
    host_fail_nth(0);
    failed = host_failures() != before;
    calls_made++;
    if (kr != KERN_SUCCESS) {
        if (!failed || !shortage(kr)) {
            check_failed("the call", kr, c->name, (int)n);
        }
        CHECK(world_marked());
        CHECK_OK(c->call());
    }
    world_end();
    return failed;
}

static unsigned
run(const struct call_case *c, unsigned number)
{
    for (; c->name != NULL; c++) {
        unsigned n = 1;

        now_testing = c->name;
        while (fail_one(c, n)) {
            n++;
            CHECK(n < 1000);
        }
        printf("ok %u - %s: %u allocations\n", ++number, c->name, n - 1);
        fflush(stdout);
    }
    return number;
}

int
main(void)
{
    unsigned number;

    world_setup();
    number = run(port_cases, 0);
    number = run(vm_cases, number);
    number = run(task_cases, number);
    printf("# %u calls\n1..%u\n", calls_made, number);
    return 0;
}
