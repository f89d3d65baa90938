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
    world_watch(true);
    kr = c->call();
    world_watch(false);
    host_fail_nth(0);
    failed = host_failures() != before;
    calls_made++;
    if (kr != KERN_SUCCESS) {
        if (!failed || !shortage(kr)) {
            check_failed("the call", kr, c->name, (int)n);
        }
        CHECK(c->tells || world_marked());
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

/* Each routine of ipc-defs/mach. */
static const struct {
    const char *subsystem, *name;
    mach_msg_id_t id;
} routines[] = {
#include <calls/routines.h>
};

/* Those that no case calls, by routine or subsystem, and why. */
static const struct {
    const char *name, *why;
} not_called[] = {
    {"host_reboot", "ends the machine"},
    {"thread_depress_abort", "needs one that has given up its priority; looks "
                             "at two words"},
    {"processor_start", "refuses without a look: there is one processor"},
    {"processor_exit", "refuses without a look: it is the last"},
    {"device", "needs a machine"},
    {"exc", "sent by the kernel, in messages that are there before"},
    {"clock_reply", "sent by the kernel, in messages that are there before"},
    {"task_notify", "sent by the kernel; part of task_create"},
    {"memory_object", "sent by the kernel; part of the pagers' cases"},
};

static const char *
why_not(const char *name)
{
    for (unsigned i = 0; i < sizeof(not_called) / sizeof(not_called[0]);
         i++) {
        if (strcmp(name, not_called[i].name) == 0) {
            return not_called[i].why;
        }
    }
    return NULL;
}

/* Every routine must have been called, or not without a reason. */
static void
coverage(unsigned number)
{
    unsigned total = sizeof(routines) / sizeof(routines[0]), n = 0, bad = 0;

    for (unsigned i = 0; i < total; i++) {
        const char *why = why_not(routines[i].name);
        const char *all = why_not(routines[i].subsystem);
        bool called = world_called(routines[i].id);

        n += called;
        if (called == (why != NULL || all != NULL)) {
            printf("# %s: %s\n", routines[i].name,
                   called ? "is called, but said not to be"
                          : "no case calls it");
            bad++;
        }
    }
    printf("%sok %u - %u of %u routines are called, %u are argued\n",
           bad == 0 ? "" : "not ", number, n, total, total - n - bad);
}

int
main(void)
{
    unsigned number;

    world_setup();
    number = run(port_cases, 0);
    number = run(vm_cases, number);
    number = run(task_cases, number);
    number = run(thread_cases, number);
    number = run(host_cases, number);
    number = run(pager_cases, number);
    coverage(++number);
    printf("# %u calls\n1..%u\n", calls_made, number);
    return 0;
}
