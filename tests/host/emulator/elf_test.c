/* SPDX-License-Identifier: BSD-2-Clause */
/* ELF headers, good, bad and random; first lines of scripts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "elf.h"

#define LIMIT 0x7f0000000000ull
#define FILE_SIZE 0x5000u

/* The fields that matter, where the file has them. */
struct file {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, rest[3];
    struct {
        uint32_t type, flags;
        uint64_t offset, vaddr, paddr, filesz, memsz, align;
    } segments[3];
};

static struct file
good_file(void)
{
    struct file f = {
        .ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
        .type = 2,
        .machine = 62,
        .entry = 0x401000,
        .phoff = 64,
        .phentsize = ELF_PHDR_SIZE,
        .phnum = 3,
        .segments = {
            {1, 5, 0, 0x400000, 0, 0x2000, 0x2000, 0x1000},
            {1, 6, 0x2ff0, 0x403ff0, 0, 0x1000, 0x3000, 0x1000},
            {0x6474e551, 6, 0, 0, 0, 0, 0, 16},
        },
    };

    return f;
}

static int
examine(const struct file *f, struct elf_image *image)
{
    int error = elf_check_header(f, sizeof(*f), image);

    if (error == 0 && image->phnum > 3) {
        return -ENOEXEC; /* this file has no more */
    }
    return error != 0 ? error
                      : elf_check_segments(f->segments, FILE_SIZE, LIMIT,
                                           image);
}

static void
good_tests(void)
{
    struct file f = good_file();
    struct elf_image image;

    check(examine(&f, &image) == 0 && image.count == 2 &&
              image.entry == 0x401000 && !image.relocatable,
          "a good file");
    check(image.low == 0x400000 && image.high == 0x407000 &&
              image.memory == 0x6000,
          "its extent");
    check(image.phdr == 0x400040 && !image.stack_executable &&
              image.segments[1].prot == 3,
          "headers, stack, protection");
    f.type = 3;
    check(examine(&f, &image) == 0 && image.relocatable, "relocatable");
}

static void
bad_tests(void)
{
    struct elf_image image;
    struct file f = good_file();

    f.ident[1] = 'F';
    check(examine(&f, &image) == -ENOEXEC, "no magic");
    f = good_file();
    f.machine = 3;
    check(examine(&f, &image) == -ENOEXEC, "another machine");
    f = good_file();
    f.phnum = 1000;
    check(examine(&f, &image) == -ENOEXEC, "too many headers");
    f = good_file();
    f.segments[1].filesz = 0x4000;
    check(examine(&f, &image) == -ENOEXEC, "more file than memory");
    f = good_file();
    f.segments[1].offset = FILE_SIZE;
    check(examine(&f, &image) == -ENOEXEC, "behind the end of the file");
    f = good_file();
    f.segments[1].offset = 0x2000;
    check(examine(&f, &image) == -ENOEXEC, "offset and address disagree");
    f = good_file();
    f.segments[1].memsz = UINT64_MAX - 0x1000;
    check(examine(&f, &image) == -ENOMEM, "a size that wraps");
    f = good_file();
    f.segments[1].vaddr = 0xffffffff80000ff0;
    check(examine(&f, &image) == -ENOMEM, "the kernel's addresses");
    f = good_file();
    f.segments[0].vaddr = 0;
    check(examine(&f, &image) == -ENOEXEC, "page 0");
    f = good_file();
    f.segments[0].type = f.segments[1].type = 4;
    check(examine(&f, &image) == -ENOEXEC, "nothing to load");
    f = good_file();
    f.segments[2].type = 3;
    f.segments[2].filesz = 1ull << 40;
    check(examine(&f, &image) == -ENOEXEC, "an endless interpreter name");
    check(elf_check_header(&f, 63, &image) == -ENOEXEC, "a short file");
}

/* Whatever is accepted must be mappable. */
static void
random_tests(void)
{
    bool good = true;

    srand(1);
    for (int i = 0; i < 200000; i++) {
        struct file f = good_file();
        struct elf_image image;
        uint8_t *bytes = (uint8_t *)&f;

        for (int k = rand() % 6; k >= 0; k--) {
            bytes[rand() % (int)sizeof(f)] = (uint8_t)rand();
        }
        if (examine(&f, &image) != 0) {
            continue;
        }
        good = good && image.low < image.high && image.high <= LIMIT &&
               image.count <= ELF_SEGMENTS_MAX;
        for (uint32_t s = 0; s < image.count; s++) {
            const struct elf_segment *e = &image.segments[s];

            good = good && e->file_size <= e->memory_size &&
                   e->offset + e->file_size <= FILE_SIZE &&
                   e->vaddr + e->memory_size <= LIMIT;
        }
    }
    check(good, "random headers");
}

static int
parse(const char *text, struct script_line *line)
{
    return script_parse(text, strlen(text), line);
}

static void
script_tests(void)
{
    struct script_line l;
    char longest[600];

    check(parse("#!/bin/sh\necho", &l) == 1 &&
              strcmp(l.interp, "/bin/sh") == 0 && l.argument[0] == '\0',
          "#!/bin/sh");
    check(parse("#! \t/bin/awk  -f x \t\n", &l) == 1 &&
              strcmp(l.interp, "/bin/awk") == 0 &&
              strcmp(l.argument, "-f x") == 0,
          "one argument, blanks inside kept");
    check(parse("#!/bin/sh", &l) == 1, "no line end");
    check(parse("#!\n", &l) == -ENOEXEC, "no interpreter");
    check(parse("#!   ", &l) == -ENOEXEC, "blanks only");
    check(parse("echo", &l) == 0 && parse("#", &l) == 0, "not a script");
    memset(longest, 'a', sizeof(longest));
    memcpy(longest, "#!", 2);
    check(script_parse(longest, sizeof(longest), &l) == 1 &&
              strlen(l.interp) == SCRIPT_LINE_MAX - 2,
          "a long line is cut");
}

void
elf_tests(void)
{
    good_tests();
    bad_tests();
    random_tests();
    script_tests();
}
