/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes in transit, see ring.h. */
#include <stdlib.h>
#include <string.h>

#include "pipe/ring.h"

#define RING_FIRST 4096u

static bool
ring_resize(struct ring *r, uint32_t size)
{
    uint8_t *data = malloc(size);

    if (data == NULL) {
        return false;
    }
    ring_peek(r, 0, data, r->rg_used);
    free(r->rg_data);
    r->rg_data = data;
    r->rg_size = size;
    r->rg_head = 0;
    return true;
}

bool
ring_reserve(struct ring *r, uint32_t count)
{
    uint32_t size = r->rg_size == 0 ? RING_FIRST : r->rg_size;

    while (size < r->rg_used + count) {
        size *= 2;
    }
    return size == r->rg_size || ring_resize(r, size);
}

void
ring_put(struct ring *r, const void *data, uint32_t count)
{
    uint32_t tail = (r->rg_head + r->rg_used) & (r->rg_size - 1);
    uint32_t first = r->rg_size - tail;

    if (count == 0) {
        return;
    }
    if (first > count) {
        first = count;
    }
    memcpy(r->rg_data + tail, data, first);
    memcpy(r->rg_data, (const uint8_t *)data + first, count - first);
    r->rg_used += count;
}

void
ring_peek(const struct ring *r, uint32_t skip, void *data, uint32_t count)
{
    uint32_t head, first;

    if (count == 0) {
        return;
    }
    head = (r->rg_head + skip) & (r->rg_size - 1);
    first = r->rg_size - head;
    if (first > count) {
        first = count;
    }
    memcpy(data, r->rg_data + head, first);
    memcpy((uint8_t *)data + first, r->rg_data, count - first);
}

void
ring_consume(struct ring *r, uint32_t count)
{
    r->rg_used -= count;
    r->rg_head = r->rg_used == 0 ? 0
                                 : (r->rg_head + count) & (r->rg_size - 1);
}

bool
ring_set_limit(struct ring *r, uint32_t limit)
{
    if (limit < r->rg_used) {
        return false;
    }
    if (limit < r->rg_size && !ring_resize(r, limit)) {
        return false;
    }
    r->rg_limit = limit;
    return true;
}

void
ring_free(struct ring *r)
{
    free(r->rg_data);
    r->rg_data = NULL;
    r->rg_size = r->rg_head = r->rg_used = 0;
}
