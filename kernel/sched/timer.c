/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timer queue, a pairing heap: setting is O(1), removing O(log n)
 * amortised.  The root's tm_prev is NULL; a first child's is its parent.
 */
#include <stddef.h>
#include <base/assert.h>
#include <sched/sched.h>
#include <sched/timer.h>

static struct timer *root;

static struct timer *
meld(struct timer *a, struct timer *b)
{
    if (a == NULL) {
        return b;
    }
    if (b == NULL) {
        return a;
    }
    if (b->tm_deadline < a->tm_deadline) {
        struct timer *t = a;

        a = b;
        b = t;
    }
    b->tm_prev = a;
    b->tm_next = a->tm_child;
    if (a->tm_child != NULL) {
        a->tm_child->tm_prev = b;
    }
    a->tm_child = b;
    return a;
}

/* Two passes over a list of siblings: by pairs, then from the right. */
static struct timer *
meld_siblings(struct timer *first)
{
    struct timer *pairs = NULL, *heap = NULL;

    while (first != NULL) {
        struct timer *a = first, *b = a->tm_next;

        first = b != NULL ? b->tm_next : NULL;
        a->tm_next = NULL;
        a->tm_prev = NULL;
        if (b != NULL) {
            b->tm_next = NULL;
            b->tm_prev = NULL;
        }
        a = meld(a, b);
        a->tm_next = pairs;
        pairs = a;
    }
    while (pairs != NULL) {
        struct timer *next = pairs->tm_next;

        pairs->tm_next = NULL;
        heap = meld(heap, pairs);
        pairs = next;
    }
    return heap;
}

void
timer_init(struct timer *t, void (*fn)(void *), void *arg)
{
    *t = (struct timer){ .tm_fn = fn, .tm_arg = arg };
}

void
timer_unset(struct timer *t)
{
    struct timer *below;

    if (!t->tm_set) {
        return;
    }
    below = meld_siblings(t->tm_child);
    if (t->tm_prev == NULL) {
        assert(root == t);
        root = below;
    } else {
        if (t->tm_prev->tm_child == t) {
            t->tm_prev->tm_child = t->tm_next;
        } else {
            t->tm_prev->tm_next = t->tm_next;
        }
        if (t->tm_next != NULL) {
            t->tm_next->tm_prev = t->tm_prev;
        }
        root = meld(root, below);
    }
    if (root != NULL) {
        root->tm_prev = NULL;
        root->tm_next = NULL;
    }
    t->tm_child = NULL;
    t->tm_next = NULL;
    t->tm_prev = NULL;
    t->tm_set = false;
}

void
timer_set(struct timer *t, uint64_t deadline)
{
    timer_unset(t);
    t->tm_deadline = deadline;
    t->tm_set = true;
    root = meld(root, t);
    root->tm_prev = NULL;
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
