/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes in transit: a ring that grows as needed up to its limit.  It may also
 * hold records, each behind its length.
 */
#ifndef PIPE_RING_H
#define PIPE_RING_H

#include <stdbool.h>
#include <stdint.h>

struct ring {
    uint8_t *rg_data;
    uint32_t rg_size;  /* allocated, a power of two or 0 */
    uint32_t rg_head;  /* index of the first byte */
    uint32_t rg_used;
    uint32_t rg_limit; /* most bytes, a power of two */
};

#define RECORD_HEADER ((uint32_t)sizeof(uint32_t))

static inline uint32_t
ring_room(const struct ring *r)
{
    return r->rg_limit - r->rg_used;
}

/* Room for count more bytes; false: no memory.  count <= ring_room. */
bool ring_reserve(struct ring *r, uint32_t count);
/* Needs ring_reserve first. */
void ring_put(struct ring *r, const void *data, uint32_t count);
/* Copies bytes that stay; skip + count <= rg_used. */
void ring_peek(const struct ring *r, uint32_t skip, void *data,
               uint32_t count);
void ring_consume(struct ring *r, uint32_t count);
/* false: the bytes in it don't fit, or there is no memory. */
bool ring_set_limit(struct ring *r, uint32_t limit);
void ring_free(struct ring *r);

#endif
