/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The embedded symbol table.  The build links the kernel twice, the second
 * time with the functions of the first (tools/ksyms); no code moves, since
 * the table lies behind it.
 */
#ifndef DEBUG_SYMBOL_H
#define DEBUG_SYMBOL_H

#include <stdint.h>

extern const uint64_t ksyms_count;
extern const uint64_t ksyms_addresses[]; /* ascending */
extern const uint32_t ksyms_offsets[];   /* of each one's name */
extern const char ksyms_names[];

/* The function that pc is in; NULL: none is known. */
const char *symbol_lookup(uint64_t pc, uint64_t *offset);

#endif
