/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions of this folder that only this folder calls.
 */
#ifndef X86_64_INTERNAL_H
#define X86_64_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

/* The image's parts (kernel.lds). */
extern char kernel_start[], kernel_text_end[], kernel_rodata_end[],
    kernel_end[];
#define KERNEL_BASE 0xffffffff80000000ull

/* bootinfo.c: physical memory, by what the loader said. */
struct boot_range {
    uint64_t start, end;
};
#define BOOT_RANGES_MAX 64u
void bootinfo_setup(uint32_t kind, uint64_t info);
/* Usable ranges, ascending, page-aligned, without what is in use. */
unsigned bootinfo_ranges(const struct boot_range **out);
uint64_t bootinfo_top(void);

/* paging.c */
void paging_setup(void);
extern uint64_t paging_kernel_cr3;
extern bool paging_nx;
/* The top-level entries of the kernel half, for a new pmap. */
void paging_copy_kernel_half(uint64_t *pml4);

/* cpu.c, fpu.c, random.c */
void cpu_setup_early(void);
void cpu_setup(void);
void cpu_patch_smap(void);
extern bool cpu_has_smap, cpu_has_smep;
void cpu_set_iobitmap(uint8_t *bitmap); /* NULL: none */
void cpu_note_unusual(void); /* cpu_fpu_on or cpu_iobitmap has changed */
void console_setup(void);

/* The first C function. */
void boot_main(uint32_t kind, uint64_t info) __attribute__((noreturn));

#endif
