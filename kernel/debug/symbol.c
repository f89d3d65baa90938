/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking up functions by address (see symbol.h).
 */
#include <stddef.h>
#include <debug/symbol.h>

const char *
symbol_lookup(uint64_t pc, uint64_t *offset)
{
    uint64_t low = 0, high = ksyms_count;

    while (low < high) { /* the first that is above pc */
        uint64_t middle = low + (high - low) / 2;

        if (ksyms_addresses[middle] <= pc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return NULL;
    }
    *offset = pc - ksyms_addresses[low - 1];
    return ksyms_names + ksyms_offsets[low - 1];
}
