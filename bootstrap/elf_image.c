/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader of servers' ELF files (see elf_image.h).  Files are copied out field by
 * field: the archive aligns members to 512 bytes, but nothing here relies on
 * it.
 */
#include <mach/string.h>
#include <mach/vm.h>
#include "elf_image.h"

#define PT_LOAD 1u
#define SHT_SYMTAB 2u
#define STT_FUNC 2u

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct program_header {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct section_header {
    uint32_t name, type;
    uint64_t flags, addr, offset, size;
    uint32_t link, info;
    uint64_t addralign, entsize;
};

struct symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
};

struct file {
    const uint8_t *data;
    size_t size;
};

static bool
read_at(const struct file *f, uint64_t offset, void *to, size_t n)
{
    if (offset > f->size || n > f->size - offset) {
        return false;
    }
    memcpy(to, f->data + offset, n);
    return true;
}

static const char *
read_header(const struct file *f, struct elf_header *h)
{
    static const uint8_t magic[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1};

    if (!read_at(f, 0, h, sizeof(*h)) ||
        memcmp(h->ident, magic, sizeof(magic)) != 0) {
        return "not a 64-bit little-endian ELF file";
    }
    if (h->type != 2 || h->machine != 62) {
        return "not a static executable for x86-64";
    }
    if (h->phentsize != sizeof(struct program_header)) {
        return "program headers of a strange size";
    }
    return NULL;
}

static const char *
add_segment(const struct file *f, const struct program_header *p,
            struct elf_image *image)
{
    const uint64_t mask = MACH_PAGE_SIZE - 1;
    struct elf_segment *s;

    if (p->filesz > p->memsz || p->offset > f->size ||
        p->filesz > f->size - p->offset) {
        return "a segment leads out of the file";
    }
    if (p->vaddr < VM_ANYWHERE_MIN || p->vaddr >= VM_MAX_ADDRESS ||
        p->memsz > VM_MAX_ADDRESS - p->vaddr) {
        return "a segment leads out of the address space";
    }
    if (image->segment_count == ELF_SEGMENTS_MAX) {
        return "too many segments";
    }
    s = &image->segments[image->segment_count++];
    s->address = p->vaddr & ~mask;
    s->memory_size = ((p->vaddr + p->memsz + mask) & ~mask) - s->address;
    s->file_address = p->vaddr;
    s->data = f->data + p->offset;
    s->file_size = p->filesz;
    s->protection = (p->flags & 4 ? VM_PROT_READ : 0) |
                    (p->flags & 2 ? VM_PROT_WRITE : 0) |
                    (p->flags & 1 ? VM_PROT_EXECUTE : 0);
    if ((p->flags & 3) == 3) {
        return "a segment is both writable and executable";
    }
    return NULL;
}

const char *
elf_parse(const void *file, size_t size, struct elf_image *image)
{
    struct file f = {file, size};
    struct elf_header h;
    const char *wrong = read_header(&f, &h);

    image->segment_count = 0;
    for (unsigned i = 0; wrong == NULL && i < h.phnum; i++) {
        struct program_header p;

        if (!read_at(&f, h.phoff + i * sizeof(p), &p, sizeof(p))) {
            return "program headers lead out of the file";
        }
        if (p.type == PT_LOAD && p.memsz > 0) {
            wrong = add_segment(&f, &p, image);
        }
    }
    if (wrong == NULL && image->segment_count == 0) {
        return "nothing to load";
    }
    image->entry = h.entry;
    return wrong;
}

static bool
symbol_in_table(const struct file *f, const struct section_header *table,
                const struct section_header *strings, uint64_t address,
                const char **name, uint64_t *offset)
{
    uint64_t best = 0;
    bool found = false;

    for (uint64_t at = 0; at + sizeof(struct symbol) <= table->size;
         at += sizeof(struct symbol)) {
        struct symbol s;

        if (!read_at(f, table->offset + at, &s, sizeof(s))) {
            break;
        }
        if ((s.info & 15) != STT_FUNC || s.value > address ||
            s.value < best || s.name >= strings->size ||
            (s.size != 0 && address - s.value >= s.size)) {
            continue;
        }
        best = s.value;
        *name = (const char *)f->data + strings->offset + s.name;
        *offset = address - s.value;
        found = true;
    }
    return found;
}

bool
elf_symbol(const void *file, size_t size, uint64_t address, const char **name,
           uint64_t *offset)
{
    struct file f = {file, size};
    struct elf_header h;

    if (read_header(&f, &h) != NULL ||
        h.shentsize != sizeof(struct section_header)) {
        return false;
    }
    for (unsigned i = 0; i < h.shnum; i++) {
        struct section_header table, strings;

        if (!read_at(&f, h.shoff + i * sizeof(table), &table, sizeof(table)) ||
            table.type != SHT_SYMTAB || table.link >= h.shnum ||
            !read_at(&f, h.shoff + table.link * sizeof(strings), &strings,
                     sizeof(strings)) ||
            strings.size == 0 || strings.offset > size ||
            strings.size > size - strings.offset ||
            ((const char *)file)[strings.offset + strings.size - 1] != '\0') {
            continue;
        }
        return symbol_in_table(&f, &table, &strings, address, name, offset);
    }
    return false;
}
