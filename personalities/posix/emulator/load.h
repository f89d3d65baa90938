/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an open file to a mapped program.
 */
#ifndef EMULATOR_LOAD_H
#define EMULATOR_LOAD_H

#include "elf.h"
#include "emulator.h"

/* Where programs without an address of their own go, and the stack. */
#define LOAD_BASE 0x555555554000ull
#define STACK_SIZE 0x800000ull
#define STACK_TOP (EMULATOR_AREA_BASE - PAGE)

struct program {
    struct elf_image elf;
    mach_port_t file;
    uint64_t bias;       /* added to the file's addresses */
};

/* Read and check the headers; head: the file's first bytes. */
int64_t load_check(mach_port_t file, const void *head, size_t size,
                   struct elf_image *image);
/* Up to `size` bytes at offset into to; the count. */
int64_t load_read(mach_port_t file, uint64_t offset, void *to, size_t size);
/* Map the segments.  relocatable ones at base, or (0) where there is room. */
int64_t load_map(struct program *program, uint64_t base);
/* More than there is memory in the machine? */
bool load_too_large(uint64_t bytes);

/* stack.c: the stack with arguments, environment and auxiliary vector. */
struct stack_info {
    const exec_block_t *block;
    const struct elf_image *elf;
    uint64_t bias, entry, interp_base;
};
/* The initial stack pointer, or -errno. */
int64_t stack_build(struct process *p, const struct stack_info *info);

#endif
