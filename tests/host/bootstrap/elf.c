/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server's ELF file made here, read, and damaged.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include "elf_image.h"
#include "test.h"

struct file {
    Elf64_Ehdr header;
    Elf64_Phdr segments[2];
    Elf64_Shdr sections[3];
    Elf64_Sym symbols[3];
    char strings[16];
    char text[64];
};

static void
make(struct file *f)
{
    memset(f, 0, sizeof(*f));
    memcpy(f->header.e_ident, ELFMAG, 4);
    f->header.e_ident[4] = ELFCLASS64;
    f->header.e_ident[5] = ELFDATA2LSB;
    f->header.e_ident[6] = 1;
    f->header.e_type = ET_EXEC;
    f->header.e_machine = EM_X86_64;
    f->header.e_entry = 0x400010;
    f->header.e_phoff = offsetof(struct file, segments);
    f->header.e_phentsize = sizeof(Elf64_Phdr);
    f->header.e_phnum = 2;
    f->header.e_shoff = offsetof(struct file, sections);
    f->header.e_shentsize = sizeof(Elf64_Shdr);
    f->header.e_shnum = 3;
    f->segments[0] = (Elf64_Phdr){
        .p_type = PT_LOAD, .p_flags = PF_R | PF_X,
        .p_offset = offsetof(struct file, text), .p_vaddr = 0x400010,
        .p_filesz = 64, .p_memsz = 64};
    f->segments[1] = (Elf64_Phdr){
        .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = 0x402000,
        .p_memsz = 0x1800};
    f->sections[1] = (Elf64_Shdr){
        .sh_type = SHT_SYMTAB, .sh_offset = offsetof(struct file, symbols),
        .sh_size = sizeof(f->symbols), .sh_link = 2};
    f->sections[2] = (Elf64_Shdr){
        .sh_type = SHT_STRTAB, .sh_offset = offsetof(struct file, strings),
        .sh_size = sizeof(f->strings)};
    memcpy(f->strings, "\0main\0other", 12);
    f->symbols[1] = (Elf64_Sym){.st_name = 1, .st_info = STT_FUNC,
                                .st_value = 0x400010, .st_size = 16};
    f->symbols[2] = (Elf64_Sym){.st_name = 6, .st_info = STT_FUNC,
                                .st_value = 0x400020, .st_size = 16};
}

static void
test_wrong(struct file *f)
{
    struct elf_image image;

    make(f);
    f->header.e_machine = EM_386;
    check(elf_parse(f, sizeof(*f), &image) != NULL, "another machine");
    make(f);
    f->segments[0].p_filesz = sizeof(*f);
    f->segments[0].p_memsz = sizeof(*f);
    check(elf_parse(f, sizeof(*f), &image) != NULL,
          "a segment out of the file");
    make(f);
    f->segments[1].p_memsz = 1ull << 62;
    check(elf_parse(f, sizeof(*f), &image) != NULL,
          "a segment out of the address space");
    make(f);
    f->segments[1].p_flags = PF_R | PF_W | PF_X;
    check(elf_parse(f, sizeof(*f), &image) != NULL,
          "writable and executable");
    make(f);
    check(elf_parse(f, 100, &image) != NULL, "a file that is cut off");
    check(elf_parse("", 0, &image) != NULL, "an empty one");
}

void
test_elf(void)
{
    /* Of exactly its size, so that ASan sees a step outside. */
    struct file *f = malloc(sizeof(*f));
    struct elf_image image;
    const char *name = "";
    uint64_t offset = 0;

    make(f);
    check(elf_parse(f, sizeof(*f), &image) == NULL &&
              image.segment_count == 2 && image.entry == 0x400010, "an image");
    check(image.segments[0].address == 0x400000 &&
              image.segments[0].memory_size == 0x1000 &&
              image.segments[1].memory_size == 0x2000, "whole pages");
    check(elf_symbol(f, sizeof(*f), 0x400025, &name, &offset) &&
              strcmp(name, "other") == 0 && offset == 5, "a symbol");
    check(!elf_symbol(f, sizeof(*f), 0x400040, &name, &offset),
          "no symbol behind the last one");
    test_wrong(f);
    srand(4);
    for (unsigned i = 0; i < 50000; i++) {
        make(f);
        for (int k = 0; k < 4; k++) {
            ((uint8_t *)f)[(size_t)rand() % sizeof(*f)] = (uint8_t)rand();
        }
        elf_parse(f, sizeof(*f), &image);
        elf_symbol(f, sizeof(*f), 0x400025, &name, &offset);
    }
    check(true, "50 000 damaged files");
    free(f);
}
