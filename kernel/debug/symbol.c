/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking up functions by address (see symbol.h).  In the first link the
 * table is empty.
 */
#include <stddef.h>
#include <debug/symbol.h>

extern char kernel_start[], kernel_text_end[];

#pragma weak ksym_table
#pragma weak ksym_count
#pragma weak ksym_names

const char *
symbol_lookup(uint64_t pc, uint64_t *offset)
{
    uint32_t low = 0, high, at;

    if (&ksym_count == NULL || pc < (uintptr_t)kernel_start ||
        pc >= (uintptr_t)kernel_text_end) {
        return NULL;
    }
    at = (uint32_t)(pc - (uintptr_t)kernel_start);
    high = ksym_count;
    while (low < high) { /* the last that is not above */
        uint32_t middle = low + (high - low) / 2;

        if (ksym_table[middle].ks_address <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return NULL;
    }
    *offset = at - ksym_table[low - 1].ks_address;
    return ksym_names + ksym_table[low - 1].ks_name;
}
