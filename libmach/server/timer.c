/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: a list in the order of deadlines.  The loop's receive ends when the
 * first is due.
 */
#include <stdlib.h>
#include "internal.h"

struct timer {
    struct timer *next;
    uint64_t id, deadline;
    void (*fn)(void *);
    void *arg;
};

static struct timer *timers;
static uint64_t last_id;

uint64_t
server_timer(uint64_t deadline, void (*fn)(void *), void *arg)
{
    struct timer *t = malloc(sizeof(*t)), **at = &timers;

    if (t == NULL) {
        return 0;
    }
    *t = (struct timer){
        .id = ++last_id, .deadline = deadline, .fn = fn, .arg = arg};
    while (*at != NULL && (*at)->deadline <= deadline) {
        at = &(*at)->next;
    }
    t->next = *at;
    *at = t;
    return t->id;
}

void
server_timer_cancel(uint64_t id)
{
    for (struct timer **at = &timers; *at != NULL; at = &(*at)->next) {
        struct timer *t = *at;

        if (t->id == id) {
            *at = t->next;
            free(t);
            return;
        }
    }
}

int64_t
server_run_timers(void)
{
    while (timers != NULL) {
        struct timer *t = timers;
        uint64_t now = clock_uptime(), wait;

        if (t->deadline > now) {
            wait = (t->deadline - now + 999999) / 1000000;
            return wait < INT32_MAX ? (int64_t)wait : INT32_MAX;
        }
        timers = t->next;
        t->fn(t->arg);
        free(t);
    }
    return -1;
}
