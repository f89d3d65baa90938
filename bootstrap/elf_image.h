/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Static ELF files of servers, as they lie in the boot archive: checked
 * segments for loading and symbols for crash reports.  Pure.
 */
#ifndef BOOTSTRAP_ELF_IMAGE_H
#define BOOTSTRAP_ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_SEGMENTS_MAX 8

struct elf_segment {
    uint64_t address, memory_size; /* page-aligned range */
    uint64_t file_address;         /* where the file's bytes go */
    const uint8_t *data;
    uint64_t file_size;
    int protection;                /* VM_PROT_* */
};

struct elf_image {
    uint64_t entry;
    struct elf_segment segments[ELF_SEGMENTS_MAX];
    unsigned segment_count;
};

/* NULL when the file is one that can be loaded, else what is wrong with it. */
const char *elf_parse(const void *file, size_t size, struct elf_image *image);

/* The function that address lies in; its name is inside the file. */
bool elf_symbol(const void *file, size_t size, uint64_t address,
                const char **name, uint64_t *offset);

#endif
