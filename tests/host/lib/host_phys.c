/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host frames: free ones are poisoned for ASan, and a frame that is freed while
 * an address space maps it ends the test.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sanitizer/asan_interface.h>
#include <base/page_alloc.h>
#include <machine/pmap.h>
#include "host_memory.h"

#define FRAMES 4096u

static char *memory; /* frame 0 is never given out */
static uint16_t mapped[FRAMES];
static bool used[FRAMES];
static uint64_t used_count;
static unsigned next_frame = 1;

static void
setup(void)
{
    if (memory == NULL) {
        memory = aligned_alloc(4096, FRAMES * 4096ull);
        assert(memory != NULL);
        ASAN_POISON_MEMORY_REGION(memory, FRAMES * 4096ull);
    }
}

void *
phys_to_virt(uint64_t phys)
{
    assert(phys < FRAMES * 4096ull);
    return memory + phys;
}

uint64_t
virt_to_phys(const void *p)
{
    return (uint64_t)((const char *)p - memory);
}

static bool
run_free(unsigned first, unsigned count)
{
    unsigned i;

    if (first + count > FRAMES) {
        return false;
    }
    for (i = 0; i < count; i++) {
        if (used[first + i]) {
            return false;
        }
    }
    return true;
}

uint64_t
phys_alloc(unsigned order)
{
    unsigned count = 1u << order, i, f;

    setup();
    if (host_inject()) {
        return 0;
    }
    for (i = 0; i < FRAMES; i += count) {
        f = (next_frame + i) % FRAMES;
        f -= f % count;
        if (f != 0 && run_free(f, count)) {
            unsigned k;

            for (k = 0; k < count; k++) {
                used[f + k] = true;
            }
            next_frame = f + count;
            used_count += count;
            ASAN_UNPOISON_MEMORY_REGION(memory + f * 4096ull,
                                          count * 4096ull);
            memset(memory + f * 4096ull, 0xa5, count * 4096ull);
            return f * 4096ull;
        }
    }
    return 0;
}

uint64_t
phys_alloc_below(unsigned order, uint64_t limit)
{
    return limit < FRAMES * 4096ull ? 0 : phys_alloc(order);
}

void
phys_free(uint64_t phys, unsigned order)
{
    unsigned f = (unsigned)(phys >> 12), count = 1u << order, i;

    for (i = 0; i < count; i++) {
        assert(used[f + i]);
        assert(mapped[f + i] == 0);
        used[f + i] = false;
    }
    used_count -= count;
    ASAN_POISON_MEMORY_REGION(memory + phys, count * 4096ull);
}

uint64_t
phys_free_count(void)
{
    return FRAMES - 1 - used_count;
}

uint64_t
phys_total_count(void)
{
    return FRAMES - 1;
}

uint64_t
phys_top(void)
{
    return FRAMES * 4096ull;
}

uint64_t
host_frames_used(void)
{
    return used_count;
}

void
host_frame_mapped(uint64_t phys)
{
    assert(used[phys >> 12]);
    mapped[phys >> 12]++;
}

void
host_frame_unmapped(uint64_t phys)
{
    assert(mapped[phys >> 12] > 0);
    mapped[phys >> 12]--;
}
