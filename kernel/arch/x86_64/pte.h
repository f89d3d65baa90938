/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page-table entries.
 */
#ifndef X86_64_PTE_H
#define X86_64_PTE_H

#define PTE_P 0x1ull
#define PTE_W 0x2ull
#define PTE_U 0x4ull
#define PTE_PWT 0x8ull
#define PTE_PCD 0x10ull
#define PTE_A 0x20ull
#define PTE_D 0x40ull
#define PTE_PS 0x80ull
#define PTE_PAT 0x80ull /* in a 4 KiB entry */
#define PTE_G 0x100ull
#define PTE_NX (1ull << 63)
#define PTE_ADDRESS 0x000ffffffffff000ull
/* the NX bit where the processor has it, else it would be reserved */
#define PTE_NX_IF (paging_nx ? PTE_NX : 0)

/* One entry of the top level covers this much. */
#define SLOT_SHIFT 39u
/* Top-level slots of the kernel half: 256 the direct map, 511 the image, and
 * the window onto another address space (pmap_window). */
#define USER_SLOTS 256u
#define WINDOW_SLOT 257u
#define WINDOW_BASE (0xffff000000000000ull | (uint64_t)WINDOW_SLOT << SLOT_SHIFT)

#endif
