/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timer queue (see README.md).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sched/timer.h>
#include <sched/sched.h>
#include <base/panic.h>

#define TIMERS 500
#define ROUNDS 300000u
#define DEEPEST 64 /* of a merge of such heaps: far more than log2(500) */

static struct timer timers[TIMERS];
static uint64_t now, last;
static unsigned fired, out_of_order, wrong_first, wrong_shape, counted;

void
sched_arm(uint64_t deadline)
{
    (void)deadline;
}

void
panic(const char *format, ...)
{
    printf("Bail out! %s\n", format);
    exit(1);
}

void
assert_failed(const char *what)
{
    panic("assertion failed: %s", what);
}

static void
expired(void *arg)
{
    struct timer *t = arg;

    fired++;
    out_of_order += t->tm_set || t->tm_deadline < last || t->tm_deadline > now;
    last = t->tm_deadline;
}

/* The rank that a heap has, counting its timers. */
static uint32_t
walk(const struct timer *t, const struct timer *parent)
{
    uint32_t left, right;

    if (t == NULL) {
        return 0;
    }
    counted++;
    left = walk(t->tm_left, t);
    right = walk(t->tm_right, t);
    wrong_shape += !t->tm_set || t->tm_parent != parent || left < right ||
                   t->tm_rank != right + 1 || t->tm_rank > DEEPEST ||
                   (parent != NULL && parent->tm_deadline > t->tm_deadline);
    return right + 1;
}

static void
compare(void)
{
    uint64_t first = TIMER_NEVER;
    const struct timer *top = NULL;
    unsigned set = 0;

    for (unsigned i = 0; i < TIMERS; i++) {
        const struct timer *t = &timers[i];

        set += t->tm_set;
        if (t->tm_set && t->tm_deadline < first) {
            first = t->tm_deadline;
        }
        if (t->tm_set && t->tm_parent == NULL) {
            wrong_shape += top != NULL;
            top = t;
        }
    }
    counted = 0;
    walk(top, NULL);
    wrong_shape += counted != set;
    wrong_first += timer_first() != first;
}

static void
step(void)
{
    struct timer *t = &timers[(unsigned)rand() % TIMERS];

    switch ((unsigned)rand() % 8) {
    case 0:
        timer_unset(t);
        break;
    case 1:
        now += (unsigned)rand() % 4;
        while (timer_expire(now, (unsigned)rand() % 8)) {
            continue;
        }
        last = 0;
        break;
    default:
        timer_set(t, now + 1 + (unsigned)rand() % 1000);
        break;
    }
}

static void
check(bool good, const char *what)
{
    static unsigned number;

    printf("%s %u - %s\n", good ? "ok" : "not ok", ++number, what);
}

int
main(void)
{
    srand(1);
    for (unsigned i = 0; i < TIMERS; i++) {
        timer_init(&timers[i], expired, &timers[i]);
    }
    for (unsigned i = 0; i < ROUNDS; i++) {
        step();
        if (i % 50 == 0) {
            compare();
        }
    }
    check(fired > 10000, "timers fire");
    check(out_of_order == 0, "in order, once each, when they are due");
    check(wrong_first == 0, "the first is known");
    check(wrong_shape == 0, "a leftist heap of all that are set");
    now = TIMER_NEVER - 1;
    timer_expire(now, ~0u);
    compare();
    check(timer_first() == TIMER_NEVER && counted == 0, "all fire in the end");
    printf("1..5\n");
    return out_of_order + wrong_first + wrong_shape != 0;
}
