/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host versions of what the floor of the kernel gives: kalloc over malloc, the
 * reaper by hand, panic, random numbers, injected failures.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <base/kalloc.h>
#include <base/panic.h>
#include <sched/reaper.h>
#include <sched/wait.h>
#include <machine/user_copy.h>
#include "host_memory.h"

bool host_user_access;

void
host_must(bool right)
{
    assert(right);
}

static unsigned fail_period;
static uint64_t fail_nth, alloc_count, fail_count, kalloc_bytes;
static uint32_t random_state = 1;
static bool (*reapers[16])(void);
static unsigned reaper_count;
static bool reaper_works;

void
host_random_seed(uint32_t seed)
{
    random_state = seed * 2654435761u + 1;
}

uint32_t
host_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

void
host_fail_random(unsigned period)
{
    fail_period = period;
}

void
host_fail_nth(uint64_t n)
{
    fail_nth = n;
}

uint64_t
host_alloc_count(void)
{
    return alloc_count;
}

bool
host_inject(void)
{
    alloc_count++;
    if ((fail_nth != 0 && --fail_nth == 0)
        || (fail_period != 0 && host_random() % fail_period == 0)) {
        fail_count++;
        return true;
    }
    return false;
}

uint64_t
host_failures(void)
{
    return fail_count;
}

void *
kalloc(size_t size, struct ledger *l)
{
    void *p;

    if (host_inject() ||
        (l != NULL && ledger_charge(l, LEDGER_KMEM, size) != KERN_SUCCESS)) {
        return NULL;
    }
    p = calloc(1, size);
    assert(p != NULL);
    kalloc_bytes += size;
    return p;
}

void
kfree(void *p, size_t size, struct ledger *l)
{
    if (p == NULL) {
        return;
    }
    assert(kalloc_bytes >= size);
    kalloc_bytes -= size;
    if (l != NULL) {
        ledger_uncharge(l, LEDGER_KMEM, size);
    }
    free(p);
}

uint64_t
host_kalloc_bytes(void)
{
    return kalloc_bytes;
}

void
reaper_register(bool (*step)(void))
{
    assert(reaper_count < 16);
    reapers[reaper_count++] = step;
}

void
reaper_wakeup(void)
{
    reaper_works = true;
}

/* As the reaper's thread: only when it has been woken. */
bool
host_reap(void)
{
    bool more = false;
    unsigned i;

    if (!reaper_works) {
        return false;
    }
    reaper_works = false;
    for (i = 0; i < reaper_count; i++) {
        more |= reapers[i]();
    }
    reaper_works |= more;
    return reaper_works;
}

void
panic(const char *format, ...)
{
    va_list ap;

    fflush(stdout);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    abort();
}

void
assert_failed(const char *what)
{
    panic("assertion failed: %s", what);
}
