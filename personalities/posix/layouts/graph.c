/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A topological order of the call graph: take out whatever calls nothing that
 * is still in, until nothing is left or nothing can be taken (a circle).
 */
#include <string.h>

#include "graph.h"

static bool
stands(const struct component *c, const unsigned order[], unsigned placed,
       const char *name)
{
    for (unsigned i = 0; i < placed; i++) {
        if (strcmp(c[order[i]].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool
ready(const struct component *c, unsigned i, const unsigned order[],
      unsigned placed)
{
    for (unsigned k = 0; k < COMPONENT_CALLS_MAX && c[i].calls[k] != NULL;
         k++) {
        if (!stands(c, order, placed, c[i].calls[k])) {
            return false;
        }
    }
    return true;
}

bool
component_order(const struct component *c, unsigned count, unsigned order[])
{
    unsigned placed = 0;
    bool progress = true;

    while (progress) {
        progress = false;
        for (unsigned i = 0; i < count; i++) {
            if (!stands(c, order, placed, c[i].name) &&
                ready(c, i, order, placed)) {
                order[placed++] = i;
                progress = true;
            }
        }
    }
    return placed == count;
}
