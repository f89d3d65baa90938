/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks of ELF headers, before anything is mapped. */
#include "elf.h"
#include "linux.h"

#define PAGE 4096ull

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
_Static_assert(sizeof(struct elf_header) == 64, "ELF");

struct program_header {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
_Static_assert(sizeof(struct program_header) == ELF_PHDR_SIZE, "ELF");

#define ET_EXEC 2
#define ET_DYN 3
#define EM_X86_64 62
#define PT_LOAD 1
#define PT_INTERP 3
#define PT_PHDR 6
#define PT_GNU_STACK 0x6474e551u

int
elf_check_header(const void *head, size_t size, struct elf_image *image)
{
    const struct elf_header *h = head;

    if (size < sizeof(*h) || h->ident[0] != 0x7f || h->ident[1] != 'E' ||
        h->ident[2] != 'L' || h->ident[3] != 'F' || h->ident[4] != 2 ||
        h->ident[5] != 1 || h->machine != EM_X86_64 ||
        (h->type != ET_EXEC && h->type != ET_DYN) ||
        h->phentsize != ELF_PHDR_SIZE || h->phnum == 0 ||
        h->phnum > ELF_PHNUM_MAX || h->phoff > INT64_MAX / 2) {
        return -ENOEXEC;
    }
    *image = (struct elf_image){
        .entry = h->entry,
        .phoff = h->phoff,
        .phnum = h->phnum,
        .relocatable = h->type == ET_DYN,
    };
    return 0;
}

static int
add_segment(const struct program_header *p, uint64_t file_size,
            uint64_t limit, struct elf_image *image)
{
    struct elf_segment *s;
    uint64_t low = p->vaddr & ~(PAGE - 1), high;

    if (p->memsz == 0) {
        return 0;
    }
    if (p->filesz > p->memsz || p->offset > file_size ||
        p->filesz > file_size - p->offset ||
        (p->vaddr - p->offset) % PAGE != 0 ||
        image->count == ELF_SEGMENTS_MAX) {
        return -ENOEXEC;
    }
    if (p->vaddr >= limit || p->memsz > limit - p->vaddr) {
        return -ENOMEM;
    }
    high = (p->vaddr + p->memsz + PAGE - 1) & ~(PAGE - 1);
    s = &image->segments[image->count];
    if (image->count++ == 0 || low < image->low) {
        image->low = low;
    }
    if (high > image->high) {
        image->high = high;
    }
    *s = (struct elf_segment){
        .vaddr = p->vaddr,
        .offset = p->offset,
        .file_size = p->filesz,
        .memory_size = p->memsz,
        .prot = (p->flags & 4 ? PROT_READ : 0) |
                (p->flags & 2 ? PROT_WRITE : 0) |
                (p->flags & 1 ? PROT_EXEC : 0),
    };
    image->memory += high - low;
    if (image->phoff >= p->offset &&
        image->phoff - p->offset + image->phnum * ELF_PHDR_SIZE <=
            p->filesz) {
        image->phdr = p->vaddr + (image->phoff - p->offset);
    }
    return 0;
}

int
elf_check_segments(const void *headers, uint64_t file_size, uint64_t limit,
                   struct elf_image *image)
{
    const struct program_header *p = headers;

    for (uint32_t i = 0; i < image->phnum; i++, p++) {
        int error;

        switch (p->type) {
        case PT_LOAD:
            error = add_segment(p, file_size, limit, image);
            if (error < 0) {
                return error;
            }
            break;
        case PT_INTERP:
            if (p->filesz < 2 || p->filesz > 4096 ||
                p->offset > file_size ||
                p->filesz > file_size - p->offset) {
                return -ENOEXEC;
            }
            image->interp_offset = p->offset;
            image->interp_size = p->filesz;
            break;
        case PT_GNU_STACK:
            image->stack_executable = (p->flags & 1) != 0;
            break;
        default:
            break;
        }
    }
    if (image->count == 0 ||
        (!image->relocatable && image->low < PAGE)) {
        return -ENOEXEC;
    }
    return 0;
}

/* ---- scripts --------------------------------------------------------------- */

static bool
blank(char c)
{
    return c == ' ' || c == '\t';
}

int
script_parse(const char *head, size_t size, struct script_line *out)
{
    size_t end = 2, at = 2, n = 0;

    if (size < 2 || head[0] != '#' || head[1] != '!') {
        return 0;
    }
    while (end < size && end < SCRIPT_LINE_MAX && head[end] != '\n' &&
           head[end] != '\0') {
        end++;
    }
    while (end > 2 && blank(head[end - 1])) {
        end--;
    }
    while (at < end && blank(head[at])) {
        at++;
    }
    while (at < end && !blank(head[at])) {
        out->interp[n++] = head[at++];
    }
    out->interp[n] = '\0';
    if (n == 0) {
        return -ENOEXEC;
    }
    while (at < end && blank(head[at])) {
        at++;
    }
    for (n = 0; at < end; n++) {
        out->argument[n] = head[at++];
    }
    out->argument[n] = '\0';
    return 1;
}
