/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program's ELF header says, checked.  Pure functions (also tested on
 * the host).
 */
#ifndef EMULATOR_ELF_H
#define EMULATOR_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_HEAD_SIZE 4096u
#define ELF_SEGMENTS_MAX 32u
#define ELF_PHDR_SIZE 56u
#define ELF_PHNUM_MAX 64u

struct elf_segment {
    uint64_t vaddr, offset, file_size, memory_size;
    uint32_t prot; /* PROT_* */
};

struct elf_image {
    uint64_t entry;
    uint64_t low, high;      /* of all segments, whole pages */
    uint64_t memory;         /* bytes of all segments together */
    uint64_t phdr;           /* address of the program headers, or 0 */
    uint64_t phoff;          /* where they are in the file */
    uint32_t phnum;
    uint32_t count;
    bool relocatable;        /* ET_DYN: may stand at any address */
    bool stack_executable;
    uint64_t interp_offset, interp_size; /* size 0: none */
    struct elf_segment segments[ELF_SEGMENTS_MAX];
};

/* The ELF header: fills phoff, phnum, entry, relocatable.  0 or -ENOEXEC. */
int elf_check_header(const void *head, size_t size, struct elf_image *image);
/*
 * The program headers (phnum of them) of a file of file_size bytes; addresses must
 * end below limit.  0, -ENOEXEC, or -ENOMEM when it could never fit.
 */
int elf_check_segments(const void *headers, uint64_t file_size,
                       uint64_t limit, struct elf_image *image);

/*
 * A script's first line: "#! interpreter [argument]".  1: a script, interp and
 * argument (may be "") are set; 0: not a script; -ENOEXEC.
 */
#define SCRIPT_LINE_MAX 256u
struct script_line {
    char interp[SCRIPT_LINE_MAX];
    char argument[SCRIPT_LINE_MAX];
};
int script_parse(const char *head, size_t size, struct script_line *out);

#endif
