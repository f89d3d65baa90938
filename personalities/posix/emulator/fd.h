/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The descriptor table.  Each descriptor owns one user reference of its port's send
 * right; closing drops it.
 */
#ifndef EMULATOR_FD_H
#define EMULATOR_FD_H

#include <stdbool.h>
#include <stdint.h>
#include <posix/posix.h>

#define FD_MAX 4096

/* Kinds beyond enum posix_kind, served by the emulator itself. */
enum local_kind {
    KIND_FREE = 0,
    KIND_FD_DIR = 64 /* /proc/self/fd; `port` is the read position */
};

struct fd {
    uint32_t port;
    uint16_t kind;    /* KIND_*; KIND_FREE: not open */
    uint8_t cloexec;
    uint8_t path;     /* opened with O_PATH */
};

struct fd_table {
    uint32_t lock;
    uint32_t limit;   /* first number that cannot be had (RLIMIT_NOFILE) */
    uint32_t high;    /* one past the highest that was ever open */
    uint32_t lowest;  /* all below are in use */
    struct fd entries[FD_MAX];
};

/*
 * The table itself (fd_table.c, also tested on the host).  The caller holds the lock.
 */
/* The lowest free number >= from, or -1 when all below the limit are used. */
int fd_table_lowest(struct fd_table *t, uint32_t from);
/* fd must be free and below FD_MAX. */
void fd_table_set(struct fd_table *t, int fd, struct fd entry);
/* What was there; its kind is KIND_FREE when nothing was. */
struct fd fd_table_clear(struct fd_table *t, int fd);

/* fd.c: on the current process.  All return -errno on failure. */

/* A descriptor for a right, which is consumed in any case. */
int fd_install(mach_port_t port, unsigned kind, unsigned flags);
/* A copy of the entry; -EBADF.  Without a reference: see fd_hold. */
int fd_get(uint64_t number, struct fd *out);
/* The same; -EBADF for O_PATH descriptors, too. */
int fd_get_io(uint64_t number, struct fd *out);
int fd_close(uint64_t number);
int fd_dup(uint64_t number, uint32_t from, bool cloexec);
int fd_dup_to(uint64_t number, uint64_t to, bool cloexec, bool same_ok);
void fd_drop(struct fd entry);
/* All those with FD_CLOEXEC, or all. */
void fd_close_range(uint32_t first, uint32_t last);
/* A copy with references of its own, for a vfork child. */
void fd_table_copy(struct fd_table *to, struct fd_table *from);

#endif
