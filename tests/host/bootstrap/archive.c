/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Archives made here, read back, and damaged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mach/archive.h>
#include "test.h"

#define ROOM 65536

static uint8_t tar[ROOM];
static size_t tar_size;
static struct archive_member m;

static void
checksum(uint8_t *h)
{
    unsigned sum = 0;

    memset(h + 148, ' ', 8);
    for (int i = 0; i < 512; i++) {
        sum += h[i];
    }
    snprintf((char *)h + 148, 8, "%06o", sum);
}

static void
add(const char *name, char type, const char *link, const void *data,
    size_t size)
{
    uint8_t *h = tar + tar_size;

    memset(h, 0, 512);
    memcpy(h, name, strnlen(name, 100));
    snprintf((char *)h + 100, 8, "%07o", 0755);
    snprintf((char *)h + 108, 8, "%07o", 10);
    snprintf((char *)h + 116, 8, "%07o", 20);
    snprintf((char *)h + 124, 12, "%011zo", size);
    snprintf((char *)h + 136, 12, "%011o", 1000000);
    h[156] = (uint8_t)type;
    memcpy(h + 157, link, strnlen(link, 100));
    memcpy(h + 257, "ustar\00000", 8);
    checksum(h);
    memset(h + 512, 0, (size + 511) / 512 * 512);
    memcpy(h + 512, data, size);
    tar_size += 512 + (size + 511) / 512 * 512;
}

static void
test_plain(void)
{
    struct archive a;

    tar_size = 0;
    add("./boot/", '5', "", "", 0);
    add("boot/file", '0', "", "contents", 8);
    add("link", '2', "boot/file", "", 0);
    memset(tar + tar_size, 0, 1024); /* an end mark in the middle */
    tar_size += 1024;
    add("boot/file", '0', "", "later", 5);
    a = (struct archive){.data = tar, .size = tar_size};
    check(archive_next(&a, &m) == ARCHIVE_OK && m.type == ARCHIVE_DIRECTORY &&
              strcmp(m.name, "boot") == 0, "a directory's name is cleaned");
    check(archive_next(&a, &m) == ARCHIVE_OK && m.size == 8 &&
              memcmp(m.data, "contents", 8) == 0 && m.mode == 0755 &&
              m.uid == 10 && m.gid == 20 && m.mtime == 1000000, "a file");
    check(archive_next(&a, &m) == ARCHIVE_OK &&
              m.type == ARCHIVE_SYMBOLIC_LINK &&
              strcmp(m.link, "boot/file") == 0, "a symbolic link");
    check(archive_next(&a, &m) == ARCHIVE_OK && m.size == 5,
          "a member behind an end mark");
    check(archive_next(&a, &m) == ARCHIVE_END, "the end");
    check(archive_find(tar, tar_size, "boot/file", &m) && m.size == 5,
          "the later member counts");
    check(!archive_find(tar, tar_size, "boot", &m) &&
              !archive_find(tar, tar_size, "link", &m),
          "only files are found");
}

static void
test_extensions(void)
{
    char name[300], record[400];
    struct archive a;
    int n;

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    tar_size = 0;
    add("././@LongLink", 'L', "", name, sizeof(name));
    add("././@LongLink", 'K', "", name, sizeof(name));
    add("short", '2', "short", "", 0);
    n = snprintf(record, sizeof(record), "309 path=%s\n"
                 "23 mtime=12.5000000001\n13 size=0004\n", name);
    record[4] = 'p';
    /* 3 digits, blank, "path=", 299 characters, newline: 309 bytes */
    add("pax", 'x', "", record, (size_t)n);
    add("short", '0', "", "data", 4);
    add("plain", '0', "", "", 0);
    a = (struct archive){.data = tar, .size = tar_size};
    check(archive_next(&a, &m) == ARCHIVE_OK && strcmp(m.name, name) == 0 &&
              strcmp(m.link, name) == 0, "GNU long name and link");
    check(archive_next(&a, &m) == ARCHIVE_OK && strcmp(m.name, name) == 0 &&
              m.mtime == 12 && m.mtime_nsec == 500000000 && m.size == 4,
          "pax path, mtime and size");
    check(archive_next(&a, &m) == ARCHIVE_OK &&
              strcmp(m.name, "plain") == 0 && m.mtime == 1000000,
          "they hold for one member");
}

static void
test_bad(void)
{
    struct archive a = {.data = tar};
    bool good = true;

    tar_size = 0;
    add("file", '0', "", "contents", 8);
    tar[0] ^= 1;
    a.size = tar_size;
    check(archive_next(&a, &m) == ARCHIVE_BAD, "a wrong checksum");
    tar[0] ^= 1;
    a.size = 512;
    check(archive_next(&a, &m) == ARCHIVE_BAD, "a file that is cut off");
    a.size = 511;
    check(archive_next(&a, &m) == ARCHIVE_END, "less than a header");
    memset(tar + 124, 0xff, 12);
    checksum(tar);
    a.size = tar_size;
    check(archive_next(&a, &m) == ARCHIVE_BAD, "an endless file");

    srand(2);
    for (unsigned i = 0; i < 20000; i++) {
        enum archive_result r;
        struct archive b = {.data = tar};

        tar_size = 0;
        add("pax", 'x', "", "12 path=abc\n11 mtime=7\n", 23);
        add("././@LongLink", 'L', "", "long", 5);
        add("file", '0', "", "contents", 8);
        for (int k = 0; k < 3; k++) {
            tar[(size_t)rand() % tar_size] = (uint8_t)rand();
        }
        for (size_t at = 0; at < tar_size && i % 2 == 0; at += 512) {
            checksum(tar + at); /* so that it is looked at */
        }
        b.size = tar_size;
        while ((r = archive_next(&b, &m)) == ARCHIVE_OK) {
            good &= m.data >= tar && m.data + m.size <= tar + tar_size;
        }
    }
    check(good, "20 000 damaged archives lead nowhere else");
}

void
test_archive(void)
{
    test_plain();
    test_extensions();
    test_bad();
}
