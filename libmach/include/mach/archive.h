/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot archive: ustar, with GNU long names ('L', 'K'), pax headers
 * ('x': path, linkpath, size, mtime; 'g' is skipped) and base-256 numbers.
 * Archives may follow each other: blocks of zeros between members are passed
 * over, and of two members with one name the later counts.
 *
 * The reader allocates nothing, changes nothing and trusts nothing.
 */
#ifndef MACH_ARCHIVE_H
#define MACH_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARCHIVE_NAME_MAX 1024 /* NUL included */

#define ARCHIVE_FILE '0'
#define ARCHIVE_HARD_LINK '1'
#define ARCHIVE_SYMBOLIC_LINK '2'
#define ARCHIVE_CHARACTER '3'
#define ARCHIVE_BLOCK '4'
#define ARCHIVE_DIRECTORY '5'
#define ARCHIVE_FIFO '6'

struct archive {
    const uint8_t *data;
    size_t size;
    size_t next; /* offset of the next header; starts at 0 */
};

struct archive_member {
    char name[ARCHIVE_NAME_MAX]; /* without "./" before and "/" behind */
    char link[ARCHIVE_NAME_MAX]; /* target, for links */
    char type;                   /* ARCHIVE_* */
    uint32_t mode, uid, gid;
    uint32_t major, minor;       /* of devices */
    int64_t mtime, mtime_nsec;
    const uint8_t *data;         /* inside the archive */
    uint64_t size;
};

enum archive_result {
    ARCHIVE_OK,
    ARCHIVE_END,
    ARCHIVE_BAD /* no header here, or it leads out of the archive */
};

/* The next member, in the order of the archive. */
enum archive_result archive_next(struct archive *a, struct archive_member *m);

/* The last file of that name; m is only written when there is one. */
bool archive_find(const void *data, size_t size, const char *name,
                  struct archive_member *m);

#endif
