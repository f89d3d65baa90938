/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Synchronous IPC (see README.md).
 */
#include "test.h"

/* What a part may leave: pages of this program that were touched for the first
 * time, slabs, names that the space keeps, stacks of threads that were
 * killed. */
static const uint64_t slack[CENSUS_COUNTS] = { [CENSUS_OBJECTS] = 1,
                                               [CENSUS_PAGES] = 32,
                                               [CENSUS_BYTES] = 4096 };
static uint64_t before[16];

static void
actor_main(uint64_t arg)
{
    struct actor *a = (struct actor *)(uintptr_t)arg;
    struct sync_buffer *b = NULL;

    if (a->wants_buffer) {
        b = sync_buffer();
        *b = a->buffer;
    }
    a->state = 1;
    a->kr = sync_trap(a->trap, a->name, &a->m, &a->m);
    if (a->then_reply && a->kr == KERN_SUCCESS) {
        struct sync_message answer = message(1 + a->more);

        answer.words[0] = a->m.words[0] + 1;
        a->kr = sync_send(MACH_PORT_NULL, &answer);
    }
    if (b != NULL) { /* it goes with the thread */
        a->buffer = *b;
    }
    a->state = 2;
}

void
actor_start(struct actor *a)
{
    a->state = 0;
    a->thread = thread_spawn(actor_main, (uintptr_t)a);
    while (a->state == 0) {
        pause_ms(1);
    }
    pause_ms(1);
}

bool
actor_done(struct actor *a)
{
    bool done = wait_for(&a->state, 2);

    mach_port_deallocate_trap(a->thread);
    a->thread = MACH_PORT_NULL;
    return done;
}

bool
actor_waits(const struct actor *a)
{
    pause_ms(5);
    return a->state == 1;
}

void
census_begin(void)
{
    census(before);
}

void
census_end(const char *what)
{
    uint64_t after[16] = { 0 };
    bool same = false;

    for (unsigned i = 0; i < 20 && !same; i++) {
        census(after);
        same = true;
        for (unsigned c = 0; c < CENSUS_COUNTS; c++) {
            same = same && after[c] <= before[c] + slack[c];
        }
    }
    for (unsigned c = 0; c < CENSUS_COUNTS && !same; c++) {
        mach_printf("# %s: %lu, were %lu\n", census_names[c], after[c],
                    before[c]);
    }
    check(same, what, 0);
}

int
main(const struct boot_info *info)
{
    guest_start(info);
    test_calls();
    test_waits();
    test_replies();
    test_deaths();
    test_rights();
    test_memory();
    test_derived();
    test_priorities();
    test_mixed();
    return guest_end();
}
