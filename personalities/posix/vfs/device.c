/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory devices, and random bytes: a ChaCha20 stream whose key is replaced by its own output after each
 * request, so that what was given out can't be computed later.
 */
#include <stdbool.h>
#include <string.h>

#include "vfs/internal.h"
#include "vfs/memory.h"

#define DEV_NULL L_MAKEDEV(1, 3)
#define DEV_ZERO L_MAKEDEV(1, 5)
#define DEV_FULL L_MAKEDEV(1, 7)
#define DEV_RANDOM L_MAKEDEV(1, 8)
#define DEV_URANDOM L_MAKEDEV(1, 9)

bool
device_is_ours(uint64_t rdev)
{
    return rdev == DEV_NULL || rdev == DEV_ZERO || rdev == DEV_FULL ||
           rdev == DEV_RANDOM || rdev == DEV_URANDOM;
}

/* Majors 4 (ttyN, ttySN) and 5 (tty, console). */
bool
device_is_terminal(uint64_t rdev)
{
    return L_MAJOR(rdev) == 4 || L_MAJOR(rdev) == 5;
}

static uint32_t random_key[8];
static bool random_seeded;

static void
quarter_round(uint32_t *x, unsigned a, unsigned b, unsigned c, unsigned d)
{
    x[a] += x[b];
    x[d] = (x[d] ^ x[a]) << 16 | (x[d] ^ x[a]) >> 16;
    x[c] += x[d];
    x[b] = (x[b] ^ x[c]) << 12 | (x[b] ^ x[c]) >> 20;
    x[a] += x[b];
    x[d] = (x[d] ^ x[a]) << 8 | (x[d] ^ x[a]) >> 24;
    x[c] += x[d];
    x[b] = (x[b] ^ x[c]) << 7 | (x[b] ^ x[c]) >> 25;
}

static void
chacha_block(uint64_t counter, uint32_t out[16])
{
    uint32_t in[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };

    memcpy(&in[4], random_key, sizeof(random_key));
    in[12] = (uint32_t)counter;
    in[13] = (uint32_t)(counter >> 32);
    memcpy(out, in, sizeof(in));
    for (unsigned i = 0; i < 10; i++) {
        quarter_round(out, 0, 4, 8, 12);
        quarter_round(out, 1, 5, 9, 13);
        quarter_round(out, 2, 6, 10, 14);
        quarter_round(out, 3, 7, 11, 15);
        quarter_round(out, 0, 5, 10, 15);
        quarter_round(out, 1, 6, 11, 12);
        quarter_round(out, 2, 7, 8, 13);
        quarter_round(out, 3, 4, 9, 14);
    }
    for (unsigned i = 0; i < 16; i++) {
        out[i] += in[i];
    }
}

void
random_fill(void *buffer, uint32_t size)
{
    uint8_t *out = buffer;
    uint32_t block[16];
    uint64_t counter = 1;

    if (!random_seeded) {
        memory_entropy(random_key, sizeof(random_key));
        random_seeded = true;
    }
    while (size > 0) {
        uint32_t n = size < sizeof(block) ? size : (uint32_t)sizeof(block);

        chacha_block(counter++, block);
        memcpy(out, block, n);
        out += n;
        size -= n;
    }
    chacha_block(0, block);
    memcpy(random_key, block, sizeof(random_key));
    memset(block, 0, sizeof(block));
}

kern_return_t
device_read(uint64_t rdev, void *buffer, uint32_t amount, uint32_t *count)
{
    *count = amount;
    switch (rdev) {
    case DEV_NULL:
        *count = 0;
        return KERN_SUCCESS;
    case DEV_ZERO:
    case DEV_FULL:
        memset(buffer, 0, amount);
        return KERN_SUCCESS;
    case DEV_RANDOM:
    case DEV_URANDOM:
        random_fill(buffer, amount);
        return KERN_SUCCESS;
    default:
        *count = 0;
        return ERR(ENXIO);
    }
}

kern_return_t
device_write(uint64_t rdev, uint32_t amount)
{
    return rdev == DEV_FULL && amount != 0 ? ERR(ENOSPC) : KERN_SUCCESS;
}
