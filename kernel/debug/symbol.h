/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The embedded symbol table.  The build links the kernel twice: the second
 * time with the functions' addresses of the first (tools/ksyms.sh); code
 * does not move, since the table lies behind it.
 */
#ifndef DEBUG_SYMBOL_H
#define DEBUG_SYMBOL_H

#include <stdint.h>

/* Sorted by address: an offset from the image's start, and the offset of the
 * name in ksym_names. */
struct ksym {
    uint32_t ks_address, ks_name;
};
extern const struct ksym ksym_table[];
extern const uint32_t ksym_count;
extern const char ksym_names[];

/* The function that pc is in; NULL: none is known. */
const char *symbol_lookup(uint64_t pc, uint64_t *offset);

#endif
