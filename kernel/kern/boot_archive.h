/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot archive, a tar file (POSIX ustar, GNU and pax headers are
 * skipped): just enough to find one short name.
 */
#ifndef KERN_BOOT_ARCHIVE_H
#define KERN_BOOT_ARCHIVE_H

#include <stddef.h>

/* The last regular member of that name; NULL: none.  Nothing is trusted. */
const void *boot_archive_find(const void *archive, size_t size,
                              const char *name, size_t *member_size);

#endif
