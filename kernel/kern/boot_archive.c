/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding a member of a tar file (see boot_archive.h).
 */
#include <stdint.h>
#include <base/string.h>
#include <kern/boot_archive.h>

#define BLOCK 512u
#define NAME_AT 0
#define NAME_SIZE 100u
#define SIZE_AT 124
#define TYPE_AT 156

static uint64_t
octal(const char *s, size_t n)
{
    uint64_t v = 0;

    for (; n != 0 && *s >= '0' && *s <= '7'; n--, s++) {
        v = v * 8 + (uint64_t)(*s - '0');
    }
    return v;
}

const void *
boot_archive_find(const void *archive, size_t size, const char *name,
                  size_t *member_size)
{
    const char *at = archive, *found = NULL;
    size_t left = size;

    while (left >= BLOCK) {
        uint64_t bytes = octal(at + SIZE_AT, 12);
        const char *n = at + NAME_AT;
        uint64_t whole;

        if (n[0] == '.' && n[1] == '/') {
            n += 2;
        }
        at += BLOCK;
        left -= BLOCK;
        if (bytes > left) {
            break; /* cut off */
        }
        if ((at[TYPE_AT - (int)BLOCK] == '0' ||
             at[TYPE_AT - (int)BLOCK] == '\0') &&
            n[0] != '\0' && strncmp(n, name, NAME_SIZE - 2) == 0) {
            found = at;
            *member_size = bytes;
        }
        whole = (bytes + BLOCK - 1) & ~(uint64_t)(BLOCK - 1);
        if (whole > left) {
            break;
        }
        at += whole;
        left -= whole;
    }
    return found;
}
