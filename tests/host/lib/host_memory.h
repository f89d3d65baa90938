/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host arch layer: frames, kernel memory, the reaper, and injected failures.
 */
#ifndef HOST_MEMORY_H
#define HOST_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Failures: with period p, on average every p-th allocation fails (0: none);
 * host_fail_nth(n) makes just the n-th from now fail (1: the next).
 */
void host_fail_random(unsigned period);
void host_fail_nth(uint64_t n);
uint64_t host_alloc_count(void); /* allocations asked for since start */
uint64_t host_failures(void);    /* of which so many were made to fail */
bool host_inject(void);          /* asks: shall this allocation fail? */

uint64_t host_kalloc_bytes(void); /* allocated now */
uint64_t host_frames_used(void);
void host_frame_mapped(uint64_t phys);
void host_frame_unmapped(uint64_t phys);

uint32_t host_random(void);
void host_random_seed(uint32_t seed);

/* One step of each registered reaper; true: some have more to do. */
bool host_reap(void);

#endif
