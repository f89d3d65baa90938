/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timer queue, a leftist heap: the right spine of each timer is the
 * shortest way down, tm_rank long, so that every operation takes O(log n)
 * steps.  (A pairing heap takes fewer on average, but once in a while one for
 * each timer, with interrupts off.)
 */
#include <stddef.h>
#include <base/assert.h>
#include <sched/sched.h>
#include <sched/timer.h>

static struct timer *root;

static uint32_t
rank(const struct timer *t)
{
    return t == NULL ? 0 : t->tm_rank;
}

/* What its children make of a timer. */
static void
settle(struct timer *t)
{
    if (rank(t->tm_left) < rank(t->tm_right)) {
        struct timer *left = t->tm_left;

        t->tm_left = t->tm_right;
        t->tm_right = left;
    }
    t->tm_rank = rank(t->tm_right) + 1;
}

/* One heap out of two: their right spines merged, then settled upwards. */
static struct timer *
meld(struct timer *a, struct timer *b)
{
    struct timer *top = NULL, *last = NULL;

    while (a != NULL && b != NULL) {
        if (b->tm_deadline < a->tm_deadline) {
            struct timer *t = a;

            a = b;
            b = t;
        }
        a->tm_parent = last;
        if (last != NULL) {
            last->tm_right = a;
        } else {
            top = a;
        }
        last = a;
        a = a->tm_right;
    }
    if (a == NULL) {
        a = b;
    }
    if (a != NULL) {
        a->tm_parent = last;
    }
    if (last == NULL) {
        return a;
    }
    last->tm_right = a;
    for (; last != NULL; last = last->tm_parent) {
        settle(last);
    }
    return top;
}

void
timer_init(struct timer *t, void (*fn)(void *), void *arg)
{
    *t = (struct timer){ .tm_fn = fn, .tm_arg = arg };
}

void
timer_unset(struct timer *t)
{
    struct timer *above = t->tm_parent, *below;

    if (!t->tm_set) {
        return;
    }
    below = meld(t->tm_left, t->tm_right);
    if (below != NULL) {
        below->tm_parent = above;
    }
    if (above == NULL) {
        assert(root == t);
        root = below;
    } else if (above->tm_left == t) {
        above->tm_left = below;
    } else {
        above->tm_right = below;
    }
    for (; above != NULL; above = above->tm_parent) {
        uint32_t was = above->tm_rank;

        settle(above);
        if (above->tm_rank == was) {
            break;
        }
    }
    t->tm_set = false;
}

void
timer_set(struct timer *t, uint64_t deadline)
{
    timer_unset(t);
    t->tm_deadline = deadline;
    t->tm_set = true;
    t->tm_left = NULL;
    t->tm_right = NULL;
    t->tm_rank = 1;
    root = meld(root, t);
    if (root == t) {
        sched_arm(deadline);
    }
}

uint64_t
timer_first(void)
{
    return root == NULL ? TIMER_NEVER : root->tm_deadline;
}

bool
timer_expire(uint64_t now, unsigned max)
{
    while (root != NULL && root->tm_deadline <= now) {
        struct timer *t = root;

        if (max-- == 0) {
            return true;
        }
        timer_unset(t);
        t->tm_fn(t->tm_arg);
    }
    return false;
}
